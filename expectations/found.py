"""What was found of measures and published numbers: what sentences and results are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from catalog.periods import Period
from catalog.results import Comparison
from expectations.plan import CellPlan, Issue


@dataclass(frozen=True)
class Move:
    """How far one value of a measure moved; None where it was not there."""

    of: str
    before: Decimal | None
    now: Decimal | None
    allowed: Decimal

    @property
    def far(self) -> Decimal:
        """How far; a value that is not there counts as 0."""
        return (self.now or Decimal(0)) - (self.before or Decimal(0))

    @property
    def is_leap(self) -> bool:
        """Whether it is further than allowed."""
        return abs(self.far) > self.allowed


@dataclass(frozen=True)
class Moves:
    """How far every value of a measure moved since a day or a period."""

    since: str
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Published:
    """The comparison of a cell that matters most, and how many others of it are wrong too."""

    cell: CellPlan
    period: Period
    comparison: Comparison
    others: int = 0


@dataclass(frozen=True)
class Twice:
    """Two cells' numbers of one period, in the same unit, and the truth if it is known."""

    left: CellPlan
    right: CellPlan
    period: Period
    numbers: tuple[Decimal, Decimal]
    allowed: Decimal
    truth: Decimal | None = None
    others: int = 0

    @property
    def apart(self) -> Decimal:
        """How far they lie apart."""
        return abs(self.numbers[0] - self.numbers[1])


@dataclass(frozen=True)
class Beside:
    """A number as it was stated, and as the workbook at a place shows it; both in one unit."""

    cell: CellPlan
    period: Period
    stated: Decimal
    shown: Decimal
    place: str
    saved_on: date
    others: int = 0
    unshown: str | None = None


@dataclass(frozen=True)
class Lateness:
    """The cells of an issue that were late, with their days, and those that are missing.

    `by_file` says that the day of some is known from the time of a file alone.
    """

    issue: Issue
    late: tuple[tuple[str, date], ...] = ()
    missing: tuple[str, ...] = ()
    by_file: bool = False


@dataclass(frozen=True)
class Unread:
    """Why lines of published figures were not read, each with file and line.

    `of_workbooks` says that they are cells of workbooks; `note` what is not known of earlier ones.
    """

    problems: tuple[str, ...]
    of_workbooks: bool = False
    note: str | None = None
