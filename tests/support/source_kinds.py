"""Every kind of source as tests write it: the common rows, many rows, and one broken half way."""

from __future__ import annotations

import csv
import io
import itertools
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from source_rows import COLUMNS, ROWS, described

CSV = "path: crm.csv"
FILE = "location: data"


@dataclass(frozen=True)
class Kind:
    """One kind of source.

    `rows` writes the common rows and gives the definitions of their source. `many` writes n rows
    of two columns, the second called as said, and gives source and dataset. `spoil` breaks what
    `many` wrote beyond its first half. Each is told the folder and, where it `needs` one, the
    address of a server.
    """

    name: str
    rows: Callable[[Path, str], str]
    many: Callable[[Path, str, int, str], tuple[str, str]] | None = None
    spoil: Callable[[Path, str], None] | None = None
    needs: str | None = None

    def __str__(self) -> str:
        return self.name


def address_of(kind: Kind, request: pytest.FixtureRequest) -> str:
    """The address of the server that a kind needs, started by the fixture of that name."""
    return request.getfixturevalue(kind.needs) if kind.needs else ""


def people(count: int, first: int = 0) -> Iterator[tuple[str, str]]:
    return ((f"{i:07}", f"Müşteri {i} ışık") for i in range(first, count))


# texts


def as_csv(spell: Callable[[Any], str], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([COLUMNS, *([spell(one[name]) for name in COLUMNS] for one in ROWS)])
    return text.getvalue().encode(encoding)


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


def utf8(folder: Path, _: str) -> str:
    (folder / "data/crm.csv").write_bytes(b"\xef\xbb\xbf" + as_csv(plain))
    return described(CSV)


def windows(folder: Path, _: str) -> str:
    (folder / "data/crm.csv").write_bytes(as_csv(plain, "windows-1254", ";"))
    return described(f"{CSV}\n        encoding: windows-1254\n        delimiter: ;")


def utf16(folder: Path, _: str) -> str:
    (folder / "data/crm.csv").write_bytes(as_csv(plain, "utf-16"))
    return described(f"{CSV}\n        encoding: utf-16")


def decimal_comma(folder: Path, _: str) -> str:
    (folder / "data/crm.csv").write_bytes(as_csv(turkish, "iso-8859-9", ";"))
    formats = {"born": ', format: "%d.%m.%Y"', "seen": ', format: "%d.%m.%Y %H:%M"'}
    dataset = f'{CSV}\n        encoding: iso-8859-9\n        delimiter: ";"'
    return described(f'{dataset}\n        decimal: ","', formats)


def tabs(folder: Path, _: str) -> str:
    (folder / "data/crm.tsv").write_bytes(as_csv(plain, delimiter="\t"))
    return described("path: crm.tsv")


def many_lines(folder: Path, _: str, count: int, second: str) -> tuple[str, str]:
    with (folder / "data/crm.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(itertools.chain([("no", second)], people(count)))
    return FILE, CSV


def many_old_lines(folder: Path, _: str, count: int, second: str) -> tuple[str, str]:
    """In the encoding of old Windows programs, so that a copy must be made."""
    with (folder / "data/crm.csv").open("w", encoding="windows-1254", newline="") as file:
        csv.writer(file).writerows(itertools.chain([("no", second)], people(count)))
    return FILE, f"{CSV}, encoding: windows-1254"


def cut_a_row(folder: Path, _: str) -> None:
    lines = (folder / "data/crm.csv").read_bytes().split(b"\n")
    lines.insert(len(lines) * 2 // 3, b"no second column")
    (folder / "data/crm.csv").write_bytes(b"\n".join(lines))


# JSON lines


def json_lines(folder: Path, _: str) -> str:
    """Numbers and booleans as such, half of the missing values left out."""

    def held(value: Any) -> Any:
        if isinstance(value, Decimal):
            return float(value)
        return value.isoformat() if isinstance(value, date) else value

    with (folder / "data/crm.jsonl").open("w", encoding="utf-8") as file:
        for number, one in enumerate(ROWS):
            cells = {
                name: held(one[name]) for name in COLUMNS if number % 2 or one[name] is not None
            }
            file.write(json.dumps(cells, ensure_ascii=bool(number % 3)) + "\n")
    return described("path: crm.jsonl")


def many_objects(folder: Path, _: str, count: int, second: str) -> tuple[str, str]:
    with (folder / "data/crm.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(f'{{"no":"{no}","{second}":"{name}"}}\n' for no, name in people(count))
    return FILE, "path: crm.jsonl"


def cut_an_object(folder: Path, _: str) -> None:
    text = (folder / "data/crm.jsonl").read_bytes()
    middle = text.index(b"}", len(text) * 2 // 3)
    (folder / "data/crm.jsonl").write_bytes(text[:middle] + text[middle + 1 :])


# Parquet


def parquet(folder: Path, _: str) -> str:
    """Native types; whole numbers as floats, as pandas writes them where one is missing."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(_native(pa, ROWS), folder / "data/crm.parquet")
    return described("path: crm.parquet")


def _native(pa: Any, rows: Sequence[Any], without: str = "") -> Any:
    types = {
        "no": pa.string(), "name": pa.large_string(), "mail": pa.string(),
        "amount": pa.decimal128(18, 3), "score": pa.float64(), "active": pa.bool_(),
        "born": pa.date32(), "seen": pa.timestamp("us", "UTC"), "note": pa.string(),
    }  # fmt: skip
    names = [name for name in COLUMNS if name != without]
    return pa.table({name: pa.array([r[name] for r in rows], types[name]) for name in names})


def partitions(folder: Path, _: str) -> str:
    """A folder as Spark writes it: a partition by a column, its missing values, a marker file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for value, name in ((True, "true"), (False, "false"), (None, "__HIVE_DEFAULT_PARTITION__")):
        below = folder / f"data/crm.parquet/active={name}"
        below.mkdir(parents=True)
        chosen = [one for one in ROWS if one["active"] is value]
        for number, one in enumerate(chosen):
            pq.write_table(_native(pa, [one], "active"), below / f"part-{number}.parquet")
    (folder / "data/crm.parquet/_SUCCESS").touch()
    (folder / "data/crm.parquet/_temporary").mkdir()
    (folder / "data/crm.parquet/_temporary/half.parquet").write_bytes(b"PAR1")
    return described("path: crm.parquet")


def parquet_of_moments(folder: Path, _: str) -> str:
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


def many_in_parquet(folder: Path, _: str, count: int, second: str) -> tuple[str, str]:
    _write_many(folder / "data/crm.parquet", 0, count, second)
    return FILE, "path: crm.parquet"


def many_partitions(folder: Path, _: str, count: int, second: str) -> tuple[str, str]:
    for part in range(10):
        below = folder / f"data/crm/day=2026-11-{part + 1:02}"
        below.mkdir(parents=True, exist_ok=True)
        _write_many(below / "part.parquet", part * count // 10, (part + 1) * count // 10, second)
    return FILE, "path: crm"


def _write_many(path: Path, first: int, last: int, second: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = list(people(last, first))
    columns = {"no": [no for no, _ in rows], second: [name for _, name in rows]}
    pq.write_table(pa.table(columns), path, row_group_size=20_000)


def scratch_parquet(folder: Path, _: str) -> None:
    scratch(folder / "data/crm.parquet")


def scratch_a_partition(folder: Path, _: str) -> None:
    scratch(folder / "data/crm/day=2026-11-07/part.parquet")


def scratch(path: Path) -> None:
    """Overwrites a stretch beyond the middle of a file, as a failing disk does."""
    data = bytearray(path.read_bytes())
    start = len(data) * 2 // 3
    length = min(60_000, len(data) // 8)
    data[start : start + length] = b"\xa5" * length
    path.write_bytes(data)


# Excel


def excel(folder: Path, _: str) -> str:
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


# databases


def sqlite(folder: Path, _: str) -> str:
    """Cells of every storage class, instants as texts with their offset."""
    names = ", ".join(COLUMNS)
    with sqlite3.connect(folder / "data/crm.db") as connection:
        connection.execute(
            "CREATE TABLE people (no TEXT, name TEXT, mail TEXT, amount REAL, score, "
            "active INTEGER, born TEXT, seen TEXT, note TEXT, unread BLOB)"
        )
        marks = ", ".join("?" * len(COLUMNS))
        connection.executemany(
            f"INSERT INTO people ({names}) VALUES ({marks})",
            [[_in_sqlite(one[name]) for name in COLUMNS] for one in ROWS],
        )
    return described("table: people", source="kind: sqlite\n    location: data/crm.db")


def _in_sqlite(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def many_in_sqlite(folder: Path, _: str, count: int, second: str) -> tuple[str, str]:
    file = folder / "data/crm.db"
    file.unlink(missing_ok=True)
    with sqlite3.connect(file) as connection:
        connection.execute(f"CREATE TABLE people (no TEXT, {second} TEXT)")
        connection.executemany("INSERT INTO people VALUES (?, ?)", people(count))
    return "kind: sqlite\n    location: data/crm.db", "table: people"


def scratch_sqlite(folder: Path, _: str) -> None:
    scratch(folder / "data/crm.db")


def duckdb(folder: Path, _: str) -> str:
    """Types of its own, one among them that no other kind has, in a schema of its own."""
    import duckdb as engine

    names = ", ".join(COLUMNS)
    with engine.connect(str(folder / "data/crm.duckdb")) as connection:
        connection.execute("CREATE SCHEMA banka")
        connection.execute("CREATE TYPE banka.known AS ENUM ('a@b.co', 'broken')")
        connection.execute(
            "CREATE TABLE banka.people (no VARCHAR, name VARCHAR, mail VARCHAR, "
            "amount DECIMAL(18, 4), score HUGEINT, active BOOLEAN, born DATE, seen TIMESTAMPTZ, "
            "note VARCHAR, unread BLOB)"
        )
        marks = ", ".join("?" * len(COLUMNS))
        connection.executemany(
            f"INSERT INTO banka.people ({names}) VALUES ({marks})",
            [[one[name] for name in COLUMNS] for one in ROWS],
        )
    return described("table: banka.people", source="kind: duckdb\n    location: data/crm.duckdb")


def many_in_duckdb(folder: Path, _: str, count: int, second: str) -> tuple[str, str]:
    import duckdb as engine

    file = folder / "data/crm.duckdb"
    file.unlink(missing_ok=True)
    with engine.connect(str(file)) as connection:
        connection.execute(
            "CREATE TABLE people AS SELECT lpad(i::VARCHAR, 7, '0') AS no, "
            f"'Müşteri ' || i || ' ışık ' || md5(i::VARCHAR) AS {second} FROM range({count}) t(i)"
        )
    return "kind: duckdb\n    location: data/crm.duckdb", "table: people"


def scratch_duckdb(folder: Path, _: str) -> None:
    scratch(folder / "data/crm.duckdb")


TABLE = (
    "CREATE TABLE banka.people (no text, name text, mail varchar(200), amount numeric(18,4), "
    "score float8, active boolean, born date, seen timestamptz, note text, unread bytea)"
)
SERVED = "kind: postgres\n    url: ${TEST_CRM_URL}"


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
    return described("table: banka.people", source=SERVED)


def many_in_postgres(folder: Path, server: str, count: int, second: str) -> tuple[str, str]:
    import psycopg

    with psycopg.connect(server) as connection:
        connection.execute("DROP VIEW IF EXISTS people")
        connection.execute(
            f"CREATE VIEW people AS SELECT lpad(i::text, 7, '0') AS no, 'Müşteri ' || i || ' ışık' "
            f"AS {second}, repeat('never read', 1000) AS unread FROM generate_series(1, {count}) AS s(i)"
        )
    return SERVED, "table: people"


def hang_up(folder: Path, server: str) -> None:
    """The server ends the connection after two thirds of the rows."""
    import psycopg

    with psycopg.connect(server) as connection:
        connection.execute("DROP VIEW IF EXISTS people")
        connection.execute(
            "CREATE VIEW people AS SELECT i::text AS no, CASE WHEN i = 66666 THEN "
            "pg_terminate_backend(pg_backend_pid())::text ELSE repeat('ş', 100) END AS name "
            "FROM generate_series(1, 100000) AS s(i)"
        )


def odbc(folder: Path, driver: str) -> str:
    """A SQLite file seen through an ODBC driver."""
    sqlite(folder, "")
    return described("table: people", source=_by_odbc(folder, driver))


def many_by_odbc(folder: Path, driver: str, count: int, second: str) -> tuple[str, str]:
    many_in_sqlite(folder, "", count, second)
    return _by_odbc(folder, driver), "table: people"


def _by_odbc(folder: Path, driver: str) -> str:
    return f"kind: odbc\n    url: Driver={{{driver}}};Database={folder / 'data/crm.db'}"


KINDS = (
    Kind("csv", utf8, many_lines, cut_a_row),
    Kind("csv in windows-1254", windows, many_old_lines, cut_a_row),
    Kind("csv in utf-16", utf16),
    Kind("csv with decimal comma", decimal_comma),
    Kind("tabs", tabs),
    Kind("json lines", json_lines, many_objects, cut_an_object),
    Kind("parquet", parquet, many_in_parquet, scratch_parquet),
    Kind("parquet of moments", parquet_of_moments),
    Kind("partitions", partitions, many_partitions, scratch_a_partition),
    Kind("excel", excel),
    Kind("sqlite", sqlite, many_in_sqlite, scratch_sqlite),
    Kind("duckdb", duckdb, many_in_duckdb, scratch_duckdb),
    Kind("postgres", postgres, many_in_postgres, hang_up, needs="server"),
    Kind("odbc", odbc, many_by_odbc, scratch_sqlite, needs="odbc_driver"),
)
