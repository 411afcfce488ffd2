"""Looks at the files an import is asked to read, before any of them is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from catalog.errors import UsageError

Read = TypeVar("Read")


def read_all(files: Sequence[Path], reading: Callable[[Path], Read]) -> list[Read]:
    """What each file holds; one UsageError names every file that cannot be read, and why."""
    found, wrong = [], []
    for file in files:
        try:
            found.append(reading(file))
        except UsageError as error:
            wrong.append(str(error))
    _refuse(wrong)
    return found


def refuse_missing(files: Sequence[Path]) -> None:
    """UsageError that names every file that is not there, or is a folder."""
    _refuse(list(_not_there(files)))


def _refuse(wrong: Sequence[str]) -> None:
    if wrong:
        raise UsageError("\n".join([*wrong, "nothing was written"]))


def _not_there(files: Sequence[Path]) -> Iterator[str]:
    for file in files:
        if file.is_dir():
            yield f"{file} is a folder; name the files in it"
        elif not file.exists():
            yield f"{file}: there is no such file"
