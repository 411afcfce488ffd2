"""Reads tables of any database that has an ODBC driver, in the database's own types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.errors import SourceUnreadable
from catalog.model import Dataset, SourceSystem
from catalog.settings import fill_secrets
from expectations.sources.database import (
    found_columns,
    place,
    select_fields,
    table_name,
    telling,
    write_extract,
)
from expectations.sources.parquet import duckdb_types
from expectations.sources.port import Extract, quote

if TYPE_CHECKING:
    from arrow_odbc import Connection
    from pyarrow import RecordBatch, Schema

CONNECT_SECONDS = 10
BATCH_ROWS = 20_000
BATCH_BYTES = 32 * 1024 * 1024
LONGEST_TEXT = 64 * 1024


class OdbcConnector:
    """Source kind `odbc`: `url` is a connection string, a dataset's `table` the table."""

    def extract(
        self, source: SourceSystem, dataset: Dataset, *, root: Path, spool: Path
    ) -> Extract:
        """Copy the defined fields to a Parquet file below `spool`."""
        where = place(source, dataset)
        with _session(source, where) as session:
            quoted = session.quoting()
            table = table_name(dataset, quoted)
            schema = found_columns(session, dataset, where, table)
            sql = select_fields(dataset, schema, table, lambda name, _: name, quoted)
            found, batches = session.batches(sql)
            return write_extract(dataset, spool, found, batches, duckdb_types(found))


class OdbcSession:
    """A session over an ODBC driver; at most two batches are in memory."""

    def __init__(self, connection: Connection, failures: type[BaseException]) -> None:
        self._connection, self._failures = connection, failures

    def schema(self, sql: str) -> Schema:
        """See `Session`."""
        return self._read(sql).schema

    def batches(self, sql: str) -> tuple[Schema, Iterable[RecordBatch]]:
        """See `Session`."""
        reader = self._read(sql)
        return reader.schema, reader

    def quoting(self) -> Callable[[str], str]:
        """How this database quotes names.

        Where it takes double quotes for a text, as MySQL does, a quoted column would come back as
        its own name on every row; such databases take back quotes.
        """
        try:
            self._read('SELECT "tekdogru_none" AS one')
        except self._failures:
            return quote
        return lambda name: f"`{name.replace('`', '``')}`"

    def _read(self, sql: str) -> Any:
        return self._connection.read_arrow_batches(
            query=sql,
            batch_size=BATCH_ROWS,
            max_bytes_per_batch=BATCH_BYTES,
            max_text_size=LONGEST_TEXT,
            max_binary_size=LONGEST_TEXT,
            falliable_allocations=True,
        )


@contextmanager
def _session(source: SourceSystem, where: str) -> Iterator[OdbcSession]:
    try:
        from arrow_odbc import Error, connect
    except ImportError:
        raise SourceUnreadable(
            f"{where}: ODBC is not installed; install it with: pip install 'tekdogru[odbc]'"
        ) from None
    except OSError:
        raise SourceUnreadable(
            f"{where}: this machine has no ODBC driver manager; install unixODBC and the "
            "database's driver"
        ) from None
    from pyarrow.lib import ArrowException

    address = fill_secrets(source.url or "")
    with telling(where, source, Error, ArrowException, OSError):
        yield OdbcSession(connect(address, login_timeout_sec=CONNECT_SECONDS), Error)
