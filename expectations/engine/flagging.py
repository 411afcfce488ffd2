"""What can be told of each row by itself: whether it holds something to judge, and is it bad."""

from __future__ import annotations

from dataclasses import dataclass

from expectations.engine.projection import Projection
from expectations.figures import FigureSql
from expectations.native import figure_sql
from expectations.plan import (
    Candidate,
    Check,
    Column,
    FigureSpec,
    NativeFigure,
    TypeFigure,
    ValuesFigure,
    thaw,
)


@dataclass(frozen=True)
class Flags:
    """Two predicates on a row as it is read: it holds something to judge; what it holds is bad."""

    present: str
    bad: str


def flags_of(projection: Projection, figure: FigureSpec) -> Flags | None:
    """The flags of a figure on rows; None where it needs the values of other rows too."""
    if isinstance(figure, TypeFigure):
        return Flags(projection.present(figure.column), projection.unfit(figure.column))
    if isinstance(figure, ValuesFigure):
        return Flags(projection.present(figure.column), projection.unlisted(figure.column))
    if isinstance(figure, NativeFigure) and isinstance(figure.on, Column):
        value = projection.value(figure.on)
        sql = figure_sql(figure.expect, value, thaw(figure.arguments))
        return _native_flags(sql, value) if sql.by_row and sql.bad else None
    return None


def _native_flags(sql: FigureSql, value: str) -> Flags:
    judged = "true" if sql.compared == "count(*)" else f"{value} IS NOT NULL"
    return Flags(judged, str(sql.bad))


def flags_of_candidate(projection: Projection, candidate: Candidate) -> list[str]:
    """Why a value may not survive: it does not fit its type, it is not among the allowed ones."""
    column = candidate.column
    listed = [projection.unlisted(column)] if column.values is not None else []
    return [projection.unfit(column), *listed]


def columns_of(check: Check) -> list[Column]:
    """The column that a check looks at row by row, whether or not it is joined."""
    on = getattr(check.figure, "column", None) or getattr(check.figure, "on", None)
    return [on] if isinstance(on, Column) else []
