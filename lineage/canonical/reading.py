"""Reads a scalar expression of SQL into canonical form; what it does not know stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlglot import exp

from lineage.canonical import days
from lineage.canonical.conditions import among, both, compare, either, holding, missing, negated
from lineage.canonical.forms import (
    FALSE,
    NULL,
    TRUE,
    ZERO,
    add,
    divide,
    exactly,
    multiply,
    negate,
    num,
    ordered,
    plainly,
    quotient,
)
from lineage.canonical.kinds import is_never_null, kind_of
from lineage.canonical.nouns import Form

AGGREGATES: Mapping[type[exp.Expr], str] = {
    exp.Count: "count",
    exp.CountIf: "count_if",
    exp.Sum: "sum",
    exp.Avg: "avg",
    exp.Min: "min",
    exp.Max: "max",
    exp.Median: "median",
    exp.Stddev: "stddev",
    exp.LogicalAnd: "bool_and",
    exp.LogicalOr: "bool_or",
}
_SIGNS: dict[type[exp.Expr], tuple[str, bool]] = {
    exp.LT: ("lt", False),
    exp.LTE: ("le", False),
    exp.GT: ("lt", True),
    exp.GTE: ("le", True),
    exp.EQ: ("eq", False),
    exp.NEQ: ("ne", False),
}
_AVERAGES = ("avg", "median", "stddev")
_INEXACT = (exp.Sqrt, exp.Ln, exp.Pow)
_FLOATS = (exp.DType.DOUBLE, exp.DType.FLOAT)
_NUMBERS = (exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT)
_INSTANTS = (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ)
_TEXTS = (exp.DType.TEXT, exp.DType.VARCHAR)


_COMPUTING = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Avg, exp.Round)
_NUMERIC = (exp.Abs, exp.Sign, exp.Ceil, exp.Floor, exp.Greatest, exp.Least)
"""What gives one number for one number, whatever its type."""
WRITTEN = "as written"


class Opaque(Exception):
    """Something whose meaning is not known here, so that only its like is equal to it."""


@dataclass(frozen=True)
class Reading:
    """How the names of one SELECT are read.

    `column` gives the form of a column, `query` that of a nested query in an expression (`exists`,
    `in` with its value, or `scalar`). Both raise Opaque.
    """

    column: Callable[[exp.Column], Form]
    query: Callable[[str, exp.Expr, Form | None], Form]

    def form(self, node: exp.Expr) -> Form:
        """The canonical form of an expression."""
        reader = _READERS.get(type(node))
        if reader is not None:
            return reader(self, node)
        if type(node) in AGGREGATES:
            return self._aggregate(node, ())
        return self._as_it_is(node)

    def _as_it_is(self, node: exp.Expr) -> Form:
        """A node of which only its like is the same."""
        if isinstance(node, exp.AggFunc | exp.Window | exp.Star):
            raise Opaque(node.key)
        parts = [
            (self._part(value), name)
            for name, value in sorted(node.args.items())
            if value not in (None, False, [])
        ]
        exact = tuple((_exact_part(part), name) for part, name in parts)
        found: Form = ("node", type(node).__name__, (*exact, *_as_written(node)))
        inexact = isinstance(node, _INEXACT) or exact != tuple(parts)
        return quotient(found, found) if inexact else found

    def _part(self, value: Any) -> Any:
        if isinstance(value, list):
            return tuple(self._part(item) for item in value)
        if isinstance(value, exp.Var | exp.Identifier):
            return str(value.name).upper()
        if isinstance(value, exp.DataType | exp.Interval):
            return f"[{value.sql('duckdb').upper()}]"
        if isinstance(value, exp.Expr):
            return self.form(value)
        return str(value)

    def _two(self, node: exp.Expr) -> tuple[Form, Form]:
        return self.form(node.this), self.form(node.expression)

    def _compare(self, node: exp.Expr) -> Form:
        sign, turned = _SIGNS[type(node)]
        left, right = self._two(node)
        return compare(sign, right, left) if turned else compare(sign, left, right)

    def _between(self, node: exp.Expr) -> Form:
        value = self.form(node.this)
        low, high = self.form(node.args["low"]), self.form(node.args["high"])
        return both(compare("le", low, value), compare("le", value, high))

    def _in(self, node: exp.Expr) -> Form:
        value = self.form(node.this)
        if node.args.get("query"):
            return self.query("in", node.args["query"], value)
        return among(value, [self.form(choice) for choice in node.expressions])

    def _is(self, node: exp.Expr) -> Form:
        value, what = exactly(self.form(node.this)), node.expression
        if isinstance(what, exp.Null):
            found = missing(value)
        elif isinstance(what, exp.Boolean):
            found = ("istrue", value if what.this else negated(value))
        else:
            raise Opaque("is")
        return negated(found) if node.args.get("negate") else found

    def _like(self, node: exp.Expr) -> Form:
        this, expression = map(exactly, self._two(node))
        found = ("node", type(node).__name__, ((this, "this"), (expression, "expression")))
        return negated(found) if node.args.get("negate") else found

    def _same(self, node: exp.Expr) -> Form:
        left, right = map(exactly, self._two(node))
        if NULL in (left, right):
            found = missing(right if left == NULL else left)
        elif is_never_null(left) and is_never_null(right):
            found = compare("eq", left, right)
        else:
            found = ("same", *ordered((left, right)))
        return negated(found) if isinstance(node, exp.NullSafeNEQ) else found

    def _sum(self, node: exp.Expr) -> Form:
        sign = 1 if isinstance(node, exp.Add) else -1
        moved = self._moved(node.this, node.expression, sign)
        if moved is None and sign == 1:
            moved = self._moved(node.expression, node.this, 1)
        if moved is not None:
            return moved
        left, right = self._two(node)
        if "date" in (kind_of(left), kind_of(right)) or "ts" in (kind_of(left), kind_of(right)):
            if sign == 1 and kind_of(left) == "date" and right[0] == "num":
                raise Opaque("a date and a number")
            parts = ((exactly(left), "this"), (exactly(right), "expression"))
            return ("node", type(node).__name__, parts)
        one, other = plainly(left), plainly(right)
        return _computed(node, add(one, other if sign == 1 else negate(other)), left, right)

    def _moved(self, base: exp.Expr, span: exp.Expr, sign: int) -> Form | None:
        """A date moved by an interval."""
        if not isinstance(span, exp.Interval):
            return None
        amount, unit = span.this, span.args.get("unit")
        if not isinstance(amount, exp.Literal):
            raise Opaque("interval")
        found = days.interval(str(amount.this), unit.name if unit else "")
        moved = exactly(self.form(base))
        if found is None or kind_of(moved) not in ("date", "ts"):
            return ("node", "Moved", ((moved, "this"), (f"{sign} {span.sql('duckdb')}", "by")))
        return days.shift(moved, found[0], sign * found[1])

    def _cast(self, node: exp.Expr) -> Form:  # noqa: PLR0911
        inner, to = self.form(node.this), node.args["to"]
        kind, target = kind_of(inner), to.this
        if isinstance(node.this, exp.Literal) and node.this.is_string:
            found = days.literal(str(node.this.this))
            if found and target == exp.DType.DATE:
                return (
                    ("day", found[1][:10])
                    if found[0] == "day"
                    else ("node", "Cast", ((found, "this"),))
                )
            if found and target in _INSTANTS:
                return found if found[0] == "ts" else ("ts", f"{found[1]}T00:00:00")
        if target == exp.DType.DATE and kind in ("date", "ts"):
            return inner if kind == "date" else _day_of(inner)
        if target in _INSTANTS and kind in ("date", "ts"):
            return inner if kind == "ts" else ("asts", inner)
        if target == exp.DType.DOUBLE and kind in ("int", "dec", "float"):
            return inner if kind != "dec" else quotient(inner, _made_double(inner))
        if target in _NUMBERS and kind == "int" and inner[0] in ("col", "agg", "pagg"):
            return inner
        if target in _TEXTS and kind == "text":
            return inner
        if target == exp.DType.BOOLEAN and kind == "bool":
            return inner
        said = f"{type(node).__name__} {to.sql('duckdb').upper()}"
        found = ("node", "Cast", ((exactly(inner), "this"), (said, "to"), *_as_written(node)))
        return quotient(found, found) if target in _FLOATS else found

    def _case(self, node: exp.Expr) -> Form:
        subject = self.form(node.this) if node.this else None
        branches = []
        for branch in node.args["ifs"]:
            condition = self.form(branch.this)
            if subject is not None:
                condition = compare("eq", subject, condition)
            branches.append((condition, self.form(branch.args["true"])))
        default = node.args.get("default")
        return self._chosen(branches, self.form(default) if default else NULL)

    def _if(self, node: exp.Expr) -> Form:
        default = node.args.get("false")
        branch = (self.form(node.this), self.form(node.args["true"]))
        return self._chosen([branch], self.form(default) if default else NULL)

    def _chosen(self, branches: list[tuple[Form, Form]], default: Form) -> Form:
        """A CASE whose values may be no exact numbers."""
        plain, exact = (
            cases([(when, how(value)) for when, value in branches], how(default))
            for how in (plainly, exactly)
        )
        return plain if plain == exact else quotient(plain, exact)

    def _coalesce(self, node: exp.Expr) -> Form:
        forms = [self.form(part) for part in (node.this, *node.expressions)]
        plain, exact = coalesced([*map(plainly, forms)]), coalesced([*map(exactly, forms)])
        inexact = any(form[0] == "quotient" for form in forms)
        return quotient(plain, exact) if inexact else plain

    def _nullif(self, node: exp.Expr) -> Form:
        left, right = self._two(node)
        found = ("nullif", exactly(left), exactly(right))
        return quotient(found, found) if left[0] == "quotient" else found

    def _round(self, node: exp.Expr) -> Form:
        places = node.args.get("decimals")
        return self._rounded(node.this, places)

    def _rounded(self, value: exp.Expr, places: exp.Expr | None) -> Form:
        inner = self.form(value)
        digits = self.form(places) if places is not None else ZERO
        if digits[0] != "num" or digits[1].denominator != 1:
            raise Opaque("round")
        if inner[0] != "quotient":
            return ("round", inner, int(digits[1]))
        found = ("round", ("inexact", exactly(inner)), int(digits[1]))
        return quotient(found, found)

    def _call(self, node: exp.Expr) -> Form:
        name, arguments = node.name.lower(), node.expressions
        if name == "td_round":
            return self._rounded(arguments[0], arguments[1] if len(arguments) > 1 else None)
        forms = tuple(self.form(argument) for argument in arguments)
        if name == "td_safe_divide":
            return _divided(forms[0], ("nullif", exactly(forms[1]), ZERO))
        exact = map(exactly, forms)
        found = ("call", name, (*exact, *((name, said) for said, name in _as_written(node))))
        return quotient(found, found) if any(f[0] == "quotient" for f in forms) else found

    def _filter(self, node: exp.Expr) -> Form:
        return self._aggregate(node.this, (self.form(node.expression.this),))

    def _aggregate(self, node: exp.Expr, conditions: tuple[Form, ...]) -> Form:
        """An aggregate whose rows are not known yet."""
        name = AGGREGATES.get(type(node))
        if name is None:
            raise Opaque(node.key)
        of = node.this
        if isinstance(node, exp.CountIf):
            return ("pagg", "count_if", False, self.form(of), conditions)
        if isinstance(of, exp.Star):
            return ("pagg", "count", False, None, conditions)
        if of is None:
            raise Opaque("an aggregate of nothing")
        if not isinstance(of, exp.Distinct):
            return _aggregated(name, self.form(of), conditions)
        if len(of.expressions) != 1 or name not in ("count", "sum", "avg", "min", "max"):
            raise Opaque("distinct")
        argument = self.form(of.expressions[0])
        found = ("pagg", name, True, exactly(argument), conditions)
        exact = name == "count" or (name != "avg" and argument[0] != "quotient")
        return found if exact else quotient(found, _in_itself(found))


def _computed(node: exp.Expr, plain: Form, left: Form, right: Form) -> Form:
    """A sum or product; of parts that are no exact numbers it is none either."""
    if "quotient" not in (left[0], right[0]):
        return plain
    parts = exactly(left), exactly(right)
    one, other = parts if isinstance(node, exp.Sub) else ordered(parts)
    return quotient(plain, ("node", type(node).__name__, ((one, "this"), (other, "expression"))))


def _product(reading: Reading, node: exp.Mul) -> Form:
    left, right = reading._two(node)
    return _computed(node, multiply(plainly(left), plainly(right)), left, right)


def _negated(reading: Reading, node: exp.Neg) -> Form:
    inner = reading.form(node.this)
    plain = negate(plainly(inner))
    exact: Form = ("node", "Neg", ((exactly(inner), "this"),))
    return quotient(plain, exact) if inner[0] == "quotient" else plain


def _divided(left: Form, right: Form) -> Form:
    """A quotient; it is computed in binary fractions, whatever the two are."""
    parts = [_undoubled(exactly(side)) for side in (left, right)]
    exact = ("node", "Div", ((parts[0], "this"), (parts[1], "expression")))
    return quotient(divide(plainly(left), plainly(right)), exact)


def _made_double(form: Form) -> Form:
    return ("node", "Cast", ((exactly(form), "this"), ("Cast DOUBLE", "to")))


def _undoubled(form: Form) -> Form:
    """A side of a division, which is made a binary fraction in any case."""
    inner = form[2][0][0] if form[:2] == ("node", "Cast") else form
    return inner if form[0] == "node" and form == _made_double(inner) else form


def _aggregated(name: str, of: Form, conditions: tuple[Form, ...]) -> Form:
    """An aggregate; an average is no exact number, and one of such numbers is none either."""
    plain = ("pagg", name, False, plainly(of), conditions)
    if name in ("count", "bool_and", "bool_or"):
        return plain
    if name not in _AVERAGES and of[0] != "quotient":
        return plain
    return quotient(plain, _in_itself(("pagg", name, False, exactly(of), conditions)))


def _in_itself(form: Form) -> Form:
    """A form that is not computed with."""
    return ("node", "Paren", ((form, "this"),))


def _exact_part(part: Any) -> Any:
    """A piece of a node, or several, to the last digit."""
    if not isinstance(part, tuple) or not part:
        return part
    return tuple(map(_exact_part, part)) if isinstance(part[0], tuple) else exactly(part)


def _as_written(node: exp.Expr) -> tuple[tuple[str, str], ...]:
    """How the numbers within a node are written, where their type may decide what it gives.

    `7.0` and `7` are one number, but two texts, and divided without a rest they may be two numbers.
    """
    if isinstance(node, _NUMERIC) or not any(_is_computed(part) for part in node.walk()):
        return ()
    bare = node.copy()
    for column in bare.find_all(exp.Column):
        column.set("table", None)
    return ((bare.sql("duckdb", normalize=True).lower(), WRITTEN),)


def _is_computed(node: exp.Expr) -> bool:
    return isinstance(node, _COMPUTING) or (
        isinstance(node, exp.Cast) and node.to.this in (*_FLOATS, exp.DType.DECIMAL)
    )


def _day_of(form: Form) -> Form:
    """The day of an instant; of one that is always a midnight, that day."""
    bare = days.compared(form)
    if bare[0] == "day" or kind_of(bare) == "date":
        return bare
    return ("asdate", bare)


def cases(branches: list[tuple[Form, Form]], default: Form) -> Form:
    """A CASE, its conditions being of rows for which they are true."""
    kept: list[tuple[Form, Form]] = []
    for written, value in branches:
        condition = both(*holding([written]))
        if condition == FALSE:
            continue
        if condition == TRUE:
            default = value
            break
        kept.append((condition, value))
    while kept and kept[-1][1] == default:
        kept.pop()
    if not kept:
        return default
    return ("case", tuple(kept), default)


def coalesced(forms: list[Form]) -> Form:
    """The first that is not NULL."""
    flat: list[Form] = []
    for form in forms:
        flat += form[1] if form[0] == "coalesce" else (form,)
    kept: list[Form] = []
    for form in flat:
        if form != NULL and form not in kept:
            kept.append(form)
        if is_never_null(form):
            break
    if len(kept) < 2:
        return kept[0] if kept else NULL
    return ("coalesce", tuple(kept))


def _literal(reading: Reading, node: exp.Expr) -> Form:
    if node.is_string:
        return ("str", str(node.this))
    return num(Fraction(str(node.this)))


_READERS: Mapping[type[exp.Expr], Callable[[Reading, Any], Form]] = {
    **dict.fromkeys(_SIGNS, Reading._compare),
    exp.Column: lambda reading, node: reading.column(node),
    exp.Literal: _literal,
    exp.Boolean: lambda _, node: TRUE if node.this else FALSE,
    exp.Null: lambda *_: NULL,
    exp.Placeholder: lambda _, node: ("param", node.name),
    exp.Paren: lambda reading, node: reading.form(node.this),
    exp.Alias: lambda reading, node: reading.form(node.this),
    exp.And: lambda reading, node: both(*reading._two(node)),
    exp.Or: lambda reading, node: either(*reading._two(node)),
    exp.Not: lambda reading, node: negated(reading.form(node.this)),
    exp.Neg: _negated,
    exp.Between: Reading._between,
    exp.In: Reading._in,
    exp.Is: Reading._is,
    exp.Like: Reading._like,
    exp.ILike: Reading._like,
    exp.NullSafeEQ: Reading._same,
    exp.NullSafeNEQ: Reading._same,
    exp.Add: Reading._sum,
    exp.Sub: Reading._sum,
    exp.Mul: _product,
    exp.Div: lambda reading, node: _divided(*reading._two(node)),
    exp.Cast: Reading._cast,
    exp.Case: Reading._case,
    exp.If: Reading._if,
    exp.Coalesce: Reading._coalesce,
    exp.Nullif: Reading._nullif,
    exp.Round: Reading._round,
    exp.Anonymous: Reading._call,
    exp.Filter: Reading._filter,
    exp.Exists: lambda reading, node: reading.query("exists", node.this, None),
    exp.Subquery: lambda reading, node: reading.query("scalar", node.this, None),
}
