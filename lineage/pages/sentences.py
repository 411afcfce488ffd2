"""Says in business words what a check found and why a definition can or cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Container, Set
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup, escape

from catalog.durations import Duration
from catalog.model import Attribute, Catalog, Cell, Dataset, Definition, Entity, Measure, Rule
from catalog.model.reports import CurrencyUnit
from catalog.plurals import plural
from catalog.results import Result
from lineage.pages.numbers import say_value, shown_in
from lineage.pages.privacy import Privacy
from lineage.pages.reasons import say_reason
from lineage.pages.usability import Reason, Usability, fields_of, read_by
from lineage.pages.words import Words, texts

Link = Callable[[str], Markup]
Sides = tuple[str, str]
OF_DATASETS = ("id", "id_present", "confirmed_at", "fresh", "known_to")


@dataclass(frozen=True)
class Sentences:
    """Speaks about one catalog; `link` renders the name of a definition.

    Only definitions among `visible` may be named. `in_the_right` are the failed checks of cells
    that published the truth where another cell did not.
    """

    catalog: Catalog
    words: Words
    privacy: Privacy
    link: Link
    visible: Container[str]
    in_the_right: Set[str] = frozenset()

    def found(self, result: Result) -> Markup:
        """What a check found, in one sentence."""
        said = self._said.get(result.check)
        if said is None:
            said = self._said[result.check] = self._found(result)
        return said

    @cached_property
    def _said(self) -> dict[str, Markup]:
        return {}

    def _found(self, result: Result) -> Markup:
        if result.verdict == "unknown":
            return self._unknown(result)
        if result.verdict == "error":
            return self.words("why.error", what=self._say("fine", result))
        if result.kind == "expiry" and result.verdict != "pass":
            due = self.catalog.definitions[result.urn].review_date
            key = "why.expired" if result.violations else "why.expires"
            return self.words(key, day=self.words.day(due) if due else "")
        fine = result.verdict == "pass" and not result.violations
        return self._say("fine" if fine else "found", result)

    def _unknown(self, result: Result) -> Markup:
        named = (path for path in self.catalog.datasets if path in result.message)
        unread = [path for path in named if f"dataset:{path}" in self.visible]
        if unread:
            return self.words("why.unknown_source", source=self._source_name(unread[0]))
        known = say_reason(result.message, self.words)
        return self.words("why.unknown", what=known or self._say("fine", result))

    def _say(self, section: str, result: Result) -> Markup:
        kind = result.kind
        key = f"{section}.{kind}{self._which(result)}"
        left, right = self._sides(result, kind)
        return self.words(
            key if key in texts() else f"{section}.other",
            left=left,
            right=right,
            n=self.privacy.count(result.urn, result.violations),
            m=self.privacy.count(result.urn, result.rows_compared),
            share=self.privacy.share(result.urn, result.violations, result.rows_compared),
            things=self.things(self._counted_in(result)),
            what=self._what(result, kind),
            period=self.words.period(result.period or ""),
            published=self._number(result, result.observed),
            expected=self._number(result, result.expected),
            other=self._other_cell(result),
        )

    def _which(self, result: Result) -> str:
        """Which of the texts for two cells of one measure, or for a touchpoint, speaks of them;
        empty for others.
        """
        if result.kind == "reads":
            return "" if self._may_be_stale(result) else "_current"
        if result.kind != "same":
            return ""
        one, other = self._same_cells(result)
        within = "_within" if one and other and one.report == other.report else ""
        return f"{'_right' if result.check in self.in_the_right else ''}{within}"

    def _may_be_stale(self, result: Result) -> bool:
        """Whether a touchpoint may read a value that is no longer current, or there is none."""
        touchpoint = self.catalog.touchpoints.get(result.urn.partition(":")[2])
        purpose = self.catalog.purposes.get(touchpoint.purpose or "") if touchpoint else None
        attribute = self.catalog.attributes.get(read_by(result))
        ends = attribute is not None and attribute.can_be_stale
        return purpose is None or "stale" in purpose.accepts or not ends

    def _read_in(self, result: Result) -> tuple[str, ...]:
        """The field that a touchpoint reads, where a check is about that."""
        touchpoint = self.catalog.touchpoints.get(result.urn.partition(":")[2])
        read = touchpoint.reads.get(read_by(result)) if touchpoint else None
        return (read,) if read and result.kind == "reads" else ()

    def _counted_in(self, result: Result) -> str:
        """The URN of the definition whose entities are counted."""
        return f"attribute:{read_by(result)}" if result.kind == "reads" else result.urn

    def _same_cells(self, result: Result) -> tuple[Cell | None, Cell | None]:
        """The cell that a check speaks of and the one it names, which shows the same measure."""
        cells = self.catalog.cells
        return cells.get(result.urn.partition(":")[2]), cells.get(self._other_path(result))

    def _other_path(self, result: Result) -> str:
        return result.check.rpartition("/same:")[2]

    def _number(self, result: Result, value: object) -> str:
        """A published or true number; of a few people no more than that they are few."""
        urn = result.urn
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "–"
        if self.privacy.is_small(urn, value):
            return self.privacy.words.plain("found.fewer", n=self.privacy.limit)
        shown = self._shown_in(urn)
        if result.kind == "same":  # which tells both in the coarser of their units
            sides = (shown, self._shown_in(f"cell:{self._other_path(result)}"))
            shown = max(sides, key=_scale)
        if shown and (shown.unit == "%" or isinstance(shown.unit, CurrencyUnit)):
            return say_value(value, shown, self.words)
        return self.words.number(value, 0 if float(value).is_integer() else 2)

    def _shown_in(self, urn: str) -> Measure | Cell | None:
        """What states the unit of the number of a cell or measure."""
        one = self.catalog.definitions.get(urn)
        if isinstance(one, Cell):
            return shown_in(one, self.catalog)
        return one if isinstance(one, Measure) else None

    def _other_cell(self, result: Result) -> Markup:
        """The cell that shows the same measure, by its report, since both are called the same."""
        own, other = self._same_cells(result)
        if own is None or other is None or other.urn not in self.visible:
            return Markup("–")
        if own.report != other.report:
            return self.link(f"report:{other.report}")
        address = Markup(" ({})").format(other.at) if other.at else Markup("")
        return self.link(other.urn) + address

    def why(self, urn: str, usability: Usability, day: str) -> list[Markup]:
        """The reasons for a definition's answer, each a sentence; never empty."""
        said: dict[Markup, None] = {}
        told: set[tuple[str, str]] = set()
        for reason in usability.reasons:
            key = (self._resting(reason), reason.about)
            again = key in told
            told.add(key)
            said[self._reason(urn, reason, again=again)] = None
        return list(said) or [self._clean(usability, day)]

    def _clean(self, usability: Usability, day: str) -> Markup:
        return self.words("why.clean_disputed" if usability.disputed else "why.clean", day=day)

    def _reason(self, urn: str, reason: Reason, *, again: bool = False) -> Markup:
        """What it means for a definition; `again`, that it rests on it has been said before."""
        own = self.own_reason(reason)
        if reason.about == urn or reason.code == "not_run":
            return own
        key = self._resting(reason)
        if again and key in ("rests_fail", "rests_care"):
            key = "rests_also"
        return self.words(f"why.{key}", other=self.link(reason.about), why=own)

    def _resting(self, reason: Reason) -> str:
        """The text that says of something else that it rests on where the reason lies."""
        match reason.code:
            case "expired":
                return "rests_expired"
            case "deprecated" | "retired":
                return "rests_withdrawn"
            case "draft" | "in_review":
                return "rests_draft"
            case "unknown" | "error":
                return "rests_unknown"
            case _:
                return "rests_fail" if reason.grave else "rests_care"

    def own_reason(self, reason: Reason) -> Markup:
        """A reason as the definition that it lies in says it."""
        if reason.code == "read_instead":
            return self._read_instead(reason)
        if reason.result is not None:
            said = self.found(reason.result)
            waiver = reason.result.waiver if reason.result.is_waived else None
            if waiver is None:
                return said
            return said + Markup(" ") + self.words("why.waived", day=self.words.day(waiver.until))
        if reason.code in ("deprecated", "retired"):
            successor = self.catalog.definitions[reason.about].successor
            if successor:
                return self.words(f"why.{reason.code}_for", other=self.link(successor))
        day = self.words.day(reason.day) if reason.day else ""
        return self.words(f"why.{reason.code}", day=day, count=reason.count, of=reason.of)

    def _read_instead(self, reason: Reason) -> Markup:
        """That touchpoints read a field, what is believed before it, and how often they differ."""
        assert reason.result is not None
        result, path = reason.result, reason.about.partition(":")[2]
        first = next(other for other in fields_of(result) if other != path)
        return self.words(
            "why.read_instead",
            readers=Markup(", ").join(map(self.link, reason.readers)),
            attribute=self.link(result.urn),
            other=self.pair(path, first)[1],
            n=self.privacy.count(result.urn, result.violations),
            m=self.privacy.count(result.urn, result.rows_compared),
            things=self.things(result.urn),
            share=self.privacy.share(result.urn, result.violations, result.rows_compared),
        )

    def _what(self, result: Result, kind: str) -> Markup:
        """A rule by its author's words, else by its key; a span of time, a limit or an attribute
        where the check is about one; other checks by their title.
        """
        definition = self.catalog.definitions.get(result.urn)
        if kind == "reads":
            return self.link(self._counted_in(result))
        if kind == "current_in":
            span = Duration.parse(result.check.rpartition(":")[2])
            return escape(self.words.span(span))
        if kind == "shared" and isinstance(definition, Attribute) and definition.shared:
            return escape(self.words.number(definition.shared.at_most))
        if kind == "rule" and isinstance(definition, Attribute):
            name = result.check.rpartition("rule:")[2]
            rule = next((rule for rule in definition.rules if rule.name == name), None)
            return self._rule(rule, name)
        return self._english(result.title.rstrip("."))

    def _rule(self, rule: Rule | None, name: str) -> Markup:
        """What a rule asks: in its author's words, else as its expectation says, else its key."""
        if rule and (own := rule.own_words("message", self.words.language)):
            return escape(own.rstrip("."))
        if rule and rule.message:
            return self.words.foreign(rule.message.rstrip("."))
        known = f"expect.{(rule.expect or '').removeprefix('expect_')}" if rule else ""
        return self.words(known) if known in texts() else self._english(name.replace("_", " "))

    def _english(self, text: str) -> Markup:
        """What the program says in English alone."""
        said = escape(text)
        return (
            said
            if self.words.language == "en"
            else Markup('<span lang="en">{}</span>').format(said)
        )

    def _sides(self, result: Result, kind: str) -> Sides:
        looked_at = self._read_in(result) or fields_of(result)
        if kind in OF_DATASETS:
            other = looked_at[0] if looked_at else ""
            return self.dataset(result.urn.partition(":")[2]), self.dataset(other) if other else ""
        if len(looked_at) == 2:
            return self.pair(looked_at[0], looked_at[1])
        return (self._source_name(looked_at[0]) if looked_at else ""), ""

    def pair(self, left: str, right: str) -> Sides:
        """How the sources of two fields are called; with their datasets if it is one source."""
        names = self._source_name(left), self._source_name(right)
        if names[0] != names[1]:
            return names
        return self.dataset(left.rpartition(".")[0]), self.dataset(right.rpartition(".")[0])

    def _source_name(self, path: str) -> str:
        source = self.catalog.sources.get(path.partition(".")[0])
        return source.named(self.words.language) if source else path

    def dataset(self, path: str) -> str:
        """How a dataset is called: its source, and its own name where the source has several."""
        source = self.catalog.sources.get(path.partition(".")[0])
        dataset = self.catalog.datasets.get(path)
        if source is None:
            return path
        name = source.named(self.words.language)
        if dataset is None or len(source.datasets) == 1:
            return name
        return f"{name} – {dataset.named(self.words.language)}"

    def things_in(self, table: Definition) -> str:
        """What a row of an entity or a dataset stands for, in the plural after a number."""
        if isinstance(table, Entity):
            return self._plural(table)
        one_each = isinstance(table, Dataset) and table.rows == "one"
        return self.things(table.urn) if one_each else self.words.plain("found.records")

    def things(self, urn: str) -> str:
        """What is counted, in the plural after a number: customers, müşteri."""
        kind, _, path = urn.partition(":")
        dataset = self.catalog.datasets.get(path) if kind == "dataset" else None
        key = dataset.entity if dataset else path.partition(".")[0] if kind == "attribute" else None
        entity = self.catalog.entities.get(key or "")
        shown = entity is not None and entity.urn in self.visible
        return self._plural(entity) if entity and shown else self.words.plain("found.records")

    def _plural(self, entity: Entity) -> str:
        language = self.words.language
        own = entity.name_tr if language == "tr" else entity.name_en
        if not own and self.catalog.language != language:
            return self.words.plain("found.records")
        name = self.words.lower(own or entity.name)
        if language == "tr":
            return name
        return self.words.lower(entity.plural) if entity.plural else plural(name)


def _scale(shown: Measure | Cell | None) -> int:
    unit = shown.unit if shown else None
    return unit.scale if isinstance(unit, CurrencyUnit) else 0
