"""Compares published numbers: with the truth, with one another, and with the day they were due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cached_property
from typing import Any

from catalog.periods import Period
from catalog.results import Comparison
from expectations.engine.port import Counted, Missing
from expectations.found import Beside, Lateness, Published, Twice, Unread
from expectations.past import compared_periods
from expectations.plan import (
    CellPlan,
    FeedFigure,
    LateFigure,
    Plan,
    PublishedFigure,
    ReportPlan,
    SameFigure,
    WorkbookFigure,
)
from expectations.published import Feed, Publication
from expectations.truth import Truth, Truths

MOST_DIGITS = 100
MOST_SAMPLES = 100
PublishingFigure = FeedFigure | LateFigure | PublishedFigure | SameFigure | WorkbookFigure


@dataclass(frozen=True)
class Comparing:
    """Everything published numbers are judged by in one run."""

    truths: Truths

    @property
    def plan(self) -> Plan:
        """The plan of the run."""
        return self.truths.plan

    @property
    def feeds(self) -> Mapping[str, Feed]:
        """What each report has published."""
        return self.truths.feeds

    @cached_property
    def periods(self) -> Mapping[str, tuple[Period, ...]]:
        """By report: the periods that are compared, newest first."""
        return compared_periods(self.plan, self.feeds)

    def count(self, figure: PublishingFigure) -> Counted | Missing:
        """The figure of one check, or why there is none."""
        if isinstance(figure, FeedFigure):
            return self._feed(self.feeds[figure.report])
        if isinstance(figure, LateFigure):
            return self._late(self.plan.report(figure.report))
        if isinstance(figure, SameFigure):
            return self._same(self._cell(figure.left), self._cell(figure.right))
        if isinstance(figure, WorkbookFigure):
            return self._workbook(self._cell(figure.cell))
        return self._published(self._cell(figure.cell))

    def comparisons(self) -> Iterator[Comparison]:
        """Every cell that this plan compares with the truth, for every period, newest first."""
        for compared in self._by_cell.values():
            yield from (comparison for _, comparison in compared)

    @cached_property
    def _by_cell(self) -> Mapping[str, tuple[tuple[Period, Comparison], ...]]:
        """Each cell that is compared with the truth: its comparisons, newest first."""
        figures = (check.figure for check in self.plan.checks)
        cells = (f.cell for f in figures if isinstance(f, PublishedFigure))
        return {path: tuple(self._compared(self._cell(path))) for path in cells}

    def _cell(self, path: str) -> CellPlan:
        report = self.plan.report(path.partition("/")[0])
        return next(one for one in report.cells if one.path == path)

    def _feed(self, feed: Feed) -> Counted | Missing:
        if feed.missing:
            return Missing("source", f"the published figures cannot be read: {feed.missing}")
        bad = tuple(dict.fromkeys(said.partition(": ")[0] for said in feed.problems))
        return Counted(
            max(feed.lines, len(bad)),
            max(feed.lines, len(bad)),
            len(bad),
            value=Unread(feed.problems, feed.of_workbooks, feed.note),
            samples=bad[:MOST_SAMPLES],
            truncated=len(bad) > MOST_SAMPLES,
        )

    def _late(self, report: ReportPlan) -> Counted | Missing:
        feed = self.feeds[report.key]
        if feed.missing:
            return Missing("source", f"the published figures cannot be read: {feed.missing}")
        issue = report.issues[-1]
        late: list[tuple[str, date]] = []
        missing: list[str] = []
        by_file = False
        cells = [cell for cell in report.cells if cell.published]
        for cell in cells:
            versions = feed.versions.get((cell.path, issue.period))
            if versions and issue.due and versions[0].published_on > issue.due:
                late.append((cell.path, versions[0].published_on))
                by_file |= versions[0].dated_by == "file"
            elif not versions and issue.due and self.plan.as_of > issue.due:
                missing.append(cell.path)
        bad = (*(path for path, _ in late), *missing)
        return Counted(
            len(cells),
            len(cells),
            len(bad),
            value=Lateness(issue, tuple(late), tuple(missing), by_file),
            samples=bad,
        )

    def _published(self, cell: CellPlan) -> Counted | Missing:
        compared = self._by_cell[cell.path]
        judged = [pair for pair in compared if pair[1].verdict in ("pass", "fail")]
        wrong = [pair for pair in judged if pair[1].verdict == "fail"]
        asked = self._in_question(cell)
        question = next((pair for pair in compared if pair[0] == asked), None)
        if not wrong and (question is None or question not in judged):
            reason = (question and question[1].reason) or "nothing is published for it"
            is_engine = question is not None and question[1].verdict == "error"
            said = f"{cell.label}, {asked.words}: {reason}"
            return Missing("engine" if is_engine else "source", said)
        told = next((pair for pair in wrong if pair[0] == asked), (wrong or judged)[0])
        return Counted(
            len(compared),
            len(judged),
            len(wrong),
            value=Published(cell, *told, others=max(0, len(wrong) - 1)),
            samples=tuple(period.label for period, _ in wrong),
        )

    def _in_question(self, cell: CellPlan) -> Period:
        """The latest issue that is published or due."""
        report = self.plan.report(cell.report)
        published = self.feeds[report.key].versions
        found = (i.period for i in report.issues if (cell.path, i.period) in published)
        return next(found, report.issues[-1].period)

    def _compared(self, cell: CellPlan) -> Iterator[tuple[Period, Comparison]]:
        asked = self._in_question(cell)
        for period in self.periods[cell.report]:
            comparison = self._compare(cell, period, self.feeds[cell.report])
            if comparison.published is not None or period == asked:
                yield period, comparison

    def _compare(self, cell: CellPlan, period: Period, feed: Feed) -> Comparison:
        versions = feed.versions.get((cell.path, period), ())
        truth = self.truths.of(cell, period)
        if feed.missing or not versions or (cell.path, period) in feed.spoilt:
            reason = self._why_not(cell, period, feed)
            return _not_compared(cell, period, versions, truth, reason, feed)
        if truth.value is None:
            return _not_compared(cell, period, versions, truth, truth.reason, feed)
        last = versions[-1]
        digits = _digits(cell, last)
        true, published = rounded(truth.value, digits), rounded(last.value, digits)
        apart = abs(true - published)
        allowed = max(cell.absolute, cell.relative * abs(true))
        return Comparison(
            cell=cell.path,
            period=period.label,
            verdict="pass" if apart <= allowed else "fail",
            published=last.value,
            version=last.version,
            published_on=last.published_on,
            earlier=tuple(one.value for one in versions[:-1]),
            truth=true,
            counted_on=truth.counted_on,
            apart=apart,
            allowed=allowed,
            reason=truth.note,
            **_sources(versions, feed.shown.get((cell.path, period))),
        )

    def _why_not(self, cell: CellPlan, period: Period, feed: Feed) -> str:
        if feed.missing:
            return f"the published figures cannot be read: {feed.missing}"
        if feed.of_workbooks and (cell.path, period) in feed.unshown:
            return feed.unshown[cell.path, period]
        if feed.of_workbooks and (cell.path, period) in feed.spoilt:
            return "an older workbook was put back, so it is not known which number is published"
        if (cell.path, period) in feed.spoilt:
            return "a line about it cannot be read, so it is not known which number was published"
        report = self.plan.report(cell.report)
        due = next((issue.due for issue in report.issues if issue.period == period), None)
        if due and due < self.plan.as_of:
            return f"it is not published; it was due on {due}"
        return f"it is not published yet{f'; it is due on {due}' if due else ''}"

    def _same(self, left: CellPlan, right: CellPlan) -> Counted | Missing:
        pairs = list(self._both(left, right))
        wrong = [pair for pair in pairs if pair.apart > pair.allowed]
        if not pairs:
            names = f"{left.label} and {right.label}"
            return Missing("source", f"{names} have not published a number of one period")
        told = (wrong or pairs)[0]
        others = max(0, len(wrong) - 1)
        value = replace(told, others=others)
        labels = tuple(pair.period.label for pair in wrong)
        return Counted(len(pairs), len(pairs), len(wrong), value=value, samples=labels)

    def _both(self, left: CellPlan, right: CellPlan) -> Iterator[Twice]:
        """Their numbers of the same periods, in the coarser of their units."""
        coarse = min(left, right, key=lambda cell: cell.factor)
        sides = (left, right)
        for period in self.periods[left.report]:
            last = [self._speaking(cell, period) for cell in sides]
            if period not in self.periods[right.report] or None in last:
                continue
            first, second = (
                one.value / cell.factor * coarse.factor
                for cell, one in zip(sides, last, strict=True)
                if one
            )
            digits = _common_digits(coarse, zip(sides, last, strict=True))
            first, second = rounded(first, digits), rounded(second, digits)
            share = max(left.relative, right.relative) * max(abs(first), abs(second))
            allowed = max(coarse.absolute, share)
            truth = self.truths.of(coarse, period).value
            true = None if truth is None else rounded(truth, digits)
            yield Twice(left, right, period, (first, second), allowed, true)

    def _workbook(self, cell: CellPlan) -> Counted | Missing:
        """What the workbooks show beside what was stated, for every period that has both."""
        feed = self.feeds[cell.report]
        reason = feed.missing or feed.workbooks
        if reason:
            return Missing("source", f"the two cannot be compared: {reason}")
        found = list(self._beside(cell, feed))
        unshown = [
            feed.unshown[cell.path, period]
            for period in self.periods[cell.report]
            if (cell.path, period) in feed.unshown
        ]
        wrong = [one for one in found if one.stated != one.shown]
        if not wrong and (unshown or not found):
            none = f"{cell.label}: no workbook shows a number for a period that was published"
            return Missing("source", unshown[0] if unshown else none)
        told = (wrong or found)[0]
        return Counted(
            len(found) + len(unshown),
            len(found),
            len(wrong),
            value=replace(
                told, others=max(0, len(wrong) - 1), unshown=unshown[0] if unshown else None
            ),
            samples=tuple(one.period.label for one in wrong),
        )

    def _beside(self, cell: CellPlan, feed: Feed) -> Iterator[Beside]:
        """Both numbers of each period, with as many digits as both have."""
        for period in self.periods[cell.report]:
            spot = (cell.path, period)
            versions, shown = feed.versions.get(spot), feed.shown.get(spot)
            if versions and shown and spot not in feed.spoilt:
                stated = versions[-1].value
                is_one = _is_one_number(stated, shown)
                seen = stated if is_one else shown.value
                yield Beside(cell, period, stated, seen, shown.place or "", shown.published_on)

    def _speaking(self, cell: CellPlan, period: Period) -> Publication | None:
        feed = self.feeds[cell.report]
        if cell.obstacle or (cell.path, period) in feed.spoilt:
            return None
        versions = feed.versions.get((cell.path, period))
        return versions[-1] if versions else None


def _is_one_number(stated: Decimal, shown: Publication) -> bool:
    """Whether a stated number is the shown one, or the one behind it, with fewer digits."""
    exact = shown.value if shown.exact is None else shown.exact
    return (
        stated in (shown.value, exact)
        or rounded(exact, decimals(stated)) == stated
        or rounded(stated, decimals(shown.value)) == shown.value
    )


def _common_digits(
    coarse: CellPlan, sides: Iterable[tuple[CellPlan, Publication | None]]
) -> int | None:
    """How many decimals of two numbers count in the coarser unit: never more than one shows."""
    shown = [
        decimals(one.value)
        for cell, one in sides
        if one and one.origin == "workbook" and cell.factor == coarse.factor
    ]
    stated = [] if coarse.rounding is None else [coarse.rounding]
    return min((*stated, *(one for one in shown if one is not None)), default=None)


def _not_compared(
    cell: CellPlan,
    period: Period,
    versions: Iterable[Publication],
    truth: Truth,
    reason: str | None,
    feed: Feed,
) -> Comparison:
    known = list(versions)
    last = known[-1] if known else None
    return Comparison(
        cell=cell.path,
        period=period.label,
        verdict="error" if truth.value is None and truth.kind == "engine" else "unknown",
        published=last.value if last else None,
        version=last.version if last else None,
        published_on=last.published_on if last else None,
        earlier=tuple(one.value for one in known[:-1]),
        truth=None if truth.value is None else rounded(truth.value, cell.rounding),
        counted_on=truth.counted_on,
        reason=reason,
        **_sources(known, feed.shown.get((cell.path, period))),
    )


def _sources(versions: Sequence[Publication], shown: Publication | None) -> dict[str, Any]:
    """Where the number that speaks stands, when the earlier ones were published, and what the
    workbook shows beside it.
    """
    last = versions[-1] if versions else None
    return {
        "origin": last.origin if last else None,
        "place": last.place if last else None,
        "dated_by": last.dated_by if last else None,
        "earlier_on": tuple(one.published_on for one in versions[:-1]),
        "shown": shown.value if shown else None,
        "shown_at": shown.place if shown else None,
        "saved_on": shown.published_on if shown else None,
    }


def _digits(cell: CellPlan, published: Publication) -> int | None:
    """How many decimals count: those stated, else as many as were published, else all; never more
    than a workbook shows.
    """
    shown = decimals(published.value)
    if published.origin == "workbook" and shown is not None:
        return shown if cell.rounding is None else min(cell.rounding, shown)
    return shown if cell.rounding is None and cell.as_published else cell.rounding


def decimals(value: Decimal) -> int | None:
    """How many decimals a number is written with; below 0 where it ends before its point."""
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else None


def rounded(value: Decimal, digits: int | None) -> Decimal:
    """Commercially, half up; None leaves a number as it is."""
    if digits is None or value.adjusted() > MOST_DIGITS // 2:
        return value
    with localcontext(prec=MOST_DIGITS):
        return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
