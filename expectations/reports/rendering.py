"""Turns a run, or the problems that kept one from starting, into each form of report."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from catalog.model import Catalog
from catalog.model.definition import Language
from catalog.results import RunRecord, Verdict
from catalog.store.runs import RunStore
from catalog.validation.listing import problems_document
from catalog.validation.problems import Problem
from catalog.workspace import Workspace
from catalog.writing import write_whole
from expectations.reports import github, gitlab, junit, markdown, sarif
from expectations.reports.formats import Destination, ReportFormat
from expectations.reports.telling import Telling
from expectations.reports.text import render_text

OF_RUNS: Mapping[ReportFormat, Callable[[Telling], str]] = {
    ReportFormat.text: lambda telling: render_text(
        telling.record, telling.catalog, telling.since, telling.zone
    ),
    ReportFormat.json: lambda telling: telling.record.model_dump_json(indent=2),
    ReportFormat.junit: junit.told_run,
    ReportFormat.sarif: sarif.told_run,
    ReportFormat.github: github.told_run,
    ReportFormat.gitlab: gitlab.told_run,
    ReportFormat.markdown: markdown.told_run,
}
OF_PROBLEMS: Mapping[ReportFormat, Callable[[Sequence[Problem], str], str]] = {
    ReportFormat.text: lambda problems, _: "\n".join(map(str, problems)),
    ReportFormat.json: lambda problems, _: json.dumps(
        problems_document(problems), ensure_ascii=False, indent=2
    ),
    ReportFormat.junit: junit.told_problems,
    ReportFormat.sarif: sarif.told_problems,
    ReportFormat.github: github.told_problems,
    ReportFormat.gitlab: gitlab.told_problems,
    ReportFormat.markdown: markdown.told_problems,
}


def telling_of(
    record: RunRecord,
    catalog: Catalog,
    store: RunStore,
    workspace: Workspace,
    language: Language | None = None,
    *,
    earlier: bool = True,
) -> Telling:
    """A run with what the history knows of its checks; the run itself may be in it already.

    Without `earlier` it is not asked what each check was before: SARIF alone says so.
    """
    bad = [result.check for result in record.results if earlier and result.verdict != "pass"]
    since = store.failing_since(r.check for r in record.results if r.verdict == "fail")
    return Telling(
        record,
        catalog,
        since,
        _earlier(store, bad, record) if bad else {},
        workspace.settings.timezone,
        language or workspace.settings.language,
        folder_below(workspace.root),
    )


def tell_run(telling: Telling, format_: ReportFormat) -> str:
    """A run in one form."""
    return OF_RUNS[format_](telling)


def tell_problems(problems: Sequence[Problem], format_: ReportFormat, root: Path) -> str:
    """Problems of the definitions of the workspace at `root` in one form."""
    return OF_PROBLEMS[format_](problems, folder_below(root))


def write_reports(
    destinations: Iterable[Destination], told: Callable[[ReportFormat], str]
) -> list[Path]:
    """Write each report to its file; one that cannot be written does not keep the others from it.

    Raises the UsageError of the first that failed.
    """
    from catalog.errors import UsageError

    written, failed = [], []
    for one in destinations:
        try:
            write_whole(one.path, told(one.format) + "\n")
            written.append(one.path)
        except UsageError as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return written


def folder_below(root: Path) -> str:
    """The folder of a workspace as seen from the top of its git repository: `bank/`, or nothing.

    Services for code review name files from there.
    """
    for top in (root, *root.parents):
        if (top / ".git").exists():
            below = root.relative_to(top).as_posix()
            return "" if below == "." else f"{below}/"
    return ""


def _earlier(store: RunStore, checks: Sequence[str], record: RunRecord) -> dict[str, Verdict]:
    """What each check was the last time before this run."""
    before = {
        check: [verdict for started, verdict in lately if started < record.started]
        for check, lately in store.history(checks, most=2).items()
    }
    return {check: verdicts[-1] for check, verdicts in before.items() if verdicts}  # type: ignore[misc]
