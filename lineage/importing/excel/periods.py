"""Recognises the periods that sheets and file names state, in Turkish and in English."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from catalog.folding import fold
from catalog.periods import Period, PeriodUnit

_MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            *("ocak january oca jan", "subat february sub feb", "mart march mar"),
            *("nisan april nis apr", "mayis may", "haziran june haz jun", "temmuz july tem jul"),
            *("agustos august agu aug", "eylul september eyl sep sept", "ekim october eki oct"),
            *("kasim november kas nov", "aralik december ara dec"),
        ),
        start=1,
    )
    for name in names.split()
}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_SHORT = r"(?P<year>(?:19|20)\d\d|\d\d)"
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_GAP = r"[\s./_'’-]*"
_QUARTER = r"(?:ceyrek|ceyregi|ceyreg|quarter|qtr|c|q)"
_WRITTEN: tuple[tuple[PeriodUnit, str], ...] = (
    ("day", rf"{_YEAR}[-./_]?(?P<month>0[1-9]|1[0-2])[-./_]?(?P<day>0[1-9]|[12]\d|3[01])"),
    ("day", rf"(?P<day>\d?\d)[-./_](?P<month>\d?\d)[-./_]{_YEAR}"),
    ("day", rf"(?P<day>\d?\d){_GAP}(?P<name>{_NAMES}){_GAP}{_YEAR}"),
    ("day", rf"(?P<name>{_NAMES})\s+(?P<day>\d?\d),?\s+{_YEAR}"),
    ("week", rf"{_YEAR}{_GAP}(?:w|h|hafta|week){_GAP}(?P<week>\d?\d)"),
    ("week", rf"{_YEAR}{_GAP}(?P<week>\d?\d)\.?{_GAP}(?:hafta\w*|week)"),
    ("week", rf"(?P<week>\d?\d)\.?{_GAP}(?:hafta\w*|week){_GAP}{_YEAR}"),
    ("week", rf"(?:hafta\w*|week){_GAP}(?P<week>\d?\d){_GAP}(?:of\s+)?{_YEAR}"),
    ("quarter", rf"{_YEAR}{_GAP}{_QUARTER}{_GAP}(?P<quarter>[1-4])"),
    ("quarter", rf"{_YEAR}{_GAP}(?P<quarter>[1-4]|i{{1,3}}|iv)\.?{_GAP}{_QUARTER}\w*"),
    ("quarter", rf"{_QUARTER}{_GAP}(?P<quarter>[1-4]){_GAP}(?:of\s+)?{_SHORT}"),
    (
        "quarter",
        rf"(?P<quarter>[1-4]|i{{1,3}}|iv)(?:st|nd|rd|th)?\.?{_GAP}{_QUARTER}{_GAP}{_SHORT}",
    ),
    ("month", rf"(?P<name>{_NAMES}){_GAP}{_SHORT}"),
    ("month", rf"{_YEAR}{_GAP}(?P<name>{_NAMES})"),
    ("month", rf"{_YEAR}[-./_]?(?P<month>0?[1-9]|1[0-2])"),
    ("month", rf"(?P<month>0?[1-9]|1[0-2])[-./_]{_YEAR}"),
)
_FORMS = tuple((unit, re.compile(rf"(?<![a-z0-9]){form}(?![a-z0-9])")) for unit, form in _WRITTEN)
_YEAR_ALONE = re.compile(rf"(?<![a-z0-9]){_YEAR}(?![a-z0-9])")
_DIGITS = re.compile(r"\d\d")
_CENTURIES = ("19", "20")
LONGEST = 200
_SAID = re.compile(
    r"\b(donem\w*|period|reporting period|tarih\w*|date|as of|as at|itibari\w*|itibariyla|ay|month|"
    r"ceyrek|quarter|yil|year|hafta|week|rapor donemi|rapor tarihi|report date|for the month of)\b"
)


@dataclass(frozen=True)
class Stated:
    """A period, and the piece of text that states it, by its places."""

    period: Period
    start: int
    end: int


def periods_in(text: str, *, year: bool = False) -> Iterator[Stated]:
    """The periods a text states, the surest form first; years alone only where asked for."""
    if len(text) > LONGEST or _DIGITS.search(text) is None:
        return
    if text.isdecimal() and text[:2] not in _CENTURIES:
        return
    folded = _same_length(text)
    for unit, form in _FORMS:
        for found in form.finditer(folded):
            if period := _period(unit, found.groupdict()):
                yield Stated(period, found.start(), found.end())
    if year:
        for found in _YEAR_ALONE.finditer(folded):
            yield Stated(Period.holding("year", date(int(found["year"]), 1, 1)), *found.span())


@lru_cache(maxsize=50_000)
def period_in(text: str, *, year: bool = False) -> Period | None:
    """The first of the periods a text states."""
    return next((stated.period for stated in periods_in(text, year=year)), None)


@lru_cache(maxsize=50_000)
def only_a_period(text: str) -> Period | None:
    """The period that a text states, where it says nothing else."""
    for stated in periods_in(text, year=True):
        if not re.search(r"\w", text[: stated.start] + text[stated.end :]):
            return stated.period
    return None


@lru_cache(maxsize=50_000)
def is_period_label(text: str) -> bool:
    """Whether a text announces a period: `Dönem:`, `Rapor tarihi`, `As of`."""
    return len(text) <= 60 and _SAID.search(fold(text)) is not None


def period_of(value: object, *, year: bool = False) -> Period | None:
    """The period a cell states: a date, or a text; the end of a month stands for the month."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return month_of(Period.holding("day", value))
    if isinstance(value, int) and year and 1990 <= value <= 2100:
        return Period.holding("year", date(value, 1, 1))
    if not isinstance(value, str):
        return None
    found = period_in(value, year=year)
    return month_of(found) if found else None


def month_of(period: Period) -> Period:
    """A day that ends a month stands for that month; anything else for itself."""
    if period.unit == "day" and (period.start + timedelta(days=1)).day == 1:
        return Period.holding("month", period.start)
    return period


def in_unit(period: Period, unit: PeriodUnit) -> Period:
    """The period of that unit in which the last day of another lies."""
    return period if period.unit == unit else Period.holding(unit, period.end)


def distance(period: Period, other: Period) -> int | None:
    """How many periods `other` lies after `period`; None where they are of different units."""
    if period.unit != other.unit:
        return None
    count, here = 0, period
    step = 1 if other.start > period.start else -1
    while here != other and abs(count) < 60:
        here = here.after() if step > 0 else here.before()
        count += step
    return count if here == other else None


def _same_length(text: str) -> str:
    """The text folded letter by letter, so that places stay what they are."""
    folded = fold(text)
    if len(folded) == len(text):
        return folded
    return "".join((fold(letter) or " ")[0] for letter in text)


def _period(unit: PeriodUnit, said: Mapping[str, str | None]) -> Period | None:
    year = int(said["year"] or 0)
    year += 2000 if year < 100 else 0
    name = said.get("name")
    month = _MONTHS[name] if name else int(said.get("month") or 1)
    try:
        if unit == "week":
            return Period.holding("week", date.fromisocalendar(year, int(said["week"] or 0), 1))
        if unit == "quarter":
            quarter = said["quarter"] or ""
            number = int(quarter) if quarter.isdigit() else _ROMAN[quarter]
            return Period.holding("quarter", date(year, number * 3, 1))
        return Period.holding(unit, date(year, month, int(said.get("day") or 1)))
    except ValueError:
        return None
