"""Erases a person's values from corrections, evidence and observations; keeps that it was done."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256

from sqlalchemy import update
from sqlmodel import Session, col, delete, desc, func, select

from catalog.corrections import advance
from catalog.store.database import Database
from catalog.store.tables import (
    CorrectionRow,
    ErasureRow,
    EventRow,
    EvidenceRow,
    HoldRow,
    SnapshotRow,
)

NOTHING_LEFT = {
    **dict.fromkeys(("from_value", "to_value", "reason", "author", "source", "field")),
    "keep_when_equal": False,
}


@dataclass(frozen=True)
class Erased:
    """How many corrections, pieces of evidence and observed values were erased, and under which
    token that is kept.
    """

    token: str
    corrections: int
    evidence: int
    observations: int


class ForgettingStore:
    """Takes a person out of one database."""

    def __init__(self, url: str) -> None:
        self._session = Database(url).session

    def forget(
        self,
        entity: str,
        entity_id: str,
        *,
        ledger: tuple[bytes, date, int] | None,
        by: str,
        now: datetime,
        day: date,
    ) -> Erased:
        """Erase an entity's values, in one transaction.

        `ledger` is the latest ledger without the entity, its day and how many rows it lost: it
        replaces every version there is. Without it the observations hold nothing of the entity.
        """
        token = f"erased-{secrets.token_hex(8)}"
        with self._session() as session:
            _overwrite(session)
            corrections = _corrections(session, entity, entity_id, token, by, now, day)
            evidence = _evidence(session, entity, entity_id, token, day)
            if ledger:
                _replace_observations(session, entity, ledger, now)
            lost = ledger[2] if ledger else 0
            if corrections or evidence or lost:
                session.add(
                    ErasureRow(
                        id=token, entity=entity, at=now.astimezone(UTC), by=by,
                        corrections=corrections, evidence=evidence, observations=lost,
                    )
                )  # fmt: skip
        return Erased(token, corrections, evidence, lost)

    def erasures(self) -> list[Mapping[str, object]]:
        """What was erased, newest first; it names nobody."""
        with self._session() as session:
            rows = session.exec(select(ErasureRow).order_by(desc(ErasureRow.at))).all()
            return [row.model_dump() for row in rows]


def _overwrite(session: Session) -> None:
    """Have SQLite write over what is deleted; Postgres does when it is vacuumed."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete = ON")


def _corrections(
    session: Session, entity: str, entity_id: str, token: str, by: str, now: datetime, day: date
) -> int:
    """Of a correction its states, days and kinds of events stay; no value, text or name does."""
    of_entity = col(CorrectionRow.attribute).startswith(f"{entity}.", autoescape=True)
    wanted = select(CorrectionRow).where(of_entity, CorrectionRow.entity_id == entity_id)
    rows = session.exec(wanted).all()
    for row in rows:
        session.exec(delete(HoldRow).where(col(HoldRow.correction) == row.id))
        nameless = update(EventRow).where(col(EventRow.correction) == row.id).values(why=None)
        session.exec(nameless)
        last = select(func.max(EventRow.number)).where(EventRow.correction == row.id)
        number = (session.exec(last).one() or 0) + 1
        row.state = advance(row.state, "erased")  # type: ignore[arg-type]
        row.entity_id, row.erased = token, day
        for name, value in NOTHING_LEFT.items():
            setattr(row, name, value)
        session.add(row)
        session.add(
            EventRow(
                correction=row.id, number=number, kind="erased", at=now.astimezone(UTC), on=day,
                by=by,
            )
        )  # fmt: skip
    return len(rows)


def _evidence(session: Session, entity: str, entity_id: str, token: str, day: date) -> int:
    of_entity = col(EvidenceRow.attribute).startswith(f"{entity}.", autoescape=True)
    wanted = select(EvidenceRow).where(of_entity, EvidenceRow.entity_id == entity_id)
    rows = session.exec(wanted).all()
    for row in rows:
        row.entity_id, row.value, row.note, row.erased = token, None, None, day
        session.add(row)
    return len(rows)


def _replace_observations(
    session: Session, entity: str, ledger: tuple[bytes, date, int], now: datetime
) -> None:
    """One version without the entity in place of all that there were."""
    content, as_of, _ = ledger
    of_entity = (col(SnapshotRow.kind) == "observations") & (col(SnapshotRow.key) == entity)
    latest = session.exec(select(func.max(SnapshotRow.version)).where(of_entity)).one()
    session.exec(delete(SnapshotRow).where(of_entity))
    session.add(
        SnapshotRow(
            kind="observations", key=entity, version=(latest or 0) + 1,
            created=now.astimezone(UTC), as_of=as_of, reason="a person was erased",
            digest=sha256(content).hexdigest(), content=content,
        )
    )  # fmt: skip
