"""The command `explain difference`: why two numbers that should be one differ."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.errors import UsageError
from catalog.options import FormatOption, LanguageOption, OutputFormat, WorkspaceOption
from expectations.golden.commands import DayOption

if TYPE_CHECKING:
    from catalog.periods import Period

NumberArgument = Annotated[
    str, typer.Argument(help="A cell (finance_monthly/active_customers) or a measure.")
]


def difference(
    left: NumberArgument,
    right: NumberArgument,
    workspace: WorkspaceOption = None,
    period: Annotated[
        str | None,
        typer.Option("--period", help="As 2026-10 (default: the last one that is over)."),
    ] = None,
    as_of: DayOption = None,
    language: LanguageOption = None,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show personal values instead of their ends.")
    ] = False,
    format_: FormatOption = OutputFormat.text,
) -> int:
    """Explain why two numbers that should be one differ: each cause, together, and the rest."""
    from catalog.validation.opening import open_valid
    from expectations.difference.explaining import explain_differences
    from expectations.difference.telling import tell_difference
    from expectations.progress import shown_progress

    opened, catalog = open_valid(workspace)
    if "difference" in catalog.entities:
        said = "this compares two numbers; an entity is explained by `explain entity difference`"
        print(f"tekdogru: {said}", file=sys.stderr)
    with shown_progress() as progress:
        (found,) = explain_differences(
            opened,
            catalog,
            [(left, right, _period(period))],
            as_of=as_of.date() if as_of else None,
            show_values=show_values,
            progress=progress,
        )
    if format_ == OutputFormat.json:
        print(found.model_dump_json(indent=2))
    else:
        spoken = language.value if language else opened.settings.language
        small = opened.settings.privacy.small_counts
        print("\n".join(tell_difference(found, catalog, spoken, small)))
    return 0


def _period(text: str | None) -> Period | None:
    from catalog.periods import Period

    try:
        return Period.parse(text) if text else None
    except ValueError as error:
        raise UsageError(f"--period: {error}") from None
