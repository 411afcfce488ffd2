"""Problems of the definitions as a JSON document, the same whichever command found them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.validation.problems import Problem


def problems_document(problems: Sequence[Problem]) -> dict[str, Any]:
    """How many errors there are, and every problem with its place."""
    return {
        "errors": sum(problem.level == "error" for problem in problems),
        "problems": [
            {
                "code": problem.code,
                "level": problem.level,
                "message": problem.message,
                "urn": problem.urn,
                "file": problem.place.file if problem.place else None,
                "line": problem.place.line if problem.place else None,
            }
            for problem in problems
        ],
    }
