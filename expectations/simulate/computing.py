"""Resolves the golden records and counts the numbers of one of the two catalogs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from catalog.errors import TekdogruError
from catalog.model import Catalog
from catalog.workspace import Workspace
from expectations.alone import computes, fed_alone
from expectations.compiler.dated import with_periods
from expectations.engine.calculating import calculation_steps, read_measures
from expectations.engine.contest import Asked
from expectations.engine.counting import Scope
from expectations.engine.embedded import NEVER_MATCHED, foundation_steps, limits_of, why_unread
from expectations.engine.knowing import Known
from expectations.engine.port import Computed, Missing
from expectations.engine.sandbox import Outcome, Step, run_steps
from expectations.engine.scope import make_scope
from expectations.engine.wanted import Dialect
from expectations.golden.rows import long_steps
from expectations.plan import Check, Plan
from expectations.runner import Progress
from expectations.sources.port import Extract

Extracts = Mapping[str, Extract | Missing]


@dataclass(frozen=True)
class Task:
    """What is computed of one catalog: golden records of entities, and numbers of calculations.

    `name` is what progress says of it. `plan` is the whole plan of its day; `calculations` are keys
    of measures and URNs of cells, `reports` those whose cells' numbers are asked for. Of golden
    records the `attributes` are told; `needed` are those that must be resolved for all of it.
    """

    name: str
    catalog: Catalog
    plan: Plan
    known: Known
    entities: tuple[str, ...]
    calculations: tuple[str, ...]
    attributes: frozenset[str]
    needed: frozenset[str]
    reports: tuple[str, ...] = ()

    @cached_property
    def feeding(self) -> Mapping[str, tuple[str, ...]]:
        """By entity: the datasets of which its golden records are made."""
        return {one.key: one.feeding for one in self.plan.entities}

    @property
    def reads(self) -> list[str]:
        """The datasets that must be read."""
        mine = [path for key in self.entities for path in self.feeding.get(key, ())]
        counted = [path for one in self._measures() for path in one.reads]
        return list(dict.fromkeys([*mine, *counted]))

    @cached_property
    def narrowed(self) -> Plan:
        """The plan with a check per calculation, for the periods in which reports show it."""
        checks = tuple(computes(one.key, one.reads) for one in self._measures())
        entities = tuple(map(fed_alone, self.plan.entities))
        golden = tuple(one for one in self.plan.golden if one.attribute in self.needed)
        plan = replace(self.plan, checks=checks, entities=entities, golden=golden)
        shown = [
            (cell.calculation, issue.period)
            for report in self.plan.reports
            for issue in report.issues[:1]
            for cell in report.cells
            if cell.calculation in self.calculations
        ]
        return with_periods(plan, [(of, period) for of, period in shown if of])

    def _measures(self) -> list[_Wanted]:
        wanted = set(self.calculations)
        return [_Wanted(m.key, m.reads) for m in self.plan.measures if m.key in wanted]


@dataclass(frozen=True)
class _Wanted:
    key: str
    reads: tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """What one catalog gave: golden records in a file, if any, counts, numbers; and what could
    not be computed, by entity.
    """

    task: Task
    file: Path
    resolved: tuple[str, ...] = ()
    records: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    computed: Mapping[str, Computed | Missing] = field(default_factory=dict)


@dataclass(frozen=True)
class Computing:
    """Computes sides in the guarded child, within the workspace's limits."""

    workspace: Workspace
    day: date
    progress: Progress

    def compute(self, task: Task, extracts: Extracts, file: Path) -> Side:
        """One side, its golden records in `file`; a source that breaks costs what rests on it.

        TekdogruError when the engine itself fails.
        """
        file.parent.mkdir(exist_ok=True)
        while True:
            readable = {path: one for path, one in extracts.items() if isinstance(one, Extract)}
            unknown = dict(self._unknown(task, extracts))
            entities = tuple(key for key in task.entities if key not in unknown)
            scope = self._scope(task, readable, entities, unknown)
            outcomes = self._run(task, scope, readable, entities, file)
            broken = {
                path: why_unread(path, readable[path], failure.message)
                for path in scope.projections
                if (failure := outcomes[f"rows:{path}"].failure)
            }
            if broken:
                extracts = {**extracts, **broken}
                continue
            entities = tuple(key for key in entities if key in scope.joins)
            _raise_failures(outcomes, [scope.joins[key].step for key in entities])
            return Side(
                task,
                file,
                entities,
                {key: _records(outcomes, key) for key in entities},
                {key: why for key, why in unknown.items() if key in task.entities},
                self._numbers(task, scope, outcomes, extracts, unknown),
            )

    def _unknown(self, task: Task, extracts: Extracts) -> Iterator[tuple[str, str]]:
        """The entities that cannot be resolved, and why."""
        for entity in task.plan.entities:
            if entity.matched and entity.key not in task.known.matches:
                yield entity.key, NEVER_MATCHED.message
                continue
            for path in entity.feeding:
                if isinstance(one := extracts.get(path), Missing):
                    yield entity.key, one.message
                    break

    def _scope(
        self,
        task: Task,
        readable: Mapping[str, Extract],
        entities: Sequence[str],
        unknown: Mapping[str, str],
    ) -> Scope:
        plan = task.narrowed
        checks = tuple(
            check
            for check in plan.checks
            if set(check.reads) <= set(readable) and not self._needs(plan, check, unknown)
        )
        return make_scope(
            replace(plan, checks=checks),
            readable,
            Dialect(self.day, self.workspace.settings.timezone),
            known=task.known,
            asked=Asked(told=True),
            resolved=entities,
        )

    def _needs(self, plan: Plan, check: Check, unknown: Mapping[str, str]) -> bool:
        """Whether a calculation reads the golden records of an entity that is not known."""
        return any(key in unknown for key in _golden_of(plan, check.urn))

    def _run(
        self,
        task: Task,
        scope: Scope,
        readable: Mapping[str, Extract],
        entities: Sequence[str],
        file: Path,
    ) -> Mapping[str, Outcome]:
        settings = self.workspace.settings
        seconds = settings.engine.sandbox_seconds
        joined = {key: scope.joins[key] for key in entities if key in scope.joins}
        steps = [*foundation_steps(scope)]
        for key, join in joined.items():
            alone = " + ".join(f"({join.projections[path].alone})" for path in join.datasets)
            counted = f"SELECT count(*), {alone} FROM {join.table} WHERE fed"
            steps.append(Step(f"records:{key}", counted, (join.step,), fetch=True))
        steps += long_steps("golden", joined.values(), file, task.attributes)
        steps += calculation_steps(task.narrowed, scope, readable, seconds)
        name, done = task.name, [0]

        def on_step(outcome: Outcome) -> None:
            done[0] += 1
            self.progress(name, done[0], len(steps))

        return run_steps(
            steps,
            readable=[f for one in readable.values() for f in one.files] + task.known.files,
            writable=[file.parent],
            limits=limits_of(settings.engine, settings.timezone),
            on_step=on_step,
        )

    def _numbers(
        self,
        task: Task,
        scope: Scope,
        outcomes: Mapping[str, Outcome],
        extracts: Extracts,
        unknown: Mapping[str, str],
    ) -> dict[str, Computed | Missing]:
        """The rows of each calculation that was asked for, or why there are none."""
        plan = task.narrowed
        found = read_measures(plan, outcomes)
        for one in plan.measures:
            unread = [e for path in one.reads if isinstance(e := extracts.get(path), Missing)]
            lost = [key for key in _golden_of(plan, one.key) if key in unknown]
            if unread:
                found[one.key] = unread[0]
            elif lost:
                found[one.key] = Missing("source", unknown[lost[0]])
        return found


def _golden_of(plan: Plan, key: str) -> set[str]:
    """The entities whose golden records a calculation reads, through those it uses too."""
    measure = plan.measure(key)
    return {*measure.golden, *(e for used in measure.measures for e in _golden_of(plan, used))}


def _records(outcomes: Mapping[str, Outcome], entity: str) -> tuple[int, int]:
    """How many golden records there are, and how many records wait to be matched."""
    row = outcomes[f"records:{entity}"].rows[0]
    return int(str(row[0])), int(str(row[1] or 0))


def _raise_failures(outcomes: Mapping[str, Outcome], joins: Iterable[str]) -> None:
    """TekdogruError where golden records, not one calculation, failed."""
    for name in (*joins, "golden"):
        failure = outcomes[name].failure if name in outcomes else None
        if failure:
            raise TekdogruError(f"golden records cannot be resolved: {failure.message}")
