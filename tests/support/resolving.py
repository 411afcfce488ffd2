"""Resolves a workspace's golden records in tests, and reads what was written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from workspaces import TODAY, fixed_clock

from catalog.validation.opening import open_valid
from catalog.workspace import Workspace
from expectations.engine.contest import Asked
from expectations.engine.knowing import Known
from expectations.golden.summary import resolve_golden
from expectations.golden.work import Job, entities_with_golden

Line = Mapping[str, Any]


def job_of(
    folder: Path, *, as_of: date = TODAY, known: Known | None = None, contested: bool = False
) -> Job:
    """A job on all of a workspace."""
    workspace, catalog = open_valid(folder)
    workspace = Workspace(workspace.root, workspace.settings, fixed_clock(as_of))
    asked = Asked(told=True, contested=contested)
    return Job(workspace, catalog, as_of, entities_with_golden(catalog), asked, known or Known())


def resolved(
    folder: Path, *, as_of: date = TODAY, known: Known | None = None
) -> dict[tuple[str, str], Line]:
    """The golden record, by entity and attribute."""
    target = folder / "golden.parquet"
    resolve_golden(job_of(folder, as_of=as_of, known=known), output=target)
    return {(one["entity_id"], one["attribute"]): one for one in read_rows(target)}


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a Parquet file."""
    from pyarrow.parquet import read_table

    rows: list[dict[str, Any]] = read_table(path).to_pylist()
    return rows


def write_rows(path: Path, rows: list[dict[str, Any]], columns: Mapping[str, str]) -> Path:
    """A Parquet file of texts and dates by the names of their types."""
    import pyarrow as pa
    from pyarrow.parquet import write_table

    kinds = {"text": pa.string(), "date": pa.date32(), "number": pa.float64()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
    write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return path
