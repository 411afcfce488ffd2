"""Facts about the commands `lineage` and `impact`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from catalog.errors import CatalogInvalid, UsageError
from lineage.commands import impact, lineage

BANK = """
teams: [{key: retail, name: Retail reporting, name_tr: Bireysel raporlama}]
sources:
  - key: core
    name: Core
    owner: core@bank.example
    datasets:
      - {key: customers, entity: customer, id: number, fields: [{key: number}, {key: mail}]}
attributes:
  - key: customer.email
    name: E-posta adresi
    definition: d
    owner: retail
    claims: [{field: core.customers.mail, when: mail <> ''}]
measures:
  - key: reachable
    name: Reachable
    definition: d
    owner: retail
    calculation: SELECT count(email) AS value FROM customer
  - {key: half, name: Half, definition: d, owner: retail, calculation: reachable / 2 + nobody}
reports:
  - key: monthly
    name: Monthly
    definition: d
    owner: retail
    team: retail
    cells:
      - {key: reachable, label: Reachable customers, at: S!C5, measure: reachable}
      - {key: double, at: S!C6, calculation: "=2*C5"}
touchpoints:
  - {key: letters, name: Letters, reads: {customer.email: core.customers.mail}}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "catalog").mkdir()
    (tmp_path / "tekdogru.toml").write_text("", encoding="utf-8")
    (tmp_path / "catalog" / "all.yml").write_text(BANK, encoding="utf-8")
    return tmp_path


def run(workspace: Path, *arguments: str) -> str:
    """Standard output of a command that ends well; what it raises is raised."""
    app = typer.Typer()
    app.command("lineage")(lineage)
    app.command("impact")(impact)
    result = CliRunner().invoke(app, [*arguments, "--workspace", str(workspace)])
    if result.exception:
        raise result.exception
    assert result.exit_code == 0
    return result.stdout


def test_lineage_upwards_is_an_indented_tree_with_names_and_kinds(workspace):
    assert run(workspace, "lineage", "measure:reachable", "--up").splitlines() == [
        "measure reachable “Reachable”",
        "",
        "Rests on:",
        "  attribute customer.email “E-posta adresi”: "
        "calculated from [SELECT count(email) AS value FROM customer]",
        "    field core.customers.mail: claim 1 [when mail <> '']; claim 1 (filter) [mail <> '']",
        "      dataset core.customers: part of",
        "        source core “Core”: part of",
    ]


def test_a_definition_met_again_is_not_spelt_out_again(workspace):
    text = run(workspace, "lineage", "measure:reachable", "--down")
    assert text.count("team retail") == 1
    assert "report monthly “Monthly”: published in [S!C5] (see above)" in text
    assert "Rests on" not in text


def test_without_a_direction_both_are_shown(workspace):
    text = run(workspace, "lineage", "customer.email")
    assert "Rests on:" in text
    assert "Is used by:" in text
    assert "touchpoint letters “Letters”: should be read by [core.customers.mail]" in text


def test_what_could_not_be_followed_is_said(workspace):
    text = run(workspace, "lineage", "half", "--up")
    assert "Could not be followed:" in text
    assert "measure:half: measure:nobody: no such definition" in text


def test_lineage_as_json_has_nodes_with_owners_and_typed_edges(workspace):
    document = json.loads(run(workspace, "lineage", "half", "--up", "--format", "json"))
    assert document["urn"] == "measure:half"
    assert document["direction"] == "up"
    assert document["nodes"][1] == {
        "urn": "measure:reachable",
        "kind": "measure",
        "name": "Reachable",
        "owner": "retail",
    }
    assert {n["urn"]: n["owner"] for n in document["nodes"]}["field:core.customers.mail"] == (
        "core@bank.example"
    )
    first = document["edges"][0]
    assert (first["from"], first["to"], first["type"], first["how"]) == (
        "measure:reachable",
        "measure:half",
        "derives",
        "reachable / 2 + nobody",
    )
    assert document["unresolved"][0]["text"] == "measure:nobody"


def test_every_end_of_an_edge_in_json_is_among_its_nodes(workspace):
    document = json.loads(run(workspace, "lineage", "customer.email", "--format", "json"))
    nodes = {node["urn"] for node in document["nodes"]}
    assert {edge[end] for edge in document["edges"] for end in ("from", "to")} <= nodes


def test_impact_tells_cells_by_report_and_team_and_touchpoints_with_the_way(workspace):
    assert run(workspace, "impact", "core.customers.mail").splitlines() == [
        "field core.customers.mail",
        "",
        "Reaches 2 cells, 1 report, 1 team and 1 touchpoint.",
        "",
        "Report “Monthly” of Retail reporting:",
        "  Reachable customers (reachable, S!C5)",
        "    by way of attribute customer.email “E-posta adresi” → measure reachable “Reachable”",
        "  double (double, S!C6)",
        "    by way of attribute customer.email “E-posta adresi” → measure reachable “Reachable” "
        "→ cell monthly/reachable “Reachable customers”",
        "",
        "Touchpoints that read it or should:",
        "  Letters (letters)",
        "    directly",
    ]


def test_impact_of_a_cell_speaks_of_its_report(workspace):
    text = run(workspace, "impact", "cell:monthly/double")
    assert "Report “Monthly” of Retail reporting:\n    directly" in text


def test_impact_of_something_nobody_uses_says_so(workspace):
    assert "No cell, report or touchpoint rests on it." in run(workspace, "impact", "team:retail")


def test_impact_as_json_gives_the_path_to_each(workspace):
    document = json.loads(run(workspace, "impact", "reachable", "--format", "json"))
    assert document["reports"] == [
        {
            "urn": "report:monthly",
            "name": "Monthly",
            "path": ["measure:reachable", "cell:monthly/reachable", "report:monthly"],
        }
    ]
    assert [team["urn"] for team in document["teams"]] == ["team:retail"]


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("customer.emial", "attribute:customer.email"),
        ("measure:reachabel", "measure:reachable"),
        ("retail_", "team:retail"),
    ],
)
def test_an_unknown_definition_is_refused_with_the_nearest(workspace, written, hint):
    with pytest.raises(UsageError, match=written) as refused:
        run(workspace, "lineage", written)
    assert hint in str(refused.value)


def test_a_key_of_several_definitions_is_refused_with_all_of_them(workspace):
    more = "roles: [{key: retail, name: R}]"
    (workspace / "catalog" / "more.yml").write_text(more, encoding="utf-8")
    with pytest.raises(UsageError, match="role:retail, team:retail"):
        run(workspace, "impact", "retail")


def test_definitions_that_cannot_be_read_are_refused_before_anything_is_told(workspace):
    (workspace / "catalog" / "more.yml").write_text("measures: [{key: x}]", encoding="utf-8")
    with pytest.raises(CatalogInvalid):
        run(workspace, "lineage", "reachable")


def test_the_module_of_the_commands_loads_no_heavy_library():
    code = (
        "import sys, lineage.commands; "
        "print(sorted({'networkx','sqlglot','duckdb','pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
