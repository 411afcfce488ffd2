"""Makes a check's result out of its figures, GX's judgement and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from catalog.results import DARK, Result
from expectations.engine.port import Counted, Missing
from expectations.figures import Judgement
from expectations.golden_figures import ReadsFigure
from expectations.number_words import (
    NUMBERS_FOUND,
    expected_number,
    observed_number,
    period_found,
    stated_limits,
)
from expectations.plan import (
    AgreementFigure,
    BoundsFigure,
    Check,
    ComputesFigure,
    ExpiryFigure,
    FreshFigure,
    NativeFigure,
    thaw,
)
from expectations.verdicts import Decision, decide, share_of
from expectations.wording import sentence


def make_result(
    check: Check,
    answer: Counted | Missing,
    judgement: Judgement | None,
    baseline: Mapping[str, float],
    as_of: date,
) -> Result:
    """The result of one check on one day."""
    decision = decide(check, answer, judgement, baseline, as_of)
    counted = answer if isinstance(answer, Counted) else Counted(0, 0, 0)
    if not counted.compared:
        counted = replace(counted, violations=0)
    violations = counted.violations or int(_is_failed_aggregate(check, judgement))
    observed = _observed(check, counted, judgement)
    two_sided = isinstance(check.figure, AgreementFigure | ReadsFigure)
    return Result(
        check=check.key,
        kind=check.kind,
        urn=check.urn,
        title=check.title,
        verdict=decision.verdict,
        severity=check.severity,
        owner=check.owner,
        expectation=check.expectation,
        sources=check.sources,
        rows_available=counted.rows,
        rows_compared=counted.compared,
        violations=violations,
        only_left=counted.only_left if two_sided else None,
        only_right=counted.only_right if two_sided else None,
        observed=observed,
        expected=_expected(check, counted),
        period=period_found(counted.value),
        samples=counted.samples,
        truncated=counted.truncated,
        message=_message(check, answer, decision, observed),
        file=check.place.file if check.place else None,
        line=check.place.line if check.place else None,
        seconds=round(counted.seconds, 4),
    )


def _is_failed_aggregate(check: Check, judgement: Judgement | None) -> bool:
    """Whether an expectation about the whole column failed; no single row of it is bad."""
    failed = judgement is not None and judgement.success is False
    return failed and isinstance(check.figure, NativeFigure)


def _observed(check: Check, counted: Counted, judgement: Judgement | None) -> Any:
    if isinstance(check.figure, ComputesFigure | BoundsFigure | FreshFigure):
        return counted.value
    if isinstance(counted.value, NUMBERS_FOUND):
        return observed_number(counted.value)
    if isinstance(check.figure, ExpiryFigure):
        return check.figure.review_date.isoformat()
    if judgement and judgement.success is not None:
        return judgement.observed
    return share_of(counted) if counted.compared else None


def _expected(check: Check, counted: Counted) -> Any:
    figure = check.figure
    if isinstance(counted.value, NUMBERS_FOUND):
        return expected_number(counted.value)
    if isinstance(figure, NativeFigure):
        return thaw(figure.arguments)
    if isinstance(figure, FreshFigure):
        return figure.since.isoformat()
    if isinstance(figure, BoundsFigure):
        return stated_limits(figure)
    if isinstance(figure, ExpiryFigure | ComputesFigure):
        return None
    return check.target.target


def _message(check: Check, answer: Counted | Missing, decision: Decision, observed: Any) -> str:
    reason = decision.reason or ""
    if decision.verdict in DARK:
        return reason
    assert isinstance(answer, Counted)
    if isinstance(check.figure, ComputesFigure):
        return str(observed) if answer.violations else f"computed from {answer.rows:,} row(s)"
    said = check.message if check.message and answer.violations else ""
    found = sentence(check, answer, observed, decision.verdict)
    return "; ".join(part for part in (said, found, reason) if part)
