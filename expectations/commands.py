"""The commands of this room: check, compile, baseline."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.errors import CatalogInvalid, UsageError
from catalog.options import LanguageChoice, WorkspaceOption
from expectations.reports.formats import Destination, ReportFormat, find_destinations

if TYPE_CHECKING:
    from catalog.loading.revisions import Past
    from catalog.model import Catalog
    from catalog.periods import Period
    from catalog.workspace import Workspace
    from expectations.plan import Plan
    from expectations.reports.telling import Telling
    from expectations.touched import Touched


class Level(StrEnum):
    """A severity, as the gate counts them."""

    critical = "critical"
    warning = "warning"
    info = "info"


AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="The day to check for (default: today).",
    ),
]
PeriodOption = Annotated[
    str | None,
    typer.Option(
        "--period",
        help="The period numbers speak of: 2026-10, 2026-Q3, 2026-W40, 2026 or 2026-10-31 "
        "(default: the last one that is over).",
    ),
]
ReportLanguageOption = Annotated[
    LanguageChoice | None,
    typer.Option(
        "--language",
        help="en or tr (default: the workspace's); the report as text is always in English.",
    ),
]
SelectOption = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        metavar="PATTERN",
        help="Only checks whose key or URN matches, e.g. 'attribute:*email*'; may be repeated.",
    ),
]


def check(
    workspace: WorkspaceOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be checked; read no data.")
    ] = False,
    select: SelectOption = None,
    as_of: AsOfOption = None,
    period: PeriodOption = None,
    format_: Annotated[
        ReportFormat, typer.Option("--format", help="The form of what goes to standard output.")
    ] = ReportFormat.text,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="[FORMAT=]FILE",
            help="Write a report to a file too; may be repeated: junit=junit.xml, report.sarif.",
        ),
    ] = None,
    fail_on: Annotated[
        Level, typer.Option("--fail-on", help="The least severity that closes the gate.")
    ] = Level.critical,
    language: ReportLanguageOption = None,
    changed_since: Annotated[
        str | None,
        typer.Option(
            "--changed-since",
            metavar="REV",
            help="Only what differs from where this branch left a git revision, and what rests "
            "on it.",
        ),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Count everything anew; carry no result over.")
    ] = False,
) -> int:
    """Run the checks; 0 open, 1 failed, 3 unknown, 4 invalid catalog, 64 wrong usage."""
    from catalog.store.runs import RunStore
    from catalog.validation.opening import valid_catalog
    from catalog.workspace import open_workspace
    from expectations.beside import gathered
    from expectations.progress import shown_progress
    from expectations.publications import keep_publications
    from expectations.reports.rendering import tell_run, telling_of
    from expectations.runner import plan_checks, run_checks

    destinations = find_destinations(output or ())
    opened = open_workspace(workspace)
    try:
        catalog = valid_catalog(opened)
    except CatalogInvalid as error:
        _tell_problems(error, opened, format_, destinations)
        raise
    asked = _period(period)
    plan = plan_checks(opened, catalog, _day(opened, as_of), select, asked)
    touched = _touched(opened, catalog, plan, changed_since, asked) if changed_since else None
    if touched:
        _tell_new(opened, catalog, touched.past)
    plan = touched.plan if touched else plan
    if touched and (dry_run or format_ != ReportFormat.text):
        print(touched.note, file=sys.stderr)
    if dry_run:
        _tell(format_, destinations, lambda form: _planned(plan, form))
        return 0
    store = RunStore(opened.state_url)
    if touched and not plan.checks:
        record = touched.nothing(opened.clock.now())
        telling = telling_of(
            record, catalog, store, opened, language.value if language else None, earlier=False
        )
        return _tell_nothing(touched.note, telling, format_, destinations)
    with shown_progress() as progress, gathered(opened, catalog, plan, store) as beside:
        record = run_checks(
            opened,
            catalog,
            plan,
            selection=_selection(select, touched, asked),
            note=touched.note if touched else None,
            fail_on=fail_on.value,
            carry_from=() if fresh else store.newest_first(),
            past=beside.past,
            feeds=beside.feeds,
            known=beside.known,
            progress=progress,
        )
    store.save(record)
    keep_publications(opened.state_url, beside.feeds.values(), record)
    telling = telling_of(
        record,
        catalog,
        store,
        opened,
        language.value if language else None,
        earlier=ReportFormat.sarif in {format_, *(one.format for one in destinations)},
    )
    _tell(format_, destinations, lambda form: tell_run(telling, form), f"{record.verdict}: ")
    return record.exit_code


def _touched(
    opened: Workspace, catalog: Catalog, plan: Plan, revision: str, period: Period | None
) -> Touched:
    """What differs from a revision, and the checks that it touches."""
    from catalog.loading.revisions import read_past
    from expectations.touched import find_touched

    return find_touched(opened, catalog, plan, read_past(opened.root, revision), period)


def _tell_new(opened: Workspace, catalog: Catalog, past: Past) -> None:
    """Tell of new numbers that equal or contradict others; CatalogInvalid where that is refused."""
    from catalog.validation.problems import in_order
    from catalog.validation.rules import Context
    from lineage.canonical.duplicates import duplicates

    if past.loaded is None:
        return
    context = Context(
        opened.settings, opened.clock.today(), before=past.loaded.catalog, root=opened.root
    )
    problems = in_order(duplicates(catalog, context))
    if any(problem.level == "error" for problem in problems):
        raise CatalogInvalid(problems)
    for problem in problems:
        print(problem, file=sys.stderr)


def _selection(
    select: Sequence[str] | None, touched: Touched | None, period: Period | None
) -> str | None:
    """What the record says was selected; None for a whole run, of the last period that is over."""
    asked = [f"period {period.label}"] if period else []
    return ", ".join([*(select or ()), *([touched.selection] if touched else []), *asked]) or None


def _tell_nothing(
    note: str, telling: Telling, format_: ReportFormat, destinations: Sequence[Destination]
) -> int:
    """Tell that there was nothing to check: no data is read, nothing is judged or kept."""
    from expectations.reports.rendering import tell_run

    said = f"{note[:1].upper()}{note[1:]}"
    forms = lambda form: said if form == ReportFormat.text else tell_run(telling, form)  # noqa: E731
    _tell(format_, destinations, forms, "nothing to check: ")
    return telling.record.exit_code


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
    from expectations.beside import gathered
    from expectations.progress import shown_progress
    from expectations.publications import keep_publications
    from expectations.runner import plan_checks, run_checks

    opened, catalog = open_valid(workspace)
    plan = plan_checks(opened, catalog, _day(opened, as_of), None)
    store = RunStore(opened.state_url)
    with shown_progress() as progress, gathered(opened, catalog, plan, store) as beside:
        record = run_checks(
            opened,
            catalog,
            plan,
            past=beside.past,
            feeds=beside.feeds,
            known=beside.known,
            progress=progress,
        )
    store.save(record)
    keep_publications(opened.state_url, beside.feeds.values(), record)
    written = record_baseline(opened, catalog, plan, record)
    for line in written.lines():
        print(line)
    return 0


def _period(text: str | None) -> Period | None:
    from catalog.periods import Period

    try:
        return Period.parse(text) if text else None
    except ValueError as error:
        raise UsageError(f"--period: {error}") from None


def _day(workspace: Workspace, as_of: datetime | None) -> date:
    return as_of.date() if as_of else workspace.clock.today()


def _tell(
    format_: ReportFormat,
    destinations: Sequence[Destination],
    told: Callable[[ReportFormat], str],
    verdict: str = "",
) -> None:
    """One report to standard output, the others to their files."""
    from expectations.reports.rendering import write_reports

    print(told(format_), flush=True)
    for path in write_reports(destinations, told):
        print(f"{verdict}report written to {path}", file=sys.stderr)


def _tell_problems(
    error: CatalogInvalid,
    workspace: Workspace,
    format_: ReportFormat,
    destinations: Sequence[Destination],
) -> None:
    """Reports that say why nothing ran; as text that is on standard error anyway."""
    from expectations.reports.rendering import tell_problems, write_reports

    if format_ is not ReportFormat.text:
        print(tell_problems(error.problems, format_, workspace.root), flush=True)
    write_reports(destinations, lambda form: tell_problems(error.problems, form, workspace.root))


def _planned(plan: Plan, format_: ReportFormat) -> str:
    if format_ is ReportFormat.json:
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
    if format_ is not ReportFormat.text:
        raise UsageError(f"--dry-run is shown as text or json, not as {format_}; nothing was run")
    lines = [f"{c.key}\n    {c.title} [{c.severity}]" for c in plan.checks]
    return "\n".join([*lines, "", f"{len(plan.checks)} checks as of {plan.as_of}; nothing was run"])
