"""The command-line options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class OutputFormat(StrEnum):
    """How a command writes its answer; json puts the document alone on standard output."""

    text = "text"
    json = "json"


WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", "-w", help="Folder with tekdogru.toml (default: the nearest)."),
]
FormatOption = Annotated[OutputFormat, typer.Option("--format", help="text or json.")]
