"""Reads Postgres tables by ADBC; the server casts every field to text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import SourceUnreadable
from catalog.model import Dataset, SourceSystem
from catalog.results import Fingerprint
from catalog.settings import fill_secrets
from expectations.sources.database import (
    AdbcSession,
    found_columns,
    place,
    select_fields,
    table_name,
    telling,
    write_extract,
)
from expectations.sources.port import Extract, quote, text_literal

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Cursor

CONNECT_SECONDS = 10
UNESCAPED = re.compile(r"\s|%(?![0-9A-Fa-f]{2})|%00")
SPELLINGS = (
    "SET datestyle TO 'ISO, YMD'",
    "SET client_encoding TO 'UTF8'",
    "SET lock_timeout TO '30s'",
)
STATE = """
SELECT concat_ws('/', s.system_identifier, p.timeline_id, d.oid, c.oid, current_user,
                 pg_current_wal_insert_lsn())
FROM pg_class c, pg_control_system() s, pg_control_checkpoint() p, pg_database d
WHERE c.oid = to_regclass({table}) AND d.datname = current_database()
  AND c.relkind IN ('r', 'm') AND c.relpersistence = 'p' AND NOT c.relrowsecurity
  AND NOT pg_is_in_recovery()
"""
"""The table and the end of the server's journal; no row for a view or a foreign table."""


class PostgresConnector:
    """Source kind `postgres`: `url` names the database, a dataset's `table` the table."""

    def extract(
        self, source: SourceSystem, dataset: Dataset, *, root: Path, spool: Path
    ) -> Extract:
        """Copy the defined fields, cast to text by the server, to a Parquet file below `spool`."""
        where, table = place(source, dataset), table_name(dataset)
        with _cursor(source, where) as cursor:
            session = AdbcSession(cursor)
            schema = found_columns(session, dataset, where, table)
            sql = select_fields(dataset, schema, table, _as_text, quote)
            return write_extract(dataset, spool, *session.batches(sql))

    def fingerprint(
        self, source: SourceSystem, dataset: Dataset, *, root: Path, last: Fingerprint | None
    ) -> Fingerprint | None:
        """The end of the server's journal: while it stays, nothing at all was written there.

        None where a table can change without it: views, foreign and unlogged tables, row security,
        and every server that follows another.
        """
        with _cursor(source, place(source, dataset)) as cursor:
            cursor.execute(STATE.format(table=text_literal(table_name(dataset))))
            row = cursor.fetchone()
        return Fingerprint(content=f"postgres:{row[0]}") if row else None


@contextmanager
def _cursor(source: SourceSystem, where: str) -> Iterator[Cursor]:
    """A cursor whose texts are spelled alike whatever the server's settings."""
    from adbc_driver_manager import Error
    from adbc_driver_postgresql import dbapi
    from pyarrow.lib import ArrowException

    url = fill_secrets(source.url or "")
    _refuse_ambiguous(url, where)
    with (
        telling(where, source, Error, ArrowException, OSError),
        dbapi.connect(_with_timeout(url)) as connection,
        connection.cursor() as cursor,
    ):
        for setting in SPELLINGS:
            cursor.execute(setting)
        yield cursor


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


def _as_text(name: str, kind: str) -> str:
    """A field as text; binary fractions by way of `numeric`, which knows no exponent."""
    return f"{name}{'::numeric' if kind in ('float', 'double') else ''}::text"
