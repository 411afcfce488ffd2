"""The commands of this room: init, validate, schema, runs."""

from __future__ import annotations

import json
import shlex
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from catalog.options import FormatOption, OutputFormat, WorkspaceOption


class Sample(StrEnum):
    """The samples `init` can make."""

    bank = "bank"


def init(
    folder: Annotated[Path, typer.Argument(help="Where; made if it is not there.")] = Path(),
    sample: Annotated[
        Sample | None, typer.Option("--sample", help="Make the sample bank instead of a starter.")
    ] = None,
    customers: Annotated[
        int | None,
        typer.Option("--customers", min=100, help="How many customers the sample bank has (5000)."),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The sample's present day."
        ),
    ] = None,
) -> int:
    """Make a workspace: a commented starter, or the sample bank."""
    from catalog.clock import Clock
    from catalog.errors import UsageError
    from catalog.sample.bank import create_bank, create_starter

    if customers is not None and sample is None:
        raise UsageError("--customers is of the sample bank only; add --sample bank")
    day = as_of.date() if as_of else Clock().today()
    if sample:
        create_bank(folder, customers=customers or 5_000, as_of=day)
    else:
        create_starter(folder, as_of=day)
    print(f"{folder}: workspace made; next: tekdogru check --workspace {shlex.quote(str(folder))}")
    return 0


def validate(
    workspace: WorkspaceOption = None,
    changed_since: Annotated[
        str | None,
        typer.Option(
            "--changed-since",
            metavar="REV",
            help="Also hold numbers that are new since this git revision against all others.",
        ),
    ] = None,
    format_: FormatOption = OutputFormat.text,
) -> int:
    """Find every problem of the definitions; 0 when there is no error, 4 when there is."""
    from catalog.errors import EXIT_INVALID
    from catalog.validation.listing import problems_document
    from catalog.validation.opening import examine
    from catalog.workspace import open_workspace

    opened = open_workspace(workspace)
    before = None
    if changed_since:
        from catalog.loading.revisions import read_past

        past = read_past(opened.root, changed_since)
        before = past.loaded.catalog if past.loaded else None
    catalog, problems = examine(opened, with_history=True, before=before)
    errors = sum(problem.level == "error" for problem in problems)
    if format_ == OutputFormat.json:
        print(json.dumps(problems_document(problems), ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            print(problem)
        counted = f"{len(catalog.definitions)} definitions"
        print(f"{counted}: {errors} error(s), {len(problems) - errors} warning(s)")
    return EXIT_INVALID if errors else 0


class Document(StrEnum):
    """What there is a JSON Schema of."""

    catalog = "catalog"
    run = "run"
    corrections = "corrections"
    trust = "trust"
    consolidate = "consolidate"
    api = "api"
    resolve = "resolve"
    conflicts = "conflicts"
    close = "close"
    match = "match"
    map = "map"
    queue = "queue"
    explain = "explain"
    import_ = "import"
    difference = "difference"
    simulate = "simulate"
    import_excel = "import_excel"
    lineage = "lineage"


def schema(
    document: Annotated[Document, typer.Argument(help="Which document.")] = Document.catalog,
) -> int:
    """Print the JSON Schema of the definitions' YAML or a command's JSON, or the API's OpenAPI."""
    from catalog.loading.schema import catalog_schema, printed_schema

    if document == Document.api:
        from catalog.service.app import openapi_document

        made = openapi_document()
    elif document == Document.catalog:
        made = catalog_schema()
    else:
        made = printed_schema(document.value)
    print(json.dumps(made, ensure_ascii=False, indent=2))
    return 0


def runs(
    workspace: WorkspaceOption = None,
    most: Annotated[int, typer.Option("--most", min=1, help="How many, newest first.")] = 20,
    format_: FormatOption = OutputFormat.text,
) -> int:
    """List the runs that are kept, newest first."""
    from dataclasses import asdict
    from zoneinfo import ZoneInfo

    from catalog.store.runs import RunStore
    from catalog.workspace import open_workspace

    opened = open_workspace(workspace)
    kept = RunStore(opened.state_url, reading=True).recent(most)
    if format_ == OutputFormat.json:
        print(json.dumps([asdict(run) for run in kept], default=str, indent=2))
        return 0
    if not kept:
        print("no run is kept yet; `tekdogru check` makes the first")
    zone = ZoneInfo(opened.settings.timezone)
    for run in kept:
        counts = ", ".join(f"{count} {verdict}" for verdict, count in run.counts.items())
        only = f"  only {run.selection}" if run.selection else ""
        started = f"{run.started.astimezone(zone):%Y-%m-%d %H:%M}"
        print(f"{run.run}  {started}  as of {run.as_of}  {run.verdict:<8}{counts}{only}")
    return 0
