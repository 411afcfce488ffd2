"""Renders checked SQL for DuckDB: our functions expanded, parameters, tables, columns put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Final

from sqlglot import exp

from catalog.functions import FUNCTIONS
from catalog.sql import CheckedSql
from expectations.engine.duckdb_cleansing import CLEANSING
from expectations.engine.duckdb_functions import (
    RENDERINGS,
    FormatError,
    is_simple,
    quote,
    try_timestamp,
)

__all__ = ["RenderError", "expand", "literal", "quote", "quote_name", "render"]

MAX_RENDERED: Final = 1_000_000
"""Characters of SQL that one calculation may grow to."""


class RenderError(ValueError):
    """Checked SQL cannot be rendered: a parameter without value, a bad format, too much SQL."""


def quote_name(name: str) -> str:
    """`name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def expand(name: str, *args_sql: str, zone: str = "Europe/Istanbul") -> str:
    """The DuckDB expression of our function `name` over SQL expressions as arguments.

    Raises KeyError for an unknown function, RenderError for a wrong number of arguments or a
    format it does not know. `zone` is the institution's time zone.
    """
    least, most = FUNCTIONS[name].arguments
    if len(args_sql) < least or (most is not None and len(args_sql) > most):
        raise RenderError(f"{name} takes {least} to {most or 'any number of'} arguments")
    try:
        if name == "td_try_timestamp":
            return try_timestamp(zone, *args_sql)
        rendering = CLEANSING.get(name) or RENDERINGS[name]
        return rendering(*args_sql)
    except FormatError as error:
        raise RenderError(str(error)) from None


def render(
    tree: CheckedSql | exp.Expr,
    parameters: Mapping[str, object],
    *,
    tables: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    zone: str = "Europe/Istanbul",
) -> str:
    """DuckDB SQL of a checked tree, every name quoted.

    `parameters` gives each used parameter a value (date, datetime, int, Decimal, str, bool, None).
    `tables` maps names as the steward writes them (`crm.customers`) to SQL that may stand in
    FROM; `columns` maps column names to SQL expressions. Names in neither stay as they are.
    Raises RenderError.
    """
    expression = tree.tree if isinstance(tree, CheckedSql) else tree
    replace = partial(
        _replace,
        parameters=parameters,
        tables={name.casefold(): sql for name, sql in (tables or {}).items()},
        columns={name.casefold(): sql for name, sql in (columns or {}).items()},
        zone=zone,
    )
    try:
        return _rendered(expression.copy(), replace)
    except RecursionError:
        raise RenderError("the calculation is nested too deeply") from None


def _rendered(expression: exp.Expr, replace: Callable[[exp.Expr], exp.Expr]) -> str:
    for node in [n for n in expression.walk() if isinstance(n, _REPLACED)][::-1]:
        replaced = replace(node)
        if replaced is not node and node is expression:
            expression = replaced
        elif replaced is not node:
            node.replace(replaced)
    return _sql(expression)


_REPLACED: Final = (exp.Placeholder, exp.Table, exp.Column, exp.Anonymous)


def _sql(node: exp.Expr) -> str:
    text = node.sql(dialect="duckdb", copy=False, identify=True, comments=False)
    if len(text) > MAX_RENDERED:
        raise RenderError(f"the calculation grows beyond {MAX_RENDERED:,} characters: nest less")
    return text


def _replace(
    node: exp.Expr,
    *,
    parameters: Mapping[str, object],
    tables: Mapping[str, str],
    columns: Mapping[str, str],
    zone: str,
) -> exp.Expr:
    if isinstance(node, exp.Placeholder):
        if node.name not in parameters:
            raise RenderError(f"no value is given for the parameter :{node.name}")
        return _raw(literal(parameters[node.name]))
    if isinstance(node, exp.Anonymous):
        if node.name.lower() not in FUNCTIONS:
            raise RenderError(f"{node.name} is not one of our functions")
        arguments = [_sql(argument) for argument in node.expressions]
        return _raw(expand(node.name.lower(), *arguments, zone=zone))
    if isinstance(node, exp.Table):
        return _replace_table(node, tables)
    sql = columns.get(_dotted(node).casefold())
    if sql is None:
        return node
    if isinstance(node.parent, exp.Select) and node.arg_key == "expressions":
        return exp.alias_(_raw(sql), node.name, quoted=True)
    return _raw(sql)


def _replace_table(table: exp.Table, tables: Mapping[str, str]) -> exp.Expr:
    sql = tables.get(_dotted(table).casefold())
    if sql is None:
        return table
    replaced = exp.Table(this=exp.Var(this=sql))
    replaced.set("alias", table.args.get("alias") or _alias(table.name))
    return replaced


def _dotted(node: exp.Expr) -> str:
    parts = (node.args.get(key) for key in ("catalog", "db", "table", "this"))
    return ".".join(part.name for part in parts if part is not None)


def _alias(name: str) -> exp.TableAlias:
    return exp.TableAlias(this=exp.to_identifier(name, quoted=True))


def _raw(sql: str) -> exp.Expr:
    return exp.Var(this=sql if is_simple(sql) else f"({sql})")


def literal(value: object) -> str:
    """`value` as a typed DuckDB literal; raises RenderError for a type SQL has no literal for."""
    if value is None or isinstance(value, bool):
        return {None: "NULL", True: "TRUE", False: "FALSE"}[value]
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, datetime):
        kind = "TIMESTAMP" if value.tzinfo is None else "TIMESTAMPTZ"
        return f"{kind} {quote(value.isoformat(sep=' '))}"
    if isinstance(value, date):
        return f"DATE {quote(value.isoformat())}"
    if isinstance(value, int) or (isinstance(value, Decimal) and value.is_finite()):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    raise RenderError(f"{value!r} ({type(value).__name__}) cannot be a parameter")
