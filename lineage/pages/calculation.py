"""How a value comes about, in words: claims in order, cleansing, a measure's calculation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from catalog.model import Attribute, Cell, Claim, Definition, Field, Measure
from catalog.model.reports import is_query
from lineage.pages.context import PageContext
from lineage.pages.figures import Figures
from lineage.pages.grid import place_of
from lineage.pages.numbers import say_value
from lineage.pages.queries import tell_formula, tell_query
from lineage.pages.survivorship import guards_of, keeping_of


@dataclass(frozen=True)
class Step:
    """One claim: its source, the field it reads and the conditions that let it speak."""

    source: Markup
    field: Markup
    conditions: tuple[Markup, ...]


def claims_of(attribute: Attribute, ctx: PageContext) -> list[Step]:
    """The claims of an attribute, the one that is asked first first."""
    return [step_of(claim, ctx) for claim in attribute.claims]


def fallback_of(attribute: Attribute, ctx: PageContext) -> list[Step]:
    """The claims that stand in while none of the others is in force."""
    return [step_of(claim, ctx) for claim in attribute.fallback]


def step_of(claim: Claim, ctx: PageContext) -> Step:
    """One claim as it is shown; of a hidden field only that there is one."""
    dataset = ctx.catalog.dataset_of(claim.field)
    field = ctx.link(f"field:{claim.field}")
    if ctx.is_hidden(f"field:{claim.field}"):
        return Step(Markup(""), field, ())
    source = ctx.link(f"source:{claim.field.partition('.')[0]}")
    if dataset and len(ctx.catalog.sources[dataset.source].datasets) > 1:
        source += Markup(" › ") + ctx.link(dataset.urn)
    conditions = list(dict.fromkeys(guards_of(claim, ctx)))
    return Step(source, field, tuple(conditions))


def calculation_of(definition: Definition, figures: Figures) -> Iterator[Markup]:
    """Sentences and blocks that say how the value is calculated; none for what is not."""
    ctx = figures.ctx
    match definition:
        case Attribute():
            yield from _of_attribute(definition, ctx)
        case Measure():
            yield from _of_sql(definition, definition.calculation, ctx)
            yield from _tolerance(definition, ctx)
        case Cell(measure=str() as measure):
            where = _where(definition, figures)
            key = "page.how_measure_where" if where else "page.how_measure"
            said = ctx.words(key, other=ctx.link(f"measure:{measure}"), condition=where)
            yield Markup("<p>{}</p>").format(said)
            if definition.calculation:
                yield from _of_sql(definition, definition.calculation, ctx)
        case Cell(calculation=str() as calculation):
            yield Markup("<p>{}</p>").format(ctx.words("page.how_own"))
            yield from _of_sql(definition, calculation, ctx)
        case Field(copy_of=str() as original):
            said = ctx.words("page.copy_of", other=ctx.link(f"field:{original}"))
            yield Markup("<p>{}</p>").format(said)


def _of_sql(definition: Measure | Cell, calculation: str, ctx: PageContext) -> Iterator[Markup]:
    """A calculation in words as far as that goes, then as it is written, folded behind them."""
    if ctx.rests_on_hidden(definition.urn):
        yield Markup('<p class="td-quiet">{}</p>').format(ctx.words("calc.not_shown"))
        return
    told = list(_told(definition, calculation, ctx))
    yield from told
    if not told:
        yield _code(calculation)
        return
    yield Markup('<details class="td-sql"><summary>{}</summary>{}</details>').format(
        ctx.words("calc.sql"), _code(calculation)
    )


def _told(definition: Measure | Cell, calculation: str, ctx: PageContext) -> Iterator[Markup]:
    if is_query(calculation):
        lines = [
            Markup("<dt>{}</dt><dd>{}</dd>").format(question, Markup("<br>").join(answers))
            for question, answers in tell_query(calculation, ctx)
        ]
        if lines:
            yield Markup('<dl class="td-facts td-told">{}</dl>').format(Markup("").join(lines))
    elif isinstance(definition, Cell) and calculation.startswith("="):
        said = tell_formula(calculation, _names_beside(definition, ctx))
        if said is not None:
            yield Markup('<p class="td-told">{}</p>').format(said)


def _names_beside(cell: Cell, ctx: PageContext) -> dict[str, Markup]:
    """The cells of the same sheet by their addresses, as links."""
    sheet = place_of(cell)
    names = {}
    for other in ctx.catalog.reports[cell.report].cells:
        place = place_of(other)
        if place and sheet and place.sheet == sheet.sheet:
            names[f"{place.column}{place.row}"] = ctx.link(other.urn)
    return names


def _of_attribute(attribute: Attribute, ctx: PageContext) -> Iterator[Markup]:
    words = ctx.words
    if attribute.cleanse:
        steps = ", ".join(words.plain(f"cleanse.{step}") for step in attribute.cleanse)
        yield Markup("<p>{}</p>").format(words("page.how_cleanse", steps=steps))
    if attribute.compare:
        steps = ", ".join(words.plain(f"compare.{step}") for step in attribute.compare)
        yield Markup("<p>{}</p>").format(words("page.how_compare", steps=steps))
    yield from (Markup("<p>{}</p>").format(said) for said in keeping_of(attribute, ctx))
    if attribute.corrections:
        span = words.span(attribute.corrections.within)
        yield Markup("<p>{}</p>").format(words("page.corrections", span=span))
    if attribute.apply_to:
        entity = ctx.visible.get(f"entity:{attribute.entity}")
        who = ctx.subtype_name(entity, attribute.apply_to)
        yield Markup("<p>{}</p>").format(words("page.applies_to", who=who))


def _where(cell: Cell, figures: Figures) -> Markup:
    if not cell.where:
        return Markup("")
    ctx = figures.ctx
    measure = ctx.visible.get(f"measure:{cell.measure}")
    parts = []
    for column, code in cell.where.items():
        name: Markup | str = column
        value: Markup | str = str(code)
        if isinstance(measure, Measure):
            attribute = figures.attribute_of(measure, column)
            name = ctx.link(attribute.urn) if attribute else column
            value = figures.label(measure, column, str(code))
        parts.append(ctx.words("condition.is", column=name, value=value))
    return Markup(", ").join(parts)


def _tolerance(measure: Measure, ctx: PageContext) -> Iterator[Markup]:
    tolerance, words = measure.tolerance, ctx.words
    limits = []
    if tolerance.absolute:
        limits.append(say_value(tolerance.absolute, measure, words))
    if tolerance.relative:
        share = words.number(round(tolerance.relative * 100, 10))
        limits.append(Markup(f"%{share}" if words.language == "tr" else f"{share}%"))  # noqa: S704
    if limits:
        said = words("page.how_tolerance", limit=Markup(" / ").join(limits))
        yield Markup("<p>{}</p>").format(said)


def _code(text: str) -> Markup:
    return Markup('<pre class="td-code" tabindex="0"><code>{}</code></pre>').format(text.strip())
