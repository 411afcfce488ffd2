"""Says in plain words which rows a condition takes: values by their labels, days as days."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Protocol

from sqlglot import exp, parse_one
from sqlglot.errors import ParseError

_TURNED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.GT: exp.LT, exp.GTE: exp.LTE, exp.LT: exp.GT, exp.LTE: exp.GTE,
    exp.EQ: exp.EQ, exp.NEQ: exp.NEQ,
}  # fmt: skip
_BOUNDS = {exp.GT: "above", exp.GTE: "from", exp.LT: "below", exp.LTE: "to"}
_DAYS = {"DAY": 1, "WEEK": 7}
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
Value = str | date | Decimal | bool


class Words(Protocol):
    """Speaks one language."""

    def __call__(self, key: str, **values: object) -> str:
        """The text of that key."""

    def number(self, value: Decimal | int) -> str:
        """A number as the language writes it."""

    def day(self, day: date) -> str:
        """A day as the language writes it."""


class NotPlain(ValueError):
    """A condition for which there are no plain words."""


@dataclass
class _Asked:
    """What a condition asks of one fact."""

    values: list[str] = field(default_factory=list)
    bounds: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Plainly:
    """Says conditions; `name` gives what a fact is called, `label` what one of its codes is."""

    words: Words
    name: Callable[[str], str]
    label: Callable[[str, str], str]

    def say(self, condition: str, about: str | None = None) -> str:
        """Which rows it takes; without the name of the fact where it is `about` that one alone.

        Raises NotPlain for what has no plain words.
        """
        try:
            tree = parse_one(condition, read="duckdb")
        except ParseError as error:
            raise NotPlain(condition) from error
        return self._all(tree, about)

    def _all(self, tree: exp.Expr, about: str | None) -> str:
        asked: dict[str, _Asked] = {}
        said = []
        parts = list(_parts(tree))
        for part in parts:
            if isinstance(part, exp.Or) and _alternatives(part) is None:
                sides = [self._alternative(one) for one in part.flatten()]
                either = self._list(sides, "plain.or")
                said.append(either if len(parts) == 1 else f"({either})")
            else:
                self._read(part, asked)
        for fact, one in asked.items():
            told = [*one.values, *self._bounded(one.bounds)]
            shown = self.words("plain.and").join(told)
            alone = fact == about and len(asked) == 1 and not said
            said.append(
                shown if alone else self.words("plain.of", name=self.name(fact), said=shown)
            )
        return self.words("plain.and").join(said)

    def _alternative(self, tree: exp.Expr) -> str:
        """One side of an OR, in brackets where several things are asked."""
        said = self._all(tree, None)
        return said if len(list(_parts(tree))) == 1 else f"({said})"

    def _read(self, part: exp.Expr, asked: dict[str, _Asked]) -> None:
        """One thing that is asked of one fact."""
        denied = isinstance(part, exp.Not)
        bare = part.this.unnest() if denied else part
        if isinstance(bare, exp.Column):
            self._of(bare, asked).values.append(self.words("plain.no" if denied else "plain.yes"))
        elif isinstance(bare, exp.Is) and isinstance(bare.expression, exp.Null):
            key = "plain.given" if denied else "plain.missing"
            self._of(bare.this, asked).values.append(self.words(key))
        elif isinstance(bare, exp.In | exp.Or) or (denied and isinstance(bare, exp.EQ)):
            column, values = _listed(bare)
            self._of(column, asked).values.append(self._among(column, values, denied=denied))
        elif denied:
            raise NotPlain(part.sql())
        elif isinstance(bare, exp.Between):
            found = self._of(bare.this, asked)
            found.bounds["from"] = _value(bare.args["low"])
            found.bounds["to"] = _value(bare.args["high"])
        else:
            self._compared(bare, asked)

    def _compared(self, part: exp.Expr, asked: dict[str, _Asked]) -> None:
        if type(part) not in _TURNED:
            raise NotPlain(part.sql())
        one, other, kind = part.this, part.expression, type(part)
        if _column(one) is None:
            one, other, kind = other, one, _TURNED[kind]
        value, found = _value(other), self._of(one, asked)
        if kind in _BOUNDS:
            if _BOUNDS[kind] in found.bounds:
                raise NotPlain(part.sql())
            found.bounds[_BOUNDS[kind]] = value
        else:
            column = _column(one)
            assert column is not None
            found.values.append(self._among(column, [value], denied=kind is exp.NEQ))

    def _of(self, tree: exp.Expr, asked: dict[str, _Asked]) -> _Asked:
        column = _column(tree)
        if column is None:
            raise NotPlain(tree.sql())
        return asked.setdefault(column.name, _Asked())

    def _among(self, column: exp.Column, values: Iterable[Value], *, denied: bool) -> str:
        said = [self._value(one, column.name) for one in values]
        if denied:
            return self.words("plain.not", said=self._list(said, "plain.and"))
        return self._list(said, "plain.or")

    def _list(self, said: list[str], key: str) -> str:
        *most, last = said
        return f"{', '.join(most)}{self.words(key)}{last}" if most else last

    def _bounded(self, bounds: dict[str, Value]) -> Iterator[str]:
        low, high = bounds.get("from"), bounds.get("to")
        if isinstance(low, date) and isinstance(high, date) and len(bounds) == 2:
            yield self.words("plain.days", low=self._value(low), high=self._value(high))
            return
        for side, value in bounds.items():
            of = "day" if isinstance(value, date) else "number"
            yield self.words(f"plain.{of}_{side}", value=self._value(value))

    def _value(self, value: Value, fact: str = "") -> str:
        if isinstance(value, bool):
            return self.words("plain.yes" if value else "plain.no")
        if isinstance(value, date):
            return self.words.day(value)
        return self.words.number(value) if isinstance(value, Decimal) else self.label(fact, value)


def _parts(tree: exp.Expr) -> Iterator[exp.Expr]:
    bare = tree.unnest()
    if isinstance(bare, exp.And):
        for one in bare.flatten():
            yield from _parts(one)
    else:
        yield bare


def _column(tree: exp.Expr) -> exp.Column | None:
    """A column, also one of which the day is taken."""
    bare = tree.unnest()
    if isinstance(bare, exp.Cast | exp.TryCast) and bare.to.this in (
        exp.DataType.Type.DATE,
        exp.DataType.Type.TIMESTAMP,
    ):
        bare = bare.this.unnest()
    return bare if isinstance(bare, exp.Column) else None


def _listed(tree: exp.Expr) -> tuple[exp.Column, list[Value]]:
    """The values one of which a column holds."""
    if isinstance(tree, exp.Or):
        found = _alternatives(tree)
        if found is not None:
            return found
    elif isinstance(tree, exp.In) and tree.expressions:
        if column := _column(tree.this):
            return column, [_value(one) for one in tree.expressions]
    elif isinstance(tree, exp.EQ) and (column := _column(tree.this)):
        return column, [_value(tree.expression)]
    raise NotPlain(tree.sql())


def _alternatives(tree: exp.Or) -> tuple[exp.Column, list[Value]] | None:
    """The values of one column that an OR allows; None where it speaks of anything else."""
    found = []
    for one in tree.flatten():
        bare = one.unnest()
        if not isinstance(bare, exp.EQ | exp.In):
            return None
        try:
            found.append(_listed(bare))
        except NotPlain:
            return None
    if len({column.name for column, _ in found}) != 1:
        return None
    return found[0][0], [value for _, values in found for value in values]


def _value(tree: exp.Expr) -> Value:
    """A constant; days are counted on."""
    bare = tree.unnest()
    if isinstance(bare, exp.Boolean):
        return bool(bare.this)
    if isinstance(bare, exp.Literal) and bare.is_string:
        return str(bare.this)
    if isinstance(bare, exp.Literal | exp.Neg):
        try:
            return Decimal(bare.sql())
        except InvalidOperation as error:
            raise NotPlain(bare.sql()) from error
    return _day(bare)


def _day(tree: exp.Expr) -> date:
    if isinstance(tree, exp.Cast | exp.TsOrDsToDate | exp.Date):
        inner = tree.this.unnest()
        if isinstance(inner, exp.Literal):
            try:
                return date.fromisoformat(str(inner.this)[:10])
            except ValueError as error:
                raise NotPlain(tree.sql()) from error
        return _day(inner)
    if isinstance(tree, exp.Add | exp.Sub):
        sign = 1 if isinstance(tree, exp.Add) else -1
        return _moved(_day(tree.this.unnest()), tree.expression.unnest(), sign)
    raise NotPlain(tree.sql())


def _moved(day: date, span: exp.Expr, sign: int) -> date:
    if not isinstance(span, exp.Interval) or not isinstance(span.this, exp.Literal):
        raise NotPlain(span.sql())
    unit = str(span.args.get("unit") or "").upper().removesuffix("S")
    try:
        count = sign * int(str(span.this.this))
        if unit in _DAYS:
            return day + timedelta(days=count * _DAYS[unit])
        if unit not in _MONTHS:
            raise NotPlain(span.sql())
        months = day.year * 12 + day.month - 1 + count * _MONTHS[unit]
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last))
    except (ValueError, OverflowError) as error:
        raise NotPlain(span.sql()) from error
