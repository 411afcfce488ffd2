"""Reads a dbt project as facts: sources, the tables that models make, what must hold, metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from catalog.errors import UsageError
from catalog.model.sources import FieldType
from lineage.dbt import DIALECTS, Model, Project, model_columns
from lineage.importing.dbt.manifest import Manifest, Node, open_manifest
from lineage.importing.dbt.metrics import measures_of
from lineage.importing.dbt.tests import demands_of
from lineage.importing.facts import (
    Brought,
    DatasetFact,
    FieldFact,
    FieldName,
    LeftOut,
    ReportFact,
    SourceFact,
)
from lineage.importing.naming import key_of
from lineage.importing.servers import Place, place_of
from lineage.importing.types import type_of
from lineage.origins import Output

FORMAT = "dbt"
_PERSONAL = ("pii", "contains_pii", "personal_data", "is_pii")
_HOURS = {"minute": 1 / 60, "hour": 1, "day": 24}


def read_dbt(manifest: Path, catalog: Path | None = None) -> Brought:
    """What a manifest says, with its catalog; UsageError where it cannot be read at all."""
    found = open_manifest(manifest, catalog)
    reader = _Reader(found)
    sources = (*reader.sources(), *reader.project())
    measures, unread = measures_of(found)
    left = (*found.left_out, *reader.left_out, *unread)
    reports = tuple(reader.reports())
    name = key_of(found.project)
    return Brought(FORMAT, found.file, name, sources, tuple(measures), reports, left)


class _Reader:
    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.demanded, self.left_out = demands_of(manifest)
        self.tables = {
            key: node for key, node in manifest.tables.items() if self._stands(key, node)
        }
        self.known = {**self.tables, **manifest.sources}
        self.names = {_relation(node).casefold(): key for key, node in self.known.items()}
        self.outputs = dict(self._followed())
        self.columns = {key: self._columns(key, node) for key, node in self.known.items()}

    def sources(self) -> Iterator[SourceFact]:
        """The sources of the project, each a system of its own."""
        by_name: dict[tuple[str, str], dict[str, Node]] = {}
        for key, node in self.manifest.sources.items():
            where = (str(node.get("package_name") or ""), str(node.get("source_name") or "source"))
            by_name.setdefault(where, {})[key] = node
        for (package, name), tables in by_name.items():
            place = place_of(self.manifest.adapter)
            first = next(iter(tables.values()))
            yield SourceFact(
                f"source.{package}.{name}",
                name,
                title=name,
                says=first.get("source_description"),
                owner=_owner({**first, "meta": first.get("source_meta")}),
                reading=place.reading,
                notes=tuple(self._origin_notes(first)),
                unsure=place.unsure,
                datasets=tuple(self._dataset(key, node, place) for key, node in tables.items()),
            )

    def project(self) -> Iterator[SourceFact]:
        """The database in which the models, seeds and snapshots of the project stand."""
        if not self.tables:
            return
        place = place_of(self.manifest.adapter)
        yield SourceFact(
            f"project.{self.manifest.project}",
            self.manifest.project,
            title=self.manifest.project,
            reading=place.reading,
            notes=(f"What the dbt project {self.manifest.project} makes.",),
            unsure=place.unsure,
            datasets=tuple(self._dataset(key, node, place) for key, node in self.tables.items()),
        )

    def reports(self) -> Iterator[ReportFact]:
        """The exposures: what people look at that is made of models."""
        for key, node in self.manifest.exposures.items():
            made = [self._plain(one) for one in (node.get("depends_on") or {}).get("nodes") or ()]
            owner = node.get("owner") or {}
            stated = (("Kind there", node.get("type")), ("Maturity there", node.get("maturity")))
            notes = [f"{what}: {said}" for what, said in stated if said]
            notes += [f"Made of: {', '.join(made)}"] if made else []
            notes += [f"Owner there: {owner['name']}"] if owner.get("name") else []
            yield ReportFact(
                key,
                str(node["name"]),
                title=node.get("label") or node["name"],
                says=node.get("description"),
                owner=owner.get("email"),
                location=node.get("url"),
                tags=_tags(node),
                notes=tuple(notes),
            )

    # tables

    def _stands(self, key: str, node: Node) -> bool:
        if (node.get("config") or {}).get("materialized") == "ephemeral":
            self.left_out.append(LeftOut(key, "ephemeral: no table holds it; lineage goes through"))
            return False
        return True

    def _dataset(self, key: str, node: Node, place: Place) -> DatasetFact:
        demanded = self.demanded[key]
        columns = self.columns[key]
        own = {name.casefold(): name for name in columns}
        made = list((node.get("depends_on") or {}).get("nodes") or ())
        loaded = str(node.get("loaded_at_field") or "").casefold()
        return DatasetFact(
            key,
            str(node["name"]),
            says=node.get("description"),
            owner=_owner(node) or self._group_owner(node),
            reading=self._read_as(node, place),
            tags=_tags(node),
            notes=(*self._table_notes(node), *demanded.notes),
            fields=tuple(self._field(key, name, type_) for name, type_ in columns.items()),
            id=tuple(own[one] for one in demanded.key if one in own),
            refers=tuple(demanded.refers),
            loaded_at=own.get(loaded),
            refresh=_refresh(node.get("freshness")),
            derived_from=tuple(dict.fromkeys(self._through(made))),
        )

    def _read_as(self, node: Node, place: Place) -> Mapping[str, str]:
        name = str(node.get("identifier") or node.get("alias") or node["name"])
        if not place.has_tables:
            return {"path": f"{key_of(name)}.csv"}
        schema = node.get("schema")
        return {"table": f"{schema}.{name}" if schema else name}

    def _through(self, keys: list[str]) -> Iterator[str]:
        """The tables something reads; those behind what is no table itself."""
        for key in keys:
            if key in self.known:
                yield key
            elif node := self.manifest.tables.get(key):
                yield from self._through(list((node.get("depends_on") or {}).get("nodes") or ()))

    def _table_notes(self, node: Node) -> Iterator[str]:
        yield from (f"{'SQL' if _is_model(node) else 'File'}: {file}" for file in _files(node))
        if node.get("group"):
            yield f"Group there: {node['group']}"
        error = (node.get("freshness") or {}).get("error_after") or {}
        if error.get("count"):
            yield f"Too old there after {error['count']} {error.get('period')}s."
        if node.get("deprecation_date"):
            yield f"Deprecated there on {node['deprecation_date']}."
        if meta := _other_meta(node):
            self.left_out.append(LeftOut(f"{node['name']}: meta ({meta})", "nothing here holds it"))

    # columns

    def _columns(self, key: str, node: Node) -> dict[str, str]:
        """Name and type of each column: as the database reported it, else as it is declared."""
        stated = node.get("columns")
        declared = stated.values() if isinstance(stated, Mapping) else ()
        types = {
            str(one["name"]): str(one.get("data_type") or "") for one in declared if one.get("name")
        }
        reported = self.manifest.columns.get(key)
        if reported:
            folded = {name.casefold() for name in reported}
            for name in types:
                if name.casefold() not in folded:
                    said = "documented, but the database reports no such column"
                    self.left_out.append(LeftOut(f"{node['name']}.{name}", said))
            return dict(reported)
        known = {name.casefold() for name in types}
        given = (name for name in self.outputs.get(key, {}) if name not in known)
        return types | {self.outputs[key][name].name: "" for name in given}

    def _field(self, key: str, name: str, physical: str) -> FieldFact:
        folded = name.casefold()
        demanded, column = self.demanded[key], self._declared(key, folded)
        type_ = type_of(physical)
        notes = list(demanded.column_notes.get(folded, ()))
        if type_ is None and physical:
            notes.append(f"Its type there is {physical}.")
        copied, origins = self._origins(key, folded)
        return FieldFact(
            name,
            type_ or "text",
            says=column.get("description"),
            tags=_tags(column),
            notes=tuple(notes),
            required=1.0 if folded in demanded.required else None,
            unique=folded in demanded.unique,
            values=_fitting(demanded.values.get(folded), type_),
            rules=tuple(demanded.rules.get(folded, ())),
            personal=_personal(column),
            copy_of=copied,
            derived_from=origins,
        )

    def _declared(self, key: str, folded: str) -> Mapping[str, Any]:
        columns = self.known[key].get("columns")
        found = columns if isinstance(columns, Mapping) else {}
        return next((one for name, one in found.items() if str(name).casefold() == folded), {})

    def _origins(self, key: str, column: str) -> tuple[FieldName | None, tuple[FieldName, ...]]:
        """The column a column repeats, or those it is computed from, as far as they are known."""
        output = self.outputs.get(key, {}).get(column)
        found: dict[FieldName, set[str]] = {}
        for origin in output.origins if output else ():
            table = self.names.get(origin.table.casefold())
            if table and origin.use in ("direct", "computed", "aggregated") and table != key:
                name = self._spelled(table, origin.column)
                if name:
                    found.setdefault((table, name), set()).add(origin.use)
        alone = len(found) == 1 and set().union(*found.values()) == {"direct"}
        if alone and output and not output.missed and len(output.origins) == 1:
            return next(iter(found)), ()
        return None, tuple(sorted(found))

    def _spelled(self, table: str, column: str) -> str | None:
        for name in self.columns.get(table) or self._columns(table, self.known[table]):
            if name.casefold() == column.casefold():
                return name
        return None

    def _followed(self) -> Iterator[tuple[str, Mapping[str, Output]]]:
        """By model, its columns with what they come from, as its compiled SQL says."""
        models, schema = [], {}
        for key, node in self.known.items():
            declared = () if _is_model(node) else tuple(node.get("columns") or ())
            reported = tuple(self.manifest.columns.get(key) or declared)
            if reported:
                schema[_relation(node)] = reported
            if node.get("compiled_code") or node.get("compiled_sql"):
                models.append(_model(key, node))
        adapter = self.manifest.adapter
        dialect = DIALECTS.get(adapter, adapter or "duckdb")
        try:
            found = model_columns(Project(dialect, tuple(models), schema))
        except (UsageError, ValueError) as error:
            self.left_out.append(LeftOut("lineage of columns", str(error)))
            return
        for key, lineage in found.items():
            yield key, {output.name.casefold(): output for output in lineage.outputs}
        silent = [
            node["name"]
            for key, node in self.tables.items()
            if _is_model(node) and key not in found
        ]
        if silent:
            said = "not compiled, so their columns are not followed; run `dbt compile`"
            self.left_out.append(LeftOut(f"models {', '.join(sorted(silent))}", said))

    # people

    def _group_owner(self, node: Node) -> str | None:
        group = node.get("group") or (node.get("config") or {}).get("group")
        for one in self.manifest.groups.values():
            if one["name"] == group:
                owner = one.get("owner") or {}
                return owner.get("email") or owner.get("name")
        return None

    def _origin_notes(self, node: Node) -> Iterator[str]:
        if node.get("loader"):
            yield f"Loaded by {node['loader']}."
        if owner := _owner({**node, "meta": node.get("source_meta")}):
            yield f"Owner there: {owner}"

    def _plain(self, key: str) -> str:
        node = self.known.get(key)
        return str(node["name"]) if node else key


def _model(key: str, node: Node) -> Model:
    sql = str(node.get("compiled_code") or node.get("compiled_sql"))
    reads = tuple((node.get("depends_on") or {}).get("nodes") or ())
    return Model(key, _relation(node), sql, str(node.get("original_file_path") or ""), reads)


def _relation(node: Node) -> str:
    name = node.get("identifier") or node.get("alias") or node["name"]
    return ".".join(str(one) for one in (node.get("database"), node.get("schema"), name) if one)


def _is_model(node: Node) -> bool:
    return node.get("resource_type") == "model"


def _files(node: Node) -> list[str]:
    file = node.get("original_file_path")
    return [str(file)] if file and node.get("resource_type") != "source" else []


def _meta(node: Node) -> Mapping[str, Any]:
    config = node.get("config")
    own, configured = node.get("meta"), config.get("meta") if isinstance(config, Mapping) else None
    found = (one for one in (configured, own) if isinstance(one, Mapping))
    return {key: value for one in found for key, value in one.items()}


def _other_meta(node: Node) -> str:
    names = (str(name) for name in _meta(node) if name not in ("owner", *_PERSONAL))
    return ", ".join(sorted(names))


def _owner(node: Node) -> str | None:
    owner = _meta(node).get("owner")
    if isinstance(owner, Mapping):
        owner = owner.get("email") or owner.get("name")
    return owner.strip().removeprefix("@") if isinstance(owner, str) and owner.strip() else None


def _personal(column: Node) -> str | None:
    for name in _PERSONAL:
        value = _meta(column).get(name)
        if value is True:
            return "personal"
        if isinstance(value, str) and value.lower() not in ("", "false", "no", "none"):
            return value
    return None


def _tags(node: Node) -> tuple[str, ...]:
    tags = node.get("tags")
    return tuple(str(tag) for tag in tags) if isinstance(tags, list) else ()


def _fitting(values: Mapping[str, str] | None, type_: FieldType | None) -> Mapping[str, str] | None:
    return None if type_ in ("date", "timestamp") else values


def _refresh(freshness: Any) -> str | None:
    """How often it promises to be renewed: the age from which dbt warns, in whole hours."""
    warn = freshness.get("warn_after") if isinstance(freshness, Mapping) else None
    if not isinstance(warn, Mapping) or not isinstance(warn.get("count"), int):
        return None
    hours = -(-warn["count"] * _HOURS.get(str(warn.get("period")), 0) // 1)
    return f"{int(hours)}h" if 0 < hours < 100_000 else None
