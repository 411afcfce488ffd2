"""Calculations repeated for other periods than the one in question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from catalog.periods import Period
from expectations.plan import MeasurePlan, Plan


def calculation_at(plan: MeasurePlan, period: Period) -> str:
    """The key under which a calculation stands for a period; one not dated has only one."""
    return plan.of if period == plan.period or not plan.dated else f"{plan.of}@{period.label}"


def at_period(
    plan: MeasurePlan, period: Period, plans: Mapping[str, MeasurePlan]
) -> Iterator[MeasurePlan]:
    """A calculation for a period, after those it rests on; `plans` hold each for its own period."""
    key = calculation_at(plan, period)
    speaks_of = plan.period if key == plan.of and plan.period else period
    used = [plans[key.partition("@")[0]] for key in plan.measures]
    for measure in used:
        yield from at_period(measure, speaks_of, plans)
    if key == plan.of:
        yield plan
        return
    yield replace(
        plan,
        key=key,
        period=period,
        as_of=plan.as_of if plan.now else period.end,
        measures=tuple(calculation_at(measure, period) for measure in used),
    )


def with_periods(plan: Plan, wanted: Iterable[tuple[str, Period]]) -> Plan:
    """The plan with calculations (measures' keys, cells' URNs) computed for further periods.

    Those that are not dated are left out: they would give every period the same number.
    """
    plans = {one.key: one for one in plan.measures}
    more: dict[str, MeasurePlan] = {}
    for of, period in wanted:
        if of in plans and plans[of].dated:
            more |= {one.key: one for one in at_period(plans[of], period, plans)}
    fresh = tuple(one for key, one in more.items() if key not in plans)
    return replace(plan, measures=(*plan.measures, *fresh))
