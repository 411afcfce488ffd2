"""One guarded child process as the parent sees it: started, asked, watched, killed."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, Literal

from expectations.engine.worker import decode

Kind = Literal["memory", "deadline", "sql", "crash"]

START_SECONDS: Final = 60.0
GRACE_SECONDS: Final = 2.0
LOOK_SECONDS: Final = 0.05
OVERHEAD_MB: Final = 200
INHERITED: Final = ("PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
WORKER: Final = Path(__file__).with_name("worker.py")


@dataclass(frozen=True)
class Limits:
    """What a run may use: memory of the child, seconds in all, threads, spill folder and size.

    `memory_mb` is everything the child may take for data; the database gets four fifths of it and
    spills the rest to a folder under `spill` (default: the system's), at most `spill_mb`.
    `answer_mb` bounds what one step may send back. `zone` is the session's time zone.
    """

    memory_mb: int = 4096
    seconds: float = 600
    threads: int = 2
    spill: Path | None = None
    spill_mb: int = 50_000
    answer_mb: int = 256
    zone: str = "Europe/Istanbul"


@dataclass(frozen=True)
class Answer:
    """What the child made of one statement; `died` when it can be asked nothing more."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[object, ...], ...] = ()
    truncated: bool = False
    failed: Kind | None = None
    message: str = ""
    died: bool = False


@dataclass
class Child:
    """A running child with a database of its own in memory, or one in a file to read."""

    directory: Path
    readable: Sequence[Path]
    writable: Sequence[Path]
    limits: Limits
    database: Path | None = None
    process: subprocess.Popen[str] = field(init=False)
    lines: queue.SimpleQueue[str | None] = field(default_factory=queue.SimpleQueue)
    errors: list[str] = field(default_factory=list)
    readers: list[threading.Thread] = field(default_factory=list)
    ready: bool = False
    largest_mb: float = 0

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own file, no shell
            [sys.executable, "-P", str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            env=_environment(self.directory),
            start_new_session=True,
        )
        for read in (self._read_lines, self._read_errors):
            thread = threading.Thread(target=read, daemon=True)
            thread.start()
            self.readers.append(thread)
        settings = _settings(self.directory, self.readable, self.writable, self.limits)
        self._send({**settings, "database": str(self.database) if self.database else None})

    def ask(self, sql: str, seconds: float, *, fetch: bool, max_rows: int | None) -> Answer:
        """Has the child run one statement within `seconds`, or kills it."""
        if not self.ready:
            started = self._listen(START_SECONDS, "it did not start")
            if not isinstance(started, dict):
                return started
            self.ready = True
        self._send({"sql": sql, "seconds": seconds, "fetch": fetch, "max_rows": max_rows})
        rows: list[tuple[object, ...]] = []
        deadline = time.monotonic() + seconds + GRACE_SECONDS
        while True:
            message = self._listen(deadline - time.monotonic(), f"{seconds:g} seconds are used up")
            if not isinstance(message, dict):
                return message
            if "rows" not in message:
                return self._closing(message, rows, seconds)
            rows += [tuple(decode(value) for value in row) for row in message["rows"]]

    def close(self) -> None:
        """Kills the child and waits until it is gone."""
        self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            _close(pipe)

    def _send(self, message: dict[str, Any]) -> None:
        if self.process.stdin is None:
            return
        try:
            self.process.stdin.write(json.dumps(message) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            self.process.kill()

    def _listen(self, seconds: float, too_late: str) -> dict[str, Any] | Answer:
        """The child's next message, or why there is none; watches time and memory meanwhile."""
        deadline = time.monotonic() + seconds
        most_mb = self.limits.memory_mb + OVERHEAD_MB
        while True:
            try:
                line = self.lines.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                self.largest_mb = max(self.largest_mb, resident_mb(self.process.pid))
                if self.largest_mb > most_mb:
                    return self._killed("memory", self._too_much())
                if time.monotonic() > deadline:
                    return self._killed("deadline", too_late)
                continue
            if line is None:
                return self._dead()
            message: dict[str, Any] = json.loads(line)
            return message

    def _killed(self, kind: Kind, message: str) -> Answer:
        self.process.kill()
        return Answer(failed=kind, message=message, died=True)

    def _dead(self) -> Answer:
        status = self.process.wait()
        for reader in self.readers:
            reader.join()
        said = "".join(self.errors)[-2000:].strip()
        how = f"status {status}" if status >= 0 else signal.Signals(-status).name
        starved = any(word in said for word in _SIGNS_OF_HUNGER)
        if starved or (status == -9 and self.largest_mb > 0.8 * self.limits.memory_mb):
            return Answer(failed="memory", message=self._too_much(), died=True)
        message = f"the process that ran it died ({how}) {said}".strip()
        return Answer(failed="crash", message=message, died=True)

    def _too_much(self) -> str:
        return f"it needs more than {self.limits.memory_mb} MB of memory"

    def _closing(
        self, message: dict[str, Any], rows: list[tuple[object, ...]], seconds: float
    ) -> Answer:
        failed = message.get("failed")
        if failed is None:
            return Answer(tuple(message["columns"]), tuple(rows), message["truncated"])
        texts = {
            "deadline": f"{seconds:g} seconds are used up",
            "memory": self._too_much(),
            "answer": f"its answer is larger than {self.limits.answer_mb} MB",
        }
        kind: Kind = "memory" if failed == "answer" else failed
        text = texts.get(failed, message["message"])
        return Answer(failed=kind, message=text, died=kind == "crash")

    def _read_lines(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.errors[:] = [*self.errors[-50:], line[:2000]]


_SIGNS_OF_HUNGER: Final = ("bad_alloc", "MemoryError", "Out of Memory", "annot allocate memory")


def _settings(
    directory: Path, readable: Sequence[Path], writable: Sequence[Path], limits: Limits
) -> dict[str, Any]:
    """What the child is told first; DuckDB writes a file that exists by way of a `tmp_` one."""
    beside = [path.with_name(f"tmp_{path.name}") for path in writable]
    named = (*readable, *writable, *beside)
    written = {form for path in named for form in (path, path.absolute(), path.resolve())}
    return {
        "threads": limits.threads,
        "duckdb_mb": limits.memory_mb * 4 // 5,
        "kernel_mb": limits.memory_mb + OVERHEAD_MB,
        "answer_mb": limits.answer_mb,
        "spill_mb": limits.spill_mb,
        "zone": limits.zone,
        "directory": str(directory),
        "writes": bool(writable),
        "paths": sorted(str(path) for path in written if not path.is_dir()),
        "directories": sorted(str(path) for path in written if path.is_dir()),
    }


def _environment(directory: Path) -> dict[str, str]:
    """What the child may know of our environment: no secret, no home folder.

    The allocator must give freed addresses back, else the kernel's limit counts them for ever.
    """
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {
        **kept,
        "HOME": str(directory),
        "TMPDIR": str(directory),
        "PYTHONIOENCODING": "utf-8",
        "DUCKDB_JE_MALLOC_CONF": "retain:false",
    }


def _close(pipe: IO[str] | None) -> None:
    if pipe is not None:
        try:
            pipe.close()
        except BrokenPipeError:
            return


def resident_mb(process: int) -> float:
    """Memory the process holds now, in MB; 0 where the system does not say or it is gone."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024
    except (OSError, IndexError):
        return _resident_mb_by_ps(process) if sys.platform == "darwin" else 0


def _resident_mb_by_ps(process: int) -> float:
    listed = subprocess.run(  # noqa: S603 - a fixed command
        ["/bin/ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True, check=False
    )
    return int(listed.stdout or 0) / 1024
