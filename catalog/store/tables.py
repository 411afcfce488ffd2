"""The tables of the history; no other module but the store's own reads them."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field, SQLModel

# The steps in `migrations/versions`, oldest first; each adds and none takes away, so that a history
# of an older step can be read as it is.
REVISIONS = ("0001", "0002", "0003", "0004", "0005")
NEWEST = REVISIONS[-1]


class RunRow(SQLModel, table=True):
    """One run; `document` is its whole record as JSON."""

    __tablename__ = "run"

    run: str = Field(primary_key=True)
    started: datetime = Field(index=True)
    as_of: date
    selection: str | None = None
    verdict: str
    exit_code: int
    document: str


class ResultRow(SQLModel, table=True):
    """One result of a run, with what history is asked for."""

    __tablename__ = "result"

    run: str = Field(primary_key=True, foreign_key="run.run")
    check: str = Field(primary_key=True)
    started: datetime = Field(index=True)
    verdict: str
    rows_compared: int
    violations: int


class TokenRow(SQLModel, table=True):
    """A key to the service; `digest` is the hash of its secret, which is kept nowhere."""

    __tablename__ = "token"

    key: str = Field(primary_key=True)
    name: str
    digest: str
    scope: str
    created: datetime
    expires: datetime
    revoked: datetime | None = None
    last_used: datetime | None = None


class SnapshotRow(SQLModel, table=True):
    """One version of a file that is kept as it was; `digest` is the SHA-256 of its content."""

    __tablename__ = "snapshot"

    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    created: datetime
    as_of: date
    reason: str | None = None
    digest: str
    content: bytes


class CorrectionRow(SQLModel, table=True):
    """One correction; `state` follows from its events, of erased ones no value is left."""

    __tablename__ = "correction"

    id: str = Field(primary_key=True)
    entity_id: str = Field(index=True)
    attribute: str = Field(index=True)
    from_value: str | None = None
    to_value: str | None = None
    origin: str
    source: str | None = None
    field: str | None = None
    state: str
    since: date
    due: date | None = None
    verified_by: str | None = None
    until: str | None = None
    keep_when_equal: bool = False
    author: str | None = None
    reason: str | None = None
    made: datetime
    ended: date | None = None
    closed: date | None = None
    erased: date | None = None


class EventRow(SQLModel, table=True):
    """Something that happened to a correction, numbered from 1; added, never changed."""

    __tablename__ = "correction_event"

    correction: str = Field(primary_key=True, foreign_key="correction.id")
    number: int = Field(primary_key=True)
    kind: str
    at: datetime
    on: date
    by: str
    why: str | None = None


class HoldRow(SQLModel, table=True):
    """Whether a record's field held a correction's value when it was last looked at."""

    __tablename__ = "correction_hold"

    correction: str = Field(primary_key=True, foreign_key="correction.id")
    dataset: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    holds: bool
    was: bool
    changed: date | None = None
    copy_of: str | None = None


class ObservedRow(SQLModel, table=True):
    """Until which day an attribute's values are observed, and of how many entities."""

    __tablename__ = "observed"

    attribute: str = Field(primary_key=True)
    on: date
    entities: int


class EvidenceRow(SQLModel, table=True):
    """What the world outside said of a value."""

    __tablename__ = "evidence"

    id: str = Field(primary_key=True)
    entity_id: str = Field(index=True)
    attribute: str
    value: str | None = None
    kind: str
    right: bool
    on: date
    note: str | None = None
    erased: date | None = None


class VoteRow(SQLModel, table=True):
    """Whether a source's value of an attribute was right, by one fact; it names nobody."""

    __tablename__ = "vote"

    fact: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    attribute: str = Field(primary_key=True)
    right: bool
    on: date


class ErasureRow(SQLModel, table=True):
    """That a person's values were erased: when, by whom and how many; not whose."""

    __tablename__ = "erasure"

    id: str = Field(primary_key=True)
    entity: str
    at: datetime
    by: str
    corrections: int
    evidence: int
    observations: int


class PublicationRow(SQLModel, table=True):
    """A published number as it was first seen; `value` is exact, as text. Added, never changed."""

    __tablename__ = "publication"

    cell: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    origin: str = Field(primary_key=True)
    locator: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    report: str = Field(index=True)
    value: str
    published_on: date
    place: str
    dated_by: str
    saved: datetime | None = None
    format: str | None = None
    seen: datetime
    run: str


class LookRow(SQLModel, table=True):
    """What a file said when it was last read, so that it is not read again while it stays."""

    __tablename__ = "look"

    file: str = Field(primary_key=True)
    content: str
    signs: str | None = None
    asked: str
    document: str
