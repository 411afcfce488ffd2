"""The contest of an attribute's claims as SQL: who takes part, and what each of them says.

A bid is what one claim says of the entity. Bids drop out criterion by criterion (`dropping.py`); of
those left the first in the order of the claims wins (`winning.py`), so that there is always exactly
one winner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from expectations.engine.expressions import PARSED, SQL_TYPES, canonical, typed
from expectations.engine.speaking import NO_TIME, Speakers
from expectations.plan import Candidate, GoldenColumn
from expectations.survival import Criterion

BY_TIME = ("most_recent", "oldest")


@dataclass(frozen=True)
class Asked:
    """What is wanted of a golden column beside its value: whether it is current and since when, or
    with `told` all that is said of it, and with `contested` why each claim lost.

    With `decided` whether there is a winner, even one that says there is no value on purpose; with
    `hashed` the hash of what is compared, with `spread` those of all that is said as well, and with
    `weighed` what each claim says compared with it.
    """

    dated: bool = False
    told: bool = False
    contested: bool = False
    decided: bool = False
    hashed: bool = False
    spread: bool = False
    weighed: bool = False

    @property
    def is_compared(self) -> bool:
        """Whether the golden value is compared with what claims say."""
        return self.hashed or self.spread or self.weighed


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
            and not (self.asked.decided or self.asked.is_compared)
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
    def trust(self) -> str | None:
        """The letter under which a bid tells how far its row is trusted, where that is weighed."""
        kinds = [one.kind for one in self.golden.survival.chain]
        return f"q{kinds.index('most_trusted')}" if "most_trusted" in kinds else None

    @property
    def can_be_deleted(self) -> bool:
        """Whether a source can say that there is none on purpose."""
        return any(c.guards.deleted or c.guards.blank_deletes for c in self.candidates)

    @property
    def can_end(self) -> bool:
        """Whether there is a last day on which a value is current."""
        guarded = any(candidate.guards.valid_until for candidate in self.candidates)
        return guarded or self.golden.survival.valid_for is not None

    @property
    def is_hashed(self) -> bool:
        """Whether what is compared is needed: for votes, spellings, and to tell who disagrees."""
        return needs_hashes(self.golden, self.asked)

    @property
    def is_timed(self) -> bool:
        """Whether the time of values is needed."""
        weighed = any(one.kind in BY_TIME for one in self.golden.survival.chain)
        return weighed or self.asked.dated or self.asked.told or self.asked.contested

    @property
    def is_recorded(self) -> bool:
        """Whether the rows' ids are needed beside the entity's, which else are the same."""
        told = self.asked.told or self.asked.contested
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
    compared = asked.told or asked.contested or asked.is_compared
    return compared or bool(kinds & {"majority", "all"}) or spelled


def as_text(value: str, golden: GoldenColumn) -> str:
    """A golden value in its one spelling."""
    return canonical(value, "NULL", golden.type) if golden.type in PARSED else value
