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
from catalog.portraits import TRUTH, without_cases
from catalog.store.database import Database
from catalog.store.tables import (
    CorrectionRow,
    ErasureRow,
    EventRow,
    EvidenceRow,
    HoldRow,
    SnapshotRow,
    VoteRow,
)

NOTHING_LEFT = ("from_value", "to_value", "reason", "author", "source", "field")


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
            _drop_cases(session, entity)
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
        nameless = _nameless(row, token, day)
        session.add(nameless)
        session.flush()
        moved = update(EventRow).where(col(EventRow.correction) == row.id)
        session.exec(moved.values(correction=nameless.id, why=None))
        _rename_votes(session, row.id, nameless.id)
        session.delete(row)
        of_this = select(func.max(EventRow.number)).where(EventRow.correction == nameless.id)
        number = (session.exec(of_this).one() or 0) + 1
        at = now.astimezone(UTC)
        session.add(
            EventRow(correction=nameless.id, number=number, kind="erased", at=at, on=day, by=by)
        )
    return len(rows)


def _nameless(row: CorrectionRow, token: str, day: date) -> CorrectionRow:
    """The correction under an id that says nothing: its own is made of the values."""
    kept = {name: value for name, value in row.model_dump().items() if name not in NOTHING_LEFT}
    kept |= {"id": secrets.token_hex(6), "entity_id": token, "erased": day}
    kept["state"] = advance(row.state, "erased")  # type: ignore[arg-type]
    return CorrectionRow(**kept)


def _rename_votes(session: Session, fact: str, name: str) -> None:
    session.exec(update(VoteRow).where(col(VoteRow.fact) == fact).values(fact=name))


def _evidence(session: Session, entity: str, entity_id: str, token: str, day: date) -> int:
    of_entity = col(EvidenceRow.attribute).startswith(f"{entity}.", autoescape=True)
    wanted = select(EvidenceRow).where(of_entity, EvidenceRow.entity_id == entity_id)
    rows = session.exec(wanted).all()
    for row in rows:
        kept = row.model_dump(exclude={"value", "note"})
        name = secrets.token_hex(16)
        session.add(EvidenceRow(**{**kept, "id": name, "entity_id": token, "erased": day}))
        _rename_votes(session, row.id, name)
        session.delete(row)
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


def _drop_cases(session: Session, entity: str) -> None:
    """Take every case out of what pages show of an entity's truth, for none says whose it is."""
    of_entity = (col(SnapshotRow.kind) == TRUTH) & (col(SnapshotRow.key) == entity)
    for row in session.exec(select(SnapshotRow).where(of_entity)).all():
        content = without_cases(row.content)
        if content is None:
            session.delete(row)
        else:
            row.content, row.digest = content, sha256(content).hexdigest()
            session.add(row)
