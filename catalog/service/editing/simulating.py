"""Simulates edits in the background, one at a time, and keeps what came out for a while."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from markupsafe import Markup

from catalog.errors import TekdogruError
from catalog.proposals import Proposed, simulators

MOST_KEPT = 20
MOST_WAITING = 4
State = Literal["running", "done", "failed"]


@dataclass
class Job:
    """One simulation: how far it is, and in the end its HTML or why there is none."""

    key: str
    urn: str
    title: str
    proposed: Proposed
    done: int = 0
    of: int = 0
    result: Future[Markup] = field(default_factory=Future)

    @property
    def state(self) -> State:
        """Whether it still runs, and how it ended."""
        if not self.result.done():
            return "running"
        return "failed" if self.result.exception() else "done"

    @property
    def html(self) -> Markup:
        """What came out; only of a job that is done."""
        return self.result.result(timeout=0)

    @property
    def why(self) -> str | None:
        """Why it failed, where that can be explained."""
        error = self.result.exception(timeout=0)
        return str(error) if isinstance(error, TekdogruError) else None


class Simulations:
    """The simulations of one service, safe for many requests at once.

    Who asks for what is being computed waits for the same answer; one that is ready is computed
    anew when it is asked for again, since the data may be others by then.
    """

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def find(self, key: str) -> Job | None:
        """The simulation of that key; None where it was never asked for or is forgotten."""
        with self._lock:
            return self._jobs.get(key)

    def begin(self, key: str, urn: str, title: str, proposed: Proposed) -> Job | None:
        """The simulation of an edit, begun unless it runs already; None when too many wait."""
        with self._lock:
            known = self._jobs.get(key)
            if known and known.state == "running":
                return known
            if sum(job.state == "running" for job in self._jobs.values()) >= MOST_WAITING:
                return None
            job = self._jobs[key] = Job(key, urn, title, proposed)
            self._jobs.move_to_end(key)
            self._forget()
        threading.Thread(target=self._run, args=(job,), daemon=True).start()
        return job

    def _forget(self) -> None:
        over = len(self._jobs) - MOST_KEPT
        ended = [key for key, job in self._jobs.items() if job.state != "running"]
        for key in ended[: max(over, 0)]:
            del self._jobs[key]

    def _run(self, job: Job) -> None:
        """Run a job when it is its turn; whatever goes wrong is its result."""

        def progress(what: str, done: int, of: int) -> None:
            job.done, job.of = done, of

        made: Markup | None = None
        try:
            with self._turn:
                makers = simulators(job.proposed.workspace.settings.plugins)
                made = Markup("").join(make(job.proposed, progress) for make in makers)
        except (TekdogruError, OSError) as error:
            job.result.set_exception(error)
        finally:
            if made is not None:
                job.result.set_result(made)
            elif not job.result.done():
                job.result.set_exception(RuntimeError("it broke off"))


def key_of(*parts: object) -> str:
    """A short name for what is simulated: the same parts give the same."""
    return sha256("\0".join(map(str, parts)).encode()).hexdigest()[:24]
