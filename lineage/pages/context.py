"""What every page is rendered from, and the small pieces all of them share: links and marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from catalog.consolidations import Consolidation
from catalog.model import Attribute, Catalog, Cell, Dataset, Definition, Entity, Field
from catalog.model.definition import Language
from catalog.results import Result, RunRecord, worst_first
from catalog.selections import asked_of
from catalog.settings import Settings
from catalog.visibility import visible_to
from lineage.graph import Lineage
from lineage.pages.addresses import address_of
from lineage.pages.contacts import Contact, find_contact
from lineage.pages.drawing import Box, Drawing
from lineage.pages.links import Links
from lineage.pages.past import Past
from lineage.pages.privacy import Privacy, find_personal
from lineage.pages.sentences import Sentences
from lineage.pages.truth import Truth
from lineage.pages.usability import (
    Circumstances,
    Usability,
    cells_in_the_right,
    fields_of,
    judge,
    read_by,
)
from lineage.pages.words import Words

if TYPE_CHECKING:
    from lineage.pages.consolidated import Shown

UP = "../../"
_FIXED_TEXT = re.compile(r"\{\{ t\('([a-z_.]+)'\) \}\}")
History = Mapping[str, date]
_LINK = Markup('<a href="{}">{}</a>')
_ALPHABET = {letter: index for index, letter in enumerate("abcçdefgğhıijklmnoöpqrsştuüvwxyz")}
_SHAPES = {
    "use": '<circle cx="8" cy="8" r="7"/><path class="td-glyph" d="M4.6 8.3l2.3 2.3 4.5-4.8"/>',
    "care": '<path d="M8 1l7.4 13.4H.6z"/><path class="td-glyph" d="M8 6v4M8 12v.4"/>',
    "dont": '<path d="M8 .4L15.6 8 8 15.6.4 8z"/>'
    '<path class="td-glyph" d="M5.6 5.6l4.8 4.8m0-4.8l-4.8 4.8"/>',
}
SHAPE_OF = {
    "pass": "use",
    "warn": "care",
    "unknown": "care",
    "error": "care",
    "waived": "care",
    "fail": "dont",
}
_MARK = Markup(
    '<svg class="td-mark td-mark-{}" viewBox="0 0 16 16" width="16" height="16"'
    ' aria-hidden="true">{}</svg>'
)
_MARKS = {
    level: _MARK.format(SHAPE_OF.get(level, level), Markup(_SHAPES[SHAPE_OF.get(level, level)]))  # noqa: S704
    for level in (*_SHAPES, *SHAPE_OF)
}


class _Spoken(PackageLoader):
    """Loads the templates with the fixed texts of one language already in them.

    A page has some forty such texts; looking each up for every page takes as long as all the rest.
    """

    def __init__(self, words: Words) -> None:
        super().__init__("lineage.pages")
        self._words = words

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool] | None]:
        source, file, fresh = super().get_source(environment, template)
        return _FIXED_TEXT.sub(lambda found: self._words(found[1]), source), file, fresh


@dataclass(frozen=True)
class PageContext:
    """One catalog with its lineage and run, seen on one day, told in one language.

    `history` says since which day a check has been failing, by check key.
    """

    catalog: Catalog
    lineage: Lineage
    run: RunRecord | None
    history: History
    settings: Settings
    language: Language
    today: date
    past: Past = field(default_factory=Past)
    truth: Truth = field(default_factory=Truth)
    plan: Consolidation | None = None

    @cached_property
    def consolidation(self) -> Shown | None:
        """The consolidation plan as far as it may be shown; None before there is one."""
        from lineage.pages.consolidated import Shown, still_there

        return Shown(self, still_there(self.plan, self.catalog.definitions)) if self.plan else None

    @cached_property
    def words(self) -> Words:
        """The texts of the language."""
        return Words(self.language, self.settings.timezone, self.catalog.language)

    @cached_property
    def visible(self) -> Mapping[str, Definition]:
        """The definitions that have a page: those everybody inside the institution may see."""
        return visible_to(self.catalog)

    def is_hidden(self, urn: str) -> bool:
        """Whether a definition exists, but may not be shown here."""
        return urn not in self.visible and urn in self.catalog.definitions

    def rests_on_hidden(self, urn: str) -> bool:
        """Whether something a definition rests on directly may not be shown here."""
        return any(self.is_hidden(above) for above in self.all_links.up.get(urn, ()))

    def names_hidden(self, dataset: str, sql: str | None) -> bool:
        """Whether a condition on a dataset's rows names a field that may not be shown here."""
        return bool(sql) and any(key in str(sql) for key in self._hidden_fields.get(dataset, ()))

    @cached_property
    def _hidden_fields(self) -> Mapping[str, tuple[str, ...]]:
        hidden: dict[str, tuple[str, ...]] = {}
        for urn in self.catalog.definitions.keys() - self.visible.keys():
            if urn.startswith("field:"):
                dataset, _, key = urn.removeprefix("field:").rpartition(".")
                hidden[dataset] = (*hidden.get(dataset, ()), key)
        return hidden

    @cached_property
    def all_links(self) -> Links:
        """One step up and down for every definition."""
        return Links.of((edge.upstream, edge.downstream) for edge in self.lineage.edges())

    @cached_property
    def links(self) -> Links:
        """One step up and down among the definitions that have a page."""
        return self.all_links.among(self.visible)

    @cached_property
    def answers(self) -> Mapping[str, Usability]:
        """Whether each definition can be used today."""
        checked_on = self.run.as_of if self.run else None
        now = Circumstances(self.today, self.settings, self.results, checked_on, self.in_the_right)
        return judge(self.catalog, self._judged_links, now)

    @cached_property
    def _judged_links(self) -> Links:
        """One step up and down, without what records are matched by: a value that is no good there
        joins nobody, and leaves the rest as it is.
        """
        edges = self.lineage.edges()
        if all(edge.type != "matches" for edge in edges):
            return self.all_links
        return Links.of((one.upstream, one.downstream) for one in edges if one.type != "matches")

    @cached_property
    def in_the_right(self) -> frozenset[str]:
        """The failed checks of cells that published the truth where another cell did not."""
        return cells_in_the_right(self.results, self.run.published if self.run else ())

    @cached_property
    def privacy(self) -> Privacy:
        """Writes counts without pointing at a few people."""
        personal = find_personal(self.catalog, self.all_links)
        return Privacy(self.words, self.settings.privacy.small_counts, personal)

    @cached_property
    def sentences(self) -> Sentences:
        """Says what checks found."""
        return Sentences(
            self.catalog, self.words, self.privacy, self.link, self.visible, self.in_the_right
        )

    @cached_property
    def drawing(self) -> Drawing:
        """Draws neighbourhoods."""
        return Drawing(self.links, self.words, self._box)

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """The run's results that may be shown: they speak of and look at visible things only."""
        shown = (r for r in (self.run.results if self.run else ()) if self._may_show(r))
        return tuple(worst_first(shown))

    def _may_show(self, result: Result) -> bool:
        looked_at = [urn for path in fields_of(result) for urn in _urns_of(path)]
        if result.kind == "same":
            looked_at += [f"cell:{path}" for path in fields_of(result)]
        if result.kind == "reads":
            looked_at += [f"attribute:{read_by(result)}", *self._read_in(result)]
        return result.urn in self.visible and not any(map(self.is_hidden, looked_at))

    def _read_in(self, result: Result) -> Iterable[str]:
        """What a touchpoint reads, where a check is about that."""
        touchpoint = self.catalog.touchpoints.get(result.urn.partition(":")[2])
        path = touchpoint.reads.get(read_by(result)) if touchpoint else None
        return _urns_of(path) if path else ()

    @property
    def unshown(self) -> int:
        """How many results of the run may not be shown here."""
        return len(self.run.results) - len(self.results) if self.run else 0

    @cached_property
    def shown_run(self) -> RunRecord | None:
        """The run with only that which may be shown: results, values and published figures."""
        if self.run is None:
            return None
        shown = {k: v for k, v in self.run.measures.items() if f"measure:{k}" in self.visible}
        published = (c for c in self.run.published if self._may_show_value(c.cell))
        changes = {
            "results": self.results,
            "measures": shown,
            "published": tuple(published),
            "waivers": tuple(w for w in self.run.waivers if self._may_show_check(w.check)),
        }
        return self.run.model_copy(update=changes)

    def _may_show_value(self, cell: str) -> bool:
        definition = self.visible.get(cell if ":" in cell else f"cell:{cell}")
        measure = getattr(definition, "measure", None)
        return definition is not None and not (measure and self.is_hidden(f"measure:{measure}"))

    def _may_show_check(self, check: str) -> bool:
        return not self.is_hidden(check.partition("/")[0])

    @cached_property
    def _results_by_urn(self) -> Mapping[str, tuple[Result, ...]]:
        by_urn: dict[str, list[Result]] = {}
        for result in self.results:
            by_urn.setdefault(result.urn, []).append(result)
        return {urn: tuple(results) for urn, results in by_urn.items()}

    def results_of(self, urn: str) -> Sequence[Result]:
        """The results that speak of one definition, the worst first."""
        return self._results_by_urn.get(urn, ())

    def why(self, urn: str) -> list[Markup]:
        """The reasons for a definition's answer as sentences, the gravest first."""
        return self.sentences.why(urn, self.answers[urn], self.run_day)

    @cached_property
    def run_day(self) -> str:
        """The day of the run as shown; empty without one."""
        return self.words.day(self.run.as_of) if self.run else ""

    @cached_property
    def _links_by_urn(self) -> dict[str, Markup]:
        return {}

    def link(self, urn: str) -> Markup:
        """The name of a definition, leading to its page; what has none is named or left unnamed."""
        cached = self._links_by_urn.get(urn)
        if cached is None:
            cached = self._links_by_urn[urn] = self._link(urn)
        return cached

    def _link(self, urn: str) -> Markup:
        if definition := self.visible.get(urn):
            return _LINK.format(UP + address_of(urn), self.name(definition))
        if urn in self.catalog.definitions:
            return self.words("page.hidden")
        return self.words("page.missing", name=urn.partition(":")[2])

    def page_of(self, urn: str) -> str:
        """Where the page of a definition stands, from the site's root."""
        return address_of(urn)

    def link_with_kind(self, urn: str) -> Markup:
        """The same, told apart from others of that name by what it is."""
        kind = self.words(f"kind.{urn.partition(':')[0]}")
        return self.link(urn) + Markup(' <span class="td-quiet">({})</span>').format(kind)

    def say_selection(self, selection: str) -> Markup:
        """What a run was asked to look at, without the names of what may not be shown."""
        kinds = {result.kind for result in self.results}
        said: dict[Markup, None] = {}
        for one in asked_of(selection, self.catalog, self.visible, kinds):
            what = self.words.period(one.text) if one.kind == "period" else one.text
            said[self.words(f"run.asked_{one.kind}", what=what)] = None
        return Markup(", ").join(said)

    def title(self, definition: Definition) -> str:
        """How a definition is called on its own."""
        return definition.named(self.language)

    def name(self, definition: Definition) -> Markup:
        """The same for HTML, marked with its language where that is not the page's."""
        if self.catalog.language == self.language:
            return escape(definition.named(self.language))
        if not definition.name or definition.own_words("name", self.language):
            return escape(definition.named(self.language))
        return self.words.foreign(definition.name)

    def code_label(self, attribute: Attribute, code: str) -> Markup:
        """What a code is called: in the page's language, else as it was written, else itself."""
        own = (attribute.values_tr if self.language == "tr" else attribute.values_en).get(code)
        if own:
            return escape(own)
        label = (attribute.values or {}).get(code, code)
        return escape(code) if label == code else self.words.foreign(label)

    def subtype_name(self, entity: Definition | None, key: str) -> Markup:
        """A subtype by the name its entity gives it, else by its key."""
        own = entity.subtype(key, self.language) if isinstance(entity, Entity) else None
        return escape(own) if own else self.words.foreign(key.replace("_", " "))

    def full_title(self, definition: Definition) -> str:
        """How it is called out of context: a cell with its report, a field with its dataset."""
        own = self.title(definition)
        if isinstance(definition, Cell):
            return f"{own} · {self.title(self.catalog.reports[definition.report])}"
        if isinstance(definition, Field):
            return f"{own} · {self.sentences.dataset(definition.dataset)}"
        if isinstance(definition, Dataset):
            return f"{self.title(self.catalog.sources[definition.source])} · {own}"
        return own

    def contact(self, owner: str) -> Contact:
        """Whom an owner's key stands for."""
        known = self._contacts.get(owner)
        if known is None:
            found = find_contact(self.catalog, owner, self.language, self.today)
            known = self._contacts[owner] = found
        return known

    @cached_property
    def _contacts(self) -> dict[str, Contact]:
        return {}

    def owner_link(self, urn: str) -> Markup:
        """Who answers for a definition, leading to the role or team."""
        owner = self.catalog.owner_of(urn)
        return self.owner_name(owner) if owner else Markup("–")

    def level(self, urn: str) -> str:
        """The level of a definition's answer; empty for what is not used, like a team."""
        answer = self.answers.get(urn)
        return answer.level if answer else ""

    def mark(self, level: str) -> Markup:
        """The mark of a level or of a verdict: a shape of its own beside the colour."""
        return _MARKS[level]

    def answer_mark(self, urn: str) -> Markup:
        """A definition's answer as mark and word."""
        return self._answer_marks[self.level(urn)]

    @cached_property
    def _answer_marks(self) -> Mapping[str, Markup]:
        said = Markup('<span class="td-answer">{} {}</span>')
        levels = ("use", "care", "dont")
        marks = {one: said.format(self.mark(one), self.words(f"use.{one}")) for one in levels}
        return {"": Markup(""), **marks}

    def verdict_mark(self, verdict: str) -> Markup:
        """A verdict as mark and word."""
        known = self._verdict_marks.get(verdict)
        if known is None:
            word = self.words(f"verdict.{verdict}")
            known = Markup('<span class="td-answer">{} {}</span>').format(self.mark(verdict), word)
            self._verdict_marks[verdict] = known
        return known

    @cached_property
    def _verdict_marks(self) -> dict[str, Markup]:
        return {}

    def result_mark(self, result: Result) -> Markup:
        """A result's verdict, or that somebody accepts its failure for now."""
        return self.verdict_mark(result.outcome)

    def remarks(self, result: Result) -> list[Markup]:
        """What is to be said beside a result: since when, who accepts it, how old it is."""
        words, said = self.words, []
        if result.check in self.history:
            said.append(words("page.since", day=words.day(self.history[result.check])))
        if waiver := result.waiver:
            key = "page.waiver_ended" if waiver.state == "ended" else "page.waived"
            owner, reason = self.owner_name(waiver.owner), words.foreign(waiver.reason)
            said.append(words(key, owner=owner, day=words.day(waiver.until), reason=reason))
        day = self._days_of_runs.get(result.carried_from or "")
        if result.carried_from and (day is None or self.run is None or day < self.run.as_of):
            key = "page.not_scanned_since" if day else "page.not_scanned"
            said.append(words(key, day=words.day(day) if day else ""))
        return said

    @cached_property
    def _days_of_runs(self) -> Mapping[str, date]:
        return {run.run: run.as_of for run in self.past.runs}

    def owner_name(self, owner: str) -> Markup:
        """Who an owner's key stands for, leading to the role or team."""
        contact = self.contact(owner)
        return self.link(contact.urn) if contact.urn else escape(contact.name)

    def _box(self, urn: str) -> Box:
        definition = self.visible[urn]
        kind = self.words.plain(f"kind.{definition.kind}")
        href = UP + address_of(urn)
        return Box(self.title(definition), kind, href, self.level(urn))

    @cached_property
    def pages(self) -> Environment:
        """The templates, with everything escaped that is not Markup."""
        environment = Environment(
            loader=_Spoken(self.words),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        environment.globals.update(t=self.words, ctx=self, w=self.words)
        environment.filters["code"] = Markup("<code>{}</code>").format
        return environment


def _urns_of(path: str) -> tuple[str, ...]:
    """What a path of a field or dataset may stand for, and what that is part of."""
    if "." not in path:
        return ()  # the name of a rule
    whole, source = path.rpartition(".")[0], path.partition(".")[0]
    return f"field:{path}", f"dataset:{path}", f"dataset:{whole}", f"source:{source}"


def alphabetical(name: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts names as a Turkish dictionary does; case and other accents do not matter."""
    lowered = name.translate({ord("İ"): "i", ord("I"): "ı"}).lower()
    return tuple((_ALPHABET.get(c, _ALPHABET.get(_bare(c), 99)), c) for c in lowered)


def _bare(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]
