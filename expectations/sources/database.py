"""The one way databases are read: the fields defined, streamed in batches into a Parquet file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote as in_address
from urllib.parse import unquote, urlsplit

from catalog.errors import SourceUnreadable
from catalog.model import Dataset, SourceSystem
from catalog.settings import fill_secrets, secrets_of
from expectations.sources.port import Extract, quote, require_columns, text_literal

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Cursor
    from pyarrow import RecordBatch, Schema

Spelling = Callable[[str, str], str]
ADDRESS = re.compile(r"\b[a-z][a-z0-9+]*://[^\s\"']+")
PASSWORD = re.compile(r"(?i)\b(password|pwd)\s*=\s*(\{[^}]*\}+|'[^']*'|[^;\s]+)")
SHORTEST_SECRET = 3


class Session(Protocol):
    """One connection to a database, as long as a dataset is read."""

    def schema(self, sql: str) -> Schema:
        """The columns that a query would give, and their Arrow types."""

    def batches(self, sql: str) -> tuple[Schema, Iterable[RecordBatch]]:
        """The rows of a query, in batches."""


class AdbcSession:
    """A session over an ADBC driver."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor

    def schema(self, sql: str) -> Schema:
        """See `Session`."""
        self._cursor.execute(sql)
        return self._cursor.fetch_arrow_table().schema

    def batches(self, sql: str) -> tuple[Schema, Iterable[RecordBatch]]:
        """See `Session`."""
        self._cursor.execute(sql)
        reader = self._cursor.fetch_record_batch()
        return reader.schema, reader


def place(source: SourceSystem, dataset: Dataset) -> str:
    """How messages name a table: `crm (banka.people)`."""
    return f"{source.key} ({dataset.table})"


def table_name(dataset: Dataset, quoted: Callable[[str], str] = quote) -> str:
    """The dataset's table for SQL, with its schema where it names one."""
    return ".".join(quoted(part) for part in str(dataset.table).split("."))


def found_columns(session: Session, dataset: Dataset, where: str, table: str) -> Schema:
    """The table's columns; SourceUnreadable where it lacks one that is defined."""
    schema = session.schema(f"SELECT * FROM {table} WHERE 1 = 0")
    require_columns(dataset, schema.names, where)
    return schema


def select_fields(
    dataset: Dataset, schema: Schema, table: str, spelled: Spelling, quoted: Callable[[str], str]
) -> str:
    """A query of every field under its own name; `spelled` gets a quoted name and its type."""
    columns = [field.source_column for field in dataset.fields]
    spellings = [
        f"{spelled(quoted(name), str(schema.field(name).type))} AS {quoted(name)}"
        for name in columns
    ]
    return f"SELECT {', '.join(spellings)} FROM {table}"


def write_extract(
    dataset: Dataset,
    spool: Path,
    schema: Schema,
    batches: Iterable[RecordBatch],
    types: Mapping[str, str] | None = None,
) -> Extract:
    """Write batches, one at a time, to a Parquet file below `spool`; `types` as in `Extract`."""
    import pyarrow.parquet

    target = spool / f"{dataset.path}.parquet"
    with pyarrow.parquet.ParquetWriter(target, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    columns = tuple(field.source_column for field in dataset.fields)
    return Extract(f"read_parquet({text_literal(target)})", (target,), columns, types or {})


@contextmanager
def telling(where: str, source: SourceSystem, *failures: type[BaseException]) -> Iterator[None]:
    """Turn what a driver raises into SourceUnreadable, in one line and without a secret."""
    try:
        yield
    except failures as error:
        said = without_secrets(str(error) or type(error).__name__, source)
        raise SourceUnreadable(f"{where}: {said}") from None


def without_secrets(message: str, source: SourceSystem) -> str:
    """A driver's first line without the address, a password, or what a variable put into it."""
    line = message.strip().splitlines()[0]
    for secret in sorted(_secrets(source), key=len, reverse=True):
        line = line.replace(secret, "…")
    return PASSWORD.sub(r"\1=…", ADDRESS.sub("the database", line))


def _secrets(source: SourceSystem) -> set[str]:
    """Everything of an address that may not be shown, in each way it may be spelled.

    A variable that holds a whole address hides it whole, and its password alone.
    """
    stated = f"{source.url or ''} {source.location}"
    addresses = [fill_secrets(source.url or ""), *secrets_of(stated)]
    found = {*secrets_of(stated), *filter(None, map(_password, addresses))}
    spelled = {form for one in found for form in (one, unquote(one), in_address(one, safe=""))}
    return {one for one in spelled if len(one) >= SHORTEST_SECRET}


def _password(address: str) -> str | None:
    try:
        return urlsplit(address).password
    except ValueError:
        return None
