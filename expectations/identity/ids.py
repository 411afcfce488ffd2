"""Stable ids of entities: what was given once stays, and what it became is written down."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from expectations.identity.joining import Record

DIGITS = 16


@dataclass(frozen=True)
class Moved:
    """An id that is another one since a day: merged into it, or split off from it.

    After a merge `entity_id` is the id that lives on and `former` an alias of it; after a split
    `entity_id` is the new id of records that had `former`.
    """

    how: Literal["merge", "split"]
    former: str
    entity_id: str
    records: int
    on: date


@dataclass(frozen=True)
class Named:
    """The id of each group, by the group's number, and the ids that moved to get there."""

    ids: Mapping[int, str]
    moved: tuple[Moved, ...]


def name_groups(
    entity: str,
    groups: Mapping[int, Sequence[Record]],
    former: Mapping[str, str],
    used: Iterable[str],
    today: date,
) -> Named:
    """Give each group an id: the one that most of its records had, else a new one.

    `former` is the id of each record by its name; `used` are all ids that were ever given, none of
    which is given to other records again.
    """
    held = {number: _held(members, former) for number, members in groups.items()}
    ids = _kept(groups, held)
    taken = {*used, *former.values(), *ids.values()}
    for number, members in sorted(groups.items()):
        if number not in ids:
            ids[number] = _new_id(entity, members, taken)
            taken.add(ids[number])
    return Named(ids, tuple(_moves(held, ids, today)))


def _held(members: Sequence[Record], former: Mapping[str, str]) -> Counter[str]:
    """How many of the records had which id."""
    return Counter(former[one.name] for one in members if one.name in former)


def _kept(
    groups: Mapping[int, Sequence[Record]], held: Mapping[int, Counter[str]]
) -> dict[int, str]:
    """Each former id stays with the group that has most of its records."""
    wishes = sorted(
        (-count, former, min(one.name for one in groups[number]), number)
        for number, counts in held.items()
        for former, count in counts.items()
    )
    ids: dict[int, str] = {}
    given: set[str] = set()
    for _, former, _, number in wishes:
        if number not in ids and former not in given:
            ids[number] = former
            given.add(former)
    return ids


def _new_id(entity: str, members: Iterable[Record], taken: set[str]) -> str:
    """A hash of the smallest source and record; another one where that id was given before."""
    smallest = min((one.dataset, one.record_id) for one in members)
    for attempt in range(len(taken) + 1):
        salt = f"\x1f{attempt}" if attempt else ""
        text = "\x1f".join(smallest) + salt
        made = f"{entity}-{hashlib.sha256(text.encode()).hexdigest()[:DIGITS]}"
        if made not in taken:
            return made
    raise AssertionError("more attempts than ids")


def _moves(
    held: Mapping[int, Counter[str]], ids: Mapping[int, str], today: date
) -> Iterable[Moved]:
    """What became of former ids: those that no group has were merged, the rest was split off."""
    living = set(ids.values())
    for number in sorted(held):
        for former, count in sorted(held[number].items()):
            if former == ids[number]:
                continue
            how: Literal["merge", "split"] = "split" if former in living else "merge"
            yield Moved(how, former, ids[number], count, today)


def living_ids(log: Iterable[Moved]) -> Mapping[str, str]:
    """Every id that was merged into another, and the id that lives on for it today."""
    into = {move.former: move.entity_id for move in log if move.how == "merge"}

    def living(former: str) -> str:
        seen = {former}
        while former in into and into[former] not in seen:
            former = into[former]
            seen.add(former)
        return former

    return {former: living(former) for former in into}
