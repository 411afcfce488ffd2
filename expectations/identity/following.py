"""Follows ids that were merged into others, and finds decisions that the map does not know yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from catalog.model import Catalog
from catalog.model.matching import MatchDecision
from expectations.arrays import read_columns, texts
from expectations.identity.ids import living_ids
from expectations.identity.keeping import read_log


def living_of(url: str, entity: str) -> Mapping[str, str]:
    """Every id of an entity that was merged into another, and the one that lives on for it."""
    return living_ids(read_log(url, entity))


def ids_of(url: str, entity: str, entity_id: str) -> tuple[str, ...]:
    """Every id of what an id names: the one that lives on, then those that were merged into it."""
    living = living_of(url, entity)
    lives = living.get(entity_id, entity_id)
    return (lives, *sorted(former for former, into in living.items() if into == lives))


def unheard_decisions(catalog: Catalog, entity: str, map_: Path) -> Iterator[MatchDecision]:
    """The decisions that the map contradicts, since it was made before they were.

    Of one that names a record the map does not know, what it says of the others is looked at.
    """
    mine = [one for one in catalog.matches.values() if one.entity == entity]
    if not mine:
        return
    ids = _entities(map_, {record for one in mine for record in one.records})
    for one in mine:
        found = [ids[record] for record in one.records if record in ids]
        wanted = 1 if one.same else len(found)
        if len(found) > 1 and len(set(found)) != wanted:
            yield one


def _entities(map_: Path, records: set[str]) -> dict[str, str]:
    """The entity of each of some records, by their names."""
    import pyarrow.compute as pc

    columns = ["dataset", "record_id", "entity_id"]
    table = read_columns(map_, columns)
    ids = {one.partition("/")[2] for one in records}
    few = table.filter(pc.is_in(table["record_id"], value_set=texts(sorted(ids))))
    found = zip(*(few[column].to_pylist() for column in columns), strict=True)
    named = {f"{dataset}/{record}": entity for dataset, record, entity in found}
    return {name: entity for name, entity in named.items() if name in records}
