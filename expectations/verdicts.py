"""From a figure and GX's judgement to a verdict: never a silent pass, never a blamed engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from catalog.results import Verdict
from expectations.engine.port import Counted, Missing
from expectations.figures import Judgement
from expectations.golden_figures import ContestedFigure
from expectations.plan import Check, CurrentFigure, ExpiryFigure

CLOSE = 1e-12
COUNTS_ROWS = frozenset({"expect_table_row_count_to_be_between", "expect_table_row_count_to_equal"})


@dataclass(frozen=True)
class Decision:
    """A verdict, and why where the figures do not say it themselves."""

    verdict: Verdict
    reason: str | None = None


def decide(
    check: Check,
    answer: Counted | Missing,
    judgement: Judgement | None,
    baseline: Mapping[str, float],
    as_of: date,
) -> Decision:
    """The verdict on one check.

    What could not be read or compared is unknown, what the engine or GX could not do is an error.
    A failed share is a warning while its floor holds and its day has not come.
    """
    if isinstance(answer, Missing):
        return Decision("unknown" if answer.kind == "source" else "error", answer.message)
    if isinstance(check.figure, ExpiryFigure):
        return _expiry(check.figure, as_of)
    if answer.compared == 0 and check.expectation not in COUNTS_ROWS:
        return Decision("unknown", f"nothing was compared: {_why_nothing(check, answer)}")
    if judgement is None or judgement.success is None:
        return Decision("error", judgement.error if judgement else "it was not judged")
    if judgement.success:
        return Decision("pass")
    return _below_target(check, share_of(answer), baseline, as_of)


def _why_nothing(check: Check, answer: Counted) -> str:
    if isinstance(check.figure, CurrentFigure) and not check.figure.timed:
        return "no claim says when its values were confirmed; state `confirmed_at` of its dataset"
    if answer.rows == 0:
        return "there are no rows"
    return f"none of {answer.rows:,} holds what would be compared"


def share_of(answer: Counted) -> float:
    """The share of the compared that is good."""
    return (answer.compared - answer.violations) / answer.compared if answer.compared else 0.0


def _expiry(figure: ExpiryFigure, as_of: date) -> Decision:
    if as_of > figure.fail_after:
        return Decision("fail")
    return Decision("warn" if as_of >= figure.warn_from else "pass")


def _below_target(
    check: Check, share: float, baseline: Mapping[str, float], as_of: date
) -> Decision:
    target = check.target
    if target.by and as_of > target.by:
        return Decision("fail", f"the target was due on {target.by}")
    if target.floor is None:
        return (
            Decision("warn", f"the target is due on {target.by}") if target.by else Decision("fail")
        )
    floor = baseline.get(check.key) if target.floor == "baseline" else float(target.floor)
    if floor is None:
        return Decision("fail", "no baseline is recorded for it; `tekdogru baseline` records one")
    is_worse = share < floor - CLOSE
    if isinstance(check.figure, ContestedFigure):  # stated as the most that is allowed
        said = f"ceiling of {1 - floor:.2%}"
        held = f"above its limit, not above its {said}"
    else:
        said = f"floor of {floor:.2%}"
        held = f"below its target, not below its {said}"
    return Decision("fail", f"worse than its {said}") if is_worse else Decision("warn", held)
