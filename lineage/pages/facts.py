"""The short facts of a definition: those in the margin, and the technical ones folded away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from markupsafe import Markup

from catalog.model import (
    Attribute,
    Confirmation,
    Dataset,
    Definition,
    Field,
    Imported,
    Measure,
    Purpose,
    Report,
    SourceSystem,
)
from catalog.model.reports import Audience
from lineage.pages.conditions import say_condition
from lineage.pages.context import PageContext
from lineage.pages.marks import say_mark
from lineage.pages.numbers import say_unit
from lineage.pages.words import texts

Fact = tuple[Markup, Markup | str]
_FORMATS = {"excel": "Excel", "odcs": "ODCS", "openlineage": "OpenLineage"}


def facts_of(definition: Definition, ctx: PageContext) -> Iterator[Fact]:
    """Name and value of each fact that is stated."""
    words = ctx.words
    if definition.status != "approved":
        yield words("page.status"), words(f"status.{definition.status}")
    if definition.review_date:
        yield words("page.review"), words.day(definition.review_date)
    if definition.steward:
        contact = ctx.contact(definition.steward)
        yield words("page.steward"), ctx.link(contact.urn) if contact.urn else contact.name
    if special := _BY_KIND.get(definition.kind):
        yield from special(definition, ctx)
    if definition.synonyms:
        yield words("page.synonyms"), ", ".join(definition.synonyms)
    if definition.tags:
        yield words("page.tags"), ", ".join(definition.tags)
    if isinstance(definition, Dataset | Field) and definition.derived_from:
        origins = (ctx.link(f"{definition.kind}:{one}") for one in definition.derived_from)
        yield words("page.derived_from"), Markup(", ").join(origins)
    if definition.imported:
        yield words("page.imported"), _imported(definition.imported)
    if unsure := getattr(definition, "unsure", ()):
        said = Markup("").join(Markup("<li>{}</li>").format(say_mark(one, words)) for one in unsure)
        yield words("page.unsure"), Markup("<ul class='td-plain'>{}</ul>").format(said)


def _imported(origin: Imported) -> str:
    """`dbt: manifest.json, model.shop.orders`."""
    named = ", ".join(filter(None, (origin.file, origin.name)))
    return f"{_FORMATS.get(origin.format, origin.format)}: {named}"


def _class(name: str, ctx: PageContext) -> Markup:
    """A class of personal data by its usual name, else as it is written."""
    known = f"personal.{name.lower().replace(' ', '_')}"
    return ctx.words(known) if known in texts() else ctx.words.foreign(name)


def details_of(definition: Definition, ctx: PageContext) -> Iterator[Fact]:
    """What only those who maintain the catalog need."""
    yield ctx.words("page.urn"), _code(definition.urn)
    if place := ctx.catalog.places.find(definition.urn):
        yield ctx.words("page.place"), _code(str(place))
    if isinstance(definition, Report) and definition.workbook:
        yield ctx.words("page.workbook"), _code(definition.workbook)


def _type(definition: Any, ctx: PageContext) -> Iterator[Fact]:
    yield ctx.words("page.type"), ctx.words(f"type.{definition.type}")


def _attribute(attribute: Attribute, ctx: PageContext) -> Iterator[Fact]:
    yield from _type(attribute, ctx)
    if attribute.personal_data:
        yield ctx.words("page.personal"), _class(attribute.personal_data, ctx)
    if attribute.purposes:
        links = (ctx.link(f"purpose:{key}") for key in attribute.purposes)
        yield ctx.words("page.purposes"), Markup(", ").join(links)


def _measure(measure: Measure, ctx: PageContext) -> Iterator[Fact]:
    if unit := say_unit(measure, ctx.words):
        yield ctx.words("page.unit"), unit


def _report(report: Report, ctx: PageContext) -> Iterator[Fact]:
    words = ctx.words
    yield words("page.team"), ctx.link(f"team:{report.team}")
    if report.period:
        yield words("page.period"), words(f"period.{report.period}")
    if report.due:
        yield words("page.due"), words.span(report.due)
    if report.purpose:
        yield words("page.decides"), words.told(report, "purpose")
    if report.audience:
        said = (_reader(reader, ctx) for reader in report.audience)
        yield words("page.audience"), Markup(", ").join(said)
    if report.obligation != "none":
        yield words("page.owed_to"), words.foreign(report.obligation)


def _reader(reader: Audience, ctx: PageContext) -> Markup:
    who = ctx.words.told(reader, "who")
    decision = ctx.words.told(reader, "decision")
    return Markup("{} ({})").format(who, decision) if decision else who


def _cell(cell: Any, ctx: PageContext) -> Iterator[Fact]:
    if cell.at:
        yield ctx.words("page.address"), _code(cell.at)


def _field(field: Field, ctx: PageContext) -> Iterator[Fact]:
    words = ctx.words
    yield from _type(field, ctx)
    if field.column and field.column != field.key:
        yield words("page.column"), _code(field.column)
    if field.format:
        yield words("page.format"), _code(field.format)
    if field.confirmed_at:
        yield words("page.confirmed_at"), _confirmed(field.dataset, field.confirmed_at, ctx)
    below = [ctx.catalog.fields.get(u.partition(":")[2]) for u in ctx.links.down.get(field.urn, ())]
    copies = [one.urn for one in below if one and one.copy_of == field.path]
    if copies:
        yield words("page.copies"), Markup(", ").join(map(ctx.link, copies))


def _dataset(dataset: Dataset, ctx: PageContext) -> Iterator[Fact]:
    words = ctx.words
    if dataset.entity:
        said = words(f"page.row_{dataset.rows}", entity=ctx.link(f"entity:{dataset.entity}"))
        yield words("page.row_per"), said
    if dataset.id:
        yield words("page.identified_by"), ctx.link(f"field:{dataset.path}.{dataset.id}")
    if dataset.population:
        hidden = ctx.names_hidden(dataset.path, dataset.population)
        told = say_condition(dataset.population, words)
        yield words("page.population"), words("condition.hidden") if hidden else told
    if dataset.confirmed_at:
        yield words("page.confirmed_at"), _confirmed(dataset.path, dataset.confirmed_at, ctx)
    yield from _refresh(_promise_of(dataset, ctx), ctx)
    if dataset.known_to:
        shares = (
            words(
                "page.known_to_share",
                dataset=ctx.link(f"dataset:{path}"),
                share=words.percent(share),
            )
            for path, share in dataset.known_to.items()
        )
        yield words("page.known_to"), Markup(", ").join(shares)


def _promise_of(dataset: Dataset, ctx: PageContext) -> Dataset | SourceSystem:
    """The dataset, or its source where it has no promise of its own."""
    return dataset if dataset.refresh else ctx.catalog.sources[dataset.source]


def _confirmed(dataset: str, confirmation: Confirmation, ctx: PageContext) -> Markup:
    field = ctx.link(f"field:{dataset}.{confirmation.field}")
    return ctx.words(f"means.{confirmation.means}", field=field)


def _refresh(definition: Any, ctx: PageContext) -> Iterator[Fact]:
    if definition.refresh:
        yield ctx.words("page.refresh"), ctx.words.span(definition.refresh)


def _purpose(purpose: Purpose, ctx: PageContext) -> Iterator[Fact]:
    if purpose.legal_basis:
        yield ctx.words("page.legal_basis"), ctx.words.told(purpose, "legal_basis")
    if purpose.retention:
        yield ctx.words("page.retention"), ctx.words.span(purpose.retention)
    kinds = (ctx.words(f"accepts.{kind}") for kind in purpose.accepts)
    yield ctx.words("page.accepts"), Markup(", ").join(kinds)


def _role(role: Any, ctx: PageContext) -> Iterator[Fact]:
    if role.team:
        yield ctx.words("page.team"), ctx.link(f"team:{role.team}")


def _team(team: Any, ctx: PageContext) -> Iterator[Fact]:
    if team.department:
        yield ctx.words("page.department"), ctx.words.told(team, "department")


def _code(text: str) -> Markup:
    return Markup("<code>{}</code>").format(text)


_BY_KIND: Mapping[str, Callable[[Any, PageContext], Iterator[Fact]]] = {
    "attribute": _attribute,
    "field": _field,
    "measure": _measure,
    "report": _report,
    "cell": _cell,
    "source": _refresh,
    "dataset": _dataset,
    "purpose": _purpose,
    "role": _role,
    "team": _team,
}
