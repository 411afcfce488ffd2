"""What every history must do alike, on SQLite and on Postgres."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from kept_runs import FIRST, record, result
from sqlalchemy import create_engine, text

from catalog.errors import TekdogruError, UsageError
from catalog.results import WORST_FIRST, MeasureValue, RunRecord, Verdict
from catalog.store.runs import RunStore
from catalog.store.tokens import TokenStore

TAKEN = "UNIQUE constraint failed|duplicate key value violates unique constraint"


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


def test_whole_runs_are_read_forward_from_a_day_or_backward_before_it(url: str) -> None:
    """Of one day the newest comes first either way; runs of some checks are left out."""
    store = RunStore(url)
    runs = {number: counted(record(number), number) for number in (1, 2, 3, 4)}
    again = counted(runs[2], 5).model_copy(
        update={"run": f"{runs[2].run}x", "started": runs[2].started + timedelta(hours=1)}
    )
    told = {number: (one.as_of, one.measures) for number, one in runs.items()}
    for one in (*runs.values(), again, record(5, selection="a:*")):
        store.save(one)
    end = runs[4].as_of
    newer = (again.as_of, again.measures)
    assert list(store.whole_measures(before=end)) == [told[3], newer, told[2], told[1]]
    since = runs[2].as_of
    assert list(store.whole_measures(since=since, before=end)) == [newer, told[2], told[3]]
    assert list(store.whole_measures(before=runs[1].as_of)) == []


def counted(run: RunRecord, value: int) -> RunRecord:
    """The run, in which a measure had a value."""
    return run.model_copy(update={"measures": {"m": (MeasureValue(value=value),)}})


def test_a_run_that_is_kept_already_is_refused_and_changes_nothing(url: str) -> None:
    store = RunStore(url)
    store.save(record(1, result("a:b/x", "pass")))
    with pytest.raises(TekdogruError, match=TAKEN):
        store.save(record(1, result("a:c/x", "fail")))
    assert store.recent()[0].counts == {"pass": 1}


def test_a_run_of_which_one_result_cannot_be_kept_is_not_kept_at_all(url: str) -> None:
    store = RunStore(url)
    with pytest.raises(TekdogruError, match=TAKEN):
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


def test_runs_are_listed_page_by_page_without_a_gap_even_while_others_are_kept(url: str) -> None:
    store = RunStore(url)
    for number in range(5):
        store.save(record(number))
    first = store.recent(2)
    store.save(record(9))
    second = store.recent(2, after=(first[-1].started, first[-1].run))
    third = store.recent(2, after=(second[-1].started, second[-1].run))
    assert [one.as_of.day for one in (*first, *second, *third)] == [5, 4, 3, 2, 1]


def test_who_only_reads_makes_nothing_and_finds_nothing(url: str, tmp_path: Path) -> None:
    store = RunStore(url, reading=True)
    assert (store.recent(), store.latest(), store.failing_since(["a:b/x"])) == ([], None, {})
    assert not (tmp_path / "deep").exists()
    if url.startswith("postgres"):
        engine = create_engine(url)
        with engine.connect() as connection:
            tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            assert connection.scalar(text(tables)) == 0
        engine.dispose()


def test_who_only_reads_finds_what_others_keep_and_cannot_keep_anything(url: str) -> None:
    RunStore(url).save(record(1, result("a:b/x", "fail")))
    reader = RunStore(url, reading=True)
    assert reader.latest() == record(1, result("a:b/x", "fail"))
    RunStore(url).save(record(2))
    assert len(reader.recent()) == 2


VERSION_1 = """
CREATE TABLE tekdogru_schema (version INTEGER NOT NULL PRIMARY KEY);
INSERT INTO tekdogru_schema VALUES (1);
CREATE TABLE run (run VARCHAR NOT NULL PRIMARY KEY, started {instant} NOT NULL, as_of DATE NOT NULL,
  selection VARCHAR, verdict VARCHAR NOT NULL, exit_code INTEGER NOT NULL, document VARCHAR NOT NULL);
CREATE INDEX ix_run_started ON run (started);
CREATE TABLE result (run VARCHAR NOT NULL REFERENCES run (run), "check" VARCHAR NOT NULL,
  started {instant} NOT NULL, verdict VARCHAR NOT NULL, rows_compared INTEGER NOT NULL,
  violations INTEGER NOT NULL, PRIMARY KEY (run, "check"));
CREATE INDEX ix_result_started ON result (started);
"""


def make_version_1(url: str) -> None:
    """A history as the first version left it, with one run that failed."""
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    instant = "DATETIME" if url.startswith("sqlite") else "TIMESTAMP WITH TIME ZONE"
    kept = record(1, result("a:b/x", "fail"))
    started = "2026-01-02 09:30:00.000000" + ("+00" if url.startswith("postgres") else "")
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in VERSION_1.format(instant=instant).strip().rstrip(";").split(";"):
            connection.execute(text(statement))
        run = "INSERT INTO run VALUES (:run, :started, '2026-01-02', NULL, 'pass', 0, :document)"
        row = {"run": kept.run, "started": started}
        connection.execute(text(run), {**row, "document": kept.model_dump_json()})
        one = "INSERT INTO result VALUES (:run, 'a:b/x', :started, 'fail', 10, 1)"
        connection.execute(text(one), row)
    engine.dispose()


def test_a_history_of_version_1_is_brought_up_to_date_and_loses_nothing(url: str) -> None:
    make_version_1(url)
    store = RunStore(url)
    assert store.latest() == record(1, result("a:b/x", "fail"))
    assert store.recent()[0].counts == {"fail": 1}
    assert store.failing_since(["a:b/x"]) == {"a:b/x": FIRST + timedelta(days=1)}
    store.save(record(2, result("a:b/x", "fail")))
    assert len(RunStore(url).recent()) == 2
    assert TokenStore(url).listed() == []


def test_a_history_of_version_1_can_be_read_as_it_is(url: str) -> None:
    make_version_1(url)
    assert RunStore(url, reading=True).latest() == record(1, result("a:b/x", "fail"))
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version FROM tekdogru_schema")) == 1
    engine.dispose()


def test_many_who_bring_a_history_up_to_date_at_once_all_succeed(url: str) -> None:
    make_version_1(url)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: RunStore(url).save(record(n)), range(2, 8)))
    assert len(RunStore(url).recent()) == 7


def test_a_history_of_another_version_is_refused_and_left_alone(url: str) -> None:
    RunStore(url).save(record(1))
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    with pytest.raises(TekdogruError, match="was made by a newer version .* step 0099"):
        RunStore(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM run")) == 1
    engine.dispose()


# tokens

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_token_opens_by_its_secret_until_it_ends_and_only_its_hash_is_kept(url: str) -> None:
    store = TokenStore(url)
    token, secret = store.issue("Işık", "read", NOW, NOW + DAY)
    found = store.find(secret, NOW)
    assert found == token
    assert found.name == "Işık"
    for wrong in ("", "td", secret[:-1], secret + "x", f"td_{token.key}_", f"xx{secret[2:]}"):
        assert store.find(wrong, NOW) is None
    assert store.find(secret, NOW + DAY) is None
    engine = create_engine(url)
    with engine.connect() as connection:
        everything = str(connection.execute(text("SELECT * FROM token")).all())
    engine.dispose()
    assert secret.split("_", 2)[2] not in everything


def test_a_revoked_token_opens_nothing_at_once_and_says_when(url: str) -> None:
    store = TokenStore(url)
    token, secret = store.issue("ci", "write", NOW, NOW + DAY)
    assert store.revoke(token.key, NOW).revoked == NOW
    assert store.find(secret, NOW) is None
    assert store.revoke(token.key, NOW + DAY).revoked == NOW
    with pytest.raises(UsageError, match=r"no token 'zz'.*token list"):
        store.revoke("zz", NOW)


def test_the_last_use_of_a_token_is_known_to_the_minute(url: str) -> None:
    store = TokenStore(url)
    _, secret = store.issue("ci", "read", NOW, NOW + DAY)
    for seconds in (0, 30, 90):
        store.find(secret, NOW + timedelta(seconds=seconds))
        expected = NOW + timedelta(seconds=90 if seconds == 90 else 0)
        assert store.listed()[0].last_used == expected
