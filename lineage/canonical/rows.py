"""The rows a query goes through: tables, joins and conditions, in whatever order they stood."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from lineage.canonical.conditions import both, compare, holding, is_null_with
from lineage.canonical.forms import TRUE, aliases_of, exactly, from_terms, ordered, rebuilt
from lineage.canonical.kinds import nulls_with
from lineage.canonical.nouns import Form

Made = tuple[tuple[Form, ...], tuple[tuple[Form, str], ...], "Rows"]
"""A query read like a table: what it is grouped by, its columns, the rows it goes through."""


@dataclass(frozen=True)
class Table:
    """A table that is read, or a query in its place; of an outer join with its condition.

    `key` is the column of which each value stands in one row at most; `certain` says that its
    columns are taken as never NULL.
    """

    alias: str
    name: str
    key: str | None = None
    left: bool = False
    on: Form = TRUE
    made: Made | None = None
    certain: bool = False

    def form(self) -> Form:
        """The table as a part of a canonical form."""
        if self.made is not None:
            groups, columns, rows = self.made
            given = ordered((exactly(form), name) for form, name in columns)
            inner: Form = ("query", ordered(groups), given, rows.form())
            return ("derived", self.alias, inner)
        if self.left:
            return ("left", self.alias, self.name, both(*holding((self.on,))))
        return ("table", self.alias, self.name)


@dataclass(frozen=True)
class Rows:
    """Every combination of the rows of `tables` for which the conditions hold."""

    tables: tuple[Table, ...] = ()
    conditions: tuple[Form, ...] = ()

    @property
    def aliases(self) -> frozenset[str]:
        """What the tables are called."""
        return frozenset(table.alias for table in self.tables)

    def cross(self, other: Rows) -> Rows:
        """Both together."""
        conditions = (*self.conditions, *other.conditions)
        return Rows((*self.tables, *other.tables), conditions)

    def outer(self, table: Table) -> Rows:
        """With a table of which rows without a match stay."""
        return replace(self, tables=(*self.tables, table))

    def where(self, *conditions: Form) -> Rows:
        """Those for which the conditions hold too; one that must exist by its key is joined."""
        rows = self
        for condition in holding(conditions):
            rows = rows._with(condition)
        return rows

    def _with(self, condition: Form) -> Rows:
        if condition[0] == "exists":
            inner = condition[1]
            table = inner[1][0]
            if len(inner[1]) == 1 and table[0] == "table" and table[3]:
                key = table[3]
                for part in inner[2]:
                    if _is_lookup(part, table[1], key):
                        made = Table(table[1], table[2], key)
                        joined = replace(self, tables=(*self.tables, made))
                        return joined.where(*inner[2])
        return replace(self, conditions=(*self.conditions, condition))

    def form(self) -> Form:
        """The rows as a canonical form, but for the names of the tables."""
        settled, _ = settle(self, ())
        return ("rel", ordered(_keyed(t) for t in settled.tables), settled.conditions)


def _keyed(table: Table) -> Form:
    form = table.form()
    return (*form, table.key) if form[0] == "table" else form


def settle(rows: Rows, used: Iterable[Form]) -> tuple[Rows, tuple[Form, ...]]:
    """The same rows with joins and conditions as plain as they get, and what is used of them."""
    used = tuple(used)
    rows = replace(rows, conditions=holding(rows.conditions))
    for step in (_inner, _without_match, _unread, _one_name):
        rows, used = step(rows, used)
        rows = replace(rows, conditions=holding(rows.conditions))
    return rows, used


def _inner(rows: Rows, used: tuple[Form, ...]) -> tuple[Rows, tuple[Form, ...]]:
    """An outer join of which a condition asks for a match is an inner one."""
    for table in rows.tables:
        if table.left and any(_needs(condition, table.alias) for condition in rows.conditions):
            rows = _changed(rows, partial(_certain, table=table))
            used = tuple(_certain(form, table) for form in used)
            found = next(one for one in rows.tables if one.alias == table.alias)
            rest = tuple(one for one in rows.tables if one.alias != table.alias)
            rows = Rows((*rest, replace(found, left=False, on=TRUE)), (*rows.conditions, found.on))
            return _inner(replace(rows, conditions=holding(rows.conditions)), used)
    return rows, used


def _certain(form: Form, table: Table) -> Form:
    return rebuilt(form, lambda part: _certain_column(part, table))


def _certain_column(part: Form, table: Table) -> Form:
    if part[0] == "col" and part[1] == table.alias and (table.certain or part[2] == table.key):
        return (*part[:4], True)
    return part


def _changed(rows: Rows, change: Callable[[Form], Form]) -> Rows:
    tables = tuple(replace(t, on=change(t.on)) if t.left else t for t in rows.tables)
    return Rows(tables, tuple(change(condition) for condition in rows.conditions))


def _needs(condition: Form, alias: str) -> bool:
    """Whether a condition cannot be true where all columns of that table are NULL."""
    op = condition[0]
    if op == "and":
        return any(_needs(part, alias) for part in condition[1])
    if op == "or":
        return all(_needs(part, alias) for part in condition[1])
    if op in ("notnull", "not", "istrue"):
        return _is_null_without(condition[1], alias)
    return _is_null_without(condition, alias)


def _is_null_without(form: Form, alias: str) -> bool:
    if form[0] == "col":
        return bool(form[1] == alias)
    parts = nulls_with(form)
    return parts is not None and any(_is_null_without(part, alias) for part in parts)


def _without_match(rows: Rows, used: tuple[Form, ...]) -> tuple[Rows, tuple[Form, ...]]:
    """An outer join of which only the rows without a match are kept asks that none exists."""
    for table in rows.tables:
        empty = next((c for c in rows.conditions if _asks_none(c, table)), None)
        if empty is None:
            continue
        rest = [c for c in rows.conditions if c != empty]
        others = [one.on for one in rows.tables if one.left and one is not table]
        if table.alias in aliases_of(("and", (*rest, *others, *used))):
            continue
        bare = replace(table, left=False, on=TRUE)
        found: Form = ("not", ("exists", Rows((bare,), (table.on,)).form()))
        tables = tuple(one for one in rows.tables if one is not table)
        return _without_match(Rows(tables, (*rest, found)), used)
    return rows, used


def _asks_none(condition: Form, table: Table) -> bool:
    if not table.left or condition[0] != "isnull" or condition[1][0] != "col":
        return False
    column = condition[1]
    parts = table.on[1] if table.on[0] == "and" else (table.on,)
    return bool(column[1] == table.alias and any(is_null_with(part, column) for part in parts))


def _unread(rows: Rows, used: tuple[Form, ...]) -> tuple[Rows, tuple[Form, ...]]:
    """An outer join that finds one row at most, of which nothing is used, changes nothing."""
    for table in rows.tables:
        if not table.left or not table.key:
            continue
        others = [one.on for one in rows.tables if one.left and one is not table]
        parts = table.on[1] if table.on[0] == "and" else (table.on,)
        looked_up = any(_is_lookup(part, table.alias, table.key) for part in parts)
        if looked_up and table.alias not in aliases_of(("and", (*rows.conditions, *others, *used))):
            tables = tuple(one for one in rows.tables if one is not table)
            return _unread(replace(rows, tables=tables), used)
    return rows, used


def _is_lookup(condition: Form, alias: str, key: str) -> bool:
    """Whether a condition asks for the one row of a table that has a key."""
    if condition[0] != "eq":
        return False
    for one, other in ((condition[1], condition[2]), (condition[2], condition[1])):
        if one[0] == "col" and one[1:3] == (alias, key) and alias not in aliases_of(other):
            return True
    return False


def _one_name(rows: Rows, used: tuple[Form, ...]) -> tuple[Rows, tuple[Form, ...]]:
    """Columns that an inner join holds equal go by one of them everywhere else."""
    inner = frozenset(table.alias for table in rows.tables if not table.left)
    names = {table.alias: table.name for table in rows.tables}
    chosen: dict[Form, Form] = {}

    def root(column: Form) -> Form:
        while column in chosen:
            column = chosen[column]
        return column

    for condition in rows.conditions:
        if condition[0] != "eq" or not _same_columns(condition, inner):
            continue
        pair = sorted(map(root, condition[1:]), key=lambda c: (names[c[1]], c[2], c[1]))
        if pair[0] != pair[1]:
            chosen[pair[1]] = pair[0]
    if not chosen:
        return rows, used

    def replaced(part: Form) -> Form:
        return root(part) if part[0] == "col" else resorted(part)

    kept = tuple(compare("eq", old, root(old)) for old in chosen)
    others = [c for c in rows.conditions if c[0] != "eq" or not _same_columns(c, inner)]
    conditions = tuple(rebuilt(condition, replaced) for condition in others)
    tables = tuple(
        replace(table, on=rebuilt(table.on, replaced)) if table.left else table
        for table in rows.tables
    )
    return Rows(tables, (*conditions, *kept)), tuple(rebuilt(form, replaced) for form in used)


def _same_columns(condition: Form, aliases: frozenset[str]) -> bool:
    left, right = condition[1], condition[2]
    return bool(
        left[0] == right[0] == "col"
        and left[1] in aliases
        and right[1] in aliases
        and left[3] == right[3]
    )


def resorted(part: Form) -> Form:
    """A node whose parts were renamed, its parts in their order again."""
    op = part[0]
    if op in ("and", "or"):
        return (op, ordered(part[1]))
    if op in ("eq", "ne", "lt", "le"):
        return compare(op, part[1], part[2])
    if op == "same":
        return (op, *ordered(part[1:]))
    if op == "poly":
        terms: dict[tuple[Form, ...], Fraction] = {}
        for coefficient, unsorted in part[1]:
            factors = ordered(unsorted)
            terms[factors] = terms.get(factors, Fraction(0)) + coefficient
        return from_terms(terms)
    if op == "rel":
        return (op, ordered(part[1]), ordered(part[2]))
    if op == "query":
        return (op, ordered(part[1]), ordered(part[2]), part[3])
    return part


def renamed(form: Form, names: Mapping[str, str]) -> Form:
    """A form with its tables called otherwise."""

    def change(part: Form) -> Form:
        if part[0] in ("col", "table", "left", "derived") and part[1] in names:
            return (part[0], names[part[1]], *part[2:])
        return resorted(part)

    return rebuilt(form, change)
