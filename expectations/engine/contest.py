"""The contest of an attribute's claims as SQL: who takes part, who drops out at which criterion,
who wins.

A bid is what one claim says of the entity. Bids drop out criterion by criterion; of those left the
first in the order of the claims wins, so that there is always exactly one winner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from expectations.engine.expressions import PARSED, SQL_TYPES, canonical, typed
from expectations.engine.functions import quote
from expectations.engine.speaking import NO_TIME, Speakers
from expectations.plan import Candidate, GoldenColumn
from expectations.survival import Criterion

BY_TIME = ("most_recent", "oldest")
LEAST = ("oldest", "shortest", "min")
DIACRITICS = "'[\\x00-\\x7F]|\\P{L}'"
"""What is no letter beyond plain Latin: not counted between spellings."""


@dataclass(frozen=True)
class Asked:
    """What is wanted of a golden column beside its value: whether it is current and since when, or
    with `told` all that is said of it, and with `contested` why each claim lost.
    """

    dated: bool = False
    told: bool = False
    contested: bool = False


@dataclass(frozen=True)
class Drop:
    """A criterion by which bids drop out: its code, and which of those alive stay."""

    code: str
    stays: Callable[[Sequence[str]], list[str]]


@dataclass(frozen=True)
class Contest:
    """One attribute: its bids, called `a{m}_{n}` with a letter for each thing they say.

    Letters: `i` takes part, `v` value, `h` hash of what is compared, `t` time, `f` is current,
    `x` deleted at the source, `z` unusable, `u` last current day, `r` the row's id, `p` and `e`
    the text as the source holds it and after cleansing, `s` the time on the row, `q{c}` what
    criterion c weighs. `numbers` are those of the entity's attributes, `group` the ones that
    survive together with this one; `watched` says that another asks for its winner, `overridden`
    that a steward may have set it.
    """

    m: int
    golden: GoldenColumn
    speakers: Speakers
    asked: Asked
    numbers: Mapping[str, int]
    group: tuple[tuple[int, GoldenColumn], ...] = ()
    watched: bool = False
    overridden: bool = False

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """The claims whose sources can be read, in their order."""
        return tuple(c for c in self.golden.candidates if self.speakers.reads(c))

    @property
    def is_plain(self) -> bool:
        """Whether the first usable value wins and nothing more is asked."""
        survival = self.golden.survival
        guarded = any(
            c.guards.where or c.guards.only_if_empty or c.guards.protect
            or c.guards.deleted or c.guards.blank_deletes
            for c in self.golden.candidates
        )  # fmt: skip
        return (
            survival.chain[0].kind == "priority"
            and not (survival.can_be_stale or survival.group or guarded)
            and not (self.watched or self.overridden)
            and not (self.asked.told or self.asked.contested)
        )

    def bid(self, n: int, letter: str) -> str:
        """The column of what a bid says."""
        return f"a{self.m}_{n}{letter}"

    def all(self, letter: str) -> list[str]:
        """The columns of what every bid says."""
        return [self.bid(n, letter) for n in range(len(self.candidates))]

    def laid_down(self) -> Iterator[str]:
        """Everything the bids say, out of the joined rows."""
        for n, candidate in enumerate(self.candidates):
            for letter, sql in self._said(candidate):
                yield f"{sql} AS {self.bid(n, letter)}"

    def _said(self, candidate: Candidate) -> Iterator[tuple[str, str]]:
        speakers, golden = self.speakers, self.golden
        deleted = speakers.deleted(candidate)
        usable = f"({speakers.usable(candidate)})"
        unless = f"CASE WHEN NOT {deleted} THEN {{}} END" if deleted else "{}"
        yield "v", typed(unless.format(speakers.value(candidate)), golden.type)
        yield "i", f"({usable} OR {deleted})" if deleted else usable
        if self.can_be_deleted:
            yield "x", deleted or "false"
        if self.is_hashed:
            yield "h", unless.format(speakers.hashed(candidate))
        if self.is_timed:
            yield "t", speakers.time(candidate)
        if golden.survival.can_be_stale:
            yield "f", speakers.current(golden, candidate)
        if self.asked.told or self.asked.contested:
            yield "z", f"({speakers.invalid(candidate)})"
            yield "u", speakers.until(golden, candidate)
        if self.is_recorded:
            yield "r", speakers.record(candidate)
        if self.asked.contested:
            yield "p", speakers.raw(candidate)
            yield "e", speakers.text(candidate)
            yield "s", speakers.stamp(candidate)
        for c, criterion in enumerate(golden.survival.chain):
            if sql := self._weighed(criterion, candidate):
                yield f"q{c}", sql

    def _weighed(self, criterion: Criterion, candidate: Candidate) -> str | None:
        """What a criterion weighs that the row itself can tell."""
        match criterion.kind:
            case "most_trusted":
                return self.speakers.trust(candidate)
            case "rank":
                return self.speakers.rank(candidate, criterion.text)
            case "most_complete" if not self.golden.survival.group:
                return self.speakers.filled(candidate)
        return None

    @property
    def can_be_deleted(self) -> bool:
        """Whether a source can say that there is none on purpose."""
        return any(c.guards.deleted or c.guards.blank_deletes for c in self.candidates)

    @property
    def is_hashed(self) -> bool:
        """Whether what is compared is needed: for votes, spellings, and to tell who disagrees."""
        return needs_hashes(self.golden, self.asked)

    @property
    def is_timed(self) -> bool:
        """Whether the time of values is needed."""
        weighed = any(one.kind in BY_TIME for one in self.golden.survival.chain)
        return weighed or self.asked != Asked()

    @property
    def is_recorded(self) -> bool:
        """Whether the rows' ids are needed beside the entity's, which else are the same."""
        told = self.asked != Asked(self.asked.dated)
        own = any(self.speakers.has_records(c) for c in self.candidates)
        return (told and own) or any(c.guards.protect for c in self.candidates)

    def taking_part(self, columns: Mapping[str, str]) -> Iterator[str]:
        """Who takes part after the conditions on what was resolved before are looked at."""
        for n, candidate in enumerate(self.candidates):
            if candidate.guards.where:
                asked = self.speakers.dialect.condition(candidate.guards.where, columns)
                for letter in ("i", "z"):
                    name = self.bid(n, letter)
                    if letter == "i" or self.asked.told or self.asked.contested:
                        yield f"({name} AND coalesce({asked}, false)) AS {name}"

    def drops(self) -> list[Drop]:
        """The criteria in their order; none where there is nothing to choose."""
        if len(self.candidates) < 2 or self.golden.survival.is_manual:
            return []
        found = []
        if any(c.guards.only_if_empty for c in self.candidates):
            found.append(Drop("only_if_empty", self._others_first))
        if self.golden.survival.is_set and self.can_be_deleted:
            found.append(Drop("deleted", self._values_first))
        if self.golden.survival.can_be_stale:
            found.append(Drop("current", self._current_first))
        if any(c.guards.protect for c in self.candidates):
            found.append(Drop("protect", self._incumbent_first))
        for c, criterion in enumerate(self.golden.survival.chain):
            if criterion.kind not in ("priority", "all", "manual"):
                found.append(Drop(criterion.kind, self._best(c, criterion)))
        return found

    def _others_first(self, alive: Sequence[str]) -> list[str]:
        """Who speaks only where no other does."""
        last = [candidate.guards.only_if_empty for candidate in self.candidates]
        others = " OR ".join(one for one, late in zip(alive, last, strict=True) if not late)
        spoken = others or "false"
        return [
            f"({one} AND NOT ({spoken}))" if late else one
            for one, late in zip(alive, last, strict=True)
        ]

    def _values_first(self, alive: Sequence[str]) -> list[str]:
        held = [f"({a} AND NOT {x})" for a, x in zip(alive, self.all("x"), strict=True)]
        return _preferred(alive, held)

    def _current_first(self, alive: Sequence[str]) -> list[str]:
        current = [f"({a} AND {f})" for a, f in zip(alive, self.all("f"), strict=True)]
        return _preferred(alive, current)

    def _incumbent_first(self, alive: Sequence[str]) -> list[str]:
        m = self.m
        held = [
            f"({one} AND coalesce({self.bid(n, 'r')} = b{m}r AND b{m}d = "
            f"{quote(candidate.column.dataset)} AND "
            f"{as_text(self.bid(n, 'v'), self.golden)} = b{m}v, false))"
            if candidate.guards.protect
            else "false"
            for n, (one, candidate) in enumerate(zip(alive, self.candidates, strict=True))
        ]
        return _preferred(alive, held)

    def _best(self, c: int, criterion: Criterion) -> Callable[[Sequence[str]], list[str]]:
        is_least = criterion.kind in LEAST or not criterion.descending

        def stays(alive: Sequence[str]) -> list[str]:
            weights = self._weights(c, criterion, alive)
            best = _extreme(alive, weights, is_least)
            return [
                f"({one} AND {weight} IS NOT DISTINCT FROM {best})"
                for one, weight in zip(alive, weights, strict=True)
            ]

        return stays

    def _weights(self, c: int, criterion: Criterion, alive: Sequence[str]) -> list[str]:
        values = self.all("v")
        match criterion.kind:
            case "most_recent" | "oldest":
                return self.all("t")
            case "longest" | "shortest":
                return [f"length({as_text(value, self.golden)})" for value in values]
            case "min" | "max":
                return values
            case "majority":
                return [self._votes(n, alive) for n in range(len(alive))]
            case "same_as":
                return [self._is_from(candidate, criterion.text) for candidate in self.candidates]
            case "most_complete" if self.group:
                return [self._complete(candidate) for candidate in self.candidates]
        return self.all(f"q{c}")

    def _votes(self, n: int, alive: Sequence[str]) -> str:
        """How many independent datasets hold what a bid says."""
        own = self._compared(n)
        voters: dict[str, list[int]] = {}
        for other, candidate in enumerate(self.candidates):
            if candidate.voter is not None:
                voters.setdefault(candidate.voter, []).append(other)
        votes = []
        for group in voters.values():
            holds = [f"({alive[o]} AND {self._compared(o)} = {own})" for o in group]
            votes.append(f"CAST(coalesce({' OR '.join(holds)}, false) AS INTEGER)")
        return f"({' + '.join(votes) or '0'})"

    def _compared(self, n: int) -> str:
        """The hash of a bid; those that say there is none on purpose say the same."""
        own = self.bid(n, "h")
        return f"CASE WHEN {self.bid(n, 'x')} THEN 0 ELSE {own} END" if self.can_be_deleted else own

    def _is_from(self, candidate: Candidate, attribute: str) -> str:
        """Whether a bid is of the record that won another attribute."""
        return f"(y{self.numbers[attribute]} = {self.speakers.place(candidate)})"

    def _complete(self, candidate: Candidate) -> str:
        """How many attributes of the group the candidate's row has a usable value for."""
        place = self.speakers.place(candidate)
        counted = []
        for m, golden in self.group:
            readable = [c for c in golden.candidates if self.speakers.reads(c)]
            held = [f"a{m}_{n}i" for n, c in enumerate(readable) if self.speakers.place(c) == place]
            counted.append(f"CAST(({' OR '.join(held) or 'false'}) AS INTEGER)")
        return f"({' + '.join(counted)})"

    def set_of(self, alive: Sequence[str]) -> str:
        """All values of those alive, each once in its best spelling, in alphabetical order."""
        values, hashes = self.all("v"), self.all("h")
        marks = [_diacritics(value) for value in values]
        kept = []
        for n, one in enumerate(alive):
            better = [
                f"({alive[o]} AND {hashes[o]} = {hashes[n]} AND {marks[o]} "
                f"{'>=' if o < n else '>'} {marks[n]})"
                for o in range(len(alive))
                if o != n
            ]
            spoken = f"{one} AND NOT coalesce({' OR '.join(better) or 'false'}, false)"
            kept.append(f"CASE WHEN {spoken} THEN {values[n]} END")
        listed = f"list_sort(list_filter([{', '.join(kept)}], lambda x: x IS NOT NULL))"
        return f"nullif(array_to_string({listed}, '; '), '')"

    def winner(self, alive: Sequence[str]) -> str:
        """The number of the first bid left, NULL where there is none."""
        if self.golden.survival.is_manual or not alive:
            return "CAST(NULL AS TINYINT)"
        cases = " ".join(f"WHEN {one} THEN {n}" for n, one in enumerate(alive))
        return f"CAST(CASE {cases} END AS TINYINT)"

    @property
    def is_spelled(self) -> bool:
        """Whether ties may be spellings of one value."""
        kind = self.golden.type
        return (
            len(self.candidates) > 1
            and kind not in PARSED
            and any(candidate.column.compare for candidate in self.candidates)
            and self.golden.survival.chain[-1].kind not in ("priority", "all", "manual")
        )

    def best_spelling(self, alive: Sequence[str], first: str) -> str:
        """The number of the bid that spells the winner's value with most diacritics."""
        own = self.picked(first, "h")
        same = [
            f"({one} AND {held} = {own})" for one, held in zip(alive, self.all("h"), strict=True)
        ]
        marks = [_diacritics(value) for value in self.all("v")]
        most = _extreme(same, marks, is_least=False)
        cases = " ".join(
            f"WHEN {one} AND {mark} = {most} THEN {n}"
            for n, (one, mark) in enumerate(zip(same, marks, strict=True))
        )
        tied = " + ".join(f"CAST(coalesce({one}, false) AS INTEGER)" for one in same)
        chosen = f"CASE {cases} ELSE {first} END"
        return f"CAST(CASE WHEN {tied} > 1 THEN {chosen} ELSE {first} END AS TINYINT)"

    def picked(self, winner: str, letter: str, type_: str = "") -> str:
        """What the winner says under a letter."""
        columns = self.all(letter)
        if not columns:
            return f"CAST(NULL AS {type_ or SQL_TYPES.get(self.golden.type, 'VARCHAR')})"
        cases = " ".join(f"WHEN {n} THEN {column}" for n, column in enumerate(columns))
        return f"CASE {winner} {cases} END"

    def first_usable(self) -> tuple[str, str]:
        """Of a plain attribute: its value and when that was confirmed, without a contest."""
        cases = [(self.speakers.usable(c), c) for c in self.candidates]
        if not cases:
            return typed("CAST(NULL AS VARCHAR)", self.golden.type), NO_TIME
        values = " ".join(f"WHEN {ok} THEN {self.speakers.value(c)}" for ok, c in cases)
        times = " ".join(f"WHEN {ok} THEN {self.speakers.time(c)}" for ok, c in cases)
        return typed(f"CASE {values} END", self.golden.type), f"CASE {times} END"


def needs_hashes(golden: GoldenColumn, asked: Asked) -> bool:
    """Whether hashes of what is compared decide or tell something about a golden column."""
    kinds = {one.kind for one in golden.survival.chain}
    plain = kinds <= {"priority", "manual"}
    folded = any(candidate.column.compare for candidate in golden.candidates)
    spelled = golden.type not in PARSED and folded and not plain
    return asked.told or asked.contested or bool(kinds & {"majority", "all"}) or spelled


def as_text(value: str, golden: GoldenColumn) -> str:
    """A golden value in its one spelling."""
    return canonical(value, "NULL", golden.type) if golden.type in PARSED else value


def _preferred(alive: Sequence[str], preferred: Sequence[str]) -> list[str]:
    """Those preferred where there are any, else all."""
    any_of = " OR ".join(preferred)
    return [
        f"({good} OR ({one} AND NOT ({any_of})))"
        for one, good in zip(alive, preferred, strict=True)
    ]


def _extreme(alive: Sequence[str], weights: Sequence[str], is_least: bool) -> str:
    """The best weight of those alive; what weighs nothing comes last."""
    cases = (f"CASE WHEN {a} THEN {w} END" for a, w in zip(alive, weights, strict=True))
    return f"{'least' if is_least else 'greatest'}({', '.join(cases)})"


def _diacritics(value: str) -> str:
    return f"length(regexp_replace(nfc_normalize({value}), {DIACRITICS}, '', 'g'))"
