"""Column-level lineage of one SQL statement: which columns give its values, filters and groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope

from lineage.scopes import DIALECT, Schema, Tables, scope_of

TOO_DEEP = "it is nested too deeply"
Role = Literal["value", "filter", "group", "rows"]
Origin = tuple[str, str, Role]


@dataclass(frozen=True)
class ColumnLineage:
    """Where a statement's columns come from.

    `outputs` maps each output column to its origins (table, column, role); `filters` and `groups`
    are (table, column) pairs that decide which rows count and what is grouped by, at any depth;
    `tables` are the tables read; `unresolved` are pieces of text, each with the reason why it
    leads nowhere.
    """

    outputs: Mapping[str, frozenset[Origin]] = field(default_factory=dict)
    filters: frozenset[tuple[str, str]] = frozenset()
    groups: frozenset[tuple[str, str]] = frozenset()
    tables: frozenset[str] = frozenset()
    unresolved: tuple[tuple[str, str], ...] = ()

    def origins(self) -> list[Origin]:
        """Every column the statement depends on, with each role it plays, sorted."""
        found = {origin for origins in self.outputs.values() for origin in origins}
        found |= {(table, column, "filter") for table, column in self.filters}
        found |= {(table, column, "group") for table, column in self.groups}
        return sorted(found)


def columns_of(sql: str, schema: Schema | Tables) -> ColumnLineage:
    """The column-level lineage of a SELECT over the tables of `schema`.

    `schema` maps a table as it is written (`customer`, `crm.customers`) to its columns. Names are
    matched without regard to case, as DuckDB does, and given back as the schema spells them.
    For many statements over one schema, prepare it once as `Tables(schema)`.
    """
    names = schema if isinstance(schema, Tables) else Tables(schema)
    try:
        scope = scope_of(sqlglot.parse_one(sql, dialect=DIALECT), names)
        return _traced(scope, names) if scope else _lost(sql, "it is not a SELECT")
    except SqlglotError as error:
        return _lost(sql, f"it cannot be traced: {_first_line(error)}")
    except RecursionError:
        return _lost(sql, TOO_DEEP)


def _traced(scope: Scope, names: Tables) -> ColumnLineage:
    tracer = _Tracer(names)
    outputs = tracer.outputs(scope)
    return ColumnLineage(
        {name: frozenset(origins) for name, origins in outputs.items()},
        frozenset(tracer.filters),
        frozenset(tracer.groups),
        frozenset(tracer.tables),
        tuple(dict.fromkeys(tracer.unresolved)),
    )


def _lost(sql: str, reason: str) -> ColumnLineage:
    return ColumnLineage(unresolved=((sql, reason),))


@lru_cache(maxsize=4096)
def names_in(expression: str) -> tuple[str, ...]:
    """The names an expression or condition uses, each once, in the order they are written.

    A name is dotted where it is written so (`crm.customers.status`). Raises ValueError when the
    text does not parse.
    """
    try:
        tree = sqlglot.parse_one(expression, dialect=DIALECT)
    except SqlglotError as error:
        raise ValueError(f"it does not parse: {_first_line(error)}") from None
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    written = (".".join(p.name for p in c.parts) for c in tree.find_all(exp.Column, bfs=False))
    return tuple(dict.fromkeys(written))


def _first_line(error: SqlglotError) -> str:
    return str(error).splitlines()[0].rstrip(".")


class _Tracer:
    """Follows columns down through scopes, each scope once."""

    def __init__(self, names: Tables) -> None:
        self.filters: set[tuple[str, str]] = set()
        self.groups: set[tuple[str, str]] = set()
        self.tables: set[str] = set()
        self.unresolved: list[tuple[str, str]] = []
        self._names = names
        self._done: dict[int, dict[str, set[Origin]]] = {}

    def outputs(self, scope: Scope) -> dict[str, set[Origin]]:
        """The origins of each output column; notes what the scope filters and groups by."""
        key = id(scope.expression)
        if key not in self._done:
            self._done[key] = {}
            self._done[key] |= self._trace(scope)
        return self._done[key]

    def _trace(self, scope: Scope) -> dict[str, set[Origin]]:
        query = scope.expression
        if isinstance(query, exp.SetOperation):
            return self._side_by_side([self.outputs(s) for s in scope.set_operation_scopes])
        if isinstance(query, exp.Subquery):
            inner = [self.outputs(s) for s in scope.subquery_scopes]
            return inner[0] if inner else {}
        if not isinstance(query, exp.Select):
            found = set(self._origins(query, scope, "value"))
            return dict.fromkeys(query.alias_column_names, found)
        self._note_tables(scope)
        self._note_clauses(query, scope)
        grouped = _grouped(query)
        return {
            item.alias_or_name: set(
                self._origins(item, scope, "group" if item.unalias() in grouped else "value")
            )
            for item in query.selects
        }

    def _side_by_side(self, sides: list[dict[str, set[Origin]]]) -> dict[str, set[Origin]]:
        names = list(sides[0]) if sides else []
        columns = [list(side.values()) for side in sides]
        return {
            name: set().union(*(side[index] for side in columns if index < len(side)))
            for index, name in enumerate(names)
        }

    def _note_tables(self, scope: Scope) -> None:
        for _, source in scope.selected_sources.values():
            if isinstance(source, Scope):
                self.outputs(source)
            elif isinstance(source, exp.Table) and source.name:
                table = self._names.table(source.name)
                if table:
                    self.tables.add(table)
                else:
                    self.unresolved.append((source.name, "no such table is defined"))

    def _note_clauses(self, query: exp.Select, scope: Scope) -> None:
        for clause in _filtering(query):
            self.filters |= {(t, c) for t, c, _ in self._origins(clause, scope, "filter")}
        group = query.args.get("group")
        for part in [*(group.expressions if group else ()), *_grouped(query)]:
            self.groups |= {(t, c) for t, c, _ in self._origins(part, scope, "group")}

    def _origins(self, node: exp.Expr, scope: Scope, role: Role) -> Iterator[Origin]:
        """The origins of every column below `node`, not entering nested queries by hand."""
        if isinstance(node, exp.Column):
            yield from self._resolve(node, scope, role)
        elif isinstance(node, exp.Query) and node is not scope.expression:
            yield from self._nested(node, scope, role)
        else:
            for child, part in _children(node, role):
                yield from self._origins(child, scope, part)

    def _nested(self, query: exp.Query, scope: Scope, role: Role) -> Iterator[Origin]:
        inner = query.unnest()
        for sub in (*scope.subquery_scopes, *scope.derived_table_scopes):
            if sub.expression is query or sub.expression is inner:
                for origins in self.outputs(sub).values():
                    yield from (_in_role(origin, role) for origin in origins)
                return
        self.unresolved.append((query.sql(dialect=DIALECT), "this nested query is not understood"))

    def _resolve(self, column: exp.Column, scope: Scope, role: Role) -> Iterator[Origin]:
        if isinstance(column.this, exp.Star):
            return
        source = _source(column.table, scope)
        if isinstance(source, Scope):
            origins = self.outputs(source).get(column.name)
            if origins is None:
                self._miss(column, "the inner query has no such column")
            yield from (_in_role(origin, role) for origin in sorted(origins or ()))
        elif isinstance(source, exp.Table) and (table := self._names.table(source.name)):
            name = self._names.columns(table).get(column.name.lower())
            if name is None:
                self._miss(column, f"{table} has no such column")
            else:
                yield table, name, role
        else:
            self._miss(column, "no table of the statement has such a column")

    def _miss(self, column: exp.Column, reason: str) -> None:
        self.unresolved.append((column.sql(dialect=DIALECT), reason))


def _source(name: str, scope: Scope | None) -> exp.Expr | Scope | None:
    """What a table alias means in a scope, or in those around it (correlated subqueries)."""
    while scope is not None:
        if name in scope.sources:
            return scope.sources[name]
        scope = scope.parent
    return None


def _in_role(origin: Origin, role: Role) -> Origin:
    return origin if role == "value" else (origin[0], origin[1], role)


def _filtering(query: exp.Select) -> Iterator[exp.Expr]:
    """The clauses that decide which rows count."""
    for name in ("where", "having", "qualify"):
        if clause := query.args.get(name):
            yield clause
    for join in query.args.get("joins") or ():
        if condition := join.args.get("on"):
            yield condition
    if query.args.get("order") and query.args.get("limit"):
        yield query.args["order"]


def _grouped(query: exp.Select) -> list[exp.Expr]:
    """The expressions grouped by, those of GROUP BY ALL among them."""
    group = query.args.get("group")
    if group is None:
        return []
    if group.args.get("all"):
        plain = (item.unalias() for item in query.selects)
        return [item for item in plain if not item.find(exp.AggFunc)]
    return list(group.expressions)


def _children(node: exp.Expr, role: Role) -> Iterator[tuple[exp.Expr, Role]]:
    """The parts of an expression, each with the role its columns play."""
    for name, value in node.args.items():
        part: Role = "filter" if role == "value" and _decides(node, name) else role
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, exp.Expr):
                yield child, part


def _decides(node: exp.Expr, part: str) -> bool:
    """Whether a part of an expression only decides which values are taken."""
    if isinstance(node, exp.If | exp.Case):
        return part == "this"
    if isinstance(node, exp.Filter):
        return part == "expression"
    return isinstance(node, exp.Window) and part in ("partition_by", "order")
