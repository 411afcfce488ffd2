"""Generates small databases on which two calculations would come apart if they ever do."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from catalog.periods import PeriodUnit
from expectations.equality.constants import Constants

Value = str | int | Decimal | date | datetime | bool | None
Row = tuple[Value, ...]
IDS: Final = ("1", "2", "3", "4", "0001")
TEXTS: Final = ("zz", "Zz", " ", "ı", "İ")
AMOUNTS: Final = (
    "0",
    "1",
    "-1",
    "0.01",
    "0.005",
    "2.5",
    "-250.55",
    "100",
    "1000.01",
    "987654321.12",
)
COUNTS: Final = (0, 1, 2, 3, -1, 5, 7, 100, 987_654_321)
HOURS: Final = (time(0), time(0, 0, 1), time(12, 30), time(21, 0), time(23, 59, 59, 500_000))
SIZES: Final = (0, *(1,) * 11, *(2,) * 9, *(3,) * 6, *(5,) * 6, *(9,) * 4, *(20,) * 4, 40, 40)
"""How many rows each database has per table, the smallest first: so is the first witness."""
EVERY: Final = range(len(SIZES))
ENDS: Final = (date(2026, 3, 31), date(2026, 2, 28), date(2028, 2, 29))
"""The periods' last days: one for each database in turn, with months of every length."""
TODAY_AFTER: Final = 17


@dataclass(frozen=True)
class Needed:
    """Which tables are needed with which columns and types, the keys of those that have one."""

    tables: Mapping[str, Mapping[str, str]]
    keys: Mapping[str, str]


@dataclass(frozen=True)
class Database:
    """One generated database; `complete` says that no value is missing in it."""

    number: int
    end: date
    complete: bool
    rows: Mapping[str, tuple[Row, ...]]

    @property
    def size(self) -> int:
        """How many rows it has in all."""
        return sum(map(len, self.rows.values()))

    def parameters(self, unit: PeriodUnit) -> dict[str, object]:
        """The days of its period for a calculation of periods of that length."""
        return {
            "as_of": self.end + timedelta(days=TODAY_AFTER),
            "period_start": start_of(self.end, unit),
            "period_end": self.end,
        }


def start_of(end: date, unit: PeriodUnit) -> date:
    """The first day of the period that ends then."""
    if unit == "day":
        return end
    if unit == "week":
        return end - timedelta(days=6)
    if unit == "month":
        return end.replace(day=1)
    if unit == "quarter":
        return (end.replace(day=1) - timedelta(days=59)).replace(day=1)
    return (end + timedelta(days=1)) - timedelta(days=365)


def databases(
    needed: Needed, constants: Constants, seed: int = 0, numbers: Iterable[int] = EVERY
) -> tuple[Database, ...]:
    """The databases of these numbers for one pair of calculations.

    Each is always the same for the same seed, whichever others are made.
    """
    made = []
    for number in numbers:
        size = SIZES[number]
        chance = random.Random(f"{seed} {number}")  # noqa: S311 - no secret
        end = ENDS[number % len(ENDS)]
        complete = number % 2 == 0
        missing, asked = 0.0 if complete else 0.2, 0.85 if number % 3 else 0.5
        making = _Making(needed, constants, end, chance, missing, asked)
        rows = {table: making.rows(table, size) for table in needed.tables}
        made.append(Database(number, end, complete, rows))
    return tuple(made)


@dataclass
class _Making:
    needed: Needed
    constants: Constants
    end: date
    chance: random.Random
    missing: float
    asked: float

    def rows(self, table: str, size: int) -> tuple[Row, ...]:
        """Rows of a table; some stand twice, a golden record's ids never do."""
        columns = self.needed.tables[table]
        key = self.needed.keys.get(table)
        if size > 1:
            size = max(0, size + self.chance.randint(-1, 1))
        ids = [*IDS, *(str(number) for number in range(5, 5 + size))]
        pools = {column: self.pool(column, kind) for column, kind in columns.items()}
        rows: list[Row] = []
        for number in range(size):
            if rows and not key and self.chance.random() < 0.15:
                rows.append(self.chance.choice(rows))
                continue
            rows.append(
                tuple(
                    ids[number] if column == key else self.value(column, pools[column])
                    for column in columns
                )
            )
        return tuple(rows)

    def value(self, column: str, pool: tuple[Sequence[Value], Sequence[Value]]) -> Value:
        """One value: mostly one that the calculations ask for, sometimes any, sometimes none."""
        if self.chance.random() < self.missing:
            return None
        likely, possible = pool
        asked = likely and self.chance.random() < self.asked
        return self.chance.choice(likely if asked else possible)

    def pool(self, column: str, kind: str) -> tuple[Sequence[Value], Sequence[Value]]:
        """The values of a column: those that are asked for, and all."""
        name = column.casefold()
        if kind == "boolean":
            return (True,), (True, False)
        if kind == "date":
            return self.days(), [*self.days(), *self.other_days()]
        if kind == "timestamp":
            moments = [datetime.combine(day, hour) for day in self.days() for hour in HOURS]
            return moments, moments
        if kind in ("integer", "decimal", "money"):
            return self.numbers(name, kind == "integer")
        asked = list(self.constants.texts.get(name, ()))
        cased = [one.swapcase() for one in asked]
        bare = [one.strip("%_^$").replace("%", "x") for one in asked]
        joined = list(IDS[:3]) if name in self.constants.joined else []
        any_text = [*asked, *cased, *bare, *TEXTS, *IDS]
        return [*asked, *joined] or list(IDS), any_text

    def numbers(self, name: str, whole: bool) -> tuple[Sequence[Value], Sequence[Value]]:
        """Numbers around what a column is compared with, and large, small and negative ones."""
        near: list[Value] = []
        for number in self.constants.numbers.get(name, ()):
            steps = ("0", "1", "-1") if whole else ("0", "1", "-1", "0.01", "-0.01")
            near += [number + Decimal(step) for step in steps]
        if whole:
            return [int(n) for n in near if isinstance(n, Decimal)], COUNTS
        some = [Decimal(self.chance.randint(-99_999, 999_999)) / 100 for _ in range(4)]
        return near, [*map(Decimal, AMOUNTS), *some]

    def days(self) -> list[date]:
        """Days at which something begins or ends, and the ones before and after."""
        ends = [self.end, start_of(self.end, "month"), self.end + timedelta(days=TODAY_AFTER)]
        ends += [end - timedelta(days=span) for end in ends for span in self.constants.spans]
        ends += self.constants.days
        return [day + timedelta(days=step) for day in ends for step in (-1, 0, 1)]

    def other_days(self) -> list[date]:
        """Days at which longer periods begin, and some of long ago."""
        starts = [start_of(self.end, unit) for unit in ("quarter", "year")]
        return [*starts, *(self.end - timedelta(days=n) for n in (13, 200, 800))]
