"""The history in one file: what SQLite alone can get into, and what is said of it."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_runs import FIRST, record, result

from catalog.errors import TekdogruError
from catalog.results import WORST_FIRST, Verdict
from catalog.store import database, migrations
from catalog.store.runs import RunStore
from catalog.store.tables import NEWEST


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(WORST_FIRST), max_size=12))
def test_failing_since_equals_a_walk_back_through_the_history(verdicts: list[Verdict]) -> None:
    store = RunStore("sqlite://")
    since = None
    for number, verdict in enumerate(verdicts):
        store.save(record(number, result("a:b/x", verdict)))
        if verdict == "fail":
            since = number if since is None else since
        elif verdict in ("pass", "warn"):
            since = None
    wanted = {} if since is None else {"a:b/x": FIRST + timedelta(days=since)}
    assert store.failing_since(["a:b/x"]) == wanted


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    file.write_bytes(b"these are my notes, not a database" * 50)
    with pytest.raises(
        TekdogruError, match=r"the history at .*state\.db cannot be used: file is not a database"
    ):
        RunStore(f"sqlite:///{file}")
    assert file.read_bytes().startswith(b"these are my notes")


def test_a_history_that_was_cut_off_is_told_not_trusted(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    store = RunStore(f"sqlite:///{file}")
    for number in range(5):
        store.save(record(number, *(result(f"a:b{i}/x", "fail") for i in range(50))))
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    raw = file.read_bytes()
    half = tmp_path / "half.db"
    half.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(TekdogruError, match="cannot be used: database disk image is malformed"):
        RunStore(f"sqlite:///{half}").recent()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "the address of the history cannot be read"),
        (
            "postgresql://u:geheim123@127.0.0.1:9/x",
            "the history at postgresql://u:***@127.0.0.1:9/x cannot be used",
        ),
        (
            "oracle+nothing://u:geheim123@h/x",
            "the history at oracle+nothing://u:***@h/x cannot be used",
        ),
        (
            "sqlite:////proc/none/state.db",
            "the history at sqlite:////proc/none/state.db cannot be used",
        ),
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_its_password(url: str, said: str) -> None:
    with pytest.raises(TekdogruError) as raised:
        RunStore(url)
    assert str(raised.value).startswith(said)
    assert "geheim123" not in str(raised.value)


def newest_revision() -> str:
    """The revision that the newest step leads to."""
    config = Config()
    config.set_main_option("script_location", migrations.__path__[0])
    return str(ScriptDirectory.from_config(config).get_current_head())


def test_the_newest_step_is_the_one_the_program_knows() -> None:
    assert newest_revision() == NEWEST


def test_a_history_of_a_later_first_version_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE tekdogru_schema (version INTEGER PRIMARY KEY)")
        connection.execute("INSERT INTO tekdogru_schema VALUES (7)")
    connection.close()
    with pytest.raises(TekdogruError, match="made by a newer version"):
        RunStore(f"sqlite:///{file}")


def test_a_history_that_another_writes_to_all_the_time_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    url = f"sqlite:///{tmp_path}/state.db"
    store = RunStore(url)
    writer = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(TekdogruError, match="another program has been writing to it"):
        store.save(record(1))
    assert RunStore(url, reading=True).recent() == []
    writer.close()
    store.save(record(1))


def test_reading_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    RunStore(f"sqlite:///{file}").save(record(1, result("a:b/x", "fail")))
    before = file.read_bytes()
    assert RunStore(f"sqlite:///{file}", reading=True).latest()
    assert file.read_bytes() == before


def test_a_table_that_the_steps_make_is_the_table_the_program_reads(tmp_path: Path) -> None:
    """Columns and their types, as SQLite understands them, from the steps and from the models."""
    from sqlalchemy import create_engine, inspect
    from sqlmodel import SQLModel

    def forms(url: str) -> dict[str, list[tuple[str, str, bool]]]:
        engine = create_engine(url)
        look = inspect(engine)
        found = {
            table: [
                (c["name"], str(c["type"]), bool(c["nullable"])) for c in look.get_columns(table)
            ]
            for table in ("run", "result", "token", "snapshot")
        }
        engine.dispose()
        return found

    RunStore(f"sqlite:///{tmp_path}/steps.db")
    engine = create_engine(f"sqlite:///{tmp_path}/models.db")
    SQLModel.metadata.create_all(engine)
    engine.dispose()
    assert forms(f"sqlite:///{tmp_path}/steps.db") == forms(f"sqlite:///{tmp_path}/models.db")
