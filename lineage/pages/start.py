"""The start page: how healthy the single truth is today, what is failing, and where to look."""

from __future__ import annotations

from markupsafe import Markup

from lineage.pages.context import UP, PageContext
from lineage.pages.filters import ORDERS
from lineage.pages.lists import (
    kind_address,
    of_kind,
    reports_by_team,
    reviews_in_order,
    say_distance,
)
from lineage.pages.truths import most_disputed
from lineage.pages.usability import gravest_first

COUNTED = ("attribute", "measure", "report", "cell")
BROWSED = ("attribute", "measure", "report", "source", "touchpoint", "entity")
MOST = 6
VERDICTS = ORDERS["verdict"]
Review = tuple[str, str, Markup, Markup]
"""A definition's URN, its review date, how far that is, and who answers for it."""


def start_page(ctx: PageContext) -> str:
    """The start page, written with the links of a page two folders down."""
    counts = {"use": 0, "care": 0, "dont": 0}
    for urn, definition in ctx.visible.items():
        if definition.kind in COUNTED:
            counts[ctx.level(urn)] += 1
    total = sum(counts.values())
    within = max(30, (ctx.settings.expiry.warn.after(ctx.today) - ctx.today).days)
    html = ctx.pages.get_template("start.html").render(
        counts=counts,
        total=total,
        strips=_strips(counts, total),
        kinds=_kinds(ctx),
        failing=_failing(ctx),
        verdicts=_verdicts(ctx),
        overdue=_reviews(ctx, overdue=True),
        expiring=_reviews(ctx, overdue=False, within=within),
        within=within,
        teams=_teams(ctx),
        golden=_golden(ctx),
        unshown=sum(
            definition.kind in COUNTED and urn not in ctx.visible
            for urn, definition in ctx.catalog.definitions.items()
        ),
    )
    return html.replace(f'href="{UP}', 'href="')


def _golden(ctx: PageContext) -> list[Markup]:
    """The state of the golden records in a few sentences; nothing before they were resolved."""
    words = ctx.words
    shown = [one for key, one in ctx.truth.portraits.items() if f"entity:{key}" in ctx.visible]
    if not shown:
        return []
    records = sum(one.records for one in shown)
    day = words.day(min(one.as_of for one in shown))
    said = [words("golden.start", day=day, n=words.number(records))]
    said += [
        words("golden.start_contested", attribute=one.link, share=one.share)
        for one in most_disputed(ctx)[:1]
    ]
    owed = {k: n for k, n in ctx.truth.open.items() if f"attribute:{k}" in ctx.visible}
    if owed:
        count = ctx.privacy.count(f"attribute:{next(iter(owed))}", sum(owed.values()))
        said.append(words("golden.start_owed", n=count))
    return said


def _strips(counts: dict[str, int], total: int) -> list[tuple[str, float, float]]:
    strips, x = [], 0.0
    for level, count in counts.items():
        width = 100 * count / total if total else 0
        if count:
            strips.append((level, x, max(width - 0.25, 0.1)))
        x += width
    return strips


def _kinds(ctx: PageContext) -> list[tuple[str, str, int, int]]:
    entries = []
    for kind in BROWSED:
        found = of_kind(kind, ctx)
        usable = sum(ctx.level(d.urn) == "use" for d in found)
        entries.append((kind, f"{UP}{kind_address(kind)}", len(found), usable))
    return entries


def _verdicts(ctx: PageContext) -> list[tuple[str, int]]:
    verdicts = [result.outcome for result in ctx.results]
    return [(verdict, n) for verdict in VERDICTS if (n := verdicts.count(verdict))]


def _failing(ctx: PageContext) -> list[tuple[str, Markup, Markup, str]]:
    """The gravest failures, one line for each definition; a cell in the right has none."""
    entries: dict[str, tuple[str, Markup, Markup, str]] = {}
    for result in gravest_first(ctx.results):
        if result.outcome != "fail" or result.urn in entries:
            continue
        if result.check in ctx.in_the_right:
            continue
        since = ctx.words.day(ctx.history[result.check]) if result.check in ctx.history else ""
        said, owner = ctx.sentences.found(result), ctx.owner_link(result.urn)
        entries[result.urn] = (result.urn, said, owner, since)
        if len(entries) == MOST:
            break
    return list(entries.values())


def _reviews(ctx: PageContext, *, overdue: bool, within: int = 0) -> list[Review]:
    """The reviews whose day has passed, or those of the days to come, the earliest first."""
    dated = ((day, (day - ctx.today).days, d.urn) for day, d in reviews_in_order(ctx))
    wanted = [one for one in dated if (one[1] < 0 if overdue else 0 <= one[1] <= within)]
    return [
        (urn, ctx.words.day(day), say_distance(left, ctx), ctx.owner_link(urn))
        for day, left, urn in wanted[:MOST]
    ]


def _teams(ctx: PageContext) -> list[tuple[object, int]]:
    counts = reports_by_team(ctx)
    return [(team, counts.get(team.key, 0)) for team in of_kind("team", ctx) if team.key in counts]
