"""Findings as tools for code review take them: a rule, a level, a place, a text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.plain_text import printable
from catalog.results import Result
from catalog.settings import FILE_NAME
from catalog.validation.problems import CODES, Problem
from expectations.reports.levels import Level, level_of
from expectations.reports.telling import Telling


@dataclass(frozen=True)
class Finding:
    """One thing to show at a line of a file: what it speaks of, what was found, and what there is
    to say of that, line by line.

    `file` is relative to the top of the repository. What stands in no file is shown at the
    settings, because the tools drop what has no place. `result` is None for a problem of the
    definitions, which is a finding too: nothing could be checked.
    """

    key: str
    rule: str
    level: Level
    subject: str
    sentence: str
    more: tuple[str, ...]
    file: str
    line: int
    result: Result | None = None

    @property
    def title(self) -> str:
        """What it speaks of and what was found, in one line."""
        return f"{self.subject}: {self.sentence}"

    @property
    def text(self) -> str:
        """All there is to say."""
        return "\n".join([self.title, *self.more])

    @property
    def fingerprint(self) -> str:
        """The same for the same finding wherever it moves: made of its key, not of its line."""
        return hashlib.sha256(self.key.encode()).hexdigest()


def findings_of(telling: Telling) -> list[Finding]:
    """Everything in a run that did not pass, worst first."""
    return [_of_result(result, telling) for result in telling.bad]


def findings_of_problems(problems: Iterable[Problem], below: str) -> list[Finding]:
    """Everything wrong with the definitions, errors first."""
    found = [_of_problem(problem, below) for problem in problems]
    return sorted(found, key=lambda finding: finding.level)


def _of_result(result: Result, telling: Telling) -> Finding:
    asked = telling.ask(result.owner)
    who = f"{telling.owner(result.owner)}: {asked}" if asked else telling.owner(result.owner)
    said = [*telling.details(result), *telling.consequences(result)]
    lines = [f"{label}: {text}" for label, text in said]
    return Finding(
        result.check,
        result.kind,
        level_of(result),
        telling.subject(result),
        telling.sentence(result),
        (*lines, *telling.remarks(result), who),
        telling.file(result) or f"{telling.below}{FILE_NAME}",
        result.line or 1,
        result,
    )


def _of_problem(problem: Problem, below: str) -> Finding:
    place = problem.place
    file = f"{below}{place.file if place else FILE_NAME}"
    said = printable(problem.message)
    return Finding(
        f"{problem.code} {file} {said}",
        problem.code,
        problem.level,
        CODES[problem.code],
        said,
        (),
        file,
        place.line if place else 1,
    )
