"""Checks on golden records: what must be told of them, and what is counted then, as SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from expectations.engine.contest import Asked
from expectations.golden_figures import (
    AgainstGoldenFigure,
    ContestedFigure,
    CurrentFigure,
    GoldenFigure,
    ReadsFigure,
    RequiredFigure,
    SharedFigure,
)
from expectations.plan import Candidate, FigureSpec, GoldenColumn, Plan


def judged_columns(figures: Iterable[FigureSpec]) -> dict[GoldenColumn, Asked]:
    """What more than its value must be told of each golden column."""
    found: dict[GoldenColumn, Asked] = {}
    for figure in figures:
        if isinstance(figure, GoldenFigure):
            before = found.get(figure.golden, Asked())
            found[figure.golden] = replace(before, **_needs(figure))
    return {golden: asked for golden, asked in found.items() if asked != Asked()}


def _needs(figure: GoldenFigure) -> dict[str, bool]:
    match figure:
        case RequiredFigure():
            return {"decided": True} if figure.golden.can_be_deleted else {}
        case ContestedFigure() | AgainstGoldenFigure() | ReadsFigure():
            return {"weighed": True}
        case SharedFigure():
            return {"spread" if figure.across else "hashed": True}
    return {}


def dated_columns(figures: Iterable[FigureSpec]) -> frozenset[GoldenColumn]:
    """The golden columns of which it is asked whether their values are current."""
    return frozenset(
        figure.golden
        for figure in figures
        if (isinstance(figure, CurrentFigure) and figure.ahead is None)
        or (isinstance(figure, ReadsFigure) and not figure.accepts_stale)
    )


def asked_ahead(plan: Plan, on: date) -> set[GoldenColumn]:
    """The golden columns of which it is asked whether they will be current on a day."""
    figures = (check.figure for check in plan.checks)
    return {f.golden for f in figures if isinstance(f, CurrentFigure) and f.ahead == on}


def read_candidates(figures: Iterable[FigureSpec], entity: str) -> list[Candidate]:
    """What touchpoints read of an entity."""
    reads = (figure for figure in figures if isinstance(figure, ReadsFigure))
    return [figure.candidate for figure in reads if figure.golden.entity == entity]
