"""Reads a SELECT into canonical form: its rows, its groups and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sqlglot import exp

from lineage.canonical.aggregates import RAW, closed
from lineage.canonical.conditions import both, compare, negated
from lineage.canonical.forms import TRUE, exactly, quotient, walk
from lineage.canonical.kinds import KINDS, is_never_null, kind_of
from lineage.canonical.nouns import Form
from lineage.canonical.reading import Opaque, Reading
from lineage.canonical.rows import Rows, Table, settle

Columns = Mapping[str, Form]
Types = Mapping[str, Mapping[str, str]]
"""Table to columns and their types, as the catalog declares them."""
_BEYOND = ("having", "qualify", "windows", "limit", "offset", "with_")


@dataclass(frozen=True)
class Given:
    """What a query gives: columns in their order, over rows, in groups where there are any."""

    columns: tuple[tuple[Form, str], ...]
    rows: Rows
    groups: tuple[Form, ...] | None = None
    distinct: bool = False

    @property
    def plain(self) -> bool:
        """Whether it gives each of its rows once."""
        return self.groups is None and not self.distinct

    @property
    def single(self) -> bool:
        """Whether it gives one row whatever the data are."""
        return self.groups is None and not self.rows.tables and not self.rows.conditions

    def by_name(self) -> Columns:
        """The columns by folded name; of two with one name, the first."""
        return {name.casefold(): form for form, name in reversed(self.columns) if name}

    def called(self, names: list[str]) -> Given:
        """The same with the first columns renamed."""
        old = [name for _, name in self.columns]
        new = [*names, *old[len(names) :]]
        pairs = zip(self.columns, new, strict=False)
        return replace(self, columns=tuple((form, name) for (form, _), name in pairs))


@dataclass
class Scope:
    """What the names in one SELECT can mean."""

    sources: dict[str, Columns] = field(default_factory=dict)
    outer: Scope | None = None
    shared: dict[str, Form] = field(default_factory=dict)

    def column(self, node: exp.Column) -> Form:
        """The form of a column. Raises Opaque for what is none."""
        name, alias = node.name.casefold(), node.table.casefold()
        if alias:
            found = self.sources.get(alias, {}).get(name)
        elif name in self.shared:
            found = self.shared[name]
        else:
            holders = [c[name] for c in self.sources.values() if name in c]
            found = holders[0] if len(holders) == 1 else None
        if found is not None and not node.is_star:
            return found
        if self.outer is None or node.is_star:
            raise Opaque(node.name)
        return self.outer.column(node)


class Reader:
    """Reads the SELECTs of one calculation; every table that is read gets a name of its own.

    `keys` name, of the tables that have one, the column whose value no two rows share and which is
    never NULL. With `certain` no column is ever NULL.
    """

    def __init__(self, types: Types, keys: Mapping[str, str], *, certain: bool = False) -> None:
        self.types = {table.casefold(): (table, columns) for table, columns in types.items()}
        self.keys = keys
        self.certain = certain
        self.taken = 0

    def read(self, node: exp.Expr, outer: Scope | None = None) -> Given:
        """What a query gives. Raises Opaque where its meaning is not known here."""
        if isinstance(node, exp.Subquery):
            if any(node.args.get(part) for part in ("limit", "offset", "with_")):
                raise Opaque("a part of the whole")
            return self.read(node.this, outer)
        if not isinstance(node, exp.Select) or any(node.args.get(part) for part in _BEYOND):
            raise Opaque(node.key)
        scope, rows = self._from(node, outer)
        reading = self._reading(scope)
        if where := node.args.get("where"):
            rows = rows.where(reading.form(where.this))
        columns = tuple(
            column for one in node.expressions for column in self._columns(one, scope, reading)
        )
        return self._given(node, columns, rows, reading)

    def _columns(
        self, node: exp.Expr, scope: Scope, reading: Reading
    ) -> Iterator[tuple[Form, str]]:
        """The columns of one piece of a SELECT: several where it is a star."""
        is_star = isinstance(node, exp.Star) or (
            isinstance(node, exp.Column) and isinstance(node.this, exp.Star)
        )
        if not is_star:
            yield reading.form(node), node.alias_or_name
            return
        if scope.shared:
            raise Opaque("a star over columns that are joined")
        wanted = node.table.casefold() if isinstance(node, exp.Column) else None
        if wanted is not None and wanted not in scope.sources:
            raise Opaque("a star of something else")
        for alias, columns in scope.sources.items():
            if wanted in (None, alias):
                yield from ((form, name) for name, form in columns.items())

    def _reading(self, scope: Scope) -> Reading:
        return Reading(
            scope.column, lambda how, query, value: self._nested(how, query, value, scope)
        )

    def _given(
        self, node: exp.Select, columns: tuple[tuple[Form, str], ...], rows: Rows, reading: Reading
    ) -> Given:
        if group := node.args.get("group"):
            keys = tuple(exactly(_key(one, columns, reading)) for one in group.expressions)
            return Given(columns, rows, keys)
        if any(part[0] == "pagg" for form, _ in columns for part in walk(form)):
            return Given(tuple((closed(form, rows), name) for form, name in columns), Rows())
        distinct = bool(node.args.get("distinct")) and bool(rows.tables)
        return Given(columns, rows, distinct=distinct)

    def _from(self, node: exp.Select, outer: Scope | None) -> tuple[Scope, Rows]:
        scope, rows = Scope(outer=outer), Rows()
        if first := node.args.get("from_"):
            rows = self._relation(first.this, scope, rows, None)
        for join in node.args.get("joins") or []:
            rows = self._join(join, scope, rows)
        return scope, rows

    def _join(self, join: exp.Join, scope: Scope, rows: Rows) -> Rows:
        side, kind = (join.side or "").upper(), (join.kind or "").upper()
        on = self._joining(join, set(scope.sources))
        if kind in ("SEMI", "ANTI"):
            return self._semi(join, scope, rows, on)
        if side == "LEFT":
            return self._relation(join.this, scope, rows, on)
        if side:
            raise Opaque(side)
        rows = self._relation(join.this, scope, rows, None)
        return rows.where(on(scope))

    def _joining(self, join: exp.Join, before: set[str]) -> Callable[[Scope], Form]:
        """The condition of a join, to be read once what it joins is in reach."""

        def condition(scope: Scope) -> Form:
            parts = [self._shared(one.name, scope, before) for one in join.args.get("using") or []]
            if join.args.get("on"):
                parts.append(self._reading(scope).form(join.args["on"]))
            return both(*parts) if parts else TRUE

        return condition

    def _shared(self, written: str, scope: Scope, before: set[str]) -> Form:
        """The condition of one column of USING."""
        name = written.casefold()
        holders = [c[name] for alias, c in scope.sources.items() if alias in before and name in c]
        new = [c[name] for alias, c in scope.sources.items() if alias not in before and name in c]
        left = scope.shared.get(name) or (holders[0] if len(holders) == 1 else None)
        if left is None or len(new) != 1:
            raise Opaque("using")
        scope.shared[name] = left
        return compare("eq", left, new[0])

    def _semi(self, join: exp.Join, scope: Scope, rows: Rows, on: Callable[[Scope], Form]) -> Rows:
        inner = Scope(dict(scope.sources), scope.outer, dict(scope.shared))
        within = self._relation(join.this, inner, Rows(), None).where(on(inner))
        found: Form = ("exists", within.form())
        return rows.where(found if join.kind.upper() == "SEMI" else negated(found))

    def _relation(
        self, node: exp.Expr, scope: Scope, rows: Rows, on: Callable[[Scope], Form] | None
    ) -> Rows:
        """The rows with one more source; `on` is the condition of an outer join."""
        if isinstance(node, exp.Subquery):
            return self._derived(node, scope, rows, on)
        if not isinstance(node, exp.Table):
            raise Opaque(node.key)
        table, columns = self.types[".".join(part.name for part in node.parts).casefold()]
        key, alias = self.keys.get(table), self._alias()
        scope.sources[node.alias_or_name.casefold()] = {
            name.casefold(): (
                *("col", alias, name, KINDS.get(kind, "text")),
                on is None and (self.certain or name == key),
            )
            for name, kind in columns.items()
        }
        made = Table(alias, table, key, certain=self.certain)
        if on is None:
            return rows.cross(Rows((made,)))
        return rows.outer(replace(made, on=on(scope), left=True))

    def _derived(
        self, node: exp.Subquery, scope: Scope, rows: Rows, on: Callable[[Scope], Form] | None
    ) -> Rows:
        name, given = node.alias.casefold(), self.read(node)
        alias = node.args.get("alias")
        if alias is not None and alias.args.get("columns"):
            given = given.called([one.name for one in alias.args["columns"]])
        if on is not None:
            return self._outer_derived(name, given, scope, rows, on)
        if given.plain:
            scope.sources[name] = given.by_name()
            return rows.cross(given.rows)
        made = self._made(given)
        scope.sources[name] = {
            column.casefold(): _column_of(made.alias, column, form)
            for form, column in given.columns
        }
        return rows.cross(Rows((made,)))

    def _made(self, given: Given) -> Table:
        """A query that is read like a table: its groups, or its different rows."""
        forms = tuple(form for form, _ in given.columns)
        groups = forms if given.groups is None else given.groups
        if given.distinct and given.groups is not None:
            raise Opaque("different groups")
        used = (*groups, *forms)
        settled, used = settle(given.rows, used)
        columns = zip(used[len(groups) :], (name for _, name in given.columns), strict=True)
        return Table(self._alias(), "query", made=(used[: len(groups)], tuple(columns), settled))

    def _outer_derived(
        self,
        name: str,
        given: Given,
        scope: Scope,
        rows: Rows,
        on: Callable[[Scope], Form],
    ) -> Rows:
        """An outer join with a table that is only filtered."""
        tables = given.rows.tables
        if len(tables) != 1 or tables[0].left or tables[0].made or not given.plain:
            raise Opaque("outer join")
        if any(form[0] != "col" for form, _ in given.columns):
            raise Opaque("outer join")
        own = {c: (*form[:4], False) for c, form in given.by_name().items()}
        scope.sources[name] = own
        condition = both(on(scope), *given.rows.conditions)
        return rows.outer(replace(tables[0], on=condition, left=True))

    def _alias(self) -> str:
        self.taken += 1
        return f"{RAW}{self.taken:03}"

    def _nested(self, how: str, query: exp.Expr, value: Form | None, scope: Scope) -> Form:
        """EXISTS, IN (SELECT …), or a SELECT in the place of a number."""
        given = self.read(query, scope)
        if how == "scalar":
            if not given.single or len(given.columns) != 1:
                raise Opaque("a nested query")
            return given.columns[0][0]
        if not given.rows.tables or _has_aggregates(given):
            raise Opaque("a nested query")
        if how == "exists":
            return ("exists", given.rows.form())
        return self._among(value or TRUE, given)

    def _among(self, value: Form, given: Given) -> Form:
        """`value IN (SELECT …)`, which is NULL where nothing is found but there are NULLs."""
        if len(given.columns) != 1:
            raise Opaque("several values at once")
        value, chosen = exactly(value), exactly(given.columns[0][0])
        inside: Form = ("exists", given.rows.where(compare("eq", value, chosen)).form())
        if is_never_null(value) and is_never_null(chosen):
            return inside
        return ("inquery", value, inside, (chosen, given.rows.form()))


def _column_of(alias: str, name: str, form: Form) -> Form:
    """A column of a query that is read like a table."""
    made = ("col", alias, name, kind_of(form) or "any", False)
    return quotient(made, made) if form[0] == "quotient" else made


def _has_aggregates(given: Given) -> bool:
    return any(node[0] == "pagg" for form, _ in given.columns for node in walk(form))


def _key(node: exp.Expr, columns: tuple[tuple[Form, str], ...], reading: Reading) -> Form:
    """What is grouped by: an expression, the number of a column, or a column's new name."""
    if isinstance(node, exp.Literal) and not node.is_string:
        at = str(node.this)
        if not at.isdigit() or not 1 <= int(at) <= len(columns):
            raise Opaque("a group by no column")
        return columns[int(at) - 1][0]
    try:
        return reading.form(node)
    except Opaque:
        name = node.name.casefold() if isinstance(node, exp.Column) else ""
        named = [form for form, one in columns if name and one.casefold() == name]
        if len(named) != 1:
            raise
        return named[0]
