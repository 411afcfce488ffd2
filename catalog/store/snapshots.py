"""Keeps whole files as they were, version by version: match maps, closed periods."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import ColumnElement, inspect, text
from sqlalchemy.orm import defer
from sqlmodel import Session, and_, col, delete, desc, select, update

from catalog.errors import TekdogruError
from catalog.store.database import Database
from catalog.store.tables import SnapshotRow
from catalog.writing import write_whole

PRUNED = frozenset(
    {"match", "match_queue", "match_log", "observations", "truth", "identity", "consolidation"}
)
"""Kinds of which the last versions alone are kept; of the others every one stays."""
KEPT = 10


@dataclass(frozen=True)
class Snapshot:
    """A kept file without its content; `created` is UTC, `digest` the SHA-256 of the content."""

    kind: str
    key: str
    version: int
    created: datetime
    as_of: date
    reason: str | None
    digest: str


@dataclass(frozen=True)
class Content:
    """A file to be kept under a kind and a key."""

    kind: str
    key: str
    file: Path


class SnapshotStore:
    """The snapshots in one database: added, never changed."""

    def __init__(self, url: str, *, reading: bool = False) -> None:
        """Open the database; with `reading` nothing is made or changed."""
        self._session = Database(url, reading=reading).session

    def save(
        self,
        kind: str,
        key: str,
        content: Path,
        *,
        as_of: date,
        created: datetime,
        reason: str | None = None,
    ) -> Snapshot:
        """Keep a file as the next version; see `save_all`."""
        contents = [Content(kind, key, content)]
        return self.save_all(contents, as_of=as_of, created=created, reason=reason)[0]

    def save_all(
        self,
        contents: Sequence[Content],
        *,
        as_of: date,
        created: datetime,
        reason: str | None = None,
    ) -> list[Snapshot]:
        """Keep files, each as the next version of its kind and key: all of them or none.

        A file that equals the latest version adds nothing; that version is given instead.
        """
        saved = []
        read = [(one, one.file.read_bytes()) for one in contents]
        with self._session() as session:
            _lock(session)
            for one, data in read:
                digest = hashlib.sha256(data).hexdigest()
                latest = _latest(session, one.kind, one.key)
                if latest is None or latest.digest != digest:
                    latest = SnapshotRow(
                        kind=one.kind,
                        key=one.key,
                        version=latest.version + 1 if latest else 1,
                        created=created.astimezone(UTC),
                        as_of=as_of,
                        reason=reason,
                        digest=digest,
                        content=data,
                    )
                    session.add(latest)
                    session.flush()
                    _prune(session, latest)
                saved.append(_snapshot(latest))
        return saved

    def latest(self, kind: str, key: str) -> Snapshot | None:
        """The newest version, if there is one."""
        with self._session() as session:
            row = _latest(session, kind, key) if _has_table(session) else None
            return _snapshot(row) if row else None

    def newest(self, kind: str, group: str, before: date) -> Snapshot | None:
        """Of all keys `group/…` of a kind the latest version that speaks of the latest day before
        another.
        """
        with self._session() as session:
            if not _has_table(session):
                return None
            listed = select(SnapshotRow).options(defer(col(SnapshotRow.content)))  # type: ignore[arg-type]
            mine = listed.where(
                col(SnapshotRow.kind) == kind,
                col(SnapshotRow.key).startswith(f"{group}/", autoescape=True),
                col(SnapshotRow.as_of) < before,
            )
            last = mine.order_by(desc(SnapshotRow.as_of), desc(SnapshotRow.version)).limit(1)
            row = session.exec(last).first()
            return _snapshot(row) if row else None

    def versions(self, kind: str, key: str) -> list[Snapshot]:
        """Every version that is kept, oldest first."""
        with self._session() as session:
            if not _has_table(session):
                return []
            listed = select(SnapshotRow).options(defer(col(SnapshotRow.content)))  # type: ignore[arg-type]
            ordered = listed.where(_of(kind, key)).order_by(col(SnapshotRow.version))
            return [_snapshot(row) for row in session.exec(ordered).all()]

    def write_content(self, snapshot: Snapshot, target: Path) -> None:
        """Write the file as it was kept; TekdogruError when it is gone or not as it was."""
        with self._session() as session:
            row = session.get(SnapshotRow, (snapshot.kind, snapshot.key, snapshot.version))
        name = f"version {snapshot.version} of {snapshot.kind} {snapshot.key}"
        if row is None:
            raise TekdogruError(f"the history no longer holds {name}; take a later version")
        if hashlib.sha256(row.content).hexdigest() != snapshot.digest:
            raise TekdogruError(f"the history holds {name}, but not as it was saved")
        write_whole(target, row.content)


def _of(kind: str, key: str) -> ColumnElement[bool]:
    return and_(col(SnapshotRow.kind) == kind, col(SnapshotRow.key) == key)


def _latest(session: Session, kind: str, key: str) -> SnapshotRow | None:
    listed = select(SnapshotRow).options(defer(col(SnapshotRow.content)))  # type: ignore[arg-type]
    newest = listed.where(_of(kind, key)).order_by(desc(SnapshotRow.version)).limit(1)
    return session.exec(newest).first()


def _lock(session: Session) -> None:
    """One who saves at a time, so that two do not take the same number."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("LOCK TABLE snapshot IN SHARE ROW EXCLUSIVE MODE"))
    else:  # SQLite locks with the first write of a transaction, even one that changes nothing
        session.exec(update(SnapshotRow).where(col(SnapshotRow.version) < 0).values(reason=None))


def _prune(session: Session, latest: SnapshotRow) -> None:
    if latest.kind in PRUNED:
        old = col(SnapshotRow.version) <= latest.version - KEPT
        session.exec(delete(SnapshotRow).where(_of(latest.kind, latest.key), old))


def _has_table(session: Session) -> bool:
    """Whether there are snapshots: a history that is only read may be of an older step."""
    return inspect(session.connection()).has_table("snapshot")


def _snapshot(row: SnapshotRow) -> Snapshot:
    created = row.created if row.created.tzinfo else row.created.replace(tzinfo=UTC)
    return Snapshot(row.kind, row.key, row.version, created, row.as_of, row.reason, row.digest)
