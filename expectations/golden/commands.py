"""The commands on golden records: resolve, conflicts, close."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from catalog.options import FormatOption, OutputFormat, WorkspaceOption

DayOption = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day to resolve for (default: today)."),
]


def resolve(
    entity: Annotated[
        str | None, typer.Argument(metavar="[ENTITY]", help="One entity (default: all).")
    ] = None,
    workspace: WorkspaceOption = None,
    as_of: DayOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write them to a .parquet or .csv file.")
    ] = None,
    wide: Annotated[
        bool, typer.Option("--wide", help="One column per attribute, instead of one row each.")
    ] = False,
    format_: FormatOption = OutputFormat.text,
) -> int:
    """Resolve golden records: one surviving value per attribute, and how it came about."""
    from catalog.errors import UsageError
    from expectations.engine.contest import Asked
    from expectations.golden.observing import observing, told
    from expectations.golden.portraying import keep_portraits, resolve_and_portray
    from expectations.golden.summary import resolve_golden
    from expectations.golden.told import tell_golden
    from expectations.golden.work import opened_job
    from expectations.progress import shown_progress

    if wide and output is None:
        raise UsageError("--wide is a form of the file; name one with --output")
    day = as_of.date() if as_of else None
    with (
        opened_job(workspace, day, Asked(told=True, contested=day is None), entity) as job,
        shown_progress() as progress,
    ):
        if wide and len(job.entities) > 1:
            listed = ", ".join(job.entities)
            raise UsageError(f"--wide holds one entity's attributes; name one of {listed}")
        if day:
            document = resolve_golden(job, output=output, wide=wide, progress=progress)
            recorded = {}
        else:
            now = job.workspace.clock.now()
            with observing(job) as watching:
                document, found = resolve_and_portray(
                    job, watching, output=output, wide=wide, progress=progress
                )
                recorded = watching.record(now)
            keep_portraits(job, found, now)
    if format_ == OutputFormat.json:
        print(document.model_dump_json(indent=2))
    else:
        print("\n".join([*tell_golden(document), *told(recorded)]))
    return 0


class Grouping(StrEnum):
    """By whom conflicts are told."""

    source = "source"
    owner = "owner"


def conflicts(
    workspace: WorkspaceOption = None,
    as_of: DayOption = None,
    attribute: Annotated[
        str | None, typer.Option("--attribute", help="Only those of one attribute.")
    ] = None,
    by: Annotated[
        Grouping, typer.Option("--by", help="Count who won and lost by source or by owner.")
    ] = Grouping.source,
    examples: Annotated[
        int, typer.Option("--examples", min=0, max=100, help="How many to show per attribute.")
    ] = 3,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write what every record says to a .parquet or .csv."),
    ] = None,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show personal values instead of their ends.")
    ] = False,
    format_: FormatOption = OutputFormat.text,
) -> int:
    """List where independent sources disagree: who says what, who wins, why the others lost."""
    from expectations.engine.contest import Asked
    from expectations.golden.disputes import Ask, find_conflicts
    from expectations.golden.told import tell_conflicts
    from expectations.golden.work import opened_job
    from expectations.progress import shown_progress

    asked = Asked(told=True, contested=True)
    ask = Ask(attribute, by.value, examples, show_values)
    day = as_of.date() if as_of else None
    entity = attribute.partition(".")[0] if attribute else None
    with opened_job(workspace, day, asked, entity) as job, shown_progress() as progress:
        document = find_conflicts(job, ask, output=output, progress=progress)
    if format_ == OutputFormat.json:
        print(document.model_dump_json(indent=2))
    else:
        print("\n".join(tell_conflicts(document)))
    return 0


def close(
    period: Annotated[str, typer.Argument(help="2026-10, 2026-Q3, 2026-W40, 2026 or a day.")],
    workspace: WorkspaceOption = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why a closed period is stated anew.")
    ] = None,
    format_: FormatOption = OutputFormat.text,
) -> int:
    """Freeze a period: its golden records and measure values, for ever; 3 if a value is missing."""
    from catalog.errors import EXIT_UNKNOWN, UsageError
    from catalog.periods import Period
    from expectations.engine.contest import Asked
    from expectations.golden.closing import close_period
    from expectations.golden.told import tell_closed
    from expectations.golden.work import opened_job
    from expectations.progress import shown_progress

    try:
        asked = Period.parse(period)
    except ValueError as error:
        raise UsageError(f"{period}: {error}") from None
    with opened_job(workspace, asked.end, Asked(told=True)) as job, shown_progress() as progress:
        document = close_period(job, asked, reason, progress)
    if format_ == OutputFormat.json:
        print(document.model_dump_json(indent=2))
    else:
        print("\n".join(tell_closed(document)))
    return EXIT_UNKNOWN if document.missing else 0
