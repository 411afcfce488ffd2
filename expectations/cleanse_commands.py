"""The command `cleanse`: what would become of a value, step by step."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.options import FormatOption, OutputFormat, WorkspaceOption

if TYPE_CHECKING:
    from catalog.settings import Settings
    from expectations.cleansing import Chain


def cleanse(
    as_: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="STEPS|ATTRIBUTE",
            help="Steps as in `cleanse` and `compare` (phone, or trim,lower), "
            "or an attribute's key (customer.email).",
        ),
    ],
    values: Annotated[list[str] | None, typer.Argument(help="The values to try.")] = None,
    input_: Annotated[
        str | None,
        typer.Option("--input", "-i", metavar="FILE", help="Values, one a line; - reads them."),
    ] = None,
    workspace: WorkspaceOption = None,
    format_: FormatOption = OutputFormat.text,
) -> int:
    """Show what each step makes of values, and whether they are valid then."""
    from catalog.clock import Clock
    from expectations.cleansing import cleanse_values, told_json, told_text
    from expectations.engine.embedded import limits_of

    given = [*(values or ()), *_read(input_, nothing_given=not values)]
    chain, settings = _chain(as_, workspace)
    limits = limits_of(settings.engine, settings.timezone)
    found = cleanse_values(given, chain, limits, Clock().today())
    if format_ is OutputFormat.json:
        typer.echo(json.dumps(told_json(found, chain), ensure_ascii=False, indent=2))
    else:
        for line in told_text(found, chain):
            typer.echo(line)
    return 0


def _read(file: str | None, *, nothing_given: bool) -> list[str]:
    """The lines of a file or of standard input; UsageError where there is nothing to try."""
    from catalog.errors import UsageError

    if file is None and nothing_given:
        raise UsageError("name values to cleanse, or --input FILE (- for standard input)")
    if file is None:
        return []
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return content.decode("utf-8-sig").splitlines()
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 (byte {error.start}); save it as UTF-8") from None


def _chain(written: str, workspace: Path | None) -> tuple[Chain, Settings]:
    """The steps of that list, or of that attribute; UsageError names the nearest."""
    from catalog.errors import UsageError
    from catalog.model.cleansing import CLEANSE_STEPS, FOLD_STEPS
    from catalog.settings import Settings
    from catalog.validation.opening import open_valid
    from catalog.validation.problems import nearest
    from catalog.workspace import open_workspace
    from expectations.cleansing import chain_of_attribute, chain_of_steps, unknown_steps

    if "." in written:
        opened, catalog = open_valid(workspace)
        key = written.removeprefix("attribute:")
        if key not in catalog.attributes:
            raise UsageError(f"no attribute {key}; {nearest(key, list(catalog.attributes))}")
        return chain_of_attribute(catalog.attributes[key]), opened.settings
    steps = [step.strip() for step in written.split(",") if step.strip()]
    unknown = unknown_steps(steps)
    if unknown or not steps:
        known = (*CLEANSE_STEPS, *FOLD_STEPS)
        said = "; ".join(f"no step {step} ({nearest(step, known)})" for step in unknown)
        raise UsageError(f"{said or '--as names no step'}; known: {', '.join(known)}")
    return chain_of_steps(steps), open_workspace(workspace).settings if workspace else Settings()
