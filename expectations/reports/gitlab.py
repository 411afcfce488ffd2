"""A run as GitLab's code quality report, shown in merge requests at the definitions' lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from catalog.results import DARK
from catalog.validation.problems import Problem
from expectations.reports.findings import Finding, findings_of, findings_of_problems
from expectations.reports.telling import Telling

OF_LEVELS = {"error": "critical", "warning": "minor", "note": "info"}


def told_run(telling: Telling) -> str:
    """A JSON list with everything that did not pass; what is unknown is `major`, not less."""
    return _told(findings_of(telling))


def told_problems(problems: Iterable[Problem], below: str) -> str:
    """The same of definitions that are invalid; errors are `blocker`, since nothing ran."""
    return _told(findings_of_problems(problems, below))


def _told(found: Sequence[Finding]) -> str:
    listed = [
        {
            "description": finding.title,
            "check_name": finding.rule,
            "fingerprint": finding.fingerprint,
            "severity": _severity(finding),
            "location": {"path": finding.file, "lines": {"begin": finding.line}},
        }
        for finding in found
    ]
    return json.dumps(listed, ensure_ascii=False, indent=2)


def _severity(finding: Finding) -> str:
    if finding.result is None:
        return "blocker" if finding.level == "error" else "minor"
    if finding.result.verdict in DARK:
        return "major"
    return OF_LEVELS[finding.level]
