"""Keeps what matching found: the map, the queue and the log of ids, as snapshots of the history."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from catalog.model import Entity
from catalog.portraits import IDENTITY, IdentityPortrait, match_version
from catalog.scratch import scratch_folder
from catalog.store.portraits import write_portrait
from catalog.store.snapshots import Content, SnapshotStore
from catalog.writing import write_whole
from expectations.arrays import read_columns
from expectations.identity.ids import Moved
from expectations.identity.mapped import Mapped, MatchMap, as_map

MAP, QUEUE, LOG = "match", "match_queue", "match_log"


@dataclass(frozen=True)
class Reason:
    """What one attribute says on a pair: in words, and in bits for (+) or against (-)."""

    attribute: str
    said: str
    weight: float


@dataclass(frozen=True)
class Open:
    """A question to a steward: are two records one entity?"""

    left: str
    right: str
    score: float | None
    why: str
    pairs: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Kept:
    """What the history holds of an entity's matching; empty where it was never matched."""

    map: Sequence[Mapped] = ()
    queue: tuple[Open, ...] = ()
    log: tuple[Moved, ...] = ()

    @property
    def former(self) -> Mapping[str, str]:
        """The id of each record by its name."""
        return {f"{one.dataset}/{one.record_id}": one.entity_id for one in self.map}

    @property
    def used(self) -> set[str]:
        """Every id that was ever given and has moved since."""
        return {one.former for one in self.log} | {one.entity_id for one in self.log}


def write_map(rows: Sequence[Mapped], target: Path) -> None:
    """Write the map as Parquet, sorted by dataset and record, whole or not at all."""
    _write(as_map(rows).table, target)


def _write(table: Any, target: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    written = pa.BufferOutputStream()
    pq.write_table(table, written, compression="zstd")
    write_whole(target, written.getvalue().to_pybytes())


def read_kept(url: str, entity: str) -> Kept:
    """The latest map, queue and log of an entity; nothing is made where there is no history."""
    store = SnapshotStore(url, reading=True)
    found: dict[str, list[dict[str, Any]]] = {}
    known: Sequence[Mapped] = ()
    with scratch_folder("match") as folder:
        for kind in (MAP, QUEUE, LOG):
            snapshot = store.latest(kind, entity)
            if snapshot:
                store.write_content(snapshot, folder / kind)
                if kind == MAP:
                    known = MatchMap.read(folder / kind)
                else:
                    found[kind] = _rows(folder / kind)
    return Kept(
        known,
        tuple(_open(row) for row in found.get(QUEUE, ())),
        _moves(found.get(LOG, ())),
    )


def read_log(url: str, entity: str) -> tuple[Moved, ...]:
    """The ids of an entity that moved, oldest first; none where there is no history."""
    store = SnapshotStore(url, reading=True)
    snapshot = store.latest(LOG, entity)
    if snapshot is None:
        return ()
    with scratch_folder("match") as folder:
        store.write_content(snapshot, folder / LOG)
        return _moves(_rows(folder / LOG))


def keep(
    url: str,
    entity: str,
    kept: Kept,
    as_of: date,
    created: datetime,
    portrait: IdentityPortrait | None = None,
) -> None:
    """Save map, queue and log together, or none of them; what is as it was adds no version.

    `portrait`, what pages show of it, is saved with them.
    """
    with scratch_folder("match") as folder:
        write_map(kept.map, folder / MAP)
        _write_lines(map(_plain_open, kept.queue), folder / QUEUE)
        _write_lines(map(_plain_moved, kept.log), folder / LOG)
        contents = [Content(kind, entity, folder / kind) for kind in (QUEUE, LOG, MAP)]
        if portrait:
            file = write_portrait(portrait, folder / IDENTITY)
            contents.append(Content(IDENTITY, entity, file))
        SnapshotStore(url).save_all(contents, as_of=as_of, created=created)


def portrait_of(entity: Entity, kept: Kept, as_of: date) -> IdentityPortrait:
    """What matching came to, in figures."""
    known = as_map(kept.map)
    return IdentityPortrait(
        entity=entity.key,
        as_of=as_of,
        version=match_version(entity),
        records=len(known),
        entities=known.entities,
        joined_by=known.counted("merged_by"),
        to_review=len(kept.queue),
        sizes=known.sizes,
        datasets=known.counted("dataset"),
    )


def _rows(file: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read_columns(file).to_pylist()
    return rows


def _moves(rows: Iterable[Mapping[str, Any]]) -> tuple[Moved, ...]:
    return tuple(Moved(**{**row, "on": date.fromisoformat(row["on"])}) for row in rows)


def _write_lines(rows: Iterable[Mapping[str, Any]], target: Path) -> None:
    """Rows as Parquet; one that is empty has the column names all the same."""
    import pyarrow as pa

    listed = list(rows)
    if listed:
        _write(pa.Table.from_pylist(listed), target)
    else:
        _write(pa.table({"nothing": pa.array([], pa.string())}), target)


def _plain_open(one: Open) -> dict[str, Any]:
    reasons = json.dumps([asdict(reason) for reason in one.reasons], ensure_ascii=False)
    return {**asdict(one), "reasons": reasons}


def _plain_moved(one: Moved) -> dict[str, Any]:
    return {**asdict(one), "on": one.on.isoformat()}


def _open(row: Mapping[str, Any]) -> Open:
    reasons = tuple(Reason(**reason) for reason in json.loads(row["reasons"]))
    return Open(**{**row, "reasons": reasons})
