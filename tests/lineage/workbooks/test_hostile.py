"""Workbooks that would harm whoever opens them: each is refused with advice, or read and told of."""

from __future__ import annotations

import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from catalog.errors import EXIT_USAGE
from catalog.settings import WorkbookLimits
from lineage.workbooks.graph import cell_graph
from lineage.workbooks.opening import WorkbookRefused, read_workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
Make = Callable[..., Path]


def parts(rows: str = "", sheet: str | None = None) -> dict[str, str | bytes]:
    """The parts of a small workbook with these rows on its one sheet."""
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="b"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="b" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": sheet
        or f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
    }


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(content: Mapping[str, str | bytes], name: str = "kitap.xlsx") -> Path:
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, said in content.items():
                archive.writestr(part, said)
        return tmp_path / name

    return made


def refusal(file: Path, limits: WorkbookLimits | None = None) -> str:
    with pytest.raises(WorkbookRefused) as refused:
        read_workbook(file, limits)
    assert refused.value.exit_code == EXIT_USAGE
    assert str(refused.value).startswith(f"{file}: ")
    return str(refused.value)


def test_the_small_workbook_of_these_tests_can_be_read(make: Make) -> None:
    book = read_workbook(make(parts('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>')))
    cell = book.sheets[0].at("A1")
    assert cell
    assert (cell.value, cell.formula) == (2, "=1+1")


def test_a_bomb_is_refused_before_it_is_unpacked(make: Make) -> None:
    rows = f'<row r="1"><c r="A1"><v>{"0" * (300 << 20)}</v></c></row>'
    file = make(parts(rows))
    assert file.stat().st_size < 1 << 20
    del rows
    before = time.process_time()
    said = refusal(file)
    assert "times its size" in said
    assert "workbooks.ratio" in said
    assert time.process_time() - before < 1


def test_limits_are_settings(make: Make) -> None:
    rows = "".join(
        f'<row r="{row}"><c r="A{row}"><f>1+{row}</f><v>1</v></c></row>' for row in range(1, 50)
    )
    file = make(parts(rows))
    assert "at most 10 are read (workbooks.cells" in refusal(file, WorkbookLimits(cells=10))
    assert "at most 7 are read (workbooks.formulas" in refusal(file, WorkbookLimits(formulas=7))
    many = make({**parts(rows), **{f"xl/x{number}": "" for number in range(9)}}, "parts.xlsx")
    assert "workbooks.parts" in refusal(many, WorkbookLimits(parts=10))
    large = make({**parts(), "xl/media/x.bin": bytes(2 << 20)}, "large.xlsx")
    assert "workbooks.unpacked_mb" in refusal(large, WorkbookLimits(unpacked_mb=1))
    graph = cell_graph(read_workbook(file), longest=3)
    assert len(graph.unread) == 49
    assert graph.unread[0][2] == "it has 4 characters; at most 3"


LAUGHS = (
    '<!DOCTYPE worksheet [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "_rels/.rels", "xl/styles.xml"]
)
@pytest.mark.parametrize(
    "prolog",
    [LAUGHS, '<!DOCTYPE x SYSTEM "file:///etc/passwd">', f"<!--{'x' * 100_000}-->{LAUGHS}"],
)
def test_entities_and_document_types_are_refused(make: Make, part: str, prolog: str) -> None:
    content = parts()
    content[part] = prolog + str(content.get(part, f'<styleSheet xmlns="{MAIN}"/>'))
    said = refusal(make(content))
    assert part in said
    assert "document type" in said


_MEASURED = """
import re, sys, time
from pathlib import Path
from lineage.workbooks.opening import read_workbook
def peak(): return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
base = peak()
start = time.process_time()
book = read_workbook(Path(sys.argv[1]))
used = peak() - base
print(book.cells, round(time.process_time() - start, 2), used >> 10)
"""


@pytest.mark.long
def test_a_million_empty_formatted_rows_take_little_time_and_memory(make: Make) -> None:
    rows = "".join(
        f'<row r="{row}" s="1" customFormat="1"><c r="A{row}" s="1"/><c r="B{row}" s="1"/></row>'
        for row in range(1, 1_000_001)
    )
    file = make(parts('<row r="1"><c r="C1"><v>7</v></c></row>' + rows))
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(file)], capture_output=True, text=True, check=True
    )
    cells, seconds, memory = done.stdout.split()
    print(f"1,000,000 empty rows: {seconds} s CPU, {memory} MiB")
    assert int(cells) == 1
    assert int(memory) < 100
    assert float(seconds) < 60


def test_millions_of_elements_outside_the_rows_are_refused(make: Make) -> None:
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData/>{"<x/>" * 1_100_000}</worksheet>'
    file = make(parts(sheet=sheet))
    assert "than a sheet can have" in refusal(file, WorkbookLimits(ratio=1000))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ('<row r="1"><c r="A1"><v>1</v></row>', "no XML"),
        ('<row r="1"><c r="AAAA1"><v>1</v></c></row>', "address 'AAAA1', which is none"),
        ('<row r="1"><c r="ZZZ1"><v>1</v></c></row>', "beyond the last row or column"),
        ('<row r="9999999"><c r="A9999999"><v>1</v></c></row>', "beyond the last row or column"),
        ('<row r="1"><c r="A7"><v>1</v></c></row>', "the cell A7 stands in row 1"),
    ],
)
def test_what_no_sheet_can_hold_is_refused(make: Make, rows: str, said: str) -> None:
    assert said in refusal(make(parts(rows)))


@pytest.mark.parametrize(
    "missing", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"]
)
def test_a_missing_part_is_named(make: Make, missing: str) -> None:
    content = parts()
    del content[missing]
    assert refusal(make(content))


def test_paths_that_lead_out_of_the_archive_lead_nowhere(make: Make) -> None:
    content = parts()
    rels = "xl/_rels/workbook.xml.rels"
    content[rels] = str(content[rels]).replace("worksheets/sheet1.xml", "../../../etc/passwd")
    assert "etc/passwd is missing" in refusal(make(content))


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"", "it is empty"),
        (b"a;b\n1;2\n", "save it so"),
        (OLE + bytes(600) + "Workbook".encode("utf-16-le"), "save it as .xlsx"),
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"PK\x03\x04 and nothing more", "damaged"),
    ],
)
def test_what_is_no_workbook_is_refused_with_advice(
    tmp_path: Path, content: bytes, advice: str
) -> None:
    file = tmp_path / "eski.xls"
    file.write_bytes(content)
    assert advice in refusal(file)


@pytest.mark.parametrize(
    ("part", "advice"),
    [
        ("xl/workbook.bin", ".xlsb"),
        ("content.xml", "OpenDocument"),
        ("word/document.xml", "no Excel"),
    ],
)
def test_other_archives_are_refused_with_advice(make: Make, part: str, advice: str) -> None:
    assert advice in refusal(make({part: "", "mimetype": ""}, "başka.xlsx"))


def test_a_file_that_is_not_there_is_no_crash(tmp_path: Path) -> None:
    assert "it cannot be read" in refusal(tmp_path / "yok.xlsx")


def two_sheets(first: str, second: str, part: str = "sheet2") -> dict[str, str | bytes]:
    """The parts of a workbook with two sheets of these names."""
    content = parts()
    content["xl/worksheets/sheet2.xml"] = content["xl/worksheets/sheet1.xml"]
    content["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        f'<sheet name="{first}" sheetId="1" r:id="b"/><sheet name="{second}" sheetId="2" r:id="c"/>'
        "</sheets></workbook>"
    )
    content["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="b" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="c" Type="{OFFICE}/worksheet" Target="worksheets/{part}.xml"/>'
        "</Relationships>"
    )
    return content


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (two_sheets("Özet", "özet"), "two sheets are called 'özet'; rename one"),
        (two_sheets("", "R"), "a sheet is called '', which Excel does not allow; rename it"),
        (two_sheets("R", "a/b"), "a sheet is called 'a/b', which Excel does not allow"),
        (two_sheets("S", "R", "sheet1"), "the sheets 'S' and 'R' are one part of the file"),
    ],
)
def test_sheets_that_could_not_be_told_apart_are_refused(
    make: Make, content: Mapping[str, str | bytes], said: str
) -> None:
    assert said in refusal(make(content))
    titles = ["Özet'i 📊", "a\u200bb"]
    book = read_workbook(make(two_sheets(*titles), "gut.xlsx"))
    assert [sheet.title for sheet in book.sheets] == titles


@pytest.mark.parametrize("encoding", ["shift_jis", "utf-7", "yok-5", "rot13"])
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_letters_that_cannot_be_read_are_refused_with_advice(
    make: Make, part: str, encoding: str
) -> None:
    content = parts()
    content[part] = f'<?xml version="1.0" encoding="{encoding}"?>{content[part]!s}'
    said = refusal(make(content))
    assert f"{part}: it is no XML" in said
    assert said.endswith("open the workbook in Excel and save it anew")


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-9", "utf-8-sig"])
def test_other_letters_are_read(make: Make, encoding: str) -> None:
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>Şube</t></is></c></row>'
    name = "utf-8" if encoding == "utf-8-sig" else encoding
    sheet = f'<?xml version="1.0" encoding="{name}"?>{parts(rows)["xl/worksheets/sheet1.xml"]!s}'
    cell = read_workbook(make(parts() | {"xl/worksheets/sheet1.xml": sheet.encode(encoding)}))
    assert [one.value for one in cell.sheets[0].cells.values()] == ["Şube"]


def test_entities_in_other_letters_are_refused_too(make: Make) -> None:
    sheet = f'<?xml version="1.0" encoding="utf-16"?>{LAUGHS}<worksheet xmlns="{MAIN}"/>'
    content = parts() | {"xl/worksheets/sheet1.xml": sheet.encode("utf-16")}
    assert "document type" in refusal(make(content))


@pytest.mark.parametrize("sheet", ["<chartsheet/>", "<worksheet><sheetData/></worksheet>"])
def test_a_part_that_is_no_sheet_is_not_read_as_an_empty_one(make: Make, sheet: str) -> None:
    assert "no sheet as Excel writes one; save it anew" in refusal(make(parts(sheet=sheet)))


@pytest.mark.parametrize("digits", ["²", "9" * 5_000, "-1", "1e3", ""])
def test_what_is_no_number_where_one_is_due_is_no_fault(make: Make, digits: str) -> None:
    sheet = (
        f'<worksheet xmlns="{MAIN}"><cols><col min="{digits}" max="{digits}" hidden="1"/></cols>'
        f'<sheetData><row r="{digits}"><c s="{digits}"><v>7</v></c><c t="s"><v>{digits}</v></c>'
        f"</row></sheetData></worksheet>"
    )
    content = parts(sheet=sheet)
    workbook = str(content["xl/workbook.xml"])
    named = f'<definedNames><definedName name="ad" localSheetId="{digits}">S!A1</definedName>'
    content["xl/workbook.xml"] = workbook.replace("</sheets>", f"</sheets>{named}</definedNames>")
    content["xl/worksheets/_rels/sheet1.xml.rels"] = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="t" '
        f'Type="{OFFICE}/table" Target="../tables/t.xml"/></Relationships>'
    )
    content["xl/tables/t.xml"] = (
        f'<table xmlns="{MAIN}" displayName="T" ref="A1:B2" headerRowCount="{digits}" '
        f'totalsRowCount="{digits}"><tableColumns><tableColumn name="a"/></tableColumns></table>'
    )
    content["xl/styles.xml"] = (
        f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="{digits}" fontId="{digits}" '
        f'fillId="{digits}"><alignment indent="{digits}"/></xf></cellXfs></styleSheet>'
    )
    book = read_workbook(make(content))
    assert [cell.value for cell in book.sheets[0].cells.values()] == [7]
    assert (book.tables[0].headings, book.tables[0].totals) == (1, 0)
    assert book.names[0].scope is None
    assert not book.sheets[0].hidden_columns


@pytest.mark.parametrize("number", ["²", "9" * 5_000])
def test_a_text_that_no_text_has_the_number_of_is_told(make: Make, number: str) -> None:
    rows = f'<row r="1"><c r="A1" t="s"><v>{number}</v></c><c r="B1"><v>{number[:1]}</v></c></row>'
    book = read_workbook(make(parts(rows)))
    assert f"names text {number[:10]}, which the file does not hold" in book.findings[0].reason


def test_a_day_before_all_days_is_no_fault(make: Make) -> None:
    core = '<c xmlns:d="x"><d:modified>0001-01-01T00:00:00+23:59</d:modified></c>'
    assert read_workbook(make({**parts(), "docProps/core.xml": core})).saved is None


def named(names: Mapping[str, str], formula: str) -> dict[str, str | bytes]:
    """The parts of a workbook with these names and a formula in A1."""
    content = parts(f'<row r="1"><c r="A1"><f>{formula}</f><v>1</v></c></row>')
    said = "".join(f'<definedName name="{k}">{v}</definedName>' for k, v in names.items())
    content["xl/workbook.xml"] = str(content["xl/workbook.xml"]).replace(
        "</sheets>", f"</sheets><definedNames>{said}</definedNames>"
    )
    return content


@pytest.mark.parametrize(
    ("names", "formula", "reason"),
    [
        (
            {f"ad_{n}": f"ad_{n + 1}+ad_{n + 1}" for n in range(40)} | {"ad_40": "S!$B$1"},
            "ad_0",
            "it leads through more than 1,000 names",
        ),
        (
            {f"ad_{n}": "+".join(f"ad_{m}" for m in range(30)) for n in range(30)},
            "ad_0",
            "the name is defined by itself",
        ),
        ({"ad_0": "ad_1+1", "ad_1": "ad_0+1"}, "ad_0", "the name is defined by itself"),
        (
            {"ad_0": ",".join(["S!$B$1"] * 700)},
            "ad_0:ad_0:ad_0",
            "it joins more than 10,000 references",
        ),
    ],
)
def test_names_that_multiply_take_little_time(
    make: Make, names: Mapping[str, str], formula: str, reason: str
) -> None:
    book = read_workbook(make(named(names, formula)))
    before = time.process_time()
    (found,) = cell_graph(book).patterns[0].references
    assert time.process_time() - before < 5
    assert found.outcome == "unresolved"
    assert reason in found.reason


def test_names_of_names_are_followed_through_many_uses(make: Make) -> None:
    names = {f"ad_{n}": f"ad_{n + 1}" for n in range(40)} | {"ad_40": "S!$B$1"}
    book = read_workbook(make(named(names, "+".join(f"ad_{n}" for n in range(40)))))
    found = cell_graph(book).patterns[0].references
    assert {one.outcome for one in found} == {"resolved"}


def test_a_formula_longer_than_any_is_told_and_not_kept(make: Make) -> None:
    formula = "IF(B1," * 100 + "1" + ")" * 100
    file = make(parts(f'<row r="1"><c r="A1"><f>{formula}</f><v>1</v></c></row>'))
    limits = WorkbookLimits(formula_length=700)
    cell = read_workbook(file, limits).sheets[0].at("A1")
    assert cell
    assert cell.formula == "="
    finding = next(one for one in read_workbook(file, limits).findings if one.kind == "unread")
    assert (finding.place, "workbooks.formula_length" in finding.reason) == ("S!A1", True)
    whole = read_workbook(file, WorkbookLimits(formula_length=701)).sheets[0].at("A1")
    assert whole
    assert whole.formula == f"={formula}"


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_an_archive_packed_otherwise_is_read_and_refused_where_it_is_spoilt(
    tmp_path: Path, method: int
) -> None:
    file = tmp_path / "kitap.xlsx"
    with zipfile.ZipFile(file, "w", method) as archive:
        for part, said in parts('<row r="1"><c r="A1"><v>12345</v></c></row>' * 99).items():
            archive.writestr(part, said)
    assert read_workbook(file).cells == 1
    whole = file.read_bytes()
    at = whole.find(b"xl/worksheets/sheet1.xml") + 40
    file.write_bytes(whole[:at] + bytes(30) + whole[at + 30 :])
    refusal(file)


def test_a_spoilt_archive_is_refused(make: Make) -> None:
    file = make(parts('<row r="1"><c r="A1"><v>12345</v></c></row>' * 200))
    spoilt = bytearray(file.read_bytes())
    at = spoilt.find(b"xl/worksheets/sheet1.xml") + 40
    spoilt[at : at + 20] = bytes(20)
    file.write_bytes(bytes(spoilt))
    assert "damaged" in refusal(file)


def test_macros_are_told_and_not_run(make: Make) -> None:
    file = make({**parts(), "xl/vbaProject.bin": b"Shell"}, "makro.xlsm")
    book = read_workbook(file)
    assert book.macros
    assert [one.reason for one in book.findings if one.kind == "macros"] == [
        "it has macros; they are not run, and not looked at"
    ]


def test_shared_and_array_formulas_stand_in_every_cell(make: Make) -> None:
    rows = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f t="shared" ref="B1:B3" si="0">A1*$A$1</f>'
        '<v>1</v></c><c r="D1"><f t="array" ref="D1:D2">A1:A2*2</f><v>2</v></c></row>'
        '<row r="2"><c r="A2"><v>2</v></c><c r="B2"><f t="shared" si="0"/><v>2</v></c>'
        '<c r="D2"><v>4</v></c></row>'
        '<row r="3"><c r="B3"><f t="shared" si="0"/><v>0</v></c>'
        '<c r="C3"><f t="shared" si="7"/><v>9</v></c><c r="E3"><f/><v>9</v></c></row>'
        '<row r="4"><c r="A4"><f t="dataTable" ref="A4:A6" dt2D="1" r1="B1" r2="A2"/><v>3</v></c>'
        '<c r="B4"><f>SUM(A1</f><v>3</v></c></row>'
    )
    book = read_workbook(make(parts(rows)))
    formulas = {cell.address: cell.formula for cell in book.sheets[0].cells.values()}
    assert formulas["B1"] == "=A1*$A$1"
    assert formulas["B2"] == "=A2*$A$1"
    assert formulas["B3"] == "=A3*$A$1"
    assert formulas["C3"] == formulas["E3"] == "="
    assert formulas["A4"] == "=TABLE(B1,A2)"
    told = {one.cell: one.reason for one in book.findings if one.kind == "unread"}
    assert told["C3"].startswith("it shares formula 7, which the file does not hold")
    assert told["E3"].startswith("its formula is empty")
    graph = cell_graph(book)
    assert graph.filled == {"S": {(2, 4): (1, 4)}}
    assert [(cell.address, why) for _, cell, why in graph.unread] == [
        ("C3", "there is nothing after the ="),
        ("E3", "there is nothing after the ="),
        ("B4", "Unmatched opening parenthesis or bracket"),
    ]
    assert book.formulas == sum(len(spots) for spots in graph.carriers.values()) == 8


def test_what_is_odd_in_a_sheet_is_told_once_with_how_often(make: Make) -> None:
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" t="s"><v>5</v></c><c r="B{row}" t="e"><v>#N/A</v></c></row>'
        for row in range(1, 4)
    )
    rows += '<row r="3"><c r="B3"><v>x1</v></c></row>'
    book = read_workbook(make(parts(rows)))
    assert [(one.kind, one.place, one.reason) for one in book.findings] == [
        (
            "odd",
            "S!A1",
            "it names text 5, which the file does not hold (here and in 2 other cells)",
        ),
        ("error", "S!B1", "it shows #N/A (here and in 2 other cells)"),
        ("odd", "S!B3", "its number 'x1' is none"),
        ("odd", "S!B3", "the file holds this cell twice; the last one counts"),
    ]


def test_rows_and_cells_without_addresses_are_counted(make: Make) -> None:
    rows = "<row><c><v>1</v></c><c/><c><v>3</v></c></row><row><c><v>4</v></c></row>"
    book = read_workbook(make(parts(rows)))
    assert {cell.address: cell.value for cell in book.sheets[0].cells.values()} == {
        "A1": 1,
        "C1": 3,
        "A2": 4,
    }
