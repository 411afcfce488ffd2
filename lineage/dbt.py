"""Reads the compiled SQL of a dbt project, and follows its columns through the models."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from catalog.errors import UsageError
from lineage.columns import ColumnLineage, columns_of
from lineage.origins import ROWS, Missed, Origin, Output, dependency, taken
from lineage.scopes import Tables

DIALECTS = {"sqlserver": "tsql", "fabric": "tsql", "synapse": "tsql", "athena": "presto"}


@dataclass(frozen=True)
class Model:
    """One dbt model: its key, the table it makes, its compiled SQL, its file, what it refers to."""

    key: str
    table: str
    sql: str
    file: str
    reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Project:
    """The models of a dbt project, and the columns of every table the database reported.

    `gaps` are sentences on what is missing: models that were not compiled, columns not reported.
    """

    dialect: str
    models: tuple[Model, ...]
    schema: Mapping[str, tuple[str, ...]]
    gaps: tuple[str, ...] = ()


def read_project(manifest: Path) -> Project:
    """A project from dbt's `manifest.json` and the `catalog.json` beside it.

    The catalog's file is named as the manifest's, with `catalog` in place of `manifest`, else
    `catalog.json`; without it the tables that no model makes are unknown. Raises UsageError when a
    file cannot be read or is not what dbt writes.
    """
    document = _read(manifest)
    named = "manifest" in manifest.name
    beside = manifest.with_name(
        manifest.name.replace("manifest", "catalog") if named else "catalog.json"
    )
    catalog = _read(beside) if beside.exists() and beside != manifest else None
    try:
        adapter = str(document["metadata"].get("adapter_type") or "")
        nodes = [n for n in document["nodes"].values() if n["resource_type"] == "model"]
        sql = [node for node in nodes if node.get("language", "sql") == "sql"]
        models = tuple(_model(node) for node in sql if node.get("compiled_code"))
        schema = dict(_tables(catalog)) if catalog else {}
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{manifest} and its catalog are not as dbt writes them: {error}"
        ) from None
    compiled = {model.key for model in models}
    gaps = []
    if catalog is None:
        gaps.append(f"there is no {beside}, so only tables that models make are known; ")
        gaps[0] += "`dbt docs generate` writes it"
    if others := [n["unique_id"] for n in nodes if n["unique_id"] not in compiled]:
        gaps.append(f"not compiled SQL, and so left out: {', '.join(others)}; run `dbt compile`")
    return Project(DIALECTS.get(adapter, adapter or "duckdb"), models, schema, tuple(gaps))


def model_columns(project: Project) -> dict[str, ColumnLineage]:
    """By model, what its columns come from: the tables its own SQL reads, models among them.

    A model whose table the database did not report is known by the columns its SQL gives.
    """
    tables = Tables(project.schema)
    found: dict[str, ColumnLineage] = {}
    for model in _in_order(project):
        found[model.key] = columns_of(model.sql, tables, project.dialect)
        given = tuple(output.name for output in found[model.key].outputs)
        if given and model.table:
            tables.add(model.table, given)
    return {model.key: found[model.key] for model in project.models}


def source_columns(
    project: Project, found: Mapping[str, ColumnLineage]
) -> dict[str, ColumnLineage]:
    """The same, each model that is read replaced by what its columns come from in their turn."""
    tables = {model.table.casefold(): model.key for model in project.models if model.table}
    through: dict[str, ColumnLineage] = {}
    for model in _in_order(project):
        through[model.key] = _through(found[model.key], tables, through)
    return {model.key: through[model.key] for model in project.models}


def _through(
    own: ColumnLineage, tables: Mapping[str, str], done: Mapping[str, ColumnLineage]
) -> ColumnLineage:
    """One model's columns, its upstream models' put in; their conditions are its own as well."""
    above = {table: done.get(tables.get(table.casefold(), "")) for table in own.tables}
    models = {table: lineage for table, lineage in above.items() if lineage}
    conditions = set().union(*(lineage.conditions for lineage in models.values()))
    missed = dict.fromkeys(own.missed)
    for lineage in models.values():
        missed |= dict.fromkeys(lineage.missed)
    for origin in own.conditions:
        conditions |= set(_followed(origin, models)[0])
    outputs = []
    for output in own.outputs:
        followed = [_followed(origin, models) for origin in output.origins]
        origins = frozenset(one for found, _ in followed for one in found)
        lost = dict.fromkeys((*output.missed, *(miss for _, misses in followed for miss in misses)))
        outputs.append(replace(output, origins=origins, missed=tuple(lost)))
    read = {table for lineage in models.values() for table in lineage.tables}
    left = frozenset(own.tables - models.keys()) | read
    return ColumnLineage(tuple(outputs), frozenset(conditions), left, tuple(missed))


def _followed(
    origin: Origin, models: Mapping[str, ColumnLineage]
) -> tuple[tuple[Origin, ...], tuple[Missed, ...]]:
    lineage = models.get(origin.table)
    if lineage is None:
        return (origin,), ()
    if origin.column == ROWS:
        return tuple(Origin(table, ROWS, origin.use) for table in lineage.tables), ()
    output = lineage.output(origin.column) or Output(origin.column)
    if dependency(origin.use) == "value" and origin.use != "rows":
        return tuple(taken(output.origins, origin.use)), output.missed
    return tuple(taken(output.origins, origin.use)), ()


def _in_order(project: Project) -> Iterator[Model]:
    """The models, each after those it reads."""
    models = {model.key: model for model in project.models}
    needs = {model.key: [key for key in model.reads if key in models] for model in project.models}
    try:
        yield from (models[key] for key in TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise UsageError(
            f"the models of the dbt project lead back to themselves: {circle}"
        ) from None


def _read(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        said = f"{file} cannot be read: {error.strerror}; run `dbt docs generate`, which writes it"
        raise UsageError(said) from None
    except ValueError as error:
        raise UsageError(f"{file} is not JSON: {error}") from None
    if not isinstance(document, dict) or "nodes" not in document:
        raise UsageError(f"{file} is not what dbt writes: it has no `nodes`")
    return document


def _model(node: Mapping[str, Any]) -> Model:
    parts = (node.get("database"), node.get("schema"), node.get("alias") or node["name"])
    table = ".".join(str(part) for part in parts if part) if node.get("relation_name") else ""
    reads = tuple(node.get("depends_on", {}).get("nodes", ()))
    file = str(node.get("original_file_path") or "")
    return Model(node["unique_id"], table, node["compiled_code"], file, reads)


def _tables(catalog: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for part in ("nodes", "sources"):
        for node in catalog.get(part, {}).values():
            named = node["metadata"]
            parts = (named.get("database"), named.get("schema"), named["name"])
            columns = sorted(node["columns"].values(), key=lambda column: column["index"])
            table = ".".join(str(one) for one in parts if one)
            yield table, tuple(column["name"] for column in columns)
