"""Finds whom a change reaches: the cells, reports, teams and touchpoints that rest on it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from catalog.model import Catalog
from catalog.simulations import Reached
from expectations.simulate.naming import Naming
from lineage.graph import END_KINDS, Lineage, build_lineage


@dataclass(frozen=True)
class Changed:
    """What changes, and which calculations were counted and stay as they are, as URNs."""

    roots: Collection[str]
    unchanged: Collection[str]


def reached_by(
    changed: Changed, before: Catalog, after: Catalog, naming: Naming
) -> Iterator[Reached]:
    """The ends that rest on what changes, by kind and URN; nothing that only rests on a number
    that was counted and is the same.
    """
    found: dict[str, dict[str, None]] = {}
    old, new = build_lineage(before), build_lineage(after)
    for root in changed.roots:
        lineage = new if root in new else old
        for end in _ends(lineage, root, changed.unchanged):
            found.setdefault(end, {})[root] = None
    for end in sorted(found, key=lambda urn: (END_KINDS.index(_kind(urn)), urn)):
        yield Reached(
            urn=end, name=naming.name(end), owner=naming.owner(end), through=tuple(found[end])
        )


def _ends(lineage: Lineage, root: str, unchanged: Collection[str]) -> Iterator[str]:
    if root not in lineage:
        return

    def following(node: str) -> list[str]:
        below = (e.downstream for e in lineage.edges_out_of(node) if e.type != "checks")
        return [urn for urn in below if urn not in unchanged]

    for urn in lineage.trails(root, following):
        if _kind(urn) in END_KINDS:
            yield urn


def _kind(urn: str) -> str:
    return urn.partition(":")[0]
