"""How much of an attribute is current today, and will be in days to come, as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from catalog.durations import Duration
from catalog.model import Attribute
from catalog.results import Result
from lineage.pages.context import PageContext


@dataclass(frozen=True)
class Moment:
    """One day: how it is said, the check about it, and the share that is not current then.

    Where that would tell of a few people, no bar is drawn (`ending` is None).
    """

    when: str
    result: Result
    share: str
    ending: float | None


def outlook_of(attribute: Attribute, ctx: PageContext) -> list[Moment]:
    """Today and the days to come, the nearest first; empty where no check looks at that."""
    results = [
        one for one in ctx.results_of(attribute.urn) if one.kind in ("current", "current_in")
    ]
    if len(results) < 2 or ctx.run is None:
        return []
    day = ctx.run.as_of
    return [_moment(one, ctx) for one in sorted(results, key=lambda one: _on(one, day))]


def _on(result: Result, day: date) -> date:
    span = _span(result)
    return span.after(day) if span else day


def _span(result: Result) -> Duration | None:
    """How far ahead a check looks; None for today's."""
    return Duration.parse(result.check.rpartition(":")[2]) if result.kind == "current_in" else None


def _moment(result: Result, ctx: PageContext) -> Moment:
    span, privacy, words = _span(result), ctx.privacy, ctx.words
    when = words.plain("page.outlook_in", span=words.span(span)) if span else None
    bad, whole = result.violations, result.rows_compared
    drawn = whole and not privacy.is_telling(result.urn, bad, whole)
    return Moment(
        when or words.plain("page.outlook_today"),
        result,
        privacy.rest(result.urn, bad, whole),
        bad / whole if drawn else None,
    )
