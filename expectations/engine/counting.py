"""What each check counts, as SQL: aggregates that fuse into one scan per table, and samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from expectations.engine.aggregates import Counting
from expectations.engine.flagging import flags_of
from expectations.engine.functions import literal
from expectations.engine.golden_counting import GOLDEN_COUNTERS
from expectations.engine.joining import Join
from expectations.engine.projection import Projection
from expectations.engine.wanted import Dialect
from expectations.native import figure_sql
from expectations.plan import (
    AgreementFigure,
    Check,
    Column,
    ConfirmedFigure,
    FigureSpec,
    FreshFigure,
    GoldenColumn,
    IdFigure,
    IdPresentFigure,
    KnownFigure,
    NativeFigure,
    PopulationFigure,
    SqlFigure,
    TypeFigure,
    UniqueFigure,
    ValuesFigure,
    thaw,
)


@dataclass(frozen=True)
class Scope:
    """The tables that exist in this run, and what conditions are rendered with.

    `ahead` are the joined tables of days to come, by entity and day.
    """

    projections: Mapping[str, Projection]
    joins: Mapping[str, Join]
    dialect: Dialect
    ahead: Mapping[tuple[str, date], Join] = field(default_factory=dict)

    def is_flagged(self, dataset: str, figure: FigureSpec) -> bool:
        """Whether the figure was told of each row while it was read."""
        projection = self.projections[dataset]
        flags = flags_of(projection, figure)
        return flags is not None and all(map(projection.tells, (flags.present, flags.bad)))

    def count(self, check: Check) -> Counting:
        """The SQL of a check; KeyError for a figure that is not counted in data."""
        return COUNTERS[type(check.figure)](self, check.figure)


def _on_rows(
    scope: Scope, dataset: str, compared: str, violations: str, **more: object
) -> Counting:
    projection = scope.projections[dataset]
    rows = (
        f"(SELECT count(*) FROM {projection.table})"
        if projection.dataset.population
        else "count(*)"
    )
    return Counting(projection.counted, projection.ready, rows, compared, violations, **more)  # type: ignore[arg-type]


def _id(scope: Scope, figure: IdFigure) -> Counting:
    projection = scope.projections[figure.dataset]
    repeated, own = projection.repeated, projection.identity
    if own != "k":
        counted = f"SELECT {own} AS k, count(*) AS n FROM {projection.counted} GROUP BY ALL"
        repeated = f"(SELECT * FROM ({counted}) WHERE k IS NOT NULL AND n > 1)"
    too_many = f"(SELECT coalesce(sum(n - 1), 0) FROM {repeated})"
    return _on_rows(scope, figure.dataset, f"count({own})", too_many, bad="true", view=repeated)


def _id_present(scope: Scope, figure: IdPresentFigure) -> Counting:
    own = scope.projections[figure.dataset].identity
    return _on_rows(
        scope,
        figure.dataset,
        "count(*)",
        f"count(*) - count({own})",
        bad=f"{own} IS NULL",
        key="'row ' || (ro + 1)",
    )


def _population(scope: Scope, figure: PopulationFigure) -> Counting:
    projection = scope.projections[figure.dataset]
    return Counting(
        projection.table,
        projection.ready,
        "count(*)",
        "count(*)",
        "count_if(pop IS NULL)",
        "pop IS NULL",
    )


def _confirmed(scope: Scope, figure: ConfirmedFigure) -> Counting:
    unread = scope.projections[figure.dataset].unread(figure.field)
    return _on_rows(scope, figure.dataset, f"count({unread})", f"count_if({unread})", bad=unread)


def _fresh(scope: Scope, figure: FreshFigure) -> Counting:
    end = literal(scope.dialect.as_of + timedelta(days=1))
    latest = f"max(t) FILTER (WHERE t < {end})"
    broken = f"CASE WHEN {latest} >= {literal(figure.since)} THEN 0 ELSE 1 END"
    compared = f"count(*) FILTER (WHERE t < {end})"
    return _on_rows(scope, figure.dataset, compared, broken, value=f"CAST({latest} AS VARCHAR)")


def _type(scope: Scope, figure: TypeFigure) -> Counting:
    return _flagged(scope, figure.column.dataset, figure)


def _values(scope: Scope, figure: ValuesFigure) -> Counting:
    return _flagged(scope, figure.column.dataset, figure)


def _flagged(scope: Scope, dataset: str, figure: FigureSpec) -> Counting:
    """What was told of each row while it was read, counted."""
    projection = scope.projections[dataset]
    flags = flags_of(projection, figure)
    assert flags
    bad = projection.told(flags.bad)
    compared = f"count_if({projection.told(flags.present)})"
    return _on_rows(scope, dataset, compared, f"count_if({bad})", bad=bad)


def _unique(scope: Scope, figure: UniqueFigure) -> Counting:
    projection = scope.projections[figure.column.dataset]
    h = f"h{projection.index(figure.column)}"
    rows = _of_subtype(scope, figure, projection)
    repeated = (
        f"SELECT {h}, count(*) AS n FROM {rows} WHERE {h} IS NOT NULL "
        f"GROUP BY {h} HAVING count(*) > 1"
    )
    counting = _on_rows(
        scope,
        figure.column.dataset,
        f"count({h})",
        f"(SELECT coalesce(sum(n), 0) FROM ({repeated}))",
        bad=f"{h} IN (SELECT {h} FROM ({repeated}))",
    )
    if figure.subtype is None:
        return counting
    return replace(counting, relation=rows, needs=scope.joins[figure.entity].step, alone=True)


def _of_subtype(scope: Scope, figure: UniqueFigure, projection: Projection) -> str:
    """The rows that count: all, or those of the subtype's entities."""
    if figure.subtype is None:
        return projection.counted
    join = scope.joins[figure.entity]
    condition = scope.dialect.condition(figure.subtype, join.columns)
    keys = f"SELECT k FROM {join.table} WHERE fed AND {condition}"
    return f"(SELECT * FROM {projection.counted} WHERE k IN ({keys}))"


def _known(scope: Scope, figure: KnownFigure) -> Counting:
    join = next(j for j in scope.joins.values() if figure.dataset in j.datasets)
    known, other = join.knows(figure.dataset), join.knows(figure.other)
    bad = f"{known} AND NOT {other}"
    compared = f"count_if({known})"
    return Counting(
        join.table, join.step, compared, compared, f"count_if({bad})", bad, distinct=True
    )


def _agreement(scope: Scope, figure: AgreementFigure) -> Counting:
    join = scope.joins[figure.entity]
    left, right = join.hashed(figure.left), join.hashed(figure.right)
    both = f"{join.knows(figure.left.column.dataset)} AND {join.knows(figure.right.column.dataset)}"
    bad = f"{left} <> {right}"
    return Counting(
        join.table,
        join.step,
        f"count_if({both})",
        f"count_if({left} IS NOT NULL AND {right} IS NOT NULL)",
        f"count_if({bad})",
        bad,
        distinct=True,
        only_left=f"count_if({both} AND {left} IS NOT NULL AND {right} IS NULL)",
        only_right=f"count_if({both} AND {left} IS NULL AND {right} IS NOT NULL)",
    )


def _sql(scope: Scope, figure: SqlFigure) -> Counting:
    relation, needs, value = _values_of(scope, figure.on)
    named = {"value": value}
    if isinstance(figure.on, GoldenColumn):
        join = scope.joins[figure.on.entity]
        named = {**join.columns, **named}
    condition = scope.dialect.condition(figure.condition, named)
    bad = f"{value} IS NOT NULL AND ({condition}) IS NOT TRUE"
    return Counting(
        relation, needs, "count(*)", f"count({value})", f"count_if({bad})", bad, alone=True
    )


def _native(scope: Scope, figure: NativeFigure) -> Counting:
    if isinstance(figure.on, Column) and scope.is_flagged(figure.on.dataset, figure):
        return replace(_flagged(scope, figure.on.dataset, figure), rows="count(*)")
    relation, needs, value = _values_of(scope, figure.on)
    sql = figure_sql(figure.expect, value, thaw(figure.arguments))
    return Counting(
        sql.relation(relation),
        needs,
        sql.rows,
        sql.compared,
        sql.violations,
        sql.bad,
        value=sql.value,
        windowed=sql.counted is not None,
        view=relation,
    )


def _values_of(scope: Scope, on: GoldenColumn | Column) -> tuple[str, str, str]:
    """The rows a rule speaks of, the step they need, and the value on each, of its own type."""
    if isinstance(on, GoldenColumn):
        join = scope.joins[on.entity]
        return f"(SELECT * FROM {join.table} WHERE fed)", join.step, join.value(on)
    projection = scope.projections[on.dataset]
    return projection.counted, projection.ready, f"v{projection.index(on)}"


COUNTERS: Mapping[type, Callable[..., Counting]] = {
    IdFigure: _id,
    IdPresentFigure: _id_present,
    FreshFigure: _fresh,
    TypeFigure: _type,
    ValuesFigure: _values,
    UniqueFigure: _unique,
    KnownFigure: _known,
    PopulationFigure: _population,
    ConfirmedFigure: _confirmed,
    AgreementFigure: _agreement,
    **GOLDEN_COUNTERS,
    SqlFigure: _sql,
    NativeFigure: _native,
}
