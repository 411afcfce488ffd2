"""Laws of finding circles."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from lineage.cycles import find_cycles

nodes = st.integers(0, 7).map(lambda n: f"n{n}")
graphs = st.lists(st.tuples(nodes, nodes), max_size=20)


def arrows(pairs):
    found: dict[str, list[str]] = {}
    for start, end in pairs:
        found.setdefault(start, []).append(end)
    return found


@given(graphs)
def test_every_node_on_a_circle_is_in_one_of_those_found_and_no_other_node(pairs):
    graph = nx.DiGraph(pairs)
    knots = (c for c in nx.strongly_connected_components(graph))
    on_circle = {n for c in knots for n in c if len(c) > 1 or graph.has_edge(n, n)}
    found = find_cycles(arrows(pairs))
    assert {node for cycle in found for node in cycle} == on_circle


@given(graphs)
def test_each_circle_is_a_real_one_and_starts_at_its_smallest_node(pairs):
    for cycle in find_cycles(arrows(pairs)):
        assert all(step in pairs for step in zip(cycle, (*cycle[1:], cycle[0]), strict=True))
        assert cycle[0] == min(cycle)
        assert len(set(cycle)) == len(cycle)


@given(graphs, st.randoms())
def test_the_order_in_which_arrows_are_given_does_not_matter(pairs, random):
    mixed = list(pairs)
    random.shuffle(mixed)
    assert find_cycles(arrows(mixed)) == find_cycles(arrows(pairs))
