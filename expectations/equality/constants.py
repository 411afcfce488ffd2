"""What calculations compare their columns with: near these values two of them can come apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from sqlglot import exp

_COMPARING = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between, exp.In, exp.Is)
_TEXTUAL = (exp.Like, exp.ILike, exp.StartsWith, exp.EndsWith, exp.Contains, exp.Anonymous)
_SPANS = {"DAY": 1, "WEEK": 7, "MONTH": 30, "QUARTER": 91, "YEAR": 365}


@dataclass
class Constants:
    """By folded column: the texts, numbers and days it is compared with.

    `joined` are columns compared with columns, `spans` the lengths in days that dates are moved by.
    """

    texts: dict[str, dict[str, None]] = field(default_factory=dict)
    numbers: dict[str, dict[Decimal, None]] = field(default_factory=dict)
    days: dict[date, None] = field(default_factory=dict)
    joined: dict[str, None] = field(default_factory=dict)
    spans: dict[int, None] = field(default_factory=dict)


def constants_of(trees: Iterable[exp.Expr]) -> Constants:
    """The constants of several statements, in the order they stand."""
    found = Constants()
    for tree in trees:
        for node in tree.walk():
            _read(node, found)
    return found


def _read(node: exp.Expr, found: Constants) -> None:
    if isinstance(node, _COMPARING + _TEXTUAL):
        columns = [column.name.casefold() for column in node.find_all(exp.Column)]
        sides = [part for part in (node.this, node.args.get("expression")) if part]
        if len(columns) > 1 and isinstance(node, exp.EQ) and all(map(_is_column, sides)):
            found.joined |= dict.fromkeys(columns)
        for literal in node.find_all(exp.Literal):
            _keep(literal, columns, found)
    elif isinstance(node, exp.Interval):
        found.spans |= dict.fromkeys(_span(node))
    elif isinstance(node, exp.Cast | exp.Case) and isinstance(node.this, exp.Literal):
        _keep(node.this, [], found)
    if isinstance(node, exp.In) and node.args.get("query"):
        columns = [column.name.casefold() for column in node.find_all(exp.Column)]
        found.joined |= dict.fromkeys(columns)


def _is_column(node: exp.Expr) -> bool:
    return isinstance(node, exp.Column)


def _keep(literal: exp.Literal, columns: Iterable[str], found: Constants) -> None:
    text = str(literal.this)
    for column in columns:
        if literal.is_string:
            found.texts.setdefault(column, {})[text] = None
        else:
            _keep_number(text, column, found)
    if literal.is_string and (day := _day(text)):
        found.days[day] = None


def _keep_number(text: str, column: str, found: Constants) -> None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return
    if abs(number) < Decimal(10) ** 12:
        found.numbers.setdefault(column, {})[number] = None


def _day(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text.strip()).date()
    except ValueError:
        return None


def _span(node: exp.Interval) -> Iterator[int]:
    unit = node.args["unit"].name.upper().rstrip("S") if node.args.get("unit") else ""
    try:
        count = int(str(node.this.this).split()[0])
    except (ValueError, AttributeError, IndexError):
        return
    if unit in _SPANS and abs(count) * _SPANS[unit] < 40_000:
        yield abs(count) * _SPANS[unit]
