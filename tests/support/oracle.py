"""Counts what the checks count, by brute force in plain Python and from the files' own rows.

It shares no code with the product: what design says of counting is written here a second time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

Row = Mapping[str, str | None]
Cleanse = Callable[[str], str]

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def lower(text: str) -> str:
    """İ and I become i, ı stays."""
    return text.replace("İ", "i").replace("I", "i").lower()


def trim(text: str) -> str:
    """Without white space at both ends."""
    return text.strip()


def cleansed(value: str | None, steps: Sequence[Cleanse]) -> str | None:
    """The value after the steps, None when nothing is left."""
    text = value or ""
    for step in steps:
        text = step(text)
    return text or None


def is_email(text: str) -> bool:
    """One @, a dot behind it, no white space."""
    return EMAIL.fullmatch(text) is not None


@dataclass(frozen=True)
class Source:
    """A dataset of one row per entity, in the order of its file, as it was known on a day."""

    rows: Sequence[Row]
    id: str
    confirmed: str | None = None
    counts: Callable[[Row], bool] = lambda row: True
    day: date = date.max

    @property
    def population(self) -> list[Row]:
        """The rows that count."""
        return [row for row in self.rows if self.counts(row)]

    def speaking(self) -> dict[str, Row]:
        """Per id the latest confirmed row, and of equals the last."""
        chosen: dict[str, Row] = {}
        for row in self.population:
            key = row[self.id]
            if key and (key not in chosen or self._age(row) >= self._age(chosen[key])):
                chosen[key] = row
        return chosen

    def _age(self, row: Row) -> str:
        told = (row[self.confirmed] or "") if self.confirmed else ""
        return told if told <= self.day.isoformat() else ""

    def has_come(self, row: Row) -> bool:
        """Whether what a row says was confirmed by the day, as far as anybody knows."""
        told = row[self.confirmed] if self.confirmed else None
        return not told or told <= self.day.isoformat()

    def repeated(self) -> int:
        """Rows too many for their id."""
        ids = [row[self.id] for row in self.population if row[self.id]]
        return len(ids) - len(set(ids))

    def values(self, field: str, steps: Sequence[Cleanse]) -> list[str]:
        """The present cleansed values of the counting rows."""
        values = (cleansed(row[field], steps) for row in self.population)
        return [value for value in values if value is not None]


def unknown_to(source: Source, other: Source) -> int:
    """Entities of one source that another lacks."""
    return len(set(source.speaking()) - set(other.speaking()))


def more_than_once(values: Iterable[str]) -> int:
    """How many values occur more than once, each occurrence counted."""
    return sum(count for count in Counter(values).values() if count > 1)


@dataclass(frozen=True)
class Agreement:
    """What two sources say of the entities both know."""

    compared: int
    disagree: int
    only_left: int
    only_right: int


def agreement(
    left: Source, left_field: str, right: Source, right_field: str, steps: Sequence[Cleanse]
) -> Agreement:
    """Compare two sources entity by entity."""
    a, b = left.speaking(), right.speaking()
    compared = disagree = only_left = only_right = 0
    for key in a.keys() & b.keys():
        x, y = cleansed(a[key][left_field], steps), cleansed(b[key][right_field], steps)
        compared += x is not None and y is not None
        disagree += x is not None and y is not None and x != y
        only_left += x is not None and y is None
        only_right += x is None and y is not None
    return Agreement(compared, disagree, only_left, only_right)


def golden(
    candidates: Sequence[tuple[Source, str, Callable[[Row], bool]]],
    steps: Sequence[Cleanse],
    usable: Callable[[str], bool],
    entities: Iterable[str],
) -> dict[str, str | None]:
    """Per entity the first candidate's usable value; a candidate may also look at its row."""
    speaking = [
        (source.speaking(), field, lambda row, s=source, w=when: s.has_come(row) and w(row))
        for source, field, when in candidates
    ]
    found: dict[str, str | None] = {}
    for key in entities:
        found[key] = None
        for rows, field, when in speaking:
            row = rows.get(key)
            value = cleansed(row[field], steps) if row is not None and when(row) else None
            if value is not None and usable(value):
                found[key] = value
                break
    return found


def latest_on_or_before(values: Iterable[str | None], day: date) -> str | None:
    """The latest ISO date not after the day."""
    return max((value for value in values if value and value <= day.isoformat()), default=None)
