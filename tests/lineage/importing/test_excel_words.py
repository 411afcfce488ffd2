"""What an import of workbooks says: every bad file at once, what it found, what still waits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from books import At, write_book

from catalog.cli import run
from catalog.errors import UsageError
from catalog.imports import ImportExcelDocument
from catalog.workspace import open_workspace
from lineage.importing.excel.process import Asked, import_workbooks
from lineage.importing.excel.telling import document_of, text_of
from lineage.importing.writing import write

TEAMS = "teams:\n  - {key: sme, name: SME reporting, head: head@bank.example}\n"
ROWS = ("Müşteri", "Kredi", "Hedef")
GONE = "it is no longer in the workbook"
TYPED = "typed in, not calculated: say which measure it is"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "catalog").mkdir()
    (tmp_path / "tekdogru.toml").write_text("")
    (tmp_path / "catalog" / "teams.yml").write_text(TEAMS, "utf-8")
    return tmp_path


def book(root: Path, rows: tuple[str, ...] = ROWS, month: str = "2026-10", top: int = 3) -> Path:
    """A workbook of one column: a formula on data in each row, the target typed in."""
    cells: dict[str, object] = {"A1": "Şube raporu", f"B{top}": "Değer"}
    for number, row in enumerate(rows, start=top + 1):
        typed = row == "Hedef"
        cells[f"A{number}"] = row
        cells[f"B{number}"] = 40 if typed else At(number, f"SUM(Veri!B{number}:B20)")
    data: dict[str, object] = {"A1": "Kayıt", "B1": "Tutar"}
    data |= {f"A{n}": f"Kayıt {n}" for n in range(2, 21)} | {f"B{n}": n for n in range(2, 21)}
    return write_book(root / f"sube_{month}.xlsx", {"Özet": cells, "Veri": data})


def bring(root: Path, *files: Path) -> tuple[ImportExcelDocument, str]:
    """Import, write, and tell it as a document and in words."""
    opened = open_workspace(root)
    imported = import_workbooks(opened, Asked(files, "r", "sme"))
    write(opened, [imported.prepared])
    return document_of(imported, dry_run=False), text_of(imported, dry_run=False)


def edit(root: Path, changes: Mapping[str, str]) -> None:
    """What a steward does to the drafts."""
    file = root / "catalog" / "reports" / "r.yml"
    text = file.read_text("utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, "utf-8")


def marks(root: Path) -> Mapping[str, tuple[str, ...]]:
    """The marks of every cell as they are written."""
    cells = open_workspace(root).load().catalog.reports["r"].cells
    return {cell.key: cell.unsure for cell in cells}


# marks


def test_a_mark_that_was_taken_out_is_neither_counted_nor_told_again(root: Path) -> None:
    document, text = bring(root, book(root))
    assert [sheet.unsure for sheet in document.workbooks[0].sheets] == [1, 0]
    assert "1 is marked `unsure`" in text
    edit(root, {f"        unsure: ['{TYPED}']\n": "", "status: draft": "status: in_review"})
    document, text = bring(root, book(root))
    assert [sheet.unsure for sheet in document.workbooks[0].sheets] == [0, 0]
    assert not document.changes
    assert "unsure" not in text
    assert text.endswith("nothing changed")


def test_a_cell_that_was_taken_out_waits_for_nobody(root: Path) -> None:
    bring(root, book(root))
    file = root / "catalog" / "reports" / "r.yml"
    text = file.read_text("utf-8")
    file.write_text(text[: text.index("      - key: hedef")], "utf-8")
    document, text = bring(root, book(root))
    assert [change.how for change in document.changes] == ["removed"]
    assert sum(sheet.unsure for sheet in document.workbooks[0].sheets) == 0


def test_what_is_gone_is_marked_though_a_steward_had_taken_out_another_mark(root: Path) -> None:
    bring(root, book(root))
    edit(root, {f"        unsure: ['{TYPED}']\n": ""})
    document, text = bring(root, book(root, ROWS[:2]))
    assert marks(root) == {"musteri": (), "kredi": (), "hedef": (GONE,)}
    assert [(change.how, change.urn) for change in document.changes] == [
        ("vanished", "cell:r/hedef")
    ]
    assert "no longer in the workbook" in text
    bring(root, book(root))
    assert marks(root)["hedef"] == ()


def test_a_cell_that_was_retired_is_not_told_of_any_more(root: Path) -> None:
    bring(root, book(root))
    bring(root, book(root, ROWS[:2]))
    edit(root, {f"          - {GONE}\n": "", "key: hedef": "key: hedef\n        status: retired"})
    document, text = bring(root, book(root, ROWS[:2]))
    assert not document.changes
    assert text.endswith("nothing changed")


# files


def test_a_sheet_that_still_states_the_month_before_shifts_no_heading(root: Path) -> None:
    def month(name: str, *months: str) -> Path:
        cells: dict[str, object] = {"A1": "Kırılım", "A2": "Dönem: Ekim 2026"}
        cells |= {f"{letter}4": text for letter, text in zip("BC", months, strict=True)}
        cells |= {"A5": "Kredi", "B5": At(1, "Veri!A1*2"), "C5": At(2, "Veri!A2*3")}
        return write_book(root / name, {"Özet": cells, "Veri": {"A1": 1, "A2": 2}})

    bring(root, month("r_2026-10.xlsx", "Eylül 2026", "Ekim 2026"))
    document, _ = bring(root, month("r_2026-11.xlsx", "Ekim 2026", "Kasım 2026"))
    said = "the file's name says 2026-11, sheet Özet says 2026-10"
    assert document.workbooks[0].unsure == (said,)
    assert [(one.how, one.key) for one in document.changes] == [("updated", "unsure")]


def test_what_excel_keeps_of_an_open_workbook_is_called_so(root: Path) -> None:
    (root / "~$sube_2026-10.xlsx").write_bytes(b"\x04Ayse" + b" " * 160)
    with pytest.raises(UsageError, match="while a workbook is open; leave it out"):
        bring(root, root / "~$sube_2026-10.xlsx")


def test_a_row_that_is_called_like_a_unit_is_called_so(root: Path) -> None:
    cells = {
        **{"A1": "Şube raporu", "B3": "Birim", "C3": "Değer"},
        **{"A4": "Müşteri", "C4": At(3, "SUM(Veri!A1:A3)")},
        **{"A5": "Hesap", "B5": "adet", "C5": At(3, "SUM(Veri!A2:A3)")},
        **{"A6": "Kredi", "B6": "bin TL", "C6": At(3, "SUM(Veri!A3:A3)")},
    }
    file = write_book(root / "a.xlsx", {"Özet": cells, "Veri": {f"A{n}": n for n in (1, 2, 3)}})
    numbers = bring(root, file)[0].workbooks[0].numbers
    assert [(one.key, one.row, one.unit) for one in numbers] == [
        ("musteri", "Müşteri", "müşteri"),
        ("hesap", "Hesap", "adet"),
        ("kredi", "Kredi", {"currency": "TRY", "scale": 1000}),
    ]


def test_every_file_that_is_not_read_is_named_at_once(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "a.xlsx").write_text("a;b")
    (root / "b.xlsx").write_text("")
    ask = ["--report", "r", "--team", "sme", "-w", str(root)]
    files = [str(root / name) for name in ("a.xlsx", "b.xlsx")]
    assert run(["import", "excel", *files, *ask]) == 64
    said = capsys.readouterr().err
    assert "a.xlsx: it is no Excel workbook" in said
    assert "b.xlsx: it is empty" in said
    assert "nothing was written" in said


@pytest.mark.parametrize("command", [["excel", "--report", "r"], ["odcs"], ["openlineage"]])
def test_a_missing_file_and_a_folder_are_named_before_anything_is_read(
    root: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    name, *options = command
    files = [str(root / "missing.xlsx"), str(root / "catalog")]
    assert run(["import", name, *files, *options, "-w", str(root)]) == 64
    said = capsys.readouterr().err
    assert "missing.xlsx: there is no such file" in said
    assert "catalog is a folder; name the files in it" in said
    assert "Errno" not in said


def test_a_report_and_a_drafts_file_have_a_key_and_one_is_proposed(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(book(root))
    assert run(["import", "excel", file, "--report", "Aylık Rapor", "-w", str(root)]) == 64
    assert "aylik_rapor would be one" in capsys.readouterr().err
    contract = root / "c.yaml"
    contract.write_text("apiVersion: v3.1.0\nkind: DataContract\nid: c\nname: c\n")
    assert run(["import", "odcs", str(contract), "--name", "../../c", "-w", str(root)]) == 64
    assert "--name ../../c is no key" in capsys.readouterr().err


def test_an_earlier_period_than_one_beside_it_is_told(root: Path) -> None:
    newest = book(root, top=6)
    earlier = book(root, month="2026-09")
    assert bring(root, earlier, newest)[0].unlike == ()
    told, _ = bring(root, earlier)
    assert told.unlike == (
        "sube_2026-10.xlsx is of a later period than sube_2026-09.xlsx: cells stand now as in the "
        "earlier one; import the later one too",
    )
    assert bring(root, newest)[0].unlike == ()


# what was found


def test_circular_references_are_told_with_the_way_round(root: Path) -> None:
    cells = {"A1": "Oran", "B1": At(0, "B2+1"), "A2": "Pay", "B2": At(0, "'Ek 1'!A1")}
    file = write_book(root / "a.xlsx", {"Özet": cells, "Ek 1": {"A1": At(0, "Özet!B1")}})
    document, _ = bring(root, file)
    assert document.workbooks[0].findings == (
        "'Ek 1'!A1: circular reference: 'Ek 1'!A1 → Özet!B1 → Özet!B2 → 'Ek 1'!A1",
    )


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "shows no number that has a heading."), ("tr", "başlığı olan hiçbir sayı göstermez.")],
)
def test_a_workbook_without_numbers_says_so(root: Path, language: str, said: str) -> None:
    (root / "tekdogru.toml").write_text(f'language = "{language}"\n')
    _, text = bring(root, write_book(root / "a.xlsx", {"Özet": {"A1": "yalnız metin"}}))
    assert "no number with a heading was found" in text
    assert open_workspace(root).load().catalog.reports["r"].definition.endswith(said)


def test_rows_of_a_block_are_told_by_their_keys(root: Path) -> None:
    def block(*rows: str) -> Path:
        cells: dict[str, object] = {"A1": "Kırılım", "B3": "Aktif", "C3": "Yeni"}
        for number, row in enumerate(rows, start=4):
            cells |= {f"A{number}": row, f"B{number}": At(1, f"Veri!B{number}*2")}
            cells[f"C{number}"] = At(1, f"Veri!C{number}*2")
        data = {f"{letter}{n}": n for letter in "BC" for n in range(2, 12)}
        return write_book(root / "r.xlsx", {"Özet": cells, "Veri": data})

    bring(root, block("Bireysel", "KOBİ", "Tarım"))
    _, text = bring(root, block("Bireysel", "Esnaf", "KOBİ", "Tarım"))
    assert "rows: bireysel; kobi; tarim → bireysel; esnaf; kobi; tarim" in text


def test_a_report_written_by_hand_says_how_many_cells_learnt_their_headings(root: Path) -> None:
    (root / "catalog" / "reports.yml").write_text(
        "reports:\n  - key: r\n    name: R\n    definition: D.\n    team: sme\n"
        "    owner: head@bank.example\n    expires_on: 2027-01-31\n    cells:\n"
        "      - {key: all, at: Özet!B4, calculation: =SUM(Veri!B4:B20)}\n"
        "      - {key: loans, at: Özet!B5, calculation: =SUM(Veri!B5:B20)}\n",
        "utf-8",
    )
    _, text = bring(root, book(root, ROWS[:2]))
    assert "2 cells will be found by headings from now on (`find`)" in text
    assert "by headings" not in bring(root, book(root, ROWS[:2]))[1]
