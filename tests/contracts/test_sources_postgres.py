"""Postgres: what goes wrong with a server is said, never a password, and costs its checks alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from source_kinds import SERVED
from source_rows import assert_unknown, results_of, write_two_sources

from catalog.model import Dataset, SourceSystem
from catalog.results import Fingerprint, Result
from expectations.sources.postgres import PostgresConnector


def read(folder: Path, table: str, source: str = SERVED) -> Mapping[str, Result]:
    """The results of a workspace whose second source is a table that may not be there."""
    return results_of(write_two_sources(folder, source, f"table: {table}"))


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
        found = read(tmp_path, "people")
    finally:
        rules.write_text(kept)
        with psycopg.connect(server) as connection:
            connection.execute("SELECT pg_reload_conf()")
    assert_unknown(found, "crm (people): ", 'password authentication failed for user "reader"')
    shown_text = "".join(one.model_dump_json() for one in found.values())
    assert password not in shown_text
    assert "p@ss/w0rd" not in shown_text


@pytest.mark.parametrize("password", ["p@ss", "pa/ss", "pa/s@s", "pa%ss", "pa ss"])
def test_a_password_that_would_break_the_address_is_refused_before_a_piece_of_it_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("TEST_CRM_URL", f"postgresql://reader:{password}@127.0.0.1:1/bank")
    found = read(tmp_path, "people")
    assert_unknown(found, "%40")
    for one in found.values():
        assert not any(piece in one.message for piece in (password, '"ss', '"pa', "ss@"))


def test_a_host_that_is_down_makes_the_checks_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_CRM_URL", "postgresql://reader:s3cret@127.0.0.1:1/bank")
    found = read(tmp_path, "people")
    assert_unknown(found, "127.0.0.1", "port 1", "refused")
    assert "s3cret" not in "".join(one.message for one in found.values())


def test_a_password_of_its_own_variable_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_CRM_USER", "s3cret-user")
    monkeypatch.setenv("TEST_CRM_HOST", "no-such-host-s3cret.invalid")
    url = "postgresql://${TEST_CRM_USER}@${TEST_CRM_HOST}:1/bank"
    found = read(tmp_path, "people", f"kind: postgres\n    url: {url}")
    assert_unknown(found)
    assert "s3cret" not in "".join(one.message for one in found.values())


def test_a_missing_address_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_CRM_URL", raising=False)
    found = read(tmp_path, "people")
    said = {one.message for one in found.values() if one.verdict == "unknown"}
    assert said == {"crm.people cannot be read: environment variable TEST_CRM_URL is not set"}


def test_a_missing_table_is_named(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_CRM_URL", server)
    assert_unknown(read(tmp_path, "nobody.knows"), 'relation "nobody.knows" does not exist')


def test_a_name_in_capitals_is_found_as_it_is_written(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    with psycopg.connect(server) as connection:
        connection.execute('CREATE TABLE IF NOT EXISTS "Narrow" (no text, nmae text)')
    monkeypatch.setenv("TEST_CRM_URL", server)
    assert_unknown(read(tmp_path, "Narrow"), "no column 'name' (did you mean 'nmae'?)")


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
    assert_unknown(read(tmp_path, "breaking"), "division by zero")


def fingerprint(table: str) -> Fingerprint | None:
    source = SourceSystem.model_validate(
        {"key": "crm", "name": "CRM", "owner": "o", "kind": "postgres", "url": "${TEST_CRM_URL}"}
    )
    dataset = Dataset.model_validate({"key": "people", "table": table})
    return PostgresConnector().fingerprint(source, dataset, root=Path(), last=None)


def test_a_table_keeps_its_fingerprint_until_something_is_written(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only to that table: the server's journal is one."""
    import psycopg

    monkeypatch.setenv("TEST_CRM_URL", server)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS stays")
        connection.execute("CREATE TABLE stays AS SELECT 1 AS no")
        connection.execute("VACUUM stays")
        connection.execute("CHECKPOINT")
        before = fingerprint("stays")
        assert before is not None
        assert fingerprint("stays") == before
        connection.execute("UPDATE stays SET no = 2")
        assert fingerprint("stays") != before


def test_what_can_change_unseen_has_no_fingerprint(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    monkeypatch.setenv("TEST_CRM_URL", server)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE OR REPLACE VIEW hidden AS SELECT now() AS no")
        connection.execute("CREATE UNLOGGED TABLE IF NOT EXISTS unlogged (no text)")
        connection.execute("CREATE TABLE IF NOT EXISTS guarded (no text)")
        connection.execute("ALTER TABLE guarded ENABLE ROW LEVEL SECURITY")
    assert [fingerprint(one) for one in ("hidden", "unlogged", "guarded", "gone")] == [None] * 4
