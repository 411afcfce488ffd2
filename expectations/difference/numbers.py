"""The two numbers of a pair: what was published, what their calculations give, in one unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

from catalog.consolidations import CauseKind
from catalog.model.reports import CurrencyUnit
from catalog.periods import Period
from expectations.comparing import rounded
from expectations.plan import CellPlan

TENS = (Decimal(1000), Decimal(1_000_000), Decimal(1_000_000_000), Decimal(100))
COARSEST = 6
Unit = str | CurrencyUnit | None


@dataclass(frozen=True)
class Published:
    """What a number was published as: every version of the period, and the last of its neighbours.

    All are in the unit of the left number; `days` are those of their publication.
    """

    versions: tuple[Decimal, ...] = ()
    days: tuple[date, ...] = ()
    neighbours: Mapping[Period, Decimal] | None = None

    @property
    def last(self) -> Decimal | None:
        """The version that speaks."""
        return self.versions[-1] if self.versions else None


@dataclass(frozen=True)
class Number:
    """One side of a pair: which number it is, what it says, and what counting gives.

    `of` is the key of its calculation, None for a formula. `factor` turns what that gives into the
    left number's unit; to `digits` decimals there, all of them with None. `counted` is unrounded;
    without it `unknown` says why.
    """

    urn: str
    name: str
    cell: CellPlan
    of: str | None
    period: Period
    unit: Unit = None
    factor: Decimal = Decimal(1)
    digits: int | None = None
    published: Published = Published()
    counted: Decimal | None = None
    unknown: str | None = None

    @property
    def is_as_counted(self) -> bool:
        """Whether what was published is what is counted, as far as its tolerance goes."""
        published, counted = self.published.last, self.counted
        if published is None or counted is None:
            return True
        return abs(published - rounded(counted, self.digits)) <= self.tolerated

    @property
    def tolerated(self) -> Decimal:
        """How far what is published may be from what is counted."""
        scale = self.factor / self.cell.factor
        share = self.cell.relative * abs(self.counted or Decimal(0))
        return max(self.cell.absolute * scale, share)

    @property
    def value(self) -> Decimal | None:
        """What it says: what was published, else what is counted."""
        if self.published.last is not None:
            return self.published.last
        return None if self.counted is None else rounded(self.counted, self.digits)


@dataclass(frozen=True)
class Step:
    """How a published number comes of the counted one: a cause that arithmetic alone tries out.

    `factor` and `digits` are what is done to the number, `shift` what is added to it; it is done
    `on` one side.
    """

    key: str
    cause: CauseKind
    said: str
    shown: Mapping[str, object]
    factor: Decimal = Decimal(1)
    digits: int | None = None
    cut: bool = False
    shift: Decimal = Decimal(0)
    on: str = "left"

    def of(self, value: Decimal, digits: int | None) -> Decimal:
        """An unrounded number with it, where it would else be rounded to `digits`."""
        value = value * self.factor
        if self.digits is None:
            finest = None if digits is None else digits - self.factor.adjusted()
            return rounded(value, finest) + self.shift
        cut = truncated(value, self.digits) if self.cut else rounded(value, self.digits)
        return cut + self.shift


def truncated(value: Decimal, digits: int) -> Decimal:
    """A number with what lies behind its last digit cut off."""
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_DOWN)


@dataclass(frozen=True)
class Elsewhere:
    """A number that the same calculation gives for another day, or that another issue showed.

    By how much it is higher than it should be is `moved`; without it, than what is counted.
    """

    said: str
    shown: Mapping[str, object]
    value: Decimal
    moved: Decimal | None = None


def step_between(
    counted: Decimal,
    published: Decimal,
    digits: int | None,
    others: Sequence[tuple[CauseKind, Elsewhere]],
) -> Step | None:
    """What exactly makes a published number of a counted one, if anything known does.

    `others` are numbers it may have been taken for: of another day, or a version restated since.
    """
    if rounded(counted, digits) == published:
        return None
    if rounded(-counted, digits) == published:
        return Step("sign", "sign", "sign", {}, factor=Decimal(-1))
    return (
        _of_unit(counted, published, digits)
        or _taken_over(counted, published, digits, others)
        or _of_rounding(counted, published, digits)
    )


def _of_unit(counted: Decimal, published: Decimal, digits: int | None) -> Step | None:
    for factor in (*TENS, *(1 / one for one in TENS)):
        scaled = rounded(counted * factor, digits)
        if scaled == published and _is_telling(published):
            shown = {"factor": max(factor, 1 / factor), "more": factor > 1}
            return Step("unit", "unit", "unit", shown, factor=factor)
    return None


def _of_rounding(counted: Decimal, published: Decimal, digits: int | None) -> Step | None:
    written = -int(published.as_tuple().exponent)
    finest = COARSEST if digits is None else max(digits - 1, written)
    for places in range(finest, -COARSEST - 1, -1):
        if places == digits or not _is_round(published, places):
            continue
        for cut in (False, True):
            value = truncated(counted, places) if cut else rounded(counted, places)
            if value == published and abs(published).scaleb(places) >= 10:
                shown = {"digits": places}
                return Step("rounding", "rounding", "cut" if cut else "rounded", shown,
                            digits=places, cut=cut)  # fmt: skip
    if digits is not None and published and truncated(counted, digits) == published:
        return Step("rounding", "rounding", "cut", {"digits": digits}, digits=digits, cut=True)
    return None


def _is_round(value: Decimal, places: int) -> bool:
    """Whether a number ends there on purpose: no digit is written behind, or two zeros are. One
    number in ten ends in one zero by accident.
    """
    written = -int(value.as_tuple().exponent)
    return written <= places or written - places >= 2


def _taken_over(
    counted: Decimal,
    published: Decimal,
    digits: int | None,
    others: Sequence[tuple[CauseKind, Elsewhere]],
) -> Step | None:
    for cause, other in others:
        if rounded(other.value, digits) == published and published:
            if cause == "cut_off" and not _is_telling(_apart(published, counted)):
                continue  # a few more or less are had on many a day
            shift = published - rounded(counted, digits) if other.moved is None else other.moved
            return Step(cause, cause, other.said, {**other.shown, "value": published}, shift=shift)
    return None


def _apart(published: Decimal, counted: Decimal) -> Decimal:
    """By how much a number is higher than what is counted, to the digits in which it is written."""
    return published - rounded(counted, max(0, -int(published.as_tuple().exponent)))


def _is_telling(value: Decimal) -> bool:
    """Whether a number has two digits that count, so that it is not equal by accident."""
    written = max(0, -int(value.as_tuple().exponent))
    return abs(value).scaleb(written) >= 10


def other_days(period: Period, published: Sequence[date]) -> dict[str, Period]:
    """When somebody may have counted instead of at the period's end, by their name: at the end of
    the period before, and on the day on which it was published.
    """
    found = {"before": period.before()}
    for day in published[-1:]:
        if day > period.end:
            found["published"] = Period(period.unit, period.start, day)
    return found
