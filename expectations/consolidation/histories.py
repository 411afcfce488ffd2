"""Compares what two cells have published, period by period, in the coarser of their units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cached_property

from catalog.consolidations import PublishedNumber
from catalog.model import Catalog, Cell
from catalog.model.reports import CurrencyUnit, Tolerance
from catalog.periods import Period
from expectations.consolidation.evidence import Figures
from expectations.published import Feed, Publication

MOST_PERIODS = 36
MOST_DIGITS = 100
SHOWN_PERIODS = 3


@dataclass(frozen=True)
class PublishedHistories:
    """What every report has published, as `Histories`; feeds by the report's key.

    `until` is the last day of the last period that is looked at.
    """

    catalog: Catalog
    feeds: Mapping[str, Feed] = field(default_factory=dict)
    until: date | None = None

    def compare(self, left: str, right: str) -> Figures:
        """The periods of both, and those in which their numbers are apart, the newest first."""
        one, other = (self.catalog.cells[urn.partition(":")[2]] for urn in (left, right))
        if _currency(one, self.catalog) != _currency(other, self.catalog):
            return Figures()
        mine, theirs = self.numbers(one), self.numbers(other)
        shared = sorted(mine.keys() & theirs.keys(), key=_newest_first)[:MOST_PERIODS]
        apart = [
            period
            for period in shared
            if self._are_apart((one, mine[period]), (other, theirs[period]))
        ]
        return Figures(_labels(shared), _labels(apart))

    def numbers(self, cell: Cell) -> Mapping[Period, Publication]:
        """What a cell published, by period; its last version speaks, what is spoilt does not."""
        return self._numbers.get(cell.path, {})

    @cached_property
    def _numbers(self) -> Mapping[str, Mapping[Period, Publication]]:
        found: dict[str, dict[Period, Publication]] = {}
        for feed in self.feeds.values():
            for spot, versions in feed.versions.items():
                if versions and spot not in feed.spoilt and self._is_asked(spot[1]):
                    found.setdefault(spot[0], {})[spot[1]] = versions[-1]
        return found

    def shown(self, cells: Iterable[str]) -> tuple[PublishedNumber, ...]:
        """The numbers of some cells for the last periods, the newest first."""
        mine = {one: self.numbers(self.catalog.cells[one.partition(":")[2]]) for one in cells}
        every = {period for numbers in mine.values() for period in numbers}
        periods = sorted(every, key=_newest_first)[:SHOWN_PERIODS]
        return tuple(
            PublishedNumber(cell=urn, period=period.label, value=numbers[period].value)
            for period in periods
            for urn, numbers in mine.items()
            if period in numbers
        )

    def days_after(self, cell: Cell) -> Decimal | None:
        """How many days after a period's end it is published, on average; None where it is not."""
        numbers = self.numbers(cell)
        if not numbers:
            return None
        feed = self.feeds[cell.report]
        first = [(feed.versions[cell.path, period][0], period) for period in numbers]
        days = [(one.published_on - period.end).days for one, period in first]
        return Decimal(sum(days)) / len(days)

    @property
    def last(self) -> Period | None:
        """The last period for which anything was published."""
        periods = {period for numbers in self._numbers.values() for period in numbers}
        return min(periods, key=_newest_first, default=None)

    def _is_asked(self, period: Period) -> bool:
        return self.until is None or period.end <= self.until

    def _are_apart(self, one: tuple[Cell, Publication], other: tuple[Cell, Publication]) -> bool:
        """Whether two numbers differ by more than their tolerance, as coarse as the coarser."""
        sides = [(cell, number, _scale(cell, self.catalog)) for cell, number in (one, other)]
        grid = max(_grid(cell, number, scale, self.catalog) for cell, number, scale in sides)
        left, right = (_on(grid, number.value * scale) for _, number, scale in sides)
        tolerances = [_tolerance(cell, scale, self.catalog) for cell, _, scale in sides]
        absolute = max(one[0] for one in tolerances)
        relative = max(one[1] for one in tolerances) * max(abs(left), abs(right))
        return abs(left - right) > max(absolute, relative)


def unit_of(cell: Cell, catalog: Catalog) -> str | CurrencyUnit | None:
    """The unit in which a cell's number stands: its own, else its measure's."""
    measure = catalog.measures.get(cell.measure or "")
    return cell.unit or (measure.unit if measure else None)


def digits_of(cell: Cell, catalog: Catalog) -> int | None:
    """To how many decimals a cell's number is rounded, in its own unit; None where nobody says."""
    measure = catalog.measures.get(cell.measure or "")
    if cell.rounding is None and measure and cell.unit is None:
        return measure.rounding
    return cell.rounding


def _newest_first(period: Period) -> tuple[int, int]:
    return -period.end.toordinal(), -period.start.toordinal()


def _labels(periods: Iterable[Period]) -> tuple[str, ...]:
    return tuple(period.label for period in periods)


def _currency(cell: Cell, catalog: Catalog) -> str | None:
    unit = unit_of(cell, catalog)
    if isinstance(unit, CurrencyUnit):
        return unit.currency
    return "%" if unit == "%" else None


def _scale(cell: Cell, catalog: Catalog) -> Decimal:
    unit = unit_of(cell, catalog)
    return Decimal(unit.scale if isinstance(unit, CurrencyUnit) else 1)


def _grid(cell: Cell, number: Publication, scale: Decimal, catalog: Catalog) -> Decimal:
    """The smallest step that a number as published can show, in ones; a workbook shows no more
    digits than readers see.
    """
    digits = digits_of(cell, catalog)
    if digits is None or number.origin == "workbook":
        exponent = number.value.as_tuple().exponent
        shown = -exponent if isinstance(exponent, int) else 0
        digits = shown if digits is None else min(digits, shown)
    return scale.scaleb(-digits)


def _on(grid: Decimal, value: Decimal) -> Decimal:
    with localcontext(prec=MOST_DIGITS):
        return (value / grid).quantize(Decimal(1), ROUND_HALF_UP) * grid


def _tolerance(cell: Cell, scale: Decimal, catalog: Catalog) -> tuple[Decimal, Decimal]:
    """How far a cell's number may be off: in ones, and as a share."""
    measure = catalog.measures.get(cell.measure or "")
    stated = cell.tolerance or (measure.tolerance if measure else Tolerance())
    if cell.tolerance is None and measure:
        scale = Decimal(measure.unit.scale if isinstance(measure.unit, CurrencyUnit) else 1)
    return Decimal(str(stated.absolute)) * scale, Decimal(str(stated.relative))
