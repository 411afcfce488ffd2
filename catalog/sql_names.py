"""Resolves the names in a checked SELECT: which tables it reads and which of their columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from catalog.sql_nodes import Refusal, nearest


@dataclass(frozen=True)
class _Source:
    """Something in FROM: its columns by folded name; `table` only when it is a catalog's table."""

    alias: str
    columns: Mapping[str, str]
    table: str | None
    known: bool = True


_Scope = Mapping[str, _Source]


@dataclass
class Names:
    """Walks one query; collects tables, columns (`table.column`) and what cannot be resolved.

    Gives every table an alias and every qualified column that alias, in place, so that a table
    can be swapped for an engine's own without breaking a reference.
    """

    tables: Mapping[str, Collection[str]]
    used_tables: set[str] = field(default_factory=set)
    used_columns: set[str] = field(default_factory=set)
    refusals: list[Refusal] = field(default_factory=list)

    def resolve(
        self,
        query: exp.Expr,
        ctes: Mapping[str, _Source] | None = None,
        outer: tuple[_Scope, ...] = (),
    ) -> list[str] | None:
        """The output column names of `query` (empty text for an unnamed one), None if unknown."""
        known = dict(ctes or {})
        for cte in _list(query.args.get("with_"), "expressions"):
            known[cte.alias.casefold()] = self._common_table(cte, known, outer)
        if isinstance(query, exp.Subquery):
            outputs = self.resolve(query.this, known, outer)
            return self._ordered(query, outputs, known, outer)
        if isinstance(query, exp.SetOperation):
            outputs = self.resolve(query.this, known, outer)
            self.resolve(query.expression, known, outer)
            return self._ordered(query, outputs, known, outer)
        if isinstance(query, exp.Select):
            return self._select(query, known, outer)
        return None

    def _common_table(
        self, cte: exp.Expr, known: Mapping[str, _Source], outer: tuple[_Scope, ...]
    ) -> _Source:
        name = cte.alias
        taken = {t.casefold() for t in self.tables} | set(known)
        if name.casefold() in taken:
            self.refusals.append((cte.args["alias"], f"{name} is the name of a table already"))
        return self._derived(cte, self.resolve(cte.this, known, outer))

    def _derived(self, node: exp.Expr, outputs: list[str] | None) -> _Source:
        alias = node.args.get("alias")
        names = [i.name for i in alias.args.get("columns") or []] if alias else []
        known = outputs is not None
        outputs = names + (outputs or [])[len(names) :]
        return _Source(node.alias, {o.casefold(): o for o in outputs if o}, None, known)

    def _ordered(
        self,
        query: exp.Expr,
        outputs: list[str] | None,
        ctes: Mapping[str, _Source],
        outer: tuple[_Scope, ...],
    ) -> list[str] | None:
        columns = {o.casefold(): o for o in outputs or [] if o}
        scope = {"": _Source("", columns, None, outputs is not None)}
        for key in ("order", "limit", "offset"):
            if query.args.get(key):
                self._expressions([query.args[key]], scope, (), ctes, outer)
        return outputs

    def _select(
        self, select: exp.Select, ctes: Mapping[str, _Source], outer: tuple[_Scope, ...]
    ) -> list[str] | None:
        scope: dict[str, _Source] = {}
        relations = [select.args["from_"].this] if select.args.get("from_") else []
        joins = select.args.get("joins") or []
        shared: set[str] = set()
        for relation in relations + [join.this for join in joins]:
            source = self._relation(relation, ctes, outer)
            if source.alias and source.alias.casefold() in scope:
                message = f"two tables are called {source.alias}: give one another name with AS"
                self.refusals.append((relation, message))
            scope[source.alias.casefold() or f" {len(scope)}"] = source
        for join in joins:
            shared |= self._using(join, scope)
        outputs = self._outputs(select, scope)
        aliases = {p.alias.casefold() for p in select.expressions if isinstance(p, exp.Alias)}
        rest = [v for k, v in select.args.items() if k not in ("from_", "joins", "with_")]
        rest += [join.args.get("on") for join in joins]
        self._expressions(rest, scope, aliases | shared, ctes, outer)
        return outputs

    def _relation(
        self, node: exp.Expr, ctes: Mapping[str, _Source], outer: tuple[_Scope, ...]
    ) -> _Source:
        if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Query):
            return self._derived(node, self.resolve(node, ctes, outer))
        if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
            return _Source(node.alias, {}, None, False)
        name = ".".join(part.name for part in node.parts)
        if name.casefold() in ctes:
            inner = ctes[name.casefold()]
            return _Source(node.alias or name, inner.columns, None, inner.known)
        return self._table(node, name, ctes)

    def _table(self, node: exp.Table, name: str, ctes: Mapping[str, _Source]) -> _Source:
        canonical = {t.casefold(): t for t in self.tables}.get(name.casefold())
        alias = node.args.get("alias") or exp.TableAlias()
        if not alias.args.get("this"):
            alias.set("this", exp.to_identifier(name, quoted=True))
            node.set("alias", alias)
        if canonical is None:
            choices = [*self.tables, *(source.alias for source in ctes.values())]
            self.refusals.append((node, f"there is no table {name}; {nearest(name, choices)}"))
            return _Source(node.alias, {}, None, False)
        self.used_tables.add(canonical)
        if alias.args.get("columns"):
            self.refusals.append((node, "columns of a table cannot be renamed in FROM"))
        columns = {c.casefold(): c for c in self.tables[canonical]}
        return _Source(node.alias, columns, canonical)

    def _using(self, join: exp.Expr, scope: _Scope) -> set[str]:
        names = [identifier.name for identifier in join.args.get("using") or []]
        for name in names:
            holders = [s for s in scope.values() if name.casefold() in s.columns]
            for source in holders:
                self._use(source, name)
            if len(holders) < 2 and all(s.known for s in scope.values()):
                self.refusals.append((join, f"USING ({name}): not a column of both tables"))
        return {name.casefold() for name in names}

    def _outputs(self, select: exp.Select, scope: _Scope) -> list[str] | None:
        outputs: list[str] = []
        known = True
        for projection in select.expressions:
            if not projection.is_star:
                outputs.append(projection.alias_or_name)
                continue
            qualifier = projection.args.get("table") if isinstance(projection, exp.Column) else None
            for source in scope.values():
                if qualifier is not None and source is not self._qualified(projection, (scope,)):
                    continue
                known = known and source.known
                outputs += source.columns.values()
                for name in source.columns:
                    self._use(source, name)
        return outputs if known else None

    def _expressions(
        self,
        parts: list[object],
        scope: _Scope,
        aliases: Collection[str],
        ctes: Mapping[str, _Source],
        outer: tuple[_Scope, ...],
    ) -> None:
        for node in _outside_queries(parts):
            if isinstance(node, exp.Query):
                self.resolve(node, ctes, (scope, *outer))
            elif isinstance(node, exp.Column):
                self._column(node, (scope, *outer), aliases)

    def _column(
        self, column: exp.Column, scopes: tuple[_Scope, ...], aliases: Collection[str]
    ) -> None:
        if column.args.get("table"):
            source = self._qualified(column, scopes)
            if source is None:
                name = ".".join(part.name for part in column.parts[:-1])
                choices = [s.alias for scope in scopes for s in scope.values()]
                self.refusals.append(
                    (column, f"there is no table {name} in FROM; {nearest(name, choices)}")
                )
                return
            column.set("table", exp.to_identifier(source.alias, quoted=True))
            column.set("db", None)
            if not column.is_star:
                self._from_source(column, source)
            return
        if not column.is_star:
            self._unqualified(column, scopes, aliases)

    def _from_source(self, column: exp.Column, source: _Source) -> None:
        if column.name.casefold() in source.columns:
            self._use(source, column.name)
        elif source.known:
            hint = nearest(column.name, list(source.columns.values()))
            message = f"{source.table or source.alias} has no column {column.name}; {hint}"
            self.refusals.append((column, message))

    def _unqualified(
        self, column: exp.Column, scopes: tuple[_Scope, ...], aliases: Collection[str]
    ) -> None:
        name = column.name.casefold()
        for depth, scope in enumerate(scopes):
            holders = [source for source in scope.values() if name in source.columns]
            for source in holders:
                self._use(source, name)
            if len(holders) > 1 and name not in aliases:
                where = " and ".join(source.alias for source in holders)
                message = f"{column.name} is a column of {where}: write which one is meant"
                self.refusals.append((column, message))
            if holders or (depth == 0 and name in aliases):
                return
        sources = [source for scope in scopes for source in scope.values()]
        if all(source.known for source in sources):
            choices = [c for source in sources for c in source.columns.values()]
            hint = nearest(column.name, choices)
            self.refusals.append((column, f"there is no column {column.name}; {hint}"))

    def _qualified(self, column: exp.Expr, scopes: tuple[_Scope, ...]) -> _Source | None:
        wanted = ".".join(
            column.args[part].name for part in ("catalog", "db", "table") if column.args.get(part)
        ).casefold()
        for scope in scopes:
            if wanted in scope:
                return scope[wanted]
            ends = [s for key, s in scope.items() if key.endswith(f".{wanted}")]
            if len(ends) == 1:
                return ends[0]
        return None

    def _use(self, source: _Source, name: str) -> None:
        if source.table is not None:
            self.used_columns.add(f"{source.table}.{source.columns[name.casefold()]}")


def _list(node: exp.Expr | None, key: str) -> list[exp.Expr]:
    return node.args.get(key) or [] if node is not None else []


def _outside_queries(parts: list[object]) -> Iterator[exp.Expr]:
    """Every node below `parts`, but of a sub-query only its topmost node."""
    stack = list(parts)
    while stack:
        part = stack.pop()
        if isinstance(part, list):
            stack += part
        elif isinstance(part, exp.Expr):
            yield part
            if not isinstance(part, exp.Query):
                stack += part.args.values()
