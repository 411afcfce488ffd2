"""Makes the consolidation plan of a day: clusters, survivors, reports that can go, hours freed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from catalog.consolidations import (
    Cluster,
    Consolidation,
    CountedNumber,
    CoveredReport,
    Difference,
    Explained,
)
from catalog.model import Catalog, Report
from catalog.model.definition import Language
from catalog.results import RunRecord
from catalog.settings import Settings
from expectations.comparing import rounded
from expectations.consolidation.clustering import Clustered, Grouped, Slicing, cluster
from expectations.consolidation.coverage import Choice, choose, hours_of, obligation_of
from expectations.consolidation.decisions import Decisions
from expectations.consolidation.evidence import Judge, Pair
from expectations.consolidation.histories import PublishedHistories, digits_of
from expectations.consolidation.surviving import Choosing, Chosen
from expectations.consolidation.words import LANGUAGES, Words


@dataclass(frozen=True)
class Asked:
    """Two numbers, by URN, of which it is asked why they differ, and in which period."""

    left: str
    right: str
    period: str | None


Explain = Callable[[Sequence[Asked]], Iterable[Difference]]
"""Explains why the numbers of pairs of cells differ."""


@dataclass(frozen=True)
class Known:
    """All that a plan is made from; `explain` may be left out where nobody asks why."""

    catalog: Catalog
    settings: Settings
    today: date
    judge: Judge
    histories: PublishedHistories
    run: RunRecord | None = None
    explain: Explain | None = None
    implied: Mapping[str, Slicing] = field(default_factory=dict)


def plan_consolidation(known: Known) -> Consolidation:
    """The plan as of `known.today`; the order of reports and cells does not matter."""
    decisions = Decisions.of(known.catalog, known.today)
    found = cluster(
        known.catalog, known.judge, known.histories, decisions.kept_apart, known.implied
    )
    same = [*_agreed(found, decisions), *decisions.accepted]
    choice = choose(known.catalog, same, decisions.barred, decisions.bound)
    survivors = _survivors(known, found, choice, decisions)
    differences, counted = _explained(known, found, survivors)
    keys = _keys(known.catalog, found.clusters)
    clusters = tuple(
        _cluster(known, one, survivors[one], differences.get(one, ()), decisions).model_copy(
            update={"key": keys[one], "counted": counted.get(one, ())}
        )
        for one in found.clusters
    )
    reports = tuple(_report(report, choice, decisions) for report in choice.reports.values())
    last = known.histories.last
    return Consolidation(
        as_of=known.today,
        clusters=clusters,
        reports=reports,
        hours_freed=_freed(reports),
        unknown=found.unknown,
        period=last.label if last else None,
        decisions=decisions.taken(),
    )


def _agreed(found: Clustered, decisions: Decisions) -> Iterator[tuple[str, ...]]:
    """The cells that are one number, without those that are to stay as they are."""
    for group in found.same:
        mine = set(group)
        for rejected in decisions.rejected:
            if len(rejected & mine) > 1:
                mine -= rejected
        if len(mine) > 1:
            yield tuple(sorted(mine))


def _survivors(
    known: Known, found: Clustered, choice: Choice, decisions: Decisions
) -> dict[Grouped, Chosen]:
    choosing = Choosing(
        known.catalog, known.settings, known.today, known.histories, choice, known.run
    )
    chosen = {}
    for one in found.clusters:
        decided = decisions.surviving(one.cells)
        if decided and decided.surviving:
            said = [
                Words(language)(
                    "keep.decided",
                    by=decided.by,
                    on=Words(language).day(decided.on),
                    reason=decided.reason,
                )
                for language in LANGUAGES
            ]
            chosen[one] = Chosen(f"cell:{decided.surviving}", *said)
        else:
            chosen[one] = choosing.of(one)
    return chosen


def _explained(
    known: Known, found: Clustered, survivors: dict[Grouped, Chosen]
) -> tuple[dict[Grouped, tuple[Difference, ...]], dict[Grouped, tuple[CountedNumber, ...]]]:
    """Of each contradictory cluster why the survivor and the others differ, and what is right by
    the definition in the periods that are shown; all is asked at once.
    """
    differences: dict[Grouped, tuple[Difference, ...]] = {}
    counted: dict[Grouped, tuple[CountedNumber, ...]] = {}
    if known.explain is None:
        return differences, counted
    whose: dict[Asked, list[Grouped]] = {}
    for one in (one for one in found.clusters if one.because):
        for ask in _asks(known, one, survivors[one].cell):
            whose.setdefault(ask, []).append(one)
    none: list[Grouped] = []
    by_ask = {(ask.left, ask.right, ask.period): some for ask, some in whose.items()}
    by_pair = {(ask.left, ask.right): some for ask, some in whose.items()}
    for told in known.explain(list(whose)) if whose else ():
        pair = (told.left, told.right)
        for one in by_ask.get((*pair, told.period)) or by_pair.get(pair, none):
            if told.left != told.right:
                kept = told.model_copy(update={"examples": ()})
                differences[one] = (*differences.get(one, ()), kept)
            elif told.left_counted is not None:
                value = rounded(told.left_counted, _digits(known.catalog, told.left))
                number = CountedNumber(of=told.left, period=told.period, value=value)
                counted[one] = (*counted.get(one, ()), number)
    return differences, counted


def _digits(catalog: Catalog, urn: str) -> int | None:
    """To how many decimals a cell's or a measure's number is rounded."""
    kind, _, key = urn.partition(":")
    if kind == "measure":
        return catalog.measures[key].rounding
    return digits_of(catalog.cells[key], catalog)


def _asks(known: Known, one: Grouped, surviving: str | None) -> Iterator[Asked]:
    """Of each cell that is another number why it is, and what the right one is in every period."""
    for left, right in _unlike(one, surviving):
        yield Asked(left, right, _period(known, left, right))
    if of := _by_definition(known, one, surviving):
        for label in dict.fromkeys(p.period for p in known.histories.shown(one.cells)):
            yield Asked(of, of, label)


def _by_definition(known: Known, one: Grouped, surviving: str | None) -> str | None:
    """What tells the right number of a cluster: the measure, or the cell to survive that shows it
    in a slice or in another unit.
    """
    if surviving is None:
        return one.measure
    shows = known.catalog.cells[surviving.partition(":")[2]].measure
    return surviving if shows or one.measure is None else None


def _period(known: Known, left: str, right: str) -> str | None:
    """The last period in which both published other numbers, else the last of both, else of all."""
    if left.startswith("cell:"):
        figures = known.histories.compare(left, right)
        if periods := figures.apart or figures.periods:
            return periods[0]
    last = known.histories.last
    return last.label if last else None


def _unlike(one: Grouped, surviving: str | None) -> Iterator[Pair]:
    """The surviving cell and those that are another number; where there is none, the measure that
    the cluster is about and each cell.
    """
    if surviving is None and one.measure:
        yield from ((one.measure, urn) for urn in one.cells)
    elif surviving:
        own = next((set(group) for group in one.groups if surviving in group), {surviving})
        yield from ((surviving, urn) for urn in one.cells if urn not in own)


def _cluster(
    known: Known,
    one: Grouped,
    chosen: Chosen,
    differences: tuple[Difference, ...],
    decisions: Decisions,
) -> Cluster:
    verdict: Literal["same", "contradictory", "unique"] = (
        "contradictory" if one.because else "same" if len(one.cells) > 1 else "unique"
    )
    catalog = known.catalog
    about = chosen if verdict != "unique" else None
    made = Cluster(
        key="",
        name=_name(catalog, one, chosen.cell),
        verdict=verdict,
        equality=one.equality if verdict != "unique" else None,
        cells=one.cells,
        measure=one.measure,
        surviving=about.cell if about else None,
        owner=catalog.owner_of(chosen.cell or one.measure or one.cells[0]),
        reason=about.reason if about else None,
        reason_tr=about.reason_tr if about else None,
        differences=differences,
        because=one.because,
        groups=one.groups,
        equals=dict(one.equals),
        published=known.histories.shown(one.cells) if verdict != "unique" else (),
        decided=decisions.on_cells(one.cells),
    )
    widest = made.widest
    causes = widest.causes if widest else ()
    update = {
        "explained": tuple(Explained(cause=c.cause, share=c.share) for c in causes),
        "remainder": widest.remainder if widest else None,
    }
    return made.model_copy(update=update)


def _keys(catalog: Catalog, clusters: Iterable[Grouped]) -> dict[Grouped, str]:
    """A key for each cluster that stays while others join: its measure's, else its first cell's."""
    keys: dict[Grouped, str] = {}
    taken = set[str]()
    for one in clusters:
        key = (one.measure or "").partition(":")[2]
        if not key or len(one.cells) < 2 or key in taken or not _is_whole(catalog, one):
            key = one.cells[0].partition(":")[2].replace("/", ".")
        keys[one] = key
        taken.add(key)
    return keys


def _is_whole(catalog: Catalog, one: Grouped) -> bool:
    """Whether none of its cells speaks of a part of a measure only."""
    return not any(catalog.cells[urn.partition(":")[2]].where for urn in one.cells)


def _name(catalog: Catalog, one: Grouped, surviving: str | None) -> str:
    """What a cluster is called: by its measure where its cells show all of it, else its cell."""
    measure = catalog.definitions.get(one.measure or "")
    if measure and len(one.cells) > 1 and _is_whole(catalog, one):
        return measure.named(catalog.language)
    cell = (surviving or one.cells[0]).partition(":")[2]
    return catalog.cells[cell].named(catalog.language)


def _report(report: Report, choice: Choice, decisions: Decisions) -> CoveredReport:
    decided = decisions.on_report(report.key)
    goes, hours = not choice.stays(report.key), hours_of(report)
    said = {language: _reason(report, choice, decisions, language) for language in LANGUAGES}
    return CoveredReport(
        urn=report.urn,
        team=report.team,
        covered=choice.coverage(report),
        obligation=obligation_of(report),
        hours=hours,
        frees=(hours or Decimal(0)) if goes else Decimal(0),
        by=tuple(f"report:{key}" for key in choice.covering(report)),
        lost=tuple(choice.lost(report)),
        reason=said["en"],
        reason_tr=said["tr"],
        proposed=goes,
        decided=decided,
    )


def _reason(report: Report, choice: Choice, decisions: Decisions, language: Language) -> str:
    """What is proposed for a report and why, in one sentence."""
    words, decided = Words(language), decisions.on_report(report.key)

    def named(keys: Iterable[str]) -> str:
        return ", ".join(choice.reports[key].named(language) for key in keys)

    lost, cells = choice.lost(report), len(report.cells)
    coverage, by = choice.coverage(report), choice.covering(report)
    if not choice.stays(report.key):
        key = "report.goes_there" if len(by) == 1 else "report.goes"
        return words.counted(key, cells, reports=named(by))
    if not cells:
        return words("report.empty")
    if authority := obligation_of(report):
        return words("report.owed", authority=authority)
    if decided and decided.holds and decided.decision == "reject":
        day = words.day(decided.on)
        return words("report.rejected", by=decided.by, on=day, reason=decided.reason)
    if coverage == "wholly":
        return words("report.bound")
    said = []
    if decided and decided.holds and decided.decision == "accept":
        day = words.day(decided.on)
        said.append(words("report.not_yet", by=decided.by, on=day))
    if coverage == "partly":
        k = words.number(len(lost))
        said.append(words.counted("report.partly", cells - len(lost), m=words.number(cells), k=k))
    if kept := _kept_for(report, choice):
        said.append(words("report.keeps", reports=named(kept)))
    return " ".join(said) or words("report.none")


def _kept_for(report: Report, choice: Choice) -> list[str]:
    """The reports that can go because this one publishes numbers of theirs."""
    going = sorted(choice.going)
    return [key for key in going if report.key in choice.covering(choice.reports[key])]


def _freed(reports: Iterable[CoveredReport]) -> dict[str, Decimal]:
    freed: dict[str, Decimal] = {}
    for one in reports:
        if one.proposed:
            freed[one.team] = freed.get(one.team, Decimal(0)) + one.frees
    return dict(sorted(freed.items()))
