"""Runs SQL steps in a guarded child process; a step that fails costs only what needs it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from catalog.scratch import scratch_folder
from expectations.engine.child import Answer, Child, Limits
from expectations.engine.consulting import Consult, consult

__all__ = ["Failure", "FailureKind", "Limits", "Outcome", "Step", "run_steps"]

FailureKind = Literal["memory", "deadline", "sql", "crash", "skipped"]


@dataclass(frozen=True)
class Step:
    """One SQL statement; exactly one, of SELECT, CREATE, INSERT, UPDATE, DELETE, DROP, COPY.

    `needs` names earlier steps without which it makes no sense; they are also what is run again
    when the child died meanwhile, so they must bear running again in a fresh database. `fetch`
    asks for the rows, at most `max_rows`; `seconds` is its own deadline. `unless_zero` names an
    earlier fetched step and a column of its first row: the step is not run where that is zero.
    With `consult`, `sql` names a table of values to ask about instead of a statement.
    """

    name: str
    sql: str
    needs: tuple[str, ...] = ()
    fetch: bool = False
    seconds: float | None = None
    max_rows: int | None = None
    unless_zero: tuple[str, str] | None = None
    consult: Consult | None = None


@dataclass(frozen=True)
class Failure:
    """Why a step has no result: memory, deadline, sql (its own fault), crash, or skipped."""

    kind: FailureKind
    message: str


@dataclass(frozen=True)
class Outcome:
    """What became of a step; `columns` and `rows` are empty unless it fetched."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    seconds: float
    failure: Failure | None
    truncated: bool


def run_steps(
    steps: Sequence[Step],
    *,
    readable: Sequence[Path],
    writable: Sequence[Path] = (),
    database: Path | None = None,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    on_step: Callable[[Outcome], None] | None = None,
) -> dict[str, Outcome]:
    """Runs `steps` in order in one in-memory database; outcomes by name, in that order.

    With `database` it is that DuckDB file instead, opened for reading. `readable` are files and
    folders the SQL may read, `writable` those it may also write. Nothing is raised for a failing
    step. Raises ValueError for two steps of one name or a need that no earlier step meets, OSError
    when no child can be started.
    """
    _check(steps)
    with scratch_folder("engine", limits.spill) as directory:
        session = _Session(steps, directory, readable, writable, limits, database)
        try:
            for step in steps:
                outcome = session.skip(step) if session.is_idle(step) else session.run(step)
                session.outcomes[step.name] = outcome
                if on_step:
                    on_step(outcome)
        finally:
            session.close()
    return session.outcomes


def _check(steps: Sequence[Step]) -> None:
    seen: set[str] = set()
    for step in steps:
        if step.name in seen:
            raise ValueError(f"two steps are called {step.name}")
        earlier = (*step.needs, *(step.unless_zero or ())[:1])
        missing = [need for need in earlier if need not in seen]
        if missing:
            raise ValueError(
                f"step {step.name} needs {', '.join(missing)}, which no earlier step is"
            )
        seen.add(step.name)


@dataclass
class _Session:
    """The children of one run, one after the other, and what the present one has in memory."""

    steps: Sequence[Step]
    directory: Path
    readable: Sequence[Path]
    writable: Sequence[Path]
    limits: Limits
    database: Path | None = None
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    idle: set[str] = field(default_factory=set)
    child: Child | None = None
    started: float = field(default_factory=time.monotonic)
    by_name: dict[str, Step] = field(init=False)

    def __post_init__(self) -> None:
        self.by_name = {step.name: step for step in self.steps}

    def run(self, step: Step) -> Outcome:
        """The outcome of `step`, after whatever it needs and the child has lost."""
        began = time.monotonic()
        failure = self._prepare(step)
        answer = Answer() if failure else self._ask(step)
        failure = failure or _failure(answer)
        seconds = time.monotonic() - began
        return Outcome(step.name, answer.columns, answer.rows, seconds, failure, answer.truncated)

    def skip(self, step: Step) -> Outcome:
        """The outcome of a step that has nothing to do, now or in another child."""
        self.idle.add(step.name)
        return Outcome(step.name, (), (), 0.0, None, truncated=False)

    def is_idle(self, step: Step) -> bool:
        """Whether the number the step depends on is zero."""
        if step.unless_zero is None:
            return False
        name, column = step.unless_zero
        counted = self.outcomes[name]
        return counted.failure is None and not counted.rows[0][counted.columns.index(column)]

    def close(self) -> None:
        """Ends the child; nothing of it is left when this returns."""
        if self.child is not None:
            self.child.close()
            self.child = None

    def _prepare(self, step: Step) -> Failure | None:
        for need in step.needs:
            if self.outcomes[need].failure is not None:
                return Failure("skipped", f"it needs {need}, which failed")
        failure = self._restore(step)
        if failure is not None and self.child is None:
            failure = self._restore(step)
        return failure

    def _restore(self, step: Step) -> Failure | None:
        """Runs again what `step` needs and the present child does not have."""
        lacking = self._all_needs(step) - self.present - self.idle
        for lost in [s for s in self.steps if s.name in lacking] if lacking else []:
            failure = _failure(self._ask(replace(lost, fetch=False)))
            if failure is not None:
                message = f"it needs {lost.name}, which could not be run again: {failure.message}"
                return Failure("skipped", message)
        return None

    def _all_needs(self, step: Step) -> set[str]:
        found: set[str] = set()
        waiting = list(step.needs)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.by_name[name].needs
        return found

    def _ask(self, step: Step) -> Answer:
        if step.consult is None:
            answer = self._tell(step.sql, step)
        else:
            answer = consult(
                lambda sql, fetch: self._tell(sql, replace(step, fetch=fetch)),
                step.sql,
                step.consult,
            )
        if answer.failed is None:
            self.present.add(step.name)
        return answer

    def _tell(self, sql: str, step: Step) -> Answer:
        left = self.limits.seconds - (time.monotonic() - self.started)
        if left <= 0:
            message = f"the whole run's {self.limits.seconds:g} seconds are used up"
            return Answer(failed="deadline", message=message)
        if self.child is None:
            paths = (self.directory, self.readable, self.writable)
            self.child = Child(*paths, self.limits, self.database)
        seconds = left if step.seconds is None else min(step.seconds, left)
        answer = self.child.ask(sql, seconds, fetch=step.fetch, max_rows=step.max_rows)
        if answer.died:
            self.close()
            self.present.clear()
        return answer


def _failure(answer: Answer) -> Failure | None:
    return None if answer.failed is None else Failure(answer.failed, answer.message)
