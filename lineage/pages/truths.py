"""The overview of the truth: golden records by entity and attribute, corrections, trust."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from catalog.model import Attribute, Entity
from lineage.pages.addresses import conflicts_address
from lineage.pages.context import UP, PageContext, alphabetical
from lineage.pages.filters import Filters, Head, Row, Table, heads
from lineage.pages.golden import (
    State,
    current_share,
    has_conflicts,
    owed_line,
    say_trust,
    source_name,
    states_of,
)
from lineage.pages.identities import say_identity
from lineage.pages.truth import Owed

MOST_LISTED = 8
KEYS = ("entity", "team", "owner", "source")
_COMMAND = Markup("<code>{}</code>")
_LINK = Markup('<a href="{}">{}</a>')


@dataclass(frozen=True)
class EntityLine:
    """One entity: how many golden records it has, and how its records were brought together."""

    link: Markup
    records: str
    said: Sequence[Markup]


@dataclass(frozen=True)
class Disputed:
    """One attribute on which many sources disagree."""

    link: Markup
    href: str
    share: str


def truth_page(ctx: PageContext) -> str:
    """The overview: entities, attributes, what is contested most, corrections, trust."""
    owed = shown_owed(ctx)
    trust = list(_trust_rows(ctx))
    return ctx.pages.get_template("truth.html").render(
        entities=[_entity_line(one, ctx) for one in _entities(ctx)],
        resolved=bool(ctx.truth.portraits),
        golden=golden_table(ctx),
        disputed=most_disputed(ctx),
        owed=[owed_line(one, ctx) for one in owed[:MOST_LISTED]],
        owed_more=len(owed) > MOST_LISTED,
        owed_none=_no_corrections(ctx),
        trust=trust[:MOST_LISTED],
        trust_heads=_trust_heads(ctx),
        trust_more=len(trust) > MOST_LISTED,
        trust_none=_no_trust(ctx),
    )


def truth_tables(ctx: PageContext) -> Iterator[Table]:
    """The whole lists of open corrections and of measured trust."""
    yield _corrections_table(ctx)
    yield _trust_table(ctx)


def golden_table(ctx: PageContext) -> Table:
    """Every attribute with its golden figures, the most contested first."""
    words = ctx.words
    filters = Filters(ctx, KEYS)
    rows = [
        Row(_golden_cells(one, ctx), filters.of(one.urn, **_marks(one, ctx)))
        for one in _attributes(ctx)
    ]
    numbers = ("truth.present", "truth.contested", "list.share", "truth.open")
    keys = ("kind.attribute", "golden.title", *numbers, "list.owner")
    return Table(
        "truth",
        words("truth.attributes"),
        words("truth.about"),
        words("list.empty"),
        heads(ctx, *keys, numbers=numbers),
        rows,
        filters=filters.shown(rows),
    )


def shown_owed(ctx: PageContext) -> list[Owed]:
    """The corrections that have not arrived, as far as they may be named."""
    return [
        one
        for one in ctx.truth.owed
        if one.urn in ctx.visible and f"attribute:{one.attribute}" in ctx.visible
    ]


def _entities(ctx: PageContext) -> list[Entity]:
    described = {one.entity for one in _attributes(ctx)}
    found = (d for d in ctx.visible.values() if isinstance(d, Entity) and d.key in described)
    return sorted(found, key=lambda one: alphabetical(ctx.title(one)))


def _attributes(ctx: PageContext) -> list[Attribute]:
    """The visible attributes, the most contested first, then by name."""

    def order(one: Attribute) -> tuple[float, object]:
        told = ctx.truth.of(one)
        share = told.contested / told.entities if told and told.entities else 0.0
        return -share, alphabetical(ctx.title(one))

    found = (one for one in ctx.visible.values() if isinstance(one, Attribute))
    return sorted(found, key=order)


def _entity_line(entity: Entity, ctx: PageContext) -> EntityLine:
    portrait, words = ctx.truth.portraits.get(entity.key), ctx.words
    said = list(say_identity(entity, ctx))
    if portrait is None:
        command = _COMMAND.format("tekdogru resolve")
        return EntityLine(ctx.link(entity.urn), "–", [words("truth.never", command=command), *said])
    told = [words("page.as_of", day=words.day(portrait.as_of)) + "."]
    if portrait.unmatched:
        command = _COMMAND.format("tekdogru match")
        n = words.number(portrait.unmatched)
        told.append(words("truth.unmatched", n=n, command=command))
    return EntityLine(ctx.link(entity.urn), words.number(portrait.records), [*told, *said])


def _golden_cells(one: Attribute, ctx: PageContext) -> tuple[Markup | str, ...]:
    told, privacy, urn = ctx.truth.of(one), ctx.privacy, one.urn
    open_ = ctx.truth.open.get(one.key, 0)
    owed = privacy.count(urn, open_) if open_ else "–"
    owner = ctx.owner_link(urn)
    if told is None:
        quiet = Markup('<span class="td-quiet">{}</span>').format(ctx.words("truth.unresolved"))
        return ctx.link(urn), quiet, "–", "–", "–", owed, owner
    contested = privacy.count(urn, told.contested)
    if has_conflicts(told):
        contested = _LINK.format(UP + conflicts_address(one.key), contested)
    share = privacy.share(urn, told.contested, told.entities)
    current = current_share(told, urn, ctx)
    return (
        ctx.link(urn),
        _bar(states_of(told, urn, ctx), ctx),
        current,
        contested,
        share,
        owed,
        owner,
    )


def _bar(states: Sequence[State], ctx: PageContext) -> Markup:
    """The states as a bar, and in words for those who do not see it."""
    said = ", ".join(f"{one.count} {ctx.words.plain(f'state.{one.key}')}" for one in states)
    pieces = Markup("").join(
        Markup('<rect class="td-fill-{}" x="{:.2f}" width="{:.2f}" height="8"/>').format(
            one.fill, one.x, one.width
        )
        for one in states
    )
    return Markup(
        '<svg class="td-bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img"'
        ' aria-label="{}"><title>{}</title>{}</svg>'
    ).format(said, said, pieces)


def _marks(one: Attribute, ctx: PageContext) -> dict[str, str | tuple[str, ...]]:
    claimed = (claim.field.partition(".")[0] for claim in one.all_claims)
    sources = tuple(key for key in dict.fromkeys(claimed) if f"source:{key}" in ctx.visible)
    entity = one.entity if f"entity:{one.entity}" in ctx.visible else ""
    return {"source": sources, "entity": entity}


def most_disputed(ctx: PageContext) -> list[Disputed]:
    """The attributes on which most sources disagree, the widest first."""
    found = []
    for one in _attributes(ctx)[:3]:
        told = ctx.truth.of(one)
        if told and has_conflicts(told):
            href = UP + conflicts_address(one.key)
            share = ctx.privacy.share(one.urn, told.contested, told.entities)
            found.append(Disputed(ctx.link(one.urn), href, share))
    return found


def _corrections_table(ctx: PageContext) -> Table:
    words = ctx.words
    filters = Filters(ctx, ("team", "owner", "kind"))
    rows = []
    for one in shown_owed(ctx):
        line = owed_line(one, ctx)
        kind = one.urn.partition(":")[0]
        cells = (line.where, line.what, line.count, line.late, line.days, line.owner)
        rows.append(Row(cells, filters.of(one.urn, kind=kind)))
    numbers = ("golden.waits", "golden.late", "golden.oldest")
    keys = ("golden.where", "kind.attribute", *numbers, "list.owner")
    return Table(
        "corrections",
        words("truth.corrections"),
        words("truth.corrections_about"),
        _no_corrections(ctx),
        heads(ctx, *keys, numbers=numbers),
        rows,
        filters=filters.shown(rows),
    )


def _trust_table(ctx: PageContext) -> Table:
    words = ctx.words
    filters = Filters(ctx, ("source", "owner", "team"))
    rows = [
        Row(cells, filters.of(f"source:{source}", source=source))
        for source, cells in _trust_rows(ctx)
    ]
    return Table(
        "trust",
        words("truth.trust"),
        words("golden.trust_note"),
        _no_trust(ctx),
        _trust_heads(ctx),
        rows,
        filters=filters.shown(rows),
    )


def _trust_heads(ctx: PageContext) -> tuple[Head, ...]:
    return heads(ctx, "kind.attribute", "golden.source", "golden.trust", "list.owner")


def _trust_rows(ctx: PageContext) -> Iterator[tuple[str, tuple[Markup, ...]]]:
    for one in ctx.truth.trust:
        urn, source = f"attribute:{one.attribute}", f"source:{one.source}"
        if urn in ctx.visible and source in ctx.visible:
            owner = ctx.owner_link(source)
            yield (
                one.source,
                (ctx.link(urn), source_name(one.source, ctx), say_trust(one, ctx), owner),
            )


def _no_corrections(ctx: PageContext) -> Markup:
    if ctx.truth.observed:
        return ctx.words("golden.none_open")
    command = _COMMAND.format("tekdogru resolve")
    promise = _COMMAND.format("corrections:")
    return ctx.words("truth.corrections_none", promise=promise, command=command)


def _no_trust(ctx: PageContext) -> Markup:
    command = _COMMAND.format("tekdogru corrections evidence")
    return ctx.words("truth.trust_none", command=command)
