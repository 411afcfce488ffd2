"""Says what can be proved of stewards' conditions: that one is never true, or implied by another.

A condition is taken apart into what it asks of each column: a value, none of some, a range, NULL or
not. What it cannot take apart is kept as a whole, which contradicts nothing but its own opposite.
So nothing is said where it cannot be proved. A condition is true, false or NULL; which of these
somebody asks for is told as a set of the letters T, F and N.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from catalog.validation.constants import Constant, constant_of

if TYPE_CHECKING:
    from sqlglot import exp

MOST_WAYS = 256
"""More ways than this in which something may be true are not looked through."""
TRUE, FALSE = frozenset("T"), frozenset("F")
NOT_TRUE, NOT_FALSE = frozenset("FN"), frozenset("TN")
_SWAPPED = {TRUE: FALSE, FALSE: TRUE, NOT_TRUE: NOT_FALSE, NOT_FALSE: NOT_TRUE}
_BEHIND = {"eq": "eq", "neq": "neq", "gt": "lt", "lt": "gt", "gte": "lte", "lte": "gte"}
_OPPOSITE = {"eq": "neq", "neq": "eq", "gt": "lte", "lte": "gt", "lt": "gte", "gte": "lt"}


@dataclass(frozen=True)
class Asked:
    """One thing that is asked: of a column that it compares so with a constant (`eq`, `neq`, `lt`,
    `lte`, `gt`, `gte`) or is `null` or `known`; of anything else that it `is` one of some truths.
    """

    of: str
    how: str
    constant: Constant | None = None
    truths: frozenset[str] = frozenset()


Way = tuple[Asked, ...]
"""One way in which a condition holds: all of these together."""


class Undecided(Exception):
    """Nothing can be said: there are too many ways, or a condition cannot be read."""


@dataclass(frozen=True)
class Conditions:
    """Conditions over one kind of row: the types of its columns; None for one that is always NULL.

    All of `columns` are in small letters.
    """

    columns: Mapping[str, str | None]
    _ways: dict[tuple[str, frozenset[str]], list[Way]] = field(default_factory=dict)

    def are_never_true(self, texts: Sequence[str]) -> bool:
        """Whether no row can make all of these conditions true at once."""
        try:
            return not self._possible([self._of(text, TRUE) for text in texts])
        except Undecided:
            return False

    def is_implied(self, text: str, by: Sequence[str]) -> bool:
        """Whether every row that makes all of `by` true makes the condition true."""
        try:
            given = [self._of(one, TRUE) for one in by]
            return not self._possible([*given, self._of(text, NOT_TRUE)])
        except Undecided:
            return False

    def is_always_true(self, text: str) -> bool:
        """Whether every row makes a condition true, those that hold NULL too."""
        return self.is_implied(text, ())

    def _possible(self, asked: Sequence[list[Way]]) -> list[Way]:
        """The ways in which all hold at once."""
        together: list[Way] = [()]
        for ways in asked:
            together = _both(together, ways)
        return together

    def _of(self, text: str, wanted: frozenset[str]) -> list[Way]:
        from catalog.sql import SqlRefused, check_condition

        key = text, wanted
        if key not in self._ways:
            try:
                self._ways[key] = self._read(check_condition(text, self.columns).tree, wanted)
            except SqlRefused:  # told as such by another rule
                raise Undecided from None
        return self._ways[key]

    def _read(self, node: exp.Expr, wanted: frozenset[str]) -> list[Way]:  # noqa: PLR0911
        """The ways in which a condition is one of the truths that are wanted."""
        from sqlglot import exp

        match node:
            case exp.Paren():
                return self._read(node.this, wanted)
            case exp.Not():
                return self._read(node.this, _SWAPPED[wanted])
            case exp.And() | exp.Or():
                sides = self._read(node.left, wanted), self._read(node.right, wanted)
                is_strict = isinstance(node, exp.And) == (wanted in (TRUE, NOT_FALSE))
                return _both(*sides) if is_strict else _either(*sides)
            case exp.Between():
                low = exp.GTE(this=node.this, expression=node.args["low"])
                high = exp.LTE(this=node.this, expression=node.args["high"])
                return self._read(exp.And(this=low, expression=high), wanted)
            case exp.In() if node.expressions:
                return self._read(_one_of(node), wanted)
            case exp.Boolean():
                return [()] if ("T" if node.this else "F") in wanted else []
            case exp.Null():
                return [()] if "N" in wanted else []
            case exp.Is():
                return self._is(node, wanted)
            case exp.NullSafeEQ() | exp.NullSafeNEQ():
                return self._null_safe(node, wanted)
            case exp.EQ() | exp.NEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
                return self._compared(node, wanted)
            case exp.Column():
                return self._flag(node, wanted)
        return self._whole(node, wanted)

    def _is(self, node: exp.Is, wanted: frozenset[str]) -> list[Way]:
        """IS NULL, IS TRUE and their opposites, which are never NULL themselves."""
        from sqlglot import exp

        if node.args.get("negate"):
            return self._read(
                exp.Not(this=exp.Is(this=node.this, expression=node.expression)), wanted
            )
        holds = "T" in wanted
        if isinstance(node.expression, exp.Boolean):
            truth = TRUE if node.expression.this else FALSE
            return self._read(node.this, truth if holds else frozenset("TFN") - truth)
        column = self._column(node.this)
        if column is None:
            return self._whole(node, TRUE if holds else FALSE)
        if self.columns[column] is None:
            return [()] if holds else []
        return [(Asked(column, "null" if holds else "known"),)]

    def _null_safe(self, node: exp.Binary, wanted: frozenset[str]) -> list[Way]:
        """IS [NOT] DISTINCT FROM a constant: as `=`, but NULL is told apart from the constant."""
        from sqlglot import exp

        same = "T" in wanted if isinstance(node, exp.NullSafeEQ) else "T" not in wanted
        if isinstance(node.expression, exp.Null):
            as_null = exp.Is(this=node.this, expression=exp.Null())
            return self._read(as_null, TRUE if same else FALSE)
        if constant_of(node.expression, None) is None:
            return self._whole(node, TRUE if "T" in wanted else FALSE)
        equal = exp.EQ(this=node.this, expression=node.expression)
        return self._read(equal, TRUE if same else NOT_TRUE)

    def _compared(self, node: exp.Binary, wanted: frozenset[str]) -> list[Way]:
        left, right, how = node.left, node.right, node.key
        if self._column(left) is None:
            left, right, how = right, left, _BEHIND[how]
        column = self._column(left)
        if column is None:
            return self._both_constant(node, wanted)
        if self.columns[column] is None or _is_null(right):
            return [()] if "N" in wanted else []
        constant = constant_of(right, self.columns[column])
        if constant is None:
            return self._whole(node, wanted)
        asked = how if "T" in wanted else _OPPOSITE[how]
        ways: list[Way] = [(Asked(column, asked, constant),)]
        return [*ways, (Asked(column, "null"),)] if "N" in wanted else ways

    def _both_constant(self, node: exp.Binary, wanted: frozenset[str]) -> list[Way]:
        if _is_null(node.left) or _is_null(node.right):
            return [()] if "N" in wanted else []
        left, right = constant_of(node.left, None), constant_of(node.right, None)
        order = left.against(right) if left and right else None
        if order is None:
            return self._whole(node, wanted)
        return [()] if ("T" if _fits(order, node.key) else "F") in wanted else []

    def _flag(self, node: exp.Column, wanted: frozenset[str]) -> list[Way]:
        """A column that is a condition by itself."""
        column = self._column(node)
        if column is not None and self.columns[column] is None:
            return [()] if "N" in wanted else []
        if column is None or self.columns[column] != "boolean":
            return self._whole(node, wanted)
        asked = Asked(column, "eq", Constant("truth", "T" in wanted))
        return [(asked,), *([(Asked(column, "null"),)] if "N" in wanted else [])]

    def _whole(self, node: exp.Expr, wanted: frozenset[str]) -> list[Way]:
        return [(Asked(node.sql("duckdb", normalize=True), "is", truths=wanted),)]

    def _column(self, node: exp.Expr) -> str | None:
        from sqlglot import exp

        while isinstance(node, exp.Paren):
            node = node.this
        if not isinstance(node, exp.Column) or len(node.parts) > 1:
            return None
        name = node.name.casefold()
        return name if name in self.columns else None


def _is_null(node: exp.Expr) -> bool:
    from sqlglot import exp

    return isinstance(node, exp.Null)


def _one_of(node: exp.In) -> exp.Expr:
    """`a IN (1, 2)` as `a = 1 OR a = 2`."""
    from sqlglot import exp

    first, *rest = (exp.EQ(this=node.this, expression=one) for one in node.expressions)
    found: exp.Expr = first
    for one in rest:
        found = exp.Or(this=found, expression=one)
    return found


def _either(one: list[Way], other: list[Way]) -> list[Way]:
    return _few(dict.fromkeys([*one, *other]))


def _both(one: list[Way], other: list[Way]) -> list[Way]:
    joined = (tuple(dict.fromkeys([*a, *b])) for a in one for b in other)
    return _few(dict.fromkeys(way for way in joined if _can_be(way)))


def _few(ways: Iterable[Way]) -> list[Way]:
    listed = []
    for way in ways:
        listed.append(way)
        if len(listed) > MOST_WAYS:
            raise Undecided
    return listed


def _can_be(way: Way) -> bool:
    """Whether nothing in it contradicts anything else, as far as can be seen."""
    by_subject: dict[str, list[Asked]] = {}
    for one in way:
        by_subject.setdefault(one.of, []).append(one)
    return all(map(_is_possible, by_subject.values()))


def _is_possible(asked: Sequence[Asked]) -> bool:
    """Whether one column, or one piece that is kept whole, can be all of this."""
    wholes = [one.truths for one in asked if one.how == "is"]
    if wholes and not frozenset.intersection(*wholes):
        return False
    compared = [one for one in asked if one.constant is not None]
    hows = {one.how for one in asked}
    if "null" in hows and (compared or "known" in hows):
        return False
    pinned = [one for one in map(_pinned, _pairs(compared)) if one]
    return all(_go_together(one, other) for one, other in _pairs([*compared, *pinned]))


def _pairs(asked: Sequence[Asked]) -> Iterator[tuple[Asked, Asked]]:
    for place, one in enumerate(asked):
        yield from ((one, other) for other in asked[place + 1 :])


def _pinned(pair: tuple[Asked, Asked]) -> Asked | None:
    """The one value that is neither below nor above a constant."""
    one, other = pair
    same = one.constant is not None and one.constant == other.constant
    return replace(one, how="eq") if same and {one.how, other.how} == {"gte", "lte"} else None


def _go_together(one: Asked, other: Asked) -> bool:
    """Whether some value compares so with both constants; true where they cannot be compared."""
    assert one.constant
    assert other.constant
    order = one.constant.against(other.constant)
    if order is None:
        return True
    if one.how == "eq":
        return _fits(order, other.how)
    if other.how == "eq":
        return _fits(-order, one.how)
    up, down = ("gt", "gte"), ("lt", "lte")
    if one.how in up and other.how in down:
        return order < 0 or (order == 0 and one.how == "gte" and other.how == "lte")
    if one.how in down and other.how in up:
        return order > 0 or (order == 0 and one.how == "lte" and other.how == "gte")
    return True


def _fits(order: int, how: str) -> bool:
    """Whether a constant that lies so (-1, 0, 1) to another compares with it as asked."""
    return {
        "eq": order == 0, "neq": order != 0, "lt": order < 0,
        "lte": order <= 0, "gt": order > 0, "gte": order >= 0,
    }[how]  # fmt: skip
