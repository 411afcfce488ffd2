"""The form of a cell's workbook formula: what it does with the cells that it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from expectations.cell_formulas import FormulaRefused, evaluate
from expectations.difference.ingredients import NotTaken
from expectations.plan import CellPlan, Plan
from lineage.formulas import references
from lineage.places import Position


@dataclass(frozen=True)
class Shape:
    """A formula with its cells taken out: `=IF(#1=0,0,#2/#1)`, and these cells, each once."""

    form: str
    cells: tuple[str, ...]
    formula: str
    cell: CellPlan
    taken: tuple[CellPlan, ...]

    def evaluate(self, numbers: Sequence[Decimal]) -> Decimal | None:
        """The formula's number over others in the place of its cells, in the cell's unit."""
        given = {
            one.position: value / 100 if one.is_share else value
            for one, value in zip(self.taken, numbers, strict=True)
        }

        def lookup(position: Position) -> Decimal:
            return given[position]

        sheet = self.cell.position[0] if self.cell.position else ""
        try:
            return evaluate(self.formula, lookup, sheet) * self.cell.factor
        except FormulaRefused:
            return None


def shape_of(plan: Plan, cell: CellPlan) -> Shape:
    """The form of a cell's formula; NotTaken where it has none, or takes what is not known."""
    if not cell.formula:
        raise NotTaken(f"{cell.label} is no formula")
    places = {one.position: one for one in plan.report(cell.report).cells if one.position}
    own = cell.position[0] if cell.position else ""
    form, taken = cell.formula.replace(" ", ""), dict[str, CellPlan]()
    for reference in references(cell.formula):
        sheet = own if reference.sheet is None else reference.sheet
        found = places.get((sheet, *reference.first))
        if reference.first != reference.last or found is None:
            raise NotTaken(f"{cell.label} takes {reference.text}, which is no cell of its report")
        taken.setdefault(found.path, found)
        place = list(taken).index(found.path) + 1
        form = form.replace(reference.text.replace(" ", ""), f"#{place}")
    return Shape(form, tuple(taken), cell.formula, cell, tuple(taken.values()))
