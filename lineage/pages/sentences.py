"""Says in business words what a check found and why a definition can or cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from catalog.model import Catalog, Entity
from catalog.results import Result
from lineage.pages.privacy import Privacy
from lineage.pages.usability import Reason, Usability, kind_of
from lineage.pages.words import Words

Link = Callable[[str], Markup]
SAID = frozenset(
    ("agree", "required", "current", "unique", "type", "values", "fresh", "id", "known_to")
) | frozenset(("computes", "bounds", "rule"))


@dataclass(frozen=True)
class Sentences:
    """Speaks about one catalog; `link` renders the name of a definition."""

    catalog: Catalog
    words: Words
    privacy: Privacy
    link: Link

    def found(self, result: Result) -> Markup:
        """What a check found, in one sentence."""
        if result.verdict == "unknown":
            return self.words("why.unknown", what=result.message.rstrip("."))
        if result.verdict == "error":
            return self.words("why.error", what=result.title.rstrip("."))
        if result.verdict == "pass" and not result.violations:
            return Markup.escape(result.title)
        kind = kind_of(result)
        left, right = self._sides(result, kind)
        return self.words(
            f"found.{kind if kind in SAID else 'other'}",
            left=left,
            right=right,
            n=self.privacy.count(result.urn, result.violations),
            m=self.privacy.count(result.urn, result.rows_compared),
            share=self.privacy.share(result.urn, result.violations, result.rows_compared),
            things=self.things(result.urn),
            what=result.title.rstrip("."),
        )

    def why(self, urn: str, usability: Usability, day: str) -> list[Markup]:
        """The reasons for a definition's answer, each a sentence; never empty."""
        said = [self._reason(urn, reason) for reason in usability.reasons]
        if said:
            return list(dict.fromkeys(said))
        return [self.words("why.clean", day=day)]

    def _reason(self, urn: str, reason: Reason) -> Markup:
        own = self._own(reason)
        if reason.about == urn or reason.code == "not_run":
            return own
        other = self.link(reason.about)
        match reason.code:
            case "expired":
                return self.words("why.rests_expired", other=other)
            case "deprecated" | "retired":
                return self.words("why.rests_withdrawn", other=other)
            case "draft" | "in_review":
                return self.words("why.rests_draft", other=other)
            case "unknown" | "error":
                return self.words("why.rests_unknown", other=other)
            case _:
                key = "why.rests_fail" if reason.grave else "why.rests_care"
                return self.words(key, other=other, why=own)

    def _own(self, reason: Reason) -> Markup:
        if reason.result is not None:
            return self.found(reason.result)
        if reason.code in ("deprecated", "retired"):
            successor = self.catalog.definitions[reason.about].replaced_by
            if successor:
                return self.words(f"why.{reason.code}_for", other=self.link(self._urn(reason, successor)))
        day = self.words.day(reason.day) if reason.day else ""
        return self.words(f"why.{reason.code}", day=day, count=reason.count, of=reason.of)

    def _urn(self, reason: Reason, successor: str) -> str:
        kind = reason.about.partition(":")[0]
        return successor if ":" in successor else f"{kind}:{successor}"

    def _sides(self, result: Result, kind: str) -> tuple[str, str]:
        if kind in ("id", "fresh", "known_to"):
            other = result.check.rpartition(":")[2] if kind == "known_to" else ""
            return self.dataset(result.urn.partition(":")[2]), self.dataset(other) if other else ""
        names = [self.source(field) for field in result.sources]
        return (names + ["", ""])[0], (names + ["", ""])[1]

    def source(self, field_path: str) -> str:
        """How a field's source is called; with its dataset where one source claims several."""
        dataset = self.catalog.dataset_of(field_path) or self.catalog.datasets.get(field_path)
        return self.dataset(dataset.path) if dataset else field_path

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

    def things(self, urn: str) -> str:
        """What is counted, in the plural after a number: customers, müşteri."""
        kind, _, path = urn.partition(":")
        dataset = self.catalog.datasets.get(path) if kind == "dataset" else None
        key = dataset.entity if dataset else path.partition(".")[0] if kind == "attribute" else None
        entity = self.catalog.entities.get(key or "")
        return self._plural(entity) if entity else self.words.plain("found.records")

    def _plural(self, entity: Entity) -> str:
        language = self.words.language
        own = entity.name_tr if language == "tr" else entity.name_en
        if not own and self.catalog.language != language:
            return self.words.plain("found.records")
        name = self.words.lower(own or entity.name)
        if language == "tr":
            return name
        return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"
