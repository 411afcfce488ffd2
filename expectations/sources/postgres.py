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
    from pyarrow import RecordBatchReader, Schema

CONNECT_SECONDS = 10
UNESCAPED = re.compile(r"\s|%(?![0-9A-Fa-f]{2})|%00")
SPELLINGS = (
    "SET datestyle TO 'ISO, YMD'",
    "SET client_encoding TO 'UTF8'",
    "SET lock_timeout TO '30s'",
)


class PostgresConnector:
    """Source kind `postgres`: `url` names the database, a dataset's `table` the table."""

    def extract(
        self, source: SourceSystem, dataset: Dataset, *, root: Path, spool: Path
    ) -> Extract:
        """Copy the defined fields, cast to text by the server, to a Parquet file below `spool`."""
        from adbc_driver_manager import Error
        from adbc_driver_postgresql import dbapi
        from pyarrow.lib import ArrowException

        url = fill_secrets(source.url or "")
        where = f"{source.key} ({dataset.table})"
        _refuse_ambiguous(url, where)
        target = spool / f"{dataset.path}.parquet"
        try:
            with dbapi.connect(_with_timeout(url)) as connection, connection.cursor() as cursor:
                for setting in SPELLINGS:
                    cursor.execute(setting)
                schema = _schema(cursor, dataset)
                require_columns(dataset, schema.names, where)
                cursor.execute(_select(dataset, schema))
                _write(cursor.fetch_record_batch(), target)
        except (Error, ArrowException, OSError) as error:
            raise SourceUnreadable(f"{where}: {_without_secrets(str(error), url)}") from None
        columns = tuple(field.source_column for field in dataset.fields)
        return Extract(f"read_parquet({text_literal(target)})", (target,), columns, {})


def _refuse_ambiguous(url: str, where: str) -> None:
    """Refuse an address whose password the driver would cut up and show a piece of."""
    user = url.partition("://")[2].rpartition("@")[0]
    if "@" in user or "/" in user or UNESCAPED.search(url):
        raise SourceUnreadable(
            f"{where}: the `url` holds an @, /, % or blank within its user or password; write "
            "%40, %2F, %25 or %20"
        )


def _with_timeout(url: str) -> str:
    if "connect_timeout" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}connect_timeout={CONNECT_SECONDS}"


def _table(dataset: Dataset) -> str:
    return ".".join(quote(part) for part in str(dataset.table).split("."))


def _schema(cursor: Cursor, dataset: Dataset) -> Schema:
    cursor.execute(f"SELECT * FROM {_table(dataset)} LIMIT 0")
    return cursor.fetch_arrow_table().schema


def _select(dataset: Dataset, schema: Schema) -> str:
    """Every field as text; binary fractions by way of `numeric`, which knows no exponent."""
    fields = []
    for field in dataset.fields:
        name = quote(field.source_column)
        is_binary = str(schema.field(field.source_column).type) in ("float", "double")
        fields.append(f"{name}{'::numeric' if is_binary else ''}::text AS {name}")
    return f"SELECT {', '.join(fields)} FROM {_table(dataset)}"


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
