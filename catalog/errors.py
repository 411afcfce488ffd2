"""The exceptions of Tekdoğru, each with the exit status its command ends with.

TekdogruError               anything we can explain to the person at the keyboard
├── UsageError              the command was called wrongly, or the workspace is not one
├── CatalogInvalid          the definitions have errors; nothing ran
└── SourceUnreadable        one dataset cannot be read; its checks become unknown
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.validation.problems import Problem

EXIT_PASS = 0
EXIT_FAIL = 1
EXIT_UNKNOWN = 3
EXIT_INVALID = 4
EXIT_USAGE = 64
EXIT_FAULT = 70
EXIT_INTERRUPTED = 130
EXIT_NOBODY_READS = 141
EXIT_TERMINATED = 143


class TekdogruError(Exception):
    """Something went wrong that we can explain; `exit_code` ends the command."""

    exit_code = EXIT_UNKNOWN


class UsageError(TekdogruError):
    """The command line, a setting or the workspace is wrong."""

    exit_code = EXIT_USAGE


class CatalogInvalid(TekdogruError):
    """The catalog has errors, all of them in `problems`."""

    exit_code = EXIT_INVALID

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        errors = [problem for problem in self.problems if problem.level == "error"]
        super().__init__(f"the catalog has {len(errors)} error(s); nothing ran")


class SourceUnreadable(TekdogruError):
    """A dataset cannot be read: missing, broken, unreachable or of another shape."""
