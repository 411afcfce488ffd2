"""Workbooks become reviewable drafts; importing again follows cells, keeps what stewards wrote."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from books import At, write_book
from hypothesis import given, settings
from hypothesis import strategies as st
from imported import drafts, imports, problems

from catalog.errors import UsageError
from catalog.formulas import letters_of
from catalog.imports import ImportExcelDocument
from catalog.model import Catalog, Cell
from catalog.model.reports import CurrencyUnit
from catalog.sample.bank import create_bank
from catalog.workspace import Workspace, open_workspace
from lineage.importing.excel.process import Asked, import_workbooks
from lineage.importing.excel.telling import document_of
from lineage.importing.writing import write

TEAMS = "teams:\n  - {key: sme, name: SME reporting, head: head@bank.example}\n"


@dataclass(frozen=True)
class Table:
    """A table of a report: what stands in its rows and columns, taken from a sheet of data."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    top: int = 4
    left: int = 2

    def places(self) -> Mapping[tuple[str, str], str]:
        """The address of every number by its headings."""
        return {
            (row, column): f"Özet!{letters_of(self.left + 1 + across)}{self.top + 1 + down}"
            for down, row in enumerate(self.rows)
            for across, column in enumerate(self.columns)
            if row and column
        }


DATA = [f"{word} {number}" for word in ("Ankara", "Bursa", "Adana") for number in range(4)]


def book(path: Path, table: Table) -> Path:
    """The table as a workbook; every number is a formula on the data of its row and column."""
    cells: dict[str, object] = {"A1": "Şube raporu", "A2": "Dönem", "B2": path.stem[-7:]}
    for across, column in enumerate(table.columns):
        if column:
            cells[f"{letters_of(table.left + 1 + across)}{table.top}"] = column
    for down, row in enumerate(table.rows):
        if row:
            cells[f"{letters_of(table.left)}{table.top + 1 + down}"] = row
    for (row, column), place in table.places().items():
        source = f"{letters_of(2 + number_of(column))}{2 + number_of(row)}"
        cells[place.partition("!")[2]] = At(1, f"Veri!{source}*2", "#,##0")
    data: dict[str, object] = {f"A{2 + n}": f"Kayıt {n}" for n in range(40)}
    data |= {f"{letters_of(2 + n)}1": f"Alan {n}" for n in range(40)}
    data |= {f"{letters_of(2 + c)}{2 + r}": r * c for r in range(40) for c in range(40)}
    return write_book(path, {"Özet": cells, "Veri": data})


def number_of(name: str) -> int:
    """The place of what a heading means among the data; it is part of the heading."""
    return int(name.rsplit(" ", 1)[1])


def workspace(folder: Path) -> Path:
    """A workspace that knows a team."""
    (folder / "catalog").mkdir(parents=True, exist_ok=True)
    (folder / "tekdogru.toml").write_text('language = "tr"\n', encoding="utf-8")
    (folder / "catalog" / "teams.yml").write_text(TEAMS, encoding="utf-8")
    return folder


def bring(folder: Path, *files: Path, report: str = "r") -> ImportExcelDocument:
    """Import, write, and tell it."""
    opened: Workspace = open_workspace(folder)
    imported = import_workbooks(opened, Asked(files, report, "sme"))
    write(opened, [imported.prepared])
    return document_of(imported, dry_run=False)


def catalog_of(folder: Path) -> Catalog:
    """The catalog as it is now, without errors."""
    loaded = open_workspace(folder).load()
    assert not loaded.problems
    return loaded.catalog


def cells_by_headings(folder: Path, report: str = "r") -> dict[tuple[str, str], Cell]:
    """The cells of a report by their headings."""
    cells = catalog_of(folder).reports[report].cells
    return {(c.find.row, c.find.column): c for c in cells if c.find}


# the sample bank


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample bank with its workbooks."""
    folder = tmp_path_factory.mktemp("bank")
    create_bank(folder, customers=300, as_of=date(2026, 11, 22))
    return folder


def test_every_workbook_of_the_bank_gives_the_numbers_that_its_own_definitions_name(
    bank: Path, tmp_path: Path
) -> None:
    known = open_workspace(bank).load().catalog
    fresh = workspace(tmp_path)
    for report in (one for one in known.reports.values() if one.workbook):
        pattern = str(report.workbook).replace("{period}", "*")
        told = bring(fresh, *sorted(bank.glob(pattern)), report=report.key)
        assert {book.period for book in told.workbooks} >= {"2026-09", "2026-10"}
        newest = told.workbooks[-1]
        assert {one.at: one.label for one in newest.numbers} == {
            cell.at: cell.label for cell in report.cells
        }
        assert {one.period for one in newest.numbers} == {"2026-10"}
        assert {one.at: one.unit for one in newest.numbers} == {
            cell.at: _stated_unit(known, cell) for cell in report.cells
        }
        summary, data = newest.sheets
        assert (summary.reported, summary.numbers) == (len(report.cells), len(report.cells))
        assert data.roles["input"] == data.numbers > 0
        assert data.inputs
        assert not told.unlike


def _stated_unit(catalog: Catalog, cell: Cell) -> object:
    """What of a cell's unit its workbook can say: money and per cent, no counted things."""
    measure = catalog.measures.get(cell.measure or "")
    unit = cell.unit or (measure.unit if measure else None)
    if isinstance(unit, CurrencyUnit):
        return {"currency": unit.currency, "scale": unit.scale}
    return unit if unit == "%" else None


def test_a_report_written_by_hand_keeps_every_word_and_learns_its_headings(bank: Path) -> None:
    before = open_workspace(bank).load().catalog.reports["sme_monthly"]
    texts = {file.name: file.read_text("utf-8") for file in (bank / "catalog").glob("*.yml")}
    files = tuple(sorted(bank.glob("reports/kobi_2026-*.xlsx")))
    opened = open_workspace(bank)
    imported = import_workbooks(opened, Asked(files, "sme_monthly"))
    told = document_of(imported, dry_run=False)
    assert [change for change in told.changes if change.how in ("new", "vanished")] == []
    after = opened.load(imported.prepared.texts).catalog.reports["sme_monthly"]
    for old, new in zip(before.cells, after.cells, strict=True):
        assert new.find is not None
        changed = {"find", "format"}
        assert old.model_dump(exclude=changed) == new.model_dump(exclude=changed)
    kept = [line for line in texts["reports.yml"].splitlines() if line.strip().startswith("#")]
    assert [
        line for line in kept if line not in imported.prepared.texts["catalog/reports.yml"]
    ] == []


# following cells


@settings(max_examples=25)
@given(
    rows=st.integers(1, 5),
    columns=st.integers(1, 5),
    inserted=st.integers(0, 5),
    what=st.sampled_from(["row", "column", "empty row", "empty column"]),
)
def test_a_row_or_column_that_is_inserted_anywhere_orphans_no_key(
    rows: int, columns: int, inserted: int, what: str
) -> None:
    table = Table(
        tuple(f"Şube {n}" for n in range(rows)), tuple(f"Gelir {n}" for n in range(columns))
    )
    name = "" if what.startswith("empty") else "Yeni 31"
    side = "rows" if what.endswith("row") else "columns"
    held: tuple[str, ...] = getattr(table, side)
    at = min(inserted, len(held))
    grown = replace(table, **{side: (*held[:at], name, *held[at:])})
    with tempfile.TemporaryDirectory() as folder:
        root = workspace(Path(folder))
        bring(root, book(root / "rapor_2026-10.xlsx", table))
        before = cells_by_headings(root)
        told = bring(root, book(root / "rapor_2026-10.xlsx", grown))
        after = cells_by_headings(root)
        assert {place: cell.key for place, cell in before.items()} == {
            place: after[place].key for place in before
        }
        assert {place: cell.at for place, cell in after.items()} == grown.places()
        assert not [change for change in told.changes if change.how == "vanished"]
        same = drafts(root)
        assert not bring(root, root / "rapor_2026-10.xlsx").written
        assert drafts(root) == same


TABLE = Table(("Şube 1", "Şube 2", "Şube 3"), ("Gelir 1", "Gelir 2"))


def test_the_order_of_files_says_nothing(tmp_path: Path) -> None:
    tables = [replace(TABLE, rows=TABLE.rows[: n - 6]) for n in (7, 8, 9)]
    files = [
        book(tmp_path / f"rapor_2026-0{n}.xlsx", table)
        for n, table in zip((7, 8, 9), tables, strict=True)
    ]
    one, other = workspace(tmp_path / "one"), workspace(tmp_path / "other")
    bring(one, *files)
    bring(other, *reversed(files))
    assert drafts(one) == drafts(other)


def test_the_next_period_is_the_same_report(tmp_path: Path) -> None:
    root = workspace(tmp_path)
    bring(root, book(root / "rapor_2026-09.xlsx", TABLE))
    before = drafts(root)
    told = bring(root, book(root / "rapor_2026-10.xlsx", TABLE))
    assert not told.changes
    assert drafts(root) == before
    assert catalog_of(root).reports["r"].workbook == "rapor_{period}.xlsx"


def test_what_a_steward_wrote_of_a_row_stays_when_the_row_moves(tmp_path: Path) -> None:
    root = workspace(tmp_path)
    bring(root, book(root / "rapor_2026-10.xlsx", TABLE))
    file = root / "catalog" / "reports" / "r.yml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("label: Şube 2", "label: Şube 2, name: İkinci şube"), "utf-8")
    grown = replace(TABLE, rows=("Şube 7", *TABLE.rows))
    bring(root, book(root / "rapor_2026-10.xlsx", grown))
    named = {c.at: c.name for c in catalog_of(root).reports["r"].cells if c.name}
    assert named == {
        "Özet!C7": "İkinci şube · Gelir 1",
        "Özet!D7": "İkinci şube · Gelir 2",
    }


def test_a_row_that_is_gone_is_marked_and_stays(tmp_path: Path) -> None:
    root = workspace(tmp_path)
    bring(root, book(root / "rapor_2026-10.xlsx", TABLE))
    keys = {cell.key for cell in catalog_of(root).reports["r"].cells}
    less = replace(TABLE, rows=("Şube 1", "Şube 3"))
    told = bring(root, book(root / "rapor_2026-10.xlsx", less))
    gone = [change.urn for change in told.changes if change.how == "vanished"]
    assert gone == ["cell:r/sube_2_gelir_1", "cell:r/sube_2_gelir_2"]
    cells = {cell.key: cell for cell in catalog_of(root).reports["r"].cells}
    assert set(cells) == keys
    assert cells["sube_2_gelir_1"].unsure == ("it is no longer in the workbook",)
    assert "it is no longer in the workbook" in "\n".join(map(str, problems(root)))
    assert not bring(root, root / "rapor_2026-10.xlsx").written


def test_another_heading_is_told_and_marked(tmp_path: Path) -> None:
    root = workspace(tmp_path)
    one = Table(("Aktif 1", "Yeni 2", "Toplam 3"), ("Değer 1",))
    bring(root, book(root / "rapor_2026-10.xlsx", one))
    other = replace(one, rows=("Aktif 1", "Yeni müşteri 2", "Toplam 3"))
    told = bring(root, book(root / "rapor_2026-10.xlsx", other))
    assert [(c.how, c.was, c.now) for c in told.changes if c.how == "renamed"] == [
        ("renamed", "Yeni 2 / Değer 1", "Yeni müşteri 2 / Değer 1")
    ]
    cells = {cell.key: cell for cell in catalog_of(root).reports["r"].cells}
    renamed = cells["yeni_2_deger_1"]
    assert renamed.label == "Yeni müşteri 2 · Değer 1"
    assert renamed.unsure == ("its headings were 'Yeni 2 / Değer 1': is it still the same number?",)
    same = drafts(root)
    bring(root, root / "rapor_2026-10.xlsx")
    assert drafts(root) == same


def test_a_cell_that_was_taken_out_by_hand_stays_out(tmp_path: Path) -> None:
    root = workspace(tmp_path)
    one = Table(("Aktif 1", "Yeni 2"), ("Değer 1",))
    bring(root, book(root / "rapor_2026-10.xlsx", one))
    file = root / "catalog" / "reports" / "r.yml"
    text = file.read_text("utf-8")
    file.write_text(text[: text.index("      - key: yeni_2")], "utf-8")
    told = bring(root, book(root / "rapor_2026-10.xlsx", one))
    assert [(c.how, c.urn) for c in told.changes] == [("removed", "cell:r/yeni_2_deger_1")]
    assert [cell.key for cell in catalog_of(root).reports["r"].cells] == ["aktif_1_deger_1"]


# roles and accounting


def sheet(**cells: object) -> Mapping[str, object]:
    """The cells of one sheet."""
    return cells


def survey_of(folder: Path, sheets: Mapping[str, Mapping[str, object]]) -> Any:
    """What an import tells of one workbook of these sheets."""
    return bring(workspace(folder), write_book(folder / "x_2026-10.xlsx", sheets)).workbooks[0]


def test_every_cell_has_one_role_and_no_formula_disappears(tmp_path: Path) -> None:
    found = survey_of(
        tmp_path,
        {
            "Özet": sheet(
                A1="Sıra", B1="Gösterge", C1="2025", D1="Ekim 2026",
                A2=1, B2="Aktif", C2=10, D2=At(20, "Veri!B2"),
                A3=2, B3="Yeni", C3=11, D3=At(21, "Veri!B3"),
                A4=3, B4="Pay", C4=0.5, D4=At("#DIV/0!", "D2/0", "0%", error=True),
                B6=At("metin", 'D2&""'), B7=At(True, "D2>1"),
            ),
            "Veri": sheet(A1="Kod", B1="Tutar", A2="x", B2=20, A3="y", B3=21),
        },
    )  # fmt: skip
    for one in found.sheets:
        assert sum(one.roles.values()) == one.cells
    roles = {one.sheet: dict(one.roles) for one in found.sheets}
    assert roles == {
        "Özet": {"label": 8, "id": 3, "reported": 6, "flag": 1},
        "Veri": {"label": 4, "input": 2},
    }
    assert found.sheets[0].errors == 1
    shown = {one.key: one for one in found.numbers}
    assert shown["pay"].value is None
    assert any("#DIV/0!" in said for said in shown["pay"].unsure)
    assert shown["pay_previous_year"].period == "2025"
    assert (shown["aktif"].at, shown["aktif"].period) == ("Özet!D2", "2026-10")


def test_outer_labels_that_are_written_once_are_headings_too(tmp_path: Path) -> None:
    found = survey_of(
        tmp_path,
        {
            "Özet": sheet(
                C1="Mevduat", E1="Kredi",
                C2="Adet", D2="Bakiye (bin TL)", E2="Adet", F2="Bakiye (bin TL)",
                A3="Bireysel", B3="Vadeli", C3=At(1, "1+0"), D3=At(2, "1+1"), E3=At(3, "1+2"), F3=At(4, "1+3"),
                B4="Vadesiz", C4=At(1, "1+0"), D4=At(2, "1+1"), E4=At(3, "1+2"), F4=At(4, "1+3"),
            )
        },
    )  # fmt: skip
    first, last = found.numbers[0], found.numbers[-1]
    assert (first.row, first.column) == ("Bireysel / Vadeli", "Mevduat / Adet")
    assert (last.row, last.column) == ("Bireysel / Vadesiz", "Kredi / Bakiye (bin TL)")
    assert last.key == "bireysel_vadesiz_kredi_bakiye"
    assert last.unit == {"currency": "TRY", "scale": 1000}


def test_two_rows_of_one_name_are_numbered_and_marked(tmp_path: Path) -> None:
    found = survey_of(
        tmp_path,
        {"Özet": sheet(A1="Ad", B1="Değer", A2="Diğer", B2=At(1, "1"), A3="Diğer", B3=At(2, "2"))},
    )
    assert [one.key for one in found.numbers] == ["diger", "diger_2"]
    assert all("more than once" in said for one in found.numbers for said in one.unsure)


def test_a_draft_is_valid_and_says_what_to_look_at(tmp_path: Path) -> None:
    survey_of(tmp_path, {"Özet": sheet(A1="Ad", B1="Değer", A2="Kur", B2=34.5)})
    found = problems(tmp_path)
    assert not [one for one in found if one.level == "error"]
    told = [str(one) for one in found if one.code == "TD060"]
    assert len(told) == 2
    assert told[1].endswith(
        "cell:r/kur: typed in, not calculated: say which measure it is; "
        "look at it, then take it out of `unsure`"
    )


# asking


def test_a_dry_run_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = workspace(tmp_path)
    before = drafts(root)
    call = imports(capsys, root)
    file = book(tmp_path / "rapor_2026-10.xlsx", TABLE)
    said = call("excel", file, "--report", "r", "--team", "sme", "--dry-run")
    assert said["written"] == ["catalog/reports/r.yml", "catalog/imported/excel/r.json"]
    assert drafts(root) == before
    assert ImportExcelDocument.model_validate(said).schema_version == "1.0"
    written = call("excel", file, "--report", "r", "--team", "sme")
    assert written == {**said, "dry_run": False}
    assert {"reports/r.yml", "imported/excel/r.json"} <= set(drafts(root))


@pytest.mark.parametrize(
    ("files", "report", "team", "said"),
    [
        (("a_2026-10.xlsx",), "r", None, "name the team"),
        (("a_2026-10.xlsx",), "r", "smee", "did you mean 'sme'"),
        (("a_2026-10.xlsx",), "1r", "sme", "is no key"),
        (("a_2026-10.xlsx", "b_2026-10.xlsx"), "r", "sme", "both speak of 2026-10"),
        (("a_2026-10.xlsx", "a_2026-10.xlsx"), "r", "sme", "named twice"),
    ],
)
def test_what_cannot_be_imported_so_is_refused(
    tmp_path: Path, files: Sequence[str], report: str, team: str | None, said: str
) -> None:
    root = workspace(tmp_path)
    paths = tuple(book(root / name, TABLE) for name in files)
    with pytest.raises(UsageError, match=said):
        import_workbooks(open_workspace(root), Asked(paths, report, team))


# real workbooks


def test_real_workbooks_are_imported_and_account_for_every_cell(
    shared_data: Path, tmp_path: Path
) -> None:
    root = workspace(tmp_path)
    opened = open_workspace(root)
    for number, file in enumerate(sorted((shared_data / "workbooks").glob("*.xlsx"))):
        imported = import_workbooks(opened, Asked((file,), f"r{number}", "sme"))
        for found in document_of(imported, dry_run=True).workbooks[0].sheets:
            assert sum(found.roles.values()) == found.cells, (file.name, found.sheet)


def test_rows_that_describe_single_things_are_raw_data(tmp_path: Path) -> None:
    cells: dict[str, object] = {"A1": "Hesap", "B1": "Şube kodu", "C1": "Tutar"}
    for row in range(2, 22):
        cells |= {f"A{row}": f"Hesap {row % 3}", f"B{row}": 100 + row % 5, f"C{row}": row * 1.5}
    found = survey_of(tmp_path, {"Mizan": cells, "Özet": sheet(A1="Ad", A2="Kur", B2=34.5)})
    assert [dict(one.roles) for one in found.sheets] == [
        {"label": 23, "id": 20, "input": 20},
        {"label": 2, "reported": 1},
    ]


def test_circular_formulas_are_imported_and_marked(tmp_path: Path) -> None:
    cells = sheet(A1="Ad", B1="Değer", A2="Bir", B2=At(0, "B3+1"), A3="İki", B3=At(0, "B2+1"))
    found = survey_of(tmp_path, {"Özet": cells})
    assert [one.key for one in found.numbers] == ["bir", "iki"]
    assert all("circular reference" in said for one in found.numbers for said in one.unsure)
    circles = [one for one in problems(tmp_path) if one.code == "TD030"]
    assert [one.level for one in circles] == ["warning"]


def test_a_report_is_called_by_its_title_else_by_its_file(tmp_path: Path) -> None:
    root = workspace(tmp_path)
    bring(root, book(root / "rapor_2026-10.xlsx", TABLE))
    bare = {"Özet": sheet(A1="Ad", B1="Değer", A2="Kur", B2=At(1, "1"))}
    bring(root, write_book(root / "kur_tablosu_2026-10.xlsx", bare), report="s")
    reports = catalog_of(root).reports
    assert {key: one.name for key, one in reports.items()} == {
        "r": "Şube raporu",
        "s": "kur tablosu",
    }


def test_headings_that_no_file_can_hold_are_cleaned(tmp_path: Path) -> None:
    strange = "Krediler\u200b\u2028 'a: b' #1 {x} " + "uzun " * 200
    cells = sheet(A1="Ad", B1="Değer", A2=strange, B2=At(1, "1"), A3="=1+1", B3=At(2, "2"))
    found = survey_of(tmp_path, {"It's a 'sheet'!": cells})
    assert len(found.numbers) == 2
    reported = catalog_of(tmp_path).reports["r"].cells
    assert [cell.at for cell in reported] == [one.at for one in found.numbers]
    assert not bring(tmp_path, tmp_path / "x_2026-10.xlsx").written
