"""Temporary folders go away at the end, and those of killed processes with the next start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from catalog.scratch import scratch_folder

HOLD = """
import sys, time
from pathlib import Path
from catalog.scratch import scratch_folder
with scratch_folder("spool", Path(sys.argv[1])) as folder:
    (folder / "data").write_text("x")
    print(folder.name, flush=True)
    time.sleep(60)
"""


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def hold(folder: Path) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    return process, process.stdout.readline().strip()


def test_a_folder_is_ones_own_and_gone_at_the_end(tmp_path: Path) -> None:
    with scratch_folder("spool", tmp_path) as one, scratch_folder("spool", tmp_path) as other:
        (one / "deep").mkdir()
        (one / "deep" / "file").write_text("x")
        assert one != other
        assert one.stat().st_mode & 0o077 == 0
        assert len(names(tmp_path)) == 2
    assert names(tmp_path) == []


def test_it_is_gone_after_a_failure_too(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x"), scratch_folder("spool", tmp_path):
        raise ValueError("x")
    assert names(tmp_path) == []


def test_what_a_killed_process_left_goes_with_the_next_start_and_nothing_else(
    tmp_path: Path,
) -> None:
    (tmp_path / "tekdogru-pg-mine").mkdir()
    (tmp_path / "tekdogru-spool-link").symlink_to(tmp_path / "tekdogru-pg-mine")
    alive, kept = hold(tmp_path)
    dead, left = hold(tmp_path)
    dead.send_signal(signal.SIGKILL)
    dead.communicate()
    with scratch_folder("engine", tmp_path):
        assert left in names(tmp_path)
    with scratch_folder("spool", tmp_path) as own:
        assert names(tmp_path) == sorted(
            ["tekdogru-pg-mine", "tekdogru-spool-link", kept, own.name]
        )
        assert (tmp_path / kept / "data").exists()
    alive.kill()
    alive.communicate()


def test_what_was_left_while_being_made_goes_once_it_is_old(tmp_path: Path) -> None:
    young, old = tmp_path / ".tekdogru-spool-a", tmp_path / ".tekdogru-spool-b"
    for folder in (young, old):
        folder.mkdir()
    past = time.time() - 100
    os.utime(old, (past, past))
    with scratch_folder("spool", tmp_path):
        pass
    assert names(tmp_path) == [young.name]
