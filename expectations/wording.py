"""What a result says to people: one sentence with the numbers that matter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from catalog.results import Verdict
from expectations.corrections.promise import arrivals_sentence
from expectations.engine.port import Counted
from expectations.golden_words import GOLDEN_SENTENCES, golden_wanted
from expectations.golden_words import of_compared as _of
from expectations.golden_words import several as _several
from expectations.number_words import NUMBER_SENTENCES
from expectations.plan import (
    AgreementFigure,
    Check,
    ConfirmedFigure,
    CorrectionsFigure,
    ExpiryFigure,
    FreshFigure,
    IdFigure,
    IdPresentFigure,
    KnownFigure,
    NativeFigure,
    PopulationFigure,
    SqlFigure,
    TypeFigure,
    UniqueFigure,
    ValuesFigure,
    thaw,
)


def sentence(check: Check, answer: Counted, observed: Any, verdict: Verdict) -> str:
    """What was found, with its numbers, and what was expected where that was not met."""
    said = SENTENCES[type(check.figure)](check.figure, answer, observed)
    if verdict == "pass" or isinstance(check.figure, SAYING_ALL):
        return said
    return f"{said}; expected {wanted(check)}"


def wanted(check: Check) -> str:
    """What must hold, in words."""
    figure = check.figure
    if isinstance(figure, NativeFigure):
        arguments = thaw(figure.arguments)
        return ", ".join(f"{name} {value}" for name, value in arguments.items()) or "none"
    if isinstance(figure, ExpiryFigure):
        return f"a review by {figure.review_date}"
    if isinstance(figure, FreshFigure):
        return f"data of {figure.since} or later"
    if said := golden_wanted(check):
        return said
    share = check.target.target
    return "none" if share == 1 else f"at least {100 * share:.4g}% to be right"


def _agreement(figure: AgreementFigure, answer: Counted, _: Any) -> str:
    left, right = figure.left.column.dataset, figure.right.column.dataset
    said = f"{left} and {right} disagree on {_of(answer, _several(figure.entity))}"
    one_sided = [
        f"{count:,} have a value only in {where}"
        for count, where in ((answer.only_left, left), (answer.only_right, right))
        if count
    ]
    return ", ".join([said, *one_sided])


def _fresh(figure: FreshFigure, answer: Counted, observed: Any) -> str:
    if answer.violations:
        return f"the latest data of {figure.dataset} is of {observed}, before {figure.since}"
    return f"the latest data of {figure.dataset} is of {observed}"


def _native(figure: NativeFigure, answer: Counted, observed: Any) -> str:
    if answer.value is not None:
        return f"observed {observed}"
    return f"{_of(answer, 'values')} break {figure.expect.replace('_', ' ')}"


def _expiry(figure: ExpiryFigure, answer: Counted, observed: Any) -> str:
    was = "was" if answer.violations else "is"
    return f"its review {was} due on {figure.review_date}"


SENTENCES: Mapping[type, Callable[[Any, Counted, Any], str]] = {
    IdFigure: lambda f, a, _: f"{a.violations:,} rows of {f.dataset} repeat an id already there",
    IdPresentFigure: lambda f, a, _: f"{_of(a, 'rows')} of {f.dataset} have no id",
    PopulationFigure: lambda f, a, _: (
        f"of {_of(a, 'rows')} of {f.dataset} it is not known whether they count"
    ),
    ConfirmedFigure: lambda f, a, _: (
        f"{_of(a, 'times')} in {f.dataset}.{f.field} cannot be read, so they confirm nothing"
    ),
    KnownFigure: lambda f, a, _: f"{f.other} does not know {_of(a, 'entities')} of {f.dataset}",
    FreshFigure: _fresh,
    TypeFigure: lambda f, a, _: (
        f"{_of(a, 'values')} in {f.column.path} are not a valid {f.column.type.replace('_', ' ')}"
    ),
    ValuesFigure: lambda f, a, _: f"{_of(a, 'values')} in {f.column.path} are not allowed",
    UniqueFigure: lambda f, a, _: f"{_of(a, 'values')} in {f.column.path} occur more than once",
    AgreementFigure: _agreement,
    **GOLDEN_SENTENCES,
    SqlFigure: lambda f, a, _: f"{_of(a, 'values')} break the rule",
    NativeFigure: _native,
    CorrectionsFigure: lambda f, a, _: arrivals_sentence(a),
    ExpiryFigure: _expiry,
    **NUMBER_SENTENCES,
}
SAYING_ALL = (CorrectionsFigure, ExpiryFigure, FreshFigure, *NUMBER_SENTENCES)
"""Figures whose sentences say what was expected."""
