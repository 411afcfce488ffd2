"""Finds which part of a whole a cell's own calculation speaks of: `segment = 'sme'` in its SQL."""

from __future__ import annotations

from catalog.model import Catalog
from expectations.consolidation.clustering import Slicing
from lineage.canonical.nouns import Conjunct, Ingredients
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
        if isinstance(told, Calculation) and told.canonical.parts:
            held = [_held(part, dimensions) for part in told.canonical.parts]
            if shared := set.intersection(*held):
                found[cell.urn] = tuple(sorted(shared))
    return found


def _held(part: Ingredients, dimensions: set[str]) -> set[tuple[str, str]]:
    pairs = (_equality(one) for one in part.filters)
    return {pair for pair in pairs if pair and pair[0] in dimensions}


def _equality(one: Conjunct) -> tuple[str, str] | None:
    """Column and value, where a condition is that the one equals the other."""
    match one.form:
        case ("eq", ("col", _, str(column), *_), ("str" | "num", value)):
            return column, str(value)
        case _:
            return None
