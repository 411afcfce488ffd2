"""Runs a command and says what it took: wall, CPU and peak memory, of it and of all it started."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LOOK_SECONDS = 0.02
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1024 / 1024
INHERITED = ("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class Taken:
    """What a command took: seconds of wall and CPU, peak MB, of the whole tree together.

    `below` and `below_mb` are of the processes that it started; of ours that is the engine, which
    does the data's work.
    """

    wall: float
    cpu: float
    below: float
    peak_mb: float
    below_mb: float
    status: int
    output: str
    errors: str


def run(command: Sequence[str]) -> Taken:
    """Run a Python command to its end, without what would keep its modules uncompiled."""
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *command], stdout=output, stderr=errors, env=environment
        )
        seen = _Seen(process.pid)
        _, waited, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(waited)
        seen.stop()
        texts = [_said(one) for one in (output, errors)]
    sys.stderr.write(texts[1])
    cpu = used.ru_utime + used.ru_stime
    peaks = (seen.peak_mb, seen.below_mb)
    return Taken(wall, cpu, seen.below(), *peaks, process.returncode, *texts)


def _said(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8")


class _Seen:
    """Looks at a process and its descendants every few milliseconds."""

    def __init__(self, root: int) -> None:
        self.root = root
        self.peak_mb = self.below_mb = 0.0
        self._cpu: dict[int, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def below(self) -> float:
        """CPU seconds of the descendants, each as of the last look at it."""
        return sum(cpu for process, cpu in self._cpu.items() if process != self.root)

    def _look(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            held: dict[int, float] = {}
            for process in _family(self.root):
                found = stat(process)
                if found:
                    self._cpu[process], held[process] = found[0], found[1] * PAGE_MB
            everyone = sum(held.values())
            self.peak_mb = max(self.peak_mb, everyone)
            self.below_mb = max(self.below_mb, everyone - held.get(self.root, 0.0))


def _family(root: int) -> list[int]:
    """The process and its descendants that are there now."""
    family = [root]
    for process in family:
        try:
            tasks = list(Path(f"/proc/{process}/task").iterdir())
            for task in tasks:
                family += map(int, (task / "children").read_text().split())
        except OSError:  # it ended meanwhile
            continue
    return family


def stat(process: int) -> tuple[float, int] | None:
    """CPU seconds used and resident pages; None when the process is gone."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / TICKS, int(fields[21])
