"""What the makers of all systems' rows share: moments, spellings, repetitions, slips."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from catalog.sample.faults import FAULTS, deal
from catalog.sample.people import Person

Row = dict[str, Any]

_A_YEAR = timedelta(days=365)


def days_since_touched(rng: Random, person: Person, most: int, as_of: date) -> int:
    """Days since somebody touched a row: at most so many, and not before the relation began."""
    return rng.randrange(1, min(most, (as_of - person.since).days + 1))


def moment(rng: Random, as_of: date, days: int) -> datetime:
    """A moment in the daytime of the day that lies `days` before `as_of`."""
    day = as_of - timedelta(days=days)
    return datetime(day.year, day.month, day.day, 8) + timedelta(seconds=rng.randrange(36_000))


def respelled(rng: Random, respell: Callable[[Random, str], str], value: str) -> str:
    return respell(rng, value) if rng.random() < FAULTS["spelled_otherwise"] else value


def repeat(rng: Random, rows: list[Row], fault: str, change: Callable[[], Row]) -> list[Row]:
    """Older states of some rows, under the same number."""
    chosen = sorted(deal(rng, len(rows), (fault,))[fault])
    return [
        {**rows[index], **change(), "updated_at": rows[index]["updated_at"] - _A_YEAR}
        for index in chosen
    ]


def deal_among(
    rng: Random, candidates: Sequence[int], everybody: Sequence[Person], fault: str
) -> frozenset[int]:
    """A fault's share of everybody, drawn from the candidates it can befall."""
    size = max(1, round(FAULTS[fault] * len(everybody)))
    return frozenset(rng.sample(candidates, min(size, len(candidates))))


def spoil_email(rng: Random, email: str) -> str:
    return rng.choice(
        (email.replace("@", ""), email.replace("@", " @ "), email[: email.index("@") + 1], "yok")
    )
