"""Tests that a workbook gains a sheet of links and loses nothing, not a byte of any other part."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import Ended, run_here
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from workspaces import write_workspace

from catalog.settings import WorkbookLimits
from expectations.consolidation.package import Text, with_sheet
from lineage.workbooks.archive import WorkbookRefused

LIMITS = WorkbookLimits()
LISTING = {"[content_types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}
DEFINITIONS = """
teams: [{key: retail, name: Retail}]
measures:
  - {key: active, name: Active, definition: "Who is active, said <safely> & '=1+1'.",
     owner: retail, expires_on: 2030-01-01, calculation: SELECT 1 AS value}
  - {key: gone, name: Gone, definition: d, owner: retail, expires_on: 2030-01-01,
     calculation: SELECT 2 AS value}
reports:
  - {key: large, name: Large, definition: d, owner: retail, expires_on: 2030-01-01, team: retail,
     period: month, workbook: "reports/large_{period}.xlsx", cells: [
       {key: active, at: "'Ali''nin özeti'!C5", name: Active, measure: active},
       {key: gone, at: Nowhere!B2, name: Gone, measure: gone},
       {key: secret, at: C9, name: Secret, visibility: restricted, measure: active},
       {key: formula, name: "=HYPERLINK(1)", calculation: "=C5*2"}]}
  - {key: small, name: Small, definition: d, owner: retail, expires_on: 2030-01-01, team: retail,
     period: month, cells: [{key: active, name: Active, measure: active}]}
"""
Links = Callable[..., Ended]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with a chart, a formula and its kept value, a hidden sheet, and odd parts."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Ali'nin özeti"
    for row in ([1, 2], [3, 4]):
        sheet.append(row)
    sheet["C5"] = "=SUM(A1:B2)"
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=2))
    sheet.add_chart(chart, "E2")
    book.create_sheet("Hidden").sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    file = tmp_path_factory.mktemp("books") / "large_2026-10.xlsx"
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                content = content.replace(b"<v></v>", b"<v>10</v>").replace(b"<v />", b"<v>10</v>")
                assert b"<v>10</v>" in content
            new.writestr(entry, content)
        new.writestr("xl/vbaProject.bin", b"\x00macro\xff" * 40)
        new.writestr("customXml/item1.xml", b"<x xmlns='urn:x'/>", zipfile.ZIP_STORED)
    return file


@pytest.fixture
def folder(tmp_path: Path, plain: Path) -> Path:
    settings = '[site]\nurl = "https://katalog.banka.example/"\n'
    made = write_workspace(tmp_path, DEFINITIONS, settings=settings)
    (made / "reports").mkdir()
    shutil.copyfile(plain, made / "reports" / plain.name)
    return made


@pytest.fixture
def links(folder: Path, capfd: pytest.CaptureFixture[str]) -> Links:
    command = run_here(capfd)

    def run(*arguments: object, status: int = 0) -> Ended:
        ended = command("consolidate", "links", *arguments, "--workspace", folder)
        assert ended.status == status, ended.err
        return ended

    return run


def parts(content: bytes | Path) -> dict[str, bytes]:
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    with zipfile.ZipFile(stream) as archive:
        return {one.filename.casefold(): archive.read(one) for one in archive.infolist()}


def test_the_sheet_says_of_each_cell_what_is_known_and_leads_there(
    folder: Path, links: Links, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run_here(capfd)("consolidate", "--workspace", folder).status == 0
    file = folder / "reports" / "large_2026-10.xlsx"
    ended = links(file)
    assert "large/gone: its place is not in this workbook" in ended.err
    made = load_workbook(file.with_name("large_2026-10.tekdogru.xlsx"))
    assert made.sheetnames == ["Ali'nin özeti", "Hidden", "Tekdoğru"]
    rows = list(made["Tekdoğru"].iter_rows(min_row=4))
    assert [row[0].value for row in rows] == [
        "'Ali''nin özeti'!C5 · Active", "Nowhere!B2 · Gone", "=HYPERLINK(1)"
    ]  # fmt: skip
    assert rows[0][0].hyperlink is not None
    assert rows[0][0].hyperlink.location == "'Ali''nin özeti'!C5"
    assert rows[1][0].hyperlink is None
    assert rows[2][0].data_type == "s"
    assert rows[0][1].value == "Who is active, said <safely> & '=1+1'."
    assert rows[0][2].value == ("same: Active (Small). This cell is proposed to survive")
    assert rows[0][3].value == "Retail"
    assert rows[0][4].hyperlink is not None
    assert rows[0][4].hyperlink.target == (
        "https://katalog.banka.example/d/cell-large--active/index.html"
    )


def test_nothing_else_changes_and_the_workbook_itself_stays(folder: Path, links: Links) -> None:
    file = folder / "reports" / "large_2026-10.xlsx"
    before, raw = parts(file), file.read_bytes()
    links(file)
    assert file.read_bytes() == raw
    after = parts(file.with_name("large_2026-10.tekdogru.xlsx"))
    assert {name for name in before if before[name] != after[name]} == LISTING
    ours = {"xl/worksheets/tekdogru.xml", "xl/worksheets/_rels/tekdogru.xml.rels"}
    assert after.keys() - before.keys() == ours


def test_a_second_time_only_its_own_sheet_is_made_anew(folder: Path, links: Links) -> None:
    file = folder / "reports" / "large_2026-10.xlsx"
    links(file, "--in-place")
    first = parts(file)
    links(file, "--in-place", "--language", "tr")
    second = parts(file)
    changed = {name for name in first if first[name] != second.get(name)}
    assert changed == {"xl/worksheets/tekdogru.xml"}
    assert first.keys() == second.keys()
    assert load_workbook(file)["Tekdoğru"]["B3"].value == "Anlamı"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--report", "larg"), "did you mean 'large'"),
        (("--output", "{file}"), "--in-place writes it"),
        (("--output", "x.xlsm"), "ends in .xlsx as well"),
        (("--in-place", "--output", "x.xlsx"), "not both"),
    ],
)
def test_what_makes_no_sense_is_refused(
    folder: Path, links: Links, arguments: tuple[str, ...], said: str
) -> None:
    file = folder / "reports" / "large_2026-10.xlsx"
    filled = [one.format(file=file) for one in arguments]
    assert said in links(file, *filled, status=64).err


def test_a_workbook_of_no_report_and_one_open_in_excel_are_refused(
    folder: Path, links: Links
) -> None:
    other = folder / "other.xlsx"
    shutil.copyfile(folder / "reports" / "large_2026-10.xlsx", other)
    assert "no report states such a `workbook`" in links(other, status=64).err
    (folder / "~$other.xlsx").write_bytes(b"")
    assert "is open in Excel" in links(other, "--in-place", status=64).err


def remade(file: Path, target: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(entry, change(content) if entry.filename == part else content)
    return target


def added(file: Path) -> bytes:
    return with_sheet(file, "Tekdoğru", [[Text("a")]], [10], LIMITS)


def test_a_sheet_of_that_name_that_is_not_ours_stays(tmp_path: Path) -> None:
    book = Workbook()
    book.create_sheet("TEKDOĞRU".replace("I", "ı"))
    book.create_sheet("tekdoğru")
    book.save(tmp_path / "theirs.xlsx")
    with pytest.raises(WorkbookRefused, match="not made here; rename that sheet"):
        added(tmp_path / "theirs.xlsx")


def test_protected_signed_and_strange_workbooks_are_refused(plain: Path, tmp_path: Path) -> None:
    locked = remade(plain, tmp_path / "locked.xlsx", "xl/workbook.xml", lambda text: text.replace(
        b"<sheets>", b'<workbookProtection lockStructure="1"/><sheets>'))  # fmt: skip
    with pytest.raises(WorkbookRefused, match="structure is protected"):
        added(locked)
    signed = tmp_path / "signed.xlsx"
    shutil.copyfile(plain, signed)
    with zipfile.ZipFile(signed, "a") as archive:
        archive.writestr("_xmlsignatures/sig1.xml", b"<x/>")
    with pytest.raises(WorkbookRefused, match="signed"):
        added(signed)
    bomb = remade(plain, tmp_path / "bomb.xlsx", "xl/workbook.xml", lambda text: text.replace(
        b"<workbook", b"<!DOCTYPE a [<!ENTITY b 'c'>]><workbook", 1))  # fmt: skip
    with pytest.raises(WorkbookRefused, match="document type"):
        added(bomb)
    strict = remade(plain, tmp_path / "strict.xlsx", "xl/workbook.xml", lambda text: text.replace(
        b"schemas.openxmlformats.org/spreadsheetml/2006", b"purl.oclc.org/ooxml/spreadsheetml"))  # fmt: skip
    with pytest.raises(WorkbookRefused, match="strict form"):
        added(strict)
    old = tmp_path / "old.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100)
    with pytest.raises(WorkbookRefused, match=r"old \.xls form"):
        added(old)


def test_names_with_prefixes_are_followed(plain: Path, tmp_path: Path) -> None:
    """Programs other than Excel write `<x:sheets>`."""

    def prefixed(text: bytes) -> bytes:
        told = text.decode().replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?")
        return told.replace("xmlns=", "xmlns:x=").encode()

    file = remade(plain, tmp_path / "prefixed.xlsx", "xl/workbook.xml", prefixed)
    made = parts(added(file))["xl/workbook.xml"]
    assert b'<x:sheet name="Tekdo\xc4\x9fru"' in made
    (tmp_path / "again.xlsx").write_bytes(added(file))
    assert "Tekdoğru" in load_workbook(tmp_path / "again.xlsx").sheetnames


FOUND = """
teams: [{key: retail, name: Retail}]
measures:
  - {key: active, name: Active, definition: Who is active., owner: retail, expires_on: 2030-01-01,
     calculation: SELECT 1 AS value}
reports:
  - {key: large, name: Large, definition: d, owner: retail, expires_on: 2030-01-01, team: retail,
     period: month, workbook: "reports/large_{period}.xlsx", cells: [
       {key: active, find: {row: Active, column: "{period}"}, measure: active},
       {key: moved, at: Summary!B2, find: {row: New, column: "{period}"}, measure: active},
       {key: lost, at: Summary!B9, find: {row: Old, column: "{period}"}, measure: active}]}
"""


def test_cells_known_by_their_headings_are_found_in_this_workbook(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = write_workspace(tmp_path, FOUND)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Summary"
    for row in ([None, "2026-09", "2026-10"], [], ["Active", 5, 6], ["New", 1, 2]):
        sheet.append(row)
    (folder / "reports").mkdir()
    file = folder / "reports" / "large_2026-10.xlsx"
    book.save(file)
    command = run_here(capfd)
    for _ in range(2):  # the sheet that is made must not be taken for one of theirs
        ended = command("consolidate", "links", file, "--in-place", "--workspace", folder)
        assert ended.status == 0, ended.err
        rows = list(load_workbook(file)["Tekdoğru"].iter_rows(min_row=4))
        places = [row[0].hyperlink and row[0].hyperlink.location for row in rows]
        assert places == ["'Summary'!C3", "'Summary'!C4", None]
        assert rows[1][0].value == "Summary!C4 · moved"
        assert "large/lost: its place is not in this workbook" in ended.err
        assert "no cell holds its heading 'Old'" in ended.err
