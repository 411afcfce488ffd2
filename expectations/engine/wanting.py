"""What the joins of a run must hold: which entities, compared candidates and golden columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from expectations.engine.contest import Asked, needs_hashes
from expectations.engine.resolving import asked_by
from expectations.plan import (
    AgreementFigure,
    Candidate,
    Check,
    Column,
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


class Wants:
    """What the joins of a run must hold: entities, compared candidates, golden columns."""

    def __init__(self, plan: Plan, asked: Asked, resolved: frozenset[str]) -> None:
        self.joined = [e for e in plan.entities if e.key in resolved or _asked(plan, e)]
        self.golden = {e.key: _golden(plan, e, e.key in resolved) for e in self.joined}
        self.compared = {e.key: _compared(plan, e) for e in self.joined}
        figures = [check.figure for check in plan.checks]
        self.dated = frozenset(f.golden for f in figures if isinstance(f, CurrentFigure))
        surviving = [(g, c) for e in self.joined for g in self.golden[e.key] for c in g.candidates]
        compared = [(None, c) for e in self.joined for c in self.compared[e.key]]
        self.candidates: list[tuple[GoldenColumn | None, Candidate]] = [*compared, *surviving]
        weighed = [c.column for g, c in surviving if needs_hashes(g, asked)]
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
    if isinstance(figure, RequiredFigure | CurrentFigure):
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
    if whole or any(
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
    return tuple(golden for golden in mine if golden.attribute in _resting(mine, checked))


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
    return tuple(dict.fromkeys(side for pair in pairs for side in (pair.left, pair.right)))


def _hashed(plan: Plan, compared: Mapping[str, Iterable[Candidate]]) -> frozenset[Column]:
    """Columns that are compared: between sources, or with themselves."""
    unique = [c.figure.column for c in plan.checks if isinstance(c.figure, UniqueFigure)]
    return frozenset([*unique, *(one.column for group in compared.values() for one in group)])
