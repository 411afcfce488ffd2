"""Reads one contract: servers as a source, its objects as datasets, properties as fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from catalog.durations import Duration
from catalog.errors import UsageError
from catalog.loading.yaml_files import read_yaml
from lineage.importing.facts import Brought, DatasetFact, FieldFact, LeftOut, Refers, SourceFact
from lineage.importing.naming import key_of
from lineage.importing.odcs.elements import (
    classified,
    column_of,
    element_notes,
    is_named,
    kind_told,
    listed,
    mapping,
    position_of,
    property_names,
    property_notes,
    said,
    server_told,
    tags_of,
    type_there,
)
from lineage.importing.odcs.quality import checks_told, demands_of
from lineage.importing.servers import KEY, Place, is_plain_path, place_of, without_secrets
from lineage.importing.wording import count_of

FORMAT = "odcs"
OURS = "tekdogru"
"""The custom property in which an export keeps what the standard has no place for."""
_UNITS = {"h": "h", "d": "d", "w": "w", "m": "mo", "y": "y"}
_SOURCE_STATES = ("name_en", "name_tr", "definition_en", "definition_tr", "language", "refresh")
_STATES = (
    *("name_en", "name_tr", "definition_en", "definition_tr", "path", "table", "sheet"),
    *("header_row", "delimiter", "encoding", "decimal", "entity", "id", "record", "rows"),
    *("population", "confirmed_at", "severity", "refresh"),
)
_FIELD_STATES = (
    *("name_en", "name_tr", "definition_en", "definition_tr", "format", "confirmed_at"),
)
_ADDRESS = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_NOT_READ = ("price", "roles", "customProperties", "tenant", "contractCreatedTs")


def read_contract(file: Path) -> Brought:
    """What a contract says; UsageError where the file is none, or of a version that is not read."""
    read = read_yaml(file, file.name)
    if read.problems:
        raise UsageError("; ".join(str(problem) for problem in read.problems))
    contract = read.value
    _require(file, contract)
    stem = file.name.removesuffix(file.suffix).removesuffix(".odcs")
    reader = _Reader(contract, stem)
    source = reader.source()
    return Brought(FORMAT, file.name, key_of(stem), (source,), left_out=tuple(reader.left_out))


def _require(file: Path, contract: Any) -> None:
    wanted = "a contract of the Open Data Contract Standard, version 3"
    if not isinstance(contract, Mapping) or contract.get("kind", "DataContract") != "DataContract":
        raise UsageError(f"{file} is not {wanted}: `kind: DataContract` is expected")
    version = str(contract.get("apiVersion") or "")
    if not version.removeprefix("v").startswith("3."):
        found = f"`apiVersion: {version}`" if version else "no `apiVersion`"
        raise UsageError(f"{file} is not {wanted}: found {found}, expected v3.0.0 to v3.1.0")


class _Reader:
    def __init__(self, contract: Mapping[str, Any], stem: str) -> None:
        self.contract = contract
        self.left_out: list[LeftOut] = []
        named = contract.get("name") or contract.get("dataProduct")
        self.name = str(contract.get("id") or named or stem)
        self.key = key_of(str(self._own(contract).get("key") or named or stem), "source")
        self.title = str(self._own(contract).get("name") or named or self.name)

    def source(self) -> SourceFact:
        """The contract as a source."""
        contract = self.contract
        place, servers = self._place()
        states = self._stated(contract, _SOURCE_STATES)
        description = mapping(contract.get("description"))
        self._unread(contract)
        objects = listed(contract.get("schema"))
        return SourceFact(
            self.name,
            self.key,
            title=self.title,
            says=said(description.get("purpose")),
            owner=self._owner(),
            reading={**place.reading, **states},
            tags=tags_of(contract),
            notes=(*self._notes(description), *servers),
            unsure=place.unsure,
            refresh=self._refresh(None),
            datasets=tuple(self._dataset(one, place) for one in objects if is_named(one)),
        )

    # where it is

    def _place(self) -> tuple[Place, list[str]]:
        servers = listed(self.contract.get("servers"))
        own = self._own(self.contract)
        first = min(
            servers, key=lambda one: one.get("environment") not in ("prod", None), default={}
        )
        place = place_of(said(first.get("type")), said(first.get("database")))
        if own.get("kind"):
            place = self._own_place(own, place)
        elif first.get("type") == "local" and is_plain_path(str(first.get("path") or "")):
            place = Place("files", {"location": Path(str(first["path"])).parent.as_posix()})
        elif not servers:
            unsure = f"The contract names no server; files under data/{KEY} stand for it."
            place = Place("files", {"location": f"data/{KEY}"}, (unsure,))
        return place, [server_told(one) for one in servers]

    def _own_place(self, own: Mapping[str, Any], place: Place) -> Place:
        """The place that an export of ours tells: a path below, or the variable of an address."""
        kind = str(own["kind"])
        named = {} if kind == "files" else {"kind": kind}
        url, location = str(own.get("url") or ""), str(own.get("location") or "")
        if _ADDRESS.fullmatch(url):
            return Place(kind, {**named, "url": url})
        if is_plain_path(location):
            return Place(kind, {**named, "location": location})
        return place if kind in ("files", place.kind) else Place(kind, {**named, **_standing(kind)})

    def _table(self, one: Mapping[str, Any], place: Place) -> Mapping[str, Any]:
        physical = str(one.get("physicalName") or one["name"])
        if place.has_tables:
            schema = next((s.get("schema") for s in listed(self.contract.get("servers"))), None)
            qualified = "." in physical or not schema
            return {"table": physical if qualified else f"{schema}.{physical}"}
        if Path(physical).suffix.lower() in (".csv", ".parquet", ".xlsx") and is_plain_path(
            physical
        ):
            return {"path": physical}
        return {"path": f"{key_of(physical)}.csv"}

    # what it holds

    def _dataset(self, one: Mapping[str, Any], place: Place) -> DatasetFact:
        name = str(one["name"])
        columns = [column for column in listed(one.get("properties")) if is_named(column)]
        keys = sorted(
            (column for column in columns if column.get("primaryKey") is True),
            key=lambda column: position_of(column.get("primaryKeyPosition")),
        )
        states = self._stated(one, _STATES)
        loaded = self._loaded(name)
        return DatasetFact(
            f"{self.name}/{name}",
            key_of(name, "dataset"),
            title=said(one.get("businessName")),
            says=said(one.get("description")),
            reading=self._table(one, place),
            states=states,
            tags=tags_of(one),
            notes=(*element_notes(one), *checks_told(one.get("quality")), *kind_told(one)),
            fields=tuple(self._field(name, column) for column in columns),
            id=tuple(column_of(column) for column in keys),
            refers=tuple(self._refers(one, columns)),
            loaded_at=loaded,
            refresh=self._refresh(name),
        )

    def _field(self, table: str, column: Mapping[str, Any]) -> FieldFact:
        own = self._own(column)
        type_ = type_there(column, own)
        demands = demands_of(column, type_)
        personal, tags = classified(column, own)
        where = f"{table}.{column['name']}"
        if column.get("examples"):
            self._leave(f"{where}: examples", "values are never taken over")
        if column.get("customProperties") and not own:
            names = ", ".join(property_names(column))
            self._leave(f"{where}: customProperties ({names})", "nothing in the catalog holds them")
        origins = tuple(self._origins(column))
        copied = own.get("copy") is True and len(origins) == 1
        return FieldFact(
            column_of(column),
            type_,
            key=str(column["name"]),
            title=said(column.get("businessName")),
            says=said(column.get("description")),
            states=self._stated(column, _FIELD_STATES),
            tags=(*tags_of(column), *tags),
            notes=(*element_notes(column), *property_notes(column), *demands.notes),
            required=demands.required,
            unique=demands.unique,
            values=demands.values or None,
            rules=tuple(demands.rules),
            personal=personal,
            copy_of=origins[0] if copied else None,
            derived_from=() if copied else origins,
        )

    def _origins(self, column: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """The columns of this contract that a column is said to be made of."""
        stated = column.get("transformSourceObjects")
        for text in stated if isinstance(stated, list) else ():
            table, _, name = str(text).rpartition(".")
            source, _, plain = table.rpartition(".")
            found = self._column_of(plain, name) if source in ("", self.key) else None
            if found:
                yield found
            elif source and plain:
                yield "", str(text)

    def _refers(
        self, one: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]
    ) -> Iterator[Refers]:
        """References by one column; those by several are told as a note by `_element_notes`."""
        for column in columns:
            for link in listed(column.get("relationships")):
                table, _, name = str(link.get("to") or "").rpartition(".")
                if table and name:
                    found = self._column_of(table, name)
                    dataset, to = found or (table, name)
                    yield Refers(column_of(column), dataset, to)

    def _column_of(self, table: str, name: str) -> tuple[str, str] | None:
        for one in listed(self.contract.get("schema")):
            if one.get("name") == table:
                for column in listed(one.get("properties")):
                    if column.get("name") == name:
                        return f"{self.name}/{table}", column_of(column)
        return None

    # promises and people

    def _refresh(self, table: str | None) -> str | None:
        for promise in self._promises("frequency", table):
            unit = _UNITS.get(str(promise.get("unit") or "d")[:1].lower())
            try:
                return str(Duration.parse(f"{promise.get('value')}{unit}"))
            except ValueError:
                continue
        return None

    def _loaded(self, table: str) -> str | None:
        """The column by which a promise of freshness is measured."""
        for promise in (*self._promises("frequency", table), *self._promises("latency", table)):
            name = str(promise.get("element") or "").rpartition(".")[2]
            found = self._column_of(table, name)
            if found:
                return found[1]
        return None

    def _promises(self, name: str, table: str | None) -> Iterator[Mapping[str, Any]]:
        tables = {str(one.get("name")) for one in listed(self.contract.get("schema"))}
        for promise in listed(self.contract.get("slaProperties")):
            of = str(promise.get("element") or "").partition(".")[0]
            if promise.get("property") == name and (of if of in tables else None) == table:
                yield promise

    def _owner(self) -> str | None:
        team = self.contract.get("team")
        members = listed(team.get("members") if isinstance(team, Mapping) else team)
        present = [one for one in members if not one.get("dateOut")]
        owners = [one for one in present if "owner" in str(one.get("role") or "").lower()]
        named = [str(one.get("username")) for one in owners if one.get("username")]
        team_name = str(team.get("name") or "") if isinstance(team, Mapping) else ""
        return next(iter([*named, *([team_name] if team_name else [])]), None)

    def _notes(self, description: Mapping[str, Any]) -> Iterator[str]:
        contract = self.contract
        for name in ("usage", "limitations"):
            if description.get(name):
                yield f"{name.capitalize()}: {description[name]}"
        for name in ("domain", "dataProduct", "version", "status"):
            if contract.get(name):
                yield f"{name} there: {contract[name]}"
        if owner := self._owner():
            yield f"Owner there: {owner}"
        for one in listed(contract.get("support")):
            told = [one.get("tool"), one.get("channel"), one.get("url")]
            yield f"Support: {without_secrets(' '.join(str(part) for part in told if part))}"
        for one in listed(contract.get("slaProperties")):
            value = " ".join(
                str(one[name]) for name in ("value", "unit") if one.get(name) is not None
            )
            of = f" ({one['element']})" if one.get("element") else ""
            yield f"Promise there: {one.get('property')} {value}{of}"
        yield from element_notes({**contract, **{"relationships": None}})

    # what is left

    def _unread(self, contract: Mapping[str, Any]) -> None:
        for name in _NOT_READ:
            if contract.get(name) and not (name == "customProperties" and self._own(contract)):
                self._leave(name, "nothing in the catalog holds it; it stays in the contract")
        team = contract.get("team")
        members = listed(team.get("members") if isinstance(team, Mapping) else team)
        if members:
            self._leave(
                f"team: {count_of(len(members), 'member')}",
                "people are kept as roles; name the holders",
            )

    def _own(self, element: Mapping[str, Any]) -> Mapping[str, Any]:
        """What an export of ours keeps in an element."""
        for one in listed(element.get("customProperties")):
            if one.get("property") == OURS and isinstance(one.get("value"), Mapping):
                return mapping(one["value"])
        return {}

    def _stated(self, element: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
        own = self._own(element)
        found = {name: own[name] for name in names if name in own}
        if "path" in found and not is_plain_path(str(found["path"])):
            self._leave(f"path '{found.pop('path')}'", "it leaves the source's folder")
        return found

    def _leave(self, what: str, reason: str) -> None:
        self.left_out.append(LeftOut(what, reason))


def _standing(kind: str) -> Mapping[str, Any]:
    """What stands for the place of a source until somebody knows it."""
    return place_of(kind).reading if kind in ("duckdb", "sqlite") else place_of("postgres").reading
