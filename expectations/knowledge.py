"""Fetches what the history knows of entities: match maps, values set by hand, closed records, and
how far sources were right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from catalog.corrections import Trust
from catalog.model import Catalog
from catalog.plurals import plural
from catalog.scratch import scratch_folder
from catalog.store.snapshots import Snapshot, SnapshotStore
from catalog.workspace import Workspace
from expectations.compiler.whole import is_matched
from expectations.corrections.doubting import unmeasured
from expectations.corrections.overrides import known_overrides
from expectations.corrections.trust import measured_trust
from expectations.engine.knowing import Known
from expectations.identity.following import living_of, unheard_decisions


@contextmanager
def known_of(workspace: Workspace, catalog: Catalog, day: date) -> Iterator[Known]:
    """What a run of a day reads beside the sources, in files that are there while the block runs.

    Values set by hand are those in force on that day. Of the incumbents of protected claims the
    golden records tell that the entity's newest period before that day was closed with; without
    any, no claim has an incumbent. How far sources are trusted is measured from what was found out
    by that day, where claims ask for it.
    """
    matched = [key for key in catalog.entities if is_matched(catalog, key)]
    protected = dict.fromkeys(
        one.entity for one in catalog.attributes.values() if any(c.protect for c in one.all_claims)
    )
    store = SnapshotStore(workspace.state_url, reading=True)
    with scratch_folder("known") as folder:
        by_hand = folder / "overrides.parquet"
        kept = {key: store.latest("match", key) for key in matched}
        living = {key: living_of(workspace.state_url, key) for key, one in kept.items() if one}
        overrides, overridden = known_overrides(workspace.state_url, day, by_hand, living)
        maps = {key: one for key, one in kept.items() if one}
        periods = {key: store.newest("golden", key, day) for key in protected}
        closed = {key: one for key, one in periods.items() if one}
        files = {key: _written(store, one, folder) for key, one in maps.items()}
        used = [*maps.values(), *closed.values()]
        trust = measured_trust(workspace, catalog, day)
        yield Known(
            matches=files,
            overrides=overrides,
            overridden=overridden,
            incumbents={key: _written(store, one, folder) for key, one in closed.items()},
            living=living,
            notes=(*_undecided(catalog, files), *_unmeasured(workspace, catalog, trust)),
            trust=trust,
            digest=_digest(used, overrides, trust),
        )


def _undecided(catalog: Catalog, maps: Mapping[str, Path]) -> Iterator[str]:
    """What to tell of decisions that were made after the records were matched."""
    for entity, file in maps.items():
        found = list(unheard_decisions(catalog, entity, file))
        if found:
            place = catalog.places.find(found[0].urn)
            where = f", the first at {place}" if place else ""
            yield (
                f"{len(found)} decision(s) on {plural(entity)} are newer than the last "
                f"`tekdogru match` and not in force yet{where}; run it again"
            )


def _unmeasured(workspace: Workspace, catalog: Catalog, trust: tuple[Trust, ...]) -> Iterator[str]:
    """What to tell of trust that cannot be measured yet."""
    for doubt in unmeasured(catalog, trust, workspace.settings.trust):
        yield f"{doubt.urn}: {doubt.said}"


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
