"""What each check counts, as SQL: aggregates that fuse into one scan per table, and samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from expectations.engine.expressions import try_restore
from expectations.engine.functions import literal
from expectations.engine.joining import Join
from expectations.engine.projection import Dialect, Projection
from expectations.native import figure_sql
from expectations.plan import (
    AgreementFigure,
    Check,
    Column,
    CurrentFigure,
    FreshFigure,
    GoldenColumn,
    IdFigure,
    IdPresentFigure,
    KnownFigure,
    NativeFigure,
    PopulationFigure,
    RequiredFigure,
    SqlFigure,
    TypeFigure,
    UniqueFigure,
    ValuesFigure,
    thaw,
)


@dataclass(frozen=True)
class Counting:
    """The SQL of one check: aggregates over `relation`, alone or beside others, and its samples.

    `bad` is a predicate on the relation's rows; with `windowed` it belongs behind QUALIFY. `key`
    names what a sample shows. `alone` keeps a statement by itself: a steward's own SQL, which must
    not take others down with it.
    """

    relation: str
    needs: str
    rows: str
    compared: str
    violations: str
    bad: str | None = None
    key: str = "k"
    value: str = "NULL"
    only_left: str = "NULL"
    only_right: str = "NULL"
    alone: bool = False
    windowed: bool = False
    view: str | None = None

    @property
    def aggregates(self) -> tuple[str, ...]:
        """The five numbers and the observed value, in the order of `Counted`."""
        return (
            self.rows,
            self.compared,
            self.violations,
            self.only_left,
            self.only_right,
            self.value,
        )

    def samples(self, most: int) -> str:
        """The statement that fetches the first keys of offending rows, one more than `most`."""
        source = self.view or self.relation
        where = "QUALIFY" if self.windowed else "WHERE"
        rows = f"SELECT CAST({self.key} AS VARCHAR) AS key FROM {source} {where} {self.bad}"
        return f"SELECT DISTINCT key FROM ({rows}) ORDER BY key LIMIT {most + 1}"


@dataclass(frozen=True)
class Scope:
    """The tables that exist in this run, and what conditions are rendered with."""

    projections: Mapping[str, Projection]
    joins: Mapping[str, Join]
    dialect: Dialect

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
    repeated = scope.projections[figure.dataset].repeated
    too_many = f"(SELECT coalesce(sum(n - 1), 0) FROM {repeated})"
    return _on_rows(scope, figure.dataset, "count(k)", too_many, bad="true", view=repeated)


def _id_present(scope: Scope, figure: IdPresentFigure) -> Counting:
    return _on_rows(
        scope,
        figure.dataset,
        "count(*)",
        "count(*) - count(k)",
        bad="k IS NULL",
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


def _fresh(scope: Scope, figure: FreshFigure) -> Counting:
    end = literal(scope.dialect.as_of + timedelta(days=1))
    latest = f"max(t) FILTER (WHERE t < {end})"
    broken = f"CASE WHEN {latest} >= {literal(figure.since)} THEN 0 ELSE 1 END"
    compared = f"count(*) FILTER (WHERE t < {end})"
    return _on_rows(scope, figure.dataset, compared, broken, value=f"CAST({latest} AS VARCHAR)")


def _type(scope: Scope, figure: TypeFigure) -> Counting:
    i = scope.projections[figure.column.dataset].index(figure.column)
    return _on_rows(scope, figure.column.dataset, f"count(v{i})", f"count_if(b{i})", bad=f"b{i}")


def _values(scope: Scope, figure: ValuesFigure) -> Counting:
    i = scope.projections[figure.column.dataset].index(figure.column)
    values = ", ".join(literal(value) for value in figure.column.values or ())
    bad = f"v{i} IS NOT NULL AND v{i} NOT IN ({values})"
    return _on_rows(scope, figure.column.dataset, f"count(v{i})", f"count_if({bad})", bad=bad)


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
    return Counting(join.table, join.step, compared, compared, f"count_if({bad})", bad)


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
        only_left=f"count_if({both} AND {left} IS NOT NULL AND {right} IS NULL)",
        only_right=f"count_if({both} AND {left} IS NULL AND {right} IS NOT NULL)",
    )


def _required(scope: Scope, figure: RequiredFigure) -> Counting:
    join = scope.joins[figure.golden.entity]
    value = join.value(figure.golden)
    who = "fed"
    if figure.subtype:
        named = join.columns
        who = f"(fed AND coalesce({scope.dialect.condition(figure.subtype, named)}, false))"
    bad = f"{who} AND {value} IS NULL"
    return Counting(
        join.table,
        join.step,
        "count_if(fed)",
        f"count_if({who})",
        f"count_if({bad})",
        bad,
        alone=bool(figure.subtype),
    )


def _current(scope: Scope, figure: CurrentFigure) -> Counting:
    join = scope.joins[figure.golden.entity]
    value, time = join.value(figure.golden), join.confirmed(figure.golden)
    end = literal(scope.dialect.as_of + timedelta(days=1))
    old = f"{time} IS NULL OR {time} < {literal(figure.since)} OR {time} >= {end}"
    bad = f"fed AND {value} IS NOT NULL AND ({old})"
    compared = f"count({value}) FILTER (WHERE fed)"
    return Counting(join.table, join.step, "count_if(fed)", compared, f"count_if({bad})", bad)


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
    value = try_restore(f"v{projection.index(on)}", on.type)
    return projection.counted, projection.ready, value


COUNTERS: Mapping[type, Callable[..., Counting]] = {
    IdFigure: _id,
    IdPresentFigure: _id_present,
    FreshFigure: _fresh,
    TypeFigure: _type,
    ValuesFigure: _values,
    UniqueFigure: _unique,
    KnownFigure: _known,
    PopulationFigure: _population,
    AgreementFigure: _agreement,
    RequiredFigure: _required,
    CurrentFigure: _current,
    SqlFigure: _sql,
    NativeFigure: _native,
}
