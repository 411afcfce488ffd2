"""The command-line options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup


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


class RunUnlessNamed(TyperGroup):
    """Commands of which the first word may be left out: `tekdogru match x` for `match run x`."""

    unnamed = "run"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As given, with the word that was left out."""
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = [self.unnamed, *args]
        return list(super().parse_args(ctx, args))
