"""Finds what two things are that somebody compares, and states each as a number of a period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from catalog.errors import UsageError
from catalog.model import Catalog, Cell, Measure
from catalog.model.reports import CurrencyUnit
from catalog.periods import Period, PeriodUnit
from catalog.validation.problems import nearest
from expectations.difference.numbers import Number, Published, Unit
from expectations.plan import CellPlan, Plan
from expectations.published import Feed


class NotStated(ValueError):
    """Two things cannot be two sides of one number; the message says why."""


def named_number(catalog: Catalog, text: str) -> str:
    """The URN of the cell or measure that somebody names, with or without its kind; UsageError."""
    bare = text.partition(":")[2] if text.startswith(("cell:", "measure:")) else text
    if bare in catalog.cells and not text.startswith("measure:"):
        return f"cell:{bare}"
    if bare in catalog.measures and not text.startswith("cell:"):
        return f"measure:{bare}"
    known = [
        *(f"cell:{path}" for path in catalog.cells),
        *(f"measure:{m}" for m in catalog.measures),
    ]
    raise UsageError(
        f"there is no cell or measure '{text}'; a cell is named by its report: "
        f"retail_monthly/active_customers; {nearest(text, known)}"
    )


@dataclass(frozen=True)
class Stating:
    """The catalog, the plan of the day and what was published: what numbers are stated from."""

    catalog: Catalog
    plan: Plan
    feeds: Mapping[str, Feed]

    def unit(self, urn: str) -> PeriodUnit:
        """The span that a number speaks of."""
        kind, _, key = urn.partition(":")
        if kind == "measure":
            return self.catalog.measures[key].period
        return self.catalog.reports[key.partition("/")[0]].period or "month"

    def pair(self, left: str, right: str, period: Period) -> tuple[Number, Number]:
        """Both sides of a pair for a period, in the left one's unit; NotStated."""
        one = self._number(left, period, like=right)
        other = self._number(right, period, like=left)
        factor = _conversion(one.unit, other.unit)
        if factor is None:
            units = " and ".join(_shown(unit) for unit in (one.unit, other.unit))
            raise NotStated(f"they are in {units}, and no rate leads from one to the other")
        return one, _converted(other, factor)

    def _number(self, urn: str, period: Period, like: str) -> Number:
        kind, _, key = urn.partition(":")
        if kind == "measure":
            return self._measure(self.catalog.measures[key], period, like)
        return self._cell(self.catalog.cells[key], period)

    def _measure(self, measure: Measure, period: Period, like: str) -> Number:
        """A measure as the other side shows it, if it shows this one; else all of it."""
        cell = self.catalog.cells.get(like.partition(":")[2])
        where = cell.where if cell and cell.measure == measure.key else {}
        plan = CellPlan(
            path=measure.urn,
            label=measure.name,
            rounding=measure.rounding,
            calculation=measure.key,
            where=tuple(where.items()),
            additive=measure.additive,
        )
        name = measure.name
        return Number(
            measure.urn, name, plan, measure.key, period, measure.unit, digits=measure.rounding
        )

    def _cell(self, cell: Cell, period: Period) -> Number:
        plan = self.cells[cell.path]
        measure = self.catalog.measures.get(cell.measure or "")
        unit = cell.unit if cell.unit is not None else measure.unit if measure else None
        published = self._published(cell.path, period)
        digits = plan.rounding
        if digits is None and plan.as_published and published.last is not None:
            exponent = published.last.as_tuple().exponent
            digits = -exponent if isinstance(exponent, int) else None
        of = None if plan.formula else plan.calculation
        return Number(
            cell.urn, plan.label, plan, of, period, unit, plan.factor, digits, published
        )  # fmt: skip

    @cached_property
    def cells(self) -> Mapping[str, CellPlan]:
        """Every cell by its path."""
        return {cell.path: cell for report in self.plan.reports for cell in report.cells}

    def _published(self, path: str, period: Period) -> Published:
        feed = self.feeds.get(path.partition("/")[0], Feed())
        if (path, period) in feed.spoilt:
            return Published()
        versions = feed.versions.get((path, period), ())
        neighbours = {
            one: feed.versions[path, one][-1].value
            for one in (period.before(), period.after())
            if feed.versions.get((path, one))
        }
        days = tuple(one.published_on for one in versions)
        return Published(tuple(one.value for one in versions), days, neighbours)


def _conversion(left: Unit, right: Unit) -> Decimal | None:
    """What turns a number of the right unit into one of the left; None where nothing does."""
    if not isinstance(left, CurrencyUnit) or not isinstance(right, CurrencyUnit):
        return Decimal(1)
    if left.currency != right.currency:
        return None
    return Decimal(right.scale) / Decimal(left.scale)


def _shown(unit: Unit) -> str:
    return unit.currency if isinstance(unit, CurrencyUnit) else str(unit)


def _converted(number: Number, factor: Decimal) -> Number:
    if factor == 1:
        return number
    digits = number.digits
    is_ten = factor.normalize().as_tuple().digits == (1,)
    published = number.published
    return replace(
        number,
        factor=number.factor * factor,
        digits=digits - factor.adjusted() if digits is not None and is_ten else None,
        published=Published(
            tuple(one * factor for one in published.versions),
            published.days,
            {period: one * factor for period, one in (published.neighbours or {}).items()},
        ),
    )


def same_unit(units: Sequence[PeriodUnit], period: Period | None) -> PeriodUnit:
    """The span that both sides speak of; NotStated where they speak of different ones."""
    if units[0] != units[1]:
        raise NotStated(f"one speaks of a {units[0]}, the other of a {units[1]}")
    if period and period.unit != units[0]:
        raise NotStated(f"{period.label} is a {period.unit}, they speak of a {units[0]}")
    return units[0]
