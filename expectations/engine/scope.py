"""Decides which tables a run needs: only what its checks and measures read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from expectations.engine.counting import Scope
from expectations.engine.joining import Join
from expectations.engine.projection import Condition, Dialect, Projection
from expectations.plan import (
    AgreementFigure,
    Candidate,
    Check,
    Column,
    ComputesFigure,
    CurrentFigure,
    EntityPlan,
    GoldenColumn,
    KnownFigure,
    NativeFigure,
    Plan,
    RequiredFigure,
    SqlFigure,
    UniqueFigure,
)
from expectations.sources.port import Extract


def make_scope(plan: Plan, extracts: Mapping[str, Extract], dialect: Dialect) -> Scope:
    """The projections and joins of a plan over the datasets that can be read."""
    joined = [entity for entity in plan.entities if _asked(plan, entity)]
    golden = {e.key: _golden(plan, e) for e in joined}
    compared = {e.key: _compared(plan, e) for e in joined}
    wanted = [
        *(candidate for e in joined for candidate in compared[e.key]),
        *(candidate for e in joined for g in golden[e.key] for candidate in g.candidates),
    ]
    golden_columns = [c.column for e in joined for g in golden[e.key] for c in g.candidates]
    looked_at = list(_columns_alone(plan.checks))
    valued = frozenset([*golden_columns, *looked_at])
    hashed = _hashed(plan, compared)
    paths = {path for check in plan.checks for path in check.reads}
    paths |= {path for e in joined for path in e.datasets if path in extracts}
    columns = dict.fromkeys([*(c.column for c in wanted), *looked_at])
    projections = {
        dataset.path: Projection(
            dataset,
            tuple(column for column in columns if column.dataset == dataset.path),
            _conditions(dataset.path, wanted),
            valued,
            hashed,
        )
        for dataset in plan.datasets
        if dataset.path in extracts and dataset.path in paths
    }
    joins = {e.key: Join(e, projections, compared[e.key], golden[e.key]) for e in joined}
    return Scope(projections, {key: j for key, j in joins.items() if j.datasets}, dialect)


def needed_datasets(plan: Plan) -> list[str]:
    """The datasets a plan's checks read."""
    return list(dict.fromkeys(path for check in plan.checks for path in check.reads))


def _asked(plan: Plan, entity: EntityPlan) -> bool:
    return any(_speaks_of(plan, check, entity) for check in plan.checks)


def _speaks_of(plan: Plan, check: Check, entity: EntityPlan) -> bool:
    figure = check.figure
    if isinstance(figure, AgreementFigure):
        return figure.entity == entity.key
    if isinstance(figure, KnownFigure):
        return figure.dataset in entity.datasets
    if isinstance(figure, UniqueFigure):
        return figure.subtype is not None and figure.entity == entity.key
    if isinstance(figure, RequiredFigure | CurrentFigure):
        return figure.golden.entity == entity.key
    if isinstance(figure, SqlFigure | NativeFigure):
        return isinstance(figure.on, GoldenColumn) and figure.on.entity == entity.key
    return isinstance(figure, ComputesFigure) and entity.key in _entities_of(plan, figure.measure)


def _entities_of(plan: Plan, key: str) -> set[str]:
    measure = next(m for m in plan.measures if m.key == key)
    return {*measure.golden, *(e for used in measure.measures for e in _entities_of(plan, used))}


def _golden(plan: Plan, entity: EntityPlan) -> tuple[GoldenColumn, ...]:
    """All golden columns where a calculation or condition may name any; else those checked."""
    mine = [golden for golden in plan.golden if golden.entity == entity.key]
    if any(
        isinstance(check.figure, ComputesFigure | SqlFigure)
        or (isinstance(check.figure, RequiredFigure | UniqueFigure) and check.figure.subtype)
        for check in plan.checks
    ):
        return tuple(mine)
    figures = [check.figure for check in plan.checks]
    checked = {f.golden for f in figures if isinstance(f, RequiredFigure | CurrentFigure)}
    checked |= {
        f.on for f in figures if isinstance(f, NativeFigure) and isinstance(f.on, GoldenColumn)
    }
    return tuple(golden for golden in mine if golden in checked)


def _compared(plan: Plan, entity: EntityPlan) -> tuple[Candidate, ...]:
    figures = [check.figure for check in plan.checks]
    pairs = [f for f in figures if isinstance(f, AgreementFigure) and f.entity == entity.key]
    return tuple(dict.fromkeys(side for pair in pairs for side in (pair.left, pair.right)))


def _columns_alone(checks: Iterable[Check]) -> Iterable[Column]:
    """Columns that checks look at row by row, whether or not they are joined."""
    for check in checks:
        on = getattr(check.figure, "column", None) or getattr(check.figure, "on", None)
        if isinstance(on, Column):
            yield on


def _hashed(plan: Plan, compared: Mapping[str, Iterable[Candidate]]) -> frozenset[Column]:
    """Columns that are compared: between sources, or with themselves."""
    unique = [c.figure.column for c in plan.checks if isinstance(c.figure, UniqueFigure)]
    return frozenset([*unique, *(one.column for group in compared.values() for one in group)])


def _conditions(path: str, wanted: Iterable[Candidate]) -> tuple[Condition, ...]:
    mine = [candidate for candidate in wanted if candidate.column.dataset == path]
    texts = [(text, c.column.confirmed_by) for c in mine for text in (c.when, c.row) if text]
    return tuple(dict.fromkeys(Condition(text, confirmed) for text, confirmed in texts))
