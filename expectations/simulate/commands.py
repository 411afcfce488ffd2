"""The command simulate: what a change of definitions does, before anyone makes it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catalog.model.definition import Language
from catalog.options import FormatOption, LanguageOption, OutputFormat, WorkspaceOption
from expectations.golden.commands import DayOption


def simulate(
    workspace: WorkspaceOption = None,
    change: Annotated[
        list[Path] | None,
        typer.Option("--change", help="A YAML file with definitions as they would be; repeatable."),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="REV", help="Compare with a git revision instead."),
    ] = None,
    as_of: DayOption = None,
    examples: Annotated[
        int, typer.Option("--examples", min=0, max=100, help="How many to show per attribute.")
    ] = 3,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write each changed value to a .parquet or .csv."),
    ] = None,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show personal values instead of their ends.")
    ] = False,
    language: LanguageOption = None,
    format_: FormatOption = OutputFormat.text,
) -> int:
    """Simulate a change: which golden values and numbers it changes, and whom that reaches."""
    from catalog.errors import UsageError
    from catalog.workspace import open_workspace
    from expectations.progress import shown_progress
    from expectations.simulate.sides import changed_by, since
    from expectations.simulate.simulation import Ask, simulate
    from expectations.simulate.telling import tell_simulation

    if bool(change) == bool(against):
        said = "name either --change FILE or --against REV"
        raise UsageError(f"{said}, not both" if change else said)
    opened = open_workspace(workspace)
    day = as_of.date() if as_of else opened.clock.today()
    sides = changed_by(opened, change) if change else since(opened, against or "", day)
    spoken: Language = language.value if language else opened.settings.language
    ask = Ask(day, spoken, examples, show_values, output)
    with shown_progress() as progress:
        document = simulate(opened, sides, ask, progress)
    if format_ == OutputFormat.json:
        print(document.model_dump_json(indent=2, by_alias=True))
    else:
        print("\n".join(tell_simulation(document)))
    return 0
