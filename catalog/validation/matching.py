"""Rules on bringing records together: what `match` names, and what stewards decided on records."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations

from catalog.model import Catalog, Entity, Match, MatchDecision
from catalog.model.matching import dataset_of_record
from catalog.validation.problems import Problem, nearest, problem_of
from catalog.validation.rules import Context

DATED = ("date", "timestamp")


def matching(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD012 for what a `match` names and nothing has, TD052 for what cannot work as stated."""
    for entity in catalog.entities.values():
        if entity.match is not None:
            yield from _names(catalog, entity, entity.match)
            yield from _sense(catalog, entity, entity.match)
    for dataset in catalog.datasets.values():
        owner = catalog.entities.get(dataset.entity or "")
        if owner is None:
            continue
        if owner.match is not None and not (dataset.id or dataset.record):
            said = f"its rows are to be matched to {owner.key}, but no `record` names them"
            yield problem_of(catalog, "TD052", dataset.urn, said, "entity")
        if owner.match is None and dataset.record and not dataset.id:
            said = f"has no `id`, and `entity {owner.key}` has no `match` to find it by"
            yield problem_of(catalog, "TD052", dataset.urn, said, "record")


def _names(catalog: Catalog, entity: Entity, match: Match) -> Iterator[Problem]:
    known = [attribute.key for attribute in catalog.attributes_of(entity.key)]
    for part, name in _attributes(match):
        if name not in known:
            said = f"no attribute '{name}' of {entity.key}; {nearest(name, known)}"
            yield problem_of(catalog, "TD012", entity.urn, said, "match", *part)
    for index, key in enumerate(match.keys):
        for name in key.joins:
            if name not in entity.subtypes:
                said = f"no subtype '{name}'; {nearest(name, entity.subtypes)}"
                yield problem_of(
                    catalog, "TD012", entity.urn, said, "match", "keys", index, "joins"
                )


def _attributes(match: Match) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every attribute that is named, and where."""
    for index, key in enumerate(match.keys):
        yield ("keys", index, "attribute"), key.attribute
    for index, one in enumerate(match.comparisons):
        yield ("comparisons", index, "attribute"), one.attribute
    for index, rule in enumerate(match.blocking):
        for number, part in enumerate(rule):
            yield ("blocking", index, number, "attribute"), part.attribute


def _sense(catalog: Catalog, entity: Entity, match: Match) -> Iterator[Problem]:
    for part, said in _senseless(catalog, match):
        yield problem_of(catalog, "TD052", entity.urn, said, "match", *part)


def _senseless(catalog: Catalog, match: Match) -> Iterator[tuple[tuple[str | int, ...], str]]:
    compared = [one.attribute for one in match.comparisons]
    if not match.keys and not match.comparisons:
        yield (), "`match` states neither `keys` nor `comparisons`: nothing could be matched"
    if match.comparisons and not match.blocking:
        yield ("comparisons",), "`comparisons` need `blocking`: which pairs are compared at all?"
    if match.blocking and not match.comparisons:
        yield ("blocking",), "`blocking` picks pairs, but no `comparisons` say how to compare them"
    for index, key in enumerate(match.keys):
        if key.across != "different" and len(key.joins) < 2:
            yield ("keys", index, "across"), "`across` needs two subtypes or more under `joins`"
    for index, one in enumerate(match.comparisons):
        attribute = catalog.attributes.get(one.attribute)
        if one.attribute in compared[:index]:
            said = f"{one.attribute} is compared twice; keep one"
            yield ("comparisons", index, "attribute"), said
        if attribute and (one.as_ == "date") != (attribute.type in DATED):
            said = f"{one.attribute} is of type {attribute.type}: compare "
            said += "dates `as: date`" if attribute.type in DATED else "only dates `as: date`"
            yield ("comparisons", index, "as"), said
    for index, name in enumerate(match.agree):
        if name not in compared:
            yield ("agree", index), f"{name} is not compared; {nearest(name, compared)}"


def decisions(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD012 for what decisions name and nothing has, TD053 for decisions that contradict others."""
    for decision in catalog.matches.values():
        yield from _named_by(catalog, decision)
    for entity in dict.fromkeys(decision.entity for decision in catalog.matches.values()):
        yield from _contradictions(catalog, entity)


def _named_by(catalog: Catalog, decision: MatchDecision) -> Iterator[Problem]:
    matched = [key for key, entity in catalog.entities.items() if entity.match]
    if decision.entity not in matched:
        said = f"no entity '{decision.entity}' with a `match`; {nearest(decision.entity, matched)}"
        yield _of_decision(catalog, "TD012", decision, said, "entity")
        return
    known = [dataset.path for dataset in catalog.datasets_of(decision.entity)]
    for index, record in enumerate(decision.records):
        path = dataset_of_record(record)
        if path not in known:
            said = f"no dataset '{path}' of {decision.entity}; {nearest(path, known)}"
            yield _of_decision(catalog, "TD012", decision, said, decision.verb, index)


def _contradictions(catalog: Catalog, entity: str) -> Iterator[Problem]:
    """Records told apart that other decisions make one, directly or by way of others."""
    mine = [decision for decision in catalog.matches.values() if decision.entity == entity]
    together = groups_of([one.same for one in mine if one.same])
    for decision in mine:
        for left, right in combinations(decision.different, 2):
            if left in together and together[left] == together.get(right):
                said = (
                    f"{left} and {right} are told apart here, but other decisions make them one; "
                    "take one of the decisions out"
                )
                yield _of_decision(catalog, "TD053", decision, said, "different")


def groups_of(sets: Collection[Collection[str]]) -> dict[str, str]:
    """For each member the smallest of all that these sets join it with."""
    group: dict[str, set[str]] = {}
    for one in sets:
        joined = set(one).union(*(group[name] for name in one if name in group))
        group.update(dict.fromkeys(joined, joined))
    return {name: min(members) for name, members in group.items()}


def _of_decision(
    catalog: Catalog, code: str, decision: MatchDecision, said: str, *part: str | int
) -> Problem:
    place = catalog.places.find(decision.urn, *part)
    return Problem(code, f"a decision on {decision.entity}: {said}", place=place, urn=decision.urn)
