"""Reads the constants of stewards' conditions, as far as they compare without a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp

NUMBERS = frozenset({"integer", "decimal", "money"})
TIMES = frozenset({"date", "timestamp"})
TEXTS = frozenset({"text", "email", "phone", "national_id", "tax_id", "iban", "code", "address"})
MOST_DIGITS = 15
"""Numbers of more digits may be one and the same once they are rounded."""
SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Constant:
    """A value of some kind. Only values of one kind can be compared with each other.

    Days and moments are seconds since 1970; what is so much before or after a parameter is of a
    kind of its own, in seconds or in months.
    """

    kind: str
    value: Decimal | str | bool

    def against(self, other: Constant) -> int | None:
        """-1, 0 or 1 as it lies before, at or behind the other; None where that is not known."""
        if self.kind != other.kind:
            return None
        return (self.value > other.value) - (self.value < other.value)  # type: ignore[operator]


def constant_of(node: exp.Expr, type_: str | None) -> Constant | None:
    """A constant that a column of that type is compared with, or None where it is none that could
    be told here; without a type it is what it is written as.
    """
    from sqlglot import exp

    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Boolean) and type_ in (None, "boolean"):
        return Constant("truth", bool(node.this))
    if type_ in TIMES or isinstance(node, exp.Cast):
        return _time(node, of_days=type_ == "date")
    if isinstance(node, exp.Literal) and node.is_string:
        return Constant("text", node.name) if type_ in TEXTS or type_ is None else None
    return _number(node) if type_ in NUMBERS or type_ is None else None


def _number(node: exp.Expr) -> Constant | None:
    from sqlglot import exp

    sign = 1
    if isinstance(node, exp.Neg):
        sign, node = -1, node.this
    if not isinstance(node, exp.Literal) or node.is_string:
        return None
    try:
        number = Decimal(node.name)
    except InvalidOperation:
        return None
    few = len(number.as_tuple().digits) <= MOST_DIGITS
    return Constant("number", sign * number) if few else None


def _time(node: exp.Expr, *, of_days: bool = False) -> Constant | None:
    """A day or moment; `of_days` says that a text stands for a day, whatever time is in it."""
    from sqlglot import exp

    if isinstance(node, exp.Cast):
        is_time = node.to.this in (exp.DType.DATE, exp.DType.TIMESTAMP)
        return _moment(node.this, is_day=node.to.this == exp.DType.DATE) if is_time else None
    if isinstance(node, exp.Placeholder):
        return Constant(f"seconds from {node.name}", Decimal(0))
    if isinstance(node, exp.Add | exp.Sub) and isinstance(node.expression, exp.Interval):
        return _moved(node, -1 if isinstance(node, exp.Sub) else 1)
    return _moment(node, is_day=of_days)


def _moment(node: exp.Expr, *, is_day: bool) -> Constant | None:
    """A day or a moment that is written out."""
    from sqlglot import exp

    if not isinstance(node, exp.Literal) or not node.is_string:
        return None
    try:
        if len(node.name) == len("2026-01-01"):
            read = datetime.combine(date.fromisoformat(node.name), datetime.min.time())
        else:
            read = datetime.fromisoformat(node.name)
    except ValueError:
        return None
    if read.tzinfo or (is_day and read.time() != datetime.min.time()):
        return None
    since = read.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return Constant("moment", Decimal(since // timedelta(microseconds=1)) / 1_000_000)


def _moved(node: exp.Add | exp.Sub, sign: int) -> Constant | None:
    """A parameter or a moment with an interval added to it or taken from it."""
    start, interval = _time(node.this), node.expression
    unit = interval.args.get("unit")
    if start is None or unit is None or not isinstance(start.value, Decimal):
        return None
    count, name = _number_of(interval.this), unit.name.lower().removesuffix("s")
    if count is None:
        return None
    if name in SECONDS and "months" not in start.kind:
        return Constant(start.kind, start.value + sign * count * SECONDS[name])
    if name in MONTHS and start.kind.startswith("seconds from") and not start.value:
        parameter = start.kind.removeprefix("seconds from ")
        moved = sign * count * MONTHS[name]
        kind = f"months from {parameter}" if moved else start.kind
        return Constant(kind, moved)
    return None


def _number_of(node: exp.Expr) -> Decimal | None:
    """The whole number of an interval, with or without quotes."""
    text = node.name or ""
    return Decimal(text) if text.isdecimal() else None
