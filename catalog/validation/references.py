"""Rules on names: everything referred to exists, and no two keys differ only in case."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from catalog.model import Attribute, Catalog, Claim, Dataset, Field, Touchpoint
from catalog.model.targets import named_in
from catalog.validation.problems import Problem, nearest
from catalog.validation.rules import Context

# How alike two names must be to be taken for one: custmer and customer, not customer and costume.
NEARLY = 0.8


@dataclass(frozen=True)
class Reference:
    """A name one definition uses for another, and where it is written."""

    urn: str
    part: tuple[str | int, ...]
    what: str
    name: str
    known: Collection[str]


def references(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD012 for every name that nothing has."""
    for reference in _all(catalog):
        if reference.name not in reference.known:
            hint = nearest(reference.name, reference.known)
            yield Problem(
                "TD012",
                f"{reference.urn}: no {reference.what} '{reference.name}'; {hint}",
                place=catalog.places.find(reference.urn, *reference.part),
                urn=reference.urn,
            )


def keys(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD011 for keys that differ only in case: people and file systems mix them up."""
    seen: dict[str, str] = {}
    for urn in catalog.definitions:
        first = seen.setdefault(urn.casefold(), urn)
        if first != urn:
            said = f"'{urn}' and '{first}' differ only in case; rename one"
            yield Problem("TD011", said, place=catalog.places.find(urn, "key"), urn=urn)


def implied_entities(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD048 for an entity that is only named by a dataset, and nearly as another one is."""
    implied = [key for key in catalog.entities if catalog.places.find(f"entity:{key}") is None]
    known = sorted(set(catalog.entities).difference(implied) | _used_entities(catalog))
    for key in implied:
        others = [other for other in known if other != key]
        close = get_close_matches(key, others, n=1, cutoff=NEARLY)
        dataset = next((d for d in catalog.datasets.values() if d.entity == key), None)
        if close and dataset:
            said = (
                f"{dataset.urn}: entity '{key}' is defined nowhere and is nearly '{close[0]}'; "
                f"write '{close[0]}', or define '{key}' under `entities`"
            )
            place = catalog.places.find(dataset.urn, "entity")
            yield Problem("TD048", said, "warning", place, dataset.urn)


def _used_entities(catalog: Catalog) -> set[str]:
    """The entities that attributes describe; a name that is used so is no slip."""
    return {attribute.entity for attribute in catalog.attributes.values()}


def _all(catalog: Catalog) -> Iterator[Reference]:
    for urn, definition in catalog.definitions.items():
        name = definition.replaced_by
        if name and name not in catalog.definitions:
            known = _of_kind(catalog, definition.kind)
            yield Reference(urn, ("replaced_by",), definition.kind, name, known)
    for role in catalog.roles.values():
        if role.team:
            yield Reference(role.urn, ("team",), "team", role.team, catalog.teams)
    for dataset in catalog.datasets.values():
        yield from _of_dataset(catalog, dataset)
    for attribute in catalog.attributes.values():
        yield from _of_attribute(catalog, attribute)
    for report in catalog.reports.values():
        yield Reference(report.urn, ("team",), "team", report.team, catalog.teams)
    for cell in catalog.cells.values():
        if cell.measure:
            yield Reference(cell.urn, ("measure",), "measure", cell.measure, catalog.measures)
    for touchpoint in catalog.touchpoints.values():
        yield from _of_touchpoint(catalog, touchpoint)


def _of_touchpoint(catalog: Catalog, touchpoint: Touchpoint) -> Iterator[Reference]:
    for key, field in touchpoint.reads.items():
        part = ("reads", key)
        yield Reference(touchpoint.urn, part, "attribute", key, catalog.attributes)
        yield Reference(touchpoint.urn, part, "field", field, catalog.fields)
    for key in named_in(touchpoint.against_golden):
        part = ("against_golden", key)
        yield Reference(touchpoint.urn, part, "attribute it reads", key, touchpoint.reads)


def _of_kind(catalog: Catalog, kind: str) -> list[str]:
    """The paths of the definitions of one kind."""
    return [other.path for other in catalog.definitions.values() if other.kind == kind]


def _of_dataset(catalog: Catalog, dataset: Dataset) -> Iterator[Reference]:
    own = [field.key for field in dataset.fields]
    if dataset.id:
        yield Reference(dataset.urn, ("id",), "field", dataset.id, own)
    if dataset.record:
        yield Reference(dataset.urn, ("record",), "field", dataset.record, own)
    if dataset.confirmed_at:
        name = dataset.confirmed_at.field
        yield Reference(dataset.urn, ("confirmed_at",), "field", name, own)
    for other in dataset.known_to:
        yield Reference(dataset.urn, ("known_to", other), "dataset", other, catalog.datasets)
    for other in dataset.derived_from:
        yield Reference(dataset.urn, ("derived_from",), "dataset", other, catalog.datasets)
    for field in dataset.fields:
        yield from _of_field(catalog, field, own)


def _of_field(catalog: Catalog, field: Field, siblings: Collection[str]) -> Iterator[Reference]:
    if field.confirmed_at:
        name = field.confirmed_at.field
        yield Reference(field.urn, ("confirmed_at",), "field", name, siblings)
    if field.copy_of:
        yield Reference(field.urn, ("copy_of",), "field", field.copy_of, catalog.fields)
    for origin in field.derived_from:
        yield Reference(field.urn, ("derived_from",), "field", origin, catalog.fields)


def _of_attribute(catalog: Catalog, attribute: Attribute) -> Iterator[Reference]:
    yield Reference(attribute.urn, ("key",), "entity", attribute.entity, catalog.entities)
    for part in ("claims", "fallback"):
        for index, claim in enumerate(getattr(attribute, part)):
            yield from _of_claim(catalog, attribute, claim, (part, index))
    siblings = {one.key for one in catalog.attributes_of(attribute.entity)} - {attribute.key}
    for name in attribute.same_as:
        yield Reference(attribute.urn, ("survive",), "attribute", name, siblings)
    claimed = {claim.field for claim in attribute.all_claims}
    for path in named_in(attribute.against_golden):
        yield Reference(attribute.urn, ("against_golden", path), "claimed field", path, claimed)
    if attribute.valid_until:
        known = {key for claim in attribute.claims for key in _row(catalog, claim)}
        yield Reference(attribute.urn, ("valid_until",), "field", attribute.valid_until, known)
    entity = catalog.entities.get(attribute.entity)
    if attribute.apply_to:
        subtypes = entity.subtypes if entity else ()
        yield Reference(attribute.urn, ("apply_to",), "subtype", attribute.apply_to, subtypes)


def _of_claim(
    catalog: Catalog, attribute: Attribute, claim: Claim, part: tuple[str | int, ...]
) -> Iterator[Reference]:
    yield Reference(attribute.urn, (*part, "field"), "field", claim.field, catalog.fields)
    if claim.valid_until and (row := _row(catalog, claim)):
        place = (*part, "valid_until")
        yield Reference(attribute.urn, place, "field", claim.valid_until, row)


def _row(catalog: Catalog, claim: Claim) -> list[str]:
    """The fields of the row that a claim takes its value from."""
    dataset = catalog.dataset_of(claim.field)
    return [field.key for field in dataset.fields] if dataset else []
