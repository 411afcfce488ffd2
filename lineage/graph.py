"""The lineage graph: every definition, and what depends on what, in a fixed order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import networkx as nx

from catalog.model import Catalog
from lineage.edges import Edge, Unresolved, edges_of, resolve
from lineage.origins import Use

_LATER: Mapping[Use | None, int] = {"group": 1, "filter": 2, "join": 2, "order": 2, "rows": 3}
END_KINDS = ("cell", "report", "team", "touchpoint")


@dataclass(frozen=True, eq=False)
class Lineage:
    """A MultiDiGraph whose nodes are URNs with `kind`, and whose edges point downstream.

    Each networkx edge carries its `Edge` as `edge`. `unresolved` lists the pieces of definitions
    that lead nowhere. The order of the files never changes any answer.
    """

    graph: nx.MultiDiGraph[str]
    unresolved: tuple[Unresolved, ...] = ()

    def __contains__(self, urn: object) -> bool:
        return urn in self.graph

    def kind(self, urn: str) -> str:
        """The kind of a definition; KeyError when it is not in the graph."""
        kind: str = self.graph.nodes[urn]["kind"]
        return kind

    def edges(self) -> tuple[Edge, ...]:
        """Every edge, sorted."""
        return self._edges

    @cached_property
    def _edges(self) -> tuple[Edge, ...]:
        return _sorted(data["edge"] for _, _, data in self.graph.edges(data=True))

    def edges_into(self, urn: str) -> tuple[Edge, ...]:
        """The edges from what a definition rests on: values first, claims in their order."""
        return self._into[urn]

    def edges_out_of(self, urn: str) -> tuple[Edge, ...]:
        """The edges to what rests on a definition."""
        return self._out_of[urn]

    def parents(self, urn: str) -> tuple[str, ...]:
        """What a definition rests on directly, each once."""
        return tuple(dict.fromkeys(edge.upstream for edge in self.edges_into(urn)))

    def children(self, urn: str) -> tuple[str, ...]:
        """What rests directly on a definition, each once."""
        return tuple(dict.fromkeys(edge.downstream for edge in self.edges_out_of(urn)))

    def value_parents(self, urn: str) -> tuple[str, ...]:
        """What gives a definition its value, without what only decides about it."""
        edges = (edge for edge in self.edges_into(urn) if edge.dependency == "value")
        return tuple(dict.fromkeys(edge.upstream for edge in edges))

    def value_children(self, urn: str) -> tuple[str, ...]:
        """What takes its value from a definition."""
        edges = (edge for edge in self.edges_out_of(urn) if edge.dependency == "value")
        return tuple(dict.fromkeys(edge.downstream for edge in edges))

    def up(self, urn: str, depth: int | None = None) -> tuple[str, ...]:
        """All a definition rests on, nearest first, at most `depth` steps away; without itself."""
        return tuple(self.trails(urn, self.parents, depth))[1:]

    def down(self, urn: str, depth: int | None = None) -> tuple[str, ...]:
        """All that rests on a definition, nearest first, at most `depth` steps away."""
        return tuple(self.trails(urn, self.children, depth))[1:]

    def path(self, upstream: str, downstream: str) -> tuple[str, ...]:
        """A shortest way from one definition down to another, both included; empty when none."""
        came = self.trails(upstream, self.children)
        return trail(came, downstream) if downstream in came else ()

    def trails(
        self,
        urn: str,
        following: Callable[[str], Iterable[str]],
        depth: int | None = None,
        until: Collection[str] = (),
    ) -> dict[str, str | None]:
        """Each definition reached by `following` to the one it was reached from, nearest first.

        It ends when all of `until` are reached, if any are named. The start is the first key, with
        None. `trail` reads a way out of the answer.
        """
        came: dict[str, str | None] = {urn: None}
        layer = [urn]
        steps = 0
        while layer and (depth is None or steps < depth):
            layer = [
                found for node in layer for found in following(node) if _first(came, found, node)
            ]
            steps += 1
            if until and all(wanted in came for wanted in until):
                break
        return came

    @cached_property
    def _into(self) -> dict[str, tuple[Edge, ...]]:
        found: dict[str, list[Edge]] = {urn: [] for urn in self.graph}
        for edge in self._edges:
            found[edge.downstream].append(edge)
        return {urn: tuple(edges) for urn, edges in found.items()}

    @cached_property
    def _out_of(self) -> dict[str, tuple[Edge, ...]]:
        found: dict[str, list[Edge]] = {urn: [] for urn in self.graph}
        for edge in self._edges:
            found[edge.upstream].append(edge)
        return {urn: tuple(edges) for urn, edges in found.items()}

    @cached_property
    def ends(self) -> tuple[str, ...]:
        """The cells, reports, teams and touchpoints: where numbers and facts are used, sorted."""
        return tuple(sorted(urn for urn in self.graph if self.kind(urn) in END_KINDS))

    def ends_below(self, urn: str) -> tuple[str, ...]:
        """The ends that rest on a definition, sorted; the first call computes them for all."""
        bits = f"{self._masks.get(urn, 0):b}"
        found = (self.ends[index] for index, bit in enumerate(reversed(bits)) if bit == "1")
        return tuple(end for end in found if end != urn)

    @cached_property
    def _masks(self) -> dict[str, int]:
        """For each definition a number whose bits say which ends rest on it or are it."""
        bits = {urn: 1 << index for index, urn in enumerate(self.ends)}
        condensed = nx.condensation(nx.DiGraph(self.graph))
        masks: dict[int, int] = {}
        for knot in reversed(list(nx.topological_sort(condensed))):
            mask = 0
            for urn in condensed.nodes[knot]["members"]:
                mask |= bits.get(urn, 0)
            for below in condensed.successors(knot):
                mask |= masks[below]
            masks[knot] = mask
        return {urn: masks[knot] for urn, knot in condensed.graph["mapping"].items()}


def build_lineage(catalog: Catalog) -> Lineage:
    """The lineage of a catalog; references to what is not defined become `unresolved`."""
    edges, lost = resolve(edges_of(catalog), catalog.definitions)
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for urn in sorted(catalog.definitions):
        graph.add_node(urn, kind=catalog.definitions[urn].kind)
    for edge in _sorted(edges):
        graph.add_edge(edge.upstream, edge.downstream, edge=edge)
    return Lineage(graph, tuple(sorted(lost, key=lambda item: (item.urn, item.text, item.reason))))


def trail(came: Mapping[str, str | None], urn: str) -> tuple[str, ...]:
    """The way to a definition that `Lineage.trails` has reached, the start first."""
    steps = [urn]
    while (before := came[steps[-1]]) is not None:
        steps.append(before)
    return tuple(reversed(steps))


def _first(came: dict[str, str | None], found: str, node: str) -> bool:
    if found in came:
        return False
    came[found] = node
    return True


def _sorted(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    return tuple(sorted(edges, key=_order))


def _order(edge: Edge) -> tuple[int, int, str, str, str, str, str]:
    rank = _LATER.get(edge.use, 0)
    said = (edge.type, edge.how, edge.use or "")
    return (rank, edge.order, edge.upstream, edge.downstream, *said)
