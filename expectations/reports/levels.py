"""How grave a result is in the three grades that code reviews know: error, warning, note."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from catalog.model.definition import Severity
from catalog.results import DARK, Result

Level = Literal["error", "warning", "note"]
OF_FAILURES: Mapping[Severity, Level] = {"critical": "error", "warning": "warning", "info": "note"}
RANKS: tuple[Level, ...] = ("error", "warning", "note")


def level_of(result: Result) -> Level:
    """A failure by its severity; what is not known by its severity too, but never a mere note; a
    warning verdict and an accepted failure are warnings at most.
    """
    own = OF_FAILURES[result.severity]
    if result.verdict == "fail" and not result.is_waived:
        return own
    if result.verdict in DARK:
        return "error" if own == "error" else "warning"
    return "warning" if own == "error" else own
