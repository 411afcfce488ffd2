"""Cells elsewhere that carry the same label, and in what they differ from a measure or cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from catalog.model import Cell, Definition, Measure
from lineage.pages.context import PageContext

MOST = 30
MOST_DIFFERENCES = 4
TELLING = ("attribute", "entity", "dataset", "measure", "cell")


@dataclass(frozen=True)
class Namesake:
    """One cell of the same label; `only_here` and `only_there` are what just one of them reads."""

    cell: Markup
    report: Markup
    urn: str
    same: bool
    only_here: tuple[Markup, ...] = ()
    only_there: tuple[Markup, ...] = ()


@dataclass(frozen=True)
class Namesakes:
    """Finds the namesakes among the cells of one catalog."""

    ctx: PageContext

    def of(self, definition: Definition) -> list[Namesake]:
        """The cells called the same, those with another calculation first."""
        if isinstance(definition, Cell):
            labels, measure = {self._folded(definition)}, definition.measure
        elif isinstance(definition, Measure):
            labels = {self._folded(cell) for cell in cells_showing(definition, self.ctx)}
            measure = definition.key
        else:
            return []
        found = [cell for label in sorted(labels) for cell in self._by_label.get(label, ())]
        if isinstance(definition, Measure):
            found = [cell for cell in found if cell.measure != measure]
        others = [cell for cell in found if cell is not definition][:MOST]
        names = [self._compare(definition, cell, measure) for cell in others]
        return sorted(names, key=lambda one: one.same)

    def _compare(self, definition: Definition, cell: Cell, measure: str | None) -> Namesake:
        ctx = self.ctx
        link, report = ctx.link(cell.urn), ctx.link(f"report:{cell.report}")
        if measure and cell.measure == measure:
            return Namesake(link, report, cell.urn, True)
        here, there = self._basis(definition), self._basis(cell)
        return Namesake(
            link,
            report,
            cell.urn,
            False,
            tuple(ctx.link(urn) for urn in here if urn not in there)[:MOST_DIFFERENCES],
            tuple(ctx.link(urn) for urn in there if urn not in here)[:MOST_DIFFERENCES],
        )

    def _basis(self, definition: Definition) -> dict[str, None]:
        """What a number is calculated from: a cell's measure counts by what that reads."""
        up = self.ctx.links.up
        own = definition.urn
        if isinstance(definition, Cell) and definition.measure:
            own = f"measure:{definition.measure}"
        return dict.fromkeys(u for u in up.get(own, ()) if u.partition(":")[0] in TELLING)

    @cached_property
    def _by_label(self) -> Mapping[str, list[Cell]]:
        by_label: dict[str, list[Cell]] = {}
        for cell in self.ctx.catalog.cells.values():
            if cell.urn in self.ctx.visible:
                by_label.setdefault(self._folded(cell), []).append(cell)
        return by_label

    def _folded(self, cell: Cell) -> str:
        return " ".join(self.ctx.words.lower(cell.label or cell.name or cell.key).split())


def cells_showing(measure: Measure, ctx: PageContext) -> list[Cell]:
    """The visible cells that show a measure."""
    shown = (ctx.visible[urn] for urn in ctx.links.down.get(measure.urn, ()))
    return [cell for cell in shown if isinstance(cell, Cell) and cell.measure == measure.key]
