"""The history keeps runs whole, knows since when a check fails, and says when it cannot be used."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import TekdogruError
from catalog.results import WORST_FIRST, Result, RunRecord, Verdict
from catalog.store.runs import RunStore

FIRST = datetime(2026, 1, 1, 9, 30, tzinfo=UTC)


def result(check: str, verdict: Verdict) -> Result:
    return Result(
        check=check, kind="required", urn=check.partition("/")[0], title="Işık", verdict=verdict,
        severity="critical", owner=None, expectation="expect_x", sources=("crm",),
        rows_available=10, rows_compared=10, violations=int(verdict == "fail"), message="said",
    )  # fmt: skip


def record(number: int, *results: Result, selection: str | None = None) -> RunRecord:
    """The run of the n-th day, with an id of its own."""
    started = FIRST + timedelta(days=number)
    return RunRecord(
        run=f"{started:%Y%m%dT%H%M%S}-{number:08x}", started=started, finished=started,
        as_of=started.date(), selection=selection, verdict="pass", exit_code=0, results=results,
    )  # fmt: skip


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/deep/state.db"


def test_a_run_is_kept_as_it_was(url: str) -> None:
    one = record(1, result("a:b/x", "fail"), result("a:c/x", "pass"))
    RunStore(url).save(one)
    assert RunStore(url).get(one.run) == one
    assert RunStore(url).latest() == one


def test_runs_are_listed_newest_first_with_their_counts(url: str) -> None:
    store = RunStore(url)
    for number in (2, 1, 3):
        store.save(record(number, result("a:b/x", "fail"), result("a:c/x", "warn")))
    found = store.recent(2)
    assert [one.as_of for one in found] == [date(2026, 1, 4), date(2026, 1, 3)]
    assert found[0].counts == {"fail": 1, "warn": 1}
    assert found[0].started == FIRST + timedelta(days=3)


def test_a_run_is_found_by_the_beginning_of_its_id_if_only_one_begins_so(url: str) -> None:
    store = RunStore(url)
    first, second = record(1), record(2)
    store.save(first)
    store.save(second)
    assert store.get(first.run[:9]) == first
    assert store.get("2026010") is None
    assert store.get("nothing") is None
    assert store.get("%") is None
    longer = first.model_copy(update={"run": f"{first.run}0"})
    store.save(longer)
    assert (store.get(first.run), store.get(longer.run)) == (first, longer)


def test_the_latest_whole_run_wins_over_a_later_selection(url: str) -> None:
    store = RunStore(url)
    whole, part = record(1), record(2, selection="a:*")
    store.save(whole)
    store.save(part)
    assert store.latest() == whole
    assert store.latest(whole=False) == part


def test_a_run_that_is_kept_already_is_refused_and_changes_nothing(url: str) -> None:
    store = RunStore(url)
    store.save(record(1, result("a:b/x", "pass")))
    with pytest.raises(TekdogruError, match="UNIQUE constraint failed"):
        store.save(record(1, result("a:c/x", "fail")))
    assert store.recent()[0].counts == {"pass": 1}


def test_a_run_of_which_one_result_cannot_be_kept_is_not_kept_at_all(url: str) -> None:
    store = RunStore(url)
    with pytest.raises(TekdogruError, match="UNIQUE constraint failed"):
        store.save(record(1, result("a:b/x", "fail"), result("a:b/x", "pass")))
    assert (store.recent(), store.latest()) == ([], None)
    assert store.failing_since(["a:b/x"]) == {}


@pytest.mark.parametrize(
    ("verdicts", "since"),
    [
        (["fail"], 0),
        (["pass", "fail", "fail"], 1),
        (["fail", "pass", "fail", "fail"], 2),
        (["fail", "warn", "fail"], 2),
        (["fail", "unknown", "fail"], 0),
        (["fail", "error", "unknown", "fail"], 0),
        (["pass", "unknown", "fail"], 2),
        (["fail", "pass"], None),
    ],
)
def test_a_check_fails_since_the_start_of_its_present_row_of_failures(
    url: str, verdicts: Sequence[Verdict], since: int | None
) -> None:
    store = RunStore(url)
    for number, verdict in enumerate(verdicts):
        store.save(record(number, result("a:b/x", verdict), result("a:other/x", "fail")))
    found = store.failing_since(["a:b/x"])
    assert found == ({} if since is None else {"a:b/x": FIRST + timedelta(days=since)})


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


def test_the_history_of_a_check_is_its_latest_verdicts_oldest_first(url: str) -> None:
    store = RunStore(url)
    given_order: list[Verdict] = ["pass", "fail", "unknown", "warn"]
    for number, verdict in enumerate(given_order):
        store.save(record(number, result("a:b/x", verdict)))
    found = store.history(["a:b/x", "a:unheard/x"], most=3)
    assert [verdict for _, verdict in found["a:b/x"]] == ["fail", "unknown", "warn"]
    assert found["a:b/x"][0][0] == FIRST + timedelta(days=1)
    assert found.keys() == {"a:b/x"}


def test_many_who_open_a_new_history_and_save_at_once_all_succeed(url: str) -> None:
    """Two runs at the same time do not mix: each record is whole, none is lost."""
    records = [
        record(n, *(result(f"a:b{i}/x", random.Random(n).choice(WORST_FIRST)) for i in range(20)))
        for n in range(8)
    ]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: RunStore(url).save(one), records))
    store = RunStore(url)
    assert [store.get(one.run) for one in records] == records
    assert [sum(kept.counts.values()) for kept in store.recent()] == [20] * 8


def test_a_history_of_another_version_is_refused_and_left_alone(url: str) -> None:
    RunStore(url).save(record(1))
    file = url.removeprefix("sqlite:///")
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE tekdogru_schema SET version = 99")
    connection.close()
    with pytest.raises(TekdogruError) as raised:
        RunStore(url)
    assert str(raised.value) == (
        f"the history at {url} was made by another version (its tables have version 99, this "
        "program 1); use that version, or name another file"
    )
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT count(*) FROM run").fetchone() == (1,)
    connection.close()


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
