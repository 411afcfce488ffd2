"""Runs `tekdogru check` in this process and writes down where its time goes.

    python tests/bench/laps.py LAPS.json check --workspace FOLDER …

The functions that a run is made of are wrapped; a step of the engine is charged with the CPU of
its process. Imports are charged to whoever imports first.
"""

from __future__ import annotations

import functools
import importlib
import json
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from watch import stat

STARTED = time.perf_counter()
Laps = dict[str, list[float]]
WRAPPED = (
    ("catalog.validation.opening", "valid_catalog", "load and validate the catalog"),
    ("expectations.runner", "plan_checks", "compile the plan"),
    ("expectations.runner", "read_sources", "find the sources"),
    ("expectations.suites", "build_suites", "write the suites"),
    ("expectations.judge", "judge", "judge"),
    ("expectations.carrying", "look_back", "fingerprint the sources"),
    ("expectations.carrying", "confirm", "fingerprint the sources"),
    ("expectations.reports.rendering", "tell_run", "write the report"),
)
STEPS = {
    "rows": "read and project",
    "counted": "read and project",
    "repeated": "find repeated ids",
    "superseded": "find repeated ids",
    "joined": "join",
    "golden": "join",
    "count": "count",
    "samples": "fetch offending keys",
}


class Clock:
    """Charges wall and CPU seconds to names; what is charged within a lap is not its own."""

    def __init__(self) -> None:
        self.laps: Laps = defaultdict(lambda: [0.0, 0.0])
        self._inner: list[list[float]] = []

    def wrap(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        """The function, timed; on another thread than the main one it goes by its name there."""

        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            if threading.current_thread() is not threading.main_thread():
                return function(*args, **kwargs)
            wall, cpu = time.perf_counter(), time.process_time()
            self._inner.append([0.0, 0.0])
            try:
                return function(*args, **kwargs)
            finally:
                inner = self._inner.pop()
                self.charge(name, time.perf_counter() - wall, time.process_time() - cpu, inner)

        return timed

    def charge(self, name: str, wall: float, cpu: float, inner: list[float] | None = None) -> None:
        """Add to a lap what was not charged within it already."""
        within = inner or [0.0, 0.0]
        self.laps[name][0] += wall - within[0]
        self.laps[name][1] += cpu - within[1]
        for outer in self._inner[-1:]:
            outer[0] += wall
            outer[1] += cpu


def main(target: Path, arguments: list[str]) -> int:
    """Run the command and write the laps."""
    clock = Clock()
    import_module = clock.wrap(importlib.import_module, "import the command")
    for module in ("catalog.store.runs", "catalog.validation.opening", "expectations.runner"):
        import_module(module)
    clock.wrap(importlib.import_module, "import Great Expectations")("expectations.judge")
    for module, name, title in WRAPPED:
        found = importlib.import_module(module)
        timed = clock.wrap(getattr(found, name), title)
        for user in list(sys.modules.values()):
            if getattr(user, name, None) is getattr(found, name) and user is not found:
                setattr(user, name, timed)
        setattr(found, name, timed)
    store = importlib.import_module("catalog.store.runs").RunStore
    store.__init__ = clock.wrap(store.__init__, "open the history")
    store.save = clock.wrap(store.save, "keep the run")
    _watch_steps(clock)
    status = _run(arguments)
    total = [time.perf_counter() - STARTED, time.process_time()]
    laps = {name: [round(value, 4) for value in lap] for name, lap in clock.laps.items()}
    target.write_text(json.dumps({"laps": laps, "total": total}), encoding="utf-8")
    return status


def _watch_steps(clock: Clock) -> None:
    """Charge every step of the engine to its kind, with the CPU of the engine's process."""
    session = importlib.import_module("expectations.engine.sandbox")._Session
    run = session.run
    used = {0: 0.0}

    def timed(self: Any, step: Any) -> Any:
        began = time.perf_counter()
        outcome = run(self, step)
        wall = time.perf_counter() - began
        kind, _, what = step.name.partition(":")
        name = STEPS.get(kind, "compute measures")
        title = f"{name} {what}" if kind in ("rows", "counted") else name
        process = self.child.process.pid if self.child else 0
        now = (stat(process) or (0.0, 0))[0]
        clock.charge(title, wall, max(0.0, now - used.get(process, 0.0)))
        used[process] = now
        return outcome

    session.run = timed


def _run(arguments: list[str]) -> int:
    from catalog.cli import main as command

    sys.argv = ["tekdogru", *arguments]
    try:
        command()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
