"""The pages that list: definitions by kind, checks, conflicts, review dates, owners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from catalog.model import Definition, Report, Team
from lineage.pages.addresses import list_address
from lineage.pages.contacts import mail_link
from lineage.pages.context import PageContext, alphabetical
from lineage.pages.numbers import pairs_of
from lineage.pages.usability import gravest_first

LISTED = ("attribute", "measure", "report", "source", "touchpoint", "entity", "purpose")
MOST_CHECKS = 2000
LONGEST_MEANING = 160


@dataclass(frozen=True)
class Head:
    """The heading of a column; numbers stand to the right."""

    text: Markup
    number: bool = False


@dataclass(frozen=True)
class Table:
    """One list page: its headings and rows, the first cell of a row being its name."""

    name: str
    title: Markup
    about: Markup
    empty: Markup
    heads: tuple[Head, ...]
    rows: Sequence[tuple[Markup | str, ...]]
    note: Markup | None = None


def tables(ctx: PageContext) -> Iterator[Table]:
    """Every list with its rows; empty lists too, they say that they are."""
    for kind in LISTED:
        yield _of_kind(kind, ctx)
    for make in (_teams, _checks, _conflicts, _expiring):
        yield make(ctx)


def kind_address(kind: str) -> str | None:
    """The list that holds definitions of that kind; cells, datasets and fields have none."""
    known = {**{kind: f"{kind}s" for kind in LISTED}, "entity": "entities", "team": "teams"}
    known["role"] = "owners"
    return list_address(known[kind]) if kind in known else None


def of_kind(kind: str, ctx: PageContext) -> list[Definition]:
    """The visible definitions of one kind, in alphabetical order."""
    found = (d for d in ctx.visible.values() if d.kind == kind)
    return sorted(found, key=lambda d: alphabetical(ctx.title(d)))


def owners_page(ctx: PageContext) -> str:
    """The page of owners with what each answers for; what has no owner comes first."""
    duties: dict[str, list[Definition]] = {}
    for definition in ctx.visible.values():
        if definition.kind in ("source", "attribute", "measure", "report", "touchpoint"):
            duties.setdefault(ctx.catalog.owner_of(definition.urn) or "", []).append(definition)
    subject = ctx.words.plain("start.title")
    owners = []
    for owner, owned in duties.items():
        contact = ctx.contact(owner) if owner else None
        mail = mail_link(contact.mail, subject) if contact and contact.mail else None
        owners.append((contact, mail, owned))
    owners.sort(key=lambda entry: alphabetical(entry[0].name) if entry[0] else ())
    return ctx.pages.get_template("owners.html").render(owners=owners)


def _heads(ctx: PageContext, *keys: str, numbers: Iterable[str] = ()) -> tuple[Head, ...]:
    return tuple(Head(ctx.words(key), key in numbers) for key in keys)


def _of_kind(kind: str, ctx: PageContext) -> Table:
    words = ctx.words
    address = kind_address(kind)
    name = address.split("/")[1] if address else kind
    keys = ["list.name", "list.meaning", "list.owner", "list.today"]
    rows = [
        (
            ctx.link(d.urn),
            _shorten(d.meaning(ctx.language)),
            ctx.owner_link(d.urn),
            ctx.answer_mark(d.urn),
        )
        for d in of_kind(kind, ctx)
    ]
    if kind == "purpose":
        keys, rows = keys[:2], [row[:2] for row in rows]  # type: ignore[misc]
    empty = words("list.empty_reports" if kind == "report" else "list.empty")
    about = words(f"about.{kind}")
    return Table(name, words(f"kinds.{kind}"), about, empty, _heads(ctx, *keys), rows)


def _teams(ctx: PageContext) -> Table:
    words = ctx.words
    reports: dict[str, int] = {}
    for report in ctx.visible.values():
        if isinstance(report, Report):
            reports[report.team] = reports.get(report.team, 0) + 1
    rows = [
        (
            ctx.link(t.urn),
            t.department or "–",
            _head_of(t, ctx),
            words.number(reports.get(t.key, 0)),
        )
        for t in of_kind("team", ctx)
        if isinstance(t, Team)
    ]
    heads = _heads(
        ctx, "list.name", "page.department", "page.head", "kinds.report", numbers=("kinds.report",)
    )
    return Table(
        "teams", words("kinds.team"), words("list.teams_about"), words("list.empty"), heads, rows
    )


def _head_of(team: Team, ctx: PageContext) -> Markup | str:
    if not team.head:
        return "–"
    contact = ctx.contact(team.head)
    return ctx.link(contact.urn) if contact.urn else contact.name


def _checks(ctx: PageContext) -> Table:
    words = ctx.words
    results = gravest_first(ctx.results)
    rows = [
        (
            ctx.link(r.urn),
            ctx.sentences.found(r),
            ctx.verdict_mark(r.verdict),
            words(f"severity.{r.severity}"),
            ctx.owner_link(r.urn),
        )
        for r in results[:MOST_CHECKS]
    ]
    keys = ("list.name", "list.found", "page.result", "list.severity", "list.owner")
    note = None
    if len(results) > MOST_CHECKS:
        note = words("list.more_checks", n=words.number(MOST_CHECKS), m=words.number(len(results)))
    return Table(
        "checks", words("list.checks"), words("list.checks_about"), words("list.checks_none"),
        _heads(ctx, *keys), rows, note,
    )  # fmt: skip


def _conflicts(ctx: PageContext) -> Table:
    words, privacy = ctx.words, ctx.privacy
    rows = [
        (
            ctx.link(p.result.urn),
            " ↔ ".join(ctx.sentences.pair(p.left, p.right)),
            privacy.count(p.result.urn, p.result.rows_compared),
            privacy.count(p.result.urn, p.result.violations),
            privacy.share(p.result.urn, p.result.violations, p.result.rows_compared),
            ctx.verdict_mark(p.result.verdict),
        )
        for p in pairs_of(ctx.results)
    ]
    numbers = ("page.compared", "page.differing", "list.share")
    keys = ("kind.attribute", "page.pair", *numbers, "page.result")
    return Table(
        "conflicts", words("list.conflicts"), words("list.conflicts_about"),
        words("list.conflicts_none"), _heads(ctx, *keys, numbers=numbers), rows,
    )  # fmt: skip


def _expiring(ctx: PageContext) -> Table:
    words = ctx.words
    dated = [(d.review_date, d) for d in ctx.visible.values() if d.review_date]
    dated.sort(key=lambda entry: (entry[0], entry[1].urn))
    rows = [
        (
            ctx.link(d.urn),
            words(f"kind.{d.kind}"),
            words.day(day),
            say_distance((day - ctx.today).days, ctx),
            ctx.owner_link(d.urn),
        )
        for day, d in dated
    ]
    keys = ("list.name", "page.type", "page.review", "list.when", "list.owner")
    return Table(
        "expiring", words("list.expiring"), words("list.expiring_about"), words("list.empty"),
        _heads(ctx, *keys), rows,
    )  # fmt: skip


def say_distance(days: int, ctx: PageContext) -> Markup:
    """How far a day is: in 12 days, passed 3 days ago."""
    if days == 0:
        return ctx.words("list.today_due")
    key = "list.in_days" if days > 0 else "list.expired"
    said = ctx.words(key, n=ctx.words.number(abs(days)))
    return said if days > 0 else Markup('<span class="td-warned">{}</span>').format(said)


def _shorten(text: str | None) -> str:
    text = text or ""
    if len(text) <= LONGEST_MEANING:
        return text
    return text[:LONGEST_MEANING].rsplit(" ", 1)[0] + " …"
