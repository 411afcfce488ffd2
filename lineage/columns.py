"""Column-level lineage of one SQL statement: which columns give its values and its conditions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from lineage.origins import Missed, Origin, Output
from lineage.scopes import Relation, Schema, Tables
from lineage.tracing import Tracer

DIALECT = "duckdb"
TOO_DEEP = "it is nested too deeply"


@dataclass(frozen=True)
class ColumnLineage:
    """Where a statement's columns come from.

    `outputs` are its columns in their order; `conditions` the origins that decide which rows count
    and how they are put together, at any depth (their use is filter, join, group or order);
    `tables` the tables read; `missed` every piece that leads nowhere, with the reason.
    """

    outputs: tuple[Output, ...] = ()
    conditions: frozenset[Origin] = frozenset()
    tables: frozenset[str] = frozenset()
    missed: tuple[Missed, ...] = ()

    def output(self, name: str) -> Output | None:
        """The first column of that name, whatever its case, or None."""
        folded = name.casefold()
        return next((one for one in self.outputs if one.name.casefold() == folded), None)

    def origins(self) -> list[Origin]:
        """Everything the statement depends on, with each use that it makes of it, sorted."""
        return sorted(self.conditions.union(*(one.origins for one in self.outputs)))


def columns_of(
    statement: str | exp.Expr, schema: Schema | Tables, dialect: str = DIALECT
) -> ColumnLineage:
    """The column-level lineage of a query, as text or parsed, over the tables of `schema`.

    `schema` maps a table as it is written (`customer`, `crm.customers`) to its columns. Names are
    matched without regard to case, as DuckDB does, and given back as the schema spells them.
    For many statements over one schema, prepare it once as `Tables(schema)`. A parsed statement is
    not changed. Nothing is raised: what cannot be read is among `missed`.
    """
    names = schema if isinstance(schema, Tables) else Tables(schema)
    try:
        tree = _parsed(statement, dialect) if isinstance(statement, str) else statement
        if not isinstance(tree, exp.Query | exp.Values | exp.Pivot):
            return _lost(_text(statement, dialect), "it is not a SELECT")
        tracer = Tracer(names, dialect)
        return _traced(tracer, tracer.query(tree, None))
    except SqlglotError as error:
        return _lost(_text(statement, dialect), f"it cannot be traced: {_first_line(error)}")
    except _Several as several:
        return _lost(_text(statement, dialect), str(several))
    except RecursionError:
        return _lost(_text(statement, dialect), TOO_DEEP)


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


class _Several(ValueError):
    """A text holds several statements, or none."""


def _parsed(sql: str, dialect: str) -> exp.Expr:
    found = [tree for tree in sqlglot.parse(sql, dialect=dialect) if tree is not None]
    found = [tree for tree in found if not isinstance(tree, exp.Semicolon)]
    if len(found) != 1:
        raise _Several(f"one SELECT is expected, found {len(found)} statements")
    return found[0]


def _traced(tracer: Tracer, found: Relation) -> ColumnLineage:
    return ColumnLineage(
        found.columns,
        frozenset(tracer.conditions),
        frozenset(tracer.tables),
        tuple(tracer.missed),
    )


def _lost(text: str, reason: str) -> ColumnLineage:
    return ColumnLineage(missed=(Missed(text, "unreadable", reason),))


def _text(statement: str | exp.Expr, dialect: str) -> str:
    return statement if isinstance(statement, str) else statement.sql(dialect=dialect)


def _first_line(error: SqlglotError) -> str:
    return str(error).splitlines()[0].rstrip(".")
