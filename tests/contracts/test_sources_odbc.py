"""ODBC: what can be shown without a driver; the contract itself wants one for SQLite or Postgres."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from source_rows import assert_unknown, results_of, write_two_sources

ODBC = "kind: odbc\n    url: Driver={No such driver};Server=crm.example;Uid=reader;Pwd=${TEST_CRM_PASSWORD}"


def can_load() -> bool:
    code = "import arrow_odbc"
    return (
        subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode
        == 0
    )


def test_a_machine_without_driver_manager_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There, the package fails as it is loaded; here, one that does the same is found before it."""
    (tmp_path / "without").mkdir()
    (tmp_path / "without/arrow_odbc.py").write_text("raise OSError('cannot load libodbc.so.2')")
    monkeypatch.syspath_prepend(tmp_path / "without")
    monkeypatch.delitem(sys.modules, "arrow_odbc", raising=False)
    monkeypatch.setenv("TEST_CRM_PASSWORD", "s3cret")
    found = results_of(write_two_sources(tmp_path, ODBC, "table: people"))
    assert_unknown(
        found, "this machine has no ODBC driver manager; install unixODBC and the database's driver"
    )


def test_a_driver_that_is_not_there_is_named_and_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not can_load():
        pytest.skip("not on this platform: no ODBC driver manager is installed")
    monkeypatch.setenv("TEST_CRM_PASSWORD", "s3cret")
    found = results_of(write_two_sources(tmp_path, ODBC, "table: people"))
    assert_unknown(found, "crm (people)")
    assert "s3cret" not in "".join(one.model_dump_json() for one in found.values())
