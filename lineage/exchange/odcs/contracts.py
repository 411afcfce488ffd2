"""Writes a source as a data contract: its datasets, fields, owner, promises, what must hold."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from catalog.durations import Duration
from catalog.model import Attribute, Catalog, Dataset, Definition, Field, SourceSystem
from catalog.model.sources import FieldType
from lineage.exchange.odcs.quality import demanded

API_VERSION = "v3.1.0"
OURS = "tekdogru"
"""The custom property in which stands what the standard has no place for."""
_STATUS = {"in_review": "proposed", "approved": "active"}
_LOGICAL: Mapping[FieldType, str] = {
    "date": "date",
    "timestamp": "timestamp",
    "integer": "integer",
    "decimal": "number",
    "money": "number",
    "boolean": "boolean",
}
_PLAIN: frozenset[FieldType] = frozenset(
    ("text", "date", "timestamp", "integer", "decimal", "boolean", "email")
)
_UNITS = {"h": "h", "d": "d", "bd": "d", "w": "w", "mo": "m", "y": "y"}
_PLACEHOLDER = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_WORDS = ("name_en", "name_tr", "definition_en", "definition_tr")
_DATASET = (
    *(*_WORDS, "sheet", "header_row", "delimiter", "encoding", "decimal", "entity", "id", "record"),
    *("rows", "population", "confirmed_at", "severity", "refresh"),
)

Contract = dict[str, Any]


def contract_of(catalog: Catalog, source: SourceSystem, seen: Collection[str]) -> Contract:
    """The contract of a source, with those of its definitions whose URNs are in `seen`.

    Addresses are never written, but for the name of the variable that holds one. The version names
    the content: the same definitions give the same contract.
    """
    datasets = [dataset for dataset in source.datasets if dataset.urn in seen]
    claims = _claims(catalog, seen)
    contract = _filled(
        {
            "apiVersion": API_VERSION,
            "kind": "DataContract",
            "id": source.urn,
            "name": source.key,
            "version": API_VERSION,
            "status": _STATUS.get(source.status, source.status),
            "description": _filled({"purpose": source.definition, "usage": source.notes}),
            "tags": list(source.tags),
            "servers": [_server(source)],
            "team": _team(catalog, source.owner),
            "schema": [_object(catalog, source, one, claims, seen) for one in datasets],
            "slaProperties": [
                promise for one in datasets for promise in _promises(one, source.refresh)
            ],
            "customProperties": _own(
                {"key": source.key, "name": source.name, **_place(source)}
                | _stated(source, (*_WORDS, "language", "refresh"))
            ),
        }
    )
    digest = hashlib.sha256(json.dumps(contract, sort_keys=True, default=str).encode())
    return {**contract, "version": f"1.0.0+{digest.hexdigest()[:8]}"}


def _claims(catalog: Catalog, seen: Collection[str]) -> Mapping[str, list[Attribute]]:
    """By the path of a field, the attributes that claim it."""
    found: dict[str, list[Attribute]] = {}
    for attribute in catalog.attributes.values():
        for claim in attribute.all_claims if attribute.urn in seen else ():
            if attribute not in found.setdefault(claim.field, []):
                found[claim.field].append(attribute)
    return found


def _object(
    catalog: Catalog,
    source: SourceSystem,
    dataset: Dataset,
    claims: Mapping[str, list[Attribute]],
    seen: Collection[str],
) -> Contract:
    return _filled(
        {
            "id": _stable(dataset.key),
            "name": dataset.key,
            "physicalName": dataset.table or dataset.path_,
            "logicalType": "object",
            "physicalType": "table" if dataset.table else "file",
            **_described(dataset),
            "properties": [
                _property(catalog, dataset, field, claims.get(field.path, []), seen)
                for field in dataset.fields
                if field.urn in seen
            ],
            "customProperties": _own(_stated(dataset, _DATASET) | _filled({"path": dataset.path_})),
        }
    )


def _property(
    catalog: Catalog,
    dataset: Dataset,
    field: Field,
    attributes: list[Attribute],
    seen: Collection[str],
) -> Contract:
    origins = [field.copy_of] if field.copy_of else list(field.derived_from)
    visible = [origin for origin in origins if f"field:{origin}" in seen]
    own: Contract = {} if field.type in _PLAIN else {"type": field.type}
    own |= _stated(field, (*_WORDS, "format", "confirmed_at"))
    own |= {"copy": True} if field.copy_of and visible else {}
    personal = next((one.personal_data for one in attributes if one.personal_data), None)
    own |= {"personal": True} if personal else {}
    return _filled(
        {
            "id": _stable(field.key),
            "name": field.key,
            "physicalName": field.source_column,
            "logicalType": _LOGICAL.get(field.type, "string"),
            "logicalTypeOptions": {"format": "email"} if field.type == "email" else None,
            **_described(field),
            "primaryKey": True if dataset.id == field.key and dataset.rows == "one" else None,
            "primaryKeyPosition": 1 if dataset.id == field.key and dataset.rows == "one" else None,
            "classification": personal,
            "transformSourceObjects": visible,
            **demanded(attributes, field.type),
            "relationships": _relationships(catalog, dataset, field, seen),
            "customProperties": _own(own),
        }
    )


def _relationships(
    catalog: Catalog, dataset: Dataset, field: Field, seen: Collection[str]
) -> list[Contract]:
    """Where the values of an id must be known, in datasets of the same source."""
    found = []
    for path in dataset.known_to if field.key == dataset.id else ():
        other = catalog.datasets.get(path)
        if other and other.id and other.source == dataset.source and other.urn in seen:
            found.append({"to": f"{other.key}.{other.id}", "type": "foreignKey"})
    return found


# people, places, promises


def _team(catalog: Catalog, owner: str) -> Contract:
    """Who answers: a role or a team by its name, never who holds it."""
    known = catalog.roles.get(owner) or catalog.teams.get(owner)
    name = known.named(catalog.language) if known else owner
    return {"name": name, "members": [{"username": owner, "role": "owner"}]}


def _server(source: SourceSystem) -> Contract:
    server = {"id": _stable(source.key), "server": source.key}
    if source.connector == "duckdb":
        return {**server, "type": "duckdb", "database": source.location}
    if source.connector == "files":
        return {**server, "type": "local", "path": source.location, "format": "csv"}
    return {**server, "type": "custom", "description": f"Read as {source.connector}."}


def _place(source: SourceSystem) -> Contract:
    """Kind and place, as far as they may be told: an address is not, but for its variable."""
    place: Contract = {"kind": source.connector}
    if source.url and _PLACEHOLDER.fullmatch(source.url):
        place["url"] = source.url
    if not source.url and not urlsplit(source.location).scheme:
        place["location"] = source.location
    return place


def _promises(dataset: Dataset, of_source: Duration | None) -> Iterator[Contract]:
    refresh = dataset.refresh or of_source
    if refresh:
        moment = dataset.confirmed_at
        element = f"{dataset.key}.{moment.field}" if moment else dataset.key
        unit = _UNITS[refresh.unit]
        said = "business days" if refresh.unit == "bd" else None
        promise = {"property": "frequency", "value": refresh.count, "unit": unit}
        yield _filled({**promise, "element": element, "description": said})


# parts


def _described(definition: Definition) -> Contract:
    return {
        "businessName": definition.name if definition.name != definition.key else None,
        "description": definition.definition,
        "tags": list(definition.tags),
    }


def _stated(definition: Definition, names: Collection[str]) -> Contract:
    """Keys of a definition that were written, as YAML would hold them."""
    plain = definition.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {name: plain[name] for name in names if plain.get(name) not in (None, "", [], {})}


def _own(values: Mapping[str, Any]) -> list[Contract]:
    return [{"property": OURS, "value": dict(values)}] if values else []


def _stable(key: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", key)


def _filled(values: Mapping[str, Any]) -> Contract:
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}
