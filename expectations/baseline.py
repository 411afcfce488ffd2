"""Records today's failing shares as the floor that later runs may not fall below."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from catalog.model import BaselineEntry
from catalog.results import RunRecord
from catalog.workspace import Workspace
from catalog.writing import write_whole
from expectations.plan import Plan

HEADING = (
    "# Recorded by `tekdogru baseline`: the level of each failing share with `floor: baseline`.\n"
    "# A check fails only when worse than this, and warns until its target is met.\n"
)


def record_baseline(
    workspace: Workspace, plan: Plan, record: RunRecord
) -> tuple[str, list[BaselineEntry]]:
    """Write `baseline.yml` beside the definitions; entries of checks not failing now are dropped.

    Comments that people wrote in the file stay. Returns the file's name and what it now holds.
    """
    targets = {check.key: check.target for check in plan.checks}
    entries = [
        BaselineEntry(
            check=result.check,
            share=(result.rows_compared - result.violations) / result.rows_compared,
            recorded_on=record.as_of,
        )
        for result in record.results
        if targets[result.check].floor == "baseline"
        and result.verdict in ("fail", "warn")
        and result.rows_compared
    ]
    file = f"{workspace.settings.catalog}/baseline.yml"
    _write(workspace.root / file, entries)
    return file, entries


def _write(path: Path, entries: list[BaselineEntry]) -> None:
    yaml = YAML()
    yaml.width = 1000
    text = path.read_text(encoding="utf-8") if path.exists() else HEADING + "baseline: []\n"
    document = yaml.load(text)
    kept: dict[str, Any] = {entry["check"]: entry for entry in document.get("baseline") or []}
    document["baseline"] = [_updated(kept.get(entry.check), entry) for entry in entries]
    stream = StringIO()
    yaml.dump(document, stream)
    write_whole(path, stream.getvalue())


def _updated(old: Any, entry: BaselineEntry) -> Any:
    """The entry as it stood, its share and day renewed, so that its comments stay."""
    new = {"check": entry.check, "share": entry.share, "recorded_on": entry.recorded_on}
    if old is None:
        return new
    old.update(new)
    return old
