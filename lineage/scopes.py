"""Makes a statement ready for tracing: one name per table, every column with its table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from sqlglot import exp
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope
from sqlglot.schema import MappingSchema

DIALECT = "duckdb"
Schema = Mapping[str, Collection[str]]


class Tables:
    """A schema made ready for many statements: finds tables and columns whatever their case."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._tables = {table.lower(): table for table in schema}
        self._columns: dict[str, dict[str, str]] = {}

    def table(self, written: str) -> str | None:
        """The table as the schema spells it, or None."""
        return self._tables.get(written.lower())

    def columns(self, table: str) -> Mapping[str, str]:
        """The columns of a table of the schema: lower case to the schema's spelling."""
        if table not in self._columns:
            self._columns[table] = {name.lower(): name for name in self._schema[table]}
        return self._columns[table]


def scope_of(tree: exp.Expr, names: Tables) -> Scope | None:
    """The qualified scope of a query, its tables flattened to one quoted name each."""
    if not isinstance(tree, exp.Query):
        return None
    flat = _flatten(tree)
    schema: dict[str, object] = {
        name: dict.fromkeys(names.columns(table), "text")
        for name in sorted(flat)
        if (table := names.table(name))
    }
    qualified = qualify(
        tree,
        schema=MappingSchema(schema, dialect=DIALECT, normalize=False),
        dialect=DIALECT,
        quote_identifiers=False,
        identify=False,
        validate_qualify_columns=False,
        allow_partial_qualification=True,
    )
    return build_scope(qualified.unnest())


def _flatten(tree: exp.Expr) -> set[str]:
    """Write each `crm.customers` as one name with an alias of its own; all names of tables.

    The alias is the last part, as in SQL, or the whole name where two tables of one SELECT share
    it; columns written `crm.customers.e_mail` follow.
    """
    tables = [(table, ".".join(part.name for part in table.parts)) for table in _tables(tree)]
    in_select = Counter((id(t.parent_select), t.alias_or_name.lower()) for t, _ in tables)
    aliases: dict[tuple[int, str], str] = {}
    for table, name in tables:
        if "." not in name:
            continue
        shared = in_select[id(table.parent_select), table.alias_or_name.lower()] > 1
        alias = table.alias or (name if shared else table.name)
        aliases[id(table.parent_select), name.lower()] = alias
        _write(table, name, alias)
    for column in tree.find_all(exp.Column):
        if column.args.get("db"):
            _follow(column, aliases)
    return {name.lower() for _, name in tables}


def _tables(tree: exp.Expr) -> list[exp.Table]:
    return [table for table in tree.find_all(exp.Table) if table.name]


def _write(table: exp.Table, name: str, alias: str) -> None:
    if not table.alias:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
    table.set("this", exp.to_identifier(name, quoted=True))
    table.set("db", None)
    table.set("catalog", None)


def _follow(column: exp.Column, aliases: Mapping[tuple[int, str], str]) -> None:
    """Point a column written with its table's full name to that table's alias."""
    name = ".".join(part.name for part in column.parts[:-1]).lower()
    select = column.parent_select
    while select is not None and (id(select), name) not in aliases:
        select = select.parent_select
    if select is not None:
        column.set("table", exp.to_identifier(aliases[id(select), name], quoted=True))
        column.set("db", None)
        column.set("catalog", None)
