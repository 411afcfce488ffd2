"""Rules on the cells of reports: addresses that are addresses, formulas that are formulas."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.formulas import address_problem, formula_problem
from catalog.model import Catalog, Cell
from catalog.model.reports import is_formula
from catalog.validation.problems import Level, Problem, problem_of
from catalog.validation.rules import Context


def cells(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD047 for an `at` that names no cell, and for a formula that cannot be read.

    What an import took from a workbook as it stands there is a warning until somebody looks at it.
    """
    for cell in catalog.cells.values():
        for part, said in _wrong(cell):
            draft = bool(cell.unsure) or catalog.reports[cell.report].status == "draft"
            level: Level = "warning" if part == "calculation" and draft else "error"
            yield problem_of(catalog, "TD047", cell.urn, f"{part}: {said}", part, level=level)


def _wrong(cell: Cell) -> Iterator[tuple[str, str]]:
    if cell.at is not None and (said := address_problem(cell.at)):
        yield "at", said
    formula = (cell.calculation or "").strip()
    if is_formula(formula) and (said := formula_problem(formula)):
        yield "calculation", f"'{formula}' is not a formula: {said}"
