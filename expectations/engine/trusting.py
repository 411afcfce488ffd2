"""How far a row is trusted, as SQL: a number that falls with age and with what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from expectations.engine.functions import literal
from expectations.survival import Trusted

UNKNOWN = "CAST(NULL AS DOUBLE)"


def with_weight(trusted: Trusted, weight: float | None) -> Trusted:
    """The trust with what was measured in place of what is stated, where it is known."""
    if trusted.measured is None or weight is None:
        return trusted
    return replace(trusted, most=weight, least=min(trusted.least, weight))


def trust_sql(trusted: Trusted, time: str, as_of: date, holds: Callable[[str], str]) -> str:
    """The trust in a row, from 0 to 100; `holds` gives the column of a condition on it.

    What nobody knows the age of has the least trust that age leaves. NULL where nothing is stated
    and nothing could be measured.
    """
    if trusted.most is None:
        return UNKNOWN
    number = _by_age(trusted, trusted.most, time, as_of)
    for per_cent, condition, floor in trusted.downgrades:
        lowered = f"greatest({number} * {1 - per_cent / 100!r}, least({number}, {floor!r}))"
        number = f"CASE WHEN {holds(condition)} THEN {lowered} ELSE {number} END"
    return f"round({number}, 6)"


def _by_age(trusted: Trusted, highest: float, time: str, as_of: date) -> str:
    most, least = f"{highest!r}::DOUBLE", f"{trusted.least!r}::DOUBLE"
    if trusted.curve == "none":
        return most
    days = f"greatest(date_diff('day', CAST({time} AS DATE), {literal(as_of)}), 0)"
    part = f"({days} / {trusted.days}::DOUBLE)"
    left = {
        "linear": f"(1 - least({part}, 1))",
        "half_life": f"pow(0.5, {part})",
        "fast_first": f"pow(1 - least({part}, 1), 2)",
        "slow_first": f"(1 - pow(least({part}, 1), 2))",
    }[trusted.curve]
    fallen = f"{least} + ({most} - {least}) * {left}"
    return f"CASE WHEN {time} IS NULL THEN {least} ELSE {fallen} END"
