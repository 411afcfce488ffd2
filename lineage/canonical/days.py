"""Dates in canonical form: shifts by days and months, literals, and what is always a midnight."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta

from lineage.canonical.nouns import Form

_DAY_UNITS = {"DAY": 1, "DAYS": 1, "WEEK": 7, "WEEKS": 7}
_MONTH_UNITS = {"MONTH": 1, "MONTHS": 1, "QUARTER": 3, "QUARTERS": 3, "YEAR": 12, "YEARS": 12}


def literal(text: str) -> Form | None:
    """A date or an instant written in ISO form, else None."""
    try:
        if len(text.strip()) <= 10:
            return ("day", date.fromisoformat(text.strip()).isoformat())
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return None if found.tzinfo else ("ts", found.isoformat())


def interval(amount: str, unit: str) -> tuple[str, int] | None:
    """A span as its kind (d or m) and number, None for one that is not of whole days."""
    words = amount.split()
    if len(words) == 2:
        amount, unit = words
    try:
        count = int(amount)
    except ValueError:
        return None
    unit = unit.upper()
    if unit in _DAY_UNITS:
        return "d", count * _DAY_UNITS[unit]
    if unit in _MONTH_UNITS:
        return "m", count * _MONTH_UNITS[unit]
    return None


def shift(base: Form, kind: str, count: int) -> Form:
    """A date or instant moved by days or months; literals are computed, days put together."""
    if base[0] in ("day", "ts"):
        moved = _moved(base[1], kind, count)
        if moved:
            return ("ts", moved)
    steps = base[2] if base[0] == "shift" else ()
    inner = base[1] if base[0] == "shift" else base
    if steps and steps[-1][0] == kind == "d":
        count += steps[-1][1]
        steps = steps[:-1]
    steps = (*steps, (kind, count)) if count or not steps else steps
    return ("shift", inner, steps) if steps else inner


def _moved(text: str, kind: str, count: int) -> str | None:
    moment = datetime.fromisoformat(text)
    try:
        if kind == "d":
            return (moment + timedelta(days=count)).isoformat()
        months = moment.year * 12 + moment.month - 1 + count
        year, month = divmod(months, 12)
        day = min(moment.day, calendar.monthrange(year, month + 1)[1])
        return moment.replace(year=year, month=month + 1, day=day).isoformat()
    except (ValueError, OverflowError):
        return None


def compared(form: Form) -> Form:
    """A date as it compares: an instant at midnight is the day, a cast to an instant changes none.

    Shifts by no days at all fall away.
    """
    if form[0] == "asts" and is_midnight(form[1]):
        return compared(form[1])
    if form[0] == "ts" and form[1].endswith("T00:00:00"):
        return ("day", form[1][:10])
    if form[0] == "shift":
        steps = tuple(step for step in form[2] if step[1])
        inner = compared(form[1])
        for kind, count in steps:
            inner = shift(inner, kind, count)
        return compared(inner) if inner[0] == "ts" else inner
    return form


def is_midnight(form: Form) -> bool:
    """Whether it is a whole day, never an hour within it."""
    if form[0] in ("day", "asdate", "param"):
        return True
    if form[0] == "col":
        return bool(form[3] == "date")
    if form[0] == "ts":
        return bool(form[1].endswith("T00:00:00"))
    if form[0] in ("shift", "asts"):
        return is_midnight(form[1])
    return bool(form[0] == "node" and form[1] == "LastDay")


def next_day(form: Form, days: int = 1) -> Form:
    """The day so many after it, as it compares."""
    return compared(shift(form, "d", days))
