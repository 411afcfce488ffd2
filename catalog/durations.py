"""Spans of time as stewards write them (`365d`, `12mo`, `5bd`) and how they move a date."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

UNITS = {
    "h": "hours",
    "d": "days",
    "bd": "business days",
    "w": "weeks",
    "mo": "months",
    "y": "years",
}
ONE_DAY = timedelta(days=1)
_PATTERN = re.compile(r"^([0-9]{1,5})(h|d|bd|w|mo|y)$")


@dataclass(frozen=True)
class Duration:
    """A whole number of one unit: hours, days, business days, weeks, months or years."""

    count: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read `365d`, `12mo`, `5bd`, `24h`, `2w`, `1y`; raises ValueError with the known units."""
        found = _PATTERN.match(str(text).strip())
        if not found:
            units = ", ".join(f"{key} = {word}" for key, word in UNITS.items())
            raise ValueError(
                f"'{text}' is not a span of time; write a whole number and a unit, such as 365d, "
                f"12mo or 5bd (units: {units})"
            )
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"

    @property
    def words(self) -> str:
        """The span in words: 30 days, 1 month."""
        said = UNITS[self.unit]
        return f"{self.count} {said.removesuffix('s') if self.count == 1 else said}"

    def after(self, day: date, holidays: Collection[date] = ()) -> date:
        """The date this long after `day`, at most the last there is; hours count as whole days,
        rounded up.
        """
        try:
            return self._move(day, 1, holidays)
        except (OverflowError, ValueError):  # beyond the year 9999
            return date.max

    def before(self, day: date, holidays: Collection[date] = ()) -> date:
        """The date this long before `day`, at least the first there is."""
        try:
            return self._move(day, -1, holidays)
        except (OverflowError, ValueError):  # before the year 1
            return date.min

    def reaching(self, day: date, holidays: Collection[date] = ()) -> date:
        """The first date from which it still reaches `day`."""
        first = self.before(day, holidays)
        while first > date.min and self.after(first - ONE_DAY, holidays) >= day:
            first -= ONE_DAY
        while self.after(first, holidays) < day:
            first += ONE_DAY
        return first

    def _move(self, day: date, sign: int, holidays: Collection[date]) -> date:
        if self.unit == "bd":
            return _move_business_days(day, self.count, sign, holidays)
        if self.unit in ("mo", "y"):
            return _move_months(day, sign * self.count * (12 if self.unit == "y" else 1))
        days = {"h": -(-self.count // 24), "d": self.count, "w": 7 * self.count}[self.unit]
        return day + timedelta(days=sign * days)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else cls.parse(value),
            serialization=core_schema.to_string_ser_schema(),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "pattern": _PATTERN.pattern, "examples": ["365d", "12mo", "5bd"]}


def _move_months(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _move_business_days(day: date, count: int, sign: int, holidays: Collection[date]) -> date:
    is_open: Callable[[date], bool] = lambda day: day.weekday() < 5 and day not in holidays  # noqa: E731
    while count:
        day += timedelta(days=sign)
        count -= is_open(day)
    return day
