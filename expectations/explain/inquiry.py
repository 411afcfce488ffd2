"""Asks the engine about one entity: its rows alone are read, joined and resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from catalog.errors import TekdogruError, UsageError
from catalog.model import Attribute, Touchpoint
from catalog.scratch import scratch_folder
from expectations.compiler.scene import Scene
from expectations.compiler.touching import reading_column
from expectations.engine.contest import Contest
from expectations.engine.embedded import foundation_steps, limits_of, why_unread
from expectations.engine.joining import Join
from expectations.engine.port import Missing
from expectations.engine.sandbox import Outcome, Step, run_steps
from expectations.engine.scope import make_scope
from expectations.engine.wanted import Dialect
from expectations.explain.asking import columns_of, overrides_of, row_of
from expectations.explain.narrowing import EXPLAINED, located, narrow
from expectations.explain.resting import needed_for
from expectations.golden.work import Job, plan_of
from expectations.plan import Plan
from expectations.runner import Progress, read_sources, silent
from expectations.sources.port import Extract


@dataclass(frozen=True)
class Inquiry:
    """A question about one entity: of which kind, its id, the attributes it is about."""

    job: Job
    entity: str
    id: str
    attributes: tuple[Attribute, ...]

    @property
    def scene(self) -> Scene:
        """What the day's plan is compiled from."""
        return Scene(self.job.catalog, self.job.as_of, self.job.workspace.settings.calendar)

    @property
    def touchpoints(self) -> list[tuple[Touchpoint, str, str]]:
        """The touchpoints that read one of the attributes, its key and the field that is read."""
        wanted = {attribute.key for attribute in self.attributes}
        return [
            (touchpoint, key, field)
            for touchpoint in self.job.catalog.touchpoints.values()
            for key, field in touchpoint.reads.items()
            if key in wanted
        ]


@dataclass(frozen=True)
class Found:
    """What the engine said of the entity, as texts.

    `contests` by attribute, and by `attribute<field` for what touchpoints read; `values` by
    column of the joined row; `known_by` the rows of each dataset on it; `unread` why some datasets
    are left out; `overrides` value, end, reason and author by attribute.
    """

    contests: Mapping[str, Contest]
    values: Mapping[str, str | None]
    known_by: Mapping[str, int]
    unknown_to: tuple[str, ...]
    unread: Mapping[str, str]
    overrides: Mapping[str, tuple[str | None, ...]]


def inquire(inquiry: Inquiry, progress: Progress = silent) -> Found:
    """What is found of an entity; a source that cannot be read is left out and named.

    UsageError where the id occurs nowhere, TekdogruError where that cannot be told or the engine
    fails.
    """
    job, plan = inquiry.job, _plan(inquiry)
    (entity,) = plan.entities
    with scratch_folder("spool") as spool:
        asked = list(entity.datasets)
        extracts = read_sources(job.workspace, job.catalog, asked, spool, progress)
        while True:
            unread = {
                path: one.message for path, one in extracts.items() if isinstance(one, Missing)
            }
            readable = {path: one for path, one in extracts.items() if isinstance(one, Extract)}
            if not readable:
                raise TekdogruError(f"no source can be read: {'; '.join(unread.values())}")
            outcomes, join = _run(inquiry, plan, readable)
            broken = _broken(outcomes, readable)
            if not broken:
                return _found(inquiry, join, outcomes, unread)
            extracts = {**extracts, **broken}


def _plan(inquiry: Inquiry) -> Plan:
    """The day's plan of that entity, for the attributes asked for and those they rest on."""
    scene, job = inquiry.scene, replace(inquiry.job, entities=(inquiry.entity,))
    plan = plan_of(job)
    needed = {key for one in inquiry.attributes for key in needed_for(scene, one)}
    reads = {
        column.attribute: column
        for _, key, field in inquiry.touchpoints
        if (column := reading_column(scene, job.catalog.attributes[key], field))
    }
    golden = [one for one in plan.golden if one.attribute in needed]
    read = (c.column.dataset for column in reads.values() for c in column.candidates)
    (entity,) = plan.entities
    paths = tuple(dict.fromkeys([*entity.datasets, *read]))
    return replace(
        plan,
        golden=(*golden, *reads.values()),
        entities=(replace(entity, datasets=paths),),
    )


def _run(
    inquiry: Inquiry, plan: Plan, readable: Mapping[str, Extract]
) -> tuple[Mapping[str, Outcome], Join]:
    job, settings = inquiry.job, inquiry.job.workspace.settings
    wide = make_scope(
        plan,
        readable,
        Dialect(job.as_of, settings.timezone),
        known=job.known,
        asked=EXPLAINED,
        resolved=(inquiry.entity,),
    )
    scope = narrow(wide, inquiry.id)
    join = scope.joins[inquiry.entity]
    steps = [*foundation_steps(scope), *_asking(inquiry, join)]
    files = [file for one in readable.values() for file in one.files]
    outcomes = run_steps(
        steps,
        readable=files + job.known.files,
        limits=limits_of(settings.engine, settings.timezone),
    )
    return outcomes, join


def _asking(inquiry: Inquiry, join: Join) -> Iterator[Step]:
    where = located(join.projections)
    ready = tuple(one.ready for one in join.projections.values())
    yield Step("located", where, needs=ready, fetch=True)
    yield Step("row", row_of(join, inquiry.id), needs=(join.step,), fetch=True)
    if file := inquiry.job.known.overrides:
        yield Step("overrides", overrides_of(file, inquiry.id), fetch=True)


def _broken(outcomes: Mapping[str, Outcome], readable: Mapping[str, Extract]) -> dict[str, Missing]:
    """The datasets whose reading failed; TekdogruError where something else did."""
    failures = {path: outcomes[f"rows:{path}"].failure for path in readable}
    broken = {
        path: why_unread(path, readable[path], failure.message)
        for path, failure in failures.items()
        if failure
    }
    failed = next((one.failure for one in outcomes.values() if one.failure), None)
    if failed and not broken:
        raise TekdogruError(f"nothing can be explained: {failed.message}")
    return broken


def _found(
    inquiry: Inquiry, join: Join, outcomes: Mapping[str, Outcome], unread: Mapping[str, str]
) -> Found:
    lines = [(str(p), str(k), int(str(n)), int(str(c))) for p, k, n, c in outcomes["located"].rows]
    known_by = {path: counts for path, k, _, counts in lines if k == inquiry.id and counts}
    rows = outcomes["row"].rows
    names = [name for name, _ in columns_of(join)]
    values = {
        name: None if value is None else str(value)
        for row in rows[:1]
        for name, value in zip(names, row, strict=True)
    }
    if values.get("fed") != "true":
        raise _unfound(inquiry, join, lines, unread)
    overrides = outcomes["overrides"].rows if "overrides" in outcomes else ()
    texts = [tuple(None if part is None else str(part) for part in one) for one in overrides]
    return Found(
        contests={contest.golden.attribute: contest for contest in join.contests},
        values=values,
        known_by=known_by,
        unknown_to=tuple(path for path in join.datasets if path not in known_by),
        unread=unread,
        overrides={str(attribute): tuple(rest) for attribute, *rest in texts},
    )


def _unfound(
    inquiry: Inquiry,
    join: Join,
    lines: list[tuple[str, str, int, int]],
    unread: Mapping[str, str],
) -> TekdogruError:
    """Why there is nothing to explain: where it was looked for, and what else there is."""
    who, catalog = f"{inquiry.entity} {inquiry.id}", inquiry.job.catalog
    ids = {path: catalog.datasets[path].id for path in join.datasets}
    looked = ", ".join(f"{path} ({key})" if key else path for path, key in ids.items())
    outside = [path for path, k, rows, counted in lines if k == inquiry.id and rows > counted]
    if unread:
        return TekdogruError(
            f"{who} is not in {looked}; whether it exists cannot be told: "
            f"{'; '.join(unread.values())}"
        )
    if outside:
        return UsageError(
            f"{who} is only in {', '.join(outside)}, outside its population: it has no golden "
            "record"
        )
    near = sorted({k for _, k, _, counted in lines if counted and k != inquiry.id})
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return UsageError(f"{who} occurs nowhere; it was looked for in {looked}{hint}")
