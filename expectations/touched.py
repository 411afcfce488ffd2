"""Which checks a change touches: those of what is different, and of all that rests on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import PurePosixPath

from catalog.changes import Changes, compare
from catalog.errors import EXIT_PASS
from catalog.loading.revisions import Past
from catalog.model import Catalog
from catalog.periods import PLACEHOLDER, Period
from catalog.results import RunRecord
from catalog.sql import check_condition
from catalog.tables import golden_columns
from catalog.validation.rules import Context, validate
from catalog.workspace import Workspace
from expectations.compiler.whole import compile_plan
from expectations.plan import (
    Check,
    Column,
    ExpiryFigure,
    GoldenColumn,
    Plan,
    calculations_of,
)
from expectations.publishing import has_workbooks
from lineage.graph import Lineage, build_lineage

# Settings that change no verdict; every other one may, and so everything is checked.
HARMLESS = frozenset(
    {
        *("institution", "language", "catalog", "output", "state", "database_url"),
        *("engine", "privacy", "site", "workbooks", "consolidation"),
    }
)
MOST_NAMED = 6


@dataclass(frozen=True)
class Touched:
    """The checks a change touches, and how that came about.

    `whole` says why everything is checked, where it is; `data` are the datasets and reports whose
    files changed, as URNs.
    """

    past: Past
    changes: Changes
    plan: Plan
    of: int
    whole: str | None = None
    data: tuple[str, ...] = ()

    @property
    def selection(self) -> str:
        """What the run's record says was selected."""
        return f"changed since {self.past}"

    @property
    def note(self) -> str:
        """What was found to differ, and how much of the plan it touches."""
        if self.whole:
            return f"everything is checked: {self.whole}"
        named = [str(change) for change in self.changes.definitions]
        named += [f"baseline or waiver of {check}" for check in self.changes.checks]
        named += [f"data of {urn}" for urn in self.data]
        if not named:
            return f"nothing to check: no definition and no data has changed since {self.past}"
        more = f"; and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
        what = f"what changed since {self.past}: {'; '.join(named[:MOST_NAMED])}{more}"
        if not self.plan.checks:
            return f"nothing to check: no check speaks of {what}"
        return f"{len(self.plan.checks)} of {self.of} checks are touched by {what}"

    def nothing(self, now: datetime) -> RunRecord:
        """The record of a run in which there was nothing to do: not a pass, nothing is known."""
        return RunRecord(
            run=f"{now:%Y%m%dT%H%M%S}-nothing",
            started=now,
            finished=now,
            as_of=self.plan.as_of,
            selection=self.selection,
            note=self.note,
            verdict="unknown",
            exit_code=EXIT_PASS,
            results=(),
        )


def find_touched(
    workspace: Workspace,
    catalog: Catalog,
    plan: Plan,
    past: Past,
    period: Period | None = None,
) -> Touched:
    """The part of a plan that the difference between a workspace and its past touches.

    A check is touched when its definition differs or rests, by lineage, on one that differs; when
    it reads a dataset whose description or file differs; when it is planned otherwise than before;
    or when its baseline or waiver differs. Whether a definition is past its review date is asked of
    those alone that differ: another one's age is no fault of this change.
    """
    whole = _why_whole(workspace, past, plan.as_of)
    if whole or past.loaded is None:
        return Touched(past, Changes(), plan, len(plan.checks), whole or "there was no catalog")
    before = past.loaded.catalog
    changes = compare(before, catalog)
    data = tuple(_changed_data(catalog, past.files))
    reach = _Reach(before, catalog, changes, data)
    planned = _Planned(compile_plan(before, plan.as_of, workspace.settings, period))
    checks = tuple(
        check
        for check in plan.checks
        if reach.touches(check) or (planned.differs(check, plan) and not _is_age(check))
    )
    return Touched(past, changes, replace(plan, checks=checks), len(plan.checks), data=data)


def _why_whole(workspace: Workspace, past: Past, day: date) -> str | None:
    """Why a comparison definition by definition would not be enough; None when it is."""
    if past.settings is None:
        return f"at {past} there was no workspace here, or its tekdogru.toml was not valid"
    if past.loaded is None:
        return f"at {past} there were no definitions"
    different = [
        name
        for name in type(workspace.settings).model_fields
        if name not in HARMLESS
        and getattr(past.settings, name, None) != getattr(workspace.settings, name)
    ]
    if different:
        return f"the settings {', '.join(different)} have changed since {past}"
    problems = [*past.loaded.problems, *validate(past.loaded.catalog, Context(past.settings, day))]
    if any(problem.level == "error" for problem in problems):
        return f"the definitions at {past} were not valid"
    return None


@dataclass(frozen=True)
class _Reach:
    """What a change reaches, before it and after it."""

    before: Catalog
    after: Catalog
    changes: Changes
    data: tuple[str, ...]

    @cached_property
    def changed(self) -> frozenset[str]:
        """What differs itself, and what holds the fields by which rows are told apart."""
        return frozenset(change.urn for change in self.changes.definitions)

    @cached_property
    def moved(self) -> frozenset[str]:
        """What may have another value itself; with a report, the numbers that are read there."""
        passing = {change.urn for change in self.changes.definitions if change.passes_on}
        found = passing | set(self.data)
        reports = (one for one in self.after.reports.values() if one.urn in found)
        return frozenset(found | {cell.urn for report in reports for cell in report.cells})

    @cached_property
    def reached(self) -> frozenset[str]:
        """All that may have another value: what moved, and what rests or rested on it."""
        if not self.moved:
            return frozenset()
        found = set(self.moved)
        for catalog in (self.before, self.after):
            lineage = build_lineage(catalog)
            found |= {below for urn in self.moved for below in _below(lineage, urn)}
        return frozenset(found)

    @cached_property
    def rows(self) -> frozenset[str]:
        """Datasets that may hold other rows: described otherwise, or of another id."""
        found = {urn.partition(":")[2] for urn in self.moved if urn.startswith("dataset:")}
        for path, dataset in self.after.datasets.items():
            own = [f"source:{dataset.source}", f"field:{path}.{dataset.id}"]
            found |= {path} if self.moved.intersection(own) else set()
        return frozenset(found)

    def touches(self, check: Check) -> bool:
        if isinstance(check.figure, ExpiryFigure):
            return check.urn in self.changed
        return (
            check.urn in self.changed
            or check.urn in self.reached
            or not self.rows.isdisjoint(check.reads)
            or not self.reached.isdisjoint(_spoken_of(check, self.after))
            or any(_names(written, check) for written in self.changes.checks)
        )


def _below(lineage: Lineage, urn: str) -> Iterable[str]:
    """What may have another value because `urn` has: a rule that names it changes no value."""

    def following(node: str) -> list[str]:
        return [e.downstream for e in lineage.edges_out_of(node) if e.type != "checks"]

    return lineage.trails(urn, following) if urn in lineage else ()


def _is_age(check: Check) -> bool:
    return isinstance(check.figure, ExpiryFigure)


def _names(written: str, check: Check) -> bool:
    """Whether a baseline's or a waiver's entry speaks of a check."""
    return written in (check.key, check.urn) or fnmatchcase(check.key, written)


def _spoken_of(check: Check, catalog: Catalog) -> Iterator[str]:
    """What a check's figure is made of, beside the definition it belongs to."""
    for part in _parts(check.figure):
        if isinstance(part, Column):
            yield f"field:{part.path}"
        elif isinstance(part, GoldenColumn):
            yield f"attribute:{part.attribute}"
    for measure in calculations_of(check.figure):
        yield measure if ":" in measure else f"measure:{measure}"
    for name in ("cell", "left", "right"):
        if isinstance(path := getattr(check.figure, name, None), str):
            yield f"cell:{path}"
    if (attribute := catalog.attributes.get(check.urn.partition(":")[2])) is None:
        return
    known = ["value", *golden_columns(catalog, attribute.entity)]
    for name in ("condition", "subtype"):
        condition = getattr(check.figure, name, None)
        for column in check_condition(condition, known).columns if condition else ():
            yield f"attribute:{attribute.entity}.{column}"


def _parts(value: object) -> Iterator[object]:
    """A figure and everything inside it."""
    yield value
    if is_dataclass(value):
        for one in fields(value):
            yield from _parts(getattr(value, one.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _parts(item)


@dataclass(frozen=True)
class _Planned:
    """The plan of the past, by what a check of today can be compared with."""

    plan: Plan

    @cached_property
    def checks(self) -> Mapping[str, Check]:
        return {check.key: _without_words(check) for check in self.plan.checks}

    @cached_property
    def calculations(self) -> Mapping[str, object]:
        return {one.key: one for one in self.plan.measures}

    def differs(self, check: Check, plan: Plan) -> bool:
        """Whether a check, or a calculation it asks for, is new or planned otherwise."""
        if self.checks.get(check.key) != _without_words(check):
            return True
        wanted = set(calculations_of(check.figure))
        return any(
            self.calculations.get(one.key) != one for one in plan.measures if one.of in wanted
        )


def _without_words(check: Check) -> Check:
    """A check but for how and where it is written, and whose it is."""
    return replace(check, title="", message=None, place=None, owner=None)


def _changed_data(catalog: Catalog, files: frozenset[str]) -> Iterator[str]:
    """Datasets and reports whose data lies in files of the repository that have changed."""
    for dataset in catalog.datasets.values():
        source = catalog.sources[dataset.source]
        where = PurePosixPath(source.location) / (dataset.path_ or "")
        if str(where) != "." and any(_holds(str(where), file) for file in files):
            yield dataset.urn
    for report in catalog.reports.values():
        told = (report.published, report.workbook if has_workbooks(report) else None)
        if any(_holds(where, file) for where in told if where for file in files):
            yield report.urn


def _holds(where: str, file: str) -> bool:
    """Whether a file is, lies below, or fits a path that may have wild cards or `{period}`."""
    where = str(PurePosixPath(where.replace(PLACEHOLDER, "*")))
    return file == where or file.startswith(f"{where}/") or fnmatchcase(file, where)
