"""Keeps the last consolidation plan as a snapshot of the history, for pages to read."""

from __future__ import annotations

from datetime import datetime

from pydantic import ValidationError

from catalog.consolidations import CONSOLIDATION, Consolidation
from catalog.scratch import scratch_folder
from catalog.store.snapshots import SnapshotStore

KEY = "plan"


def read_consolidation(store: SnapshotStore) -> Consolidation | None:
    """The plan made last; None where there is none, or one in a form that is not known."""
    snapshot = store.latest(CONSOLIDATION, KEY)
    if snapshot is None:
        return None
    with scratch_folder("consolidation") as folder:
        store.write_content(snapshot, folder / KEY)
        try:
            return Consolidation.model_validate_json((folder / KEY).read_bytes())
        except ValidationError:
            return None


def write_consolidation(store: SnapshotStore, plan: Consolidation, now: datetime) -> None:
    """Keep a plan as the one that pages show."""
    with scratch_folder("consolidation") as folder:
        file = folder / KEY
        file.write_text(plan.model_dump_json(), encoding="utf-8")
        store.save(CONSOLIDATION, KEY, file, as_of=plan.as_of, created=now)
