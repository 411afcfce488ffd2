"""A measure's computed rows as values, and what is counted of them: faults, bounds, leaps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from catalog.results import MeasureValue
from catalog.totals import exact, fits, written
from expectations.engine.calculating import MOST_ROWS
from expectations.engine.port import Computed, Counted, Missing
from expectations.found import Move, Moves
from expectations.past import Past, Recorded
from expectations.plan import (
    BoundsFigure,
    ChangeFigure,
    ComputesFigure,
    Limit,
    MeasurePlan,
    Plan,
)

MOST_SHOWN = 20
Measures = Mapping[str, Computed | Missing]


def count_computed(figure: ComputesFigure, plan: Plan, measures: Measures) -> Counted | Missing:
    """The figure of `computes`: violated when the calculation fails or leaves a number out."""
    computed = measures.get(figure.measure) or Missing("engine", "the measure was not computed")
    if isinstance(computed, Missing):
        if computed.kind == "calculation":
            return Counted(1, 1, 1, value=f"the calculation fails: {computed.message}")
        return computed
    measure = plan.measure(figure.measure)
    complaint = complaint_of(measure, computed)
    rows = len(computed.rows)
    return Counted(rows, rows, int(bool(complaint)), value=complaint or _shown(measure, computed))


def count_bounds(figure: BoundsFigure, plan: Plan, measures: Measures) -> Counted | Missing:
    """Values outside their limits; one that has limits but is not there counts too."""
    values = _usable(figure.measure, plan, measures)
    if isinstance(values, Missing):
        return values
    vacant = [
        MeasureValue(dimensions=dict(limit.where), value=None)
        for limit in figure.limits
        if not any(fits(value, dict(limit.where)) for value in values)
    ]
    limited = {label_of(v): v for limit in figure.limits for v in values if _is_under(limit, v)}
    outside = {
        label: value
        for label, value in limited.items()
        if any(_is_under(limit, value) and _is_outside(limit, value) for limit in figure.limits)
    } | {label_of(value): value for value in vacant}
    compared = {**limited, **outside}
    return Counted(
        len(values) + len(vacant),
        len(compared),
        len(outside),
        value=_listed(outside.values() or compared.values()),
        samples=tuple(filter(None, outside)),
    )


def _is_under(limit: Limit, value: MeasureValue) -> bool:
    return fits(value, dict(limit.where))


def _is_outside(limit: Limit, value: MeasureValue) -> bool:
    number = exact(value.value)
    low = limit.least is not None and number is not None and number < limit.least
    high = limit.most is not None and number is not None and number > limit.most
    return low or high


def _listed(values: Iterable[MeasureValue]) -> Any:
    """Values as JSON holds them: the number alone where there are no dimensions."""
    shown = list(values)[:MOST_SHOWN]
    if len(shown) == 1 and not shown[0].dimensions:
        return plain(shown[0].value)
    return [{**value.dimensions, "value": plain(value.value)} for value in shown]


def count_change(
    figure: ChangeFigure, plan: Plan, measures: Measures, past: Past
) -> Counted | Missing:
    """Values that moved further than allowed; without an earlier value nothing is compared."""
    now = _usable(figure.measure, plan, measures)
    if isinstance(now, Missing):
        return now
    before = _before(figure, plan, measures, past)
    if isinstance(before, Missing):
        return before
    values, since = before
    moves = tuple(_moves(figure, values, now))
    leaps = [move for move in moves if move.is_leap]
    of = tuple(move.of for move in leaps if move.of)
    return Counted(len(moves), len(moves), len(leaps), value=Moves(since, moves), samples=of)


def _before(
    figure: ChangeFigure, plan: Plan, measures: Measures, past: Past
) -> tuple[tuple[MeasureValue, ...], str] | Missing:
    """The earlier values, and of which period or day they are."""
    measure = plan.measure(figure.measure)
    if figure.before:
        values = _usable(figure.before, plan, measures)
        period = plan.measure(figure.before).period
        return values if isinstance(values, Missing) else (values, period.words if period else "")
    recorded: Recorded | None
    if figure.per == "period" and measure.period:
        wanted = measure.period.before()
        recorded = past.periods.get((measure.key, wanted))
        said = f"no earlier run recorded it for {wanted.label}"
    else:
        recorded = past.last.get(measure.key)
        said = "no whole run of an earlier day has a value of it"
    if recorded is None:
        return Missing("source", f"there is nothing to compare with yet: {said}")
    if recorded.basis != measure.basis:
        said = f"its calculation has changed since the run of {recorded.day}"
        return Missing("source", f"there is nothing to compare with: {said}")
    wanted_words = measure.period.before().words if measure.period else ""
    return recorded.values, wanted_words if figure.per == "period" else str(recorded.day)


def _moves(
    figure: ChangeFigure, before: Iterable[MeasureValue], now: Iterable[MeasureValue]
) -> Iterator[Move]:
    old = {label_of(value): exact(value.value) for value in before}
    new = {label_of(value): exact(value.value) for value in now}
    for of in {**old, **new}:
        share = (figure.relative or Decimal(0)) * abs(old.get(of) or Decimal(0))
        yield Move(of, old.get(of), new.get(of), max(share, figure.absolute or Decimal(0)))


def _usable(key: str, plan: Plan, measures: Measures) -> tuple[MeasureValue, ...] | Missing:
    """The values of a calculation; what is wrong with it is the business of `computes`."""
    computed = measures.get(key) or Missing("engine", "the measure was not computed")
    if isinstance(computed, Missing):
        said = f"there is no number: {computed.message}"
        return Missing("engine" if computed.kind == "engine" else "source", said)
    measure = plan.measure(key)
    complaint = complaint_of(measure, computed)
    if complaint:
        return Missing("source", f"there is no number to judge: {complaint}")
    return exact_values(measure, computed)


def label_of(value: MeasureValue) -> str:
    """A value's dimensions in words: `segment retail`; empty where it has none."""
    return label(value.dimensions)


def label(dimensions: Mapping[str, object]) -> str:
    """Dimensions in words, in their order; empty without any."""
    return ", ".join(f"{name} {written(value)}" for name, value in dimensions.items())


def computed_values(measure: MeasurePlan, computed: Computed) -> tuple[MeasureValue, ...]:
    """Each row as a value with its dimensions; empty when a column is not there."""
    return _values(measure, computed, plain)


def exact_values(measure: MeasurePlan, computed: Computed) -> tuple[MeasureValue, ...]:
    """The same with numbers as exact as the engine gave them."""
    return _values(measure, computed, lambda value: plain(value) if exact(value) is None else value)


def _values(
    measure: MeasurePlan, computed: Computed, convert: Callable[[object], Any]
) -> tuple[MeasureValue, ...]:
    if "value" not in computed.columns:
        return ()
    rows = [dict(zip(computed.columns, row, strict=True)) for row in computed.rows]
    rows = [
        {name: convert(v) if name == "value" else plain(v) for name, v in row.items()}
        for row in rows
    ]
    rows.sort(key=lambda row: [(row.get(d) is None, str(row.get(d))) for d in measure.dimensions])
    speaks_of = measure.period if measure.dated or not measure.now else None
    return tuple(
        MeasureValue(
            dimensions={name: row.get(name) for name in measure.dimensions},
            value=row["value"],
            period=speaks_of.label if speaks_of else None,
            basis=measure.basis or None,
        )
        for row in rows
    )


def plain(value: object) -> Any:
    """A value as JSON holds it: decimals as numbers, dates as ISO text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def complaint_of(measure: MeasurePlan, computed: Computed) -> str | None:
    """What keeps rows from being the numbers of a measure; None when nothing does."""
    wanted = ("value", *measure.dimensions)
    missing = [name for name in wanted if name not in computed.columns]
    if missing:
        return f"the calculation gives {', '.join(computed.columns)}, but not {', '.join(missing)}"
    values = [row[computed.columns.index("value")] for row in computed.rows]
    empty = sum(value is None for value in values)
    if empty:
        return f"{empty} of {len(values)} values are empty"
    odd = sum(not _is_number(value) for value in values)
    if odd:
        return f"{odd} of {len(values)} values are not finite numbers; is there a division by zero?"
    if computed.truncated:
        return f"the calculation gives more than {MOST_ROWS:,} rows; group it more coarsely"
    return None


def _is_number(value: object) -> bool:
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return is_number and math.isfinite(float(str(value)))


def _shown(measure: MeasurePlan, computed: Computed) -> Any:
    return _listed(computed_values(measure, computed))
