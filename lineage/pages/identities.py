"""How records are found to be one entity, in words, and what matching last came to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from catalog.model import Entity
from catalog.model.matching import BlockPart, Comparison, Match, MatchKey
from catalog.portraits import match_version
from lineage.pages.context import PageContext

_CODE = Markup("<code>{}</code>")
LARGE = 4
"""From so many records on entities are counted together."""


@dataclass(frozen=True)
class Identity:
    """How the records of an entity are brought together: sentences, rules, figures."""

    by: Markup
    keys: tuple[Markup, ...]
    comparisons: tuple[Markup, ...]
    blocking: tuple[Markup, ...]
    limits: tuple[Markup, ...]
    said: tuple[Markup, ...]
    figures: tuple[tuple[Markup, str], ...]


def identity_of(entity: Entity, ctx: PageContext) -> Identity:
    """How an entity's records are matched, or by which ids they are the same."""
    match = entity.match
    if match is None:
        return Identity(ctx.words("identity.shared_id"), (), (), (), (), (), ())
    return Identity(
        by=ctx.words("identity.matched"),
        keys=tuple(_key(key, entity, ctx) for key in match.keys),
        comparisons=tuple(_comparison(one, ctx) for one in match.comparisons),
        blocking=tuple(_rule(rule, ctx) for rule in match.blocking),
        limits=tuple(_limits(match, ctx)),
        said=tuple(say_identity(entity, ctx)),
        figures=tuple(_figures(entity, ctx)),
    )


def say_identity(entity: Entity, ctx: PageContext) -> Iterator[Markup]:
    """What matching last came to, in sentences; nothing of an entity without a match."""
    if entity.match is None:
        return
    words, told = ctx.words, ctx.truth.identities.get(entity.key)
    if told is None:
        yield words("identity.never", command=_CODE.format("tekdogru match"))
        return
    yield words(
        "identity.said",
        day=words.day(told.as_of),
        n=words.number(told.records),
        m=words.number(told.entities),
    )
    if told.to_review:
        yield words("identity.waiting", n=words.number(told.to_review))
    if told.version != match_version(entity):
        yield Markup('<span class="td-warned">{}</span>').format(words("identity.changed"))


def _key(key: MatchKey, entity: Entity, ctx: PageContext) -> Markup:
    words, link = ctx.words, _attribute(key.attribute, ctx)
    if not key.joins:
        return words("identity.key", attribute=link)
    kinds = Markup(", ").join(ctx.subtype_name(entity, one) for one in key.joins)
    said = words("identity.key_of", attribute=link, kinds=kinds)
    if len(key.joins) > 1:
        said += Markup(" ") + words(f"identity.across_{key.across}")
    return said


def _comparison(one: Comparison, ctx: PageContext) -> Markup:
    words = ctx.words
    said = words(
        "identity.comparison",
        attribute=_attribute(one.attribute, ctx),
        how=words(f"likeness.{one.as_}"),
    )
    more = []
    if one.at:
        levels = ", ".join(words.number(level) for level in one.at)
        more.append(words("identity.at", levels=levels))
    if one.within:
        spans = ", ".join(str(words.span(span)) for span in one.within)
        more.append(words("identity.within", spans=spans))
    if one.frequency:
        more.append(words("identity.frequency"))
    return Markup("; ").join([said, *more])


def _rule(rule: tuple[BlockPart, ...], ctx: PageContext) -> Markup:
    return Markup(" + ").join(_part(part, ctx) for part in rule)


def _part(part: BlockPart, ctx: PageContext) -> Markup:
    link = _attribute(part.attribute, ctx)
    if part.first:
        return ctx.words("identity.first", attribute=link, n=part.first)
    if part.part:
        return ctx.words(f"identity.part_{part.part}", attribute=link)
    return link


def _limits(match: Match, ctx: PageContext) -> Iterator[Markup]:
    words = ctx.words
    if match.comparisons:
        merge, review = words.percent(match.merge), words.percent(match.review)
        yield words("identity.thresholds", merge=merge, review=review)
    if match.agree:
        links = Markup(", ").join(_attribute(key, ctx) for key in match.agree)
        yield words("identity.agree", attributes=links)
    yield words("identity.steward")


def _attribute(key: str, ctx: PageContext) -> Markup:
    return ctx.link(f"attribute:{key}")


def _figures(entity: Entity, ctx: PageContext) -> Iterator[tuple[Markup, str]]:
    """Counts of the last match, name and number; small ones of people are not told exactly."""
    told = ctx.truth.identities.get(entity.key)
    if told is None:
        return
    words, privacy = ctx.words, ctx.privacy
    urns = (one.urn for one in ctx.catalog.attributes_of(entity.key))
    urn = next((one for one in urns if privacy.personal.get(one)), entity.urn)
    for how in ("key", "model", "steward"):
        yield words(f"identity.by_{how}"), privacy.count(urn, told.joined_by.get(how, 0))
    sizes: dict[int, int] = {}
    for size, count in told.sizes.items():
        sizes[min(size, LARGE)] = sizes.get(min(size, LARGE), 0) + count
    for size, count in sorted(sizes.items()):
        key = "identity.alone" if size == 1 else "identity.of_size"
        n = f"{size}+" if size == LARGE else str(size)
        yield words(key, n=n), privacy.count(urn, count)
    yield words("identity.queue"), words.number(told.to_review)
