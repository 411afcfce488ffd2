"""What must be told of rows so that attributes survive rightly, and which survive together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from expectations.engine.wanted import Condition, Extra
from expectations.plan import Candidate, GoldenColumn


def extras_of(golden: GoldenColumn, candidate: Candidate, *, contested: bool) -> Iterator[Extra]:
    """What more must be told of the rows of a candidate's dataset, for it to survive rightly."""
    guards, column = candidate.guards, candidate.column
    if guards.blank_deletes:
        yield Extra("blank", "", column)
    if guards.valid_until:
        yield Extra("day", guards.valid_until)
    for criterion in golden.survival.chain:
        if criterion.kind == "rank":
            yield Extra("expression", criterion.text, confirmed_by=column.confirmed_by)
        if criterion.kind == "most_complete" and not golden.survival.group:
            yield Extra("filled")
    if contested:
        yield Extra("raw", "", column)


def conditions_of(candidate: Candidate) -> Iterator[Condition]:
    """The conditions on the rows of a candidate's dataset."""
    guards, by = candidate.guards, candidate.column.confirmed_by
    lowered = [text for _, text, _ in guards.trust.downgrades] if guards.trust else []
    for text in (candidate.when, candidate.row, guards.valid_while, guards.deleted, *lowered):
        if text:
            yield Condition(text, by)
    if guards.valid_if:
        yield Condition(guards.valid_if, by, candidate.column)


@dataclass(frozen=True)
class Unit:
    """Attributes that take their values from one record; with `wheres` only those claims of them
    that speak under one of these conditions on the golden record (None: always).
    """

    golden: tuple[GoldenColumn, ...]
    wheres: tuple[str | None, ...] | None = None

    def has(self, candidate: Candidate) -> bool:
        """Whether a claim takes its value from this unit's record."""
        asked = self.wheres is None or candidate.guards.where in self.wheres
        return asked and self.resolves(candidate.column.attribute)

    def resolves(self, attribute: str) -> bool:
        """Whether it is one of the unit's attributes."""
        return any(one.attribute == attribute for one in self.golden)

    def of(self, golden: GoldenColumn, dataset: str) -> list[Candidate]:
        """The claims of an attribute on records of a dataset."""
        return [c for c in golden.candidates if c.column.dataset == dataset and self.has(c)]


def units_of(golden: Sequence[GoldenColumn]) -> tuple[Unit, ...]:
    """The attributes that take their values from one record: groups, and those that ask for the
    winner of another before anything else. Claims of one attribute that speak for different
    entities have a record each, for which of them speaks is known only later.
    """
    units: dict[str, list[GoldenColumn]] = {}
    leaders = {one.attribute: one.survival.group or one.attribute for one in golden}
    for one in golden:
        first = one.survival.chain[0]
        alone = first.kind != "same_as" or one.survival.group or first.text not in leaders
        leader = leaders[one.attribute] if alone else leaders[first.text]
        units.setdefault(leader, []).append(one)
    return tuple(unit for together in units.values() for unit in _by_where(tuple(together)))


def _by_where(together: tuple[GoldenColumn, ...]) -> Iterator[Unit]:
    wheres = dict.fromkeys(c.guards.where for one in together for c in one.candidates)
    if len(together) > 1 or len(wheres) < 2:
        yield Unit(together)
        return
    yield from (Unit(together, (where,)) for where in wheres)
