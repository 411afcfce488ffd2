"""Files: the forms they come in, the order of their rows, and files that are not what they seem."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from source_rows import assert_unknown, results_of, write_two_sources
from workspaces import by_key, run, write_workspace

from catalog.results import Result


def counted_alone(one: Result) -> tuple[int, int]:
    return one.rows_compared, one.violations


ORDERED = """
sources:
  - key: core
    name: Core
    location: data
    owner: owner@bank.example
    datasets:
      - {key: people, path: core.csv, entity: customer, id: "no",
         fields: [{key: "no", type: code}, {key: turn, type: integer}]}
  - key: crm
    name: CRM
    location: data
    owner: owner@bank.example
    datasets:
      - {key: people, path: crm.FORM, entity: customer, id: "no", confirmed_at: day,
         fields: [{key: "no", type: code}, {key: turn, type: integer}, {key: day, type: date}]}
attributes:
  - key: customer.turn
    name: Turn
    definition: Which row it was.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: integer
    claims: [{field: crm.people.turn}, {field: core.people.turn}]
    agree: true
"""


@pytest.mark.long
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_of_rows_equally_old_the_last_in_the_file_speaks_in_300_000_rows(
    tmp_path: Path, form: str
) -> None:
    """60 MB, quoted line breaks, many row groups: enough to be read in parallel."""
    ids = [f"{i * 7919 % 100_000:06}" for i in range(300_000)]
    last = {one: turn for turn, one in enumerate(ids)}
    core = [{"no": one, "turn": str(turn)} for one, turn in last.items()]
    write_workspace(tmp_path, ORDERED.replace("FORM", form), {"data/core.csv": core})
    filler = "satır\n" * 30
    if form == "csv":
        with (tmp_path / "data/crm.csv").open("w", encoding="utf-8", newline="") as file:
            rows = ([one, turn, "2026-01-01", filler] for turn, one in enumerate(ids))
            csv.writer(file).writerows([["no", "turn", "day", "note"], *rows])
    else:
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = {"no": ids, "turn": range(300_000), "day": [date(2026, 1, 1)] * 300_000}
        pq.write_table(pa.table(columns), tmp_path / "data/crm.parquet", row_group_size=5_000)
    found = by_key(run(tmp_path))
    assert counted_alone(found["dataset:crm.people/id"]) == (300_000, 200_000)
    agree = found["attribute:customer.turn/agree:crm.people.turn~core.people.turn"]
    assert counted_alone(agree) == (100_000, 0)


AMOUNTS = """
sources:
  - key: crm
    name: CRM
    location: data
    owner: owner@bank.example
    datasets:
      - {key: people, path: PATH, decimal: ",", entity: customer, id: "no", delimiter: ";",
         fields: [{key: "no", type: code}, {key: amount, type: money},
                  {key: day, type: date, format: "%d.%m.%Y"}]}
attributes:
  - key: customer.amount
    name: Amount
    definition: What is owed.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: money
    claims: [{field: crm.people.amount}]
    rules: [{key: sum, expect: expect_column_sum_to_be_between, min_value: TOTAL, max_value: TOTAL}]
  - key: customer.day
    name: Day
    definition: Since when.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: date
    claims: [{field: crm.people.day}]
    rules: [{key: recent, sql: "value >= DATE '2026-01-01'"}]
measures:
  - key: total
    name: Total
    definition: All that is owed.
    owner: owner@bank.example
    expires_on: 2030-01-01
    calculation: SELECT sum(amount) AS value FROM crm.people
"""


def total_of(folder: Path, path: str, total: str) -> tuple[Mapping[str, Result], Any]:
    text = AMOUNTS.replace("PATH", path).replace("TOTAL", total)
    record = run(write_workspace(folder, text))
    return by_key(record), record.measures["total"][0].value


def test_a_decimal_comma_means_the_same_to_checks_and_measures(tmp_path: Path) -> None:
    """1.234,50 and 0,5 and 1.000 are numbers with a decimal comma; 12.5 and 1.2345,0 are none."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/crm.csv").write_text(
        "no;amount;day\n1;1.234,50;20.11.2026\n2; 0,5 ;1.1.2026\n3;1.000;2026-11-20\n"
        "4;12.5;31.12.2025\n5;1.2345,0;\n6;-7;\n"
    )
    found, total = total_of(tmp_path, "crm.csv", "2228")
    assert counted_alone(found["attribute:customer.amount/type:crm.people.amount"]) == (6, 2)
    assert found["attribute:customer.amount/rule:sum"].verdict == "pass"
    assert total == 2228
    assert counted_alone(found["attribute:customer.day/type:crm.people.day"]) == (4, 1)
    assert counted_alone(found["attribute:customer.day/rule:recent"]) == (3, 1)


def test_a_sheet_may_hold_numbers_and_dates_beside_texts_that_look_like_them(
    tmp_path: Path,
) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for cells in (
        ["no", "amount", "day"],
        [1, "1.234,50", "20.11.2026"],
        [2, 0.5, date(2026, 1, 1)],
        [3, 1000, datetime(2025, 12, 31)],
        [4, 0.1 + 0.2, None],
        [5, 0.00001, None],
    ):
        book.active.append(cells)  # type: ignore[union-attr]
    (tmp_path / "data").mkdir()
    book.save(tmp_path / "data/crm.xlsx")
    found, total = total_of(tmp_path, "crm.xlsx", "2235.30001")
    assert counted_alone(found["attribute:customer.amount/type:crm.people.amount"]) == (5, 0)
    assert total == pytest.approx(2235.30001)
    assert counted_alone(found["attribute:customer.day/type:crm.people.day"]) == (3, 0)
    assert counted_alone(found["attribute:customer.day/rule:recent"]) == (3, 1)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("no,turn,day\r\n1,1,2026-01-01\r\n2,2,2026-01-01\r\n", 2),
        ("no,turn,day\n1,1,2026-01-01\n2,2,2026-01-01", 2),
        ("no,turn,day\n1,1,2026-01-01\n\n2,2,2026-01-01\n\n\n", 2),
        ('"no","turn","day"\n"1","1","2026-01-01"\n', 1),
        ("day,extra,turn,no\n2026-01-01,x,1,1\n", 1),
        ("no,turn,day,,\n1,1,2026-01-01,,\n", 1),
        ("no,turn,day\n", 0),
    ],
    ids=["crlf", "no end", "blank lines", "all quoted", "another order", "no headings", "no rows"],
)
def test_the_forms_a_csv_file_comes_in(tmp_path: Path, text: str, rows: int) -> None:
    files = {"data/crm.csv": text.encode(), "data/core.csv": b"no,turn\n1,1\n2,2\n"}
    found = by_key(run(write_workspace(tmp_path, ORDERED.replace("FORM", "csv"), files)))
    present = found["dataset:crm.people/id_present"]
    assert (present.rows_compared, present.violations) == (rows, 0)
    assert present.verdict == ("pass" if rows else "unknown")


# what is not what it seems


def zipped(name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, "no,name\n1,a\n")
    return stream.getvalue()


TEXT = "no,name\n1,Işık\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            zipped("xl/workbook.xml"),
            "this is an Excel workbook (or another zip archive), though it is named .csv; let its name and `path` end in .xlsx, or save it as CSV; unpack an archive",
        ),
        (
            bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600),
            "this is an old Excel workbook, though it is named .csv; save it as .xlsx or as CSV",
        ),
        (
            b"PAR1" + bytes(100),
            "this is a Parquet file, though it is named .csv; let its name and `path` end in .parquet",
        ),
        (
            b"SQLite format 3\0" + bytes(100),
            "this is a SQLite database, though it is named .csv; describe its source with kind: sqlite",
        ),
        (
            gzip.compress(TEXT.encode()),
            "this is a gzip archive, though it is named .csv; unpack it first",
        ),
        (
            TEXT.encode("utf-16"),
            "this is text in UTF-16, not utf-8; save it as UTF-8, or say so: encoding: utf-16",
        ),
        (
            TEXT.encode("utf-16-le"),
            "this is text in UTF-16, not utf-8; save it as UTF-8, or say so: encoding: utf-16",
        ),
    ],
    ids=["workbook", "old workbook", "parquet", "sqlite", "gzip", "utf-16", "utf-16 without mark"],
)
def test_a_file_that_is_not_what_its_name_says_is_told_with_what_to_do(
    tmp_path: Path, content: bytes, said: str
) -> None:
    workspace = write_two_sources(tmp_path, "location: data", "path: crm.csv")
    (tmp_path / "data/crm.csv").write_bytes(content)
    assert_unknown(results_of(workspace), f"data/crm.csv: {said}")


def test_utf_16_is_read_where_it_is_said(tmp_path: Path) -> None:
    workspace = write_two_sources(tmp_path, "location: data", "path: crm.csv, encoding: utf-16")
    (tmp_path / "data/crm.csv").write_bytes(TEXT.encode("utf-16"))
    assert results_of(workspace)["dataset:crm.people/id"].rows_compared == 1


# JSON lines


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            '{"no": "1", "name": "a"}\n{"no": "2", "name": }\n',
            "data/crm.jsonl:2: column 21 is not JSON",
        ),
        (
            '{"no": "1", "name": "a"}\n["2", "b"]\n',
            "data/crm.jsonl:2: not a JSON object; one object per line is read",
        ),
        ('[{"no": "1", "name": "a"}]\n', "data/crm.jsonl:1: not a JSON object"),
        ('{"no": "1", "nmae": "a"}\n', "data/crm.jsonl: no column 'name' (did you mean 'nmae'?)"),
        ("", "data/crm.jsonl: the file is empty; it should begin with an object per line"),
        (
            '{"no": "1", "name": "ayşe@posta.example", "name\n',
            "data/crm.jsonl:1: column 43 is not JSON",
        ),
    ],
    ids=["broken", "a list", "one document", "misspelt", "empty", "cut off"],
)
def test_what_is_no_json_lines_is_named_by_its_line_and_not_by_its_values(
    tmp_path: Path, lines: str, said: str
) -> None:
    workspace = write_two_sources(tmp_path, "location: data", "path: crm.jsonl")
    (tmp_path / "data/crm.jsonl").write_text(lines, encoding="utf-8")
    found = results_of(workspace)
    assert_unknown(found, said)
    assert "ayşe" not in "".join(one.message for one in found.values())


def test_a_key_that_comes_late_in_the_file_is_found(tmp_path: Path) -> None:
    workspace = write_two_sources(tmp_path, "location: data", "path: crm.jsonl")
    lines = [json.dumps({"no": number}) for number in range(200_000)]
    lines.append(json.dumps({"no": 200_000, "name": "ışık"}))
    (tmp_path / "data/crm.jsonl").write_text("\n".join(lines), encoding="utf-8")
    found = results_of(workspace)["dataset:crm.people/id"]
    assert (found.verdict, found.rows_compared) == ("pass", 200_001), found.message


# folders of Parquet


def write_parts(folder: Path, **parts: Mapping[str, Any]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    for name, columns in parts.items():
        path = folder / "data/crm" / name.replace("__", "=") / "part.parquet"
        path.parent.mkdir(parents=True)
        pq.write_table(pa.table(columns), path)


def test_a_partition_is_a_column_of_texts_and_007_is_not_7(tmp_path: Path) -> None:
    workspace = write_two_sources(tmp_path, "location: data", "path: crm")
    write_parts(tmp_path, no__007={"name": ["a"]}, no__7={"name": ["b"]})
    found = results_of(workspace)["dataset:crm.people/id"]
    assert counted_alone(found) == (2, 0), found.message


def test_parts_with_more_columns_than_others_are_read(tmp_path: Path) -> None:
    workspace = write_two_sources(tmp_path, "location: data", "path: crm")
    write_parts(
        tmp_path,
        a={"no": ["1"], "name": ["x"]},
        b={"new": [1], "name": ["y"], "no": ["2"]},
    )
    assert counted_alone(results_of(workspace)["dataset:crm.people/id"]) == (2, 0)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (
            {"a": {"no": ["1"], "name": ["x"]}, "b": {"no": ["2"]}},
            "data/crm/b/part.parquet: no column 'name'",
        ),
        (
            {"a": {"no": ["1"], "name": ["x"]}, "b": {"no": [2], "name": ["y"]}},
            "data/crm/b/part.parquet: column 'no' is int64, but string in a/part.parquet; write all files alike",
        ),
        ({}, "data/crm: the folder holds no .parquet file; is `path` right?"),
    ],
    ids=["a column is missing", "two types", "nothing"],
)
def test_parts_that_do_not_fit_together_are_named(
    tmp_path: Path, parts: Mapping[str, Any], said: str
) -> None:
    workspace = write_two_sources(tmp_path, "location: data", "path: crm")
    (tmp_path / "data/crm").mkdir()
    write_parts(tmp_path, **parts)
    assert_unknown(results_of(workspace), said)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    workspace = write_two_sources(tmp_path, "location: data", "path: crm")
    assert_unknown(results_of(workspace), "data/crm: no such folder; is the export there")
