"""Freezes the truth of a period: its golden records and the values of its measures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from catalog.errors import UsageError
from catalog.periods import Period
from catalog.results import MeasureValue
from catalog.scratch import scratch_folder
from catalog.store.snapshots import Content, Snapshot, SnapshotStore
from catalog.truth import ClosedDocument
from expectations.engine.contest import Asked
from expectations.engine.port import Missing
from expectations.golden.summary import resolve_golden
from expectations.golden.work import Job
from expectations.past import Past
from expectations.runner import Progress, gather, plan_checks, silent


def close_period(
    job: Job, period: Period, reason: str | None, progress: Progress = silent
) -> ClosedDocument:
    """Keep a period's golden records and measure values as the next version, whole or not at all.

    UsageError for a period that is not over, and for one that is closed when no reason is given
    to state it anew. A measure that has no value is kept with what was wrong.
    """
    store = SnapshotStore(job.workspace.state_url)
    before = store.versions("measures", period.label)
    _refuse(job, period, reason, before)
    job = replace(job, as_of=period.end, asked=Asked(told=True))
    with scratch_folder("closing") as folder:
        counts, contents = {}, []
        for entity in job.entities:
            file = folder / f"{entity}.parquet"
            told = resolve_golden(replace(job, entities=(entity,)), output=file, progress=progress)
            counts[entity] = told.entities[0].records
            contents.append(Content("golden", f"{entity}/{period.label}", file))
        values, missing = _measured(job, period, progress)
        file = _write_measures(folder / "measures.parquet", values, missing)
        contents.append(Content("measures", period.label, file))
        now = job.workspace.clock.now()
        saved = store.save_all(contents, as_of=period.end, created=now, reason=reason)
    return ClosedDocument(
        period=period.label,
        as_of=period.end,
        versions={f"{one.kind} {one.key}": one.version for one in saved},
        created=max(one.created for one in saved),
        changed=any(one.created == now for one in saved),
        reason=reason,
        entities=counts,
        measures=len(values),
        missing=missing,
    )


def _refuse(job: Job, period: Period, reason: str | None, kept: list[Snapshot]) -> None:
    today = job.workspace.clock.today()
    if period.end >= today:
        raise UsageError(f"{period.label} is not over on {today}; it can be closed afterwards")
    if kept and not reason:
        last = kept[-1]
        raise UsageError(
            f"{period.label} was closed on {last.created:%Y-%m-%d} (version {last.version}); to "
            "state it anew, say why: --reason"
        )


def _measured(
    job: Job, period: Period, progress: Progress
) -> tuple[Mapping[str, tuple[MeasureValue, ...]], dict[str, str]]:
    """The values of every measure for a period, and why others have none."""
    if not job.catalog.measures:
        return {}, {}
    chosen = [f"measure:{key}/computes" for key in job.catalog.measures]
    plan = plan_checks(job.workspace, job.catalog, period.end, chosen, period)
    answers = gather(job.workspace, job.catalog, plan, Past(), progress, feeds={}, known=job.known)
    values = {key: one for key, one in answers.values.items() if key in job.catalog.measures}
    missing = {
        key: found.message
        for key, found in answers.measures.items()
        if isinstance(found, Missing) and key in job.catalog.measures and key not in values
    }
    return values, missing


def _write_measures(
    target: Path, values: Mapping[str, tuple[MeasureValue, ...]], missing: Mapping[str, str]
) -> Path:
    """One row per measure and combination of dimensions, with the value as an exact text."""
    import pyarrow as pa
    from pyarrow.parquet import write_table

    rows = [
        {
            "measure": key,
            "dimensions": json.dumps(
                dict(sorted(one.dimensions.items())), default=str, ensure_ascii=False
            ),
            "value": None if one.value is None else str(one.value),
            "missing": None,
        }
        for key in sorted(values)
        for one in values[key]
    ]
    rows += [
        {"measure": key, "dimensions": "{}", "value": None, "missing": missing[key]}
        for key in sorted(missing)
    ]
    rows.sort(key=lambda row: (str(row["measure"]), str(row["dimensions"])))
    names = ("measure", "dimensions", "value", "missing")
    schema = pa.schema([(name, pa.string()) for name in names])
    write_table(pa.Table.from_pylist(rows, schema=schema), target)
    return target
