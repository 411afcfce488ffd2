"""What pages may show of the consolidation plan: clusters, reports and hours, nothing hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from catalog.consolidations import (
    Cause,
    Cluster,
    Consolidation,
    CoveredReport,
    Decided,
    Difference,
)
from catalog.model import Cell, Definition, Measure, Report
from catalog.model.reports import CurrencyUnit
from lineage.pages.addresses import cluster_address
from lineage.pages.context import UP, PageContext
from lineage.pages.numbers import say_unit, say_value, shown_in
from lineage.pages.obstacles import say_obstacle
from lineage.pages.reasons import say_reason

if TYPE_CHECKING:
    from catalog.workspace import Workspace

MARKS = {"same": "care", "contradictory": "dont", "unique": "use", "unknown": "unknown"}
_ANSWER = Markup('<span class="td-answer">{} {}</span>')
_LINK = Markup('<a href="{}">{}</a>')
_ENGLISH = Markup('<span lang="en">{}</span>')
_OF = Markup('{} <span class="td-of">{}</span>')


@dataclass(frozen=True)
class Causes:
    """What the difference of two cells is made of, each cause with its share."""

    left: Markup
    right: Markup
    period: str
    apart: Markup | None
    causes: Sequence[tuple[Markup, Markup, Markup]]
    interplay: Markup | None
    remainder: Markup | None
    is_within: bool
    unknown: Sequence[Markup]


@dataclass(frozen=True)
class Shown:
    """The plan as one audience may see it."""

    ctx: PageContext
    plan: Consolidation

    @cached_property
    def clusters(self) -> list[Cluster]:
        """The clusters of which there is something to see, the gravest first."""
        order = {"contradictory": 0, "same": 1, "unique": 2}
        seen = (self._seen(one) for one in self.plan.clusters)
        return sorted((one for one in seen if one), key=lambda c: (order[c.verdict], c.key))

    @cached_property
    def reports(self) -> list[CoveredReport]:
        """The reports that have a page."""
        return [one for one in self.plan.reports if one.urn in self.ctx.visible]

    @cached_property
    def by_cell(self) -> Mapping[str, Cluster]:
        """The cluster of each cell."""
        return {urn: one for one in self.clusters for urn in one.cells}

    @cached_property
    def hours(self) -> Mapping[str, Decimal]:
        """Hours freed by team, of the reports that are shown."""
        freed: dict[str, Decimal] = {}
        for one in self.reports:
            if one.proposed:
                freed[one.team] = freed.get(one.team, Decimal(0)) + one.frees
        return dict(sorted(freed.items(), key=lambda item: (-item[1], item[0])))

    @property
    def unknown(self) -> list[tuple[Markup, Markup]]:
        """The cells that could not be compared, and why; the reason names nothing hidden."""
        visible = (urn for urn in self.plan.unknown if urn in self.ctx.visible)
        return [(self.cell_link(urn), self.why(urn)) for urn in visible]

    def why(self, urn: str) -> Markup:
        """Why a cell could not be compared, in the page's language as far as it is known there."""
        return self._obstacle(self.plan.unknown[urn])

    def _obstacle(self, why: str) -> Markup:
        """Why something is not known; nothing where that would name something hidden."""
        text, words = self._safe(why), self.ctx.words
        if said := say_reason(text, words):
            return said
        told = say_obstacle(text, words.language)
        if told == text and words.language != "en" and text:
            return _ENGLISH.format(text)
        return Markup.escape(told)

    def cell_link(self, urn: str) -> Markup:
        """A cell by its name, and the report it stands in."""
        report = f"report:{urn.partition(':')[2].partition('/')[0]}"
        return _OF.format(self.ctx.link(urn), self.ctx.link(report))

    def badge(self, verdict: str) -> Markup:
        """A verdict as mark and word."""
        ctx = self.ctx
        return _ANSWER.format(ctx.mark(MARKS[verdict]), ctx.words(f"cluster.{verdict}"))

    def name(self, cluster: Cluster) -> Markup:
        """What a cluster is called: as its measure where it is about all of that, else its cell."""
        cells = [self.ctx.catalog.cells[urn.partition(":")[2]] for urn in cluster.cells]
        measure = self.ctx.visible.get(cluster.measure or "")
        if measure and len(cells) > 1 and not any(cell.where for cell in cells):
            return self.ctx.name(measure)
        surviving = self.ctx.visible.get(cluster.surviving or "") or cells[0]
        return self.ctx.name(surviving)

    def link(self, cluster: Cluster) -> Markup:
        """A cluster's name, leading to its page."""
        return _LINK.format(UP + cluster_address(cluster.key), self.name(cluster))

    def equality(self, cluster: Cluster) -> Markup:
        """How equal its calculations are, and whether published figures contradict."""
        words = self.ctx.words
        said = words(f"equality.{cluster.equality}") if cluster.equality else Markup("")
        if cluster.because != "figures":
            return said
        figures = words("consolidation.figures")
        return Markup("{}; {}").format(said, figures) if said else figures

    def reason(self, one: Cluster | CoveredReport) -> str:
        """Why it is proposed so; empty where that would name something hidden."""
        text = (one.reason_tr if self.ctx.language == "tr" else one.reason) or ""
        return self._safe(text)

    def decision(self, decided: Decided | None) -> Markup:
        """What was decided, by whom and why, and whether that still holds."""
        words = self.ctx.words
        if decided is None:
            return words("settled.open")
        day, by = words.day(decided.on), decided.by
        what = words(f"settled.{decided.decision}")
        reason = words.foreign(self._safe(decided.reason))
        said = words("consolidation.decided", what=what, by=by, day=day, reason=reason)
        if not decided.holds and decided.until:
            end = words("consolidation.ended", day=words.day(decided.until))
            return Markup('{} <span class="td-warned">{}</span>').format(said, end)
        if decided.until:
            said += Markup(" ") + words("consolidation.until", day=words.day(decided.until))
        if decided.unnamed:
            said += Markup(" ") + words.counted("consolidation.unnamed", len(decided.unnamed))
        return said

    def state(self, decided: Decided | None) -> str:
        """Whether and how it is decided, as lists are narrowed by."""
        return "open" if decided is None or decided.is_open else decided.decision

    def unit(self, urn: str) -> Markup:
        """The unit in which a cell publishes, or a measure is counted."""
        kind, _, key = urn.partition(":")
        if kind == "measure":
            return say_unit(self.ctx.catalog.measures[key], self.ctx.words)
        return say_unit(shown_in(self.ctx.catalog.cells[key], self.ctx.catalog), self.ctx.words)

    def _left(self, urn: str) -> Markup:
        """A cell or the measure it is held against."""
        return self.cell_link(urn) if urn.startswith("cell:") else self.ctx.link(urn)

    def number(self, urn: str, value: Decimal | None, *, bare: bool = False) -> Markup:
        """A number in a cell's unit, or `bare`; what counts a few people is told as few."""
        ctx = self.ctx
        if value is None:
            return Markup("–")
        definition = ctx.catalog.definitions[urn]
        shown = shown_in(definition, ctx.catalog) if isinstance(definition, Cell) else definition
        assert isinstance(shown, Cell | Measure)
        counts = shown.unit != "%" and not isinstance(shown.unit, CurrencyUnit)
        if counts and ctx.privacy.is_small(urn, abs(value)):
            return ctx.words("found.fewer", n=ctx.privacy.limit)
        exponent = value.as_tuple().exponent
        digits = min(-exponent, 4) if isinstance(exponent, int) and exponent < 0 else 0
        if bare and shown.unit != "%":
            return Markup.escape(ctx.words.number(value, digits))
        return say_value(value, shown, ctx.words, digits)

    def numbers(self, cluster: Cluster) -> tuple[list[str], list[tuple[str, list[Markup]]]]:
        """The last periods as headings, and of each cell its numbers of them."""
        periods = list(dict.fromkeys(one.period for one in cluster.published))
        told = {(one.cell, one.period): one.value for one in cluster.published}
        rows = [
            (urn, [self.number(urn, told.get((urn, period)), bare=True) for period in periods])
            for urn in cluster.cells
        ]
        return [self.ctx.words.period(period) for period in periods], rows

    def counted(self, cluster: Cluster) -> tuple[Markup, Markup, list[Markup]] | None:
        """What is right by the definition, its unit, and its number in each period shown."""
        if not cluster.counted:
            return None
        of = cluster.counted[0].of
        values = {one.period: one.value for one in cluster.counted}
        periods = dict.fromkeys(one.period for one in cluster.published)
        numbers = [self.number(of, values.get(period), bare=True) for period in periods]
        return self._left(of), self.unit(of), numbers

    def causes(self, cluster: Cluster) -> Iterator[Causes]:
        """Why the surviving cell and the others differ."""
        hides = any(self._rests_on_hidden(urn) for urn in cluster.cells)
        for one in cluster.differences:
            yield Causes(
                self._left(one.left),
                self._left(one.right),
                self.ctx.words.period(one.period),
                self.number(one.left, abs(one.apart)) if one.apart is not None else None,
                [self._cause(one, cause, hides=hides) for cause in one.causes],
                self._interplay(one),
                self._share(one.left, one.remainder) if one.remainder is not None else None,
                one.is_within,
                [] if hides else [self._obstacle(said) for said in one.unknown],
            )

    def equals(self, cluster: Cluster) -> Iterator[tuple[Markup, Markup]]:
        """Cells that are, by their calculation, a number of another name, and that number."""
        for urn, others in cluster.equals.items():
            shown = [one for one in others if one in self.ctx.visible]
            if urn in cluster.cells and shown:
                measures = [one for one in shown if one.startswith("measure:")] or shown
                links = (
                    self.cell_link(one) if one.startswith("cell:") else self.ctx.link(one)
                    for one in measures
                )
                yield self.cell_link(urn), Markup(", ").join(links)

    def _cause(
        self, one: Difference, cause: Cause, *, hides: bool
    ) -> tuple[Markup, Markup, Markup]:
        words = self.ctx.words
        said = cause.says_tr if self.ctx.language == "tr" else cause.says
        numbers = (one.left_published, one.right_published, cause.share)
        few = any(self.ctx.privacy.is_small(one.left, abs(n)) for n in numbers if n is not None)
        told = Markup("") if hides or few else Markup.escape(self._safe(said))
        return words(f"cause.{cause.cause}"), self._share(one.left, cause.share), told

    def _interplay(self, one: Difference) -> Markup | None:
        """What all causes make together beyond each alone; None where that is nothing."""
        found = one.together[-1].interaction if one.together else Decimal(0)
        return self._share(one.left, found) if found else None

    def _share(self, urn: str, value: Decimal) -> Markup:
        """A part of a difference, with its sign where its size is told."""
        told = self.number(urn, abs(value))
        few = told == self.ctx.words("found.fewer", n=self.ctx.privacy.limit)
        sign = "" if few else "+" if value > 0 else "−" if value < 0 else ""
        return Markup("{}{}").format(sign, told)

    def _seen(self, one: Cluster) -> Cluster | None:
        """A cluster with what may be shown of it; None where nothing is left to compare."""
        cells = tuple(urn for urn in one.cells if urn in self.ctx.visible)
        if not cells or (one.verdict != "unique" and len(cells) < min(2, len(one.cells))):
            return None
        open_ = {urn for urn in cells if not self._rests_on_hidden(urn)}
        if one.measure in self.ctx.visible and not self.ctx.rests_on_hidden(one.measure or ""):
            open_.add(one.measure or "")
        differences = (d for d in one.differences if d.left in open_ and d.right in open_)
        update: dict[str, Any] = {
            "cells": cells,
            "surviving": one.surviving if one.surviving in cells else None,
            "measure": one.measure if one.measure in self.ctx.visible else None,
            "published": tuple(p for p in one.published if p.cell in open_),
            "counted": tuple(n for n in one.counted if n.of in open_),
            "differences": tuple(differences),
        }
        return one.model_copy(update=update)

    def _rests_on_hidden(self, urn: str) -> bool:
        cell = self.ctx.catalog.cells[urn.partition(":")[2]]
        measure = f"measure:{cell.measure}" if cell.measure else None
        hidden = measure is not None and self.ctx.is_hidden(measure)
        return hidden or any(self.ctx.rests_on_hidden(one) for one in (urn, measure) if one)

    def _safe(self, text: str) -> str:
        """A text, or nothing where it names a definition that may not be shown."""
        return "" if any(name in text for name in self._hidden_names) else text

    @cached_property
    def _hidden_names(self) -> frozenset[str]:
        definitions = self.ctx.catalog.definitions
        hidden = (d for urn, d in definitions.items() if urn not in self.ctx.visible)
        named = (d for d in hidden if d.kind in ("report", "measure", "cell", "dataset"))
        return frozenset(
            name for d in named for name in (d.path, d.named("en"), d.named("tr")) if name
        )


def read_plan(workspace: Workspace) -> Consolidation | None:
    """The plan made last; a history that does not exist yet is not made by looking for it."""
    from catalog.store.consolidations import read_consolidation
    from catalog.store.snapshots import SnapshotStore

    return read_consolidation(SnapshotStore(workspace.state_url, reading=True))


def still_there(plan: Consolidation, definitions: Mapping[str, Definition]) -> Consolidation:
    """The plan without what has left the catalog since it was made."""
    clusters = [one for one in plan.clusters if all(urn in definitions for urn in one.cells)]
    reports = [one for one in plan.reports if one.urn in definitions]
    unknown = {urn: why for urn, why in plan.unknown.items() if urn in definitions}
    update = {"clusters": tuple(clusters), "reports": tuple(reports), "unknown": unknown}
    return plan.model_copy(update=update)


def consolidated_of(definition: Definition, ctx: PageContext) -> dict[str, object] | None:
    """What the page of a cell or a report says of the plan; None where there is nothing to say."""
    shown = ctx.consolidation
    if shown is None:
        return None
    if isinstance(definition, Cell):
        return _of_cell(definition, shown)
    return _of_report(definition, shown) if isinstance(definition, Report) else None


def _of_cell(cell: Cell, shown: Shown) -> dict[str, object] | None:
    found = shown.by_cell.get(cell.urn)
    if found is None:
        if cell.urn not in shown.plan.unknown:
            return None
        said = shown.ctx.words("consolidation.unknown_why", why=shown.why(cell.urn))
        return {"lines": [(shown.badge("unknown"), said)], "said": ""}
    if found.verdict == "unique":
        said = shown.ctx.words("consolidation.unique_cell")
        return {"lines": [(shown.badge("unique"), said)], "said": ""}
    key = "here_survives" if found.surviving == cell.urn else "here_other"
    others = len(found.cells) - 1
    said = (
        shown.ctx.words.counted("consolidation.with_others", others)
        if others
        else shown.ctx.words("consolidation.with_measure")
    )
    told = shown.ctx.words(f"consolidation.{key}") if found.surviving else Markup("")
    line = Markup("{} {}").format(shown.link(found), said)
    return {"lines": [(shown.badge(found.verdict), line)], "said": told}


def _of_report(report: Report, shown: Shown) -> dict[str, object] | None:
    found = next((one for one in shown.reports if one.urn == report.urn), None)
    if found is None:
        return None
    mine = [cell.urn for cell in report.cells]
    clusters = dict.fromkeys(
        one.key for urn in mine if (one := shown.by_cell.get(urn)) and one.verdict != "unique"
    )
    by_key = {one.key: one for one in shown.clusters}
    lines = [(shown.badge(by_key[key].verdict), shown.link(by_key[key])) for key in clusters]
    return {"lines": lines, "said": Markup.escape(shown.reason(found))}
