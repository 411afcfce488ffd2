"""Opens the database of the history, brings its tables up to date, and says what is wrong."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import OperationalError as SqliteError

from sqlalchemy import URL, Connection, Engine, StaticPool, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlmodel import Session, SQLModel, create_engine

from catalog.errors import TekdogruError
from catalog.store.tables import NEWEST, REVISIONS

BUSY_SECONDS = 30
LOCK = 7_353_201


class Database:
    """The one database of a workspace's history."""

    def __init__(self, url: str, *, reading: bool = False) -> None:
        """Open the history at an SQLAlchemy URL; TekdogruError when it cannot be used.

        It is made, or brought up to date, where that is needed. With `reading` nothing is made or
        changed: a history that does not exist is empty, an older one is read as it is.
        """
        self.address = _parse(url)
        self._reading = reading
        with self._told():
            self._engine = self._connected()
            weakref.finalize(self, self._engine.dispose)
            self._prepare()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction; TekdogruError when the database cannot carry it out."""
        with (
            self._told(),
            Session(self._engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @property
    def shown(self) -> str:
        """Its address without the password."""
        return self.address.render_as_string(hide_password=True)

    @property
    def _file(self) -> Path | None:
        is_file = self.address.get_backend_name() == "sqlite" and self.address.database
        return Path(str(self.address.database)) if is_file else None

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turns what a database says into one error that names it, without its password."""
        try:
            yield
        except (DatabaseError, ArgumentError, ImportError, OSError) as error:
            said = str(getattr(error, "orig", None) or error).strip()
            raise TekdogruError(
                f"the history at {self.shown} cannot be used: {_in_words(said)}"
            ) from None

    def _connected(self) -> Engine:
        in_memory = self.address.get_backend_name() == "sqlite" and not self._file
        if in_memory or (self._reading and self._file and not self._file.is_file()):
            return _nothing()
        if self._file is None:
            return create_engine(self.address)
        options = {"timeout": BUSY_SECONDS}
        if self._reading:
            return create_engine(_read_only(self._file), connect_args=options)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(self.address, connect_args=options)
        event.listen(engine, "connect", _write_ahead)
        return engine

    def _prepare(self) -> None:
        if isinstance(self._engine.pool, StaticPool):
            return
        with self._engine.connect() as connection:
            revision = self._revision(connection)
        if revision is None and self._reading:
            self._engine.dispose()
            self._engine = _nothing()
        elif revision != NEWEST and not self._reading:
            self._upgrade()

    def _upgrade(self) -> None:
        """One who upgrades at a time; all of it happens or nothing."""
        from catalog.store.migrations.upgrading import upgrade

        if not self._file:
            engine, lock = create_engine(self.address), f"SELECT pg_advisory_xact_lock({LOCK})"
        else:
            options = {"timeout": BUSY_SECONDS, "isolation_level": None}
            engine, lock = create_engine(self.address, connect_args=options), "BEGIN IMMEDIATE"
        try:
            with engine.begin() as connection:
                connection.execute(text(lock))
                revision = self._revision(connection)
                if revision != NEWEST:
                    stamped = inspect(connection).has_table("alembic_version")
                    upgrade(connection, None if stamped else revision)
                if self._file:
                    connection.execute(text("COMMIT"))
        finally:
            engine.dispose()

    def _revision(self, connection: Connection) -> str | None:
        """Up to which step the tables are; None when there are none."""
        tables = inspect(connection).get_table_names()
        if "alembic_version" in tables:
            found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        elif "tekdogru_schema" in tables:
            version = connection.scalar(text("SELECT version FROM tekdogru_schema"))
            found = None if version is None else f"{version:04}"
        else:
            return None
        if found is None or found in REVISIONS:
            return found or REVISIONS[0]
        raise TekdogruError(
            f"the history at {self.shown} was made by a newer version (its tables are at step "
            f"{found}, this program knows {NEWEST}); use that version, or name another history"
        )


def _nothing() -> Engine:
    """A history in which there is nothing yet."""
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    SQLModel.metadata.create_all(engine)
    return engine


def _read_only(file: Path) -> URL:
    return make_url(f"sqlite:///{file.absolute().as_uri()}?mode=ro&uri=true")


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise TekdogruError(
            "the address of the history cannot be read; write `database_url` as in "
            "postgresql://user:password@host/name or sqlite:///history.db"
        ) from None


def _in_words(said: str) -> str:
    if "locked" in said or "busy" in said:
        return (
            f"another program has been writing to it for {BUSY_SECONDS} seconds; try again when "
            "it has ended"
        )
    if "readonly" in said:
        return "you may read it but not write it; ask for write access to the file and its folder"
    return said


def _write_ahead(connection: SqliteConnection, _record: object) -> None:
    """Readers do not wait for writers; one who finds the file busy leaves it to the other."""
    with suppress(SqliteError):
        connection.execute("PRAGMA journal_mode=WAL").close()
