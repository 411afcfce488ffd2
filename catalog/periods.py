"""Periods a number can speak of: days, ISO weeks, months, quarters and years."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

PeriodUnit = Literal["day", "week", "month", "quarter", "year"]
PLACEHOLDER = "{period}"
"""Stands for a period in the names of files and in headings."""
EXAMPLES: Mapping[PeriodUnit, str] = {
    "day": "2026-10-31",
    "week": "2026-W40",
    "month": "2026-10",
    "quarter": "2026-Q3",
    "year": "2026",
}
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_FORMS: Mapping[PeriodUnit, re.Pattern[str]] = {
    "day": re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})"),
    "week": re.compile(r"([0-9]{4})-W([0-9]{2})"),
    "month": re.compile(r"([0-9]{4})-([0-9]{2})"),
    "quarter": re.compile(r"([0-9]{4})-Q([1-4])"),
    "year": re.compile(r"([0-9]{4})"),
}


@dataclass(frozen=True)
class Period:
    """A calendar period; both days belong to it. Weeks are ISO weeks, from Monday to Sunday."""

    unit: PeriodUnit
    start: date
    end: date

    @classmethod
    def holding(cls, unit: PeriodUnit, day: date) -> Period:
        """The period of that unit in which a day lies."""
        start = _START[unit](day)
        return cls(unit, start, _after(unit, start) - timedelta(days=1))

    @classmethod
    def last_closed(cls, unit: PeriodUnit, day: date) -> Period:
        """The latest period whose last day is `day` or lies before it."""
        return cls.holding(unit, _START[unit](day + timedelta(days=1)) - timedelta(days=1))

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `2026-10-31`, `2026-W40`, `2026-10`, `2026-Q3`, `2026`; ValueError says how."""
        written = text.strip().upper()
        for unit, form in _FORMS.items():
            if found := form.fullmatch(written):
                try:
                    return cls.holding(unit, _first_day(unit, *map(int, found.groups())))
                except (ValueError, OverflowError):
                    raise ValueError(f"there is no {unit} '{text}'") from None
        forms = ", ".join(f"{example} (a {unit})" for unit, example in EXAMPLES.items())
        raise ValueError(f"'{text}' is not a period; write one of {forms}")

    @property
    def label(self) -> str:
        """As files and commands have it: 2026-10-31, 2026-W40, 2026-10, 2026-Q3, 2026."""
        if self.unit == "day":
            return self.start.isoformat()
        if self.unit == "week":
            year, week, _ = self.start.isocalendar()
            return f"{year:04}-W{week:02}"
        if self.unit == "month":
            return f"{self.start.year:04}-{self.start.month:02}"
        if self.unit == "quarter":
            return f"{self.start.year:04}-Q{(self.start.month + 2) // 3}"
        return f"{self.start.year:04}"

    @property
    def words(self) -> str:
        """As one says it: October 2026, week 40 of 2026, quarter 3 of 2026."""
        month = MONTHS[self.start.month - 1]
        if self.unit == "day":
            return f"{self.start.day} {month} {self.start.year}"
        if self.unit == "month":
            return f"{month} {self.start.year}"
        if self.unit == "year":
            return str(self.start.year)
        year, number = re.split("-[WQ]", self.label)
        return f"{self.unit} {int(number)} of {year}"

    def before(self) -> Period:
        """The period before this one."""
        return Period.holding(self.unit, self.start - timedelta(days=1))

    def after(self) -> Period:
        """The period after this one."""
        return Period.holding(self.unit, self.end + timedelta(days=1))


_START: Mapping[PeriodUnit, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "quarter": lambda day: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
    "year": lambda day: day.replace(month=1, day=1),
}


def _after(unit: PeriodUnit, start: date) -> date:
    """The first day of the next period."""
    if unit in ("day", "week"):
        return start + timedelta(days=1 if unit == "day" else 7)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _first_day(unit: PeriodUnit, year: int, number: int = 1, day: int = 1) -> date:
    if unit == "week":
        return date.fromisocalendar(year, number, 1)
    return date(year, number * 3 - 2 if unit == "quarter" else number, day)
