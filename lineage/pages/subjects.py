"""Gathers what the page of one definition says, in the order a business reader asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote, urlsplit

from markupsafe import Markup

from catalog.model import (
    Attribute,
    Cell,
    Dataset,
    Definition,
    Entity,
    Field,
    Measure,
    Report,
    Role,
    SourceSystem,
    Team,
    Touchpoint,
)
from catalog.panels import PanelContext, PanelMaker
from catalog.results import MeasureValue
from lineage.pages.calculation import calculation_of, claims_of
from lineage.pages.contacts import Contact, mail_link
from lineage.pages.context import PageContext
from lineage.pages.facts import details_of, facts_of
from lineage.pages.grid import lay_out
from lineage.pages.numbers import completeness, pairs_of, say_figure, value_of_cell

MOST_LISTED = 100
MOST_NAMESAKES = 30


@dataclass(frozen=True)
class Subjects:
    """Makes the contents of definition pages; `panels` are asked for each of them."""

    ctx: PageContext
    panels: Sequence[PanelMaker] = field(default=())

    def page(self, definition: Definition) -> dict[str, object]:
        """All that `definition.html` shows; empty parts are left out there."""
        ctx, urn = self.ctx, definition.urn
        asked = definition.key if isinstance(definition, Role) else None
        owner = asked or ctx.catalog.owner_of(urn)
        contact = ctx.contact(owner) if owner else None
        return {
            "d": definition,
            "title": ctx.title(definition),
            "parents": self._parents(definition),
            "level": ctx.level(urn),
            "why": ctx.why(urn) if ctx.level(urn) else [],
            "meaning": self._meaning(definition),
            "contact": contact,
            "mail": self._mail(contact, definition),
            "number": self.number(definition),
            "map": ctx.drawing.draw(urn),
            "up": self._listed(self._apart(definition, ctx.links.up.get(urn, ()))),
            "down": self._listed(self._apart(definition, ctx.links.down.get(urn, ()))),
            "facts": list(facts_of(definition, ctx)),
            "details": list(details_of(definition, ctx)),
            "claims": claims_of(definition, ctx) if isinstance(definition, Attribute) else [],
            "how": list(calculation_of(definition, ctx)),
            "completeness": self._completeness(definition),
            "pairs": pairs_of(ctx.results_of(urn)) if isinstance(definition, Attribute) else None,
            "history": self._history(urn),
            "namesakes": self._namesakes(definition),
            "panels": [p for make in self.panels if (p := make(definition, self.panel_context))],
            "edit": self._edit_url(urn),
            "problem": self._report_url(urn),
            **self._parts(definition),
        }

    def _meaning(self, definition: Definition) -> str | None:
        """What it means; a cell that says nothing of its own means what its measure means."""
        own = definition.meaning(self.ctx.language)
        measure = self.ctx.visible.get(f"measure:{getattr(definition, 'measure', None)}")
        return own or (measure.meaning(self.ctx.language) if measure else None)

    @cached_property
    def panel_context(self) -> PanelContext:
        """What panels may look at."""
        ctx = self.ctx
        return PanelContext(
            catalog=ctx.catalog,
            settings=ctx.settings,
            language=ctx.language,
            today=ctx.today,
            run=ctx.shown_run,
            lineage=ctx.lineage,
            results_of=ctx.results_of,
            link=ctx.link,
            count=ctx.privacy.count,
            is_personal=lambda urn: ctx.privacy.personal.get(urn, False),
        )

    def number(self, definition: Definition) -> list[tuple[str, str]]:
        """The figures of a measure or cell: what each is broken down by (or nothing), and value."""
        ctx = self.ctx
        values = ctx.run.measures if ctx.run else {}
        if isinstance(definition, Measure):
            return [
                (
                    self._say_dimensions(value, definition),
                    say_figure(value.value, definition, ctx.privacy),
                )
                for value in values.get(definition.key, ())
            ]
        measure = ctx.catalog.measures.get(getattr(definition, "measure", None) or "")
        if not isinstance(definition, Cell) or measure is None:
            return []
        value = value_of_cell(definition, values)
        shown = say_figure(value.value, measure, ctx.privacy, definition) if value else ""
        return [("", shown)] if shown else []

    def _say_dimensions(self, value: MeasureValue, measure: Measure) -> str:
        """What a figure is broken down by, codes by the labels their attribute gives them."""
        missing = self.ctx.words.plain("page.not_stated")
        return " · ".join(
            missing if code is None else self._labels(measure, name).get(str(code), str(code))
            for name, code in value.dimensions.items()
        )

    def _labels(self, measure: Measure, column: str) -> Mapping[str, str]:
        """The labels of the attribute a dimension shows; none where it might be several.

        It is the one the measure rests on, else one of an entity it rests on, else the only one.
        """
        up = self.ctx.all_links.up.get(measure.urn, ())
        named = self._by_column.get(column, [])
        rests_on = {self._entities[urn] for urn in up if urn in self._entities}
        own = [a for a in named if a.urn in up] or [a for a in named if a.entity in rests_on]
        found = own or [a for a in named if a.values]
        return (found[0].values or {}) if len(found) == 1 else {}

    @cached_property
    def _by_column(self) -> Mapping[str, list[Attribute]]:
        by_column: dict[str, list[Attribute]] = {}
        for attribute in self.ctx.catalog.attributes.values():
            by_column.setdefault(attribute.column, []).append(attribute)
        return by_column

    @cached_property
    def _entities(self) -> Mapping[str, str]:
        return {a.urn: a.entity for a in self.ctx.catalog.attributes.values()}

    def _parents(self, definition: Definition) -> list[Markup]:
        ctx = self.ctx
        match definition:
            case Cell():
                return [ctx.link(f"report:{definition.report}")]
            case Field():
                dataset = ctx.catalog.datasets[definition.dataset]
                return [ctx.link(f"source:{dataset.source}"), ctx.link(dataset.urn)]
            case Dataset():
                return [ctx.link(f"source:{definition.source}")]
            case _:
                return []

    def _apart(self, definition: Definition, urns: Sequence[str]) -> list[str]:
        """Without its own parts, which the page shows by themselves."""
        parts = ("cells", "datasets", "fields")
        own = {part.urn for name in parts for part in getattr(definition, name, ())}
        return [urn for urn in urns if urn not in own]

    def _listed(self, urns: Sequence[str]) -> list[tuple[str, list[Markup], int]]:
        """Neighbours by kind, with how many of them are left out."""
        by_kind: dict[str, list[str]] = {}
        for urn in urns:
            by_kind.setdefault(urn.partition(":")[0], []).append(urn)
        return [
            (kind, [self._named(u) for u in group[:MOST_LISTED]], max(0, len(group) - MOST_LISTED))
            for kind, group in by_kind.items()
        ]

    def _named(self, urn: str) -> Markup:
        known = self._names.get(urn)
        return known if known is not None else self._names.setdefault(urn, self._name(urn))

    @cached_property
    def _names(self) -> dict[str, Markup]:
        return {}

    def _name(self, urn: str) -> Markup:
        definition = self.ctx.visible[urn]
        own = self.ctx.link(urn)
        if isinstance(definition, Cell):
            report = self.ctx.title(self.ctx.catalog.reports[definition.report])
            return own + Markup(' <span class="td-quiet">{}</span>').format(report)
        if isinstance(definition, Field):
            dataset = self.ctx.sentences.dataset(definition.dataset)
            return own + Markup(' <span class="td-quiet">{}</span>').format(dataset)
        return own

    def _mail(self, contact: Contact | None, definition: Definition) -> str | None:
        if contact is None or contact.mail is None:
            return None
        subject = self.ctx.words.plain("page.subject", name=self.ctx.title(definition))
        return mail_link(contact.mail, subject)

    def _completeness(self, definition: Definition) -> dict[str, object] | None:
        urn = definition.urn
        result = completeness(self.ctx.results_of(urn))
        if result is None:
            return None
        privacy = self.ctx.privacy
        compared = result.rows_compared
        return {
            "share": privacy.rest(urn, result.violations, compared),
            "verdict": result.verdict,
            "said": self.ctx.sentences.found(result),
        }

    def _history(self, urn: str) -> list[tuple[Markup, str]]:
        ctx = self.ctx
        return [
            (ctx.sentences.found(result), ctx.words.day(ctx.history[result.check]))
            for result in ctx.results_of(urn)
            if result.check in ctx.history and result.kind != "agree"
        ]

    def _namesakes(self, definition: Definition) -> list[tuple[Markup, Markup, bool]]:
        """Cells elsewhere under the same label, and whether they show the same measure."""
        ctx = self.ctx
        if isinstance(definition, Cell):
            labels, measure = {self._folded(definition)}, definition.measure
        elif isinstance(definition, Measure):
            shown = ctx.links.down.get(definition.urn, ())
            cells = (d for u in shown if isinstance(d := ctx.visible[u], Cell))
            labels = {self._folded(cell) for cell in cells if cell.measure == definition.key}
            measure = definition.key
        else:
            return []
        same = [entry for label in sorted(labels) for entry in self._cells_by_label.get(label, ())]
        others = [entry for entry in same if entry[0] is not definition][:MOST_NAMESAKES]
        return [
            (cell, report, bool(measure) and c.measure == measure) for c, cell, report in others
        ]

    @cached_property
    def _cells_by_label(self) -> Mapping[str, list[tuple[Cell, Markup, Markup]]]:
        by_label: dict[str, list[tuple[Cell, Markup, Markup]]] = {}
        for cell in self.ctx.catalog.cells.values():
            if cell.urn in self.ctx.visible:
                entry = (cell, self.ctx.link(cell.urn), self.ctx.link(f"report:{cell.report}"))
                by_label.setdefault(self._folded(cell), []).append(entry)
        return by_label

    def _folded(self, cell: Cell) -> str:
        return " ".join(self.ctx.words.lower(cell.label or cell.name or cell.key).split())

    def _parts(self, definition: Definition) -> dict[str, object]:
        """What only some kinds show: a report's cells, a source's datasets, a role's duties."""
        ctx, catalog = self.ctx, self.ctx.catalog
        match definition:
            case Report():
                cells = [cell for cell in definition.cells if cell.urn in ctx.visible]
                sheets, elsewhere = lay_out(cells)
                numbers = {cell.urn: self.number(cell) for cell in cells}
                return {"sheets": sheets, "elsewhere": elsewhere, "numbers": numbers}
            case SourceSystem():
                return {"children": [d for d in definition.datasets if d.urn in ctx.visible]}
            case Dataset():
                return {"children": [f for f in definition.fields if f.urn in ctx.visible]}
            case Entity():
                attributes = catalog.attributes_of(definition.key)
                return {"children": [a for a in attributes if a.urn in ctx.visible]}
            case Touchpoint():
                reads = [
                    (
                        ctx.link(f"attribute:{attribute}"),
                        ctx.link(f"field:{read}"),
                        self._source_link(read),
                    )
                    for attribute, read in definition.reads.items()
                ]
                return {"reads": reads}
            case Role() | Team():
                reports = [r for r in catalog.reports.values() if r.team == definition.key]
                roles = [r for r in catalog.roles.values() if r.team == definition.key]
                team = isinstance(definition, Team)
                return {
                    "duties": self._duties.get(definition.key, []),
                    "reports": [r for r in reports if team and r.urn in ctx.visible],
                    "roles": [r for r in roles if team and r.urn in ctx.visible],
                }
            case _:
                return {}

    @cached_property
    def _duties(self) -> Mapping[str, list[Definition]]:
        """The definitions each owner's key answers for by name."""
        duties: dict[str, list[Definition]] = {}
        for definition in self.ctx.visible.values():
            if definition.owner:
                duties.setdefault(definition.owner, []).append(definition)
        return duties

    def _source_link(self, field_path: str) -> Markup:
        return self.ctx.link(f"source:{field_path.partition('.')[0]}")

    def _edit_url(self, urn: str) -> str | None:
        template = self.ctx.settings.site.edit_url
        place = self.ctx.catalog.places.find(urn)
        if not template or not place:
            return None
        return _safe(
            template.replace("{file}", quote(place.file)).replace("{line}", str(place.line))
        )

    def _report_url(self, urn: str) -> str | None:
        template = self.ctx.settings.site.report_url
        return _safe(template.replace("{urn}", quote(urn, safe=""))) if template else None


def _safe(url: str) -> str | None:
    """The address if a browser may follow it; a `javascript:` one is no address."""
    return url if urlsplit(url).scheme in ("", "http", "https", "mailto") else None
