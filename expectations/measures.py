"""A measure's computed rows as a figure and as values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from catalog.results import MeasureValue
from expectations.engine.calculating import MOST_ROWS
from expectations.engine.port import Computed, Counted, Missing
from expectations.plan import ComputesFigure, MeasurePlan, Plan


def count_computed(
    figure: ComputesFigure, plan: Plan, measures: Mapping[str, Computed | Missing]
) -> Counted | Missing:
    """The figure of `computes`: violated when the calculation fails or leaves a number out."""
    computed = measures.get(figure.measure) or Missing("engine", "the measure was not computed")
    if isinstance(computed, Missing):
        if computed.kind == "calculation":
            return Counted(1, 1, 1, value=f"the calculation fails: {computed.message}")
        return computed
    measure = next(m for m in plan.measures if m.key == figure.measure)
    complaint = _complaint(measure, computed)
    rows = len(computed.rows)
    return Counted(rows, rows, int(bool(complaint)), value=complaint or _shown(measure, computed))


def computed_values(measure: MeasurePlan, computed: Computed) -> tuple[MeasureValue, ...]:
    """Each row as a value with its dimensions; empty when a column is not there."""
    if "value" not in computed.columns:
        return ()
    rows = [dict(zip(computed.columns, map(plain, row), strict=True)) for row in computed.rows]
    rows.sort(key=lambda row: [(row.get(d) is None, str(row.get(d))) for d in measure.dimensions])
    return tuple(
        MeasureValue(
            dimensions={name: row.get(name) for name in measure.dimensions}, value=row["value"]
        )
        for row in rows
    )


def plain(value: object) -> Any:
    """A value as JSON holds it: decimals as numbers, dates as ISO text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def _complaint(measure: MeasurePlan, computed: Computed) -> str | None:
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
    values = computed_values(measure, computed)
    if len(values) == 1 and not measure.dimensions:
        return values[0].value
    return [{**value.dimensions, "value": value.value} for value in values[:20]]
