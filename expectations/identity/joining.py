"""Decides which records are one entity: stewards first, then keys, then the model."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Literal, get_args

from catalog.model import Match, MatchKey
from expectations.identity.clusters import Clusters, Kinds

MergedBy = Literal["key", "model", "steward"]
Sharing = Iterable[tuple[str, Sequence[int]]]
"""Records that share a value, value by value in their order."""


MERGED_BY: tuple[MergedBy, ...] = get_args(MergedBy)


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its number and its name `dataset/record_id`."""

    number: int
    dataset: str
    record_id: str

    @property
    def name(self) -> str:
        """As stewards write it: crm.customers/17"""
        return f"{self.dataset}/{self.record_id}"


@dataclass(frozen=True)
class Doubt:
    """Two records that something speaks for being one, and why that was not enough."""

    left: int
    right: int
    why: str
    score: float | None = None


@dataclass(frozen=True)
class Words:
    """What stewards decided, by numbers of records: which are the same, which are told apart."""

    same: tuple[tuple[int, ...], ...] = ()
    apart: tuple[tuple[int, int], ...] = ()


class JoinedBy:
    """What joined each record to others, by its number: one byte each, 0 for nothing."""

    def __init__(self, records: int) -> None:
        self.codes = array("B", bytes(records))

    def get(self, record: int) -> MergedBy | None:
        """What joined the record; None for one that is alone."""
        code = self.codes[record]
        return MERGED_BY[code - 1] if code else None

    def set_first(self, record: int, by: MergedBy) -> None:
        """Note it unless something joined the record before."""
        if not self.codes[record]:
            self.codes[record] = MERGED_BY.index(by) + 1


@dataclass
class Joined:
    """The groups, what joined each record to its group, and what is left in doubt."""

    clusters: Clusters
    by: JoinedBy
    score: dict[int, float] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)

    def settle(self, members: Iterable[int], by: MergedBy) -> None:
        """Note what joined records; who said so first has said it."""
        for member in members:
            self.by.set_first(member, by)


def join_by_word_and_key(
    kinds: Sequence[Kinds],
    match: Match,
    words: Words,
    shared: Sharing,
    keys: Sequence[Sharing],
) -> Joined:
    """Groups by what stewards said, by shared ids and by exact keys.

    `kinds` are the subtypes of each record, by its number; `shared` the records of each id that
    names an entity institution-wide, `keys` those of each value of each key, both by value.
    """
    mixed = {
        frozenset(pair)
        for key in match.keys
        if key.across == "same"
        for pair in combinations(key.joins, 2)
    }
    joined = Joined(Clusters(kinds, words.apart, mixed), JoinedBy(len(kinds)))
    for group in words.same:
        for left, right in pairwise(group):
            joined.clusters.join(left, right)
        joined.settle(group, "steward")
    for _, holders in shared:
        _join_or_ask(joined, holders, "id")
    for key, sharing in zip(match.keys, keys, strict=True):
        for _, holders in sharing:
            _join_by_key(joined, key, holders, kinds)
    return joined


def _join_by_key(
    joined: Joined, key: MatchKey, holders: Sequence[int], kinds: Sequence[Kinds]
) -> None:
    """Records of one value: those of one subtype first, then those that may be one across."""
    parts = _by_kinds((one for one in holders if _speaks_for(key, kinds[one])), kinds)
    for part in parts.values():
        _join_or_ask(joined, part, key.attribute)
    if len(parts) <= 1:
        return
    known = [part for of, part in parts.items() if of]
    unknown = parts.get((), [])
    if key.across == "same" or len(known) <= 1:
        spoken = sorted(one for part in parts.values() for one in part)
        _join_or_ask(joined, spoken, key.attribute)
        return
    for left, right in combinations([part[0] for part in known], 2):
        if key.across == "review" and not joined.clusters.told_apart(left, right):
            why = f"the same {key.attribute}, but of two subtypes"
            joined.doubts.append(Doubt(left, right, why))
    for part in known if unknown else ():
        why = f"the same {key.attribute}, but of several subtypes it could belong to"
        left, right = sorted((part[0], unknown[0]))
        joined.doubts.append(Doubt(left, right, why))


def _join_or_ask(joined: Joined, numbers: Sequence[int], what: str) -> None:
    if len(numbers) < 2:
        return
    if joined.clusters.join_all(numbers):
        joined.settle(numbers, "key")
        return
    why = f"the same {what}, but together they would hold records that are told apart"
    joined.doubts += [Doubt(left, right, why) for left, right in pairwise(sorted(numbers))]


def _speaks_for(key: MatchKey, kinds: Kinds) -> bool:
    return not key.joins or not kinds or not set(key.joins).isdisjoint(kinds)


def _by_kinds(records: Iterable[int], kinds: Sequence[Kinds]) -> dict[Kinds, list[int]]:
    found: dict[Kinds, list[int]] = {}
    for record in records:
        found.setdefault(kinds[record], []).append(record)
    return found


def join_by_model(joined: Joined, certain: Iterable[tuple[int, int, float]]) -> None:
    """Add the pairs that the model is certain of, the most probable first.

    A pair that would put two records together that must be apart is left in doubt, and so are all
    weaker ones of the same groups: one of them is wrong already.
    """
    frozen: set[int] = set()
    clusters = joined.clusters
    for left, right, probability in certain:
        one, other = clusters.find(left), clusters.find(right)
        if clusters.never(left, right):
            continue
        if one == other:
            _note(joined, (left, right), probability)
        elif one in frozen or other in frozen or not clusters.may_join(one, other):
            frozen |= {one, other}
            joined.doubts.append(Doubt(left, right, _against(clusters, one, other), probability))
        else:
            clusters.join(one, other)
            _note(joined, (left, right), probability)


def _note(joined: Joined, pair: tuple[int, int], probability: float) -> None:
    joined.settle(pair, "model")
    for record in pair:
        if joined.by.get(record) == "model":
            joined.score[record] = max(probability, joined.score.get(record, 0.0))


def _against(clusters: Clusters, left: int, right: int) -> str:
    clash = clusters.clash(left, right)
    if clash:
        return f"together they would be {clash[0]} and {clash[1]}"
    return "together they would hold records that are told apart"


def open_doubts(joined: Joined) -> Iterator[Doubt]:
    """The doubts that nothing has settled since: one for each two groups, the likeliest."""
    seen: set[tuple[int, int]] = set()
    clusters = joined.clusters
    for doubt in sorted(joined.doubts, key=lambda d: (-(d.score or 1.0), d.left, d.right)):
        one, other = sorted((clusters.find(doubt.left), clusters.find(doubt.right)))
        if one != other and (one, other) not in seen and not clusters.told_apart(one, other):
            seen.add((one, other))
            yield doubt
