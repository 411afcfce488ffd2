"""The command `explain difference`: why two numbers that should be one differ."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import UsageError
from catalog.options import OutputFormat

if TYPE_CHECKING:
    from catalog.model.definition import Language
    from catalog.periods import Period


def tell_one(
    workspace: Path | None,
    left: str,
    right: str,
    *,
    period: str | None,
    as_of: date | None,
    language: Language | None,
    show_values: bool,
    form: OutputFormat,
) -> int:
    """Explain one difference and print it."""
    from catalog.validation.opening import open_valid
    from expectations.difference.explaining import explain_differences
    from expectations.difference.telling import tell_difference
    from expectations.progress import shown_progress

    opened, catalog = open_valid(workspace)
    if "difference" in catalog.entities:
        said = (
            "this compares two numbers; the entity of that name is asked for as entity:difference"
        )
        print(f"tekdogru: {said}", file=sys.stderr)
    with shown_progress() as progress:
        (found,) = explain_differences(
            opened,
            catalog,
            [(left, right)],
            period=_period(period),
            as_of=as_of,
            show_values=show_values,
            progress=progress,
        )
    if form == OutputFormat.json:
        print(found.model_dump_json(indent=2))
    else:
        settings = opened.settings
        spoken = language or settings.language
        told = tell_difference(found, catalog, spoken, settings.privacy.small_counts)
        print("\n".join(told))
    return 0


def _period(text: str | None) -> Period | None:
    from catalog.periods import Period

    try:
        return Period.parse(text) if text else None
    except ValueError as error:
        raise UsageError(f"--period: {error}") from None
