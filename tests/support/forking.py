"""Starts commands by forking one process that has run one already, as often as a test likes.

What is forked is a process like any other: it has its own group, can be killed at any moment and
ends as the installed command does. Only the seconds of loading are saved.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn


class Preloaded:
    """The loaded process, from which commands are forked until the end of a `with` block."""

    def __init__(self, *first: object) -> None:
        """It runs `first`, a command on data of its own, and so has loaded what that needs."""
        self._lock = threading.Lock()
        self._server = subprocess.Popen(
            [sys.executable, __file__, *map(str, first)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __enter__(self) -> Preloaded:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._server.communicate(timeout=60)

    def start(self, *arguments: object, **environment: str) -> Forked:
        """Fork a command; it leads a group of its own, and what it says goes nowhere."""
        asked = {"start": [str(one) for one in arguments], "environment": environment}
        return Forked(self.ask(asked), self)

    def ask(self, message: Mapping[str, Any]) -> Any:
        """What the loaded process answers."""
        with self._lock:
            assert self._server.stdin
            assert self._server.stdout
            self._server.stdin.write(json.dumps(message) + "\n")
            self._server.stdin.flush()
            return json.loads(self._server.stdout.readline())


class Forked:
    """A command that was forked."""

    def __init__(self, pid: int, by: Preloaded) -> None:
        self.pid, self._by, self._status = pid, by, None

    def poll(self) -> int | None:
        """Its status as `subprocess` has it, None while it runs."""
        if self._status is None:
            self._status = self._by.ask({"poll": self.pid})
        return self._status

    def wait(self, seconds: float = 120) -> int:
        """Its status when it has ended."""
        end = time.monotonic() + seconds
        while (status := self.poll()) is None:
            assert time.monotonic() < end, "it does not end"
            time.sleep(0.005)
        return status

    def kill_group(self) -> int:
        """The end that no process can prepare for, for it and all of its group; its status."""
        if self.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)
        return self.wait()


def serve(first: list[str]) -> None:
    """Fork what is asked for and say how it ended, until nobody asks any more."""
    from catalog.cli import run

    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        run(first)
    assert threading.active_count() == 1, "a thread would be lost in a fork"
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        if "start" in asked:
            answer: int | None = os.fork()
            if not answer:
                become(asked["start"], asked["environment"])
        else:
            ended, status = os.waitpid(asked["poll"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if ended else None
        print(json.dumps(answer), flush=True)


def become(arguments: list[str], environment: Mapping[str, str]) -> NoReturn:
    """Be the installed command from here on; freeing all that was loaded would take longest."""
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.environ |= environment
    tempfile.tempdir = None  # what was found for the process that was forked
    from catalog.cli import main

    status = 70
    try:
        main(arguments)
    except SystemExit as ended:
        status = int(ended.code or 0)
    finally:
        atexit._run_exitfuncs()
        os._exit(status)


if __name__ == "__main__":
    sys.path.remove(str(Path(__file__).parent))  # as the installed command has it
    serve(sys.argv[1:])
