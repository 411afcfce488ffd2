"""Facts about the commands `lineage`, `impact` and `causes`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from catalog.errors import CatalogInvalid, UsageError
from lineage.commands import causes, impact, lineage

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
    app.command("causes")(causes)
    result = CliRunner().invoke(app, [*arguments, "--workspace", str(workspace)])
    if result.exception:
        raise result.exception
    assert result.exit_code == 0
    return result.stdout


def test_an_unknown_urn_is_answered_with_those_of_its_kind(workspace: Path) -> None:
    with pytest.raises(UsageError, match="known: team:retail$"):
        run(workspace, "lineage", "team:xyz")


def test_lineage_upwards_is_an_indented_tree_with_names_and_kinds(workspace):
    assert run(workspace, "lineage", "measure:reachable", "--up").splitlines() == [
        "measure reachable “Reachable”",
        "",
        "Rests on:",
        "  attribute customer.email “E-posta adresi”: "
        "calculated from (aggregated) [SELECT count(email) AS value FROM customer]",
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
    assert (
        document["nodes"][1].items()
        >= {
            "urn": "measure:reachable",
            "kind": "measure",
            "name": "Reachable",
            "owner": "retail",
        }.items()
    )
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


def test_depth_limits_how_far_the_tree_and_the_document_go(workspace):
    text = run(workspace, "lineage", "measure:reachable", "--up", "--depth", "1")
    assert text.splitlines()[3:] == [
        "  attribute customer.email “E-posta adresi”: "
        "calculated from (aggregated) [SELECT count(email) AS value FROM customer]"
    ]
    asked = ("lineage", "half", "--up", "--depth", "2", "--format", "json")
    document = json.loads(run(workspace, *asked))
    assert [node["urn"] for node in document["nodes"]] == [
        "measure:half",
        "measure:reachable",
        "attribute:customer.email",
    ]
    assert len(document["edges"]) == 2


def test_a_way_around_does_not_hide_what_is_near(workspace):
    cells = """
      - {key: a, at: S!D1, calculation: "=D2"}
      - {key: b, at: S!D2, calculation: "=D3"}
      - {key: c, at: S!D3, calculation: "=D4+D1"}
      - {key: d, at: S!D4, measure: reachable}
      - {key: start, at: S!D9, calculation: "=D1+D3"}
"""
    text = BANK.replace("touchpoints:", cells.strip("\n") + "\ntouchpoints:")
    (workspace / "catalog" / "all.yml").write_text(text, encoding="utf-8")
    shown = run(workspace, "lineage", "monthly/start", "--up", "--depth", "2")
    assert "cell monthly/d" in shown


def test_edges_as_json_tell_values_from_conditions(workspace):
    document = json.loads(run(workspace, "lineage", "reachable", "--up", "--format", "json"))
    uses = {(e["from"], e["use"], e["dependency"]) for e in document["edges"]}
    assert ("attribute:customer.email", "aggregated", "value") in uses
    assert ("field:core.customers.mail", "direct", "value") in uses
    assert ("field:core.customers.mail", "filter", "condition") in uses


def test_all_lists_every_definition_with_what_it_rests_on_and_the_gaps(workspace):
    text = run(workspace, "lineage", "--all")
    assert "measure half “Half”\n  measure reachable “Reachable”: calculated from" in text
    assert "measure:half: measure:nobody: no such definition" in text
    document = json.loads(run(workspace, "lineage", "--all", "--format", "json"))
    assert document["urn"] is None
    assert {"team:retail", "source:core"} <= {node["urn"] for node in document["nodes"]}


def test_a_catalog_without_lineage_says_so(workspace):
    (workspace / "catalog" / "all.yml").write_text("", encoding="utf-8")
    assert run(workspace, "lineage", "--all").strip() == "No definition rests on another."


@pytest.mark.parametrize(
    ("form", "first"),
    [("mermaid", "flowchart LR"), ("csv", "from,to,type,how,file,line"), ("graphml", "<graphml")],
)
def test_lineage_is_written_in_the_forms_of_other_programs(workspace, form, first):
    for what in (["half"], ["--all"]):
        text = run(workspace, "lineage", *what, "--format", form)
        assert text.startswith(first)
        assert "half" in text


def test_columns_tell_what_each_column_of_a_calculation_comes_from(workspace):
    assert run(workspace, "lineage", "measure:reachable", "--columns").splitlines() == [
        "measure:reachable",
        "  value: aggregated attribute:customer.email",
        "",
        "1 statement(s), 1 column(s): 1 resolved, 0 constant, 0 unresolved; "
        "0 piece(s) could not be followed",
    ]
    asked = ("lineage", "measure:reachable", "--columns", "--format", "csv")
    assert run(workspace, *asked).splitlines()[1] == (
        "attribute:customer.email,measure:reachable#value,value,aggregated,catalog/all.yml,20"
    )


def test_columns_of_all_calculations_name_constants_conditions_and_what_is_lost(workspace):
    more = """
measures:
  - key: odd
    name: Odd
    definition: d
    owner: retail
    calculation: SELECT 1 AS value, gone, email AS mail FROM customer WHERE lost > 1
"""
    (workspace / "catalog" / "more.yml").write_text(more, encoding="utf-8")
    text = run(workspace, "lineage", "--all", "--columns")
    assert "  value: constant: no column goes into it\n  gone: not resolved\n" in text
    assert "    lost: no table of the statement has such a column" in text
    assert "2 statement(s), 4 column(s): 2 resolved, 1 constant, 1 unresolved; 2 piece" in text
    asked = ("lineage", "odd", "--columns", "--format", "json")
    (found,) = json.loads(run(workspace, *asked))["statements"]
    assert {one["name"]: one["state"] for one in found["columns"]} == {
        "value": "constant",
        "gone": "unresolved",
        "mail": "resolved",
    }
    assert {one["why"] for one in found["unresolved"]} == {"unknown column"}
    rows = run(workspace, "lineage", "odd", "--columns", "--format", "csv").splitlines()
    assert ",measure:odd#value,constant,,catalog/more.yml,7" in rows


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name one definition"),
        (["half", "--all"], "name one definition"),
        (["half", "--columns"], "not calculated by SQL"),
        (["reachable", "--columns", "--format", "mermaid"], "text, json or csv"),
        (["reachable", "--sources"], "goes with --dbt"),
        (["--dbt", "nowhere/manifest.json"], "nowhere/manifest.json cannot be read"),
    ],
)
def test_what_does_not_go_together_is_refused(workspace, arguments, said):
    with pytest.raises(UsageError, match=said):
        run(workspace, "lineage", *arguments)


def test_causes_tell_what_is_wrong_upstream_without_making_a_history(workspace):
    expired = BANK.replace("    claims:", "    expires_on: 2020-01-31\n    claims:")
    (workspace / "catalog" / "all.yml").write_text(expired, encoding="utf-8")
    text = run(workspace, "causes", "cell:monthly/double")
    assert "No run is kept yet" in text
    assert "3 steps above:\n  EXPIRED  attribute customer.email" in text
    document = json.loads(run(workspace, "causes", "monthly/double", "--format", "json"))
    assert [cause["urn"] for cause in document["causes"]] == ["attribute:customer.email"]
    assert not (workspace / ".tekdogru").exists()


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
            "dependency": "value",
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
