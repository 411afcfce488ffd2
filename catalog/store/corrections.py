"""Keeps corrections, their events, outside evidence and what it says: all of a batch or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import inspect
from sqlmodel import Session, SQLModel, col, delete, func, select

from catalog.corrections import (
    Correction,
    Event,
    Evidence,
    Hold,
    Observed,
    Refused,
    State,
    Vote,
    advance,
)
from catalog.errors import UsageError
from catalog.store.database import Database
from catalog.store.tables import (
    CorrectionRow,
    EventRow,
    EvidenceRow,
    HoldRow,
    ObservedRow,
    VoteRow,
)

AT_ONCE = 500
OWN = set(CorrectionRow.model_fields) - {"erased"}


@dataclass(frozen=True)
class Happened:
    """An event of one correction, and the keys of it that change with it."""

    correction: str
    event: Event
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Batch:
    """What is written together.

    `new` are corrections with their first event in `events`; one that is known already is left as
    it is. `holds` replace those of the corrections named. Evidence and votes that are known
    already are left as they are; the votes of the facts `unvoted` are taken back first.
    """

    new: Sequence[Correction] = ()
    happened: Sequence[Happened] = ()
    holds: Mapping[str, Sequence[Hold]] = field(default_factory=dict)
    observed: Sequence[Observed] = ()
    evidence: Sequence[Evidence] = ()
    votes: Sequence[Vote] = ()
    unvoted: Sequence[str] = ()


class CorrectionStore:
    """The corrections in one database; events are added, never changed."""

    def __init__(self, url: str, *, reading: bool = False) -> None:
        """Open the database; with `reading` nothing is made or changed."""
        self._session = Database(url, reading=reading).session

    def apply(self, batch: Batch) -> None:
        """Write a batch; Refused, and nothing written, where an event fits no state."""
        with self._session() as session:
            for correction in batch.new:
                _add(session, correction)
            session.flush()
            for one in batch.happened:
                _happen(session, one)
            for correction_id, holds in batch.holds.items():
                session.exec(delete(HoldRow).where(col(HoldRow.correction) == correction_id))
                session.add_all(_hold_row(correction_id, one) for one in holds)
            for seen in batch.observed:
                session.merge(ObservedRow(**seen.model_dump()))
            for evidence in batch.evidence:
                _add_once(session, EvidenceRow(**evidence.model_dump()), evidence.id)
            session.exec(delete(VoteRow).where(col(VoteRow.fact).in_(batch.unvoted)))
            for vote in batch.votes:
                key = (vote.fact, vote.source, vote.attribute)
                _add_once(session, VoteRow(**vote.model_dump()), key)

    def listed(
        self,
        *,
        states: Collection[State] = (),
        attributes: Collection[str] = (),
        entity_id: str | None = None,
    ) -> list[Correction]:
        """The corrections of these states and attributes (of all, where none is named), oldest
        first, with their events and what each record held; erased ones are left out.
        """
        wanted = select(CorrectionRow).where(col(CorrectionRow.erased).is_(None))
        if states:
            wanted = wanted.where(col(CorrectionRow.state).in_(states))
        if attributes:
            wanted = wanted.where(col(CorrectionRow.attribute).in_(attributes))
        if entity_id is not None:
            wanted = wanted.where(col(CorrectionRow.entity_id) == entity_id)
        ordered = wanted.order_by(col(CorrectionRow.made), col(CorrectionRow.id))
        with self._session() as session:
            if not _has_tables(session):
                return []
            return _read(session, session.exec(ordered).all())

    def get(self, beginning: str) -> Correction:
        """A correction by its id, or an unambiguous beginning of it; UsageError for none."""
        begins = col(CorrectionRow.id).startswith(beginning, autoescape=True)
        wanted = select(CorrectionRow).where(begins, col(CorrectionRow.erased).is_(None)).limit(2)
        with self._session() as session:
            rows = session.exec(wanted).all() if _has_tables(session) and beginning else []
            if len(rows) == 1:
                return _read(session, rows)[0]
        said = "several corrections begin" if rows else "there is no correction whose id begins"
        raise UsageError(
            f"{said} with '{beginning}'; `tekdogru corrections` shows the ids there are"
        )

    def observed(self) -> dict[str, Observed]:
        """Until when each attribute's values are observed, by attribute."""
        with self._session() as session:
            rows = session.exec(select(ObservedRow)).all() if _has_tables(session) else []
            return {row.attribute: Observed(**row.model_dump()) for row in rows}

    def votes(self, until: date) -> list[Vote]:
        """What was found out about sources by the end of a day."""
        wanted = select(VoteRow).where(col(VoteRow.on) <= until)
        ordered = wanted.order_by(col(VoteRow.attribute), col(VoteRow.source), col(VoteRow.fact))
        with self._session() as session:
            rows = session.exec(ordered).all() if _has_tables(session) else []
            return [Vote(**row.model_dump()) for row in rows]

    def known_evidence(self, ids: Collection[str]) -> set[str]:
        """Which of these pieces of evidence are kept already."""
        listed, found = list(ids), set[str]()
        with self._session() as session:
            if not _has_tables(session):
                return found
            for start in range(0, len(listed), AT_ONCE):
                some = listed[start : start + AT_ONCE]
                wanted = select(EvidenceRow.id).where(col(EvidenceRow.id).in_(some))
                found.update(session.exec(wanted).all())
        return found

    def count(self) -> int:
        """How many corrections there are, erased ones too."""
        with self._session() as session:
            counted = select(func.count()).select_from(CorrectionRow)
            return session.exec(counted).one() if _has_tables(session) else 0


def _add(session: Session, correction: Correction) -> None:
    if session.get(CorrectionRow, correction.id) is not None:
        return
    (first,) = correction.events
    if advance(None, first.kind) != correction.state:
        raise Refused(f"a new correction cannot be {correction.state} by '{first.kind}'")
    session.add(CorrectionRow(**correction.model_dump(include=OWN)))
    session.add(_event_row(correction.id, 1, first))


def _happen(session: Session, one: Happened) -> None:
    row = session.get(CorrectionRow, one.correction)
    if row is None:
        raise UsageError(f"there is no correction {one.correction}")
    row.state = advance(row.state, one.event.kind)  # type: ignore[arg-type]
    for key, value in one.changes.items():
        setattr(row, key, value)
    of_this = col(EventRow.correction) == one.correction
    last = session.exec(select(func.max(EventRow.number)).where(of_this)).one()
    session.add(row)
    session.add(_event_row(one.correction, (last or 0) + 1, one.event))
    session.flush()


def _add_once(session: Session, row: SQLModel, key: object) -> None:
    if session.get(type(row), key) is None:
        session.add(row)
        session.flush()


def _event_row(correction: str, number: int, event: Event) -> EventRow:
    dumped = {**event.model_dump(), "at": event.at.astimezone(UTC)}
    return EventRow(correction=correction, number=number, **dumped)


def _hold_row(correction: str, hold: Hold) -> HoldRow:
    return HoldRow(correction=correction, **hold.model_dump())


def _has_tables(session: Session) -> bool:
    """Whether there can be corrections: a history that is only read may be of an older step."""
    return inspect(session.connection()).has_table("correction")


def _read(session: Session, rows: Sequence[CorrectionRow]) -> list[Correction]:
    ids = [row.id for row in rows]
    events: dict[str, list[Event]] = {one: [] for one in ids}
    holds: dict[str, list[Hold]] = {one: [] for one in ids}
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        of_some = select(EventRow).where(col(EventRow.correction).in_(some))
        for event in session.exec(of_some.order_by(col(EventRow.number))).all():
            dumped = event.model_dump(exclude={"correction", "number"})
            events[event.correction].append(Event(**{**dumped, "at": _utc(event.at)}))
        held = select(HoldRow).where(col(HoldRow.correction).in_(some))
        ordered = held.order_by(col(HoldRow.dataset), col(HoldRow.record_id), col(HoldRow.field))
        for hold in session.exec(ordered).all():
            holds[hold.correction].append(Hold(**hold.model_dump(exclude={"correction"})))
    return [
        Correction(
            **{**row.model_dump(include=OWN), "made": _utc(row.made)},
            events=tuple(events[row.id]),
            holds=tuple(holds[row.id]),
        )
        for row in rows
    ]


def _utc(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
