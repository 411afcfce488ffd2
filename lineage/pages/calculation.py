"""How a value comes about, in words: claims in order, cleansing, a measure's calculation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from catalog.model import Attribute, Cell, Definition, Field, Measure
from lineage.pages.conditions import say_condition
from lineage.pages.context import PageContext
from lineage.pages.numbers import say_value


@dataclass(frozen=True)
class Step:
    """One claim: its source, the field it reads and the conditions that let it speak."""

    source: Markup
    field: Markup
    conditions: tuple[Markup, ...]


def claims_of(attribute: Attribute, ctx: PageContext) -> list[Step]:
    """The claims of an attribute, the one that is asked first first."""
    steps = []
    for claim in attribute.claims:
        conditions = [say_condition(claim.when, ctx.words)] if claim.when else []
        if claim.row:
            sql = Markup("<code>{}</code>").format(claim.row)
            conditions.append(ctx.words("condition.row", sql=sql))
        dataset = ctx.catalog.dataset_of(claim.field)
        source = ctx.link(f"source:{claim.field.partition('.')[0]}")
        if dataset and len(ctx.catalog.sources[dataset.source].datasets) > 1:
            source += Markup(" › ") + ctx.link(dataset.urn)
        steps.append(Step(source, ctx.link(f"field:{claim.field}"), tuple(conditions)))
    return steps


def calculation_of(definition: Definition, ctx: PageContext) -> Iterator[Markup]:
    """Sentences and blocks that say how the value is calculated; none for what is not."""
    match definition:
        case Attribute():
            yield from _of_attribute(definition, ctx)
        case Measure():
            yield _code(definition.calculation)
            yield from _tolerance(definition, ctx)
        case Cell(measure=str() as measure):
            said = ctx.words("page.how_measure", other=ctx.link(f"measure:{measure}"))
            yield Markup("<p>{}{}</p>").format(said, _where(definition, ctx))
            if definition.calculation:
                yield _code(definition.calculation)
        case Cell(calculation=str() as calculation):
            yield Markup("<p>{}</p>").format(ctx.words("page.how_own"))
            yield _code(calculation)
        case Field(copy_of=str() as original):
            said = ctx.words("page.copy_of", other=ctx.link(f"field:{original}"))
            yield Markup("<p>{}</p>").format(said)


def _of_attribute(attribute: Attribute, ctx: PageContext) -> Iterator[Markup]:
    words = ctx.words
    if attribute.cleanse:
        steps = ", ".join(words.plain(f"cleanse.{step}") for step in attribute.cleanse)
        yield Markup("<p>{}</p>").format(words("page.how_cleanse", steps=steps))
    if attribute.compare:
        steps = ", ".join(words.plain(f"compare.{step}") for step in attribute.compare)
        yield Markup("<p>{}</p>").format(words("page.how_compare", steps=steps))
    if attribute.valid_for:
        span = words.span(attribute.valid_for)
        yield Markup("<p>{}</p>").format(words("page.valid_for", span=span))
    if attribute.apply_to:
        yield Markup("<p>{}</p>").format(words("page.applies_to", who=attribute.apply_to))


def _where(cell: Cell, ctx: PageContext) -> Markup:
    if not cell.where:
        return Markup("")
    parts = (ctx.words("condition.is", column=k, value=v) for k, v in cell.where.items())
    return Markup(" (") + ctx.words("page.how_where", condition=Markup(", ").join(parts)) + ")"


def _tolerance(measure: Measure, ctx: PageContext) -> Iterator[Markup]:
    tolerance, words = measure.tolerance, ctx.words
    limits = []
    if tolerance.absolute:
        limits.append(say_value(tolerance.absolute, measure, words))
    if tolerance.relative:
        share = words.number(round(tolerance.relative * 100, 10))
        limits.append(f"%{share}" if words.language == "tr" else f"{share}%")
    if limits:
        said = words("page.how_tolerance", limit=" / ".join(limits))
        yield Markup("<p>{}</p>").format(said)


def _code(text: str) -> Markup:
    return Markup('<pre class="td-code" tabindex="0"><code>{}</code></pre>').format(text.strip())
