"""What checks on golden records say to people: one sentence with the numbers that matter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from catalog.plurals import plural
from expectations.engine.port import Counted
from expectations.golden_figures import (
    AgainstGoldenFigure,
    ContestedFigure,
    CurrentFigure,
    ReadsFigure,
    RequiredFigure,
    SharedFigure,
)
from expectations.plan import Check


def of_compared(answer: Counted, what: str) -> str:
    """How many of those compared are bad, and their share."""
    share = answer.violations / answer.compared if answer.compared else 0
    return f"{answer.violations:,} of {answer.compared:,} {what} ({share:.2%})"


def several(entity: str) -> str:
    """What is counted, in the plural."""
    return plural(entity.replace("_", " "))


def golden_wanted(check: Check) -> str | None:
    """What must hold, where it is not said as a share that must be right."""
    if isinstance(check.figure, ContestedFigure):
        most = round(1 - check.target.target, 12)
        return f"at most {100 * most:.4g}%" if most else "none"
    return None


def _current(figure: CurrentFigure, answer: Counted, _: Any) -> str:
    said = of_compared(answer, "values")
    if figure.ahead is None:
        return f"{said} of {figure.golden.name} are out of date"
    return (
        f"{said} of {figure.golden.name} will be out of date on {figure.ahead} if nothing is "
        "confirmed until then"
    )


def _shared(figure: SharedFigure, answer: Counted, _: Any) -> str:
    entity = figure.golden.entity
    others = several(entity) if figure.at_most > 1 else entity.replace("_", " ")
    bear = "bear, or a source says so," if figure.across else "bear"
    return (
        f"{of_compared(answer, several(entity))} {bear} a golden {figure.golden.name} that more "
        f"than {figure.at_most} {others} bear"
    )


def _reads(figure: ReadsFigure, answer: Counted, _: Any) -> str:
    stale = figure.golden.survival.can_be_stale and not figure.accepts_stale
    read = figure.candidate.column.path
    other = "another value than the golden one" + (", or one no longer current," if stale else "")
    said = f"for {of_compared(answer, several(figure.golden.entity))} {read} holds {other}"
    beside = [
        (answer.only_left, "there is a golden value and nothing in it"),
        (answer.only_right, "it holds one although there is no golden value"),
    ]
    told = [f"of {count:,} {what}" for count, what in beside if count]
    return "; ".join([said.rstrip(","), *told])


GOLDEN_SENTENCES: Mapping[type, Callable[[Any, Counted, Any], str]] = {
    RequiredFigure: lambda f, a, _: (
        f"{of_compared(a, several(f.golden.entity))} have no {f.golden.name}"
    ),
    CurrentFigure: _current,
    ContestedFigure: lambda f, a, _: (
        f"a source contradicts the golden {f.golden.name} of "
        f"{of_compared(a, several(f.golden.entity))} that two or more speak of"
    ),
    SharedFigure: _shared,
    AgainstGoldenFigure: lambda f, a, _: (
        f"{of_compared(a, 'values')} in {f.field} are not the golden {f.golden.name}"
    ),
    ReadsFigure: _reads,
}
