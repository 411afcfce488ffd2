"""Decides which tables a run needs: only what its checks and measures read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from expectations.engine.counting import Scope
from expectations.engine.flagging import columns_of, flags_of, flags_of_candidate
from expectations.engine.joining import Join
from expectations.engine.projection import CONSTANTS, Condition, Dialect, Projection, Wanted
from expectations.engine.reading import Reading
from expectations.plan import (
    AgreementFigure,
    Candidate,
    Check,
    Column,
    ConfirmedFigure,
    CurrentFigure,
    EntityPlan,
    GoldenColumn,
    KnownFigure,
    NativeFigure,
    Plan,
    RequiredFigure,
    SqlFigure,
    UniqueFigure,
    calculations_of,
)
from expectations.sources.port import Extract


def make_scope(
    plan: Plan,
    extracts: Mapping[str, Extract],
    dialect: Dialect,
    *,
    shown: bool = False,
    unflagged: Collection[str] = (),
) -> Scope:
    """The projections and joins of a plan over the datasets that can be read.

    With `shown` the values that checks look at are kept, to be written; else only what is counted.
    Of the `unflagged` datasets no expectation that a steward added is told while they are read.
    """
    joined = [entity for entity in plan.entities if _asked(plan, entity)]
    golden = {e.key: _golden(plan, e) for e in joined}
    compared = {e.key: _compared(plan, e) for e in joined}
    wanted = [
        *(candidate for e in joined for candidate in compared[e.key]),
        *(candidate for e in joined for g in golden[e.key] for candidate in g.candidates),
    ]
    surviving = [c for e in joined for g in golden[e.key] for c in g.candidates]
    looked_at = [column for check in plan.checks for column in columns_of(check)]
    hashed = _hashed(plan, compared)
    whole = _whole_keys(plan, extracts, dialect.zone)
    paths = set(needed_datasets(plan))
    paths |= {path for e in joined for path in e.datasets if path in extracts}
    columns = dict.fromkeys([*(c.column for c in wanted), *looked_at])
    projections = {}
    for dataset in plan.datasets:
        if dataset.path not in extracts or dataset.path not in paths:
            continue
        bare = Projection(
            Reading(dataset, extracts[dataset.path], dialect.zone),
            tuple(column for column in columns if column.dataset == dataset.path),
            _conditions(dataset.path, wanted),
            whole_keys=dataset.path in whole,
            times=_times(plan, dataset.path),
        )
        told = _told(plan.checks, bare, surviving, careful=dataset.path in unflagged)
        projections[dataset.path] = replace(bare, wanted=replace(told, hashed=hashed))
        if shown:
            projections[dataset.path] = _with_texts(projections[dataset.path])
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
    return any(entity.key in _entities_of(plan, of) for of in calculations_of(figure))


def _entities_of(plan: Plan, key: str) -> set[str]:
    measure = plan.measure(key)
    return {*measure.golden, *(e for used in measure.measures for e in _entities_of(plan, used))}


def _golden(plan: Plan, entity: EntityPlan) -> tuple[GoldenColumn, ...]:
    """All golden columns where a calculation or condition may name any; else those checked."""
    mine = [golden for golden in plan.golden if golden.entity == entity.key]
    if any(
        isinstance(check.figure, SqlFigure)
        or calculations_of(check.figure)
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


def _told(
    checks: Iterable[Check], projection: Projection, surviving: Iterable[Candidate], careful: bool
) -> Wanted:
    """The flags of a dataset's rows, and the columns whose values are needed beside them."""
    path = projection.dataset.path
    mine = [candidate for candidate in surviving if candidate.column.dataset == path]
    flags = [flag for candidate in mine for flag in flags_of_candidate(projection, candidate)]
    valued = [candidate.column for candidate in mine]
    spelled = set(valued)
    for check in checks:
        for column in columns_of(check):
            if column.dataset != path or isinstance(check.figure, UniqueFigure):
                continue
            spelled.add(column)
            added = isinstance(check.figure, NativeFigure) and careful
            told = None if added else flags_of(projection, check.figure)
            flags += [told.present, told.bad] if told else []
            valued += [] if told else [column]
    kept = tuple(dict.fromkeys(flag for flag in flags if flag not in CONSTANTS))
    return Wanted(frozenset(valued), flags=kept, spelled=frozenset(spelled))


def _with_texts(projection: Projection) -> Projection:
    """The same with every value and its text kept, to be written."""
    columns = frozenset(projection.columns)
    wanted = replace(projection.wanted, valued=columns, shown=columns, spelled=columns)
    return replace(projection, wanted=wanted)


def _whole_keys(plan: Plan, extracts: Mapping[str, Extract], zone: str) -> frozenset[str]:
    """The datasets whose ids, and those of all they are joined with, are numbers at the source."""
    readable = [dataset for dataset in plan.datasets if dataset.path in extracts]
    entities = {dataset.entity for dataset in readable}
    texts = {
        dataset.entity
        for dataset in readable
        if not dataset.id or not _is_whole(Reading(dataset, extracts[dataset.path], zone))
    }
    whole = entities - texts
    return frozenset(dataset.path for dataset in readable if dataset.entity in whole)


def _is_whole(reading: Reading) -> bool:
    named = reading.dataset.field(str(reading.dataset.id))
    return named.type == "integer" and reading.is_native(named.key)


def _hashed(plan: Plan, compared: Mapping[str, Iterable[Candidate]]) -> frozenset[Column]:
    """Columns that are compared: between sources, or with themselves."""
    unique = [c.figure.column for c in plan.checks if isinstance(c.figure, UniqueFigure)]
    return frozenset([*unique, *(one.column for group in compared.values() for one in group)])


def _times(plan: Plan, path: str) -> tuple[str, ...]:
    """The times of confirmation that are looked at."""
    figures = [c.figure for c in plan.checks if isinstance(c.figure, ConfirmedFigure)]
    return tuple(dict.fromkeys(figure.field for figure in figures if figure.dataset == path))


def _conditions(path: str, wanted: Iterable[Candidate]) -> tuple[Condition, ...]:
    mine = [candidate for candidate in wanted if candidate.column.dataset == path]
    texts = [(text, c.column.confirmed_by) for c in mine for text in (c.when, c.row) if text]
    return tuple(dict.fromkeys(Condition(text, confirmed) for text, confirmed in texts))
