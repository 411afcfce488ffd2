"""Says in words how the golden value is chosen: strategies, guards of claims, groups, validity."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from catalog.model import Attribute, Claim, Ranking, SameAs, Trust
from catalog.model.survival import Criterion, Downgrade
from lineage.pages.conditions import say_condition
from lineage.pages.context import PageContext

ALONE = ("all", "manual", "priority")


def choosing_of(attribute: Attribute, ctx: PageContext) -> Markup:
    """The sentence that says which of several values survives."""
    first = attribute.survive[0]
    if first in ALONE:
        return ctx.words(f"chosen.{first}")
    said = [_criterion(one, attribute, ctx) for one in attribute.survive]
    if attribute.survive[-1] != "priority":
        said.append(ctx.words("strategy.priority"))
    chain = said[0]
    for next_ in said[1:]:
        chain = ctx.words("explain.then", first=chain, next=next_)
    return ctx.words("chosen.chain", chain=chain)


def keeping_of(attribute: Attribute, ctx: PageContext) -> Iterator[Markup]:
    """Sentences on groups, on what is current, and on what a steward may set."""
    words = ctx.words
    if attribute.group:
        yield from _group(attribute, ctx)
    if attribute.valid_for:
        yield words("page.valid_for", span=words.span(attribute.valid_for))
    if attribute.valid_until:
        yield words("chosen.valid_until", field=_code(attribute.valid_until))
    if attribute.valid_while:
        condition = _unless_hidden(attribute, attribute.valid_while, ctx)
        yield words("chosen.valid_while", condition=condition)
    if attribute.can_be_stale:
        yield words("chosen.current_first")
    yield words("chosen.override")


def guards_of(claim: Claim, ctx: PageContext) -> Iterator[Markup]:
    """What is asked of a claim before it may speak, and how far it is believed, piece by piece."""
    words = ctx.words
    if claim.from_ or claim.until:
        yield _in_force(claim, ctx)
    if claim.when:
        yield _of_row(claim, claim.when, ctx, say_condition(claim.when, words))
    if claim.where:
        yield words("guard.where", condition=_where(claim, ctx))
    for name in ("row", "valid_if", "deleted", "valid_while"):
        if sql := getattr(claim, name):
            key = "condition.row" if name == "row" else f"guard.{name}"
            yield _of_row(claim, sql, ctx, words(key, sql=_code(sql)))
    if claim.blank == "deleted":
        yield words("guard.blank")
    if claim.valid_until:
        yield words("guard.valid_until", field=_code(claim.valid_until))
    if claim.trust:
        yield _trust(claim.trust, ctx)
    for downgrade in claim.downgrade:
        yield _of_row(claim, downgrade.if_, ctx, _downgraded(downgrade, ctx))
    if claim.only_if_empty:
        yield words("guard.only_if_empty")
    if claim.protect:
        yield words("guard.protect")


def _criterion(one: Criterion, attribute: Attribute, ctx: PageContext) -> Markup:
    if isinstance(one, SameAs):
        return ctx.words("chosen.same_as", attribute=ctx.link(f"attribute:{one.same_as}"))
    if isinstance(one, Ranking):
        key = "chosen.rank_asc" if one.order == "asc" else "chosen.rank_desc"
        return ctx.words(key, sql=_unless_hidden(attribute, one.rank, ctx))
    return ctx.words(f"strategy.{one}")


def _group(attribute: Attribute, ctx: PageContext) -> Iterator[Markup]:
    members = [
        one.urn
        for one in ctx.catalog.attributes_of(attribute.entity)
        if one.group == attribute.group
    ]
    others = [urn for urn in members if urn != attribute.urn]
    if others:
        links = Markup(", ").join(map(ctx.link, others))
        first = ctx.link(members[0])
        yield ctx.words("chosen.group", others=links, first=first)


def _in_force(claim: Claim, ctx: PageContext) -> Markup:
    words = ctx.words
    if claim.from_ and claim.until:
        return words("guard.between", first=words.day(claim.from_), last=words.day(claim.until))
    if claim.from_:
        return words("guard.from", day=words.day(claim.from_))
    assert claim.until
    return words("guard.until", day=words.day(claim.until))


def _of_row(claim: Claim, sql: str, ctx: PageContext, said: Markup) -> Markup:
    """What is said of a condition on the claimed row, unless that names what is not shown here."""
    hidden = ctx.names_hidden(claim.field.rpartition(".")[0], sql)
    return ctx.words("condition.hidden") if hidden else said


def _unless_hidden(attribute: Attribute, sql: str, ctx: PageContext) -> Markup:
    """A condition on every claimed row as it is written."""
    datasets = {claim.field.rpartition(".")[0] for claim in attribute.all_claims}
    if any(ctx.names_hidden(one, sql) for one in datasets):
        return ctx.words("chosen.hidden")
    return _code(sql)


def _where(claim: Claim, ctx: PageContext) -> Markup:
    """A condition on the golden record, by the names of its attributes."""
    entity = _entity_of(claim, ctx)
    columns = {one.column: one for one in ctx.catalog.attributes_of(entity)}
    sql = claim.where or ""
    if any(ctx.is_hidden(one.urn) for name, one in columns.items() if name in sql):
        return ctx.words("condition.hidden")

    def name(column: str) -> Markup:
        one = columns.get(column)
        return ctx.link(one.urn) if one else _code(column)

    def label(column: str, code: str) -> Markup:
        one = columns.get(column)
        return ctx.code_label(one, code) if one else _code(code)

    return say_condition(sql, ctx.words, name, label)


def _entity_of(claim: Claim, ctx: PageContext) -> str:
    dataset = ctx.catalog.dataset_of(claim.field)
    return (dataset.entity if dataset else None) or ""


def _trust(trust: Trust, ctx: PageContext) -> Markup:
    words = ctx.words
    if trust.measured and trust.max is None:
        return words("guard.trust_measured")
    if trust.measured:
        return words("guard.trust_until_measured", most=words.number(trust.max))
    most, least = words.number(trust.max), words.number(trust.min)
    if trust.curve == "none" or trust.period is None:
        return words("guard.trust", most=most)
    curve = words(f"curve.{trust.curve}")
    span = words.span(trust.period)
    return words("guard.trust_falls", most=most, least=least, span=span, curve=curve)


def _downgraded(downgrade: Downgrade, ctx: PageContext) -> Markup:
    words = ctx.words
    key = "guard.downgrade_floor" if downgrade.floor else "guard.downgrade"
    share = words.percent(downgrade.by / 100)
    floor = words.number(downgrade.floor)
    return words(key, share=share, sql=_code(downgrade.if_), floor=floor)


def _code(text: str) -> Markup:
    return Markup("<code>{}</code>").format(" ".join(text.split()))
