"""A steward's word on a correction: verified or rejected, by whom and why."""

from __future__ import annotations

from datetime import datetime

from catalog.corrections import Correction
from catalog.errors import UsageError
from catalog.model import Catalog
from catalog.store.corrections import CorrectionStore
from catalog.workspace import Workspace
from expectations.corrections.deciding import Deciding


def verify(
    workspace: Workspace,
    catalog: Catalog,
    correction_id: str,
    by: str,
    reason: str | None,
    now: datetime,
) -> Correction:
    """A steward says that the new value is right; others verified before are replaced by it."""
    store, deciding, found = _taken_up(workspace, catalog, correction_id, by, now)
    deciding.verify(found.id, by, reason)
    deciding.take_over()
    store.apply(deciding.batch())
    return store.get(found.id)


def reject(
    workspace: Workspace,
    catalog: Catalog,
    correction_id: str,
    by: str,
    reason: str,
    now: datetime,
) -> Correction:
    """A steward says that the new value is wrong; what it said of sources is taken back."""
    if not reason.strip():
        raise UsageError("--reason is empty; say in a sentence why it is rejected")
    store, deciding, found = _taken_up(workspace, catalog, correction_id, by, now)
    ended = {"ended": found.ended or deciding.day} if found.until else {}
    deciding.happen(found.id, "rejected", by, reason.strip(), **ended)
    deciding.unvoted.append(found.id)
    store.apply(deciding.batch())
    return store.get(found.id)


def _taken_up(
    workspace: Workspace, catalog: Catalog, correction_id: str, by: str, now: datetime
) -> tuple[CorrectionStore, Deciding, Correction]:
    """The store, the correction, and the others of its entity and attribute."""
    if not by.strip():
        raise UsageError("--by is empty; name who says so")
    store = CorrectionStore(workspace.state_url)
    found = store.get(correction_id)
    same = store.listed(attributes=[found.attribute], entity_id=found.entity_id)
    deciding = Deciding(catalog, workspace.clock.today(), now, workspace.settings.calendar)
    deciding.know(same)
    return store, deciding, found
