"""Validation rules on what depends on what: no circles, and no input of a formula lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from catalog.formulas import formula_problem
from catalog.model import Catalog
from catalog.model.reports import is_query
from catalog.validation.problems import Level, Problem
from catalog.validation.rules import Context
from lineage.cycles import find_cycles
from lineage.edges import (
    Edge,
    Unresolved,
    copy_edges,
    expression_edges,
    formula_edges,
    sibling_edges,
)
from lineage.formulas import NOT_DEFINED
from lineage.places import position_of

_MEASURES = (
    "the measure {names} is calculated from itself",
    "write one of these measures as SQL over data, or over measures that do not lead back",
)
_COPIES = (
    "the field {names} is declared a copy of itself",
    "take `copy_of` from the field in which the value is first entered",
)
_REPLACED = (
    "{names} is replaced by itself",
    "take `replaced_by` from the definition that is valid today",
)
_FORMULAS = (
    "the formula of cell {names} takes its own result",
    "correct `at` or the formula of one of these cells",
)


_SIBLINGS = (
    "attribute {names} waits for itself",
    "take `where` or `same_as` out of one: an attribute is resolved after those it asks for",
)


def cycles(catalog: Catalog, _context: Context) -> Iterator[Problem]:
    """A problem TD030 for each circle, naming all its definitions and where each is written."""
    yield from _problems(catalog, _measure_edges(catalog), "calculation", _MEASURES)
    yield from _problems(catalog, copy_edges(catalog), "copy_of", _COPIES)
    yield from _problems(catalog, _replacement_edges(catalog), "replaced_by", _REPLACED)
    siblings = (
        edge
        for attribute in catalog.attributes.values()
        for edge in sibling_edges(catalog, attribute)
        if isinstance(edge, Edge)
    )
    yield from _problems(catalog, siblings, "claims", _SIBLINGS)
    formulas = (edge for edge in formula_edges(catalog) if isinstance(edge, Edge))
    yield from _problems(catalog, formulas, "calculation", _FORMULAS)


def formulas(catalog: Catalog, _context: Context) -> Iterator[Problem]:
    """A warning TD050 for each piece of a formula that leads to no cell of its report.

    A report with an address that is none is left alone until that is mended, and so is a formula
    that cannot be read.
    """
    astray = {c.report for c in catalog.cells.values() if c.at and position_of(c) is None}
    for found in formula_edges(catalog):
        if isinstance(found, Unresolved):
            cell = catalog.cells[_key(found.urn)]
            unread = cell.report in astray or formula_problem((cell.calculation or "").strip())
            if unread or _is_input(catalog, found):
                continue
            place = catalog.places.find(found.urn, "calculation")
            said = (
                f"{found.urn}: calculation: {found.text}: {found.reason}; lineage and impact do "
                "not see what it takes there; add the cell that is meant to the report, or say "
                "under its `inputs` where that block came from"
            )
            yield Problem("TD050", said, "warning", place, found.urn)


def _is_input(catalog: Catalog, found: Unresolved) -> bool:
    """Whether a formula takes cells that an import of the whole workbook saw and knew for no
    numbers of the report; lineage finds them in the workbook.
    """
    origin = catalog.reports[catalog.cells[_key(found.urn)].report].imported
    return origin is not None and origin.format == "excel" and found.reason == NOT_DEFINED


def _measure_edges(catalog: Catalog) -> Iterator[Edge]:
    for measure in catalog.measures.values():
        if not is_query(measure.calculation):
            for found in expression_edges(measure.urn, measure.calculation):
                if isinstance(found, Edge):
                    yield found


def _replacement_edges(catalog: Catalog) -> Iterator[Edge]:
    for urn, definition in catalog.definitions.items():
        if successor := definition.successor:
            yield Edge(successor, urn, "copies")


def _problems(
    catalog: Catalog, edges: Iterable[Edge], part: str, words: tuple[str, str]
) -> Iterator[Problem]:
    """Problems in the words of one kind; the chain reads as the definitions refer to each other."""
    needs: dict[str, set[str]] = {}
    for edge in edges:
        needs.setdefault(edge.downstream, set()).add(edge.upstream)
    for cycle in find_cycles(needs):
        said, advice = words
        chain = " → ".join(_named(catalog, urn, part) for urn in (*cycle, cycle[0]))
        message = f"{said.format(names=_key(cycle[0]))}: {chain}; {advice}"
        place = catalog.places.find(cycle[0], part)
        yield Problem("TD030", message, _level(catalog, cycle), place, cycle[0])


def _level(catalog: Catalog, cycle: Iterable[str]) -> Level:
    """What an import took from a workbook as it stands there is a warning until it is reviewed."""
    cells = [catalog.cells.get(_key(urn)) for urn in cycle if urn.startswith("cell:")]
    drafts = (
        cell is not None and (bool(cell.unsure) or catalog.reports[cell.report].status == "draft")
        for cell in cells
    )
    return "warning" if cells and all(drafts) else "error"


def _named(catalog: Catalog, urn: str, part: str) -> str:
    definition = catalog.definitions[urn]
    place = catalog.places.find(urn, part)
    where = f", {place}" if place else ""
    return f"{definition.named(catalog.language)} ({_key(urn)}{where})"


def _key(urn: str) -> str:
    return urn.partition(":")[2]
