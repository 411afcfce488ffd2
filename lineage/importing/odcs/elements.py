"""The parts of a contract's elements, and what of them can only be told in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.model.sources import FieldType
from lineage.importing.servers import without_secrets
from lineage.importing.types import type_of

Element = Mapping[str, Any]
_TYPES: Mapping[str, FieldType] = {
    "string": "text",
    "date": "date",
    "timestamp": "timestamp",
    "number": "decimal",
    "integer": "integer",
    "boolean": "boolean",
}
_PERSONAL = ("pii", "personal", "sensitive", "special")


def type_there(column: Mapping[str, Any], own: Mapping[str, Any]) -> FieldType:
    """The institution's type of a column."""
    logical, physical = column.get("logicalType"), said(column.get("physicalType"))
    if isinstance(own.get("type"), str):
        stated: FieldType = own["type"]
        return stated
    options = mapping(column.get("logicalTypeOptions"))
    if logical == "string" and options.get("format") == "email":
        return "email"
    exact = type_of(physical)
    if logical in ("number", None) and exact:
        return exact
    if logical == "date" and exact == "timestamp":
        return exact
    return _TYPES.get(str(logical), "text")


def classified(column: Mapping[str, Any], own: Mapping[str, Any]) -> tuple[str | None, list[str]]:
    """The class of personal data where the classification names one, else a tag."""
    text = said(column.get("classification"))
    if text is None:
        return None, []
    if own.get("personal") is True or any(word in text.lower() for word in _PERSONAL):
        return text, []
    return None, [f"classification: {text}"]


def property_notes(column: Mapping[str, Any]) -> Iterator[str]:
    """What a column states that the catalog has no key for."""
    if column.get("logicalType") in ("object", "array") or column.get("items"):
        parts = listed(column.get("properties")) or listed(
            mapping(column.get("items")).get("properties")
        )
        held = ", ".join(f"{one.get('name')} ({one.get('logicalType')})" for one in parts)
        yield f"A structure, read as text{': ' + held if held else ''}."
    if column.get("logicalType") == "time":
        yield "A time of day, read as text."
    for name in ("encryptedName", "transformDescription", "transformLogic"):
        if column.get(name):
            yield f"{name} there: {column[name]}"
    if isinstance(column.get("transformSourceObjects"), list):
        yield f"Made there of: {', '.join(map(str, column['transformSourceObjects']))}"
    if column.get("partitioned") is True:
        yield f"Partition key, position {position_of(column.get('partitionKeyPosition'))}."
    if column.get("criticalDataElement") is True:
        yield "A critical data element."


def element_notes(element: Mapping[str, Any]) -> Iterator[str]:
    """What any element states that the catalog has no key for."""
    for one in listed(element.get("authoritativeDefinitions")):
        kind = f" ({one['type']})" if one.get("type") else ""
        yield f"See {without_secrets(str(one.get('url')))}{kind}"
    if element.get("dataGranularityDescription"):
        yield f"Granularity: {element['dataGranularityDescription']}"
    for link in listed(element.get("relationships")):
        if link.get("from"):
            ends = (link["from"], link.get("to"))
            said = (", ".join(map(str, e)) if isinstance(e, list) else str(e) for e in ends)
            yield f"Refers there: {' to '.join(said)}"


def kind_told(one: Mapping[str, Any]) -> Iterator[str]:
    """What a dataset is, where it is no table."""
    if one.get("physicalType") and one["physicalType"] != "table":
        yield f"A {one['physicalType']} there."


def server_told(server: Mapping[str, Any]) -> str:
    """A server in a line: where it is, without what lets one in."""
    names = ("type", "environment", "host", "port", "database", "schema", "catalog", "account")
    more = ("warehouse", "project", "dataset", "region", "location", "path", "format", "topic")
    told = (f"{name} {server[name]}" for name in (*names, *more) if server.get(name))
    return without_secrets(f"Server {server.get('server')}: {', '.join(told)}")


def property_names(element: Mapping[str, Any]) -> list[str]:
    """The names of an element's own properties."""
    return [str(one.get("property")) for one in listed(element.get("customProperties"))]


def column_of(column: Mapping[str, Any]) -> str:
    """The column's name in the data."""
    return str(column.get("physicalName") or column["name"])


def position_of(value: Any) -> int:
    """A position among keys; what states none comes last."""
    return value if isinstance(value, int) and value > 0 else 1_000


def is_named(one: Mapping[str, Any]) -> bool:
    """Whether an element has a name."""
    return bool(said(one.get("name")))


def said(value: Any) -> str | None:
    """A value as text; None for what says nothing."""
    return str(value) if isinstance(value, str | int | float) and str(value).strip() else None


def tags_of(element: Mapping[str, Any]) -> tuple[str, ...]:
    """The tags of an element."""
    tags = element.get("tags")
    return tuple(str(tag) for tag in tags) if isinstance(tags, list) else ()


def listed(value: Any) -> list[Mapping[str, Any]]:
    """The elements of a list; none where it is no list."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def mapping(value: Any) -> Mapping[str, Any]:
    """A block of keys; an empty one where it is none."""
    return value if isinstance(value, Mapping) else {}
