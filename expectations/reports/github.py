"""A run as GitHub's workflow commands: annotations at the lines of the definitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from catalog.validation.problems import Problem
from expectations.reports.findings import Finding, findings_of, findings_of_problems
from expectations.reports.levels import RANKS, Level
from expectations.reports.telling import Telling
from expectations.reports.text import counted

COMMANDS: Mapping[Level, str] = {"error": "error", "warning": "warning", "note": "notice"}
# GitHub shows so many of each kind for a step, and drops the others without a word.
MOST = 10


def told_run(telling: Telling) -> str:
    """The worst findings as annotations, and a notice that says how many there are in all."""
    gate = "open" if telling.record.exit_code == 0 else "closed"
    return _told(findings_of(telling), f"The gate is {gate}: {counted(telling.record)}.")


def told_problems(problems: Iterable[Problem], below: str) -> str:
    """What is wrong with the definitions, as annotations."""
    found = findings_of_problems(problems, below)
    errors = sum(finding.level == "error" for finding in found)
    return _told(found, f"The definitions have {errors} error(s); nothing was checked.")


def _told(found: Sequence[Finding], total: str) -> str:
    lines, left_out = [], 0
    for level in RANKS:
        most = MOST - 1 if level == "note" else MOST  # one notice is the last line
        mine = [finding for finding in found if finding.level == level]
        lines += [_command(finding) for finding in mine[:most]]
        left_out += len(mine[most:])
    if left_out:
        total += f" {left_out} more finding(s) are not shown here; the summary has all."
    return "\n".join([*lines, f"::notice title=Tekdoğru::{_data(total)}"])


def _command(finding: Finding) -> str:
    place = f"file={_property(finding.file)},line={finding.line}"
    text = "\n".join([finding.sentence, *finding.more])
    command = COMMANDS[finding.level]
    return f"::{command} {place},title={_property(finding.subject)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
