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


class LanguageChoice(StrEnum):
    """The languages in which people are spoken to."""

    en = "en"
    tr = "tr"


WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", "-w", help="Folder with tekdogru.toml (default: the nearest)."),
]
FormatOption = Annotated[OutputFormat, typer.Option("--format", help="text or json.")]
LanguageOption = Annotated[
    LanguageChoice | None,
    typer.Option("--language", help="en or tr (default: the workspace's)."),
]


class Audience(StrEnum):
    """For whom something is written: the widest first; each sees what those before it see."""

    public = "public"
    internal = "internal"
    restricted = "restricted"


AudienceOption = Annotated[
    Audience, typer.Option("--audience", help="What it holds: public, internal or restricted.")
]
