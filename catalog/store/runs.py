"""Keeps run records: each is saved whole in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from sqlite3 import Connection, OperationalError

from sqlalchemy import URL, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import Session, SQLModel, col, create_engine, desc, func, select

from catalog.errors import TekdogruError
from catalog.results import RunRecord
from catalog.store.tables import SCHEMA, ResultRow, RunRow, SchemaRow

BUSY_SECONDS = 30
MENDED = ("pass", "warn")


@dataclass(frozen=True)
class RunSummary:
    """A kept run in one line; `counts` has a number for each verdict that occurred."""

    run: str
    started: datetime
    as_of: date
    selection: str | None
    verdict: str
    exit_code: int
    counts: Mapping[str, int]


class RunStore:
    """The history of runs in one database."""

    def __init__(self, url: str) -> None:
        """Open or create the history at an SQLAlchemy URL; TekdogruError when it cannot be used."""
        self._address = _parse(url)
        self._engine = _open(self._address)

    @contextmanager
    def _session(self) -> Iterator[Session]:
        """A transaction; TekdogruError when the database cannot carry it out."""
        with (
            _told(self._address),
            Session(self._engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def save(self, record: RunRecord) -> None:
        """Keep a run; either all of it is there afterwards or nothing."""
        started = record.started.astimezone(UTC)
        row = RunRow(
            run=record.run,
            started=started,
            as_of=record.as_of,
            selection=record.selection,
            verdict=record.verdict,
            exit_code=record.exit_code,
            document=record.model_dump_json(),
        )
        results = [
            ResultRow(
                run=record.run,
                check=one.check,
                started=started,
                verdict=one.verdict,
                rows_compared=one.rows_compared,
                violations=one.violations,
            )
            for one in record.results
        ]
        with self._session() as session:
            session.add(row)
            session.flush()
            session.add_all(results)

    def latest(self, whole: bool = True, until: date | None = None) -> RunRecord | None:
        """The run of the latest day, and of that day the newest; with `whole`, the latest that ran
        every check, if there is one. A run for a day gone by does not become the latest, nor
        does one for a day after `until`.
        """
        with self._session() as session:
            newest = select(RunRow).order_by(desc(RunRow.as_of), desc(RunRow.started)).limit(1)
            if until is not None:
                newest = newest.where(col(RunRow.as_of) <= until)
            unselected = newest.where(col(RunRow.selection).is_(None))
            row = (session.exec(unselected).first() if whole else None) or session.exec(
                newest
            ).first()
            return RunRecord.model_validate_json(row.document) if row else None

    def get(self, run: str) -> RunRecord | None:
        """The record of a run, found by its id or an unambiguous beginning of it."""
        with self._session() as session:
            begins = col(RunRow.run).startswith(run, autoescape=True)
            rows = session.exec(select(RunRow).where(begins).order_by(RunRow.run).limit(2)).all()
            found = len(rows) == 1 or (rows and rows[0].run == run)
            return RunRecord.model_validate_json(rows[0].document) if found else None

    def recent(self, most: int = 20) -> list[RunSummary]:
        """The newest runs, newest first."""
        with self._session() as session:
            rows = session.exec(select(RunRow).order_by(desc(RunRow.started)).limit(most)).all()
            names = [row.run for row in rows]
            counted = session.exec(
                select(ResultRow.run, ResultRow.verdict, func.count())
                .where(col(ResultRow.run).in_(names))
                .group_by(ResultRow.run, ResultRow.verdict)
            ).all()
        return [_summary(row, counted) for row in rows]

    def failing_since(self, checks: Iterable[str]) -> dict[str, datetime]:
        """Per failing check, the start (UTC) of the first run of its present row of failures.

        A run that could not tell (unknown, error) does not end a row: nothing showed it mended.
        """
        with self._session() as session:
            good = (
                select(ResultRow.check, func.max(ResultRow.started).label("last"))
                .where(col(ResultRow.verdict).in_(MENDED))
                .group_by(ResultRow.check)
                .subquery()
            )
            since = session.exec(
                select(ResultRow.check, func.min(ResultRow.started))
                .outerjoin(good, good.c.check == ResultRow.check)
                .where(ResultRow.verdict == "fail")
                .where(good.c.last.is_(None) | (ResultRow.started > good.c.last))
                .group_by(ResultRow.check)
            ).all()
        wanted = set(checks)
        return {check: start for check, start in since if check in wanted}

    def history(
        self, checks: Iterable[str], most: int = 30
    ) -> dict[str, list[tuple[datetime, str]]]:
        """Per check its latest verdicts with their instants (UTC), oldest first."""
        wanted = list(checks)
        with self._session() as session:
            rows = session.exec(
                select(ResultRow.check, ResultRow.started, ResultRow.verdict)
                .where(col(ResultRow.check).in_(wanted))
                .order_by(desc(ResultRow.started))
            ).all()
        found: dict[str, list[tuple[datetime, str]]] = {}
        for check, started, verdict in rows:
            lately = found.setdefault(check, [])
            if len(lately) < most:
                lately.insert(0, (started, verdict))
        return found


def _summary(row: RunRow, counted: Iterable[tuple[str, str, int]]) -> RunSummary:
    counts = {verdict: count for run, verdict, count in counted if run == row.run}
    started = row.started
    return RunSummary(
        row.run, started, row.as_of, row.selection, row.verdict, row.exit_code, counts
    )


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise TekdogruError(
            "the address of the history cannot be read; write `database_url` as in "
            "postgresql://user:password@host/name or sqlite:///history.db"
        ) from None


def _shown(address: URL) -> str:
    return address.render_as_string(hide_password=True)


@contextmanager
def _told(address: URL) -> Iterator[None]:
    """Turns what a database says into one error that names it, without its password."""
    try:
        yield
    except (DatabaseError, ArgumentError, ImportError, OSError) as error:
        said = str(getattr(error, "orig", None) or error).strip()
        raise TekdogruError(f"the history at {_shown(address)} cannot be used: {said}") from None


def _open(address: URL) -> Engine:
    is_file = address.get_backend_name() == "sqlite" and address.database
    with _told(address):
        if is_file:
            Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS} if is_file else {})
        if is_file:
            event.listen(engine, "connect", _write_ahead)
        _make_tables(engine)
        _check_version(engine, _shown(address))
    return engine


def _write_ahead(connection: Connection, _record: object) -> None:
    """Readers do not wait for writers; one who finds the file busy leaves it to the other."""
    with suppress(OperationalError):
        connection.execute("PRAGMA journal_mode=WAL").close()


def _make_tables(engine: Engine) -> None:
    """The tables that are not there yet; several who open a new history at once do no harm."""
    tables = [SQLModel.metadata.tables[name] for name in ("tekdogru_schema", "run", "result")]
    with engine.begin() as connection:
        for table in tables:
            connection.execute(CreateTable(table, if_not_exists=True))
            for index in sorted(table.indexes, key=lambda index: str(index.name)):
                connection.execute(CreateIndex(index, if_not_exists=True))


def _check_version(engine: Engine, shown: str) -> None:
    with Session(engine) as session:
        row = session.exec(select(SchemaRow)).first()
        if row is None:
            session.add(SchemaRow(version=SCHEMA))
            with suppress(IntegrityError):  # another who opened it just now has written it
                session.commit()
        elif row.version != SCHEMA:
            raise TekdogruError(
                f"the history at {shown} was made by another version (its tables have version "
                f"{row.version}, this program {SCHEMA}); use that version, or name another file"
            )
