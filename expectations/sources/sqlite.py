"""Reads SQLite tables by ADBC; any cell may hold any type there, so each is cast to text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import SourceUnreadable
from catalog.model import Dataset, SourceSystem
from catalog.results import Fingerprint
from catalog.validation.problems import nearest
from expectations.sources.contents import fingerprint_of
from expectations.sources.database import (
    AdbcSession,
    found_columns,
    place,
    select_fields,
    table_name,
    telling,
    write_extract,
)
from expectations.sources.port import Extract, database_file, quote

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Cursor
    from pyarrow import RecordBatch

SIDECARS = ("-wal", "-journal")
TABLES = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"


class SqliteConnector:
    """Source kind `sqlite`: `location` is the file, a dataset's `table` the table."""

    def extract(
        self, source: SourceSystem, dataset: Dataset, *, root: Path, spool: Path
    ) -> Extract:
        """Copy the defined fields as texts to a Parquet file below `spool`."""
        where, table = place(source, dataset), table_name(dataset)
        with _cursor(source, root, where) as cursor:
            _require_table(cursor, dataset, where)
            session = AdbcSession(cursor)
            schema = found_columns(session, dataset, where, table)
            names = [quote(field.source_column) for field in dataset.fields]
            first = ", ".join(f"'' AS {name}" for name in names)
            rows = select_fields(dataset, schema, table, _as_text, quote)
            found, batches = session.batches(f"SELECT {first} UNION ALL {rows}")
            return write_extract(dataset, spool, found, _without_first(batches))

    def fingerprint(
        self, source: SourceSystem, dataset: Dataset, *, root: Path, last: Fingerprint | None
    ) -> Fingerprint | None:
        """The content of the file and of the journals beside it."""
        file = database_file(source, root)
        beside = [file.with_name(file.name + ending) for ending in SIDECARS]
        return fingerprint_of([file, *(one for one in beside if one.is_file())], file.parent, last)


@contextmanager
def _cursor(source: SourceSystem, root: Path, where: str) -> Iterator[Cursor]:
    """A cursor on the file, opened for reading alone."""
    from adbc_driver_manager import Error
    from adbc_driver_sqlite import dbapi
    from pyarrow.lib import ArrowException

    file = database_file(source, root)
    with (
        telling(where, source, Error, ArrowException, OSError),
        dbapi.connect(f"{file.as_uri()}?mode=ro") as connection,
        connection.cursor() as cursor,
    ):
        yield cursor


def _require_table(cursor: Cursor, dataset: Dataset, where: str) -> None:
    cursor.execute(TABLES)
    names = [str(name) for (name,) in cursor.fetchall()]
    wanted = str(dataset.table).rpartition(".")[2]
    if wanted.casefold() not in map(str.casefold, names):
        raise SourceUnreadable(f"{where}: no such table; {nearest(wanted, names)}")


def _as_text(name: str, kind: str) -> str:
    """A cell as text; a binary fraction without exponent, with twelve digits at most."""
    fraction = f"rtrim(rtrim(printf('%.12f', {name}), '0'), '.')"
    return f"CASE typeof({name}) WHEN 'real' THEN {fraction} ELSE CAST({name} AS TEXT) END"


def _without_first(batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    """All rows but the first, which is ours: the driver takes a column's type from its first rows,
    and a column that is empty there for whole numbers.
    """
    for number, batch in enumerate(batches):
        yield batch if number else batch.slice(1)
