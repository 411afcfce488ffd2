"""Observation files, as `resolve` writes them, out of rows written in the test itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from catalog.workspace import Workspace
from expectations.corrections.ledger import write_ledger

SCHEMA = (
    "entity_id VARCHAR, attribute VARCHAR, source VARCHAR, dataset VARCHAR, record_id VARCHAR, "
    "field VARCHAR, value VARCHAR, compared VARCHAR, confirmed_at TIMESTAMP, means VARCHAR, "
    "copy BOOLEAN"
)


class Seen(NamedTuple):
    """One record's say; `path` is source, dataset and field."""

    path: str
    value: str | None
    entity: str = "4711"
    record: str | None = None
    attribute: str = "customer.address"
    confirmed: datetime | None = None
    means: str | None = "changed"
    copy: bool = False

    @property
    def row(self) -> tuple[Any, ...]:
        source, dataset, field = self.path.split(".")
        compared = None if self.value is None else self.value.lower().strip()
        return (
            self.entity, self.attribute, source, f"{source}.{dataset}", self.record or self.entity,
            field, self.value, compared, self.confirmed, self.means, self.copy,
        )  # fmt: skip


def write_observed(target: Path, seen: Iterable[Seen]) -> Path:
    """The file of one day's observations."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE seen ({SCHEMA})")
        for one in seen:
            connection.execute(f"INSERT INTO seen VALUES ({', '.join('?' * 11)})", one.row)
        connection.execute(f"COPY seen TO '{target}' (FORMAT parquet)")
    return target


def read_rows(file: Path, columns: str = "*", where: str = "true") -> list[tuple[Any, ...]]:
    """Rows of a Parquet file."""
    asked = f"SELECT {columns} FROM read_parquet('{file}') WHERE {where} ORDER BY ALL"
    with duckdb.connect() as connection:
        return connection.execute(asked).fetchall()


def ledger_after(
    workspace: Workspace, folder: Path, days: Sequence[tuple[date, Iterable[Seen]]]
) -> Path | None:
    """The ledger after the observations of these days, one after the other."""
    ledger = None
    for number, (day, seen) in enumerate(days):
        today = write_observed(folder / f"today{number}.parquet", seen)
        target = folder / f"ledger{number}.parquet"
        write_ledger(workspace, today, ledger, day, target)
        ledger = target
    return ledger
