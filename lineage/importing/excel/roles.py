"""Decides of every cell whether it is a reported number, an input, a helper or no number at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from lineage.importing.excel.feeding import Fed
from lineage.importing.excel.grids import Grid, Kind
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
    hides: bool

    @property
    def title(self) -> str:
        """The sheet's."""
        return self.grid.sheet.title


def works_for_others(grid: Grid, fed: Fed) -> bool:
    """Whether a sheet only calculates what other sheets show."""
    title = grid.sheet.title
    if not fed.gives(title):
        return False
    formulas = [spot for spot, cell in grid.numbers() if cell.formula is not None]
    taken = sum(fed.by_others(title, spot) for spot in formulas)
    needed = HALF if names_work(title) else MOSTLY
    return bool(taken) and not names_report(title) and taken >= needed * len(formulas)


def roles_of_others(grid: Grid) -> Counter[Role]:
    """How many cells of a sheet are no numbers, by their role."""
    kinds = Counter(grid.kinds.values())
    return Counter({role: kinds[kind] for kind, role in _OTHERS.items() if kinds[kind]})


def judge(signals: Signals) -> Iterator[tuple[Spot, Content, Region, Headings, Judged]]:
    """Every cell of a sheet that holds a number, or would, with what is known of it."""
    cells, regions = signals.grid.sheet.cells, signals.regions
    for spot, said in signals.headings.items():
        cell, region = cells[spot], regions[spot]
        if cell.formula is None:
            judged = _constant(signals, spot, cell, region, said)
        else:
            judged = _formula(signals, spot, cell, region, said)
        yield spot, cell, region, said, judged


_OTHERS: Mapping[Kind, Role] = {"text": "label", "date": "date", "id": "id", "flag": "flag"}
_HELPER, _INPUT, _REPORTED, _LABEL = (
    Judged(role) for role in ("helper", "input", "reported", "label")
)


def _formula(signals: Signals, spot: Spot, cell: Content, region: Region, said: Headings) -> Judged:
    headed, data = bool(said.left.texts or said.above.texts), region.is_data
    if signals.hides and signals.grid.sheet.is_hidden(*spot):
        return _HELPER
    if (signals.works or data or not headed) and signals.fed.by_any(signals.title, spot):
        return _HELPER
    if headed and isinstance(cell.value, int | float) and not data:
        return _REPORTED
    return Judged("reported", tuple(_doubts(cell, headed, data)))


def _doubts(cell: Content, headed: bool, data: bool) -> Iterator[str]:
    if not headed:
        yield "no heading was found; name it"
    if isinstance(cell.value, ErrorValue):
        yield f"it shows {cell.value} instead of a number"
    elif cell.value is None:
        yield "the workbook keeps no value for its formula; was it saved by Excel?"
    if data:
        yield "it is calculated beside raw data: a result, or a step towards one?"


def _constant(
    signals: Signals, spot: Spot, cell: Content, region: Region, said: Headings
) -> Judged:
    if isinstance(cell.value, ErrorValue):
        return _LABEL
    fed = signals.fed.by_any(signals.title, spot)
    hidden = signals.hides and signals.grid.sheet.is_hidden(*spot)
    if region.is_data or hidden or (fed and not region.has_formulas):
        return _INPUT
    if not (said.row or said.column):
        return _INPUT if fed else _HELPER
    if fed:
        return _TYPED_AND_TAKEN
    return _TYPED


_TYPED = Judged("reported", ("typed in, not calculated: say which measure it is",))
_TYPED_AND_TAKEN = Judged(
    "reported", ("typed in, and formulas take it: a published number, or an input only?",)
)
