"""What earlier runs counted, as data: the last run, and the record of each period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from catalog.periods import Period
from catalog.results import MeasureValue
from expectations.plan import ChangeFigure, Plan, PublishedFigure
from expectations.published import MOST_PERIODS, Feed

if TYPE_CHECKING:
    from catalog.store.runs import RunStore
    from expectations.corrections.promise import Arrivals


@dataclass(frozen=True)
class Recorded:
    """A calculation's values as a run of that day counted them."""

    day: date
    values: tuple[MeasureValue, ...]

    @property
    def basis(self) -> str | None:
        """The fingerprint of the calculation that gave them."""
        return self.values[0].basis if self.values else None


@dataclass(frozen=True)
class Past:
    """Values by calculation: of the last whole run of an earlier day, and of each period's record.

    A period's record is the first whole run from its last day on, before the next period ends: the
    nearest to its closing. Later runs do not move it, another run for the same day does.
    `corrections` say by attribute which have arrived; none where no observations are kept.
    """

    last: Mapping[str, Recorded] = field(default_factory=dict)
    periods: Mapping[tuple[str, Period], Recorded] = field(default_factory=dict)
    corrections: Mapping[str, Arrivals] = field(default_factory=dict)


def compared_periods(plan: Plan, feeds: Mapping[str, Feed]) -> dict[str, tuple[Period, ...]]:
    """By report: the periods in question and those published, newest first."""
    found: dict[str, tuple[Period, ...]] = {}
    for report in plan.reports:
        published = {} if report.alone else feeds.get(report.key, Feed()).versions
        over = {period for _, period in published if period.end <= plan.as_of}
        periods = {issue.period for issue in report.issues} | over
        ordered = sorted(periods, key=lambda period: period.start, reverse=True)
        found[report.key] = tuple(ordered[:MOST_PERIODS])
    return found


def wanted_numbers(plan: Plan, feeds: Mapping[str, Feed]) -> list[tuple[str, Period]]:
    """The calculations whose numbers of a period are compared with published ones."""
    periods = compared_periods(plan, feeds)
    figures = (c.figure for c in plan.checks if isinstance(c.figure, PublishedFigure))
    wanted = {
        (of, period): None
        for figure in figures
        for period in periods.get(figure.cell.partition("/")[0], ())
        for of in figure.calculations
    }
    return list(wanted)


def recall(plan: Plan, feeds: Mapping[str, Feed], store: RunStore) -> Past:
    """What this plan's checks need of the history; `feeds` are what had been published."""
    plans = {one.key: one for one in plan.measures}
    changes = [c.figure for c in plan.checks if isinstance(c.figure, ChangeFigure)]
    wanted = [(of, period) for of, period in wanted_numbers(plan, feeds) if not plans[of].dated]
    for figure in changes:
        period = plans[figure.measure].period
        if figure.per == "period" and figure.before is None and period:
            wanted.append((figure.measure, period.before()))
    needs_last = any(figure.per == "run" for figure in changes)
    last = next(store.whole_measures(before=plan.as_of), None) if needs_last else None
    return Past(_recorded(*last) if last else {}, _records(plan, wanted, store))


def _recorded(day: date, measures: Mapping[str, tuple[MeasureValue, ...]]) -> dict[str, Recorded]:
    return {key: Recorded(day, values) for key, values in measures.items()}


def _records(
    plan: Plan, wanted: Iterable[tuple[str, Period]], store: RunStore
) -> dict[tuple[str, Period], Recorded]:
    bases = {one.key: one.basis for one in plan.measures}
    by_period: dict[Period, set[str]] = {}
    for of, period in wanted:
        by_period.setdefault(period, set()).add(of)
    found: dict[tuple[str, Period], Recorded] = {}
    for period, missing in by_period.items():
        for day, measures in store.whole_measures(since=period.end, before=period.after().end):
            for of, recorded in _recorded(day, measures).items():
                if of in missing and recorded.basis == bases[of]:
                    found[of, period] = recorded
                    missing.discard(of)
            if not missing:
                break
    return found
