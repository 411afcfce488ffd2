"""Runs the command line: here, as a process of its own, or as a program that uses these parts."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

PROGRAM = Path(sys.executable).with_name("tekdogru")
SUPPORT = Path(__file__).parent


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str


class Command(Protocol):
    """Runs the command line: in which folder, with what more in the environment."""

    def __call__(self, *arguments: object, cwd: Path | None = None, **environment: str) -> Ended:
        """How it ended."""


def run_process(*arguments: object, cwd: Path | None = None, **environment: str) -> Ended:
    """Run the installed command in a process of its own."""
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)], capture_output=True, cwd=cwd, timeout=120, check=False,
        env={**os.environ, **environment}, encoding="utf-8",
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return Ended(done.returncode, done.stdout, done.stderr)


def run_quietly(*arguments: object) -> Ended:
    """Run the command line in this process, where no test can catch what it says: for fixtures."""
    from catalog.cli import run

    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = run([str(one) for one in arguments])
    assert "Traceback" not in err.getvalue(), err.getvalue()
    return Ended(status, out.getvalue(), err.getvalue())


def run_here(capfd: pytest.CaptureFixture[str]) -> Command:
    """A command that runs in this process: all of it but the start and the end of a process."""
    from catalog.cli import run

    def command(*arguments: object, cwd: Path | None = None, **environment: str) -> Ended:
        capfd.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            if cwd:
                patch.chdir(cwd)
            status = run([str(one) for one in arguments])
        ended = Ended(status, *capfd.readouterr())
        assert "Traceback" not in ended.err, ended.err
        return ended

    return command


def run_program(code: str, *arguments: object, under: Sequence[str] = ()) -> str:
    """What a Python program says that may import what tests share; it must end well.

    `under` is the command line of a program that starts it with other rights.
    """
    done = subprocess.run(
        [*under, sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=SUPPORT.parents[1],
        env={**os.environ, "PYTHONPATH": str(SUPPORT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def start_program(code: str, *arguments: str) -> subprocess.Popen[str]:
    """A Python program that may import what tests share, to be asked and to answer in lines."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=SUPPORT.parents[1], env={**os.environ, "PYTHONPATH": str(SUPPORT)},
    )  # fmt: skip
