"""Finds which part of a whole a cell's own calculation speaks of: `segment = 'sme'` in its SQL."""

from __future__ import annotations

from catalog.model import Catalog
from expectations.consolidation.clustering import Slicing
from lineage.canonical.forms import conditions_of
from lineage.canonical.nouns import Form
from lineage.canonical.stating import Calculation, Statements


def implied_slices(catalog: Catalog, statements: Statements) -> dict[str, Slicing]:
    """By URN of a cell that states no `where`: the dimensions of measures it holds to one value.

    Every aggregate of it must be held to that value; a list of values is no slice.
    """
    dimensions = {key for one in catalog.measures.values() for key in one.dimensions}
    found: dict[str, Slicing] = {}
    for cell in catalog.cells.values():
        if cell.measure or cell.where or not cell.calculation:
            continue
        told = statements.of(cell.urn)
        if isinstance(told, Calculation) and told.canonical.aggregates:
            held = [_held(one, dimensions) for one in told.canonical.aggregates]
            if shared := set.intersection(*held):
                found[cell.urn] = tuple(sorted(shared))
    return found


def _held(aggregate: Form, dimensions: set[str]) -> set[tuple[str, str]]:
    pairs = map(_equality, conditions_of(aggregate))
    return {pair for pair in pairs if pair and pair[0] in dimensions}


def _equality(condition: Form) -> tuple[str, str] | None:
    """Column and value, where a condition is that the one equals the other."""
    match condition:
        case ("eq", ("col", _, str(column), *_), ("str" | "num", value)):
            return column, str(value)
        case _:
            return None
