"""The tables of the history; no other module but the store's own reads them."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field, SQLModel

# The steps in `migrations/versions`, oldest first; each adds and none takes away, so that a history
# of an older step can be read as it is.
REVISIONS = ("0001", "0002", "0003")
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
