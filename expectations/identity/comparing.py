"""How alike two values are, in levels: SQL for the model, words for the steward."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from catalog.durations import Duration
from catalog.model import Comparison
from expectations.identity.tokens import overlap

LIKENESSES = (0.92, 0.8)
DAYS = {"d": 1, "bd": 1, "w": 7, "mo": 31, "y": 366}


@dataclass(frozen=True)
class Level:
    """One answer of a comparison: the condition of a pair (`_l`, `_r`), how it is said, and
    whether it counts as agreement; `by_frequency` weighs equal rare values more.
    """

    condition: str
    said: str
    agrees: bool = True
    by_frequency: bool = False


@dataclass(frozen=True)
class Compared:
    """A comparison and the column of the prepared records it looks at: `c0`, `c1` …"""

    comparison: Comparison
    column: str

    @property
    def missing(self) -> str:
        """The condition under which a pair cannot be compared."""
        return f"{self.column}_l IS NULL OR {self.column}_r IS NULL"

    def levels(self) -> tuple[Level, ...]:
        """The answers, the greatest likeness first; the last holds whenever no other does."""
        return (self._equal, *LEVELS[self.comparison.as_](self), Level("ELSE", "different", False))

    @property
    def _equal(self) -> Level:
        if self.comparison.as_ == "address":
            return Level(f"{self._same_numbers} AND {self._streets} >= 0.99", "the same address")
        condition = f"{self.column}_l = {self.column}_r"
        return Level(condition, "the same", True, self.comparison.frequency)

    @property
    def _same_numbers(self) -> str:
        left, right = f"{self.column}_numbers_l", f"{self.column}_numbers_r"
        return f"len({left}) > 0 AND len({right}) > 0 AND {overlap(left, right)} = 1"

    @property
    def _streets(self) -> str:
        return overlap(f"{self.column}_words_l", f"{self.column}_words_r")

    @property
    def likeness(self) -> str:
        """Jaro-Winkler of the two values, from 0 to 1."""
        return f"jaro_winkler_similarity({self.column}_l, {self.column}_r)"

    def shared(self, list_: str) -> str:
        """How many members two lists have in common."""
        return f"len(list_intersect({self.column}_{list_}_l, {self.column}_{list_}_r))"


def _nothing_between(one: Compared) -> Iterator[Level]:
    yield from ()


def _likenesses(one: Compared) -> Iterator[Level]:
    for least in one.comparison.at or LIKENESSES:
        yield Level(f"{one.likeness} >= {least}", f"alike (Jaro-Winkler at least {least:g})")


def _name(one: Compared) -> Iterator[Level]:
    yield Level(f"{one.column}_form_l = {one.column}_form_r", "forms of one name")
    yield from _likenesses(one)


def _words(one: Compared) -> Iterator[Level]:
    all_ = overlap(f"{one.column}_words_l", f"{one.column}_words_r")
    rare = one.shared("rare")
    yield Level(f"{all_} >= 0.99 AND {rare} > 0", "one holds all words of the other")
    yield Level(f"{rare} >= 2", "two rare words in common")
    yield Level(f"{rare} = 1 OR {all_} >= 0.6", "a rare word or most words in common")


def _address(one: Compared) -> Iterator[Level]:
    column = one.column
    alike = f"({one._streets} >= 0.5 OR {one.likeness} >= 0.93)"
    yield Level(f"{one._same_numbers} AND {alike}", "the same number, street alike")
    yield Level(one._same_numbers, "the same number, another street")
    words = f"len({column}_words_l) > 0 AND len({column}_words_r) > 0"
    yield Level(f"{words} AND {one._streets} >= 0.5", "street alike, another number", False)


def _date(one: Compared) -> Iterator[Level]:
    left, right = f"{one.column}_l", f"{one.column}_r"
    texts = f"CAST({left} AS VARCHAR), CAST({right} AS VARCHAR)"
    yield Level(f"damerau_levenshtein({texts}) <= 1", "one digit off")
    swapped = f"month({left}) = day({right}) AND day({left}) = month({right})"
    yield Level(f"year({left}) = year({right}) AND {swapped}", "day and month swapped")
    for span in one.comparison.within:
        yield Level(f"abs(date_diff('day', {left}, {right})) <= {_days(span)}", f"within {span}")


def _email(one: Compared) -> Iterator[Level]:
    left, right = (f"split_part({one.column}_{side}, '@', 1)" for side in ("l", "r"))
    yield Level(f"length({left}) > 4 AND {left} = {right}", "the same before the @")


def _days(span: Duration) -> int:
    return 1 if span.unit == "h" else span.count * DAYS[span.unit]


LEVELS = {
    "exact": _nothing_between,
    "phone": _nothing_between,
    "email": _email,
    "jaro_winkler": _likenesses,
    "name": _name,
    "words": _words,
    "address": _address,
    "date": _date,
}
"""For each kind of comparison the levels between equal and different."""
