"""Keeps published numbers as they were first seen, and what workbooks said when last read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from typing import cast

from sqlalchemy import inspect, text
from sqlmodel import Session, col, delete, insert, select

from catalog.publications import DatedBy, Look, Origin, Sighting, told_apart
from catalog.store.database import Database
from catalog.store.tables import LookRow, PublicationRow

_PIECE = 500


class PublicationStore:
    """Published numbers in one database: added, never changed."""

    def __init__(self, url: str, *, reading: bool = False) -> None:
        """Open the database; with `reading` nothing is made or changed."""
        self._session = Database(url, reading=reading).session

    def seen(self, reports: Iterable[str]) -> list[Sighting]:
        """Every number of these reports that was ever seen, by cell, period and version."""
        with self._session() as session:
            return _seen(session, list(reports)) if _has(session, "publication") else []

    def keep(self, sightings: Sequence[Sighting], *, run: str, at: datetime) -> int:
        """Add what was not seen before, as seen by a run; how many that were.

        Of a feed each version is kept as it was first stated. Of a workbook a number is kept that
        differs from the one saved before it. All of it is kept, or nothing.
        """
        if not sightings:
            return 0
        reports = sorted({_report(one) for one in sightings})
        with self._session() as session:
            _lock(session, "publication")
            fresh = _unknown(_seen(session, reports), sightings, at.astimezone(UTC))
            rows = [_row(one, run, at.astimezone(UTC)) for one in fresh]
            for start in range(0, len(rows), _PIECE):
                session.execute(insert(PublicationRow).values(rows[start : start + _PIECE]))
        return len(fresh)

    def looks(self) -> dict[str, Look]:
        """What each file said when it was last read, by its path in the workspace."""
        with self._session() as session:
            if not _has(session, "look"):
                return {}
            rows = session.exec(select(LookRow)).all()
        return {row.file: Look(**row.model_dump()) for row in rows}

    def keep_looks(self, looks: Sequence[Look], present: Iterable[str]) -> None:
        """Keep what files said in place of what they said before; forget those not `present`."""
        with self._session() as session:
            _lock(session, "look")
            known = set(session.exec(select(LookRow.file)).all())
            gone = (known - set(present)) | {one.file for one in looks}
            for file in sorted(gone & known):
                session.execute(delete(LookRow).where(col(LookRow.file) == file))
            for look in looks:
                session.execute(insert(LookRow).values(**asdict(look)))


def _seen(session: Session, reports: Sequence[str]) -> list[Sighting]:
    ordered = (
        select(PublicationRow)
        .where(col(PublicationRow.report).in_(reports))
        .order_by(
            col(PublicationRow.cell),
            col(PublicationRow.period),
            col(PublicationRow.origin),
            col(PublicationRow.locator),
            col(PublicationRow.version),
        )
    )
    return [_sighting(row) for row in session.exec(ordered).all()]


def _unknown(
    known: Sequence[Sighting], sightings: Sequence[Sighting], at: datetime
) -> list[Sighting]:
    """What tells something new, numbered where the workbook gives no version."""
    before = {key: list(found) for key, found in groupby(known, _stream)}
    fresh: list[Sighting] = []
    for one in sightings:
        stream = before.setdefault(_stream(one), [])
        if one.origin == "feed":
            numbered = one
            is_new = all(other.version != one.version for other in stream)
        else:
            numbered = replace(one, version=len(stream) + 1, seen=at)
            is_new = told_apart([*stream, numbered]) != told_apart(stream)
        if is_new:
            stream.append(numbered)
            fresh.append(numbered)
    return fresh


def _stream(one: Sighting) -> tuple[str, str, str, str]:
    return (one.cell, one.period, one.origin, one.locator)


def _report(one: Sighting) -> str:
    return one.cell.partition("/")[0]


def _row(one: Sighting, run: str, at: datetime) -> dict[str, object]:
    stated = {**asdict(one), "value": str(one.value), "run": run, "seen": at}
    saved = one.saved.astimezone(UTC) if one.saved else None
    return {**stated, "report": _report(one), "saved": saved}


def _sighting(row: PublicationRow) -> Sighting:
    held = row.model_dump(exclude={"report"})
    held["value"] = Decimal(row.value)
    held["origin"] = cast(Origin, row.origin)
    held["dated_by"] = cast(DatedBy, row.dated_by)
    held["seen"] = _utc(row.seen)
    held["saved"] = _utc(row.saved) if row.saved else None
    return Sighting(**held)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _lock(session: Session, table: str) -> None:
    """One who keeps at a time, so that two do not take the same number."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"))
    else:  # SQLite locks with the first write of a transaction, even one that changes nothing
        session.connection().execute(text(f"DELETE FROM {table} WHERE 1 = 0"))


def _has(session: Session, table: str) -> bool:
    """Whether the table is there: a history that is only read may be of an older step."""
    return inspect(session.connection()).has_table(table)
