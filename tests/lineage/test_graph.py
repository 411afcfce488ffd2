"""Facts about the lineage graph: its edges, its ways, and the laws both directions keep."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.loading.loader import load_catalog
from catalog.model import Catalog
from lineage.cycles import find_cycles
from lineage.edges import Edge
from lineage.excerpt import around
from lineage.graph import Lineage, build_lineage

BANK = """
teams: [{key: retail, name: Retail}]
sources:
  - key: core
    name: Core
    owner: o@bank.example
    datasets:
      - key: customers
        entity: customer
        id: number
        population: "kind <> 'prospect'"
        confirmed_at: updated
        fields: [{key: number}, {key: email}, {key: kind}, {key: updated, type: timestamp}]
      - {key: accounts, fields: [{key: customer_no}, {key: amount}]}
  - key: crm
    name: CRM
    owner: o@bank.example
    datasets:
      - key: customers
        entity: customer
        id: number
        fields:
          - {key: number}
          - {key: mail}
          - {key: mail_copy, copy_of: core.customers.email}
attributes:
  - key: customer.email
    name: E-mail
    definition: d
    owner: retail
    claims:
      - {field: crm.customers.mail, when: "mail LIKE '%@%'"}
      - {field: core.customers.email}
  - key: customer.kind
    name: Kind
    definition: d
    owner: retail
    valid_for: 30d
    claims: [{field: core.customers.kind}]
measures:
  - key: reachable
    name: Reachable
    definition: d
    owner: retail
    calculation: "SELECT kind, count(*) AS value FROM customer WHERE email <> '' GROUP BY kind"
  - key: total
    name: Total
    definition: d
    owner: retail
    calculation: SELECT sum(amount) AS value FROM core.accounts
  - {key: share, name: Share, definition: d, owner: retail, calculation: reachable / total}
reports:
  - key: monthly
    name: Monthly
    definition: d
    owner: retail
    team: retail
    cells:
      - {key: people, at: S!C5, measure: reachable, where: {kind: I}}
      - {key: share, at: S!C6, measure: share}
      - {key: ratio, at: S!C7, calculation: "=C5/C6"}
      - {key: own, at: S!C8, calculation: SELECT count(*) AS value FROM core.accounts}
touchpoints:
  - {key: letters, name: Letters, reads: {customer.email: crm.customers.mail}}
"""


def load(folder: Path, *texts: str) -> Catalog:
    for number, text in enumerate(texts):
        file = folder / "catalog" / f"part{number}.yml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    loaded = load_catalog(folder)
    assert loaded.problems == []
    return loaded.catalog


@pytest.fixture
def bank(tmp_path: Path) -> Lineage:
    return build_lineage(load(tmp_path, BANK))


def arrows(edges: tuple[Edge, ...]) -> set[tuple[str, str, str, str | None]]:
    return {(e.upstream, e.downstream, e.type, e.use) for e in edges}


def test_every_definition_is_a_node_with_its_kind(bank):
    assert bank.kind("cell:monthly/people") == "cell"
    assert bank.kind("field:crm.customers.mail") == "field"
    assert "entity:customer" in bank
    assert "measure:nobody" not in bank


def test_claims_carry_their_order_and_condition_and_the_fields_of_the_condition(bank):
    into = bank.edges_into("attribute:customer.email")
    assert [(e.upstream, e.order, e.use, e.how) for e in into] == [
        ("field:crm.customers.mail", 1, "direct", "when mail LIKE '%@%'"),
        ("field:core.customers.email", 2, "direct", ""),
        ("field:crm.customers.mail", 1, "filter", "mail LIKE '%@%'"),
    ]


def test_a_value_that_expires_rests_on_the_field_that_says_when_it_was_confirmed(bank):
    assert bank.parents("attribute:customer.kind") == (
        "field:core.customers.kind",
        "field:core.customers.updated",
    )


def test_a_query_over_golden_records_rests_on_attributes_and_on_the_rows_of_the_entity(bank):
    sql = "SELECT kind, count(*) AS value FROM customer WHERE email <> '' GROUP BY kind"
    into = bank.edges_into("measure:reachable")
    assert arrows(into) == {
        ("attribute:customer.kind", "measure:reachable", "derives", "group"),
        ("attribute:customer.email", "measure:reachable", "derives", "filter"),
        ("entity:customer", "measure:reachable", "derives", "rows"),
    }
    assert {edge.how for edge in into} == {sql}


def test_a_query_over_datasets_rests_on_fields_or_where_it_only_counts_on_the_dataset(bank):
    assert bank.parents("measure:total") == ("field:core.accounts.amount",)
    assert bank.parents("cell:monthly/own") == ("dataset:core.accounts",)


def test_who_counts_as_an_entity_rests_on_ids_and_populations(bank):
    assert arrows(bank.edges_into("entity:customer")) == {
        ("field:core.customers.number", "entity:customer", "identifies", "direct"),
        ("field:crm.customers.number", "entity:customer", "identifies", "direct"),
        ("field:core.customers.kind", "entity:customer", "identifies", "filter"),
    }


def test_a_measure_over_measures_rests_on_them(bank):
    assert bank.parents("measure:share") == ("measure:reachable", "measure:total")


def test_cells_rest_on_measures_and_by_formula_on_other_cells(bank):
    (shown,) = bank.edges_into("cell:monthly/people")
    assert (shown.upstream, shown.type, shown.how) == (
        "measure:reachable",
        "implements",
        "kind = I",
    )
    ratio = bank.edges_into("cell:monthly/ratio")
    assert [(e.upstream, e.type, e.how) for e in ratio] == [
        ("cell:monthly/people", "formula", "=C5/C6"),
        ("cell:monthly/share", "formula", "=C5/C6"),
    ]


def test_a_touchpoint_rests_on_what_it_reads_and_on_what_it_should_read(bank):
    assert arrows(bank.edges_into("touchpoint:letters")) == {
        ("field:crm.customers.mail", "touchpoint:letters", "reads", "direct"),
        ("attribute:customer.email", "touchpoint:letters", "should_read", "direct"),
    }


def test_a_copied_field_rests_on_the_one_it_is_filled_from(bank):
    assert "field:core.customers.email" in bank.parents("field:crm.customers.mail_copy")


def test_the_way_from_a_source_to_a_team_is_found(bank):
    assert bank.path("source:core", "team:retail") == (
        "source:core",
        "dataset:core.accounts",
        "cell:monthly/own",
        "report:monthly",
        "team:retail",
    )
    assert bank.path("team:retail", "source:core") == ()


def test_up_and_down_stop_at_the_depth_asked_for(bank):
    assert bank.up("measure:share", 1) == ("measure:reachable", "measure:total")
    assert bank.down("measure:total", 2) == (
        "measure:share",
        "cell:monthly/share",
    )


def test_what_leads_nowhere_is_kept_with_its_reason(tmp_path):
    lineage = build_lineage(
        load(
            tmp_path,
            """
            attributes:
              - key: customer.email
                name: E-mail
                definition: d
                owner: o
                claims: [{field: crm.customers.gone}]
            measures:
              - {key: m, name: M, definition: d, owner: o, calculation: SELECT x FROM customer}
              - {key: n, name: N, definition: d, owner: o, calculation: m / nobody}
            """,
        )
    )
    missed = {(item.urn, item.text): item.reason for item in lineage.unresolved}
    assert missed["attribute:customer.email", "field:crm.customers.gone"] == "no such definition"
    assert missed["measure:n", "measure:nobody"] == "no such definition"
    assert "no such table" in missed["measure:m", "customer"]
    assert lineage.parents("measure:n") == ("measure:m",)


def measures(uses: dict[int, set[int]], order: list[int]) -> list[dict[str, str]]:
    said = {k: " + ".join(f"m{n}" for n in sorted(v)) or "1" for k, v in uses.items()}
    return [
        {"key": f"m{k}", "name": f"M{k}", "definition": "d", "owner": "o", "calculation": said[k]}
        for k in order
    ]


uses_of_measures = st.dictionaries(
    st.integers(0, 7), st.sets(st.integers(0, 7), max_size=4), min_size=1
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(uses_of_measures)
def test_one_rests_on_another_exactly_when_the_other_leads_to_it(tmp_path, uses):
    entries = measures(uses, sorted(uses))
    lineage = build_lineage(load(tmp_path, yaml.safe_dump({"measures": entries})))
    down = {(x, y) for x in lineage.graph for y in lineage.down(x)}
    up = {(x, y) for y in lineage.graph for x in lineage.up(y)}
    assert down == up


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_definitions_and_files_changes_nothing(tmp_path, seed):
    straight = build_lineage(load(tmp_path, BANK))
    kinds = list(yaml.safe_load(BANK).items())
    shuffled = random.Random(seed)
    shuffled.shuffle(kinds)
    for _, entries in kinds:
        shuffled.shuffle(entries)
    other = tmp_path / "other"
    other.mkdir()
    texts = [yaml.safe_dump({kind: entries}) for kind, entries in kinds]
    mixed = build_lineage(load(other, *texts))
    assert mixed.edges() == straight.edges()
    assert list(mixed.graph) == list(straight.graph)
    for urn in straight.graph:
        assert mixed.up(urn) == straight.up(urn)
        assert around(mixed, urn, depth=2) == around(straight, urn, depth=2)


def test_circles_are_found_and_do_not_stop_the_graph(tmp_path):
    entries = measures({0: {1}, 1: {2}, 2: {0}, 3: {0}}, [0, 1, 2, 3])
    lineage = build_lineage(load(tmp_path, yaml.safe_dump({"measures": entries})))
    arrows = {node: list(lineage.graph.successors(node)) for node in lineage.graph}
    assert find_cycles(arrows) == (("measure:m0", "measure:m2", "measure:m1"),)
    assert set(lineage.up("measure:m3")) == {"measure:m0", "measure:m1", "measure:m2"}
    assert set(lineage.up("measure:m0")) == {"measure:m1", "measure:m2"}


def test_an_attribute_is_checked_with_those_its_rules_and_its_subtype_look_at(tmp_path):
    text = """
entities: [{key: customer, name: C, subtypes: {company: "kind = 'C'"}}]
attributes:
  - {key: customer.kind, name: K, definition: d, owner: o, claims: [{field: core.t.kind}]}
  - {key: customer.since, name: S, definition: d, owner: o, claims: [{field: core.t.since}]}
  - key: customer.tax_no
    name: T
    definition: d
    owner: o
    apply_to: company
    claims: [{field: core.t.tax}]
    rules:
      - {key: young, sql: "value <> '' OR since > DATE '2020-01-01' OR tax_no IS NULL"}
      - {key: odd, sql: "value <> gone"}
sources:
  - key: core
    name: Core
    owner: o
    datasets: [{key: t, fields: [{key: kind}, {key: since}, {key: tax}]}]
"""
    lineage = build_lineage(load(tmp_path, text))
    checks = {e for e in lineage.edges_into("attribute:customer.tax_no") if e.type == "checks"}
    assert {(e.upstream, e.use, e.dependency) for e in checks} == {
        ("attribute:customer.kind", "filter", "condition"),
        ("attribute:customer.since", "filter", "condition"),
    }
    (lost,) = lineage.unresolved
    assert (lost.urn, lost.text) == ("attribute:customer.tax_no", "gone")


def test_a_table_that_gives_no_column_decides_by_its_rows(tmp_path):
    text = """
sources:
  - key: core
    name: Core
    owner: o
    datasets:
      - {key: a, fields: [{key: x}]}
      - {key: b, fields: [{key: y}]}
measures:
  - {key: m, name: M, definition: d, owner: o,
     calculation: SELECT sum(x) AS value FROM core.a CROSS JOIN core.b}
"""
    into = build_lineage(load(tmp_path, text)).edges_into("measure:m")
    assert [(e.upstream, e.use) for e in into] == [
        ("field:core.a.x", "aggregated"),
        ("dataset:core.b", "join"),
    ]


def test_columns_beside_the_value_of_a_measure_are_what_it_is_grouped_by(tmp_path):
    text = """
sources:
  - {key: core, name: C, owner: o, datasets: [{key: a, fields: [{key: x}, {key: y}]}]}
measures:
  - {key: m, name: M, definition: d, owner: o,
     calculation: "SELECT y, s AS value FROM (SELECT y, sum(x) AS s FROM core.a GROUP BY y) AS q"}
"""
    lineage = build_lineage(load(tmp_path, text))
    assert lineage.value_parents("measure:m") == ("field:core.a.x",)
    assert lineage.parents("measure:m") == ("field:core.a.x", "field:core.a.y")
