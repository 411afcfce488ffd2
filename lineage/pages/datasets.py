"""What the pages of sources, datasets and fields show: tables of fields, who reads them, checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from catalog.model import Attribute, Dataset, Field, SourceSystem, Touchpoint
from catalog.results import Result
from lineage.pages.calculation import Step, step_of
from lineage.pages.context import PageContext
from lineage.pages.usability import OF_FIELDS, fields_of, read_by

MOST_READERS = 6


@dataclass(frozen=True)
class Holding:
    """One dataset of a source, in a line; `rows` is how many a check last found in it."""

    link: Markup
    entity: Markup
    fields: int
    rows: str
    fresh: Result | None
    urn: str


@dataclass(frozen=True)
class FieldLine:
    """One field of a dataset: what it holds, who reads it and what checks say about it."""

    link: Markup
    type: str
    meaning: Markup
    readers: tuple[Markup, ...]
    more: int
    results: Sequence[Result]


@dataclass(frozen=True)
class Claimed:
    """An attribute that takes its value from a field: its place in the order, and conditions."""

    link: Markup
    place: int
    of: int
    step: Step


@dataclass(frozen=True)
class Datasets:
    """Gathers what stands on those pages for one catalog."""

    ctx: PageContext

    def of_source(self, source: SourceSystem) -> dict[str, object]:
        """The datasets of a source."""
        shown = [d for d in source.datasets if d.urn in self.ctx.visible]
        return {"holdings": [self._holding(d) for d in shown]}

    def of_dataset(self, dataset: Dataset) -> dict[str, object]:
        """The fields of a dataset, and everything that reads one of them."""
        shown = [f for f in dataset.fields if f.urn in self.ctx.visible]
        return {"field_lines": [self._line(f) for f in shown], "down": self._readers(dataset)}

    def of_field(self, field: Field) -> dict[str, object]:
        """The attributes that claim a field, the touchpoints that read it, and its copies."""
        ctx = self.ctx
        claimed: list[Claimed] = []
        for urn in ctx.links.down.get(field.urn, ()):
            attribute = ctx.visible[urn]
            if isinstance(attribute, Attribute):
                claimed += self._claims(attribute, field.path)
        return {"claimed": claimed}

    def results_of(self, field: str) -> Sequence[Result]:
        """The results of checks that look at one field, given its path; the worst first."""
        return self._by_field.get(field, ())

    @cached_property
    def _by_field(self) -> Mapping[str, list[Result]]:
        found: dict[str, list[Result]] = {}
        for result in self.ctx.results:
            if result.kind in OF_FIELDS or result.kind == "agree":
                for path in fields_of(result):
                    found.setdefault(path, []).append(result)
        return found

    def _claims(self, attribute: Attribute, path: str) -> Iterable[Claimed]:
        for place, claim in enumerate(attribute.claims, start=1):
            if claim.field == path:
                link = self.ctx.link(attribute.urn)
                yield Claimed(link, place, len(attribute.claims), step_of(claim, self.ctx))

    def _holding(self, dataset: Dataset) -> Holding:
        ctx = self.ctx
        results = ctx.results_of(dataset.urn)
        rows = max((r.rows_available for r in results if r.kind in ("id", "id_present")), default=0)
        fresh = next((r for r in results if r.kind == "fresh"), None)
        entity = ctx.link(f"entity:{dataset.entity}") if dataset.entity else Markup("–")
        shown = sum(f.urn in ctx.visible for f in dataset.fields)
        counted = ctx.privacy.count(dataset.urn, rows) if rows else "–"
        return Holding(ctx.link(dataset.urn), entity, shown, counted, fresh, dataset.urn)

    def _line(self, field: Field) -> FieldLine:
        ctx = self.ctx
        reading = [u for u in ctx.links.down.get(field.urn, ()) if not u.startswith("field:")]
        shown = tuple(ctx.link(urn) for urn in reading[:MOST_READERS])
        meaning = ctx.words.told(field, "definition")
        results = self.results_of(field.path)
        more = max(0, len(reading) - MOST_READERS)
        return FieldLine(ctx.link(field.urn), field.type, meaning, shown, more, results)

    def _readers(self, dataset: Dataset) -> list[str]:
        """Everything outside a dataset that rests on it or on one of its fields."""
        down, own = self.ctx.links.down, {field.urn for field in dataset.fields}
        urns = dict.fromkeys(u for part in (dataset.urn, *own) for u in down.get(part, ()))
        return [urn for urn in urns if urn not in own]


def reads_of(touchpoint: Touchpoint, ctx: PageContext) -> list[dict[str, object]]:
    """What a touchpoint reads, line by line, against what is believed first."""
    judged = {read_by(one): one for one in ctx.results_of(touchpoint.urn) if one.kind == "reads"}
    return [_read(key, path, ctx, judged.get(key)) for key, path in touchpoint.reads.items()]


def _read(key: str, path: str, ctx: PageContext, judged: Result | None = None) -> dict[str, object]:
    attribute = ctx.visible.get(f"attribute:{key}")
    claims = attribute.claims if isinstance(attribute, Attribute) else ()
    first = claims[0].field if claims else ""
    places = [claim.field for claim in claims]
    state = "same" if path == first else "other" if path in places else "outside"
    between = [
        result
        for result in ctx.results_of(f"attribute:{key}")
        if result.kind == "agree" and set(fields_of(result)) == {path, first}
    ]
    return {
        "attribute": ctx.link(f"attribute:{key}"),
        "reads": _where(path, ctx),
        "should": _where(first, ctx) if first else None,
        "conditional": bool(claims and claims[0].when),
        "state": state if claims else "",
        "differ": ctx.sentences.found(between[0]) if between else None,
        "beside": _beside_golden(attribute, path, ctx),
        "urn": f"attribute:{key}",
        "golden": ctx.sentences.found(judged) if judged else None,
        "judged": judged,
    }


def _beside_golden(attribute: object, path: str, ctx: PageContext) -> Markup | None:
    """On how many entities a field that takes part holds another value than the golden record."""
    told = ctx.truth.of(attribute) if isinstance(attribute, Attribute) else None
    if not isinstance(attribute, Attribute) or told is None:
        return None
    other = sum(one.count for one in told.patterns if one.loser == path)
    if not other:
        return None
    return ctx.words(
        "golden.reads_other",
        n=ctx.privacy.count(attribute.urn, other),
        m=ctx.words.number(told.entities),
        things=ctx.sentences.things(attribute.urn),
    )


def _where(path: str, ctx: PageContext) -> Markup:
    field = ctx.link(f"field:{path}")
    dataset = ctx.catalog.dataset_of(path)
    if f"field:{path}" not in ctx.visible or dataset is None:
        return field
    return Markup("{} › {}").format(ctx.link(f"source:{dataset.source}"), field)
