"""Takes a calculation apart: where its rows come from, which count, what is made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cached_property

from sqlglot import exp

from catalog.sql import CheckedSql

COUNT_ROWS = exp.Count(this=exp.Star(), big_int=True)
_ROUNDED = exp.Round
_PLAIN_JOINS = {("", ""), ("", "INNER"), ("LEFT", ""), ("LEFT", "OUTER")}


class NotTaken(ValueError):
    """A calculation cannot be taken apart; the message says what of it cannot."""


@dataclass(frozen=True)
class Joined:
    """A further table of a calculation, and on which rows of it; every column by its address."""

    table: str
    is_outer: bool
    on: exp.Expr


@dataclass(frozen=True)
class Part:
    """A condition that a row must meet; every column in it is a name alone: its address."""

    tree: exp.Expr

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """The columns it looks at, each once."""
        return addresses_of(self.tree)

    @cached_property
    def is_dated(self) -> bool:
        """Whether it looks at the period's days."""
        return self.tree.find(exp.Placeholder) is not None

    @cached_property
    def reaches_back(self) -> bool:
        """Whether it asks for no more than a time before the period: a login within a year."""
        bound = isinstance(self.tree, exp.GTE | exp.GT)
        return self.is_dated and bound and self.tree.find(exp.Interval) is not None


@dataclass(frozen=True)
class Ingredients:
    """What a calculation is made of.

    Every column is called by its address: table and column (`crm.customers.status`). `total` is an
    aggregate over the rows that meet all `parts`; times `scale`, it is the number, to `digits`
    decimals if that is stated.
    """

    table: str
    joins: tuple[Joined, ...]
    parts: tuple[Part, ...]
    total: exp.Expr
    scale: Decimal = Decimal(1)
    digits: int | None = None

    @cached_property
    def origin(self) -> str:
        """Tables and how they are joined, in one spelling."""
        joined = (f"{j.table} {j.is_outer} {j.on.sql('duckdb')}" for j in self.joins)
        return " | ".join([self.table, *joined])

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table that is read."""
        return (self.table, *(one.table for one in self.joins))

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """Every column that decides which rows count, or is added up."""
        found = [one for part in self.parts for one in part.addresses]
        return tuple(dict.fromkeys([*found, *addresses_of(self.total)]))

    @property
    def is_distinct(self) -> bool:
        """Whether equal values count once."""
        return self.total.find(exp.Distinct) is not None


def addresses_of(tree: exp.Expr) -> tuple[str, ...]:
    """The addresses of the columns in a tree that was taken apart, each once."""
    return tuple(dict.fromkeys(column.name for column in tree.find_all(exp.Column)))


def take_apart(
    checked: CheckedSql, tables: Mapping[str, Mapping[str, object]], where: Mapping[str, object]
) -> Ingredients:
    """The ingredients of the one number that a query gives for the dimensions `where`.

    `tables` are all tables and their columns. NotTaken where the query is of another form than
    rows, conditions and one aggregate.
    """
    select = checked.tree.copy()
    while isinstance(select, exp.Subquery | exp.Paren):
        select = select.this
    _refuse_other_forms(select)
    assert isinstance(select, exp.Select)
    named = _Naming(select, tables)
    outputs = {one.alias_or_name: one.unalias() for one in select.expressions}
    values = [one for name, one in outputs.items() if name.casefold() == "value"]
    if len(values) != 1:
        raise NotTaken("it has no column `value`")
    joins = tuple(_joined(join, named) for join in select.args.get("joins") or [])
    conditions = [select.args["where"].this] if select.args.get("where") else []
    for dimension, wanted in where.items():
        found = next((e for n, e in outputs.items() if n.casefold() == dimension.casefold()), None)
        if found is None:
            raise NotTaken(f"it has no column {dimension}")
        conditions.append(_is(found, wanted))
    parts = [Part(one) for tree in conditions for one in _conjuncts(named(tree))]
    made = Ingredients(named.base, joins, tuple(parts), named(values[0]))
    return _with_plain_total(made)


def _refuse_other_forms(select: exp.Expr) -> None:
    if not isinstance(select, exp.Select):
        raise NotTaken("it puts several queries together")
    odd = {"with_": "WITH", "having": "HAVING", "distinct": "SELECT DISTINCT", "limit": "LIMIT",
           "qualify": "QUALIFY", "offset": "OFFSET"}  # fmt: skip
    found = [word for key, word in odd.items() if select.args.get(key)]
    inner = next(
        (node for node in select.walk() if isinstance(node, exp.Query) and node is not select), None
    )
    if found or inner is not None or select.find(exp.Window):
        raise NotTaken(f"it holds {found[0] if found else 'a query' if inner else 'a window'}")


class _Naming:
    """Calls every column by its address."""

    def __init__(self, select: exp.Select, tables: Mapping[str, Mapping[str, object]]) -> None:
        if not select.args.get("from_"):
            raise NotTaken("it reads no table")
        relations = [select.args["from_"].this, *(j.this for j in select.args.get("joins") or [])]
        self.tables: dict[str, str] = {}
        known = {name.casefold(): name for name in tables}
        for relation in relations:
            name = ".".join(part.name for part in relation.parts).casefold()
            self.tables[relation.alias_or_name.casefold()] = known[name]
        if len(set(self.tables.values())) < len(relations):
            raise NotTaken("it reads one table twice")
        self.base = self.tables[relations[0].alias_or_name.casefold()]
        self.columns = {
            table: {column.casefold(): column for column in tables[table]}
            for table in self.tables.values()
        }

    def __call__(self, tree: exp.Expr) -> exp.Expr:
        """A copy of the tree with the addresses of columns for names, in parentheses where due."""
        return tree.copy().transform(self._addressed)

    def _addressed(self, node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column) or isinstance(node.this, exp.Star):
            return node
        return exp.column(exp.to_identifier(self._address(node), quoted=True))

    def _address(self, column: exp.Column) -> str:
        name = column.name.casefold()
        qualifier = ".".join(part.name for part in column.parts[:-1]).casefold()
        mine = [self.tables[qualifier]] if qualifier in self.tables else self.tables.values()
        for table in mine:
            if name in self.columns[table]:
                return f"{table}.{self.columns[table][name]}"
        raise NotTaken(f"it is not clear where {column.name} comes from")


def _joined(join: exp.Join, named: _Naming) -> Joined:
    side, kind = (str(join.args.get(one) or "").upper() for one in ("side", "kind"))
    on = join.args.get("on")
    if (side, kind) not in _PLAIN_JOINS or on is None:
        raise NotTaken(f"it holds a {' '.join(filter(None, (side, kind))) or 'CROSS'} JOIN")
    relation = join.this
    table = named.tables[relation.alias_or_name.casefold()]
    return Joined(table, side == "LEFT", named(on))


def _is(tree: exp.Expr, wanted: object) -> exp.Expr:
    """That an expression has the value which stewards write under `where`."""
    if isinstance(wanted, bool):
        return exp.EQ(this=tree.copy(), expression=exp.Boolean(this=wanted))
    if isinstance(wanted, int | float):
        return exp.EQ(this=tree.copy(), expression=exp.Literal.number(wanted))
    return exp.EQ(this=tree.copy(), expression=exp.Literal.string(str(wanted)))


def _conjuncts(tree: exp.Expr) -> Iterator[exp.Expr]:
    """The conditions that must all hold; a span is two of them."""
    while isinstance(tree, exp.Paren):
        tree = tree.this
    if isinstance(tree, exp.And):
        yield from _conjuncts(tree.this)
        yield from _conjuncts(tree.expression)
    elif isinstance(tree, exp.Between) and not tree.args.get("symmetric"):
        yield exp.GTE(this=tree.this.copy(), expression=tree.args["low"])
        yield exp.LTE(this=tree.this.copy(), expression=tree.args["high"])
    else:
        yield tree


def _with_plain_total(made: Ingredients) -> Ingredients:
    """The same with what is done to the aggregate, and asked of its rows, apart from it."""
    total, scale, digits = made.total, Decimal(1), made.digits
    if isinstance(total, _ROUNDED):
        digits = _whole(total.args.get("decimals"))
        total = total.this
    while True:
        inner, factor = _outer_factor(total)
        if inner is total:
            break
        total, scale = inner, scale * factor
    if isinstance(total, exp.Coalesce) and all(_number(one) == 0 for one in total.expressions):
        total = total.this
    more: list[Part] = []
    if isinstance(total, exp.Filter):
        more += map(Part, _conjuncts(total.expression.this))
        total = total.this
    total, factor, further = _plain_aggregate(total)
    parts = (*made.parts, *more, *further)
    return replace(made, total=total, scale=scale * factor, digits=digits, parts=parts)


def _plain_aggregate(total: exp.Expr) -> tuple[exp.Expr, Decimal, list[Part]]:
    """An aggregate, what it is multiplied by, and what it asks of rows."""
    if isinstance(total, exp.Count) and not isinstance(total.this, exp.Star | exp.Distinct):
        counted = total.this
        if isinstance(counted, exp.Literal):
            return COUNT_ROWS.copy(), Decimal(1), []
        present = exp.Not(this=exp.Is(this=counted.copy(), expression=exp.Null()))
        return COUNT_ROWS.copy(), Decimal(1), [Part(present)]
    if not isinstance(total, exp.Sum):
        return total, Decimal(1), []
    summed, scale = total.this, Decimal(1)
    while True:
        inner, factor = _outer_factor(summed)
        if inner is summed:
            break
        summed, scale = inner, scale * factor
    more: list[Part] = []
    if isinstance(summed, exp.Case) and _is_choice(summed):
        (choice,) = summed.args["ifs"]
        more, summed = [Part(one) for one in _conjuncts(choice.this)], choice.args["true"]
    number = _number(summed)
    if number is not None:
        return COUNT_ROWS.copy(), scale * number, more
    return exp.Sum(this=summed.copy()), scale, more


def _is_choice(case: exp.Case) -> bool:
    """Whether a CASE takes something where one condition holds, and else nothing."""
    default = case.args.get("default")
    nothing = default is None or isinstance(default, exp.Null) or _number(default) == 0
    return not case.args.get("this") and len(case.args["ifs"]) == 1 and nothing


def _outer_factor(tree: exp.Expr) -> tuple[exp.Expr, Decimal]:
    """What a tree multiplies, and by how much; the tree itself and 1 where it does not."""
    if isinstance(tree, exp.Paren):
        return tree.this, Decimal(1)
    if isinstance(tree, exp.Neg):
        return tree.this, Decimal(-1)
    if isinstance(tree, exp.Mul):
        for own, other in ((tree.this, tree.expression), (tree.expression, tree.this)):
            if number := _number(own):
                return other, number
    if isinstance(tree, exp.Div) and (number := _number(tree.expression)):
        return tree.this, 1 / number
    return tree, Decimal(1)


def _number(tree: exp.Expr | None) -> Decimal | None:
    """The number a tree is written as."""
    if isinstance(tree, exp.Paren):
        return _number(tree.this)
    if isinstance(tree, exp.Neg):
        inner = _number(tree.this)
        return None if inner is None else -inner
    if not isinstance(tree, exp.Literal) or tree.is_string:
        return None
    try:
        return Decimal(str(tree.this))
    except InvalidOperation:
        return None


def _whole(tree: exp.Expr | None) -> int | None:
    number = Decimal(0) if tree is None else _number(tree)
    return None if number is None else int(number)


Substitute = Callable[[str], str]
