"""Entities made of matched records may have several of one dataset: the best of them speaks.

Few entities have; the others pass as they are. The records of those few are put in order unit by
unit, by what the unit's attributes ask for, and of each unit the first record's columns are taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from expectations.engine.expressions import PARSED, canonical
from expectations.engine.projection import Projection
from expectations.engine.wanted import Extra
from expectations.plan import Candidate, GoldenColumn
from expectations.survival import Criterion

if TYPE_CHECKING:
    from expectations.engine.speaking import Speakers

Unit = tuple[GoldenColumn, ...]


def best_of_matched(projection: Projection, row: Speakers) -> str:
    """One row per entity, with columns `u{u}_…` from the record that is best for unit u.

    `row` says of one row by itself what speakers say of joined ones.
    """
    columns = [projection.columns_of({g.attribute for g in unit}) for unit in row.units]
    listed = list(enumerate(columns))
    single = [f"{name} AS u{u}_{name}" for u, names in listed for name in names]
    best = [
        f"first(struct_pack({', '.join(f'{name} := {name}' for name in names)}) "
        f"ORDER BY {', '.join(_order(projection, row, row.units[u]))}) AS q{u}"
        for u, names in listed
    ]
    taken = [f"q{u}.{name} AS u{u}_{name}" for u, names in listed for name in names]
    counted, repeated = projection.counted, projection.repeated
    if not columns:
        return f"SELECT DISTINCT k, true AS here FROM {counted} WHERE k IS NOT NULL"
    return (
        f"SELECT k, true AS here, {', '.join(single)} FROM {counted} "
        f"ANTI JOIN {repeated} USING (k) WHERE k IS NOT NULL UNION ALL "
        f"SELECT k, true AS here, {', '.join(taken)} FROM "
        f"(SELECT k, {', '.join(best)} FROM {counted} SEMI JOIN {repeated} USING (k) GROUP BY k)"
    )


def _order(projection: Projection, row: Speakers, unit: Unit) -> Iterator[str]:
    """What puts an entity's records in order, the best first; in the end their own ids."""
    for golden in unit:
        mine = [c for c in golden.candidates if c.column.dataset == projection.dataset.path]
        if mine:
            yield from _for_attribute(row, golden, mine, _complete(projection, row, unit))
    yield f"{projection.further(Extra('record'))} NULLS LAST"


def _complete(projection: Projection, row: Speakers, unit: Unit) -> str:
    """How many attributes of a unit a record has something usable for."""
    counted = []
    for golden in unit:
        mine = [c for c in golden.candidates if c.column.dataset == projection.dataset.path]
        taking = " OR ".join(_takes_part(row, candidate) for candidate in mine) or "false"
        counted.append(f"CAST(({taking}) AS INTEGER)")
    return f"({' + '.join(counted)})"


def _for_attribute(
    row: Speakers, golden: GoldenColumn, mine: Sequence[Candidate], complete: str
) -> Iterator[str]:
    taking = [_takes_part(row, candidate) for candidate in mine]
    yield f"({' OR '.join(taking)}) DESC"
    if golden.survival.can_be_stale:
        current = [
            f"({one} AND {row.current(golden, candidate)})"
            for one, candidate in zip(taking, mine, strict=True)
        ]
        yield f"({' OR '.join(current)}) DESC"
    for criterion in golden.survival.chain:
        weights = [_weight(row, golden, candidate, criterion) for candidate in mine]
        if criterion.kind == "most_complete" and golden.survival.group:
            weights = [complete for _ in mine]
        if all(weights):
            order = "DESC" if criterion.descending else "ASC"
            least = criterion.kind in ("oldest", "shortest", "min")
            yield f"{_first(taking, weights)} {'ASC' if least else order} NULLS LAST"
    yield f"{_first(taking, [row.time(candidate) for candidate in mine])} DESC NULLS LAST"


def _takes_part(row: Speakers, candidate: Candidate) -> str:
    deleted = row.deleted(candidate)
    usable = f"({row.usable(candidate)})"
    return f"coalesce({usable}{f' OR {deleted}' if deleted else ''}, false)"


def _weight(
    row: Speakers, golden: GoldenColumn, candidate: Candidate, criterion: Criterion
) -> str | None:
    """What a criterion weighs of one record; None for what only the whole contest tells."""
    value = row.value(candidate)
    match criterion.kind:
        case "most_recent" | "oldest":
            return row.time(candidate)
        case "most_trusted":
            return row.trust(candidate)
        case "longest" | "shortest":
            parsed = golden.type in PARSED
            return f"length({canonical(value, 'NULL', golden.type) if parsed else value})"
        case "min" | "max":
            return value
        case "rank":
            return row.rank(candidate, criterion.text)
        case "most_complete" if not golden.survival.group:
            return row.filled(candidate)
    return None


def _first(taking: Sequence[str], weights: Sequence[str | None]) -> str:
    """The weight of the first claim on the record that takes part."""
    cases = (f"WHEN {one} THEN {weight}" for one, weight in zip(taking, weights, strict=True))
    return f"CASE {' '.join(cases)} END"
