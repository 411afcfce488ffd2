"""Writes another tool's expression over one table as a calculation of ours."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from catalog.sql import SqlRefused, check_query


def calculation_of(
    select: str, where: str | None, table: str, columns: Mapping[str, str], dialect: str = ""
) -> str:
    """`SELECT … AS value FROM table WHERE …` with our names of the columns.

    `columns` gives the key of each column of the table. Raises ValueError that says what of the
    expression a calculation cannot hold.
    """
    try:
        query = exp.select(exp.alias_(_ours(select, columns, dialect), "value")).from_(table)
        if where:
            query = query.where(_ours(where, columns, dialect))
    except SqlglotError as error:
        raise ValueError(f"its expression cannot be read: {str(error).splitlines()[0]}") from None
    text = query.sql(dialect="duckdb")
    try:
        check_query(text, {table: list(columns.values())})
    except SqlRefused as error:
        raise ValueError(f"its expression is not allowed: {error}") from None
    return text


def _ours(text: str, columns: Mapping[str, str], dialect: str) -> exp.Expr:
    keys = {column.casefold(): key for column, key in columns.items()}
    tree = parse_one(text, dialect=dialect or None)
    for column in tree.find_all(exp.Column):
        key = keys.get(column.name.casefold())
        if key is None:
            raise ValueError(f"its column '{column.sql()}' is not in the file")
        column.replace(exp.column(key))
    return tree if not isinstance(tree, exp.Column) else exp.column(keys[tree.name.casefold()])
