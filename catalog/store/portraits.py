"""Reads and writes the portraits that pages are made from, as snapshots of the history."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from catalog.portraits import IDENTITY, TRUTH, IdentityPortrait, Portrait
from catalog.scratch import scratch_folder
from catalog.store.snapshots import SnapshotStore

Kind = TypeVar("Kind", Portrait, IdentityPortrait)


def read_portrait(store: SnapshotStore, entity: str) -> Portrait | None:
    """The latest portrait of an entity; None where it was never resolved, or by a version of this
    program that kept it in another form.
    """
    return _read(Portrait, store, TRUTH, entity)


def read_identity(store: SnapshotStore, entity: str) -> IdentityPortrait | None:
    """What matching an entity last came to; None where it was never matched."""
    return _read(IdentityPortrait, store, IDENTITY, entity)


def write_portrait(portrait: Portrait | IdentityPortrait, target: Path) -> Path:
    """Write a portrait as it is kept."""
    target.write_text(portrait.model_dump_json(), encoding="utf-8")
    return target


def _read(noun: type[Kind], store: SnapshotStore, kind: str, entity: str) -> Kind | None:
    snapshot = store.latest(kind, entity)
    if snapshot is None:
        return None
    with scratch_folder("portrait") as folder:
        store.write_content(snapshot, folder / kind)
        try:
            return noun.model_validate_json((folder / kind).read_bytes())
        except ValidationError:
            return None
