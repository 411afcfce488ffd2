"""What is told of golden records and their conflicts, as commands print it in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

TRUTH_VERSION = "1.0"
State = Literal["current", "stale", "missing", "deleted", "invalid"]
STATES: tuple[State, ...] = ("current", "stale", "missing", "deleted", "invalid")


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AttributeTold(_Document):
    """How the golden values of one attribute came about; numbers of entities throughout.

    `sources` and `reasons` speak of those that have a value; `contested` are those on which at
    least one independent source disagrees.
    """

    attribute: str
    name: str
    entities: int
    states: Mapping[State, int]
    sources: Mapping[str, int]
    reasons: Mapping[str, int]
    contested: int

    @property
    def present(self) -> int:
        """The entities that have a value."""
        return self.states.get("current", 0) + self.states.get("stale", 0)


class EntityTold(_Document):
    """The golden records of one entity; `unmatched` records wait for the next `match`."""

    entity: str
    records: int
    unmatched: int
    attributes: tuple[AttributeTold, ...]


class GoldenDocument(_Document):
    """What `tekdogru resolve --format json` prints."""

    schema_version: str = TRUTH_VERSION
    as_of: date
    output: str | None
    rows: int | None
    entities: tuple[EntityTold, ...]


class Say(_Document):
    """What one record says in a conflict, and why it lost; None for the winner."""

    source: str
    dataset: str
    record_id: str | None
    raw: str | None
    cleansed: str | None
    state: State
    winner: bool
    reason: str | None


class Contested(_Document):
    """One entity on whose value independent sources disagree."""

    entity_id: str
    value: str | None
    says: tuple[Say, ...]


class Standing(_Document):
    """How one source, or all that one owner answers for, fared where there is a conflict."""

    who: str
    won: int
    agreed: int
    lost: int
    reasons: Mapping[str, int]


class AttributeConflicts(_Document):
    """The conflicts of one attribute: in how many entities, who won and lost, some of them."""

    attribute: str
    name: str
    entities: int
    contested: int
    standings: tuple[Standing, ...]
    examples: tuple[Contested, ...]


class ConflictsDocument(_Document):
    """What `tekdogru conflicts --format json` prints; attributes with the most conflicts first."""

    schema_version: str = TRUTH_VERSION
    as_of: date
    by: Literal["source", "owner"]
    output: str | None
    rows: int | None
    attributes: tuple[AttributeConflicts, ...]


class ClosedDocument(_Document):
    """What `tekdogru close --format json` prints: what was frozen, and in which versions.

    `entities` are the golden records by entity, `measures` those with a value; `missing` says why
    others have none. What equals the latest version adds none: nothing is `changed` then.
    """

    schema_version: str = TRUTH_VERSION
    period: str
    as_of: date
    versions: Mapping[str, int]
    created: datetime
    changed: bool
    reason: str | None
    entities: Mapping[str, int]
    measures: int
    missing: Mapping[str, str]
