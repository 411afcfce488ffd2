"""Warns where the attributes of a group do not claim the same records, which survive as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.model import Attribute, Catalog, Claim
from catalog.validation.claims import Said
from catalog.validation.problems import Problem, problem_of
from catalog.validation.rules import Context

CONDITIONS = ("row", "when", "where", "from_", "until", "only_if_empty", "protect")
"""Keys of a claim by which one record speaks for one attribute of a group, but not for another."""


def groups(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD057 for a group that is split between sources.

    The first attribute, in the order of the definitions, that has a usable value chooses the record
    for all; the others are held against the first.
    """
    found: dict[tuple[str, str], list[Attribute]] = {}
    for attribute in catalog.attributes.values():
        if attribute.group:
            found.setdefault((attribute.entity, attribute.group), []).append(attribute)
    for leader, *others in found.values():
        for member in others:
            for part, said in _split(leader, member):
                told = f"group `{member.group}`: {said}"
                yield problem_of(catalog, "TD057", member.urn, told, *part, level="warning")


def _split(leader: Attribute, member: Attribute) -> Iterator[Said]:
    first, mine = _by_dataset(leader), _by_dataset(member)
    for dataset in (one for one in first if one not in mine):
        yield (
            ("group",),
            f"no claim on {dataset}, which {leader.key} claims; where that record wins this stays "
            "empty: claim a field of it",
        )
    for dataset in (one for one in mine if one not in first):
        yield (
            mine[dataset][0][0],
            f"{dataset} is claimed here, but not by {leader.key}, so its record is taken only "
            f"where {leader.key} has no value at all",
        )
    if first.keys() == mine.keys() and list(first) != list(mine):
        listed = ", ".join(first)
        yield ("group",), f"another order of sources than {leader.key} has; write {listed}"
    for dataset in (one for one in first if one in mine):
        for name in CONDITIONS:
            said = [[getattr(one, name) for _, one in some[dataset]] for some in (first, mine)]
            if said[0] != said[1]:
                key = name.removesuffix("_")
                part, _ = mine[dataset][0]
                yield (
                    (*part, key),
                    f"`{key}` on {dataset} is not the same as for {leader.key}, so one record "
                    "speaks for one of them and not for the other",
                )
    if leader.survive != member.survive:
        yield ("survive",), f"another `survive` than {leader.key} has, which chooses the record"


def _by_dataset(attribute: Attribute) -> dict[str, list[tuple[tuple[str | int, ...], Claim]]]:
    """The claims with the place where each stands, by dataset, in the order they first occur in."""
    found: dict[str, list[tuple[tuple[str | int, ...], Claim]]] = {}
    for list_ in ("claims", "fallback"):
        for index, claim in enumerate(getattr(attribute, list_)):
            place = found.setdefault(claim.field.rpartition(".")[0], [])
            place.append(((list_, index), claim))
    return found
