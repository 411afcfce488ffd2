"""Fetches what the history knows of entities: the match maps and the last closed golden records."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.model import Catalog
from catalog.scratch import scratch_folder
from catalog.store.snapshots import Snapshot, SnapshotStore
from catalog.workspace import Workspace
from expectations.compiler.whole import is_matched
from expectations.engine.knowing import Known


@contextmanager
def known_of(workspace: Workspace, catalog: Catalog) -> Iterator[Known]:
    """What a run reads beside the sources, in files that are there while the block runs.

    Of the incumbents of protected claims the newest closed golden records tell; without any, no
    claim has an incumbent.
    """
    matched = [key for key in catalog.entities if is_matched(catalog, key)]
    protected = any(c.protect for a in catalog.attributes.values() for c in a.all_claims)
    if not (matched or protected):
        yield Known()
        return
    store = SnapshotStore(workspace.state_url, reading=True)
    with scratch_folder("known") as folder:
        kept = {key: store.latest("match", key) for key in matched}
        maps = {key: one for key, one in kept.items() if one}
        closed = store.newest("golden") if protected else None
        files = {key: _written(store, one, folder) for key, one in maps.items()}
        used = [*maps.values(), *([closed] if closed else [])]
        yield Known(
            matches=files,
            incumbents=_written(store, closed, folder) if closed else None,
            digest=_digest(used),
        )


def _written(store: SnapshotStore, snapshot: Snapshot, folder: Path) -> Path:
    target = folder / f"{snapshot.kind}-{snapshot.digest[:16]}.parquet"
    store.write_content(snapshot, target)
    return target


def _digest(used: list[Snapshot]) -> str:
    listed = sorted(f"{one.kind} {one.key} {one.digest}" for one in used)
    return hashlib.sha256("\n".join(listed).encode()).hexdigest() if listed else ""
