"""The short facts of a definition: those in the margin, and the technical ones folded away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from markupsafe import Markup

from catalog.model import Attribute, Definition, Measure, Purpose, Report
from lineage.pages.context import PageContext
from lineage.pages.numbers import say_unit

Fact = tuple[Markup, Markup | str]


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
        yield ctx.words("page.personal"), attribute.personal_data
    if attribute.purposes:
        links = (ctx.link(f"purpose:{key}") for key in attribute.purposes)
        yield ctx.words("page.purposes"), Markup(", ").join(links)


def _measure(measure: Measure, ctx: PageContext) -> Iterator[Fact]:
    if unit := say_unit(measure.unit, ctx.words):
        yield ctx.words("page.unit"), unit


def _report(report: Report, ctx: PageContext) -> Iterator[Fact]:
    words = ctx.words
    yield words("page.team"), ctx.link(f"team:{report.team}")
    if report.period:
        yield words("page.period"), words(f"period.{report.period}")
    if report.due:
        yield words("page.due"), words.span(report.due)
    if report.purpose:
        yield words("page.decides"), report.purpose
    if report.audience:
        said = (f"{a.who} ({a.decision})" if a.decision else a.who for a in report.audience)
        yield words("page.audience"), ", ".join(said)
    if report.obligation != "none":
        yield words("page.owed_to"), report.obligation


def _cell(cell: Any, ctx: PageContext) -> Iterator[Fact]:
    if cell.at:
        yield ctx.words("page.address"), _code(cell.at)


def _refresh(definition: Any, ctx: PageContext) -> Iterator[Fact]:
    if definition.refresh:
        yield ctx.words("page.refresh"), ctx.words.span(definition.refresh)


def _purpose(purpose: Purpose, ctx: PageContext) -> Iterator[Fact]:
    if purpose.legal_basis:
        yield ctx.words("page.legal_basis"), purpose.legal_basis
    if purpose.retention:
        yield ctx.words("page.retention"), ctx.words.span(purpose.retention)


def _role(role: Any, ctx: PageContext) -> Iterator[Fact]:
    if role.team:
        yield ctx.words("page.team"), ctx.link(f"team:{role.team}")


def _team(team: Any, ctx: PageContext) -> Iterator[Fact]:
    if team.department:
        yield ctx.words("page.department"), team.department


def _code(text: str) -> Markup:
    return Markup("<code>{}</code>").format(text)


_BY_KIND: Mapping[str, Callable[[Any, PageContext], Iterator[Fact]]] = {
    "attribute": _attribute,
    "field": _type,
    "measure": _measure,
    "report": _report,
    "cell": _cell,
    "source": _refresh,
    "dataset": _refresh,
    "purpose": _purpose,
    "role": _role,
    "team": _team,
}
