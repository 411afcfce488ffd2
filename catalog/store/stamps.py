"""Tells cheaply whether what pages show of the truth has changed."""

from __future__ import annotations

from sqlalchemy import inspect
from sqlmodel import Session, col, func, select

from catalog.portraits import IDENTITY, TRUTH
from catalog.store.database import Database
from catalog.store.tables import EventRow, ObservedRow, SnapshotRow, VoteRow


class TruthStamp:
    """Looks at one database's portraits, corrections and votes."""

    def __init__(self, url: str) -> None:
        self._session = Database(url, reading=True).session

    def now(self) -> str:
        """A short text that is another one as soon as any of them is; empty without any."""
        with self._session() as session:
            tables = set(inspect(session.connection()).get_table_names())
            if not {"snapshot", "correction_event", "vote", "observed"} <= tables:
                return ""
            return " ".join([*_portraits(session), *_counts(session)])


def _portraits(session: Session) -> list[str]:
    """The digests of the newest portraits."""
    mine = col(SnapshotRow.kind).in_((TRUTH, IDENTITY))
    newest = (
        select(SnapshotRow.kind, SnapshotRow.key, func.max(SnapshotRow.version).label("version"))
        .where(mine)
        .group_by(col(SnapshotRow.kind), col(SnapshotRow.key))
        .subquery()
    )
    listed = select(SnapshotRow.digest).join(
        newest,
        (col(SnapshotRow.kind) == newest.c.kind)
        & (col(SnapshotRow.key) == newest.c.key)
        & (col(SnapshotRow.version) == newest.c.version),
    )
    return sorted(digest[:12] for digest in session.exec(listed).all())


def _counts(session: Session) -> list[str]:
    """How much there is of what is only ever added to."""
    events = session.exec(select(func.count()).select_from(EventRow)).one()
    votes = session.exec(select(func.count()).select_from(VoteRow)).one()
    observed = session.exec(select(func.max(ObservedRow.on))).one()
    return [str(one) for one in (events, votes, observed) if one]
