"""Makes small workspaces out of YAML and rows written in the test itself."""

from __future__ import annotations

import csv
import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from catalog.clock import Clock
from catalog.results import Result, RunRecord
from catalog.validation.opening import open_valid
from catalog.workspace import Workspace
from expectations.runner import plan_checks, run_checks

Rows = Sequence[Mapping[str, str | None]]
TODAY = date(2026, 11, 20)


def write_workspace(
    folder: Path,
    definitions: str,
    files: Mapping[str, str | bytes | Rows] | None = None,
    settings: str = "",
) -> Path:
    """A workspace in `folder`: settings, one file of definitions, and data files by their path."""
    (folder / "catalog").mkdir(parents=True, exist_ok=True)
    (folder / "tekdogru.toml").write_text(settings, encoding="utf-8")
    text = textwrap.dedent(definitions)
    (folder / "catalog" / "definitions.yml").write_text(text, encoding="utf-8")
    for name, content in (files or {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(textwrap.dedent(content), encoding="utf-8", newline="")
        else:
            write_csv(path, content)
    return folder


def change(folder: Path, old: str, new: str, file: str = "catalog/definitions.yml") -> None:
    """Write one place of a file of the workspace otherwise."""
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")


def write_csv(path: Path, rows: Rows) -> None:
    """Rows as CSV, every value quoted, so that blanks and line breaks survive; None is empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        names = list(rows[0])
        writer.writerow(names)
        writer.writerows([row[name] or "" for name in names] for row in rows)


def run(
    folder: Path, *, select: str | None = None, as_of: date = TODAY, fail_on: str = "critical"
) -> RunRecord:
    """Run a workspace's checks in this process, the engine in its child as always."""
    workspace, catalog = open_valid(folder)
    workspace = Workspace(workspace.root, workspace.settings, fixed_clock(as_of))
    plan = plan_checks(workspace, catalog, as_of, select)
    return run_checks(workspace, catalog, plan, selection=select, fail_on=fail_on)  # type: ignore[arg-type]


def fixed_clock(day: date) -> Clock:
    """A clock that stands at noon of one day."""
    instant = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return Clock(instant=lambda: instant)


def by_key(record: RunRecord) -> dict[str, Result]:
    """The results by check key."""
    return {result.check: result for result in record.results}
