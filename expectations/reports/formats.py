"""The forms a report can take, and where reports go, as they are named on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from catalog.errors import UsageError


class ReportFormat(StrEnum):
    """How `check` tells of a run."""

    text = "text"
    json = "json"
    junit = "junit"
    sarif = "sarif"
    github = "github"
    gitlab = "gitlab"
    markdown = "markdown"


SUFFIXES: Mapping[str, ReportFormat] = {
    ".txt": ReportFormat.text,
    ".json": ReportFormat.json,
    ".xml": ReportFormat.junit,
    ".sarif": ReportFormat.sarif,
    ".sarif.json": ReportFormat.sarif,
    ".md": ReportFormat.markdown,
}


@dataclass(frozen=True)
class Destination:
    """A file and the form of the report that goes into it."""

    format: ReportFormat
    path: Path


def find_destinations(written: Sequence[str]) -> list[Destination]:
    """Read FORMAT=FILE, or FILE whose ending tells the format.

    UsageError where neither tells, and where two reports would go into one file.
    """
    found = [_find(one) for one in written]
    paths = [one.path for one in found]
    for path in paths:
        if paths.count(path) > 1:
            raise UsageError(f"--output: two reports would go into {path}; name a file for each")
    return found


def _find(written: str) -> Destination:
    name, equals, path = written.partition("=")
    if equals and name in list(ReportFormat):
        if not path:
            raise UsageError(f"--output {written}: name a file behind the equals sign")
        return Destination(ReportFormat(name), Path(path))
    if equals and name.isalpha():
        raise UsageError(f"--output {written}: there is no format '{name}'; {_known()}")
    suffixes = Path(written).suffixes
    for ending in ("".join(suffixes[-2:]), "".join(suffixes[-1:])):
        if ending in SUFFIXES:
            return Destination(SUFFIXES[ending], Path(written))
    raise UsageError(
        f"--output {written}: its ending names no format; write FORMAT={written}; {_known()}"
    )


def _known() -> str:
    return f"formats: {', '.join(ReportFormat)}; endings: {', '.join(SUFFIXES)}"
