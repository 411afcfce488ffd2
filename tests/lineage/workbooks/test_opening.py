"""Reading a workbook: what is in it, as Excel shows it, and nothing else."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook as Written
from openpyxl.styles import Alignment, Font, GradientFill, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table as WrittenTable

from lineage.workbooks.book import Block, Name, Workbook
from lineage.workbooks.opening import read_workbook


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    """A workbook with one of each."""
    made = Written()
    sheet: Any = made.active
    sheet.title = "Özet"
    sheet["A1"], sheet["B1"] = "Bölge", "Müşteri"
    sheet["A2"], sheet["B2"] = "Şişli", 12
    sheet["A3"], sheet["B3"] = "Iğdır", 7.5
    sheet["B4"] = "=SUM(B2:B3)"
    sheet["C4"] = ArrayFormula("C4:C5", "=B2:B3*2")
    sheet["D1"], sheet["D2"] = datetime(2026, 10, 31), datetime(2026, 10, 31, 8, 30)
    sheet["D3"], sheet["D4"], sheet["D5"] = time(9, 15), True, "#REF!"
    sheet["D5"].data_type = "e"
    sheet["B2"].number_format = "#,##0"
    sheet["A1"].font, sheet["A1"].fill = Font(bold=True), PatternFill("solid", "FFEE00")
    sheet["A2"].alignment = Alignment(indent=2)
    sheet["Z99"].font = Font(bold=True)
    sheet.merge_cells("F1:H2")
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["D"].hidden = True
    sheet.add_table(WrittenTable(displayName="Bölgeler", ref="A1:B3"))
    made.defined_names["Toplam"] = DefinedName("Toplam", attr_text="Özet!$B$4")
    hidden = made.create_sheet("Veri")
    hidden.sheet_state = "veryHidden"
    hidden.defined_names["Oran"] = DefinedName("Oran", attr_text="0.18")
    made.properties.modified = datetime(2026, 11, 3, 8, 0)
    file = tmp_path_factory.mktemp("book") / "özet.xlsx"
    made.save(file)
    return read_workbook(file)


def test_values_are_what_excel_shows(book: Workbook) -> None:
    sheet = book.sheets[0]
    values = {cell.address: cell.value for cell in sheet.cells.values()}
    assert values["A2"] == "Şişli"
    assert values["B2"] == 12
    assert isinstance(values["B2"], int)
    assert values["B3"] == 7.5
    assert values["D1"] == date(2026, 10, 31)
    assert values["D2"] == datetime(2026, 10, 31, 8, 30)
    assert values["D3"] == time(9, 15)
    assert values["D4"] is True
    assert str(values["D5"]) == "#REF!"


def test_a_cell_without_content_is_not_kept(book: Workbook) -> None:
    assert book.sheets[0].at("Z99") is None
    assert book.cells == 13


def test_formulas_stand_beside_their_values(book: Workbook) -> None:
    total, spread = book.sheets[0].at("B4"), book.sheets[0].at("C4")
    assert total is not None
    assert (total.formula, total.value, total.array) == ("=SUM(B2:B3)", None, None)
    assert spread is not None
    assert (spread.formula, spread.array) == ("=B2:B3*2", "C4:C5")
    assert book.formulas == 2
    assert [str(one.reason) for one in book.findings if one.kind == "no_value"] == [
        "2 of 2 formulas hold no calculated value"
    ]


def test_what_tells_headings_from_numbers_is_kept(book: Workbook) -> None:
    sheet = book.sheets[0]
    heading, name, number = sheet.at("A1"), sheet.at("A2"), sheet.at("B2")
    assert heading
    assert name
    assert number
    assert (heading.bold, heading.fill, heading.indent) == (True, True, 0)
    assert (name.bold, name.fill, name.indent) == (False, False, 2)
    assert number.format == "#,##0"
    assert sheet.merged == (Block(1, 6, 2, 8),)


def test_what_is_hidden_says_so(book: Workbook) -> None:
    shown, hidden = book.sheets
    assert (shown.state, hidden.state) == ("visible", "very hidden")
    assert not shown.is_hidden(2, 1)
    assert shown.is_hidden(3, 1)
    assert shown.is_hidden(2, 4)
    assert hidden.is_hidden(1, 1)


def test_tables_names_and_the_day_of_saving_are_read(book: Workbook) -> None:
    (table,) = book.tables
    assert (table.name, table.sheet, str(table.block)) == ("Bölgeler", "Özet", "A1:B3")
    assert (table.columns, table.headings, table.totals) == (("Bölge", "Müşteri"), 1, 0)
    assert book.names == (Name("Toplam", "Özet!$B$4"), Name("Oran", "0.18", "Veri"))
    assert book.saved is not None
    assert book.saved.tzinfo is UTC
    assert not book.macros


def test_a_text_in_pieces_is_one_text_without_how_it_is_spoken(tmp_path: Path) -> None:
    pieces = (
        "<r><t>Kre</t></r><r><rPr><b/></rPr><t xml:space='preserve'>diler </t></r>"
        "<rPh sb='0' eb='1'><t>yok</t></rPh><t>_x0041_</t>"
    )
    row = (
        f'<row r="1"><c r="A1" t="inlineStr"><is>{pieces}</is></c><c r="B1" t="s"><v>0</v></c>'
        '<c r="C1" t="s"><v>1</v></c></row>'
    )
    file = tmp_path / "kitap.xlsx"
    made = Written()
    made.save(file)
    with zipfile.ZipFile(file) as old:
        parts = {name: old.read(name).decode() for name in old.namelist()}
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/worksheets/sheet1.xml"] = (
        f'<worksheet xmlns="{space}"><sheetData>{row}</sheetData></worksheet>'
    )
    parts["xl/sharedStrings.xml"] = (
        f'<sst xmlns="{space}"><si>{pieces}</si><si><t>düz</t></si></sst>'
    )
    with zipfile.ZipFile(file, "w") as new:
        for name, said in parts.items():
            new.writestr(name, said)
    cells = read_workbook(file).sheets[0].cells.values()
    assert [cell.value for cell in cells] == ["Krediler A", "Krediler A", "düz"]


def test_only_what_is_coloured_is_filled(tmp_path: Path) -> None:
    made = Written()
    sheet: Any = made.active
    fills: list[Any] = [PatternFill("solid", "FF0000"), PatternFill("gray125"), PatternFill(None)]
    fills.append(GradientFill(stop=("FF0000", "00FF00")))
    for at, fill in enumerate(fills, 1):
        sheet.cell(1, at, at).fill = fill
    made.save(tmp_path / "kitap.xlsx")
    cells = read_workbook(tmp_path / "kitap.xlsx").sheets[0].cells.values()
    assert [cell.style.fill for cell in cells] == [True, False, False, True]
