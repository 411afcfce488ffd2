"""Has the engine count both sides of every pair, and every variant between them, in one run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from catalog.scratch import scratch_folder
from catalog.totals import exact
from catalog.workspace import Workspace
from expectations.alone import computes, fed_alone
from expectations.difference.changes import Change, Changing
from expectations.difference.grounds import Grounds
from expectations.difference.pairing import Pair, apart_step
from expectations.engine.calculating import calculation_steps, read_measures
from expectations.engine.complaints import in_plain_words
from expectations.engine.embedded import NEVER_MATCHED, foundation_steps, limits_of, why_unread
from expectations.engine.functions import quote_name
from expectations.engine.knowing import Known
from expectations.engine.port import Computed, Missing
from expectations.engine.sandbox import Outcome, Step, run_steps
from expectations.engine.scope import make_scope
from expectations.engine.wanted import Dialect
from expectations.plan import Check, Plan, asked_calculations
from expectations.runner import Progress, read_sources
from expectations.sources.port import Extract

MOST_EXAMPLES = 3
Subset = frozenset[str]


@dataclass(frozen=True)
class Rows:
    """Rows that one change alone makes count, or no longer count: how many, and some of them.

    Each is the id of its entity, whether the left side counts it, and its values by address.
    """

    count: int
    rows: tuple[tuple[str | None, bool, Mapping[str, object]], ...]


@dataclass(frozen=True)
class Counted:
    """What a pair gave: what is totalled by the changes made, and rows by change; or why not."""

    numbers: Mapping[Subset, Decimal | None]
    rows: Mapping[str, Rows]
    failure: str | None = None


@dataclass(frozen=True)
class Answers:
    """What one run counted: calculations by their keys, pairs by their numbers."""

    computed: Mapping[str, Computed | Missing]
    pairs: Mapping[int, Counted]


def subsets(changes: Sequence[Change]) -> list[Subset]:
    """The sets of changes that are counted: none, each, each two, all, all but each."""
    keys = [change.key for change in changes]
    every = frozenset(keys)
    found = [frozenset(some) for size in range(3) for some in combinations(keys, size)]
    return list(dict.fromkeys([*found, every, *(every - {key} for key in keys)]))


@dataclass(frozen=True)
class Counting:
    """One run of the engine over the calculations of a plan and pairs of them taken apart."""

    workspace: Workspace
    grounds: Grounds
    known: Known
    pairs: Sequence[Changing]
    progress: Progress

    def run(self, calculations: Iterable[str]) -> Answers:
        """Count the calculations (measures' keys, cells' URNs) of the plan, and the pairs.

        A source that cannot be read costs what rests on it.
        """
        wanted = set(calculations)
        plan = self.grounds.plan
        checks = [computes(m.key, m.reads) for m in plan.measures if m.key in wanted]
        plan = replace(
            plan, checks=tuple(checks), entities=tuple(map(fed_alone, plan.entities)), outlooks=()
        )
        asked = asked_calculations(plan)
        reads = dict.fromkeys(p for m in plan.measures if m.key in asked for p in m.reads)
        with scratch_folder("spool") as spool:
            extracts = read_sources(
                self.workspace, self.grounds.catalog, list(reads), spool, self.progress
            )
            while True:
                answers = self._run(plan, extracts)
                if isinstance(answers, Answers):
                    return answers
                extracts = {**extracts, **answers}

    def _run(
        self, plan: Plan, extracts: Mapping[str, Extract | Missing]
    ) -> Answers | dict[str, Missing]:
        """The answers; or the sources that broke while they were read."""
        settings = self.workspace.settings
        readable = {path: one for path, one in extracts.items() if isinstance(one, Extract)}
        lost = {
            e.key: NEVER_MATCHED
            for e in plan.entities
            if e.matched and e.key not in self.known.matches
        }
        kept = [c for c in plan.checks if self._can_be_counted(plan, c, readable, lost)]
        plan = replace(plan, checks=tuple(kept))
        dialect = Dialect(plan.as_of, settings.timezone)
        scope = make_scope(plan, readable, dialect, known=self.known)
        pairs = [one for one in self.pairs if self._is_readable(one.pair, readable, scope.joins)]
        steps = [
            *foundation_steps(scope),
            *calculation_steps(plan, scope, readable, settings.engine.sandbox_seconds),
            *self._tables(pairs, readable, scope.dialect),
            *(step for one in pairs for step in _steps(one, settings.engine.sandbox_seconds)),
        ]
        done: list[str] = []

        def on_step(outcome: Outcome) -> None:
            done.append(outcome.name)
            self.progress("counting", len(done), len(steps))

        outcomes = run_steps(
            steps,
            readable=[f for one in readable.values() for f in one.files] + self.known.files,
            limits=limits_of(settings.engine, settings.timezone),
            on_step=on_step,
        )
        broken = {
            path: why_unread(path, readable[path], failure.message)
            for path in scope.projections
            if (failure := outcomes[f"rows:{path}"].failure)
        }
        if broken:
            return broken
        computed = read_measures(plan, outcomes)
        for one in plan.measures:
            unread = [e for path in one.reads if isinstance(e := extracts.get(path), Missing)]
            gone = [lost[key] for key in one.golden if key in lost]
            if unread or gone:
                computed[one.key] = (unread or gone)[0]
        return Answers(computed, {one.pair.number: _counted(one, outcomes) for one in pairs})

    def _can_be_counted(
        self, plan: Plan, check: Check, readable: Mapping[str, Extract], lost: Mapping[str, object]
    ) -> bool:
        measure = plan.measure(check.urn)
        used = [measure, *(plan.measure(key) for key in measure.measures)]
        golden = {key for one in used for key in one.golden}
        return set(check.reads) <= set(readable) and not golden & set(lost)

    def _is_readable(
        self, pair: Pair, readable: Mapping[str, Extract], joins: Iterable[str]
    ) -> bool:
        return all(table in readable or table in joins for table in self._tables_of(pair))

    def _tables_of(self, pair: Pair) -> list[str]:
        return list(dict.fromkeys([*pair.left.tables, *pair.right.tables]))

    def _tables(
        self, pairs: Iterable[Changing], readable: Mapping[str, Extract], dialect: Dialect
    ) -> Iterator[Step]:
        """One table per dataset, of the fields that any pair looks at."""
        fields: dict[str, list[str]] = {}
        for pair in (one.pair for one in pairs):
            for table in self._tables_of(pair):
                fields.setdefault(table, [])
            for address in pair.read:
                table, _, field = address.rpartition(".")
                fields.setdefault(table, []).append(field)
        for table, keys in fields.items():
            if not self.grounds.is_golden(table):
                dataset = self.grounds.datasets[table]
                match = self.known.matches.get(dataset.entity or "")
                yield apart_step(dataset, readable[table], dialect, match, keys)


def _steps(one: Changing, seconds: float) -> Iterator[Step]:
    made = one.pair.making()
    yield replace(made, seconds=seconds)
    needs = (made.name,)
    numbers = [f"{one.number(changed)} AS v{n}" for n, changed in enumerate(subsets(one.changes))]
    variants = f"SELECT {', '.join(numbers)} FROM {one.relation}"
    yield Step(f"variants:{one.pair.number}", variants, needs=needs, fetch=True, seconds=seconds)
    for number, change in enumerate(one.changes):
        name = f"examples:{one.pair.number}:{number}"
        yield Step(name, _differing(one, change), needs=needs, fetch=True, seconds=seconds)


def _shown(one: Changing) -> list[tuple[str, str]]:
    """The columns of a pair's table that examples show: by their addresses."""
    pair = one.pair
    sides = [("left", pair.left)] + ([] if pair.mode == "same" else [("right", pair.right)])
    found = {
        address: quote_name(f"{name} {address}")
        for name, _ in sides
        for address in pair.needed(name)
    }
    return list(found.items())


def _differing(one: Changing, change: Change) -> str:
    """Some rows that count without a change and not with it, or the other way round."""
    before, after = one.counts(frozenset()), one.counts(frozenset([change.key]))
    values = [f"CAST({sql} AS VARCHAR)" for _, sql in _shown(one)]
    listed = ", ".join(["count(*) OVER ()", "k", f"{before}", *values])
    return (
        f"SELECT {listed} FROM {one.relation} WHERE ({before}) <> ({after}) "
        f"ORDER BY hash(k), k LIMIT {MOST_EXAMPLES}"
    )


def _counted(one: Changing, outcomes: Mapping[str, Outcome]) -> Counted:
    outcome = outcomes[f"variants:{one.pair.number}"]
    made = outcomes[one.pair.step]
    failure = made.failure or outcome.failure
    if failure:
        return Counted({}, {}, in_plain_words(failure.message))
    listed = subsets(one.changes)
    numbers = {listed[n]: exact(value) for n, value in enumerate(outcome.rows[0])}
    addresses = [address for address, _ in _shown(one)]
    rows = {}
    for number, change in enumerate(one.changes):
        found = outcomes[f"examples:{one.pair.number}:{number}"].rows
        if found:
            told = tuple(
                (
                    None if k is None else str(k),
                    bool(left),
                    dict(zip(addresses, values, strict=True)),
                )
                for _, k, left, *values in found
            )
            rows[change.key] = Rows(int(str(found[0][0])), told)
    return Counted(numbers, rows)
