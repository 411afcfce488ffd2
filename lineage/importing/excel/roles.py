"""Decides of every cell whether it is a reported number, an input, a helper or no number at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from lineage.importing.excel.feeding import Fed
from lineage.importing.excel.grids import Grid
from lineage.importing.excel.headings import Headings
from lineage.importing.excel.regions import Region, names_report, names_work
from lineage.workbooks.book import Content, ErrorValue, Spot

Role = Literal["reported", "input", "helper", "label", "date", "id", "flag"]
ROLES: tuple[Role, ...] = ("reported", "input", "helper", "label", "date", "id", "flag")
MOSTLY = 0.8
HALF = 0.5


@dataclass(frozen=True)
class Judged:
    """What a cell is, and what is unsure about that."""

    role: Role
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signals:
    """All that the decision on one sheet looks at."""

    grid: Grid
    headings: Mapping[Spot, Headings]
    regions: Mapping[Spot, Region]
    fed: Fed
    works: bool

    @property
    def title(self) -> str:
        """The sheet's."""
        return self.grid.sheet.title


def works_for_others(grid: Grid, fed: Fed) -> bool:
    """Whether a sheet only calculates what other sheets show."""
    title = grid.sheet.title
    formulas = [spot for spot, cell in grid.numbers() if cell.formula is not None]
    taken = sum(fed.by_others(title, spot) for spot in formulas)
    needed = HALF if names_work(title) else MOSTLY
    return bool(taken) and not names_report(title) and taken >= needed * len(formulas)


def judge(signals: Signals) -> Iterator[tuple[Spot, Judged]]:
    """Every cell of a sheet with its role."""
    for spot, cell in signals.grid.sheet.cells.items():
        kind = signals.grid.kinds[spot]
        if kind in ("number", "error", "empty"):
            yield spot, _number(signals, spot, cell)
        elif kind == "text":
            yield spot, _LABEL
        elif kind == "date":
            yield spot, _DATE
        else:
            yield spot, _ID if kind == "id" else _FLAG


_LABEL, _DATE, _ID, _FLAG = (Judged(role) for role in ("label", "date", "id", "flag"))
_HELPER, _INPUT, _REPORTED = Judged("helper"), Judged("input"), Judged("reported")


def _number(signals: Signals, spot: Spot, cell: Content) -> Judged:
    if isinstance(cell.value, ErrorValue) and cell.formula is None:
        return _LABEL
    if cell.formula is None:
        return _constant(signals, spot)
    return _formula(signals, spot, cell)


def _formula(signals: Signals, spot: Spot, cell: Content) -> Judged:
    fed = signals.fed.by_any(signals.title, spot)
    if signals.grid.sheet.is_hidden(*spot):
        return _HELPER
    if fed and (signals.works or signals.regions[spot].is_data):
        return _HELPER
    headed = _is_headed(signals.headings.get(spot))
    if not headed and fed:
        return _HELPER
    if headed and isinstance(cell.value, int | float) and not signals.regions[spot].is_data:
        return _REPORTED
    return Judged("reported", tuple(_doubts(signals, spot, cell, headed)))


def _doubts(signals: Signals, spot: Spot, cell: Content, headed: bool) -> Iterator[str]:
    if not headed:
        yield "no heading was found; name it"
    if isinstance(cell.value, ErrorValue):
        yield f"it shows {cell.value} instead of a number"
    elif cell.value is None:
        yield "the workbook keeps no value for its formula; was it saved by Excel?"
    if signals.regions[spot].is_data:
        yield "it is calculated beside raw data: a result, or a step towards one?"


def _constant(signals: Signals, spot: Spot) -> Judged:
    region = signals.regions[spot]
    fed = signals.fed.by_any(signals.title, spot)
    if region.is_data or signals.grid.sheet.is_hidden(*spot):
        return _INPUT
    if fed and not region.has_formulas:
        return _INPUT
    if not _is_headed(signals.headings.get(spot)):
        return _INPUT if fed else _HELPER
    if fed:
        return _TYPED_AND_TAKEN
    return _TYPED


_TYPED = Judged("reported", ("typed in, not calculated: say which measure it is",))
_TYPED_AND_TAKEN = Judged(
    "reported", ("typed in, and formulas take it: a published number, or an input only?",)
)


def _is_headed(headings: Headings | None) -> bool:
    return headings is not None and bool(headings.row or headings.column)
