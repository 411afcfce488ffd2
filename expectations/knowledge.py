"""Fetches what the history knows of entities: match maps, values set by hand, closed records, and
how far sources were right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from catalog.corrections import Trust
from catalog.model import Catalog
from catalog.scratch import scratch_folder
from catalog.store.snapshots import Snapshot, SnapshotStore
from catalog.workspace import Workspace
from expectations.compiler.whole import is_matched
from expectations.corrections.overrides import known_overrides
from expectations.corrections.trust import measured_trust
from expectations.engine.knowing import Known


@contextmanager
def known_of(workspace: Workspace, catalog: Catalog, day: date) -> Iterator[Known]:
    """What a run of a day reads beside the sources, in files that are there while the block runs.

    Values set by hand are those in force on that day. Of the incumbents of protected claims the
    newest closed golden records tell; without any, no claim has an incumbent. How far sources are
    trusted is measured from what was found out by that day, where claims ask for it.
    """
    matched = [key for key in catalog.entities if is_matched(catalog, key)]
    protected = any(c.protect for a in catalog.attributes.values() for c in a.all_claims)
    store = SnapshotStore(workspace.state_url, reading=True)
    with scratch_folder("known") as folder:
        by_hand = folder / "overrides.parquet"
        overrides, overridden = known_overrides(workspace.state_url, day, by_hand)
        kept = {key: store.latest("match", key) for key in matched}
        maps = {key: one for key, one in kept.items() if one}
        closed = store.newest("golden") if protected else None
        files = {key: _written(store, one, folder) for key, one in maps.items()}
        used = [*maps.values(), *([closed] if closed else [])]
        trust = measured_trust(workspace, catalog, day)
        yield Known(
            matches=files,
            overrides=overrides,
            overridden=overridden,
            incumbents=_written(store, closed, folder) if closed else None,
            trust=trust,
            digest=_digest(used, overrides, trust),
        )


def _written(store: SnapshotStore, snapshot: Snapshot, folder: Path) -> Path:
    target = folder / f"{snapshot.kind}-{snapshot.digest[:16]}.parquet"
    store.write_content(snapshot, target)
    return target


def _digest(used: list[Snapshot], overrides: Path | None, trust: tuple[Trust, ...]) -> str:
    listed = sorted(f"{one.kind} {one.key} {one.digest}" for one in used)
    listed += [f"trust {one.source} {one.attribute} {one.weight}" for one in trust]
    if overrides:
        listed.append(hashlib.sha256(overrides.read_bytes()).hexdigest())
    return hashlib.sha256("\n".join(listed).encode()).hexdigest() if listed else ""
