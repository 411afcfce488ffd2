"""Measures as statements: queries over golden records and datasets, expressions over measures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalog.periods import Period
from catalog.sql import check_condition, check_query
from catalog.tables import ENTITY_ID
from expectations.engine.complaints import in_plain_words
from expectations.engine.counting import Scope
from expectations.engine.functions import quote_name, render
from expectations.engine.port import Computed, Missing
from expectations.engine.reading import Reading
from expectations.engine.sandbox import Outcome, Step
from expectations.engine.wanted import Dialect
from expectations.plan import DatasetPlan, MeasurePlan, Plan, asked_calculations
from expectations.sources.port import Extract

MOST_ROWS = 10_000


def calculation_steps(
    plan: Plan, scope: Scope, extracts: Mapping[str, Extract], seconds: float
) -> Iterator[Step]:
    """The statements of every measure whose sources can be read, and the views they read."""
    asked = asked_calculations(plan)
    measures = [m for m in plan.measures if m.key in asked and set(m.reads) <= set(extracts)]
    used = {path for measure in measures for path in measure.tables}
    for dataset in plan.datasets:
        if dataset.path in used:
            yield _view(dataset, extracts[dataset.path], scope.dialect)
    for measure in measures:
        if set(measure.golden) <= set(scope.joins):
            yield from _steps(plan, measure, scope, seconds)


def read_measures(plan: Plan, outcomes: Mapping[str, Outcome]) -> dict[str, Computed | Missing]:
    """The rows of each measure out of the finished steps, or why there are none."""
    found: dict[str, Computed | Missing] = {}
    for measure in plan.measures:  # in the order of their use
        below = [(used, found[used]) for used in measure.measures]
        failed = next(((key, one) for key, one in below if isinstance(one, Missing)), None)
        if failed:
            key, missing = failed
            found[measure.key] = Missing(missing.kind, f"it rests on {key}: {missing.message}")
        else:
            found[measure.key] = _read(measure, outcomes)
    return found


def _read(measure: MeasurePlan, outcomes: Mapping[str, Outcome]) -> Computed | Missing:
    made, fetched = outcomes.get(f"measure:{measure.key}"), outcomes.get(f"value:{measure.key}")
    if made is None or fetched is None:
        return Missing("engine", "it was not asked for in this run")
    failure = made.failure or fetched.failure
    if failure:
        said = in_plain_words(failure.message)
        return Missing("calculation" if failure.kind == "sql" else "engine", said)
    return Computed(fetched.columns, fetched.rows, fetched.truncated)


def _view(dataset: DatasetPlan, extract: Extract, dialect: Dialect) -> Step:
    """A dataset as stewards' SQL sees it: every row, every field of its declared type."""
    reading = Reading(dataset, extract, dialect.zone)
    values = [f"{sql} AS {quote_name(key)}" for key, sql in reading.typed_fields().items()]
    inner = reading.select()
    sql = f"CREATE VIEW {_data(dataset.path)} AS SELECT {', '.join(values)} FROM ({inner})"
    return Step(f"data:{dataset.path}", sql)


def _steps(plan: Plan, measure: MeasurePlan, scope: Scope, seconds: float) -> Iterator[Step]:
    needs = (
        *(f"golden:{entity}" for entity in measure.golden),
        *(f"data:{path}" for path in measure.tables),
        *(f"measure:{used}" for used in measure.measures),
    )
    table = quote_name(f"measure {measure.key}")
    sql = _query(plan, measure, scope) if measure.is_query else _expression(measure, scope)
    made = f"measure:{measure.key}"
    yield Step(made, f"CREATE TABLE {table} AS {sql}", needs=needs, seconds=seconds)
    fetched = f"SELECT * FROM {table}"
    yield Step(f"value:{measure.key}", fetched, needs=(made,), fetch=True, max_rows=MOST_ROWS)


def _query(plan: Plan, measure: MeasurePlan, scope: Scope) -> str:
    schema: dict[str, list[str]] = {
        d.path: [field.key for field in d.fields] for d in plan.datasets if d.path in measure.tables
    }
    for entity in measure.golden:
        names = [golden.name for golden in plan.golden if golden.entity == entity]
        schema[entity] = [ENTITY_ID, *names]
    tables = {path: _data(path) for path in measure.tables}
    tables |= {entity: quote_name(f"golden {entity}") for entity in measure.golden}
    checked = check_query(measure.calculation, schema)
    return render(
        checked, _parameters(measure, scope.dialect), tables=tables, zone=scope.dialect.zone
    )


def _expression(measure: MeasurePlan, scope: Scope) -> str:
    """Each measure named is a single number; one with dimensions makes the statement fail."""
    values = {
        key.partition("@")[0]: f"(SELECT value FROM {quote_name(f'measure {key}')})"
        for key in measure.measures
    }
    checked = check_condition(measure.calculation, values)
    sql = render(
        checked, _parameters(measure, scope.dialect), columns=values, zone=scope.dialect.zone
    )
    return f"SELECT {sql} AS value"


def _parameters(measure: MeasurePlan, dialect: Dialect) -> dict[str, object]:
    """The moment the number is true for, and the first and last day of its period."""
    period = measure.period or Period.last_closed("month", dialect.as_of)
    return {
        "as_of": measure.as_of or dialect.as_of,
        "period_start": period.start,
        "period_end": period.end,
    }


def _data(path: str) -> str:
    return quote_name(f"data {path}")
