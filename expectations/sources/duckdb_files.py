"""Reads tables of DuckDB files in a guarded process, which may read that file and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from catalog.errors import SourceUnreadable
from catalog.model import Dataset, SourceSystem
from catalog.results import Fingerprint
from expectations.engine.sandbox import Limits, Step, run_steps
from expectations.sources.contents import fingerprint_of
from expectations.sources.database import place, table_name
from expectations.sources.port import (
    Extract,
    database_file,
    quote,
    require_columns,
    text_literal,
)

LIMITS = Limits(memory_mb=1024, seconds=3600)
WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
KEPT = {
    **dict.fromkeys(WHOLE, "BIGINT"),
    **dict.fromkeys(("FLOAT", "DOUBLE"), "DOUBLE"),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), "TIMESTAMP"),
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ",
    "DATE": "DATE",
    "BOOLEAN": "BOOLEAN",
}


class DuckdbConnector:
    """Source kind `duckdb`: `location` is the file, a dataset's `table` the table."""

    def extract(
        self, source: SourceSystem, dataset: Dataset, *, root: Path, spool: Path
    ) -> Extract:
        """Copy the defined fields, in their own types, to a Parquet file below `spool`."""
        file, where = database_file(source, root), place(source, dataset)
        target = spool / f"{dataset.path}.parquet"
        target.touch()
        found = dict(_columns(dataset, file, target, where))
        require_columns(dataset, list(found), where)
        kinds = {f.source_column: _kind(found[f.source_column]) for f in dataset.fields}
        copied = ", ".join(_copied(name, kind) for name, kind in kinds.items())
        query = f"SELECT {copied} FROM {table_name(dataset)}"
        _ask(f"COPY ({query}) TO {text_literal(target)} (FORMAT parquet)", file, target, where)
        types = {name: kind for name, kind in kinds.items() if kind}
        return Extract(f"read_parquet({text_literal(target)})", (target,), tuple(kinds), types)

    def fingerprint(
        self, source: SourceSystem, dataset: Dataset, *, root: Path, last: Fingerprint | None
    ) -> Fingerprint | None:
        """The content of the file and of the journal beside it."""
        file = database_file(source, root)
        journal = file.with_name(f"{file.name}.wal")
        return fingerprint_of([file, *([journal] if journal.is_file() else [])], file.parent, last)


def _columns(dataset: Dataset, file: Path, target: Path, where: str) -> Sequence[tuple[str, str]]:
    described = f"SELECT column_name, column_type FROM (DESCRIBE {table_name(dataset)})"
    return [(str(name), str(kind)) for name, kind in _ask(described, file, target, where)]


def _ask(sql: str, file: Path, target: Path, where: str) -> Sequence[tuple[object, ...]]:
    """The rows of one statement on the file, in a process of its own."""
    step = Step("asked", sql, fetch=True)
    done = run_steps([step], readable=[file], writable=[target], database=file, limits=LIMITS)
    outcome = done["asked"]
    if outcome.failure is None:
        return outcome.rows
    said = outcome.failure.message.replace(str(file), file.name)
    raise SourceUnreadable(f"{where}: {_plain(said)}")


def _plain(said: str) -> str:
    """What DuckDB says, and what to do where that is known."""
    if "lock" in said and "onflicting" in said:
        return "another program has the file open for writing; close it, or read a copy"
    if "not a valid DuckDB database" in said:
        return "not a DuckDB file; is `location` right?"
    return " ".join(said.split())


def _kind(found: str) -> str:
    return "OTHER" if found.startswith("DECIMAL") else KEPT.get(found, "")


def _copied(name: str, kind: str) -> str:
    """A column as it is where the engine knows its type; all other types as text."""
    return quote(name) if kind else f"CAST({quote(name)} AS VARCHAR) AS {quote(name)}"
