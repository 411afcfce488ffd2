"""What is known of two cells that may be one number: how their calculations and figures compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from catalog.consolidations import Equality

Pair = tuple[str, str]
"""Two URNs, the smaller one first."""
EQUAL: tuple[Equality, ...] = ("identical", "equal_without_nulls", "equal_on_all_data_seen")
"""The equal ones, the strongest proof first."""


@dataclass(frozen=True)
class Judged:
    """How two calculations compare, of cells or of a measure and a cell.

    Without `equality` they could not be compared, and `reason` says why. `alike` are things that
    are called the same and have one unit, so that they had better be one number.
    """

    left: str
    right: str
    equality: Equality | None
    alike: bool = False
    reason: str | None = None

    @property
    def pair(self) -> Pair:
        """The two, in order."""
        return pair_of(self.left, self.right)

    @property
    def is_equal(self) -> bool:
        """Whether they are one calculation, as far as was seen."""
        return self.equality in EQUAL


@dataclass(frozen=True)
class Figures:
    """The periods for which two cells published, and those of them in which they are apart."""

    periods: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()


class Judge(Protocol):
    """Proposes pairs that may be one number, and judges any pairs it is asked about."""

    def candidates(self) -> Iterable[Judged]:
        """Every pair that is worth comparing, judged."""

    def judge(self, pairs: Sequence[Pair]) -> Iterable[Judged]:
        """These pairs, judged."""


class Histories(Protocol):
    """Compares what cells have published over time."""

    def compare(self, left: str, right: str) -> Figures:
        """The published numbers of two cells, for the periods of both."""


@dataclass(frozen=True)
class Stated:
    """A judge that knows its judgements beforehand; a pair it was not told of is different."""

    known: Mapping[Pair, Judged] = field(default_factory=dict)

    @classmethod
    def of(cls, *judged: Judged) -> Stated:
        """The judge that says just that."""
        return cls({one.pair: one for one in judged})

    def candidates(self) -> Iterable[Judged]:
        """All that it was told."""
        return self.known.values()

    def judge(self, pairs: Sequence[Pair]) -> Iterable[Judged]:
        """What it was told of these pairs."""
        return [self.known.get(pair, Judged(*pair, "different")) for pair in pairs]


def pair_of(one: str, other: str) -> Pair:
    """Two URNs in order."""
    return (one, other) if one <= other else (other, one)
