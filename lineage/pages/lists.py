"""The pages that list: definitions by kind, review dates, teams, owners."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from markupsafe import Markup

from catalog.expiry import review_of
from catalog.model import Definition, Report, Team
from lineage.pages.addresses import list_address
from lineage.pages.checks import checks_table, conflicts_table
from lineage.pages.contacts import mail_link
from lineage.pages.context import PageContext, alphabetical
from lineage.pages.filters import Filters, Row, Table, heads

LISTED = (
    "attribute",
    "measure",
    "report",
    "source",
    "dataset",
    "touchpoint",
    "entity",
    "purpose",
)
LONGEST_MEANING = 160
OWNED = ("source", "attribute", "measure", "report", "touchpoint")


def tables(ctx: PageContext) -> Iterator[Table]:
    """Every list with its rows; empty lists too, they say that they are."""
    for kind in LISTED:
        yield _of_kind(kind, ctx)
    for make in (_teams, checks_table, conflicts_table, _expiring):
        yield make(ctx)


def kind_address(kind: str) -> str | None:
    """The list that holds definitions of that kind; cells and fields have none."""
    known = {**{kind: f"{kind}s" for kind in LISTED}, "entity": "entities", "team": "teams"}
    known["role"] = "owners"
    return list_address(known[kind]) if kind in known else None


def of_kind(kind: str, ctx: PageContext) -> list[Definition]:
    """The visible definitions of one kind, in alphabetical order."""
    found = (d for d in ctx.visible.values() if d.kind == kind)
    return sorted(found, key=lambda d: alphabetical(ctx.full_title(d)))


def reports_by_team(ctx: PageContext) -> dict[str, int]:
    """How many visible reports each team makes, by its key; teams without any are left out."""
    counts: dict[str, int] = {}
    for report in ctx.visible.values():
        if isinstance(report, Report):
            counts[report.team] = counts.get(report.team, 0) + 1
    return counts


def reviews_in_order(ctx: PageContext) -> list[tuple[date, Definition]]:
    """The visible definitions that have a review date, the earliest first."""
    reviews = ((review_of(d, ctx.settings), d) for d in ctx.visible.values())
    dated = [(review.on, d) for review, d in reviews if review]
    return sorted(dated, key=lambda entry: (entry[0], entry[1].urn))


def owners_page(ctx: PageContext) -> str:
    """The page of owners with what each answers for; what has no owner comes first."""
    duties: dict[str, list[Definition]] = {}
    for definition in ctx.visible.values():
        if definition.kind in OWNED:
            duties.setdefault(ctx.catalog.owner_of(definition.urn) or "", []).append(definition)
    subject = ctx.words.plain("start.title")
    owners = []
    for owner, owned in duties.items():
        contact = ctx.contact(owner) if owner else None
        mail = mail_link(contact.mail, subject) if contact and contact.mail else None
        owners.append((contact, mail, owned))
    owners.sort(key=lambda entry: alphabetical(entry[0].name) if entry[0] else ())
    return ctx.pages.get_template("owners.html").render(owners=owners)


def _of_kind(kind: str, ctx: PageContext) -> Table:
    words = ctx.words
    address = kind_address(kind)
    name = address.split("/")[1] if address else kind
    filters = Filters(ctx, ("team", "owner", "level"))
    keys = ["list.name", "list.meaning", "list.owner", "list.today"]
    rows = []
    for d in of_kind(kind, ctx):
        link = ctx.link(d.urn)
        if kind == "dataset":
            link = Markup("{} › {}").format(ctx.link(f"source:{d.path.partition('.')[0]}"), link)
        cells = (link, _meaning(d, ctx), ctx.owner_link(d.urn), ctx.answer_mark(d.urn))
        rows.append(Row(cells, filters.of(d.urn, level=ctx.level(d.urn))))
    if kind == "purpose":
        keys, rows = keys[:2], [Row(row.cells[:2]) for row in rows]
    return Table(
        name,
        words(f"kinds.{kind}"),
        words(f"about.{kind}"),
        words("list.empty_reports" if kind == "report" else "list.empty"),
        heads(ctx, *keys),
        rows,
        filters=filters.shown(rows),
    )


def _teams(ctx: PageContext) -> Table:
    words = ctx.words
    reports = reports_by_team(ctx)
    rows = [
        Row(
            (
                ctx.link(t.urn),
                words.told(t, "department") or "–",
                ctx.owner_name(t.head) if t.head else "–",
                words.number(reports.get(t.key, 0)),
            )
        )
        for t in of_kind("team", ctx)
        if isinstance(t, Team)
    ]
    keys = ("list.name", "page.department", "page.head", "kinds.report")
    return Table(
        "teams",
        words("kinds.team"),
        words("list.teams_about"),
        words("list.empty"),
        heads(ctx, *keys, numbers=("kinds.report",)),
        rows,
    )


def _expiring(ctx: PageContext) -> Table:
    words = ctx.words
    filters = Filters(ctx, ("team", "owner", "kind"))
    rows = [
        Row(
            (
                ctx.link(d.urn),
                words(f"kind.{d.kind}"),
                words.day(day),
                say_distance((day - ctx.today).days, ctx),
                ctx.owner_link(d.urn),
            ),
            filters.of(d.urn, kind=d.kind),
        )
        for day, d in reviews_in_order(ctx)
    ]
    keys = ("list.name", "page.type", "page.review", "list.when", "list.owner")
    return Table(
        "expiring",
        words("list.expiring"),
        words("list.expiring_about"),
        words("list.empty"),
        heads(ctx, *keys),
        rows,
        filters=filters.shown(rows),
    )


def say_distance(days: int, ctx: PageContext) -> Markup:
    """How far a day is: in 12 days, passed 3 days ago."""
    if days == 0:
        return ctx.words("list.today_due")
    said = ctx.words.counted("list.in_days" if days > 0 else "list.expired", abs(days))
    return said if days > 0 else Markup('<span class="td-warned">{}</span>').format(said)


def _meaning(definition: Definition, ctx: PageContext) -> Markup:
    """What it means, shortened at a word."""
    own = definition.own_words("definition", ctx.language)
    text = own or definition.definition or ""
    if len(text) > LONGEST_MEANING:
        text = text[:LONGEST_MEANING].rsplit(" ", 1)[0] + " …"
    return Markup.escape(text) if own else ctx.words.foreign(text)
