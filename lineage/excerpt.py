"""Takes a part of the lineage graph: around one definition, or all of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from catalog.model import Catalog
from catalog.model.whole import Place
from lineage.edges import Edge, EdgeType, Unresolved
from lineage.graph import Lineage

_PARTS: Mapping[EdgeType, str] = {
    "matches": "match",
    "copies": "copy_of",
    "derives": "calculation",
    "formula": "calculation",
    "implements": "measure",
    "made_by": "team",
    "reads": "reads",
    "should_read": "reads",
}
Direction = Literal["up", "down", "both"]


@dataclass(frozen=True)
class Excerpt:
    """Definitions (URNs, the nearest first), the edges by which they were reached, and the gaps.

    `urn` is the definition asked for, or None for the whole graph.
    """

    urn: str | None
    direction: Direction
    nodes: tuple[str, ...]
    edges: tuple[Edge, ...]
    unresolved: tuple[Unresolved, ...]


def whole(lineage: Lineage) -> Excerpt:
    """The whole graph."""
    return Excerpt(None, "both", tuple(lineage.graph), lineage.edges(), lineage.unresolved)


def within(excerpt: Excerpt, hidden: Collection[str]) -> Excerpt:
    """The same without some definitions, their edges and their gaps."""
    return replace(
        excerpt,
        nodes=tuple(urn for urn in excerpt.nodes if urn not in hidden),
        edges=tuple(
            edge
            for edge in excerpt.edges
            if edge.upstream not in hidden and edge.downstream not in hidden
        ),
        unresolved=tuple(item for item in excerpt.unresolved if item.urn not in hidden),
    )


def around(
    lineage: Lineage, urn: str, direction: Direction = "both", depth: int | None = None
) -> Excerpt:
    """What a definition rests on, what rests on it, or both, at most `depth` steps away."""
    ways = [way for way in ("up", "down") if direction in (way, "both")]
    nodes = dict.fromkeys([urn])
    for way in ways:
        nodes |= dict.fromkeys(_reached(lineage, urn, way, depth))
    edges = dict.fromkeys(edge for way in ways for edge in _edges(lineage, urn, way, depth))
    missed = tuple(item for item in lineage.unresolved if item.urn in nodes)
    return Excerpt(urn, direction, tuple(nodes), tuple(edges), missed)


def place_of(edge: Edge, catalog: Catalog) -> Place | None:
    """The line that states an edge, mostly in the downstream definition."""
    if edge.type == "claims":
        return catalog.places.find(edge.downstream, "claims", edge.order - 1)
    if edge.type in ("contains", "identifies", "publishes"):
        part = "population" if edge.use == "filter" else "id"
        return catalog.places.find(edge.upstream, *((part,) if edge.type == "identifies" else ()))
    return catalog.places.find(edge.downstream, *filter(None, (_PARTS.get(edge.type),)))


def _reached(lineage: Lineage, urn: str, way: str, depth: int | None) -> tuple[str, ...]:
    return lineage.up(urn, depth) if way == "up" else lineage.down(urn, depth)


def _edges(lineage: Lineage, urn: str, way: str, depth: int | None) -> Iterator[Edge]:
    if depth == 0:
        return
    inner = None if depth is None else depth - 1
    for node in (urn, *_reached(lineage, urn, way, inner)):
        yield from lineage.edges_into(node) if way == "up" else lineage.edges_out_of(node)
