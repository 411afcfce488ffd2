"""Resolves golden records in the guarded child, and has what is asked for written and counted."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from catalog.errors import TekdogruError, UsageError
from catalog.model import Catalog
from catalog.scratch import scratch_folder
from catalog.validation.opening import open_valid
from catalog.validation.problems import nearest
from catalog.workspace import Workspace
from expectations.compiler.whole import compile_plan, is_matched
from expectations.engine.contest import Asked
from expectations.engine.counting import Scope
from expectations.engine.embedded import foundation_steps, limits_of
from expectations.engine.functions import quote
from expectations.engine.knowing import Known
from expectations.engine.port import Missing
from expectations.engine.sandbox import Outcome, Step, run_steps
from expectations.engine.scope import make_scope
from expectations.engine.wanted import Dialect
from expectations.knowledge import known_of
from expectations.plan import Plan
from expectations.runner import Progress, read_sources, silent
from expectations.sources.port import Extract

Rows = tuple[tuple[object, ...], ...]


@dataclass(frozen=True)
class Job:
    """What one resolving is for: the entities and the day, and what is asked of each attribute."""

    workspace: Workspace
    catalog: Catalog
    as_of: date
    entities: tuple[str, ...]
    asked: Asked
    known: Known = field(default_factory=Known)


def resolve(
    job: Job,
    steps_of: Callable[[Scope], Sequence[Step]],
    *,
    writable: Collection[Path] = (),
    progress: Progress = silent,
) -> Mapping[str, Outcome]:
    """The outcomes of further steps over the resolved entities of a scope.

    TekdogruError when a source cannot be read or a statement fails: a golden record without one
    of its sources would be another one.
    """
    plan = plan_of(job)
    paths = list(dict.fromkeys(path for entity in plan.entities for path in entity.datasets))
    with scratch_folder("spool") as spool:
        extracts = read_sources(job.workspace, job.catalog, paths, spool, progress)
        readable = _all_readable(extracts)
        settings = job.workspace.settings
        scope = make_scope(
            plan,
            readable,
            Dialect(job.as_of, settings.timezone),
            known=job.known,
            asked=job.asked,
            resolved=job.entities,
        )
        steps = [*foundation_steps(scope), *steps_of(scope)]
        outcomes = run_steps(
            steps,
            readable=[file for one in readable.values() for file in one.files] + job.known.files,
            writable=list(writable),
            limits=limits_of(settings.engine, settings.timezone),
            on_step=lambda outcome: progress(f"resolving: {outcome.name}", 0, len(steps)),
        )
    failed = next((one for one in outcomes.values() if one.failure), None)
    if failed and failed.failure:
        raise TekdogruError(f"golden records cannot be resolved: {failed.failure.message}")
    return outcomes


def plan_of(job: Job) -> Plan:
    """The plan of the day without its checks, for the entities asked for."""
    plan = compile_plan(job.catalog, job.as_of, job.workspace.settings)
    entities = tuple(
        replace(one, datasets=tuple(path for path in one.datasets if path in one.feeding))
        for one in plan.entities
        if one.key in job.entities
    )
    return replace(plan, checks=(), measures=(), reports=(), entities=entities)


def _all_readable(extracts: Mapping[str, Extract | Missing]) -> dict[str, Extract]:
    missing = [one.message for one in extracts.values() if isinstance(one, Missing)]
    if missing:
        listed = "; ".join(missing)
        raise TekdogruError(f"golden records need every source, and nothing is written: {listed}")
    return {path: one for path, one in extracts.items() if isinstance(one, Extract)}


def entities_with_golden(catalog: Catalog) -> tuple[str, ...]:
    """The entities that have attributes, in the order of the files."""
    return tuple(dict.fromkeys(attribute.entity for attribute in catalog.attributes.values()))


def is_drafted(catalog: Catalog, entity: str) -> bool:
    """Whether all that is known of an entity are drafts that an import made."""
    own = catalog.attributes_of(entity)
    return all(one.status == "draft" and one.imported is not None for one in own)


def copy_step(name: str, select: str, target: Path, needs: Iterator[str]) -> Step:
    """Writes rows to a file, in the form its ending names."""
    form = "csv, HEADER" if target.suffix.casefold() == ".csv" else "parquet, COMPRESSION zstd"
    sql = f"COPY ({select}) TO {quote(str(target))} (FORMAT {form})"
    return Step(name, sql, needs=tuple(needs))


@contextmanager
def written_whole(target: Path | None) -> Iterator[Path | None]:
    """A file beside `target` that takes its place at the end, unless something fails before."""
    if target is None:
        yield None
        return
    if target.suffix.casefold() not in (".parquet", ".csv"):
        raise UsageError(f"--output {target}: name a file that ends in .parquet or .csv")
    if target.is_dir():
        raise UsageError(f"--output {target} is a folder; name a file")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}") from None
    try:
        made = folder / target.name
        yield made
        made.replace(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def opened_job(
    workspace: Path | None, as_of: date | None, asked: Asked, entity: str | None = None
) -> Iterator[Job]:
    """A job on one entity of a workspace, or on every one with attributes; today without a day.

    Of an entity that is only drafted by an import, nobody has yet said that it is one: it is
    resolved where it is named. UsageError where there is no such entity, TekdogruError when
    records were never matched.
    """
    opened, catalog = open_valid(workspace)
    day = as_of or opened.clock.today()
    entities = entities_with_golden(catalog)
    if not entities:
        raise UsageError("no attribute is defined, so there is nothing to resolve")
    if entity is not None:
        entities = (named_entity(entity, entities),)
    elif drafts := [one for one in entities if is_drafted(catalog, one)]:
        print(f"tekdogru: drafts of an import, not resolved: {', '.join(drafts)}", file=sys.stderr)
        entities = tuple(one for one in entities if one not in drafts)
        if not entities:
            raise UsageError("there are only drafts of an import; name the entity to resolve one")
    with known_of(opened, catalog, day) as known:
        warn_of(known)
        for one in entities:
            if is_matched(catalog, one) and one not in known.matches:
                said = "its records were never matched; run `tekdogru match` first"
                raise TekdogruError(f"{one} cannot be resolved: {said}")
        yield Job(opened, catalog, day, entities, asked, known)


def warn_of(known: Known) -> None:
    """Tell, beside the output, what is known and not in force yet."""
    for one in known.notes:
        print(f"tekdogru: warning: {one}", file=sys.stderr)


def named_entity(named: str, known: Collection[str]) -> str:
    """The entity of that name; UsageError with the nearest name where there is none."""
    if named not in known:
        raise UsageError(f"{named} is no entity with attributes; {nearest(named, known)}")
    return named
