"""A source that cannot be read costs only its own checks, and says where, what and what to do."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from workspaces import by_key, run, write_workspace

from catalog.results import Result, RunRecord

ROWS = "no,name\n1,Işık\n2,Şule\n"


def workbook(**sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("note.txt", "not a workbook")
    return stream.getvalue()


@dataclass(frozen=True)
class Source:
    """One source with one file; `how` describes its dataset, `said` is what the run must say."""

    file: str
    content: str | bytes | None
    said: str
    how: str = ""
    at: str = "location: data"


OLD_EXCEL = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600)
SAVE_AS = "not an .xlsx file; old .xls or protected files must be saved as .xlsx first"
WHICH = "say which `encoding` the file has (windows-1254 and iso-8859-9 are common for Turkish)"
PAIR = [["no", "name"], [1, "Işık"]]

SOURCES: Mapping[str, Source] = {
    "good": Source("good.csv", ROWS, ""),
    "missing": Source("gone.csv", None, "data/gone.csv: no such file; is the export there, is `path` right?"),
    "empty": Source("empty.csv", b"", "data/empty.csv: the file is empty; it should begin with column names"),
    "blank": Source("blank.csv", "\n\n", "data/blank.csv: the first line holds no column names"),
    "not_utf8": Source(
        "latin.csv", ROWS.encode("windows-1254"), f"data/latin.csv: byte 0xfe is not UTF-8; {WHICH}"
    ),
    "not_1254": Source(
        "reverse.csv", b"no,name\n1,a\n2,\xc5\x9e\x81\n",
        "data/reverse.csv:3: byte 0x9e is not windows-1254; is `encoding` right?", "encoding: windows-1254",
    ),
    "column": Source("column.csv", "no,nmae\n1,a\n", "data/column.csv: no column 'name' (did you mean 'nmae'?)"),
    "columns": Source(
        "columns.csv", "number,nmae,c\n1,a,b\n",
        "data/columns.csv: no column 'no' (known: c, nmae, number); no column 'name' (did you mean 'nmae' or 'number'?)",
    ),
    "semicolon": Source(
        "semicolon.csv", "no;name\n1;a\n",
        "data/semicolon.csv: its first line is one heading, 'no;name'; if columns are parted otherwise, "
        'say so: delimiter: ";"',
    ),
    "repeated": Source("repeated.csv", "no,name,name\n1,a,b\n", "data/repeated.csv: column name stands there more than once"),
    "ending": Source(
        "file.json", "{}", "data/file.json: '.json' files are not read; known: .csv, .tsv, .txt, .jsonl, .ndjson, .parquet, .xlsx, .xlsm, or a folder of .parquet files"
    ),
    "parquet": Source("file.parquet", "no,name\n1,a\n", "data/file.parquet: not a readable Parquet file: "),
    "sheet": Source("book.xlsx", workbook(Müşteriler=PAIR), "data/book.xlsx: no sheet 'Müşteri'; did you mean 'Müşteriler'?", "sheet: Müşteri"),
    "which_sheet": Source("two.xlsx", workbook(A=PAIR, B=PAIR), "data/two.xlsx: say which `sheet`; it has A, B"),
    "no_workbook": Source("text.xlsx", ROWS, f"data/text.xlsx: {SAVE_AS}"),
    "old_excel": Source("old.xlsx", OLD_EXCEL, f"data/old.xlsx: {SAVE_AS}"),
    "archive": Source("zip.xlsx", archive(), "data/zip.xlsx: not a readable Excel workbook: "),
    "no_headings": Source(
        "low.xlsx", workbook(A=PAIR), "data/low.xlsx row 5: no headings there; is `header_row` right?", "header_row: 5"
    ),
    "sheet_column": Source("names.xlsx", workbook(A=[["no", "Ad"]]), "data/names.xlsx: no column 'name' (known: Ad, no)"),
    "url_not_set": Source("", None, "environment variable TEKDOGRU_TEST_URL is not set", "table: t", "kind: postgres\n    url: ${TEKDOGRU_TEST_URL}"),
    "refused": Source(
        "", None, "refused (t): IO: [libpq] Failed to connect: connection to server at \"127.0.0.1\", port 9 failed: Connection refused",
        "table: t", "kind: postgres\n    url: postgresql://reader@127.0.0.1:9/bank",
    ),
}  # fmt: skip

BROKEN_ROWS: Mapping[str, tuple[str | bytes, str]] = {
    "too_few": ("no,name\n1,a\n2\n3,c\n", "data/too_few.csv:3: 1 column where 2 are expected"),
    "too_many": ("no,name\n1,a\n2,b,c\n3,c\n", "data/too_many.csv:3: 3 columns where 2 are expected"),
    "unclosed": ('no,name\n1,a\n2,"b\n3,c\n', "data/unclosed.csv:3: a quote is opened and never closed"),
    "not_utf8_below": (
        ("no,name\n" + "1,abc\n" * 40_000).encode() + "2,Işık\n".encode("windows-1254"),
        f"data/not_utf8_below.csv:40002: byte 0xfe is not UTF-8; {WHICH}",
    ),
}  # fmt: skip

HEADINGS_ONLY = {
    "header_only": ("header.csv", "no,name\n"),
    "header_without_end": ("header2.csv", "no,name"),
    "sheet_header_only": ("header.xlsx", workbook(A=[["no", "name"]])),
}


def definitions(sources: Mapping[str, Source]) -> str:
    """One source, entity and attribute per case, so that each has checks of its own."""
    said = ["sources:"]
    for key, one in sources.items():
        path = f"\n        path: {one.file}" if one.file else ""
        said.append(f"""
  - key: {key}
    name: {key}
    {one.at}
    owner: owner@bank.example
    datasets:
      - key: rows{path}
        {one.how}
        entity: {key}
        id: no
        fields: [{{key: no, type: code}}, {{key: name}}]""")
    said.append("\nattributes:")
    said += [
        f"""
  - key: {key}.name
    name: Name
    definition: A name.
    owner: owner@bank.example
    expires_on: 2099-01-01
    claims: [{{field: {key}.rows.name}}]
    required: true"""
        for key in sources
    ]
    return "".join(said)


ALL: Mapping[str, Source] = {
    **SOURCES,
    **{key: Source(f"{key}.csv", raw, said) for key, (raw, said) in BROKEN_ROWS.items()},
    **{key: Source(file, raw, "") for key, (file, raw) in HEADINGS_ONLY.items()},
    "mixed_ends": Source("mixed.csv", b"no,name\r\n1,a\n2,b\r\n", ""),
}


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """One run of a workspace that has every broken source beside one that is good."""
    folder = tmp_path_factory.mktemp("broken")
    write_workspace(folder, definitions(ALL))
    (folder / "data").mkdir()
    for one in ALL.values():
        if one.content is not None:
            raw = one.content.encode() if isinstance(one.content, str) else one.content
            (folder / "data" / one.file).write_bytes(raw)
    return run(folder)


def results_of(record: RunRecord, source: str) -> dict[str, Result]:
    """The checks that read a source, by the kind of check."""
    found = {r.kind: r for r in record.results if source in r.sources}
    assert found.keys() == {"id_present", "id", "required"}
    return found


@pytest.mark.parametrize("key", [key for key, one in SOURCES.items() if one.said])
def test_each_check_of_an_unreadable_source_is_unknown_and_says_why(
    record: RunRecord, key: str
) -> None:
    for result in results_of(record, key).values():
        assert result.verdict == "unknown"
        assert result.message.startswith(f"{key}.rows cannot be read: {SOURCES[key].said}")
        assert (result.rows_available, result.rows_compared, result.violations) == (0, 0, 0)


def test_the_good_source_is_checked_all_the_same(record: RunRecord) -> None:
    assert {r.verdict for r in results_of(record, "good").values()} == {"pass"}
    assert results_of(record, "good")["id"].rows_compared == 2


def test_no_unreadable_source_is_called_a_failure(record: RunRecord) -> None:
    assert record.counts()["fail"] == 0
    assert (record.verdict in ("unknown", "error"), record.exit_code) == (True, 3)


@pytest.mark.parametrize("key", HEADINGS_ONLY)
def test_a_file_with_headings_only_is_unknown_not_green(record: RunRecord, key: str) -> None:
    for result in results_of(record, key).values():
        assert (result.verdict, result.rows_compared) == ("unknown", 0)
        assert result.message == "nothing was compared: there are no rows"


@pytest.mark.parametrize("key", BROKEN_ROWS)
def test_a_broken_row_makes_its_source_unknown_and_names_the_line(
    record: RunRecord, key: str
) -> None:
    line = BROKEN_ROWS[key][1].split(":")[1]
    for result in results_of(record, key).values():
        assert result.verdict == "unknown"
        assert key in result.message
        assert line in result.message


@pytest.mark.parametrize("key", BROKEN_ROWS)
def test_a_broken_row_says_what_was_found_and_what_was_expected(
    record: RunRecord, key: str
) -> None:
    said = results_of(record, key)["required"].message
    assert said.startswith(f"{key}.rows cannot be read: {BROKEN_ROWS[key][1]}")


def test_line_ends_of_two_kinds_are_read(record: RunRecord) -> None:
    assert {r.verdict for r in results_of(record, "mixed_ends").values()} == {"pass"}


def test_no_value_of_a_customer_is_told_with_the_broken_row(tmp_path: Path) -> None:
    raw = "no,name\n1,a\n2,ayse@posta.example,5551234\n"
    write_workspace(tmp_path, definitions({"one": Source("a.csv", "", "")}), {"data/a.csv": raw})
    said = run(tmp_path).model_dump_json()
    assert "unknown" in said
    assert "ayse" not in said
    assert "5551234" not in said


REFERENCE = [
    ("007", "Işık; A.Ş.", "1234.50"),
    ("08", 'İki\nsatır "çift"', "-0.5"),
    ("9", "ğüşöçı", ""),
]


def table(delimiter: str, end: str, decimal: str = ".") -> str:
    """The reference as CSV; amounts with a point for thousands where the comma is the decimal sign."""
    lines = [delimiter.join(("no", "name", "amount"))]
    for number, name, amount in REFERENCE:
        shown = name.replace("\n", end).replace('"', '""')
        if decimal == ",":
            amount = {"1234.50": "1.234,50"}.get(amount, amount.replace(".", ","))
        lines.append(delimiter.join((number, f'"{shown}"', f'"{amount}"')))
    return end.join(lines) + end


READABLE: Mapping[str, tuple[bytes, str, str]] = {
    "plain": (table(",", "\n").encode(), "", ".csv"),
    "windows_line_ends": (table(",", "\r\n").encode(), "", ".csv"),
    "byte_order_mark": (b"\xef\xbb\xbf" + table(",", "\r\n").encode(), "", ".csv"),
    "no_last_line_end": (table(",", "\n").encode().rstrip(), "", ".csv"),
    "semicolons": (table(";", "\n").encode(), 'delimiter: ";"', ".csv"),
    "tabs": (table("\t", "\n").encode(), "", ".tsv"),
    "windows_1254": (table(",", "\r\n").encode("windows-1254"), "encoding: windows-1254", ".csv"),
    "iso_8859_9": (table(",", "\n").encode("iso-8859-9"), "encoding: iso-8859-9", ".csv"),
    "utf_16": (table(",", "\r\n").encode("utf-16"), "encoding: utf-16", ".csv"),
    "as_turkish_programs_write": (
        table(";", "\r\n", ",").encode("windows-1254"),
        'delimiter: ";"\n        encoding: windows-1254\n        decimal: ","', ".csv",
    ),
    "workbook": (
        workbook(S=[["no", "name", "amount"], ["007", REFERENCE[0][1], 1234.5], ["08", REFERENCE[1][1], -0.5], [9, "ğüşöçı", None]]),
        "", ".xlsx",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """One run in which every form of the same rows is compared with a plain one."""
    folder = tmp_path_factory.mktemp("readable")
    said = ["sources:"]
    for key, (_, how, ending) in READABLE.items():
        said.append(f"""
  - key: {key}
    name: {key}
    location: data
    owner: owner@bank.example
    datasets:
      - key: rows
        path: {key}{ending}
        {how}
        entity: {key}
        id: no
        fields: &f_{key} [{{key: no, type: code}}, {{key: name}}, {{key: amount, type: decimal}}]
      - {{key: same, path: plain.csv, entity: {key}, id: no, fields: *f_{key}}}""")
    said.append("\nattributes:")
    for key in READABLE:
        for name, form in (("name", "text"), ("amount", "decimal")):
            said.append(f"""
  - key: {key}.{name}
    name: {name}
    definition: It.
    owner: owner@bank.example
    expires_on: 2099-01-01
    type: {form}
    cleanse: [spaces]
    claims: [{{field: {key}.rows.{name}}}, {{field: {key}.same.{name}}}]
    agree: true""")
    write_workspace(folder, "".join(said))
    (folder / "data").mkdir()
    for key, (raw, _, ending) in READABLE.items():
        (folder / "data" / f"{key}{ending}").write_bytes(raw)
    return run(folder)


@pytest.mark.parametrize("key", READABLE)
def test_the_same_rows_are_the_same_however_they_are_written(read: RunRecord, key: str) -> None:
    found = by_key(read)
    for name, compared in (("name", 3), ("amount", 2)):
        result = found[f"attribute:{key}.{name}/agree:{key}.rows.{name}~{key}.same.{name}"]
        counted = (result.rows_compared, result.violations, result.only_left, result.only_right)
        assert (result.message, counted) == (result.message, (compared, 0, 0, 0))
    assert found[f"dataset:{key}.rows/id_present"].rows_available == 3
