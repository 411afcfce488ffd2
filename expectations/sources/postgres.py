"""Streams a Postgres table by ADBC into a Parquet file, in batches and only the fields defined."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import SourceUnreadable
from catalog.model import Dataset, SourceSystem
from catalog.settings import fill_secrets
from expectations.sources.port import Extract, quote, require_columns, text_literal

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Cursor
    from pyarrow import RecordBatchReader

CONNECT_SECONDS = 10


class PostgresConnector:
    """Source kind `postgres`: `url` names the database, a dataset's `table` the table."""

    def extract(
        self, source: SourceSystem, dataset: Dataset, *, root: Path, spool: Path
    ) -> Extract:
        """Copy the defined fields, cast to text by the server, to a Parquet file below `spool`."""
        from adbc_driver_manager import Error
        from adbc_driver_postgresql import dbapi

        url = fill_secrets(source.url or "")
        where = f"{source.key} ({dataset.table})"
        try:
            with dbapi.connect(_with_timeout(url)) as connection, connection.cursor() as cursor:
                columns = _columns(cursor, dataset, where)
                target = spool / f"{dataset.path}.parquet"
                cursor.execute(_select(dataset))
                _write(cursor.fetch_record_batch(), target)
        except Error as error:
            raise SourceUnreadable(f"{where}: {_without_secrets(str(error), url)}") from None
        return Extract(f"read_parquet({text_literal(target)})", (target,), columns, {})


def _with_timeout(url: str) -> str:
    if "connect_timeout" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}connect_timeout={CONNECT_SECONDS}"


def _table(dataset: Dataset) -> str:
    return ".".join(quote(part) for part in str(dataset.table).split("."))


def _columns(cursor: Cursor, dataset: Dataset, where: str) -> tuple[str, ...]:
    cursor.execute(f"SELECT * FROM {_table(dataset)} LIMIT 0")
    columns = tuple(one[0] for one in cursor.description or ())
    cursor.fetchall()
    require_columns(dataset, columns, where)
    return tuple(field.source_column for field in dataset.fields)


def _select(dataset: Dataset) -> str:
    names = [quote(field.source_column) for field in dataset.fields]
    fields = ", ".join(f"{name}::text AS {name}" for name in names)
    return f"SELECT {fields} FROM {_table(dataset)}"


def _write(batches: RecordBatchReader, target: Path) -> None:
    import pyarrow.parquet

    with pyarrow.parquet.ParquetWriter(target, batches.schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _without_secrets(message: str, url: str) -> str:
    """The driver's first line without the address, which may hold a password."""
    line = message.strip().splitlines()[0].replace(url, "the database")
    line = re.sub(r"postgres(ql)?://\S+", "the database", line)
    return re.sub(r"(?i)password=\S+", "password=…", line)
