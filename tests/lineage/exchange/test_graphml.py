"""Facts about lineage as GraphML."""

from __future__ import annotations

import networkx as nx

from lineage.excerpt import around, whole
from lineage.exchange.graphml import graphml


def test_networkx_reads_back_every_definition_and_every_edge(bank):
    lineage, catalog = bank
    read = nx.parse_graphml(graphml(whole(lineage), catalog), force_multigraph=True)
    assert read.is_directed()
    assert set(read) == set(lineage.graph)
    edges = {(a, b, d["type"], d["use"], d["how"]) for a, b, d in read.edges(data=True)}
    assert edges == {
        (e.upstream, e.downstream, e.type, e.use or "", e.how) for e in lineage.edges()
    }
    assert read.number_of_edges() == len(lineage.edges())


def test_nodes_carry_kind_name_owner_and_what_could_not_be_followed(bank):
    lineage, catalog = bank
    read = nx.parse_graphml(graphml(whole(lineage), catalog), force_multigraph=True)
    measure = read.nodes["measure:reachable"]
    assert (measure["kind"], measure["name"], measure["owner"]) == (
        "measure",
        "Reachable",
        "retail",
    )
    assert measure["unresolved"].startswith("mail: no table")


def test_names_with_signs_of_xml_come_back_and_control_characters_are_left_out(bank):
    lineage, catalog = bank
    read = nx.parse_graphml(graphml(whole(lineage), catalog), force_multigraph=True)
    assert read.nodes["team:retail"]["name"] == 'Bireysel "raporlama" <b>; end'
    assert read.nodes["attribute:customer.email"]["name"] == "`Şube] --> x` #35;"


def test_edges_say_their_dependency_and_the_line_that_states_them(bank):
    lineage, catalog = bank
    text = graphml(around(lineage, "attribute:customer.email", "up", 1), catalog)
    read = nx.parse_graphml(text, force_multigraph=True)
    ((_, _, data),) = read.edges(data=True)
    assert (data["dependency"], data["file"], data["line"], data["order"]) == (
        "value",
        "catalog/all.yml",
        14,
        1,
    )
