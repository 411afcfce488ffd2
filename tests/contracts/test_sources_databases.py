"""SQLite and DuckDB files: any cell of any type, no writing, nothing read but the file itself."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from commands import run_program
from source_rows import assert_unknown, results_of, write_two_sources
from workspaces import by_key, run, write_workspace

BOTH = pytest.mark.parametrize("kind", ["sqlite", "duckdb"])


def described(kind: str, table: str = "people") -> tuple[str, str]:
    return f"kind: {kind}\n    location: data/crm.db", f"table: {table}"


def write_database(folder: Path, kind: str, *statements: str) -> Path:
    file = folder / "data/crm.db"
    file.parent.mkdir(exist_ok=True)
    connection = sqlite3.connect(file) if kind == "sqlite" else duckdb.connect(str(file))
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return file


PEOPLE = (
    "CREATE TABLE people (no VARCHAR, name VARCHAR)",
    "INSERT INTO people VALUES ('7', 'ŞÜKRÜ İNCE'), ('007', ''), ('8', NULL)",
)


@BOTH
def test_the_file_is_opened_for_reading_alone(tmp_path: Path, kind: str) -> None:
    workspace = write_two_sources(tmp_path, *described(kind))
    file = write_database(tmp_path, kind, *PEOPLE)
    before = file.read_bytes(), file.stat().st_mtime_ns
    assert results_of(workspace)["dataset:crm.people/id"].rows_compared == 3
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert [one.name for one in file.parent.iterdir() if one.name.startswith("crm")] == ["crm.db"]


@BOTH
def test_a_file_that_is_not_there_is_named_and_not_made(tmp_path: Path, kind: str) -> None:
    workspace = write_two_sources(tmp_path, *described(kind))
    assert_unknown(
        results_of(workspace), "data/crm.db: no such file; `location` must name the database's file"
    )
    assert not (tmp_path / "data/crm.db").exists()


@BOTH
def test_a_file_that_is_no_database_is_named(tmp_path: Path, kind: str) -> None:
    workspace = write_two_sources(tmp_path, *described(kind))
    (tmp_path / "data/crm.db").write_text("no,name\n1,a\n" * 1000)
    said = "not a DuckDB file; is `location` right?" if kind == "duckdb" else "not a database"
    assert_unknown(results_of(workspace), said)


@BOTH
def test_a_table_that_is_not_there_is_named_with_its_nearest(tmp_path: Path, kind: str) -> None:
    workspace = write_two_sources(tmp_path, *described(kind, "peolpe"))
    write_database(tmp_path, kind, *PEOPLE)
    assert_unknown(results_of(workspace), "peolpe", "people")


@BOTH
def test_a_view_is_read_as_a_table(tmp_path: Path, kind: str) -> None:
    workspace = write_two_sources(tmp_path, *described(kind, "newest"))
    view = "CREATE VIEW newest AS SELECT name, no FROM people WHERE no <> '8'"
    write_database(tmp_path, kind, *PEOPLE, view)
    assert results_of(workspace)["dataset:crm.people/id"].rows_compared == 2


def test_a_view_in_a_duckdb_file_cannot_read_another_file(tmp_path: Path) -> None:
    """Whoever sends the file must not see with our eyes."""
    workspace = write_two_sources(tmp_path, *described("duckdb", "sly"))
    secret = tmp_path / "secret.csv"
    secret.write_text("no,name\n1,s3cret\n")
    view = f"CREATE VIEW sly AS SELECT * FROM read_csv('{secret}', all_varchar=true)"
    write_database(tmp_path, "duckdb", view)
    found = results_of(workspace)
    assert_unknown(found, "disabled")
    assert "s3cret" not in "".join(one.model_dump_json() for one in found.values())


WRITER = """
import duckdb, sys, time
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


def test_a_duckdb_file_that_a_program_writes_to_is_unknown_and_says_so(tmp_path: Path) -> None:
    workspace = write_two_sources(tmp_path, *described("duckdb"))
    file = write_database(tmp_path, "duckdb", *PEOPLE)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(file)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert writer.stdout
        assert writer.stdout.readline() == "open\n"
        assert_unknown(results_of(workspace), "another program has the file open for writing")
    finally:
        writer.communicate("")


def test_what_a_program_has_just_written_beside_a_sqlite_file_is_read(tmp_path: Path) -> None:
    """In write-ahead mode the newest rows stand in a second file."""
    workspace = write_two_sources(tmp_path, *described("sqlite"))
    write_database(tmp_path, "sqlite", "PRAGMA journal_mode=WAL", *PEOPLE)
    with sqlite3.connect(tmp_path / "data/crm.db") as connection:
        connection.execute("INSERT INTO people VALUES ('9', 'Ayşe')")
        connection.commit()
        assert (tmp_path / "data/crm.db-wal").stat().st_size
        assert results_of(workspace)["dataset:crm.people/id"].rows_compared == 4
    connection.close()


def test_what_a_program_that_died_left_beside_a_sqlite_file_is_read_and_left(
    tmp_path: Path,
) -> None:
    """To write it into the file is the business of its owner."""
    workspace = write_two_sources(tmp_path, *described("sqlite"))
    (tmp_path / "alive/data").mkdir(parents=True)
    file = write_database(tmp_path / "alive", "sqlite", "PRAGMA journal_mode=WAL", *PEOPLE)
    with sqlite3.connect(file) as connection:
        connection.execute("INSERT INTO people VALUES ('9', 'Ayşe')")
        connection.commit()
        for one in (file, file.with_name("crm.db-wal")):
            shutil.copy(one, tmp_path / "data")
    connection.close()
    left = {name: (tmp_path / "data" / name).read_bytes() for name in ("crm.db", "crm.db-wal")}
    assert results_of(workspace)["dataset:crm.people/id"].rows_compared == 4
    assert {name: (tmp_path / "data" / name).read_bytes() for name in left} == left


ANY = """
sources:
  - key: crm
    name: CRM
    kind: sqlite
    location: data/crm.db
    owner: owner@bank.example
    datasets:
      - {key: people, table: people, entity: customer, id: "no",
         fields: [{key: "no", type: code}, {key: amount, type: decimal}]}
attributes:
  - key: customer.amount
    name: Amount
    definition: What is owed.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: decimal
    claims: [{field: crm.people.amount}]
    rules: [{key: sum, expect: expect_column_sum_to_be_between, min_value: 1, max_value: 1}]
"""


def test_a_sqlite_column_may_hold_every_type_and_begin_with_nothing(tmp_path: Path) -> None:
    """Empty in its first 5,000 rows; then whole numbers, texts and fractions side by side."""
    workspace = write_workspace(tmp_path, ANY)
    write_database(
        tmp_path, "sqlite",
        "CREATE TABLE people (no, amount)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
        "INSERT INTO people SELECT i, NULL FROM n",
        "INSERT INTO people VALUES (7.0, 2), ('007', 'x'), (8.0, 0.00001), (9e9, 1e6)",
        "INSERT INTO people VALUES ('A1', '3.5'), ('A2', 0.1 + 0.2), ('A3', -0.5)",
    )  # fmt: skip
    found = by_key(run(workspace))
    one = found["attribute:customer.amount/type:crm.people.amount"]
    assert (one.rows_compared, one.violations) == (7, 1)
    assert found["attribute:customer.amount/rule:sum"].observed == pytest.approx(1000005.30001)
    present = found["dataset:crm.people/id_present"]
    assert (present.rows_available, present.violations) == (5007, 0)
    repeated = found["dataset:crm.people/id"]
    assert (repeated.rows_compared, repeated.violations) == (5007, 2)  # 7 and 8 stand there twice


CHECKED = """
import sys
from pathlib import Path
from source_rows import assert_unknown, results_of
assert_unknown(results_of(Path(sys.argv[1])), "data/crm.db: the file may not be read")
"""


def without_privileges() -> list[str]:
    """What starts a program to which a file may be closed: root reads every file otherwise."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("not on this platform: root without setpriv reads every file")
    return ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--"]


@BOTH
def test_a_file_that_may_not_be_read_is_unknown(tmp_path: Path, kind: str) -> None:
    workspace = write_two_sources(tmp_path, *described(kind))
    write_database(tmp_path, kind, *PEOPLE).chmod(0)
    run_program(CHECKED, workspace, under=without_privileges())
