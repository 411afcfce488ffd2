"""The records of one entity as columns: who shares what, and what a record is called."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from catalog.settings import EngineSettings
from expectations.engine.functions import quote
from expectations.identity.clusters import Kinds

ROWS_AT_ONCE = 50_000
NAME = "dataset || '/' || record_id"
"""As stewards write a record: crm.customers/17"""


class Loaded:
    """The records in a DuckDB of their own; a record's number is its place by dataset and id."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.count: int = connection.execute("SELECT count(*) FROM records").fetchall()[0][0]

    def kinds(self) -> Sequence[Kinds]:
        """The subtypes of each record, by its number; records alike share one tuple."""
        each = self.connection.execute("SELECT DISTINCT kinds FROM records ORDER BY 1").fetchall()
        known = [tuple(kinds) for (kinds,) in each]
        if len(known) == 1:
            return known * self.count
        self.connection.execute(
            "CREATE OR REPLACE TABLE kinds AS "
            "SELECT kinds, row_number() OVER (ORDER BY kinds) - 1 AS kind "
            "FROM (SELECT DISTINCT kinds FROM records)"
        )
        found = "SELECT kind FROM records JOIN kinds USING (kinds) ORDER BY n"
        return [known[kind] for (kind,) in self._rows(found)]

    def sharing(self, column: str) -> Iterator[tuple[str, list[int]]]:
        """The values of a column that several records have, in order, and those records."""
        return self._rows(
            f"SELECT {column}, list_sort(list(n)) FROM records WHERE {column} IS NOT NULL "
            "GROUP BY 1 HAVING count(*) > 1 ORDER BY 1"
        )

    def numbers(self, names: Iterable[str]) -> dict[str, int]:
        """The numbers of records by their names; those that are gone have none."""
        wanted = list(names)
        if not wanted:
            return {}
        found = f"SELECT {NAME}, n FROM records WHERE {NAME} IN (SELECT unnest($wanted))"
        return dict(self.connection.execute(found, {"wanted": wanted}).fetchall())

    def names(self, numbers: Iterable[int]) -> dict[int, str]:
        """The names of records by their numbers."""
        wanted = sorted(set(numbers))
        if not wanted:
            return {}
        found = f"SELECT n, {NAME} FROM records WHERE n IN (SELECT unnest($wanted))"
        return dict(self.connection.execute(found, {"wanted": wanted}).fetchall())

    def register(self, name: str, **columns: Any) -> None:
        """Make columns, one value per record or one per place, a table beside the records."""
        import pyarrow as pa

        self.connection.register(name, pa.table(columns))

    def _rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            found = cursor.execute(sql)
            while rows := found.fetchmany(ROWS_AT_ONCE):
                yield from rows


@contextmanager
def loaded(file: Path, settings: EngineSettings) -> Iterator[Loaded]:
    """The records of a file, while the block runs."""
    import duckdb

    connection = duckdb.connect(config={"threads": settings.threads})
    try:
        connection.execute(f"SET memory_limit = '{settings.memory_mb // 2}MB'")
        connection.execute(f"SET temp_directory = {quote(str(file.parent))}")
        connection.execute(f"CREATE VIEW records AS SELECT * FROM read_parquet({quote(str(file))})")
        yield Loaded(connection)
    finally:
        connection.close()


def numbered(count: int) -> Any:
    """The numbers of records as a column."""
    import pyarrow as pa

    return pa.array(array("q", range(count)))
