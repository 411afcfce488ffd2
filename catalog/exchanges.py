"""What an import did or would do, as it is printed in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

IMPORT_VERSION = "1.0"
How = Literal["new", "updated", "kept", "conflicting", "vanished", "removed"]
"""What became of a definition, or of one key of it, by an import."""


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ChangeTold(_Document):
    """One definition, or one key of it, that is new, updated, kept, conflicting, gone or out.

    `was` is what the file said last time, `now` what it says now, `stands` what the catalog says.
    """

    urn: str
    how: How
    key: str | None = None
    was: Any = None
    now: Any = None
    stands: Any = None


class LeftTold(_Document):
    """Something the catalog has no place for, and why."""

    what: str
    reason: str


class RefusedTold(_Document):
    """A part of a file that is wrong in itself, with its place there."""

    place: str
    reason: str


class FileImported(_Document):
    """One file: the definitions it brought by kind, what changes by it, and what was left.

    `written` names the files of the workspace that change; none where nothing is new.
    """

    file: str
    format: str
    name: str
    brought: Mapping[str, int]
    written: tuple[str, ...] = ()
    changes: tuple[ChangeTold, ...] = ()
    left_out: tuple[LeftTold, ...] = ()
    refused: tuple[RefusedTold, ...] = ()
    warnings: tuple[str, ...] = ()


class ImportDocument(_Document):
    """All files of one import; `dry_run` says that nothing was written."""

    schema_version: str = IMPORT_VERSION
    dry_run: bool
    files: tuple[FileImported, ...]
