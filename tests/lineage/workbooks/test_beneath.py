"""`lineage` of a report's cell reaches the single input cells of its workbook, and their origin."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from openpyxl import Workbook as Written

from catalog.errors import UsageError
from catalog.loading.schema import printed_schema
from catalog.model import Report
from catalog.model.reports import Find
from catalog.periods import Period
from lineage.commands import LineageFormat, lineage
from lineage.workbooks.descent import At
from lineage.workbooks.issues import issues
from lineage.workbooks.locating import Locator, NotFound
from lineage.workbooks.opening import read_workbook
from tests.support.workspaces import write_workspace

BANK = """
teams: [{key: retail, name: Retail reporting}]
sources:
  - key: core
    name: Core
    owner: core@bank.example
    datasets:
      - key: customers
        entity: customer
        id: number
        path: customers.csv
        fields:
          - {key: number}
          - {key: segment, name: Segment, name_tr: Bölüm}
          - {key: balance, type: decimal}
reports:
  - key: monthly
    name: Monthly
    definition: d
    owner: retail
    team: retail
    period: month
    workbook: raporlar/aylık_{period}.xlsx
    inputs:
      - {at: "Veri!A1:C4", dataset: core.customers, columns: {C: balance}}
      - {at: "Kur!A1:B2", calculation: "SELECT segment, max(balance) AS kur FROM core.customers GROUP BY segment"}
    cells:
      - {key: total, at: Özet!B2, calculation: "=SUM(Veri!C2:C4)"}
      - {key: share, find: {row: Pay, column: Ekim}, calculation: "=B2/Kur!B2"}
      - {key: counted, at: Özet!B4, calculation: "=COUNTA(Veri!C1:C4)"}
      - {key: lost, find: {row: Yok, column: Ekim}, calculation: "=B2"}
  - {key: plain, name: Plain, definition: d, owner: retail, team: retail,
     cells: [{key: one, at: A1, calculation: "=B2"}]}
"""


def make_book(path: Path, total: str = "=SUM(Veri!C2:C4)") -> None:
    book = Written()
    page: Any = book.active
    page.title = "Özet"
    page["B1"] = "Ekim"
    page["A2"], page["B2"] = "Toplam", total
    page["A3"], page["B3"] = "Pay", "=B2/Kur!B2+Aylık!B9"
    page["A4"], page["B4"] = "Sayı", "=COUNTA(Veri!C1:C4)"
    data: Any = book.create_sheet("Veri")
    for row in (
        ("number", "Bölüm", "bakiye"),
        ("1", "retail", 10),
        ("2", "sme", 20),
        ("3", "x", 5),
    ):
        data.append(row)
    rates: Any = book.create_sheet("Kur")
    rates.append(("segment", "kur"))
    rates.append(("retail", 42))
    path.parent.mkdir(exist_ok=True)
    book.save(path)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_workspace(tmp_path_factory.mktemp("bank"), BANK, {"customers.csv": "number\n"})
    make_book(folder / "raporlar" / "aylık_2026-09.xlsx", "=Veri!C2")
    make_book(folder / "raporlar" / "aylık_2026-10.xlsx")
    return folder


def asked(folder: Path, capsys: pytest.CaptureFixture[str], urn: str, **options: Any) -> Any:
    lineage(urn, format_=LineageFormat.json, workspace=folder, **options)
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, printed_schema("lineage"))
    return document


FILE = "raporlar/aylık_2026-10.xlsx"


def test_down_reaches_single_input_cells(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = asked(bank, capsys, "cell:monthly/total", down=True)
    nodes = {node["urn"]: node for node in document["nodes"]}
    assert [urn for urn, node in nodes.items() if node["kind"] == "input"] == [
        f"{FILE}#Veri!C2",
        f"{FILE}#Veri!C3",
        f"{FILE}#Veri!C4",
    ]
    assert nodes[f"{FILE}#Veri!C2:C4"]["kind"] == "range"
    assert nodes["report:monthly"]["kind"] == "report"
    edges = {(edge["from"], edge["to"], edge["type"]) for edge in document["edges"]}
    assert {
        (f"{FILE}#Özet!B2", "cell:monthly/total", "shows"),
        (f"{FILE}#Veri!C2:C4", f"{FILE}#Özet!B2", "takes"),
        (f"{FILE}#Veri!C3", f"{FILE}#Veri!C2:C4", "holds"),
        ("field:core.customers.balance", f"{FILE}#Veri!C3", "pasted"),
    } <= edges
    assert document["workbook"]["file"] == FILE
    assert document["workbook"]["period"] == "2026-10"
    assert (document["workbook"]["formulas"], document["workbook"]["inputs"]) == (1, 3)


def test_every_way_that_edges_point_leads_from_inputs_to_the_cell(
    bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = asked(bank, capsys, "cell:monthly/share", up=True)
    following: dict[str, set[str]] = {}
    for edge in document["edges"]:
        following.setdefault(edge["from"], set()).add(edge["to"])
    for node in document["nodes"]:
        if node["kind"] in ("input", "formula", "range"):
            met, waiting = set(), [node["urn"]]
            while waiting:
                here = waiting.pop()
                if here not in met:
                    met.add(here)
                    waiting += following.get(here, ())
            assert "cell:monthly/share" in met


def test_a_cell_is_found_by_its_headings_and_its_gaps_are_told(
    bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workbook = asked(bank, capsys, "cell:monthly/share")["workbook"]
    assert workbook["cell"] == f"{FILE}#Özet!B3"
    (missed,) = workbook["missed"]
    assert missed["text"] == "Aylık!B9"
    assert missed["reason"].startswith("the workbook has no sheet 'Aylık'")
    assert workbook["references"] == {"resolved": 3, "unresolved": 1, "dynamic": 0}


def test_cells_pasted_from_a_query_lead_to_what_its_columns_come_from(
    bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = asked(bank, capsys, "cell:monthly/share", down=True)
    origins = {edge["from"] for edge in document["edges"] if edge["to"] == f"{FILE}#Kur!B2"}
    assert origins == {"field:core.customers.balance"}


def test_the_heading_of_a_pasted_block_was_pasted_from_nowhere(
    bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = asked(bank, capsys, "cell:monthly/counted", down=True)
    pasted = [edge["to"] for edge in document["edges"] if edge["type"] == "pasted"]
    assert sorted(pasted) == [f"{FILE}#Veri!C{row}" for row in (2, 3, 4)]
    assert f"{FILE}#Veri!C1" in {node["urn"] for node in document["nodes"]}


def test_another_period_is_another_workbook(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = asked(bank, capsys, "cell:monthly/total", period="2026-09")
    inputs = [node["urn"] for node in document["nodes"] if node["kind"] == "input"]
    assert inputs == ["raporlar/aylık_2026-09.xlsx#Veri!C2"]


def test_what_cannot_be_looked_into_says_why(
    bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = asked(bank, capsys, "cell:monthly/lost")["workbook"]
    assert lost["file"] is None
    assert lost["reason"] == f"{FILE}: no cell holds its heading 'Yok'"
    older = asked(bank, capsys, "cell:monthly/total", period="2020-01")["workbook"]
    assert older["reason"].startswith("there is no workbook of 2020-01 called raporlar/aylık_")
    assert asked(bank, capsys, "cell:plain/one")["workbook"] is None
    assert asked(bank, capsys, "report:monthly")["workbook"] is None
    lineage("cell:monthly/lost", workspace=bank)
    assert f"Not in its workbook: {FILE}: no cell holds" in capsys.readouterr().out


def test_a_period_goes_with_a_cell_and_must_be_one(bank: Path) -> None:
    with pytest.raises(UsageError, match="--period goes with a cell"):
        lineage("report:monthly", period="2026-10", workspace=bank)
    with pytest.raises(UsageError, match="'Ekim' is not a period"):
        lineage("cell:monthly/total", period="Ekim", workspace=bank)


def test_text_tells_formulas_and_runs_of_inputs(
    bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lineage("cell:monthly/share", down=True, workspace=bank)
    told = capsys.readouterr().out.partition("\nIn ")[2].splitlines()
    assert told == [
        f"{FILE} (2026-10):",
        "  Özet!B3: =B2/Kur!B2+Aylık!B9",
        "  Özet!B2: =SUM(Veri!C2:C4)",
        "  input Kur!B2, from field:core.customers.balance",
        "  inputs Veri!C2:C4 (3 cells), from field:core.customers.balance",
        "  unresolved: Özet!B3 Aylık!B9: the workbook has no sheet 'Aylık'; known: Kur, Veri, Özet",
    ]


def test_what_input_cells_hold_is_not_told(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lineage("cell:monthly/share", format_=LineageFormat.json, workspace=bank)
    document = json.loads(capsys.readouterr().out)
    assert all(node["value"] is None for node in document["nodes"] if node["kind"] == "input")


def report(workbook: str, period: Any = "month") -> Report:
    return Report(
        key="r", name="R", definition="d", owner="o", team="t", workbook=workbook, period=period
    )


def test_the_newest_issue_is_that_of_the_last_period_that_is_over(tmp_path: Path) -> None:
    for name in ("2026-08", "2026-09", "2026-10", "2026-Q3", "2026-13", "~$2026-10"):
        (tmp_path / f"a_{name}.xlsx").touch()
    found = issues(tmp_path, report("a_{period}.xlsx"))
    assert [one.file.name for one in found.found] == [
        "a_2026-10.xlsx",
        "a_2026-09.xlsx",
        "a_2026-08.xlsx",
    ]
    newest = found.newest(date(2026, 10, 30))
    assert newest
    assert newest.period == Period.parse("2026-09")
    first = found.newest(date(2020, 1, 1))
    assert first
    assert first.file.name == "a_2026-10.xlsx"
    assert len(found.odd) == 2


def test_a_workbook_without_periods_is_the_only_issue(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").touch()
    assert [one.file.name for one in issues(tmp_path, report("a.xlsx")).found] == ["a.xlsx"]
    assert issues(tmp_path, report("b.xlsx")).found == ()
    assert issues(tmp_path / "x", report("../a.xlsx")).found == ()


def test_headings_that_meet_in_several_cells_need_the_address(tmp_path: Path) -> None:
    book = Written()
    page: Any = book.active
    page.title = "S"
    for row in (("", "Ekim", "Ekim"), ("Pay", 1, 2), ("Pay", 3, 4)):
        page.append(row)
    book.save(tmp_path / "a.xlsx")
    locator = Locator(read_workbook(tmp_path / "a.xlsx"))
    find = Find(row="pay", column=" EKIM")
    with pytest.raises(NotFound, match=r"lead to several cells: S!B2, S!C2, S!B3 and 1 more"):
        locator.place(None, find)
    assert locator.place("S!C3", find) == At("S", 3, 3)
    assert locator.place("B2", None) == At("S", 2, 2)
    with pytest.raises(NotFound, match="stands nowhere to the left"):
        locator.place(None, Find(row="Ekim", column="Pay"))
    with pytest.raises(NotFound, match="there is no sheet 'T'"):
        locator.place("T!A1", None)


def test_headings_are_found_as_an_import_names_them(tmp_path: Path) -> None:
    book = Written()
    page: Any = book.active
    page.title = "S"
    for row in (
        ("", "Müşteri", None, "Kredi", None),
        ("", "Eylül 2026", "Ekim 2026", "Eylül 2026", "Ekim 2026"),
    ):
        page.append(row)
    page.append(("Şişli", 1, 2, 3, 4))
    page.merge_cells("B1:C1")
    page.merge_cells("D1:E1")
    book.save(tmp_path / "a.xlsx")
    locator = Locator(read_workbook(tmp_path / "a.xlsx"), Period.parse("2026-10"))
    assert locator.place(None, Find(row="Şişli", column="Kredi / {period}")) == At("S", 3, 5)
    with pytest.raises(NotFound, match=r"its heading 'Gider / \{period\}'$"):
        locator.place(None, Find(row="Şişli", column="Gider / {period}"))
    with pytest.raises(NotFound, match="its heading 'Bebek'$"):
        locator.place(None, Find(row="Bebek", column="Kredi / {period}"))
