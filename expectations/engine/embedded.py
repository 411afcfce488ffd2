"""The embedded engine: a plan as DuckDB statements, run in the guarded child process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Literal

from catalog.settings import EngineSettings
from expectations.engine.aggregates import Counting
from expectations.engine.calculating import calculation_steps, read_measures
from expectations.engine.complaints import in_plain_words
from expectations.engine.counting import COUNTERS, Scope
from expectations.engine.knowing import Known
from expectations.engine.port import Answers, Counted, Missing
from expectations.engine.projecting import Projecting
from expectations.engine.sandbox import Limits, Outcome, Step, run_steps
from expectations.engine.scope import make_scope, unmatched_checks
from expectations.engine.wanted import Dialect
from expectations.plan import Check, Plan
from expectations.sources.port import Extract

Found = Mapping[str, Outcome]
NEVER_MATCHED = Missing(
    "source", "its records were never matched, so nobody knows whose they are; run `tekdogru match`"
)
UNREADABLE = ("CSV Error", "Invalid unicode", "Parquet", "IO Error", "Invalid Input Error: CSV")


@dataclass(frozen=True)
class EmbeddedEngine:
    """DuckDB in a child process with the workspace's limits."""

    settings: EngineSettings
    zone: str
    known: Known = field(default_factory=Known)

    def run(
        self,
        plan: Plan,
        extracts: Mapping[str, Extract | Missing],
        on_progress: Callable[[int, int], None],
    ) -> Answers:
        """Answer the plan; see `Engine.run`.

        A source that breaks while it is read is left out and the rest is run again, so that it
        costs its own checks only.
        """
        unmatched = unmatched_checks(plan, self.known)
        checks = tuple(check for check in plan.checks if check.key not in unmatched)
        answers = self._run(replace(plan, checks=checks), extracts, on_progress, frozenset())
        measures = {
            measure.key: NEVER_MATCHED
            for measure in plan.measures
            if any(of in unmatched.values() for of in measure.golden)
        }
        checks_told = {**answers.checks, **dict.fromkeys(unmatched, NEVER_MATCHED)}
        return Answers(checks_told, {**answers.measures, **measures})

    def _run(
        self,
        plan: Plan,
        extracts: Mapping[str, Extract | Missing],
        on_progress: Callable[[int, int], None],
        unflagged: frozenset[str],
    ) -> Answers:
        readable = {path: one for path, one in extracts.items() if isinstance(one, Extract)}
        dialect = Dialect(plan.as_of, self.zone)
        scope = make_scope(plan, readable, dialect, unflagged=unflagged, known=self.known)
        work = _Work(plan, scope, readable, self.settings)
        steps = work.steps()
        done: list[Outcome] = []

        def on_step(outcome: Outcome) -> None:
            done.append(outcome)
            on_progress(len(done), len(steps))

        outcomes = run_steps(
            steps,
            readable=[f for one in readable.values() for f in one.files] + self.known.files,
            limits=limits_of(self.settings, self.zone),
            on_step=on_step,
        )
        broken = work.broken(outcomes)
        suspected = {path for path, why in broken.items() if why.kind == "engine"} - unflagged
        if suspected:  # it may be an expectation that fails, and costs no more than itself
            return self._run(plan, extracts, on_progress, unflagged | suspected)
        if broken:
            return self._run(plan, {**extracts, **broken}, on_progress, unflagged)
        return work.answers(outcomes, extracts)


def limits_of(settings: EngineSettings, zone: str) -> Limits:
    """The child process's limits as the workspace sets them."""
    return Limits(
        memory_mb=settings.memory_mb,
        seconds=settings.seconds,
        threads=settings.threads,
        spill=settings.spill,
        zone=zone,
    )


def foundation_steps(scope: Scope) -> Iterator[Step]:
    """The steps that make the tables everything else reads."""
    for projection in scope.projections.values():
        yield from Projecting(projection, scope.dialect).steps()
    for join in scope.joins.values():
        yield from join.steps()
    for (entity, _), join in scope.ahead.items():
        yield join.making([scope.joins[entity].step])


class _Work:
    """The steps of one run and where each check's answer stands among them."""

    def __init__(
        self, plan: Plan, scope: Scope, extracts: Mapping[str, Extract], settings: EngineSettings
    ) -> None:
        self.plan, self.scope, self.extracts, self.settings = plan, scope, extracts, settings
        readable = set(scope.projections)
        self.counted = {
            check.key: scope.count(check)
            for check in plan.checks
            if set(check.reads) <= readable and type(check.figure) in COUNTERS
        }
        self.places: dict[str, tuple[str, dict[int, int]]] = {}

    def steps(self) -> list[Step]:
        return [
            *foundation_steps(self.scope),
            *self._counts(),
            *self._samples(),
            *calculation_steps(self.plan, self.scope, self.extracts, self.settings.sandbox_seconds),
        ]

    def _counts(self) -> Iterator[Step]:
        fused = [(key, one) for key, one in self.counted.items() if not one.alone]
        fused.sort(key=lambda pair: pair[1].relation)
        groups = [list(group) for _, group in groupby(fused, key=lambda pair: pair[1].relation)]
        alone = [[(key, one)] for key, one in self.counted.items() if one.alone]
        for number, group in enumerate([*groups, *alone]):
            seconds = self.settings.sandbox_seconds if group[0][1].alone else None
            yield self._count(f"count:{number}", group, seconds)

    def _count(
        self, name: str, group: Sequence[tuple[str, Counting]], seconds: float | None
    ) -> Step:
        selected: dict[str, int] = {}
        for key, one in group:
            wanted = [(i, sql) for i, sql in enumerate(one.aggregates) if sql != "NULL"]
            self.places[key] = (
                name,
                {i: selected.setdefault(sql, len(selected)) for i, sql in wanted},
            )
        columns = ", ".join(f"{sql} AS c{n}" for sql, n in selected.items())
        needs = tuple(dict.fromkeys(one.needs for _, one in group))
        relation = group[0][1].relation
        return Step(
            name, f"SELECT {columns} FROM {relation}", needs=needs, fetch=True, seconds=seconds
        )

    def _samples(self) -> Iterator[Step]:
        for key, one in self.counted.items():
            if one.bad and self.settings.samples:
                name, columns = self.places[key]
                yield Step(
                    f"samples:{key}",
                    one.samples(self.settings.samples),
                    needs=(name, one.needs),
                    fetch=True,
                    unless_zero=(name, f"c{columns[2]}"),
                )

    def answers(self, outcomes: Found, extracts: Mapping[str, Extract | Missing]) -> Answers:
        checks = {
            check.key: self._answer(check, outcomes, extracts)
            for check in self.plan.checks
            if type(check.figure) in COUNTERS
        }
        computed = read_measures(self.plan, outcomes)
        measures = {
            measure.key: _unreadable(measure.reads, extracts) or computed[measure.key]
            for measure in self.plan.measures
            if set(measure.reads) <= set(extracts)
        }
        return Answers(checks, measures)

    def _answer(
        self, check: Check, outcomes: Found, extracts: Mapping[str, Extract | Missing]
    ) -> Counted | Missing:
        missing = _unreadable(check.reads, extracts)
        if missing:
            return missing
        name, columns = self.places[check.key]
        outcome = outcomes[name]
        if outcome.failure:
            return Missing("engine", in_plain_words(outcome.failure.message))
        row = outcome.rows[0]
        numbers = [row[columns[i]] if i in columns else None for i in range(6)]
        fetched = outcomes.get(f"samples:{check.key}")
        keys = [str(key) for (key,) in fetched.rows if key is not None] if fetched else []
        most = self.settings.samples
        rows, compared, violations = (int(str(number or 0)) for number in numbers[:3])
        left, right = (
            int(str(number or 0)) if place in columns else None
            for place, number in enumerate(numbers[3:5], start=3)
        )
        return Counted(
            rows,
            compared,
            violations,
            left,
            right,
            value=numbers[5],
            samples=tuple(keys[:most]),
            truncated=len(keys) > most or (violations > 0 and most == 0),
            seconds=outcome.seconds,
        )

    def broken(self, outcomes: Found) -> dict[str, Missing]:
        """The datasets whose reading failed, and why."""
        failures = {path: outcomes[f"rows:{path}"].failure for path in self.scope.projections}
        return {
            path: why_unread(path, self.extracts[path], failure.message)
            for path, failure in failures.items()
            if failure
        }


def why_unread(path: str, extract: Extract, message: str) -> Missing:
    """Blames the source where it is known to be broken, else the engine."""
    explained = extract.explain()
    if explained:
        return Missing("source", f"{path} cannot be read: {explained}")
    kind: Literal["source", "engine"] = "source" if _is_unreadable(message) else "engine"
    return Missing(kind, f"{path}: {plain(message, extract.files)}")


def _unreadable(reads: Sequence[str], extracts: Mapping[str, Extract | Missing]) -> Missing | None:
    """Why one of the datasets read is not there, if one is not."""
    return next((one for path in reads if isinstance(one := extracts[path], Missing)), None)


def plain(message: str, files: Sequence[Path]) -> str:
    """An engine's message in one line, files by their name alone."""
    for file in files:
        message = message.replace(str(file), file.name)
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    kept = [
        line for line in lines if not line.startswith(("Possible", "* ", "LINE", "^", "file ="))
    ]
    return " ".join(kept)[:500]


def _is_unreadable(message: str) -> bool:
    return any(sign in message for sign in UNREADABLE)
