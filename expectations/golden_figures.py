"""What is counted on golden records: whether they are there, current, undisputed and heeded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from expectations.columns import Candidate, GoldenColumn


@dataclass(frozen=True)
class RequiredFigure:
    """Entities, of the subtype where one is named, without a golden value.

    What was deleted on purpose is not missing: such entities are not compared.
    """

    golden: GoldenColumn
    subtype: str | None = None


@dataclass(frozen=True)
class CurrentFigure:
    """Golden values that are no longer current, on the run's day or, with `ahead`, on that one.

    Then `golden` is the attribute as it survives on that day, if nothing is confirmed until then.
    Without `timed` values age, but no claim says when they were confirmed.
    """

    golden: GoldenColumn
    ahead: date | None = None
    timed: bool = True


@dataclass(frozen=True)
class ContestedFigure:
    """Entities of which an independent source says something else than the golden record."""

    golden: GoldenColumn


@dataclass(frozen=True)
class SharedFigure:
    """Entities whose golden value more than `at_most` of them bear.

    With `across` those bear it too of whom a source says it, whatever their golden value.
    """

    golden: GoldenColumn
    at_most: int
    across: bool = False


@dataclass(frozen=True)
class AgainstGoldenFigure:
    """Usable values of one field, by its path, that are not the golden ones."""

    golden: GoldenColumn
    field: str


@dataclass(frozen=True)
class ReadsFigure:
    """Values that a touchpoint reads and that are not the golden ones, or no longer `accepted`."""

    golden: GoldenColumn
    candidate: Candidate
    accepts_stale: bool = True


GoldenFigure = (
    RequiredFigure
    | CurrentFigure
    | ContestedFigure
    | SharedFigure
    | AgainstGoldenFigure
    | ReadsFigure
)
