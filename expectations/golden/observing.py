"""Takes down what every record says now of attributes whose corrections are promised.

Only these are kept from run to run: observations are personal values, and a promise is what they
are for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from catalog.model import Attribute
from catalog.scratch import scratch_folder
from expectations.corrections.recording import Recorded, record_observations
from expectations.corrections.spelling import folded_sql
from expectations.engine.counting import Scope
from expectations.engine.functions import literal, quote
from expectations.engine.projection import Projection
from expectations.engine.sandbox import Step
from expectations.engine.wanted import Extra
from expectations.golden.work import Job, copy_step
from expectations.plan import Candidate, Column

OWN_ID = Extra("record")


@dataclass(frozen=True)
class Observing:
    """Writes down what records say while golden records are resolved, and takes it in afterwards.

    The job must ask what is contested, so that texts are kept; `folder` holds a file per entity.
    """

    job: Job
    folder: Path

    @cached_property
    def files(self) -> dict[str, Path]:
        """The entities of which some attribute promises corrections, and where theirs are."""
        entities = [entity for entity in self.job.entities if _promised(self.job, entity)]
        return {entity: self.folder / f"{entity}.parquet" for entity in entities}

    def steps(self, scope: Scope) -> Iterator[Step]:
        """What is written while the rows of the resolved entities are at hand."""
        for entity, file in self.files.items():
            select = observations(self.job, scope, entity)
            needs = (projection.ready for projection in _read_of(scope, entity))
            yield copy_step(f"observed:{entity}", select, file, needs)

    def record(self, now: datetime) -> dict[str, Recorded]:
        """Take in what was written, by entity: what that brought.

        TekdogruError when it cannot be read, UsageError for a day before the last one kept.
        """
        job = self.job
        return {
            entity: record_observations(job.workspace, job.catalog, entity, file, job.as_of, now)
            for entity, file in self.files.items()
        }


@contextmanager
def observing(job: Job) -> Iterator[Observing]:
    """Observing beside the resolving of a job, in files that are there while the block runs."""
    with scratch_folder("observing") as folder:
        yield Observing(job, folder)


def _read_of(scope: Scope, entity: str) -> Iterator[Projection]:
    return (scope.projections[path] for path in scope.joins[entity].datasets)


def observations(job: Job, scope: Scope, entity: str) -> str:
    """What every record says of an entity's promised attributes: one row per record and field."""
    wanted = {attribute.key: attribute for attribute in _promised(job, entity)}
    columns: dict[Column, Candidate] = {}
    for contest in scope.joins[entity].contests:
        if contest.golden.attribute in wanted:
            for candidate in contest.candidates:
                columns.setdefault(candidate.column, candidate)
    return " UNION ALL ".join(
        _says(job, scope.projections[column.dataset], candidate, wanted[column.attribute])
        for column, candidate in columns.items()
    )


def _says(job: Job, projection: Projection, candidate: Candidate, attribute: Attribute) -> str:
    column = candidate.column
    i = projection.index(column)
    time = f"c{i}" if column.confirmed_by else "t"
    columns = {
        "entity_id": "CAST(k AS VARCHAR)",
        "attribute": quote(attribute.key),
        "source": quote(candidate.source),
        "dataset": quote(column.dataset),
        "record_id": projection.further(OWN_ID)
        if OWN_ID in projection.extras
        else "CAST(k AS VARCHAR)",
        "field": quote(column.field),
        "value": f"d{i}",
        "compared": folded_sql(f"d{i}", attribute),
        "confirmed_at": time,
        "means": _means(job, column),
        "copy": "false" if candidate.voter else "true",
    }
    listed = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    end = literal(job.as_of + timedelta(days=1))
    return (
        f"SELECT {listed} FROM {projection.counted} "
        f"WHERE k IS NOT NULL AND d{i} IS NOT NULL AND ({time} IS NULL OR {time} < {end})"
    )


def _means(job: Job, column: Column) -> str:
    """What the time of a value means; NULL where there is none."""
    field = job.catalog.fields[column.path]
    stated = field.confirmed_at or job.catalog.datasets[column.dataset].confirmed_at
    return quote(stated.means) if stated else "CAST(NULL AS VARCHAR)"


def _promised(job: Job, entity: str) -> list[Attribute]:
    return [one for one in job.catalog.attributes_of(entity) if one.corrections]


def told(recorded: dict[str, Recorded]) -> Iterator[str]:
    """A line per entity on what its observations brought."""
    for entity, one in recorded.items():
        yield (
            f"Corrections of {entity}: {one.suspected:,} newly suspected, {one.verified:,} "
            f"verified, {one.taken_over:,} taken over everywhere, {one.fell_back:,} fallen back"
        )
