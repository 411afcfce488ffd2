"""What pages know of the truth: golden records as last resolved, matching, corrections, trust."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from catalog.arrivals import places_of
from catalog.corrections import Correction, Trust
from catalog.measured_trust import measure_trust
from catalog.model import Attribute, Catalog
from catalog.portraits import AttributePortrait, IdentityPortrait, Portrait

if TYPE_CHECKING:
    from catalog.workspace import Workspace


@dataclass(frozen=True)
class Owed:
    """Verified corrections of one attribute that have not arrived at a system or touchpoint.

    `late` of the `corrections` are past their due day; the oldest was verified `days` ago.
    """

    urn: str
    attribute: str
    corrections: int
    late: int
    days: int


@dataclass(frozen=True)
class Truth:
    """What the history holds of the truth; portraits and identities by entity.

    `owed` are the corrections that are open somewhere, the longest first; `open`, `late` and
    `suspected` count corrections by attribute; `observed` says of each attribute until when values
    are observed; `trust` what was measured of sources.
    """

    portraits: Mapping[str, Portrait] = field(default_factory=dict)
    identities: Mapping[str, IdentityPortrait] = field(default_factory=dict)
    owed: tuple[Owed, ...] = ()
    open: Mapping[str, int] = field(default_factory=dict)
    late: Mapping[str, int] = field(default_factory=dict)
    suspected: Mapping[str, int] = field(default_factory=dict)
    observed: Mapping[str, date] = field(default_factory=dict)
    trust: tuple[Trust, ...] = ()

    def of(self, attribute: Attribute) -> AttributePortrait | None:
        """What was resolved of an attribute; None where it was not."""
        return self._attributes.get(attribute.key)

    def day(self, attribute: Attribute) -> date | None:
        """The day an attribute was last resolved for."""
        portrait = self.portraits.get(attribute.entity)
        return portrait.as_of if portrait and self.of(attribute) else None

    @cached_property
    def _attributes(self) -> Mapping[str, AttributePortrait]:
        return {one.attribute: one for p in self.portraits.values() for one in p.attributes}

    @cached_property
    def trust_of(self) -> Mapping[tuple[str, str], Trust]:
        """Measured trust by attribute and source."""
        return {(one.attribute, one.source): one for one in self.trust}

    def owed_by(self, urn: str) -> list[Owed]:
        """What has not arrived at one system or touchpoint."""
        return [one for one in self.owed if one.urn == urn]

    def owed_of(self, attribute: str) -> list[Owed]:
        """Where corrections of one attribute have not arrived."""
        return [one for one in self.owed if one.attribute == attribute]


def read_truth(workspace: Workspace, catalog: Catalog) -> Truth:
    """What a workspace's history holds of the truth; one that does not exist yet is not made."""
    from catalog.store.corrections import CorrectionStore
    from catalog.store.portraits import read_identity, read_portrait
    from catalog.store.snapshots import SnapshotStore

    kept = SnapshotStore(workspace.state_url, reading=True)
    store = CorrectionStore(workspace.state_url, reading=True)
    today = workspace.clock.today()
    portraits = {key: read_portrait(kept, key) for key in catalog.entities}
    identities = {key: read_identity(kept, key) for key, e in catalog.entities.items() if e.match}
    corrections = [
        one
        for one in store.listed(states=("verified", "suspected"))
        if one.attribute in catalog.attributes
    ]
    verified = [one for one in corrections if one.state == "verified"]
    return Truth(
        portraits={key: one for key, one in portraits.items() if one},
        identities={key: one for key, one in identities.items() if one},
        owed=tuple(_owed(verified, catalog, today)),
        open=_by_attribute(verified),
        late=_by_attribute(one for one in verified if one.due and one.due < today),
        suspected=_by_attribute(one for one in corrections if one.state == "suspected"),
        observed={key: one.on for key, one in store.observed().items()},
        trust=tuple(measure_trust(store.votes(today), today, workspace.settings.trust)),
    )


def _by_attribute(corrections: Iterable[Correction]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in corrections:
        counts[one.attribute] = counts.get(one.attribute, 0) + 1
    return counts


def _owed(verified: Sequence[Correction], catalog: Catalog, today: date) -> list[Owed]:
    open_: dict[tuple[str, str], list[Correction]] = {}
    for one in verified:
        left = {place.urn for place in places_of(one, catalog, today) if not place.holds}
        for urn in sorted(left):
            open_.setdefault((urn, one.attribute), []).append(one)
    found = [
        Owed(
            urn=urn,
            attribute=attribute,
            corrections=len(some),
            late=sum(one.due is not None and one.due < today for one in some),
            days=max((today - one.since).days for one in some),
        )
        for (urn, attribute), some in open_.items()
    ]
    return sorted(found, key=lambda one: (-one.late, -one.days, one.urn, one.attribute))
