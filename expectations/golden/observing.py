"""Takes down what every record says now of attributes whose corrections are promised.

Only these are kept from run to run: observations are personal values, and a promise is what they
are for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from catalog.model import Attribute
from catalog.scratch import scratch_folder
from expectations.corrections.recording import Recorded, record_observations
from expectations.corrections.spelling import folded_sql
from expectations.engine.contest import Asked
from expectations.engine.counting import Scope
from expectations.engine.functions import literal, quote
from expectations.engine.projection import Projection
from expectations.engine.sandbox import Step
from expectations.engine.wanted import Extra
from expectations.golden.work import Job, copy_step, resolve
from expectations.plan import Candidate, Column
from expectations.runner import Progress, silent

OWN_ID = Extra("record")


def observed_entities(job: Job) -> tuple[str, ...]:
    """The entities of a job of which some attribute promises corrections."""
    return tuple(entity for entity in job.entities if _promised(job, entity))


def observe(job: Job, now: datetime, progress: Progress = silent) -> dict[str, Recorded]:
    """Take in what the records say on the job's day, by entity: what that brought.

    TekdogruError when it cannot be read, UsageError for a day before the last one kept.
    """
    entities = observed_entities(job)
    if not entities:
        return {}
    with scratch_folder("observing") as folder:
        files = {entity: folder / f"{entity}.parquet" for entity in entities}

        def steps(scope: Scope) -> Sequence[Step]:
            return [
                copy_step(f"observed:{entity}", observations(job, scope, entity), file, iter(()))
                for entity, file in files.items()
            ]

        asked = replace(job, entities=entities, asked=Asked(told=True, contested=True))
        resolve(asked, steps, writable=[folder], progress=progress)
        return {entity: _record(job, entity, file, now) for entity, file in files.items()}


def _record(job: Job, entity: str, file: Path, now: datetime) -> Recorded:
    return record_observations(job.workspace, job.catalog, entity, file, job.as_of, now)


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
