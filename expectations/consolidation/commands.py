"""The commands `tekdogru consolidate`, `consolidate decide` and `consolidate links`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog.errors import UsageError
from catalog.options import (
    FormatOption,
    LanguageOption,
    OutputFormat,
    RunUnlessNamed,
    WorkspaceOption,
)

if TYPE_CHECKING:
    from catalog.consolidations import Consolidation
    from catalog.model import Catalog
    from catalog.model.definition import Language
    from catalog.periods import Period
    from catalog.workspace import Workspace


PAGES = (".html", ".htm")
app = typer.Typer(
    cls=RunUnlessNamed, help="Find which reporting can be one, decide on it, and show it."
)


@app.command("run")
def run(
    workspace: WorkspaceOption = None,
    period: Annotated[
        str | None,
        typer.Option("--period", help="The last period to look at: 2026-10 (default: the last)."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the plan to a .xlsx, .html or .json file."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", help="Write the management report to an .html file."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Plan, but keep nothing.")] = False,
    language: LanguageOption = None,
    format_: FormatOption = OutputFormat.text,
) -> int:
    """Put cells together that are one number or contradict each other; plan what can go."""
    from catalog.store.consolidations import write_consolidation
    from catalog.store.snapshots import SnapshotStore
    from catalog.validation.opening import open_valid
    from expectations.consolidation.planning import plan_consolidation
    from expectations.consolidation.sides import open_known
    from expectations.consolidation.telling import tell_plan
    from expectations.progress import shown_progress

    files = [file for file in (output, report) if file]
    if report and report.suffix.lower() not in PAGES:
        said = "name an .html file, and print it from a browser where paper or PDF is wanted"
        raise UsageError(f"{report}: the management report is a page; {said}")
    writers = [_writer(file) for file in files]
    opened, catalog = open_valid(workspace)
    spoken: Language = language.value if language else opened.settings.language
    with shown_progress() as progress:
        plan = plan_consolidation(open_known(opened, catalog, _period(period), progress))
    if not dry_run:
        write_consolidation(SnapshotStore(opened.state_url), plan, opened.clock.now())
    for write, file in zip(writers, files, strict=True):
        write(plan, opened, catalog, spoken, file)
        print(f"written to {file}", file=sys.stderr)
    if format_ == OutputFormat.json:
        print(plan.model_dump_json(indent=2))
    else:
        print("\n".join(tell_plan(plan, catalog, spoken)))
    return 0


@app.command("decide")
def decide(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Cells (report/cell), a cluster or a report."),
    ] = None,
    workspace: WorkspaceOption = None,
    accept: Annotated[bool, typer.Option("--accept", help="Agree with the proposal.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Leave them as they are.")] = False,
    keep_apart: Annotated[
        bool, typer.Option("--keep-apart", help="The cells are different numbers.")
    ] = False,
    surviving: Annotated[
        str | None, typer.Option("--surviving", help="Of accepted cells the one to go on.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="What the decision rests on.")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="E-mail address of who decides.")] = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="The last day on which it holds (default: for good).",
        ),
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="Its key (default: made of what it is about).")
    ] = None,
    undo: Annotated[
        str | None, typer.Option("--undo", metavar="KEY", help="Take a decision out again.")
    ] = None,
) -> int:
    """Write a decision on cells, a cluster or a report to the catalog, where it is committed."""
    from catalog.store.consolidations import read_consolidation
    from catalog.store.snapshots import SnapshotStore
    from catalog.validation.opening import open_valid
    from expectations.consolidation.deciding import (
        Word,
        decision_on,
        outsider,
        undo_decision,
        write_decision,
    )

    choices = {"accept": accept, "reject": reject, "keep_apart": keep_apart}
    chosen = [one for one, said in choices.items() if said]
    if len(chosen) + bool(undo) != 1:
        raise UsageError("say one of --accept, --reject, --keep-apart, or --undo KEY")
    opened, catalog = open_valid(workspace)
    if undo:
        file = undo_decision(opened, catalog, undo)
        print(f"{file.relative_to(opened.root)}: '{undo}' taken out; run `tekdogru consolidate`")
        return 0
    if not names:
        raise UsageError("name what is decided on: cells (report/cell), a cluster or a report")
    plan = read_consolidation(SnapshotStore(opened.state_url, reading=True))
    day = until.date() if until else None
    word = Word(chosen[0], reason, by, opened.clock.today(), day, surviving, key)
    made = decision_on(names, word, catalog, plan)
    file = write_decision(opened, catalog, made)
    if said := outsider(made, catalog, opened.clock.today()):
        print(f"note: {said}", file=sys.stderr)
    print(f"{file.relative_to(opened.root)}: '{made.key}' added; run `tekdogru consolidate`")
    return 0


@app.command("links")
def links(
    file: Annotated[Path, typer.Argument(metavar="WORKBOOK", help="An .xlsx or .xlsm file.")],
    workspace: WorkspaceOption = None,
    report: Annotated[
        str | None, typer.Option("--report", help="Its report (default: by `workbook`).")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where the copy with the sheet goes.")
    ] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Write the workbook itself, not a copy.")
    ] = False,
    language: LanguageOption = None,
) -> int:
    """Put a sheet of links into a workbook: each cell, its meaning, verdict, owner and page."""
    from catalog.store.consolidations import read_consolidation
    from catalog.store.snapshots import SnapshotStore
    from catalog.validation.opening import open_valid
    from catalog.writing import write_whole
    from expectations.consolidation.links import NAME, linked, report_of_workbook

    if output and in_place:
        raise UsageError("say --output FILE or --in-place, not both")
    target = file if in_place else output or file.with_name(f"{file.stem}.tekdogru{file.suffix}")
    _refuse_target(file, target, in_place=in_place)
    opened, catalog = open_valid(workspace)
    spoken: Language = language.value if language else opened.settings.language
    plan = read_consolidation(SnapshotStore(opened.state_url, reading=True))
    found = report_of_workbook(catalog, file, report)
    made = linked(file, found, catalog, opened.settings, plan, spoken)
    write_whole(target, made.content)
    for path, why in made.strange.items():
        said = f"{path}: its place is not in this workbook, so it has no link: {why}"
        print(said, file=sys.stderr)
    if not opened.settings.site.url:
        said = "site.url is not set, so the pages are named without links"
        print(said, file=sys.stderr)
    print(f"{target}: sheet '{NAME}' with {made.cells} cell(s) of {found.key}")
    return 0


def _refuse_target(file: Path, target: Path, *, in_place: bool) -> None:
    """Never write over the original unasked, nor into a workbook that somebody has open."""
    if not in_place and target.exists() and file.exists() and target.samefile(file):
        raise UsageError(f"{target} is the workbook itself; --in-place writes it")
    if target.suffix.lower() != file.suffix.lower():
        raise UsageError(f"{target}: a copy of {file.name} ends in {file.suffix} as well")
    if target.with_name(f"~${target.name}").exists():
        raise UsageError(f"{target} is open in Excel; close it there and try again")


def _period(text: str | None) -> Period | None:
    from catalog.periods import Period

    try:
        return Period.parse(text) if text else None
    except ValueError as error:
        raise UsageError(f"--period: {error}") from None


def _writer(file: Path) -> Any:
    """What writes a file of that ending."""
    suffix = file.suffix.lower()
    if suffix == ".xlsx":
        return _write_workbook
    if suffix in PAGES:
        return _write_page
    if suffix == ".json":
        return _write_json
    raise UsageError(f"{file}: the plan is written to a file that ends in .xlsx, .html or .json")


def _write_json(
    plan: Consolidation, opened: Workspace, catalog: Catalog, language: Language, file: Path
) -> None:
    from catalog.writing import write_whole

    write_whole(file, plan.model_dump_json(indent=2) + "\n")


def _write_workbook(
    plan: Consolidation, opened: Workspace, catalog: Catalog, language: Language, file: Path
) -> None:
    from expectations.consolidation.workbook import write_plan

    write_plan(plan, catalog, language, file)


def _write_page(
    plan: Consolidation, opened: Workspace, catalog: Catalog, language: Language, file: Path
) -> None:
    from catalog.writing import write_whole
    from expectations.consolidation.management import management_report

    write_whole(file, management_report(plan, catalog, opened.settings, language))
