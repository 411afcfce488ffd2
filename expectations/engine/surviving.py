"""What must be told of rows so that attributes survive rightly, and which survive together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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


def units_of(golden: Sequence[GoldenColumn]) -> tuple[tuple[GoldenColumn, ...], ...]:
    """The attributes that take their values from one record: groups, and those that ask for the
    winner of another before anything else.
    """
    units: dict[str, list[GoldenColumn]] = {}
    leaders = {one.attribute: one.survival.group or one.attribute for one in golden}
    for one in golden:
        first = one.survival.chain[0]
        alone = first.kind != "same_as" or one.survival.group or first.text not in leaders
        leader = leaders[one.attribute] if alone else leaders[first.text]
        units.setdefault(leader, []).append(one)
    return tuple(map(tuple, units.values()))
