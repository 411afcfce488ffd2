"""Tells a consolidation plan on a terminal: what can go, what contradicts, what is to decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from catalog.consolidations import Cluster, Consolidation, CoveredReport, Decided, Difference
from catalog.model import Catalog
from catalog.model.definition import Language
from catalog.plain_text import printable
from expectations.consolidation.words import Words
from lineage.pages.obstacles import say_obstacle


def tell_plan(plan: Consolidation, catalog: Catalog, language: Language) -> list[str]:
    """The plan in lines: reports first, then clusters, the gravest first, then what is open."""
    words = Words(language)
    day = words.day(plan.as_of)
    head = words("told.head_unpublished", day=day)
    if plan.period:
        head = words("told.head", day=day, period=words.period(plan.period))
    if not plan.reports:
        return [words("told.no_reports")]
    if not plan.clusters and not plan.unknown:
        return [words("told.no_cells")]
    lines = [head, "", *_reports(plan, catalog, words)]
    for verdict in ("contradictory", "same"):
        some = [one for one in plan.clusters if one.verdict == verdict]
        if some:
            lines += ["", words.counted(f"told.{verdict}", len(some))]
            lines += [line for one in some for line in _cluster(one, catalog, words)]
    unique = sum(one.verdict == "unique" for one in plan.clusters)
    lines += ["", words.counted("told.unique", unique)]
    if plan.unknown:
        lines += ["", words.counted("told.unknown", len(plan.unknown))]
        told = {urn: say_obstacle(why, language) for urn, why in plan.unknown.items()}
        lines += [f"  {_path(urn)}: {why}" for urn, why in told.items()]
    lines += ["", *_undecided(plan, words)]
    return [printable(line) for line in lines]


def say_decision(decided: Decided | None, words: Words) -> str:
    """What was decided, by whom; or that somebody has still to decide."""
    if decided is None:
        return words("decision.open")
    said = f"{words(f'decision.{decided.decision}')} ({decided.by}, {words.day(decided.on)})"
    if not decided.holds and decided.until:
        return f"{said}; {words('decision.ended', day=words.day(decided.until))}"
    if decided.unnamed:
        return f"{said}; {words('decision.unnamed', n=words.number(len(decided.unnamed)))}"
    return said


def name_of(cluster: Cluster, catalog: Catalog, language: Language) -> str:
    """What a cluster is called: by its measure where it is about all of that, else its cell."""
    cells = [catalog.cells[urn.partition(":")[2]] for urn in cluster.cells]
    measure = catalog.definitions.get(cluster.measure or "")
    if measure and len(cells) > 1 and not any(cell.where for cell in cells):
        return measure.named(language)
    surviving = catalog.definitions.get(cluster.surviving or "") or cells[0]
    return surviving.named(language)


def say_explained(cluster: Cluster, words: Words) -> str:
    """The widest difference: of which cell, in which period, its causes and what is left of it.

    Empty where nothing is explained.
    """
    widest = cluster.widest
    if widest is None or widest.apart is None:
        return ""
    said = [
        f"{words(f'cause.{one.cause}')} {words.signed(one.share)}"
        for one in widest.causes
        if one.share
    ]
    if interplay := interplay_of(widest):
        said.append(f"{words('told.interplay')} {words.signed(interplay)}")
    if widest.remainder and widest.is_within:
        said.append(f"{words('told.within')} {words.signed(widest.remainder)}")
    elif widest.remainder is not None:
        said.append(f"{words('told.remainder')} {words.signed(widest.remainder)}")
    period = words.period(widest.period)
    apart = words.signed(widest.apart)
    cell = _path(widest.right)
    return words("told.widest", cell=cell, apart=apart, period=period, said=", ".join(said))


def interplay_of(difference: Difference) -> Decimal:
    """What all causes make at once beyond the sum of each alone."""
    return difference.together[-1].interaction if difference.together else Decimal(0)


def open_clusters(plan: Consolidation) -> list[Cluster]:
    """The clusters on which somebody has still to decide."""
    return [one for one in plan.clusters if one.is_open]


def open_reports(plan: Consolidation) -> list[CoveredReport]:
    """The reports that can go and about which nobody has decided."""
    return [one for one in plan.reports if one.proposed and _is_open(one.decided)]


def _is_open(decided: Decided | None) -> bool:
    return decided is None or decided.is_open


def _reports(plan: Consolidation, catalog: Catalog, words: Words) -> Iterator[str]:
    going = [one for one in plan.reports if one.proposed]
    if not going:
        yield words("told.none_go")
    else:
        total = sum(plan.hours_freed.values(), Decimal(0))
        yield words.counted("told.go", len(going), hours=words.number(total))
        for one in going:
            hours = "?" if one.hours is None else words.number(one.frees)
            name = _named(one.urn, catalog, words)
            yield words("told.goes", name=name, hours=hours, why=_said(one, words))
        for team, hours_freed in plan.hours_freed.items():
            name = _named(f"team:{team}", catalog, words)
            yield words("told.team", name=name, hours=words.number(hours_freed))
    for coverage in ("owed", "partly"):
        some = [one for one in plan.reports if _shown_as(one) == coverage]
        if some:
            yield ""
            yield words(f"told.{coverage}")
            for one in some:
                yield f"  {_named(one.urn, catalog, words)}: {_said(one, words)}"


def _shown_as(one: CoveredReport) -> str:
    if one.proposed:
        return "goes"
    return "owed" if one.obligation else one.covered


def _cluster(one: Cluster, catalog: Catalog, words: Words) -> Iterator[str]:
    by = words(f"equality.{one.equality}") if one.equality else ""
    if one.because == "figures":
        by = f"{by}; {words('told.figures')}" if by else words("told.figures")
    yield f"  {one.key}: {name_of(one, catalog, words.language)} ({by})"
    yield f"    {', '.join(map(_path, one.cells))}"
    for urn, others in one.equals.items():
        yield f"    {words('told.equals', cell=_path(urn), others=', '.join(map(_path, others)))}"
    if one.counted:
        last = one.counted[0]
        value, period = words.number(last.value), words.period(last.period)
        name = _named(last.of, catalog, words)
        yield f"    {words('told.counted', name=name, value=value, period=period)}"
    if explained := say_explained(one, words):
        yield f"    {explained}"
    reason = one.reason_tr if words.language == "tr" else one.reason
    if one.surviving is None and one.measure:
        kept = words("told.measure_instead", measure=_named(one.measure, catalog, words))
    else:
        kept = words("told.survives", cell=_path(one.surviving or one.cells[0]))
    yield f"    {kept} {reason or ''}"
    yield f"    {say_decision(one.decided, words)}"


def _undecided(plan: Consolidation, words: Words) -> Iterable[str]:
    clusters, reports = len(open_clusters(plan)), len(open_reports(plan))
    if not clusters and not reports:
        return [words("told.all_decided")]
    return [words("told.to_decide", n=words.number(clusters), m=words.number(reports))]


def _said(one: CoveredReport, words: Words) -> str:
    return (one.reason_tr if words.language == "tr" else one.reason) or ""


def _named(urn: str, catalog: Catalog, words: Words) -> str:
    definition = catalog.definitions.get(urn)
    return definition.named(words.language) if definition else urn.partition(":")[2]


def _path(urn: str) -> str:
    return urn.partition(":")[2]
