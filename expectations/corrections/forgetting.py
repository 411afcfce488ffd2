"""Erases a person: finds the entity's rows in the ledger, and has the history forget them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from catalog.errors import UsageError
from catalog.model import Catalog
from catalog.scratch import scratch_folder
from catalog.store.corrections import CorrectionStore
from catalog.store.forgetting import Erased, ForgettingStore
from catalog.store.snapshots import SnapshotStore
from catalog.workspace import Workspace
from expectations.corrections.ledger import KIND, SIDES
from expectations.engine.embedded import limits_of
from expectations.engine.functions import quote
from expectations.engine.sandbox import Step, run_steps
from expectations.identity.following import ids_of


def forget(
    workspace: Workspace, catalog: Catalog, entity: str, entity_id: str, by: str, now: datetime
) -> Erased:
    """Erase an entity's values from corrections, overrides, evidence and observations, under every
    id that it had before others were merged into it.

    UsageError where nothing is kept of it.
    """
    if entity not in catalog.entities:
        known = ", ".join(catalog.entities) or "none"
        raise UsageError(f"there is no entity '{entity}'; known: {known}")
    names = ids_of(workspace.state_url, entity, entity_id)
    erased = [_forget(workspace, entity, name, by, now) for name in names]
    counts = (
        sum(one.corrections for one in erased),
        sum(one.evidence for one in erased),
        sum(one.observations for one in erased),
    )
    if not any(counts):
        raise UsageError(f"nothing is kept of {entity} {entity_id}; is that its id?")
    kept = [one.token for one in erased if one.corrections or one.evidence or one.observations]
    return Erased(", ".join(kept), *counts)


def _forget(workspace: Workspace, entity: str, entity_id: str, by: str, now: datetime) -> Erased:
    """Erase what is kept under one id."""
    with scratch_folder("forgetting") as folder:
        ledger = _without(workspace, entity, entity_id, folder)
    store, day = ForgettingStore(workspace.state_url), workspace.clock.today()
    return store.forget(entity, entity_id, ledger=ledger, by=by, now=now, day=day)


def _without(
    workspace: Workspace, entity: str, entity_id: str, folder: Path
) -> tuple[bytes, date, int] | None:
    """The latest ledger without an entity, its day and how many rows it lost in any version.

    None where no version names the entity.
    """
    store = SnapshotStore(workspace.state_url)
    versions = store.versions(KIND, entity)
    lost = 0
    for number, version in enumerate(reversed(versions)):
        held = folder / f"ledger{number}.parquet"
        store.write_content(version, held)
        rest = folder / f"rest{number}.parquet"
        lost = max(lost, _copy_rest(workspace, entity_id, held, rest))
    if not lost:
        return None
    return (folder / "rest0.parquet").read_bytes(), versions[-1].as_of, lost


def _copy_rest(workspace: Workspace, entity_id: str, held: Path, rest: Path) -> int:
    """Write a ledger without an entity's rows; how many these were."""
    from catalog.errors import TekdogruError

    source, his = f"read_parquet({quote(str(held))})", f"entity_id = {quote(entity_id)}"
    kept = f"SELECT * FROM {source} WHERE NOT ({his}) ORDER BY entity_id, {SIDES}"
    steps = [
        Step("lost", f"SELECT count(*) FROM {source} WHERE {his}", fetch=True),
        Step("rest", f"COPY ({kept}) TO {quote(str(rest))} (FORMAT parquet, COMPRESSION zstd)"),
    ]
    limits = limits_of(workspace.settings.engine, workspace.settings.timezone)
    found = run_steps(steps, readable=[held], writable=[rest], limits=limits)
    for outcome in found.values():
        if outcome.failure:
            raise TekdogruError(f"nothing was erased: {outcome.failure.message}")
    return int(str(found["lost"].rows[0][0]))


def entities_of(workspace: Workspace, catalog: Catalog, entity_id: str) -> list[str]:
    """The entities among whose corrections an id occurs, or all that are observed."""
    listed = CorrectionStore(workspace.state_url).listed(entity_id=entity_id)
    found = {one.attribute.partition(".")[0] for one in listed}
    store = SnapshotStore(workspace.state_url, reading=True)
    found |= {key for key in catalog.entities if store.latest(KIND, key) is not None}
    return sorted(found)
