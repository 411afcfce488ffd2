"""The commands of this room: check, compile, baseline."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.options import FormatOption, OutputFormat, WorkspaceOption

if TYPE_CHECKING:
    from catalog.model import Catalog
    from catalog.results import RunRecord
    from catalog.store.runs import RunStore
    from catalog.workspace import Workspace
    from expectations.plan import Plan


class Level(StrEnum):
    """A severity, as the gate counts them."""

    critical = "critical"
    warning = "warning"
    info = "info"


AsOfOption = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day to check for (default: today)."),
]
SelectOption = Annotated[
    str | None,
    typer.Option(
        "--select", help="Only checks whose key or URN matches, e.g. 'attribute:*email*'."
    ),
]


def check(
    workspace: WorkspaceOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be checked; read no data.")
    ] = False,
    select: SelectOption = None,
    as_of: AsOfOption = None,
    format_: FormatOption = OutputFormat.text,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the report to this file.")
    ] = None,
    fail_on: Annotated[
        Level, typer.Option("--fail-on", help="The least severity that closes the gate.")
    ] = Level.critical,
) -> int:
    """Run the checks; 0 open, 1 failed, 3 unknown, 4 invalid catalog, 64 wrong usage."""
    from catalog.store.runs import RunStore
    from catalog.validation.opening import open_valid
    from catalog.writing import write_whole
    from expectations.progress import shown_progress
    from expectations.runner import plan_checks, run_checks

    opened, catalog = open_valid(workspace)
    plan = plan_checks(opened, catalog, _day(opened, as_of), select)
    if dry_run:
        _write(_planned(plan, format_), output)
        return 0
    store = RunStore(opened.state_url)
    with shown_progress() as progress:
        record = run_checks(
            opened, catalog, plan, selection=select, fail_on=fail_on.value, progress=progress
        )
    store.save(record)
    text = _told(record, catalog, store, opened, format_)
    if output:
        write_whole(output, text + "\n")
        print(f"{record.verdict}: report written to {output}", file=sys.stderr)
    else:
        print(text)
    return record.exit_code


def compile_(
    workspace: WorkspaceOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for suites and cleansed views.")
    ] = None,
    as_of: AsOfOption = None,
) -> int:
    """Write the Great Expectations suites and the cleansed views they speak of."""
    from catalog.validation.opening import open_valid
    from expectations.export import export_suites
    from expectations.progress import shown_progress
    from expectations.runner import plan_checks

    opened, catalog = open_valid(workspace)
    plan = plan_checks(opened, catalog, _day(opened, as_of), None)
    target = output or opened.output / "expectations"
    with shown_progress() as progress:
        written = export_suites(opened, catalog, plan, target, progress)
    for line in written.lines():
        print(line)
    return 3 if written.missing else 0


def baseline(workspace: WorkspaceOption = None, as_of: AsOfOption = None) -> int:
    """Record today's level of every failing share, as the floor it may not fall below."""
    from catalog.store.runs import RunStore
    from catalog.validation.opening import open_valid
    from expectations.baseline import record_baseline
    from expectations.progress import shown_progress
    from expectations.runner import plan_checks, run_checks

    opened, catalog = open_valid(workspace)
    plan = plan_checks(opened, catalog, _day(opened, as_of), None)
    store = RunStore(opened.state_url)
    with shown_progress() as progress:
        record = run_checks(opened, catalog, plan, progress=progress)
    store.save(record)
    written = record_baseline(opened, catalog, plan, record)
    print(f"{written.file}: {len(written.entries)} share(s) recorded")
    for entry in written.entries:
        print(f"  {entry.share:.2%}  {entry.check}")
    for check in written.kept:
        print(f"  kept as it was, nothing is known of it today: {check}")
    return 0


def _day(workspace: Workspace, as_of: datetime | None) -> date:
    return as_of.date() if as_of else workspace.clock.today()


def _planned(plan: Plan, format_: OutputFormat) -> str:
    if format_ == OutputFormat.json:
        listed = [
            {
                "check": c.key,
                "title": c.title,
                "severity": c.severity,
                "owner": c.owner,
                "expectation": c.expectation,
                "reads": list(c.reads),
            }
            for c in plan.checks
        ]
        return json.dumps(
            {"as_of": plan.as_of.isoformat(), "checks": listed}, ensure_ascii=False, indent=2
        )
    lines = [f"{c.key}\n    {c.title} [{c.severity}]" for c in plan.checks]
    return "\n".join([*lines, "", f"{len(plan.checks)} checks as of {plan.as_of}; nothing was run"])


def _told(
    record: RunRecord,
    catalog: Catalog,
    store: RunStore,
    workspace: Workspace,
    format_: OutputFormat,
) -> str:
    from expectations.reports.text import render_text

    if format_ == OutputFormat.json:
        return record.model_dump_json(indent=2)
    since = store.failing_since(r.check for r in record.results if r.verdict == "fail")
    return render_text(record, catalog, since, workspace.settings.timezone)


def _write(text: str, output: Path | None) -> None:
    from catalog.writing import write_whole

    if output:
        write_whole(output, text + "\n")
    else:
        print(text)
