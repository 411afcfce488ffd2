"""What attributes state about survivorship, as the plan says it: candidates, chains, guards."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.model import Attribute, Catalog, Claim, Ranking, SameAs, Trust
from catalog.model.survival import Criterion as StatedCriterion
from catalog.sql import check_condition
from catalog.tables import ENTITY_ID
from expectations.compiler.scene import Scene
from expectations.plan import Candidate, Column, GoldenColumn
from expectations.survival import Criterion, Guards, Survival, Trusted


def golden_column(scene: Scene, attribute: Attribute) -> GoldenColumn:
    """The attribute on the golden record, with the claims in force as candidates."""
    speaking = attribute.in_force(scene.as_of)
    stated = zip(attribute.all_claims, all_candidates(scene, attribute), strict=True)
    return GoldenColumn(
        attribute.key,
        attribute.entity,
        attribute.column,
        attribute.type,
        tuple(candidate for claim, candidate in stated if claim in speaking),
        _survival(scene, attribute),
        subtype_of(scene, attribute),
    )


def all_candidates(scene: Scene, attribute: Attribute) -> list[Candidate]:
    """The attribute's claims as candidates, whether or not they are in force."""
    return [
        candidate_of(scene, attribute, claim, number)
        for number, claim in enumerate(attribute.all_claims, start=1)
    ]


def subtype_of(scene: Scene, attribute: Attribute) -> str | None:
    """The condition of the subtype that an attribute belongs to."""
    entity = scene.catalog.entities[attribute.entity]
    return entity.subtypes[attribute.apply_to] if attribute.apply_to else None


def origin_of(catalog: Catalog, path: str) -> str:
    """The field at the end of the chain of `copy_of`."""
    return catalog.origin_of(path)


def read_for(scene: Scene, attribute: Attribute) -> tuple[str, ...]:
    """The datasets on which an attribute's golden value rests, those of what it asks for too."""
    attributes = (scene.catalog.attributes[key] for key in rests_on(scene, attribute))
    claims = (claim for one in attributes for claim in one.all_claims)
    return tuple(dict.fromkeys(claim.field.rpartition(".")[0] for claim in claims))


def rests_on(scene: Scene, attribute: Attribute) -> dict[str, None]:
    """The keys of an attribute and of all that must be resolved for it."""
    found: dict[str, None] = {}
    waiting = [attribute]
    while waiting:
        one = waiting.pop(0)
        if one.key not in found:
            found[one.key] = None
            waiting += _asked(scene, one)
    return found


def _asked(scene: Scene, attribute: Attribute) -> Iterator[Attribute]:
    """The attributes that one asks for by name, and those it survives together with."""
    columns = scene.by_column(attribute.entity)
    for claim in attribute.all_claims:
        if claim.where:
            named = check_condition(claim.where, {ENTITY_ID: None, **columns}).columns
            yield from (one for name, one in columns.items() if name in named)
    yield from (scene.catalog.attributes[key] for key in attribute.same_as)
    if attribute.group:
        yield from (one for one in columns.values() if one.group == attribute.group)


def candidate_of(scene: Scene, attribute: Attribute, claim: Claim, number: int) -> Candidate:
    """A claim as a candidate; `number` counts the claims from 1."""
    field = scene.catalog.fields[claim.field]
    confirmed = field.confirmed_at
    column = Column(
        field.dataset,
        field.key,
        attribute.key,
        attribute.type,
        attribute.cleanse,
        attribute.compare,
        tuple(attribute.values) if attribute.values is not None else None,
        confirmed.field if confirmed else None,
        _claimed_rows(attribute, claim.field),
    )
    means = confirmed or scene.catalog.datasets[field.dataset].confirmed_at
    return Candidate(
        column,
        claim.when,
        claim.row,
        means is None or means.means != "loaded",
        _guards(scene, attribute, claim),
        number,
        _voter(scene.catalog, attribute, claim),
    )


def _claimed_rows(attribute: Attribute, field: str) -> tuple[str, ...]:
    rows = [claim.row for claim in attribute.all_claims if claim.field == field]
    return tuple(row for row in rows if row) if all(rows) else ()


def _guards(scene: Scene, attribute: Attribute, claim: Claim) -> Guards:
    dataset = scene.catalog.dataset_of(claim.field)
    until = (
        attribute.valid_until if dataset and dataset.field(attribute.valid_until or "") else None
    )
    return Guards(
        claim.where,
        claim.valid_if,
        claim.valid_while or attribute.valid_while,
        claim.valid_until or until,
        claim.deleted,
        claim.blank == "deleted",
        _trusted(scene, claim, claim.trust) if claim.trust else None,
        claim.only_if_empty,
        claim.protect,
        claim in attribute.fallback,
    )


def _trusted(scene: Scene, claim: Claim, trust: Trust) -> Trusted:
    """The trust in a claim; a copy is as right as the source it is filled from."""
    period = trust.period
    days = (scene.as_of - period.before(scene.as_of, scene.holidays)).days if period else 0
    lowered = tuple((one.by, one.if_, one.floor) for one in claim.downgrade)
    origin = origin_of(scene.catalog, claim.field).partition(".")[0]
    measured = origin if trust.measured else None
    return Trusted(trust.max, trust.min, days, trust.curve, lowered, measured)


def _voter(catalog: Catalog, attribute: Attribute, claim: Claim) -> str | None:
    """The dataset whose say a claim is: of a copy the original's, unless that speaks for itself."""
    origin = origin_of(catalog, claim.field)
    if origin != claim.field and any(one.field == origin for one in attribute.all_claims):
        return None
    return origin.rpartition(".")[0]


def _survival(scene: Scene, attribute: Attribute) -> Survival:
    span = attribute.valid_for
    return Survival(
        tuple(_criterion(one) for one in attribute.survive),
        attribute.group,
        span,
        span.reaching(scene.as_of, scene.holidays) if span else None,
        attribute.can_be_stale,
        attribute.rule_version,
    )


def _criterion(stated: StatedCriterion) -> Criterion:
    if isinstance(stated, SameAs):
        return Criterion("same_as", stated.same_as)
    if isinstance(stated, Ranking):
        return Criterion("rank", stated.rank, stated.order == "desc")
    return Criterion(stated)
