"""Writes what `compile` promises: suites that stock GX loads, and the views they speak of."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog.model import Catalog
from catalog.model.sources import FieldType
from catalog.scratch import scratch_folder
from catalog.workspace import Workspace
from expectations.compiler.whole import is_matched
from expectations.engine.embedded import NEVER_MATCHED, foundation_steps, limits_of
from expectations.engine.expressions import SQL_TYPES
from expectations.engine.functions import quote, quote_name
from expectations.engine.joining import Join
from expectations.engine.knowing import Known
from expectations.engine.port import Missing
from expectations.engine.projection import Projection
from expectations.engine.sandbox import Step, run_steps
from expectations.engine.scope import make_scope, needed_datasets
from expectations.engine.wanted import Dialect
from expectations.golden.work import warn_of
from expectations.knowledge import known_of
from expectations.plan import Column, Plan
from expectations.runner import Progress, read_sources
from expectations.sources.port import Extract
from expectations.suites import build_suites, compared_name, typed_name, view_columns

KEY = "_id"


@dataclass(frozen=True)
class Written:
    """The files written, and the views that could not be, with the reason."""

    folder: Path
    suites: tuple[str, ...]
    views: tuple[str, ...]
    missing: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """What to tell the person who asked."""
        yield f"{self.folder}: {len(self.suites)} suites, {len(self.views)} cleansed views"
        for one in self.missing:
            yield f"  missing: {one}"


def export_suites(
    workspace: Workspace, catalog: Catalog, plan: Plan, target: Path, progress: Progress
) -> Written:
    """Write `suites/*.json` and `views/*.parquet` below `target`, replacing what was there.

    A view whose source cannot be read is left out and named, as are golden records whose records
    were never matched; the suite is written all the same.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as made:
        folder = Path(made)
        suites = _write_suites(plan, folder / "suites")
        views, missing = _write_views(workspace, catalog, plan, folder / "views", progress)
        for part in ("suites", "views"):
            shutil.rmtree(target / part, ignore_errors=True)
            (target / part).parent.mkdir(parents=True, exist_ok=True)
            (folder / part).replace(target / part)
    return Written(target, suites, views, missing)


def _write_suites(plan: Plan, folder: Path) -> tuple[str, ...]:
    folder.mkdir()
    suites = build_suites(plan)
    for suite in suites:
        text = json.dumps(suite.exported, ensure_ascii=False, indent=2)
        (folder / f"{suite.name}.json").write_text(text + "\n", encoding="utf-8")
    return tuple(suite.name for suite in suites)


def _write_views(
    workspace: Workspace, catalog: Catalog, plan: Plan, folder: Path, progress: Progress
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    folder.mkdir()
    with scratch_folder("spool") as spool, known_of(workspace, catalog, plan.as_of) as known:
        warn_of(known)
        paths = needed_datasets(plan)
        extracts = read_sources(workspace, catalog, paths, spool, progress)
        readable = {path: one for path, one in extracts.items() if isinstance(one, Extract)}
        dialect = Dialect(plan.as_of, workspace.settings.timezone)
        scope = make_scope(plan, readable, dialect, shown=True, known=known)
        names = view_columns(plan)
        joins = {key: one for key, one in scope.joins.items() if _is_known(catalog, key, known)}
        unmatched = [key for key in scope.joins if key not in joins]
        copies = [
            *(_copy_rows(projection, names, folder) for projection in scope.projections.values()),
            *(_copy_golden(join, folder) for join in joins.values()),
        ]
        outcomes = run_steps(
            [*foundation_steps(scope), *copies],
            readable=[file for one in readable.values() for file in one.files] + known.files,
            writable=[folder],
            limits=limits_of(workspace.settings.engine, workspace.settings.timezone),
            on_step=lambda outcome: progress(outcome.name, 0, 1),
        )
    failed = [outcomes[step.name] for step in copies if outcomes[step.name].failure]
    missing = [one.message for one in extracts.values() if isinstance(one, Missing)]
    missing += [f"{one.name}: {one.failure.message}" for one in failed if one.failure]
    missing += [f"golden.{key}: {NEVER_MATCHED.message}" for key in unmatched]
    written = [step.name for step in copies if not outcomes[step.name].failure]
    return tuple(written), tuple(missing)


def _is_known(catalog: Catalog, entity: str, known: Known) -> bool:
    """Whether it can be told whose records are whose."""
    return not is_matched(catalog, entity) or entity in known.matches


def _copy_rows(projection: Projection, names: Mapping[Column, str], folder: Path) -> Step:
    columns = [f"CAST(k AS VARCHAR) AS {quote_name(KEY)}"]
    for i, column in enumerate(projection.columns):
        if column in projection.wanted.shown:
            columns.append(f"d{i} AS {quote_name(names[column])}")
        if column in projection.wanted.shown and column.type in SQL_TYPES:
            typed = _as_number(f"v{i}", column.type)
            columns.append(f"{typed} AS {quote_name(typed_name(column, names))}")
        if column.compare and column in projection.wanted.hashed:
            compared = f"CASE WHEN h{i} IS NOT NULL THEN CAST(h{i} AS VARCHAR) END"
            columns.append(f"{compared} AS {quote_name(compared_name(column, names))}")
    name = f"dataset.{projection.dataset.path}"
    return _copy(
        name, f"SELECT {', '.join(columns)} FROM {projection.counted}", folder, projection.ready
    )


def _copy_golden(join: Join, folder: Path) -> Step:
    name = f"golden.{join.entity.key}"
    columns = []
    for golden in join.golden:
        column = quote_name(golden.name)
        columns.append(f"{_as_number(column, golden.type)} AS {column}")
    select = (
        f"SELECT {', '.join(['entity_id', *columns])} FROM {quote_name(name.replace('.', ' ', 1))}"
    )
    return _copy(name, select, folder, f"golden:{join.entity.key}")


def _as_number(value: str, kind: FieldType) -> str:
    """Exact decimals as DOUBLE: pandas would hold them as objects that GX cannot reckon with."""
    return f"CAST({value} AS DOUBLE)" if kind in ("decimal", "money") else value


def _copy(name: str, select: str, folder: Path, need: str) -> Step:
    target = quote(str(folder / f"{name}.parquet"))
    return Step(name, f"COPY ({select}) TO {target} (FORMAT parquet)", needs=(need,))
