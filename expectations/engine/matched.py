"""Entities made of matched records may have several of one dataset: the best of them speaks.

Few entities have; the others pass as they are. The records of those few are put in order unit by
unit, by what the unit's attributes ask for, and of each unit the first record's columns are taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from expectations.engine.expressions import PARSED, canonical
from expectations.engine.functions import quote
from expectations.engine.knowing import incumbents_sql
from expectations.engine.projection import Projection
from expectations.engine.wanted import Extra
from expectations.plan import Candidate, GoldenColumn
from expectations.survival import Criterion

if TYPE_CHECKING:
    from expectations.engine.speaking import Speakers
    from expectations.engine.surviving import Unit


def best_of_matched(projection: Projection, row: Speakers) -> str:
    """One row per entity, with columns `u{u}_…` from the record that is best for unit u.

    `row` says of one row by itself what speakers say of joined ones.
    """
    columns = [projection.columns_of({g.attribute for g in unit.golden}) for unit in row.units]
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
        f"(SELECT k, {', '.join(best)} FROM {_repeated(projection, row)} GROUP BY k)"
    )


def _repeated(projection: Projection, row: Speakers) -> str:
    """The records of entities that have several, with what protected claims were taken from."""
    several = f"{projection.counted} SEMI JOIN {projection.repeated} USING (k)"
    protected = _protected(projection, row)
    if not protected:
        return several
    kept = ", ".join(f"{x}{n} AS kept_{x}{n}" for n in range(len(protected)) for x in "drv")
    incumbents = incumbents_sql(row.incumbents, enumerate(protected))
    return (
        f"(SELECT * FROM {several}) LEFT JOIN (SELECT entity, {kept} FROM ({incumbents})) "
        "ON entity = CAST(k AS VARCHAR)"
    )


def _protected(projection: Projection, row: Speakers) -> list[str]:
    """The attributes of which a claim on the dataset's records is protected."""
    found = [
        golden.attribute
        for unit in row.units
        for golden in unit.golden
        if any(one.guards.protect for one in unit.of(golden, projection.dataset.path))
    ]
    return list(dict.fromkeys(found))


def _order(projection: Projection, row: Speakers, unit: Unit) -> Iterator[str]:
    """What puts an entity's records in order, the best first; in the end their own ids."""
    for golden in unit.golden:
        mine = unit.of(golden, projection.dataset.path)
        if mine:
            held = _incumbent(projection, row, golden, mine)
            yield from _for_attribute(row, golden, mine, _complete(projection, row, unit), held)
    yield f"{projection.further(Extra('record'))} NULLS LAST"


def _complete(projection: Projection, row: Speakers, unit: Unit) -> str:
    """How many attributes of a unit a record has something usable for."""
    counted = []
    for golden in unit.golden:
        mine = unit.of(golden, projection.dataset.path)
        taking = " OR ".join(_takes_part(row, candidate) for candidate in mine) or "false"
        counted.append(f"CAST(({taking}) AS INTEGER)")
    return f"({' + '.join(counted)})"


def _incumbent(
    projection: Projection, row: Speakers, golden: GoldenColumn, mine: Sequence[Candidate]
) -> str | None:
    """Whether a record still says what a protected claim was taken from; None without one."""
    protected = [candidate for candidate in mine if candidate.guards.protect]
    if not protected:
        return None
    n = _protected(projection, row).index(golden.attribute)
    held = " OR ".join(
        f"({_takes_part(row, candidate)} AND {_text(row.value(candidate), golden)} = kept_v{n})"
        for candidate in protected
    )
    where = f"kept_d{n} = {quote(projection.dataset.path)} AND kept_r{n} = "
    return f"coalesce({where}{projection.further(Extra('record'))} AND ({held}), false)"


def _for_attribute(
    row: Speakers,
    golden: GoldenColumn,
    mine: Sequence[Candidate],
    complete: str,
    held: str | None,
) -> Iterator[str]:
    taking = [_takes_part(row, candidate) for candidate in mine]
    yield f"({' OR '.join(taking)}) DESC"
    if golden.survival.can_be_stale:
        current = [
            f"({one} AND {row.current(golden, candidate)})"
            for one, candidate in zip(taking, mine, strict=True)
        ]
        yield f"({' OR '.join(current)}) DESC"
    if held:
        yield f"{held} DESC"
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
            return f"length({_text(value, golden)})"
        case "min" | "max":
            return value
        case "rank":
            return row.rank(candidate, criterion.text)
        case "most_complete" if not golden.survival.group:
            return row.filled(candidate)
    return None


def _text(value: str, golden: GoldenColumn) -> str:
    return canonical(value, "NULL", golden.type) if golden.type in PARSED else value


def _first(taking: Sequence[str], weights: Sequence[str | None]) -> str:
    """The weight of the first claim on the record that takes part."""
    cases = (f"WHEN {one} THEN {weight}" for one, weight in zip(taking, weights, strict=True))
    return f"CASE {' '.join(cases)} END"
