"""What is counted of measures and published numbers, once the engine has computed them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from catalog.model import Catalog
from catalog.results import Comparison, MeasureValue
from catalog.workspace import Workspace
from expectations.comparing import Comparing
from expectations.compiler.dated import with_periods
from expectations.corrections.promise import count_arrivals
from expectations.engine.port import Computed, Counted, Missing
from expectations.measures import computed_values, count_bounds, count_change, count_computed
from expectations.past import Past, wanted_numbers
from expectations.plan import (
    BoundsFigure,
    ChangeFigure,
    Check,
    ComputesFigure,
    CorrectionsFigure,
    FeedFigure,
    LateFigure,
    Plan,
    PublishedFigure,
    SameFigure,
    WorkbookFigure,
    asked_calculations,
)
from expectations.publications import published_of
from expectations.published import Feed
from expectations.truth import Truths

PUBLISHING = (FeedFigure, LateFigure, PublishedFigure, SameFigure, WorkbookFigure)


def read_published(workspace: Workspace, catalog: Catalog, plan: Plan) -> Mapping[str, Feed]:
    """What reports had published by the plan's day; nothing is read if no check asks for it."""
    if not any(isinstance(check.figure, PUBLISHING) for check in plan.checks):
        return {}
    today = max(plan.as_of, workspace.clock.today())
    feeds = published_of(workspace, catalog, today)
    return {key: feed.until(plan.as_of) for key, feed in feeds.items()}


def with_published_periods(plan: Plan, feeds: Mapping[str, Feed]) -> Plan:
    """The plan with the calculations of every period for which a number was published."""
    return with_periods(plan, wanted_numbers(plan, feeds))


@dataclass(frozen=True)
class Numbers:
    """The measures of one run, and what earlier runs and reports said of them."""

    plan: Plan
    measures: Mapping[str, Computed | Missing]
    past: Past = field(default_factory=Past)
    feeds: Mapping[str, Feed] = field(default_factory=dict)

    def count(self, check: Check) -> Counted | Missing | None:
        """The figure of a check on a measure, published numbers or corrections; else None."""
        counter = self._counters.get(type(check.figure))
        return counter(check.figure) if counter else None

    @cached_property
    def _counters(self) -> Mapping[type, Callable[..., Counted | Missing]]:
        plan, measures, past = self.plan, self.measures, self.past
        return {
            ComputesFigure: lambda figure: count_computed(figure, plan, measures),
            BoundsFigure: lambda figure: count_bounds(figure, plan, measures),
            ChangeFigure: lambda figure: count_change(figure, plan, measures, past),
            CorrectionsFigure: lambda figure: count_arrivals(figure, past.corrections),
            **dict.fromkeys(PUBLISHING, self._comparing.count),
        }

    @cached_property
    def _comparing(self) -> Comparing:
        return Comparing(Truths(self.plan, self.measures, self.past, self.feeds))

    def comparisons(self) -> tuple[Comparison, ...]:
        """Every published number that was looked at, beside its truth."""
        return tuple(self._comparing.comparisons())

    def values(self) -> Mapping[str, tuple[MeasureValue, ...]]:
        """The values of each measure, and of each cell's own calculation, that was asked for."""
        asked = asked_calculations(self.plan)
        return {
            one.key: computed_values(one, computed)
            for one in self.plan.measures
            if one.key in asked
            and one.key == one.of
            and isinstance(computed := self.measures.get(one.key), Computed)
        }
