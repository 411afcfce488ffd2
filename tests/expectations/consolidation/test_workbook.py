"""Tests the plan as a workbook: four sheets, numbers as numbers, and no text that is a formula."""

from __future__ import annotations

from pathlib import Path

import pytest
from consolidating import catalog, cell, decided, judged, known, own, report
from openpyxl import Workbook, load_workbook

from expectations.consolidation.planning import plan_consolidation
from expectations.consolidation.workbook import write_plan

PUBLISHED = {
    "a/n": {"2026-09": "5", "2026-10": "1234.50"},
    "b/n": {"2026-09": "5", "2026-10": "1234.50"},
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    made = catalog(
        report("a", cell("n", name="=1+1"), own("x", name="@x\x07")),
        report("b", cell("n"), effort={"hours": 7.5}),
        report("c", cell("n", measure=None)),
        decisions=(decided("d", "accept", report="b", reason="-2+3 =cmd|' /C calc'!A0"),),
    )
    plan = plan_consolidation(
        known(made, judged("a/x", "measure:loans", "different", alike=True), published=PUBLISHED)
    )
    file = tmp_path_factory.mktemp("plan") / "plan.xlsx"
    write_plan(plan, made, "en", file)
    return load_workbook(file)


def rows(book: Workbook, sheet: str) -> list[tuple[object, ...]]:
    return list(book[sheet].iter_rows(min_row=2, values_only=True))


def test_there_is_a_sheet_for_each_question(book: Workbook) -> None:
    assert book.sheetnames == ["Clusters", "Cells", "Reports", "Decisions"]
    clusters = {row[0]: row for row in rows(book, "Clusters")}
    assert clusters["active"][2:5] == ("same", "one calculation", 2)
    assert clusters["active"][6] == "a/n"
    cells = {row[0]: row for row in rows(book, "Cells")}
    assert cells["a/n"][3:9] == ("same", "active", "✓", "2026-10", 1234.5, "2026-09")
    assert "neither a measure nor a calculation" in str(cells["c/n"][12])
    reports = {row[0]: row for row in rows(book, "Reports")}
    assert reports["b"][3:8] == ("wholly", "yes", None, 7.5, 7.5)


def test_no_text_is_a_formula(book: Workbook) -> None:
    texts = [one for sheet in book for row in sheet.iter_rows() for one in row]
    assert not [one.coordinate for one in texts if one.data_type == "f"]
    begins = [one for one in texts if str(one.value or "").startswith(("=", "-2", "@"))]
    assert {one.value for one in begins} >= {"=1+1", "@x", "-2+3 =cmd|' /C calc'!A0"}
    assert all(one.quotePrefix for one in begins)


def test_a_workbook_can_be_told_in_turkish(tmp_path: Path) -> None:
    made = catalog(report("a", cell("n")))
    write_plan(plan_consolidation(known(made)), made, "tr", tmp_path / "plan.xlsx")
    book = load_workbook(tmp_path / "plan.xlsx")
    assert book.sheetnames == ["Kümeler", "Hücreler", "Raporlar", "Kararlar"]
