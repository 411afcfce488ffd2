"""Decides which tables a run needs: only what its checks and measures read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from expectations.engine.contest import Asked
from expectations.engine.counting import Scope
from expectations.engine.flagging import columns_of, flags_of, flags_of_candidate
from expectations.engine.joining import Join
from expectations.engine.knowing import Known
from expectations.engine.projection import CONSTANTS, Projection
from expectations.engine.reading import Reading
from expectations.engine.surviving import conditions_of, extras_of
from expectations.engine.wanted import Condition, Dialect, Extra, Wanted
from expectations.engine.wanting import Wants, speaks_of
from expectations.plan import (
    Candidate,
    Check,
    ConfirmedFigure,
    DatasetPlan,
    GoldenColumn,
    NativeFigure,
    Plan,
    UniqueFigure,
)
from expectations.sources.port import Extract


def make_scope(  # noqa: PLR0913  each by its name
    plan: Plan,
    extracts: Mapping[str, Extract],
    dialect: Dialect,
    *,
    shown: bool = False,
    unflagged: Collection[str] = (),
    known: Known = Known(),  # noqa: B008 - frozen
    asked: Asked = Asked(),  # noqa: B008 - frozen
    resolved: Collection[str] = (),
) -> Scope:
    """The projections and joins of a plan over the datasets that can be read.

    With `shown` the values that checks look at are kept, to be written; else only what is counted.
    Of the `unflagged` datasets no expectation that a steward added is told while they are read.
    Of the `resolved` entities every attribute is there, with what is `asked` of it; where it is
    asked what was contested, the rows hold what a second, smaller join needs for that.
    """
    dialect = replace(dialect, weights=known.weights)
    wants = Wants(plan, asked, frozenset(resolved))
    whole = _whole_keys(plan, extracts, dialect.zone, known)
    paths = {*needed_datasets(plan), *wants.joined_paths(extracts)}
    looked_at = [column for check in plan.checks for column in columns_of(check)]
    columns = dict.fromkeys([*(c.column for _, c in wants.candidates), *looked_at])
    projections = {}
    for dataset in plan.datasets:
        if dataset.path not in extracts or dataset.path not in paths:
            continue
        mine = [(g, c) for g, c in wants.candidates if c.column.dataset == dataset.path]
        bare = Projection(
            Reading(dataset, extracts[dataset.path], dialect.zone),
            tuple(column for column in columns if column.dataset == dataset.path),
            _conditions(mine),
            whole_keys=dataset.path in whole,
            times=_times(plan, dataset.path),
            extras=_extras(dataset, mine, asked, known),
            match=known.matches.get(dataset.entity or ""),
        )
        surviving = [candidate for golden, candidate in mine if golden]
        told = _told(plan.checks, bare, surviving, careful=dataset.path in unflagged)
        held = frozenset(c.column for c in surviving) if asked.contested else frozenset()
        wanted = replace(told, hashed=wants.hashed, shown=held)
        projections[dataset.path] = replace(bare, wanted=wanted)
        if shown:
            projections[dataset.path] = _with_texts(projections[dataset.path])
    joins = {
        e.key: Join(
            e,
            projections,
            wants.compared[e.key],
            wants.golden[e.key],
            dialect,
            wants.dated,
            replace(asked, contested=False),
            known,
            judged=wants.judged,
        )
        for e in wants.joined
    }
    joined = {key: join for key, join in joins.items() if join.datasets}
    ahead = {
        (key, on): replace(
            joined[key],
            compared=(),
            golden=golden,
            dialect=replace(dialect, as_of=on, known_by=dialect.as_of),
            dated=frozenset(golden),
            judged={},
            ahead=on,
        )
        for (key, on), golden in wants.ahead.items()
        if key in joined
    }
    return Scope(projections, joined, dialect, ahead)


def unmatched_checks(plan: Plan, known: Known) -> dict[str, str]:
    """The checks that need an entity whose records were never matched, and that entity."""
    entities = [e for e in plan.entities if e.matched and e.key not in known.matches]
    return {
        check.key: entity.key
        for entity in entities
        for check in plan.checks
        if speaks_of(plan, check, entity)
    }


def needed_datasets(plan: Plan) -> list[str]:
    """The datasets a plan's checks read."""
    return list(dict.fromkeys(path for check in plan.checks for path in check.reads))


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


def _whole_keys(
    plan: Plan, extracts: Mapping[str, Extract], zone: str, known: Known
) -> frozenset[str]:
    """The datasets whose ids, and those of all they are joined with, are numbers at the source."""
    readable = [dataset for dataset in plan.datasets if dataset.path in extracts]
    entities = {dataset.entity for dataset in readable}
    texts = {
        dataset.entity
        for dataset in readable
        if not dataset.id
        or dataset.entity in known.matches
        or not _is_whole(Reading(dataset, extracts[dataset.path], zone))
    }
    whole = entities - texts
    return frozenset(dataset.path for dataset in readable if dataset.entity in whole)


def _is_whole(reading: Reading) -> bool:
    named = reading.dataset.field(str(reading.dataset.id))
    return named.type == "integer" and reading.is_native(named.key)


def _times(plan: Plan, path: str) -> tuple[str, ...]:
    """The times of confirmation that are looked at."""
    figures = [c.figure for c in plan.checks if isinstance(c.figure, ConfirmedFigure)]
    return tuple(dict.fromkeys(figure.field for figure in figures if figure.dataset == path))


def _conditions(mine: Iterable[tuple[GoldenColumn | None, Candidate]]) -> tuple[Condition, ...]:
    found = [one for golden, candidate in mine for one in _asked_of(golden, candidate)]
    return tuple(dict.fromkeys(found))


def _asked_of(golden: GoldenColumn | None, candidate: Candidate) -> Iterable[Condition]:
    """The conditions on a row; what is only compared has none but those that pick the row."""
    if golden:
        return conditions_of(candidate)
    by = candidate.column.confirmed_by
    return [Condition(text, by) for text in (candidate.when, candidate.row) if text]


def _extras(
    dataset: DatasetPlan,
    mine: Iterable[tuple[GoldenColumn | None, Candidate]],
    asked: Asked,
    known: Known,
) -> tuple[Extra, ...]:
    matched = dataset.entity in known.matches
    own = [Extra("record")] if dataset.record or matched else []
    found = [
        extra
        for golden, candidate in mine
        if golden
        for extra in extras_of(golden, candidate, contested=asked.contested)
    ]
    return tuple(dict.fromkeys([*own, *found]))
