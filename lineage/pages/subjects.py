"""Gathers what the page of one definition says, in the order a business reader asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
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
from catalog.panels import Panel, PanelContext, PanelMaker
from catalog.results import Result
from catalog.service.editing.fields import EDITABLE, FORM
from lineage.pages.calculation import calculation_of, claims_of, fallback_of
from lineage.pages.causes import causes_of
from lineage.pages.consolidated import consolidated_of
from lineage.pages.contacts import Contact, mail_link
from lineage.pages.context import PageContext
from lineage.pages.datasets import Datasets, reads_of
from lineage.pages.facts import details_of, facts_of
from lineage.pages.figures import Figures
from lineage.pages.golden import golden_of, held_by
from lineage.pages.grid import lay_out
from lineage.pages.namesakes import Namesakes, cells_showing
from lineage.pages.numbers import Pair, completeness, pairs_of
from lineage.pages.outlook import outlook_of
from lineage.pages.people import People
from lineage.pages.survivorship import choosing_of
from lineage.pages.verdicts import draw_strip, findings_of

MOST_LISTED = 100


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
        level = ctx.level(urn)
        results = self._results(definition)
        # What two systems disagree on is no fault of either field: it stands among the pairs.
        told = (
            [r for r in results if r.kind != "agree"] if isinstance(definition, Field) else results
        )
        causes = causes_of(urn, ctx) if level in ("care", "dont") else []
        page = {
            "d": definition,
            "name": ctx.name(definition),
            "title": ctx.title(definition),
            "parents": self._parents(definition),
            "level": level,
            "why": ctx.why(urn) if level else [],
            "meaning": self._meaning(definition),
            "notes": ctx.words.told(definition, "notes"),
            "contact": contact,
            "mail": self._mail(contact, definition),
            "figure": self._figure(definition),
            "map": ctx.drawing.draw(urn, [cause.path for cause in causes]),
            "causes": causes,
            "up": self._apart(definition, ctx.links.up.get(urn, ())),
            "down": self._apart(definition, ctx.links.down.get(urn, ())),
            "facts": list(facts_of(definition, ctx)),
            "details": list(details_of(definition, ctx)),
            **self._claims(definition),
            "how": list(calculation_of(definition, self.figures)),
            "completeness": self._completeness(definition),
            "pairs": self._pairs(definition, results),
            "findings": findings_of([r for r in results if r.kind != "agree"]),
            "past": draw_strip(ctx.past.strip(r.check for r in told), ctx),
            "namesakes": self.namesakes.of(definition),
            "consolidated": consolidated_of(definition, ctx),
            "panels": self._panels(definition),
            "edit": self._edit_url(urn),
            "problem": self._report_url(urn),
            **self._parts(definition),
        }
        page["used_by_nobody"] = _nobody(definition, page)
        for way in ("up", "down"):
            page[way] = self._listed(page[way])  # type: ignore[arg-type]
        return page

    def _claims(self, definition: Definition) -> dict[str, object]:
        """How an attribute's value is chosen; nothing of anything else."""
        if not isinstance(definition, Attribute):
            return {"claims": [], "fallback": [], "choosing": ""}
        return {
            "claims": claims_of(definition, self.ctx),
            "fallback": fallback_of(definition, self.ctx),
            "choosing": choosing_of(definition, self.ctx),
        }

    def _panels(self, definition: Definition) -> list[Panel]:
        """What other rooms say of it, the folded ones last."""
        made = (make(definition, self.panel_context) for make in self.panels)
        return sorted((panel for panel in made if panel), key=lambda panel: panel.folded)

    def _results(self, definition: Definition) -> Sequence[Result]:
        """What speaks of a definition: its own checks, and of a field those that look at it."""
        if isinstance(definition, Field):
            return self.datasets.results_of(definition.path)
        return self.ctx.results_of(definition.urn)

    def _pairs(self, definition: Definition, results: Sequence[Result]) -> list[Pair] | None:
        """The pairs of systems compared; None where there is nothing to say of that."""
        if isinstance(definition, Attribute):
            return pairs_of(results)
        return (pairs_of(results) or None) if isinstance(definition, Field) else None

    def _meaning(self, definition: Definition) -> Markup:
        """What it means; a cell that says nothing of its own means what its measure means."""
        own = self.ctx.words.told(definition, "definition")
        if own or not isinstance(definition, Cell):
            return own
        measure = self.ctx.visible.get(f"measure:{definition.measure}")
        return self.ctx.words.told(measure, "definition") if measure else own

    @cached_property
    def figures(self) -> Figures:
        """The figures of measures and cells."""
        return Figures(self.ctx)

    @cached_property
    def datasets(self) -> Datasets:
        """What is held where, and who reads it."""
        return Datasets(self.ctx)

    @cached_property
    def people(self) -> People:
        """Who answers for what."""
        return People(self.ctx)

    @cached_property
    def namesakes(self) -> Namesakes:
        """Cells of the same label."""
        return Namesakes(self.ctx)

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
            is_shown=ctx.visible.__contains__,
        )

    def _figure(self, definition: Definition) -> object:
        match definition:
            case Measure():
                return self.figures.of_measure(definition)
            case Cell():
                return self.figures.of_cell(definition)
            case _:
                return None

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
        match definition:
            case Measure():
                own = {cell.urn for cell in cells_showing(definition, self.ctx)}
            case Report():
                own = {cell.urn for cell in definition.cells}
            case SourceSystem():
                own = {dataset.urn for dataset in definition.datasets}
            case Dataset():
                own = {field.urn for field in definition.fields}
            case _:
                return list(urns)
        return [urn for urn in urns if urn not in own]

    def _listed(self, urns: Iterable[str]) -> list[tuple[str, list[Markup], int]]:
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
            report = self.ctx.name(self.ctx.catalog.reports[definition.report])
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
        return {
            "share": self.ctx.privacy.rest(urn, result.violations, result.rows_compared),
            "said": self.ctx.sentences.found(result),
        }

    def _parts(self, definition: Definition) -> dict[str, object]:
        """What only some kinds show: a report's cells, a source's datasets, a role's duties."""
        make = self._makers.get(definition.kind)
        return make(definition) if make else {}

    @cached_property
    def _makers(self) -> Mapping[str, Callable[[Any], dict[str, object]]]:
        return {
            Attribute.kind: self._attribute,
            Report.kind: self._cells,
            Measure.kind: lambda measure: {"publishing": self._publishing(measure)},
            SourceSystem.kind: self._source,
            Dataset.kind: self._dataset,
            Field.kind: self.datasets.of_field,
            Entity.kind: self.people.of_entity,
            Touchpoint.kind: self._touchpoint,
            Role.kind: self.people.of_role,
            Team.kind: self.people.of_team,
        }

    def _attribute(self, attribute: Attribute) -> dict[str, object]:
        """Its golden record, and how long that stays current as checks found it."""
        ctx, outlook = self.ctx, outlook_of(attribute, self.ctx)
        return {"outlook": outlook, "golden": golden_of(attribute, ctx, ahead=not outlook)}

    def _source(self, source: SourceSystem) -> dict[str, object]:
        return {**self.datasets.of_source(source), "here_held": held_by(source.urn, self.ctx)}

    def _dataset(self, dataset: Dataset) -> dict[str, object]:
        """A dataset, and what is open at its system."""
        held = held_by(f"source:{dataset.source}", self.ctx)
        return {**self.datasets.of_dataset(dataset), "here_held": held}

    def _touchpoint(self, touchpoint: Touchpoint) -> dict[str, object]:
        ctx = self.ctx
        return {"reads": reads_of(touchpoint, ctx), "here_held": held_by(touchpoint.urn, ctx)}

    def _cells(self, report: Report) -> dict[str, object]:
        cells = [cell for cell in report.cells if cell.urn in self.ctx.visible]
        sheets, elsewhere = lay_out(cells)
        figures = {cell.urn: self.figures.of_cell(cell) for cell in cells}
        return {"sheets": sheets, "elsewhere": elsewhere, "figures": figures, "cells": cells}

    def _publishing(self, measure: Measure) -> list[tuple[Cell, Markup, object]]:
        """The cells that show a measure: each with its report and the figure it shows."""
        ctx = self.ctx
        return [
            (cell, ctx.link(f"report:{cell.report}"), self.figures.of_cell(cell))
            for cell in cells_showing(measure, ctx)
        ]

    def _edit_url(self, urn: str) -> str | None:
        template = self.ctx.settings.site.edit_url
        place = self.ctx.catalog.places.find(urn)
        if not template or not place:
            return None
        if template == FORM and urn.partition(":")[0] not in EDITABLE:
            return None
        filled = template.replace("{file}", quote(place.file)).replace("{line}", str(place.line))
        return _safe(filled.replace("{urn}", quote(urn, safe=":/")))

    def _report_url(self, urn: str) -> str | None:
        template = self.ctx.settings.site.report_url
        return _safe(template.replace("{urn}", quote(urn, safe=""))) if template else None


def _nobody(definition: Definition, page: Mapping[str, object]) -> str:
    """Which text says that nothing else uses it than what the page shows by itself."""
    if page.get("publishing"):
        return "page.used_by_cells_only"
    if page.get("holdings"):
        return "page.used_by_datasets_only"
    return "page.used_by_nobody"


def _safe(url: str) -> str | None:
    """The address if a browser may follow it; a `javascript:` one is no address."""
    return url if urlsplit(url).scheme in ("", "http", "https", "mailto") else None
