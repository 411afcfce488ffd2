"""What the joins of a run must hold: which entities, compared candidates and golden columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from expectations.engine.contest import Asked, needs_hashes
from expectations.engine.judging import (
    asked_ahead,
    dated_columns,
    judged_columns,
    read_candidates,
)
from expectations.engine.resolving import asked_by
from expectations.plan import (
    AgreementFigure,
    Candidate,
    Check,
    Column,
    EntityPlan,
    GoldenColumn,
    GoldenFigure,
    KnownFigure,
    NativeFigure,
    Plan,
    SqlFigure,
    UniqueFigure,
    calculations_of,
)
from expectations.sources.port import Extract


class Wants:
    """What the joins of a run must hold: entities, compared candidates, golden columns."""

    def __init__(self, plan: Plan, asked: Asked, resolved: frozenset[str]) -> None:
        self.joined = [e for e in plan.entities if e.key in resolved or _asked(plan, e)]
        self.golden = {e.key: _golden(plan, e, e.key in resolved) for e in self.joined}
        self.compared = {e.key: _compared(plan, e) for e in self.joined}
        figures = [check.figure for check in plan.checks]
        self.judged = judged_columns(figures)
        self.dated = dated_columns(figures)
        self.ahead = _ahead(plan, self.joined)
        outlook = [(g, c) for some in self.ahead.values() for g in some for c in g.candidates]
        surviving = [(g, c) for e in self.joined for g in self.golden[e.key] for c in g.candidates]
        compared = [(None, c) for e in self.joined for c in self.compared[e.key]]
        self.candidates: list[tuple[GoldenColumn | None, Candidate]]
        self.candidates = [*compared, *surviving, *outlook]
        weighed = [
            c.column
            for g, c in [*surviving, *outlook]
            if needs_hashes(g, self.judged.get(g, asked))
        ]
        self.hashed = _hashed(plan, self.compared) | frozenset(weighed)

    def joined_paths(self, extracts: Mapping[str, Extract]) -> set[str]:
        """The datasets that are joined."""
        return {path for e in self.joined for path in e.datasets if path in extracts}


def speaks_of(plan: Plan, check: Check, entity: EntityPlan) -> bool:
    figure = check.figure
    if isinstance(figure, AgreementFigure):
        return figure.entity == entity.key
    if isinstance(figure, KnownFigure):
        return figure.dataset in entity.datasets
    if isinstance(figure, UniqueFigure):
        return figure.subtype is not None and figure.entity == entity.key
    if isinstance(figure, GoldenFigure):
        return figure.golden.entity == entity.key
    if isinstance(figure, SqlFigure | NativeFigure):
        return isinstance(figure.on, GoldenColumn) and figure.on.entity == entity.key
    return any(entity.key in _entities_of(plan, of) for of in calculations_of(figure))


def _asked(plan: Plan, entity: EntityPlan) -> bool:
    return any(speaks_of(plan, check, entity) for check in plan.checks)


def _entities_of(plan: Plan, key: str) -> set[str]:
    measure = plan.measure(key)
    return {*measure.golden, *(e for used in measure.measures for e in _entities_of(plan, used))}


def _golden(plan: Plan, entity: EntityPlan, whole: bool) -> tuple[GoldenColumn, ...]:
    """All golden columns where a calculation or condition may name any; else those checked, and
    those on which they rest.
    """
    mine = [golden for golden in plan.golden if golden.entity == entity.key]
    if whole or any(_may_name_any(check) for check in plan.checks):
        return tuple(mine)
    figures = [check.figure for check in plan.checks]
    checked = {f.golden for f in figures if isinstance(f, GoldenFigure)}
    checked |= {
        f.on for f in figures if isinstance(f, NativeFigure) and isinstance(f.on, GoldenColumn)
    }
    return tuple(golden for golden in mine if golden.attribute in _resting(mine, checked))


def _may_name_any(check: Check) -> bool:
    """Whether a check looks at conditions or calculations on golden records."""
    figure = check.figure
    if isinstance(figure, SqlFigure) or calculations_of(figure):
        return True
    if isinstance(figure, GoldenFigure):
        return figure.golden.subtype is not None
    return isinstance(figure, UniqueFigure) and figure.subtype is not None


def _ahead(
    plan: Plan, joined: Iterable[EntityPlan]
) -> dict[tuple[str, date], tuple[GoldenColumn, ...]]:
    """By entity and day to come: the golden columns that are asked for, and what they rest on."""
    found = {}
    for outlook in plan.outlooks:
        for entity in joined:
            mine = [one for one in outlook.golden if one.entity == entity.key]
            asked = {one for one in asked_ahead(plan, outlook.on) if one.entity == entity.key}
            if asked:
                resting = _resting(mine, asked)
                whole = any(one.subtype for one in asked)
                kept = (one for one in mine if whole or one.attribute in resting)
                found[entity.key, outlook.on] = tuple(kept)
    return found


def _resting(mine: Sequence[GoldenColumn], checked: Iterable[GoldenColumn]) -> set[str]:
    """The attributes of some golden columns, with those that must be resolved for them."""
    columns = {golden.name: golden.attribute for golden in mine}
    found: set[str] = set()
    waiting = [golden for golden in mine if golden in set(checked)]
    while waiting:
        one = waiting.pop()
        if one.attribute not in found:
            found.add(one.attribute)
            group, asked = one.survival.group, asked_by(one, columns)
            waiting += [
                other
                for other in mine
                if other.attribute in asked or (group and other.survival.group == group)
            ]
    return found


def _compared(plan: Plan, entity: EntityPlan) -> tuple[Candidate, ...]:
    figures = [check.figure for check in plan.checks]
    pairs = [f for f in figures if isinstance(f, AgreementFigure) and f.entity == entity.key]
    sides = [side for pair in pairs for side in (pair.left, pair.right)]
    return tuple(dict.fromkeys([*sides, *read_candidates(figures, entity.key)]))


def _hashed(plan: Plan, compared: Mapping[str, Iterable[Candidate]]) -> frozenset[Column]:
    """Columns that are compared: between sources, or with themselves."""
    unique = [c.figure.column for c in plan.checks if isinstance(c.figure, UniqueFigure)]
    return frozenset([*unique, *(one.column for group in compared.values() for one in group)])
