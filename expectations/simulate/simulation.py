"""Simulates a change: what differs, what it does to golden values and numbers, whom it reaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from catalog.changes import compare
from catalog.model import Catalog
from catalog.model.definition import Language
from catalog.scratch import scratch_folder
from catalog.simulations import (
    KINDS,
    AttributeChange,
    DefinitionChange,
    EntityChange,
    Move,
    SimulateDocument,
    StateMove,
    Unknown,
)
from catalog.workspace import Workspace
from expectations.compiler.whole import compile_plan
from expectations.engine.embedded import limits_of
from expectations.engine.sandbox import Limits
from expectations.golden.work import warn_of, written_whole
from expectations.knowledge import known_of
from expectations.runner import Progress, read_sources, silent
from expectations.simulate.comparing import Tally, compare_files, in_order
from expectations.simulate.computing import Computing, Extracts, Side, Task
from expectations.simulate.differing import Differing, Meaning, find_differing
from expectations.simulate.hiding import Hiding
from expectations.simulate.matching import rematched
from expectations.simulate.measuring import Numbers, urn_of
from expectations.simulate.naming import Naming
from expectations.simulate.reaching import Changed, reached_by
from expectations.simulate.sides import Side as Stated
from expectations.simulate.words import Words

FILE = "golden.parquet"
DECIDING = frozenset(
    ("attribute", "entity", "source", "dataset", "field", "measure", "report", "cell")
)


@dataclass(frozen=True)
class Ask:
    """How a simulation is told: in which language, how many examples, whether values are shown."""

    as_of: date
    language: Language = "en"
    examples: int = 3
    show_values: bool = False
    output: Path | None = None


def simulate(
    workspace: Workspace, sides: tuple[Stated, Stated], ask: Ask, progress: Progress = silent
) -> SimulateDocument:
    """What leads from the first catalog to the second does, on the same data and day.

    No data is read where nothing differs that could change a value. TekdogruError when the engine
    fails, UsageError when `output` cannot be written.
    """
    simulation = _Simulation(workspace, sides[0], sides[1], ask, progress)
    with written_whole(ask.output) as target:
        return simulation.told(target)


@dataclass(frozen=True)
class _Simulation:
    workspace: Workspace
    before: Stated
    after: Stated
    ask: Ask
    progress: Progress

    @cached_property
    def meanings(self) -> tuple[Meaning, Meaning]:
        return self._meaning(self.before.catalog), self._meaning(self.after.catalog)

    @cached_property
    def differing(self) -> Differing:
        return find_differing(*self.meanings)

    def _meaning(self, catalog: Catalog) -> Meaning:
        return Meaning(catalog, compile_plan(catalog, self.ask.as_of, self.workspace.settings))

    def told(self, target: Path | None) -> SimulateDocument:
        """The whole answer; `target` gets a row for each changed value."""
        bare = SimulateDocument(
            as_of=self.ask.as_of,
            language=self.ask.language,
            before=self.before.label,
            after=self.after.label,
            definitions=tuple(self._definitions()),
            computed=False,
            unknown=tuple(self._rematched()),
        )
        if self.differing:
            return self._computed(bare, target)
        if target:
            compare_files(None, None, target=target, examples=0, limits=self._limits)
        return self._written(bare, 0)

    def _computed(self, bare: SimulateDocument, target: Path | None) -> SimulateDocument:
        with ExitStack() as stack:
            old, new = self._sides(stack)
            both = [key for key in self.differing.entities if not self._why_unknown(key, old, new)]
            files = [_only(side, both) for side in (old, new)]
            self.progress("comparing both", 0, 1)
            tallies, rows = compare_files(
                *files,
                entities=both,
                target=target,
                examples=self.ask.examples,
                limits=self._limits,
            )
        return self._written(self._told(bare, old, new, tallies), rows)

    def _written(self, document: SimulateDocument, rows: int) -> SimulateDocument:
        if self.ask.output is None:
            return document
        return document.model_copy(update={"output": str(self.ask.output), "rows": rows})

    @property
    def _limits(self) -> Limits:
        return limits_of(self.workspace.settings.engine, self.workspace.settings.timezone)

    def _sides(self, stack: ExitStack) -> tuple[Side, Side]:
        """Both sides, of data that is read once wherever both read it alike."""
        folder = stack.enter_context(scratch_folder("simulating"))
        tasks = [self._task(stack, n) for n in range(2)]
        extracts: list[Extracts] = [self._read(tasks[0].catalog, tasks[0].reads, folder / "before")]
        shared = {
            path: one
            for path, one in extracts[0].items()
            if self.meanings[0].data.get(path) == self.meanings[1].data.get(path)
        }
        further = [path for path in tasks[1].reads if path not in shared]
        extracts.append({**shared, **self._read(tasks[1].catalog, further, folder / "after")})
        computing = Computing(self.workspace, self.ask.as_of, self.progress)
        made = []
        for number, (task, mine) in enumerate(zip(tasks, extracts, strict=True)):
            wanted = {path: one for path, one in mine.items() if path in task.reads}
            made.append(computing.compute(task, wanted, folder / f"golden-{number}" / FILE))
        return made[0], made[1]

    def _read(self, catalog: Catalog, paths: list[str], spool: Path) -> Extracts:
        spool.mkdir()
        return read_sources(self.workspace, catalog, paths, spool, self.progress)

    def _task(self, stack: ExitStack, n: int) -> Task:
        meaning = self.meanings[n]
        known = stack.enter_context(known_of(self.workspace, meaning.catalog, self.ask.as_of))
        if n:
            warn_of(known)
        calculations, reports = self._asked(meaning)
        entities = tuple(key for key in self.differing.entities if key in meaning.entities)
        told = frozenset().union(*(self.differing.attributes[key] for key in entities))
        named = [key for of in calculations for key in self._named(meaning, of)]
        return Task(
            ("before the change", "after the change")[n],
            meaning.catalog,
            meaning.plan,
            known,
            entities,
            calculations,
            told,
            meaning.needed([*told, *named]),
            reports,
        )

    def _named(self, meaning: Meaning, of: str) -> Iterator[str]:
        """The attributes that a calculation and those it uses name."""
        yield from meaning.named_by(of)
        for used in meaning.calculations[of].measures:
            yield from self._named(meaning, used)

    def _asked(self, meaning: Meaning) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The calculations to count: those that may differ, and what stands beside them in the
        formulas of a report; and those reports.
        """
        differing = self.differing.calculations
        reports = [
            report
            for both in self.meanings
            for report in both.plan.reports
            if any(cell.calculation in differing for cell in report.cells)
        ]
        keys = {report.key for report in reports}
        mine = [one for one in meaning.plan.reports if one.key in keys]
        beside = [cell.calculation for one in mine for cell in one.cells if cell.calculation]
        known = [key for key in (*differing, *beside) if key in meaning.calculations]
        return tuple(dict.fromkeys(known)), tuple(one.key for one in mine)

    def _why_unknown(self, entity: str, old: Side, new: Side) -> str | None:
        """Why the golden records of an entity cannot be compared."""
        reasons = (side.unknown.get(entity) for side in (old, new))
        return next((reason for reason in reasons if reason), None)

    def _told(
        self, bare: SimulateDocument, old: Side, new: Side, tallies: Mapping[str, Tally]
    ) -> SimulateDocument:
        numbers = Numbers(old, new, self.differing.calculations, self.naming)
        unknown = [*bare.unknown, *self._unresolved(old, new), *numbers.unknown()]
        attributes = [self._attribute(key, tally) for key, tally in tallies.items()]
        attributes.sort(key=lambda one: (-one.changed, one.attribute))
        measures = tuple(numbers.measures())
        known = [one for one in measures if not (one.why_before or one.why_after)]
        roots = [f"attribute:{one.attribute}" for one in attributes if one.changed]
        roots += [one.urn for one in measures if one.changed]
        same = {one.urn for one in known if not one.changed} | self._untouched()
        same |= set(numbers.same_cells())
        changed = Changed(roots, same)
        reached = reached_by(changed, self.before.catalog, self.after.catalog, self.naming)
        return bare.model_copy(
            update={
                "computed": True,
                "entities": tuple(self._entities(old, new)),
                "attributes": tuple(attributes),
                "measures": tuple(known),
                "cells": tuple(numbers.cells()),
                "reached": tuple(reached),
                "unknown": tuple(unknown),
            }
        )

    def _untouched(self) -> set[str]:
        """The calculations that cannot differ, as URNs."""
        every = {key for one in self.meanings for key in one.calculations if "@" not in key}
        return {urn_of(key) for key in every - set(self.differing.calculations)}

    def _entities(self, old: Side, new: Side) -> Iterator[EntityChange]:
        for key in self.differing.entities:
            if not self._why_unknown(key, old, new):
                before, after = old.records.get(key, (0, 0)), new.records.get(key, (0, 0))
                yield EntityChange(
                    entity=key,
                    before=before[0],
                    after=after[0],
                    unmatched_before=before[1],
                    unmatched_after=after[1],
                    untouched=len(self._attributes_of(key) - self.differing.attributes[key]),
                )

    def _attributes_of(self, entity: str) -> set[str]:
        return {key for meaning in self.meanings for key in meaning.of_entity(entity)}

    def _unresolved(self, old: Side, new: Side) -> Iterator[Unknown]:
        for key in self.differing.entities:
            if reason := self._why_unknown(key, old, new):
                urn = f"entity:{key}"
                yield Unknown(urn=urn, name=self.naming.name(urn), reason=reason)

    def _rematched(self) -> Iterator[Unknown]:
        for key in rematched(*self.meanings):
            urn = f"entity:{key}"
            reason = Words(self.ask.language)("unknown.rematched")
            yield Unknown(urn=urn, name=self.naming.name(urn), reason=reason)

    @cached_property
    def naming(self) -> Naming:
        """Names and owners, of the catalog after the change where it has them."""
        catalogs = (self.after.catalog, self.before.catalog)
        return Naming(catalogs, self.ask.language, self.workspace.clock.today())

    def _definitions(self) -> Iterator[DefinitionChange]:
        for change in compare(self.before.catalog, self.after.catalog).definitions:
            kind = change.urn.partition(":")[0]
            yield DefinitionChange(
                urn=change.urn,
                name=self.naming.name(change.urn),
                owner=self.naming.owner(change.urn),
                how=change.how,
                parts=change.parts,
                decides=change.passes_on and kind in DECIDING,
            )

    def _attribute(self, key: str, tally: Tally) -> AttributeChange:
        urn = f"attribute:{key}"
        return AttributeChange(
            attribute=key,
            name=self.naming.name(urn),
            owner=self.naming.owner(urn),
            before=tally.before,
            after=tally.after,
            changed=tally.changes.total(),
            changes={kind: tally.changes[kind] for kind in KINDS if tally.changes[kind]},
            became_current=tally.became("stale", "current"),
            became_stale=tally.became("current", "stale"),
            contested_before=tally.contested_before,
            contested_after=tally.contested_after,
            decided_otherwise=tally.decided_otherwise,
            other_last_day=tally.other_last_day,
            moves=tuple(
                Move(from_=old, to=new, count=count) for (old, new), count in in_order(tally.moves)
            ),
            states=tuple(
                StateMove(from_=old, to=new, count=count)
                for (old, new), count in in_order(tally.states)
            ),
            examples=tuple(self._hiding.shown(key, one) for one in tally.examples),
        )

    @cached_property
    def _hiding(self) -> Hiding:
        wanted = self.workspace.settings.privacy.mask and not self.ask.show_values
        return Hiding((self.after.catalog, self.before.catalog), wanted)


def _only(side: Side, entities: list[str]) -> Path | None:
    """The file of a side's golden records, if it has any that are compared."""
    is_any = side.file.is_file() and any(key in side.resolved for key in entities)
    return side.file if is_any else None
