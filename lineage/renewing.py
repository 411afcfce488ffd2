"""Renews one definition after its review: who may, until when, and the entry that keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from catalog.errors import UsageError
from catalog.loading.rewriting import FileChanged, Rewritten, fingerprint_of, preview, rewrite
from catalog.model import Catalog, Definition, Renewal
from catalog.ownership import who_answers
from catalog.workspace import Workspace


@dataclass(frozen=True)
class Renewing:
    """A renewal that is ready to be written: the file as it was read, and what changes in it."""

    urn: str
    file: Path
    fingerprint: str
    edits: dict[str, Any]
    renewal: Renewal

    def preview(self) -> Rewritten:
        """The file before and after, nothing written; raises as `write` does."""
        return preview(self.file, self.urn, self.edits, self.fingerprint)

    def write(self) -> Rewritten:
        """Write date and entry in one step; FileChanged where the file is another by now."""
        return rewrite(self.file, self.urn, self.edits, self.fingerprint)


def prepare(workspace: Workspace, catalog: Catalog, urn: str, renewal: Renewal) -> Renewing:
    """The renewal of a definition; UsageError where it does not stand in a file of its own."""
    definition = catalog.definitions[urn]
    place = catalog.places.find(urn)
    if place is None:
        raise UsageError(
            f"{urn} is written nowhere, it only follows from other definitions; "
            "write it down first, with an owner and a review date"
        )
    file = workspace.root / place.file
    fingerprint = fingerprint_of(file)
    if workspace.load().catalog.definitions.get(urn) != definition:
        raise FileChanged(f"{urn} was changed by somebody else just now; look at it again")
    entries = [_written(one) for one in (*definition.renewals, renewal)]
    counted = definition.expires_on is None and definition.review_every is not None
    dates = {"approved_on": renewal.reviewed_on} if counted else {"expires_on": renewal.until}
    return Renewing(urn, file, fingerprint, {**dates, "renewals": entries}, renewal)


def renewed_until(definition: Definition, until: date | None, today: date) -> date:
    """The review date after a renewal today; UsageError where there is none, or no later one."""
    counts = definition.review_every
    if until is None:
        if counts is None or definition.expires_on is not None:
            raise UsageError(
                f"{definition.urn} has no `review_every` to count from; say --until DATE"
            )
        return counts.after(today)
    if counts is not None and definition.expires_on is None:
        raise UsageError(
            f"{definition.urn} is reviewed every {counts}: leave --until out, and it is counted "
            f"from today, until {counts.after(today)}"
        )
    if until <= today:
        raise UsageError(f"--until {until} is not after today, {today}; name a later day")
    due = definition.review_date
    if due is not None and until <= due:
        raise UsageError(
            f"--until {until} would not prolong {definition.urn}, whose review is due on {due}; "
            "name a later day, or change the date in the file"
        )
    return until


def refuse_others(catalog: Catalog, urn: str, by: str, today: date) -> str:
    """The address of who renews, as the catalog writes it; UsageError names those who may."""
    answerable = who_answers(catalog, urn, today)
    for person in answerable.people:
        if person.casefold() == by.strip().casefold():
            return person
    if not answerable.people:
        raise UsageError(
            f"nobody may renew {urn}: {answerable}; name an owner, or a holder of its role, first"
        )
    raise UsageError(
        f"{by} may not renew {urn}; {' or '.join(answerable.people)} may ({answerable})"
    )


def _written(renewal: Renewal) -> dict[str, Any]:
    return renewal.model_dump(exclude_none=True)
