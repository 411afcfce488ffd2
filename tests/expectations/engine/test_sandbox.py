"""Steps run in a real child process; whatever one of them does costs only what needs it."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from pathlib import Path

import pytest

from expectations.engine.child import resident_mb
from expectations.engine.sandbox import Limits, Outcome, Step, run_steps

SMALL = Limits(memory_mb=500)
ENDLESS = (
    "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range % 7 = 1"
)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text("no,name\n007,Şule\n7,Işıl\n", encoding="utf-8")
    return path


@pytest.fixture
def spill(tmp_path: Path) -> Iterator[Path]:
    """A folder for the child's temporary files, found empty at the end."""
    folder = tmp_path / "spill"
    folder.mkdir()
    yield folder
    assert list(folder.iterdir()) == []


def load(path: Path) -> Step:
    return Step("people", f"CREATE TABLE people AS FROM read_csv('{path}', all_varchar = true)")


def kinds(outcomes: dict[str, Outcome]) -> dict[str, str | None]:
    return {name: o.failure.kind if o.failure else None for name, o in outcomes.items()}


def fetch(sql: str, limits: Limits = SMALL) -> Outcome:
    return run_steps([Step("only", sql, fetch=True)], readable=[], limits=limits)["only"]


OTHERS: set[int] = set()


@pytest.fixture(autouse=True)
def others() -> None:
    """Processes that were there before the test are not its children: a browser's driver."""
    OTHERS.clear()
    OTHERS.update(children())


def children() -> set[int]:
    """Processes started by the test that still exist, the dead but unburied included."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            except OSError:
                continue
            if parent == str(os.getpid()):
                found.add(int(entry.name))
    return found - OTHERS


def test_steps_run_in_order_in_one_database(people: Path, spill: Path) -> None:
    steps = [
        load(people),
        Step("names", "SELECT name FROM people ORDER BY no", needs=("people",), fetch=True),
        Step("count", "SELECT count(*) AS n FROM people", needs=("people",), fetch=True),
    ]
    told: list[str] = []
    outcomes = run_steps(
        steps,
        readable=[people],
        limits=Limits(spill=spill),
        on_step=lambda outcome: told.append(outcome.name),
    )
    assert told == list(outcomes) == ["people", "names", "count"]
    assert outcomes["people"] == Outcome(
        "people", (), (), outcomes["people"].seconds, None, truncated=False
    )
    assert outcomes["names"].columns == ("name",)
    assert outcomes["names"].rows == (("Şule",), ("Işıl",))
    assert outcomes["count"].rows == ((2,),)
    assert 0 < outcomes["count"].seconds < 5


def test_values_come_back_exactly() -> None:
    values: dict[str, object] = {
        "170141183460469231731687303715884105727::HUGEINT": 2**127 - 1,
        "0.1::DOUBLE + 0.2::DOUBLE": 0.1 + 0.2,
        "'inf'::DOUBLE": math.inf,
        "1.10::DECIMAL(38, 12)": Decimal("1.100000000000"),
        "DATE '0001-01-01'": date(1, 1, 1),
        "TIMESTAMP '2026-01-05 10:00:00.000001'": datetime(2026, 1, 5, 10, 0, 0, 1),
        "TIME '10:00'": clock_time(10),
        "INTERVAL 3 DAY": timedelta(days=3),
        "true": True,
        "1": 1,
        "NULL": None,
        "'ş\n\"İ' || chr(8232)": 'ş\n"İ\u2028',
        "'\\x00'::BLOB": b"\0",
        "[1, NULL]": [1, None],
        "{'a': DATE '2026-01-05'}": {"a": date(2026, 1, 5)},
        "MAP {1: 2.5::DECIMAL(3, 1)}": {1: Decimal("2.5")},
    }
    outcome = fetch("SELECT " + ", ".join(values))
    assert outcome.failure is None
    (row,) = outcome.rows
    for sql, got, expected in zip(values, row, values.values(), strict=True):
        assert (got, type(got)) == (expected, type(expected)), sql


def test_an_instant_comes_back_as_the_same_instant_in_the_institutions_zone() -> None:
    ((got, local, nan),) = fetch(
        "SELECT t, t::TIMESTAMP, 'nan'::DOUBLE FROM (SELECT TIMESTAMPTZ '2026-01-05 10:00Z' AS t)"
    ).rows
    assert isinstance(got, datetime)
    assert got.utcoffset() == timedelta(hours=3)
    assert got.timestamp() == datetime.fromisoformat("2026-01-05T10:00+00:00").timestamp()
    assert local == datetime(2026, 1, 5, 13)
    assert isinstance(nan, float)
    assert math.isnan(nan)


def test_rows_beyond_the_most_asked_for_are_cut_and_said_to_be() -> None:
    steps = [
        Step("cut", "SELECT * FROM range(10)", fetch=True, max_rows=9),
        Step("whole", "SELECT * FROM range(10)", fetch=True, max_rows=10),
        Step("many", "SELECT * FROM range(12345)", fetch=True),
    ]
    outcomes = run_steps(steps, readable=[], limits=SMALL)
    assert (len(outcomes["cut"].rows), outcomes["cut"].truncated) == (9, True)
    assert (len(outcomes["whole"].rows), outcomes["whole"].truncated) == (10, False)
    assert outcomes["many"].rows == tuple((n,) for n in range(12345))


@pytest.mark.parametrize(
    "bomb",
    [
        "SELECT length(repeat('x', 4000000000))",
        "SELECT length(list(repeat('x', 1000))::VARCHAR) FROM range(10000000)",
        "SELECT len(list(range)) FROM range(1000000000)",
        "SELECT length(string_agg(repeat('x', 1000), '')) FROM range(10000000)",
        "SELECT repeat('x', 100000) FROM range(1000000)",
        "SELECT length(list_reduce(list_transform(range(40), lambda i: 'x'), lambda a, b: a || a))",
    ],
)
def test_a_memory_bomb_fails_alone_within_the_limit(bomb: str, people: Path) -> None:
    steps = [
        load(people),
        Step("bomb", bomb, fetch=True),
        Step("after", "SELECT count(*) FROM people", needs=("people",), fetch=True),
    ]
    peak, stop = [0.0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.01):
            peak[0] = max([peak[0], *(resident_mb(child) for child in children())])

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        outcomes = run_steps(steps, readable=[people], limits=SMALL)
    finally:
        stop.set()
        watcher.join()
    assert kinds(outcomes) == {"people": None, "bomb": "memory", "after": None}
    assert "500 MB" in str(outcomes["bomb"].failure)
    assert outcomes["after"].rows == ((2,),)
    assert peak[0] < 900


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits private memory")
def test_the_kernel_holds_the_limit_too_should_nobody_watch() -> None:
    limits: list[str] = []

    def look(_: Outcome) -> None:
        limits.extend(Path(f"/proc/{child}/limits").read_text() for child in children())

    run_steps([Step("one", "SELECT 1")], readable=[], limits=SMALL, on_step=look)
    (text,) = limits
    (line,) = (line for line in text.splitlines() if line.startswith("Max data size"))
    assert 500 < int(line.split()[3]) / 1024**2 < 1000
    assert "Max core file size        0" in text


def test_work_larger_than_memory_spills_and_leaves_nothing(spill: Path) -> None:
    outcome = fetch(
        "SELECT count(DISTINCT x) FROM (SELECT md5(range::VARCHAR) AS x FROM range(4000000))",
        Limits(memory_mb=200, spill=spill),
    )
    assert outcome.failure is None
    assert outcome.rows == ((4_000_000,),)


def test_an_endless_step_ends_at_its_deadline_and_skips_what_needs_it(people: Path) -> None:
    steps = [
        load(people),
        Step("endless", ENDLESS, needs=("people",), seconds=0.5),
        Step("child", "SELECT 1", needs=("endless",), fetch=True),
        Step("grandchild", "SELECT 1", needs=("people", "child"), fetch=True),
        Step("other", "SELECT count(*) FROM people", needs=("people",), fetch=True),
    ]
    outcomes = run_steps(steps, readable=[people], limits=SMALL)
    assert kinds(outcomes) == {
        "people": None,
        "endless": "deadline",
        "child": "skipped",
        "grandchild": "skipped",
        "other": None,
    }
    assert outcomes["endless"].seconds < 2
    assert "endless" in str(outcomes["child"].failure)


def test_a_step_that_does_not_heed_the_interrupt_is_killed(people: Path) -> None:
    def freeze(outcome: Outcome) -> None:
        if outcome.name == "people":
            for child in children():
                os.kill(child, signal.SIGSTOP)

    steps = [
        load(people),
        Step("frozen", "SELECT 1", seconds=0.2),
        Step("after", "SELECT count(*) FROM people", needs=("people",), fetch=True),
    ]
    outcomes = run_steps(steps, readable=[people], limits=SMALL, on_step=freeze)
    assert kinds(outcomes) == {"people": None, "frozen": "deadline", "after": None}
    assert outcomes["frozen"].seconds < 5
    assert outcomes["after"].rows == ((2,),)


def test_the_whole_run_has_a_deadline_too() -> None:
    steps = [Step("endless", ENDLESS), Step("late", "SELECT 1", fetch=True)]
    began = time.monotonic()
    outcomes = run_steps(steps, readable=[], limits=Limits(seconds=1))
    assert kinds(outcomes) == {"endless": "deadline", "late": "deadline"}
    assert time.monotonic() - began < 5


def kill_after(name: str) -> Callable[[Outcome], None]:
    def kill(outcome: Outcome) -> None:
        if outcome.name == name:
            for child in children():
                os.kill(child, signal.SIGKILL)

    return kill


def test_a_killed_child_costs_one_step_and_what_is_needed_is_run_again(people: Path) -> None:
    steps = [
        load(people),
        Step("names", "CREATE TABLE names AS SELECT name FROM people", needs=("people",)),
        Step("unlucky", "SELECT 1", fetch=True),
        Step("after", "SELECT count(*) FROM names", needs=("names",), fetch=True),
    ]
    outcomes = run_steps(steps, readable=[people], limits=SMALL, on_step=kill_after("names"))
    assert kinds(outcomes) == {"people": None, "names": None, "unlucky": "crash", "after": None}
    assert "SIGKILL" in str(outcomes["unlucky"].failure)
    assert outcomes["after"].rows == ((2,),)


def test_a_child_that_died_between_steps_is_replaced_for_what_it_had_built(people: Path) -> None:
    steps = [
        load(people),
        Step("names", "CREATE TABLE names AS SELECT name FROM people", needs=("people",)),
        Step("first", "SELECT 1"),
        Step("after", "SELECT count(*) FROM names", needs=("names",), fetch=True),
    ]
    outcomes = run_steps(steps, readable=[people], limits=SMALL, on_step=kill_after("first"))
    assert kinds(outcomes)["first"] is None
    assert kinds(outcomes)["after"] == "crash"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{other}')",
        "SELECT * FROM '{other}'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM query('FROM read_csv(''{other}'')')",
        "CREATE TABLE x AS FROM read_blob('/proc/self/environ')",
        "COPY (SELECT 1) TO '{other}'",
        "ATTACH ':memory:' AS x",
        "ATTACH '{other}'",
        "SET threads = 9",
        "SET enable_external_access = true",
        "PRAGMA database_list",
        "INSTALL httpfs",
        "LOAD httpfs",
        "EXPORT DATABASE '{other}'",
        "CALL pragma_version()",
        "SELECT 1; SELECT 2",
        "",
        "SELECT * FROM settings",
        "SELECT getenv('HOME')",
        "SELECT * FROM 'https://127.0.0.1/x.csv'",
    ],
)
def test_the_child_refuses_what_should_never_have_reached_it(
    sql: str, people: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a\n1\n", encoding="utf-8")
    step = Step("bad", sql.format(other=other), fetch=True)
    outcomes = run_steps([step], readable=[people], limits=SMALL)
    assert kinds(outcomes) == {"bad": "sql"}
    assert other.read_text(encoding="utf-8") == "a\n1\n"


def test_a_copy_reaches_writable_paths_only(people: Path, tmp_path: Path) -> None:
    out, folder, elsewhere = tmp_path / "out.parquet", tmp_path / "out", tmp_path / "x.parquet"
    folder.mkdir()
    steps = [
        load(people),
        *(
            Step(name, f"COPY people TO '{path}' (FORMAT parquet)", needs=("people",))
            for name, path in {
                "file": out,
                "again": out,
                "inside": folder / "a.parquet",
                "elsewhere": elsewhere,
            }.items()
        ),
        Step("back", f"SELECT name FROM read_parquet('{out}') ORDER BY no", fetch=True),
    ]
    outcomes = run_steps(steps, readable=[people], writable=[out, folder], limits=SMALL)
    assert kinds(outcomes) == dict.fromkeys(outcomes, None) | {"elsewhere": "sql"}
    assert outcomes["back"].rows == (("Şule",), ("Işıl",))
    assert not elsewhere.exists()


def test_the_child_inherits_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANK_PASSWORD", "geheim")
    seen: list[bytes] = []

    def look(_: Outcome) -> None:
        seen.extend(Path(f"/proc/{child}/environ").read_bytes() for child in children())

    run_steps([Step("one", "SELECT 1")], readable=[], on_step=look)
    assert seen
    assert all(b"geheim" not in environment for environment in seen)


def test_messages_about_data_hide_the_values() -> None:
    outcome = fetch("SELECT x::INT FROM (VALUES ('ayse@bank.example')) t(x)")
    assert outcome.failure is not None
    assert "Could not convert" in outcome.failure.message
    assert "ayse" not in outcome.failure.message


def test_an_answer_too_large_for_the_parent_is_refused() -> None:
    outcome = fetch("SELECT repeat('x', 1000) FROM range(5000)", Limits(answer_mb=1))
    assert outcome.failure is not None
    assert (outcome.failure.kind, outcome.rows) == ("memory", ())


def test_wrong_plans_are_refused_before_anything_runs() -> None:
    with pytest.raises(ValueError, match="two steps"):
        run_steps([Step("a", "SELECT 1"), Step("a", "SELECT 2")], readable=[])
    with pytest.raises(ValueError, match="needs b"):
        run_steps([Step("a", "SELECT 1", needs=("b",)), Step("b", "SELECT 1")], readable=[])


def test_nothing_is_left_when_the_run_is_interrupted(spill: Path) -> None:
    def interrupt(_: Outcome) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_steps(
            [Step("a", "SELECT 1")], readable=[], limits=Limits(spill=spill), on_step=interrupt
        )
    assert children() == set()


def test_a_step_is_left_out_where_the_number_it_depends_on_is_zero() -> None:
    counted = Step("counted", "SELECT 0 AS none, 2 AS some", fetch=True)
    steps = [
        counted,
        Step("idle", "SELECT 1", fetch=True, unless_zero=("counted", "none")),
        Step("busy", "SELECT 1", fetch=True, unless_zero=("counted", "some")),
    ]
    outcomes = run_steps(steps, readable=[], limits=SMALL)
    assert kinds(outcomes) == {"counted": None, "idle": None, "busy": None}
    assert (outcomes["idle"].rows, outcomes["busy"].rows) == ((), ((1,),))
    with pytest.raises(ValueError, match="needs counted"):
        run_steps(steps[1:], readable=[])


def test_the_child_tidies_and_ends_when_its_parent_is_killed(spill: Path) -> None:
    code = (
        "from pathlib import Path\n"
        "from expectations.engine.sandbox import *\n"
        f"run_steps([Step('a', 'SELECT 1'), Step('b', '''{ENDLESS}''')], readable=[], "
        f"limits=Limits(spill=Path({str(spill)!r})), on_step=lambda o: print(o.name, flush=True))"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"a\n"
    (child,) = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{child}").exists()


def test_a_folder_of_the_same_name_in_the_working_directory_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "expectations").mkdir()
    for name in ("duckdb.py", "json.py", "expectations/__init__.py"):
        (tmp_path / name).write_text("raise SystemExit(9)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert fetch("SELECT 1").rows == ((1,),)
