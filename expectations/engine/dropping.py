"""Who drops out of a contest: criterion by criterion, as SQL over its bids.

Each criterion leaves at least one of the bids that were alive before it. What several of its
conditions ask for is a column that is added first, for else it would be computed again in each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from expectations.engine.contest import Contest, as_text
from expectations.engine.functions import quote
from expectations.plan import Candidate
from expectations.survival import Criterion

LEAST = ("oldest", "shortest", "min")

Layers = Iterator[list[str]]
"""Columns that are added layer by layer, each over those before."""


@dataclass(frozen=True)
class Drop:
    """A criterion by which bids drop out: its code, and the columns that tell which of those
    alive stay, under the given names in the end.
    """

    code: str
    stays: Callable[[Sequence[str], Sequence[str]], Layers]


@dataclass(frozen=True)
class Criteria:
    """The criteria of a contest."""

    of: Contest

    def drops(self) -> list[Drop]:
        """The criteria in their order; none where there is nothing to choose."""
        if len(self.of.candidates) < 2 or self.of.golden.survival.is_manual:
            return []
        found = []
        if any(c.guards.only_if_empty for c in self.of.candidates):
            found.append(Drop("only_if_empty", self._others_first))
        if self.of.golden.survival.is_set and self.of.can_be_deleted:
            found.append(Drop("deleted", self._values_first))
        if self.of.golden.survival.can_be_stale:
            found.append(Drop("current", self._current_first))
        if any(c.guards.protect for c in self.of.candidates):
            found.append(Drop("protect", self._incumbent_first))
        for c, criterion in enumerate(self.of.golden.survival.chain):
            if criterion.kind not in ("priority", "all", "manual"):
                found.append(Drop(criterion.kind, self._best(c, criterion)))
        return found

    def _others_first(self, alive: Sequence[str], names: Sequence[str]) -> Layers:
        """Who speaks only where no other does."""
        last = [candidate.guards.only_if_empty for candidate in self.of.candidates]
        others = " OR ".join(one for one, late in zip(alive, last, strict=True) if not late)
        spoken = others or "false"
        yield [
            f"({one} AND NOT ({spoken})) AS {name}" if late else f"{one} AS {name}"
            for one, late, name in zip(alive, last, names, strict=True)
        ]

    def _values_first(self, alive: Sequence[str], names: Sequence[str]) -> Layers:
        held = [f"({a} AND NOT {x})" for a, x in zip(alive, self.of.all("x"), strict=True)]
        return _preferred(alive, held, names)

    def _current_first(self, alive: Sequence[str], names: Sequence[str]) -> Layers:
        current = [f"({a} AND {f})" for a, f in zip(alive, self.of.all("f"), strict=True)]
        return _preferred(alive, current, names)

    def _incumbent_first(self, alive: Sequence[str], names: Sequence[str]) -> Layers:
        m = self.of.m
        held = [
            f"({one} AND coalesce({self.of.bid(n, 'r')} = b{m}r AND b{m}d = "
            f"{quote(candidate.column.dataset)} AND "
            f"{as_text(self.of.bid(n, 'v'), self.of.golden)} = b{m}v, false))"
            if candidate.guards.protect
            else "false"
            for n, (one, candidate) in enumerate(zip(alive, self.of.candidates, strict=True))
        ]
        return _preferred(alive, held, names)

    def _best(
        self, c: int, criterion: Criterion
    ) -> Callable[[Sequence[str], Sequence[str]], Layers]:
        is_least = criterion.kind in LEAST or not criterion.descending

        def stays(alive: Sequence[str], names: Sequence[str]) -> Layers:
            weights = [f"{name}q" for name in names]
            weighed = zip(self._weights(c, criterion, alive), weights, strict=True)
            yield [f"{sql} AS {weight}" for sql, weight in weighed]
            best = f"{names[0]}m"
            yield [f"{extreme(alive, weights, is_least)} AS {best}"]
            yield [
                f"({one} AND {weight} IS NOT DISTINCT FROM {best}) AS {name}"
                for one, weight, name in zip(alive, weights, names, strict=True)
            ]

        return stays

    def _weights(self, c: int, criterion: Criterion, alive: Sequence[str]) -> list[str]:
        values = self.of.all("v")
        match criterion.kind:
            case "most_recent" | "oldest":
                return self.of.all("t")
            case "longest" | "shortest":
                return [f"length({as_text(value, self.of.golden)})" for value in values]
            case "min" | "max":
                return values
            case "majority":
                return [self._votes(n, alive) for n in range(len(alive))]
            case "same_as":
                return [
                    self._is_from(candidate, criterion.text) for candidate in self.of.candidates
                ]
            case "most_complete" if self.of.group:
                return [self._complete(candidate) for candidate in self.of.candidates]
        return self.of.all(f"q{c}")

    def _votes(self, n: int, alive: Sequence[str]) -> str:
        """How many independent datasets hold what a bid says."""
        own = self._compared(n)
        voters: dict[str, list[int]] = {}
        for other, candidate in enumerate(self.of.candidates):
            if candidate.voter is not None:
                voters.setdefault(candidate.voter, []).append(other)
        votes = []
        for group in voters.values():
            holds = [f"({alive[o]} AND {self._compared(o)} = {own})" for o in group]
            votes.append(f"CAST(coalesce({' OR '.join(holds)}, false) AS INTEGER)")
        return f"({' + '.join(votes) or '0'})"

    def _compared(self, n: int) -> str:
        """The hash of a bid; those that say there is none on purpose say the same."""
        own = self.of.bid(n, "h")
        deleted = f"CASE WHEN {self.of.bid(n, 'x')} THEN 0 ELSE {own} END"
        return deleted if self.of.can_be_deleted else own

    def _is_from(self, candidate: Candidate, attribute: str) -> str:
        """Whether a bid is of the record that won another attribute."""
        return f"(y{self.of.numbers[attribute]} = {self.of.speakers.place(candidate)})"

    def _complete(self, candidate: Candidate) -> str:
        """How many attributes of the group the candidate's row has a usable value for."""
        place = self.of.speakers.place(candidate)
        counted = []
        for m, golden in self.of.group:
            readable = [c for c in golden.candidates if self.of.speakers.reads(c)]
            held = [
                f"a{m}_{n}i" for n, c in enumerate(readable) if self.of.speakers.place(c) == place
            ]
            counted.append(f"CAST(({' OR '.join(held) or 'false'}) AS INTEGER)")
        return f"({' + '.join(counted)})"


def _preferred(alive: Sequence[str], preferred: Sequence[str], names: Sequence[str]) -> Layers:
    """Those preferred where there are any, else all."""
    good = [f"{name}p" for name in names]
    yield [f"{sql} AS {one}" for sql, one in zip(preferred, good, strict=True)]
    none = f"{names[0]}n"
    yield [f"NOT ({' OR '.join(good)}) AS {none}"]
    yield [
        f"({better} OR ({one} AND {none})) AS {name}"
        for one, better, name in zip(alive, good, names, strict=True)
    ]


def extreme(alive: Sequence[str], weights: Sequence[str], is_least: bool) -> str:
    """The best weight of those alive; what weighs nothing comes last."""
    cases = (f"CASE WHEN {a} THEN {w} END" for a, w in zip(alive, weights, strict=True))
    return f"{'least' if is_least else 'greatest'}({', '.join(cases)})"
