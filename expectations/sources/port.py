"""The port of connectors: hand the engine a file it can read, never the data itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from catalog.errors import SourceUnreadable
from catalog.model import Dataset, SourceSystem
from catalog.results import Fingerprint
from catalog.settings import fill_secrets
from catalog.validation.problems import nearest


@dataclass(frozen=True)
class Extract:
    """What the engine reads for one dataset.

    `relation` is a DuckDB table expression whose columns are the source's own; `types` are their
    DuckDB types where they are not text. `explain` looks closer at a source that the engine could
    not read, and says what is wrong without telling any value, or None.
    """

    relation: str
    files: tuple[Path, ...]
    columns: tuple[str, ...]
    types: Mapping[str, str]
    explain: Callable[[], str | None] = field(default=lambda: None, compare=False)


class SourceConnector(Protocol):
    """Reads the datasets of one kind of source."""

    def extract(
        self, source: SourceSystem, dataset: Dataset, *, root: Path, spool: Path
    ) -> Extract:
        """Make `dataset` readable; what must be copied goes below `spool`.

        `root` is the workspace. Raises SourceUnreadable, saying what was found, what was expected
        and what to do, and never a secret.
        """


@runtime_checkable
class Fingerprinting(Protocol):
    """A connector that can tell cheaply whether a dataset is what it was."""

    def fingerprint(
        self, source: SourceSystem, dataset: Dataset, *, root: Path, last: Fingerprint | None
    ) -> Fingerprint | None:
        """The dataset's present fingerprint; None where it cannot honestly be told.

        `last` is what it was at the last run: where its `seen` still holds, it may be the answer.
        Raises SourceUnreadable or OSError where the source cannot be looked at.
        """


def database_file(source: SourceSystem, root: Path) -> Path:
    """The file of a database that is one; SourceUnreadable where there is none."""
    stated = fill_secrets(source.location)
    path = (root / stated).resolve()
    if not path.is_file():
        raise SourceUnreadable(
            f"{source.location}: no such file; `location` must name the database's file"
        )
    if not os.access(path, os.R_OK):
        said = f"{source.location}: the file may not be read; ask for the right to read it"
        raise SourceUnreadable(said)
    return path


def quote(name: str) -> str:
    """An identifier quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(text: str | Path) -> str:
    """A text quoted for SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def require_columns(dataset: Dataset, found: Sequence[str], where: str) -> None:
    """Raise SourceUnreadable naming every declared column that `where` lacks."""
    missing = [f.source_column for f in dataset.fields if f.source_column not in found]
    if missing:
        hints = "; ".join(f"no column '{name}' ({nearest(name, found)})" for name in missing)
        raise SourceUnreadable(f"{where}: {hints}")
    folded = [name.casefold() for name in found]
    wanted = {field.source_column for field in dataset.fields}
    alike = sorted(name for name in wanted if folded.count(name.casefold()) > found.count(name))
    if alike:
        raise SourceUnreadable(
            f"{where}: column {', '.join(alike)} stands there again in other capitals; rename one"
        )
    repeated = sorted(name for name in wanted if found.count(name) > 1)
    if repeated:
        raise SourceUnreadable(f"{where}: column {', '.join(repeated)} stands there more than once")
