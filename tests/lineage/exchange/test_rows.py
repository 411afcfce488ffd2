"""Facts about lineage as CSV."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from catalog.cli import run
from catalog.sample.bank import create_bank
from lineage.excerpt import around, whole
from lineage.exchange.rows import edge_rows, neutral, written


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_each_edge_is_a_line_with_what_is_used_and_where_it_is_written(bank):
    lineage, catalog = bank
    found = rows(edge_rows(whole(lineage), catalog))
    assert list(found[0]) == ["from", "to", "type", "how", "file", "line"]
    edges = [row for row in found if row["type"] != "unresolved"]
    assert len(edges) == len(lineage.edges())
    assert {
        "from": "attribute:customer.email",
        "to": "measure:reachable",
        "type": "derives",
        "how": "aggregated",
        "file": "catalog/all.yml",
        "line": "20",
    } in edges


@pytest.mark.parametrize(("audience", "restricted"), [("internal", False), ("restricted", True)])
def test_an_export_holds_the_edges_between_what_its_audience_may_see(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], audience: str, restricted: bool
) -> None:
    create_bank(tmp_path / "bank", customers=100, as_of=date(2026, 11, 20))
    file = tmp_path / "edges.csv"
    ask = ["export", "csv", "-w", str(tmp_path / "bank"), "--audience", audience]
    assert run([*ask, "--output", str(file)]) == 0
    assert capsys.readouterr().out == f"written: {file}\n"
    told = file.read_text("utf-8")
    assert ("attribute:customer.risk_class" in told) is restricted
    assert any(row["to"] == "attribute:customer.email" for row in rows(told))
    assert run(ask) == 0
    assert capsys.readouterr().out == told


@pytest.mark.parametrize("kind", ["odcs", "csv"])
def test_an_output_of_the_wrong_kind_is_refused_with_what_is_wanted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    (tmp_path / "tekdogru.toml").write_text("")
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "s.yml").write_text(
        "sources: [{key: s, name: S, owner: o@b.example, location: data}]\n"
    )
    file, folder = tmp_path / "tekdogru.toml", tmp_path / "catalog"
    wrong, said = (file, "is a file") if kind == "odcs" else (folder, "is a folder")
    assert run(["export", kind, "-w", str(tmp_path), "--output", str(wrong)]) == 64
    assert f"--output {wrong} {said}; name a" in capsys.readouterr().err


def test_what_could_not_be_followed_has_lines_of_its_own(bank):
    lineage, catalog = bank
    found = rows(edge_rows(around(lineage, "measure:reachable", "up"), catalog))
    (lost,) = [row for row in found if row["type"] == "unresolved"]
    assert (lost["from"], lost["to"], lost["line"]) == ("mail", "measure:reachable", "20")
    assert "no table" in lost["how"]


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", " =", "\r=", "\n@"])
def test_what_a_spreadsheet_would_calculate_gets_an_apostrophe(first):
    (row,) = rows(written(["a"], [[f"{first}1+1"]]))
    assert row["a"].startswith("'")
    assert row["a"].endswith("1+1")


def test_a_value_of_several_lines_stays_on_one():
    assert neutral("SELECT a\r\nFROM b") == "SELECT a FROM b"


def test_no_value_of_a_whole_catalog_begins_as_a_formula(bank):
    lineage, catalog = bank
    for row in rows(edge_rows(whole(lineage), catalog)):
        assert not any(value.startswith(("=", "+", "-", "@")) for value in row.values())
    assert neutral("field:core.customers.mail") == "field:core.customers.mail"
