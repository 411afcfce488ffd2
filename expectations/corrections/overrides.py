"""The values set by hand that survivorship lets win until their end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

from catalog.corrections import ENDS, Correction
from catalog.store.corrections import CorrectionStore
from expectations.arrays import texts

COLUMNS = ("entity_id", "attribute", "value", "until", "reason", "author")


Living = Mapping[str, Mapping[str, str]]
"""By entity: ids that were merged into others, and the id that lives on."""


def known_overrides(
    url: str, day: date, target: Path, living: Living = MappingProxyType({})
) -> tuple[Path | None, frozenset[str]]:
    """Write the values in force on a day, of every entity, from the history at `url`: the file and
    the attributes it speaks of; None and nothing written where there are none. What was set of an
    id that was merged since is of the one that is `living`.
    """
    found = overrides_in_force(CorrectionStore(url, reading=True), day, living=living)
    if not found:
        return None, frozenset()
    return write_overrides(found, target), frozenset(one.attribute for one in found)


def overrides_in_force(
    store: CorrectionStore,
    day: date,
    entity: str | None = None,
    living: Living = MappingProxyType({}),
) -> list[Correction]:
    """The verified corrections by hand, of one entity where it is named, whose end has not come.

    One with a day ends after it. Of one entity and attribute the one recorded last is in force;
    entities that were merged are one.
    """
    listed = store.listed(states=("verified", "taken_over"))
    latest: dict[tuple[str, str], Correction] = {}
    for one in listed:
        asked = entity is None or one.attribute.startswith(f"{entity}.")
        if asked and _holds(one, day):
            merged = living.get(one.attribute.partition(".")[0], {})
            lives = merged.get(one.entity_id, one.entity_id)
            latest[lives, one.attribute] = one.model_copy(update={"entity_id": lives})
    return list(latest.values())


def _holds(one: Correction, day: date) -> bool:
    if one.until is None or one.since > day or (one.ended is not None and one.ended <= day):
        return False
    return one.until in ENDS or day <= date.fromisoformat(one.until)


def write_overrides(overrides: Iterable[Correction], target: Path) -> Path:
    """Write `entity_id, attribute, value, until, reason, author` as Parquet; `until` is a day,
    NULL where no day is named.
    """
    import pyarrow as pa
    from pyarrow import parquet

    listed = list(overrides)
    days = [None if one.until in ENDS else one.until for one in listed]
    columns = {
        "entity_id": texts(one.entity_id for one in listed),
        "attribute": texts(one.attribute for one in listed),
        "value": texts(one.to_value for one in listed),
        "until": texts(days).cast(pa.date32()),
        "reason": texts(one.reason for one in listed),
        "author": texts(one.author for one in listed),
    }
    made = pa.Table.from_arrays(list(columns.values()), names=list(columns))
    parquet.write_table(made, target)
    return target
