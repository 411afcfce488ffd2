"""The pages of the consolidation plan: the overview, and each number published more than once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from catalog.consolidations import Cluster, CoveredReport
from lineage.pages.consolidated import Shown
from lineage.pages.context import PageContext
from lineage.pages.filters import Filters, Row, Table, heads

_COMMAND = Markup("<code>{}</code>")


@dataclass(frozen=True)
class ReportLine:
    """One report in the plan."""

    link: Markup
    team: Markup
    hours: str
    by: Markup
    reason: str
    lost: Sequence[Markup]
    decision: Markup
    obligation: str | None


def consolidation_page(ctx: PageContext) -> str:
    """The overview: which reports can go, which not, every cluster, and what was decided."""
    template, words = ctx.pages.get_template("consolidation.html"), ctx.words
    shown = ctx.consolidation
    if shown is None:
        command = _COMMAND.format("tekdogru consolidate")
        return template.render(empty=words("consolidation.never", command=command))
    going = [one for one in shown.reports if one.proposed]
    staying = [one for one in shown.reports if not one.proposed]
    period = words.period(shown.plan.period) if shown.plan.period else ""
    open_ = sum(one.is_open for one in shown.clusters) + sum(_is_open(one) for one in going)
    return template.render(
        empty=None,
        day=words.day(shown.plan.as_of),
        period=period,
        counts=_counts(shown, open_),
        going=[_line(one, shown) for one in going],
        owed=[_line(one, shown) for one in staying if one.obligation],
        partly=[_line(one, shown) for one in _partly(staying)],
        hours=[
            (ctx.link(f"team:{team}"), words.number(hours)) for team, hours in shown.hours.items()
        ],
        clusters=clusters_table(shown),
        decisions=list(_decisions(shown)),
        unknown=shown.unknown,
    )


def cluster_page(cluster: Cluster, ctx: PageContext) -> str:
    """One cluster: its numbers side by side, why they differ, who keeps it, what was decided."""
    shown = ctx.consolidation
    assert shown is not None
    periods, numbers = shown.numbers(cluster)
    catalog = ctx.catalog
    cells = [
        {
            "link": shown.cell_link(urn),
            "by": _shows(urn, ctx),
            "unit": shown.unit(urn),
            "owner": ctx.owner_link(urn),
            "team": ctx.link(f"team:{catalog.reports[_report(urn)].team}"),
            "numbers": values,
            "survives": urn == cluster.surviving,
        }
        for urn, values in numbers
    ]
    kept = cluster.surviving or cluster.measure
    owner = ctx.owner_link(kept) if kept else None
    return ctx.pages.get_template("cluster.html").render(
        title=shown.name(cluster),
        cluster=cluster,
        badge=shown.badge(cluster.verdict),
        about=ctx.words(f"consolidation.about_{cluster.verdict}"),
        equality=shown.equality(cluster),
        measure=ctx.link(cluster.measure) if cluster.measure else None,
        periods=periods,
        cells=cells,
        counted=shown.counted(cluster),
        equals=list(shown.equals(cluster)),
        causes=list(shown.causes(cluster)),
        surviving=shown.cell_link(cluster.surviving) if cluster.surviving else None,
        instead=ctx.link(kept) if kept and not cluster.surviving else None,
        owner=owner,
        reason=shown.reason(cluster),
        decision=shown.decision(cluster.decided),
        open=cluster.is_open,
        command=_COMMAND.format(f"tekdogru consolidate decide {cluster.key}"),
    )


def cluster_title(cluster: Cluster, ctx: PageContext) -> str:
    """What a cluster is called, without markup."""
    return ctx.consolidation.name(cluster).striptags() if ctx.consolidation else ""


def paged(ctx: PageContext) -> list[Cluster]:
    """The clusters that have a page: those of more than one number, or that contradict."""
    shown = ctx.consolidation
    return [one for one in shown.clusters if one.verdict != "unique"] if shown else []


def clusters_table(shown: Shown) -> Table:
    """Every cluster that has a page, narrowed by verdict, decision, team and owner."""
    ctx = shown.ctx
    filters = Filters(ctx, ("cluster", "settled", "team", "owner"))
    rows = []
    for one in paged(ctx):
        kept = one.surviving or one.measure
        owner = ctx.owner_link(kept) if kept else Markup("–")
        about = one.surviving or one.cells[0]
        teams = {team for urn in one.cells for team in filters.of(urn)["team"]}
        marks = filters.of(about, cluster=one.verdict, settled=shown.state(one.decided))
        cells = (
            shown.link(one),
            shown.badge(one.verdict),
            shown.equality(one),
            ctx.words.number(len(one.cells)),
            shown.cell_link(one.surviving) if one.surviving else _instead(one, ctx),
            owner,
            ctx.words(f"settled.{shown.state(one.decided)}"),
        )
        rows.append(Row(cells, {**marks, "team": tuple(sorted(teams))}))
    keys = (
        "list.name",
        "consolidation.verdict",
        "consolidation.calculations",
        "consolidation.cells",
        "consolidation.survives",
        "list.owner",
        "consolidation.decision",
    )
    return Table(
        "consolidation",
        ctx.words("consolidation.clusters"),
        ctx.words("consolidation.about"),
        ctx.words("consolidation.none"),
        heads(ctx, *keys, numbers=("consolidation.cells",)),
        rows,
        filters=filters.shown(rows),
    )


def _instead(one: Cluster, ctx: PageContext) -> Markup:
    """The measure that is to be published where none of the cells is it."""
    if one.measure is None:
        return Markup("–")
    return Markup("{} <span class='td-quiet'>({})</span>").format(
        ctx.link(one.measure), ctx.words("kind.measure")
    )


def _counts(shown: Shown, open_: int) -> list[tuple[str, Markup]]:
    words = shown.ctx.words
    verdicts = [one.verdict for one in shown.clusters]
    going = sum(one.proposed for one in shown.reports)
    hours = sum(shown.hours.values())
    return [
        (words.number(going), words("consolidation.count_go")),
        (words.number(hours), words("consolidation.count_hours")),
        (words.number(verdicts.count("contradictory")), words("consolidation.count_against")),
        (words.number(verdicts.count("same")), words("consolidation.count_same")),
        (words.number(verdicts.count("unique")), words("consolidation.count_unique")),
        (words.number(open_), words("consolidation.count_open")),
    ]


def _partly(reports: Sequence[CoveredReport]) -> list[CoveredReport]:
    return [one for one in reports if not one.obligation and one.covered != "none"]


def _line(one: CoveredReport, shown: Shown) -> ReportLine:
    ctx = shown.ctx
    by = Markup(", ").join(ctx.link(urn) for urn in one.by if urn in ctx.visible)
    return ReportLine(
        link=ctx.link(one.urn),
        team=ctx.link(f"team:{one.team}"),
        hours="–" if one.hours is None else ctx.words.number(one.hours),
        by=by or Markup("–"),
        reason=shown.reason(one),
        lost=[ctx.link(urn) for urn in one.lost if urn in ctx.visible],
        decision=shown.decision(one.decided),
        obligation=one.obligation,
    )


def _decisions(shown: Shown) -> Iterator[tuple[Markup, Markup]]:
    """What was decided: on what, and by whom with the reason; nothing on what is hidden."""
    for one in shown.plan.decisions:
        if all(urn in shown.ctx.visible for urn in one.about):
            named = [
                shown.cell_link(urn) if urn.startswith("cell:") else shown.ctx.link(urn)
                for urn in one.about
            ]
            yield Markup(" · ").join(named), shown.decision(one)


def _shows(urn: str, ctx: PageContext) -> Markup:
    cell = ctx.catalog.cells[urn.partition(":")[2]]
    if cell.measure:
        return ctx.link(f"measure:{cell.measure}")
    return ctx.words("page.own_calculation" if cell.calculation else "page.no_calculation")


def _report(urn: str) -> str:
    return urn.partition(":")[2].partition("/")[0]


def _is_open(one: CoveredReport) -> bool:
    return one.decided is None or one.decided.is_open
