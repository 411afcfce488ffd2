"""Says what is wrong with an OpenLineage event, by the specification's own JSON Schemas."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

_CORE = "OpenLineage.json"
_KINDS = {"run": "RunEvent", "job": "JobEvent", "dataset": "DatasetEvent"}
_CONTAINERS = {
    "run": ("facets", "RunFacet"),
    "job": ("facets", "JobFacet"),
    "dataset": ("facets", "DatasetFacet"),
}
_OF_DATASETS = {
    "inputs": (("facets", "DatasetFacet"), ("inputFacets", "InputDatasetFacet")),
    "outputs": (("facets", "DatasetFacet"), ("outputFacets", "OutputDatasetFacet")),
}
# The specification demands column metrics, its own full example gives the row count alone.
_ENOUGH_INSTEAD = {("dataQualityMetrics", "columnMetrics"): "rowCount"}
_LONGEST = 120

FORMATS = FormatChecker(("uuid",))


@FORMATS.checks("date-time", ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def faults_of(event: Any) -> list[str]:
    """Everything wrong with an event, each fault with its place in the event; empty when valid.

    Facets that the specification knows are held to its schema, others only to what every facet
    must have, so that events of newer versions and of plug-ins are accepted.
    """
    if not isinstance(event, Mapping):
        return ["an event is a JSON object"]
    kind = next((kind for part, kind in _KINDS.items() if part in event), None)
    if kind is None:
        return ["it has neither `run` nor `job` nor `dataset`, so it is no event of OpenLineage"]
    faults = list(_said(_validator(f"{_core_id()}#/$defs/{kind}").iter_errors(event)))
    if kind == "JobEvent" and "dataset" in event:
        faults.append("it is an event of a job and one of a dataset at once")
    for place, container, facets in _facets(event):
        for name, facet in facets.items():
            schema = _known_facets().get((container, name))
            if schema and isinstance(facet, Mapping) and facet.get("_deleted") is not True:
                found = _validator(schema).iter_errors(facet)
                kept = (one for one in found if not _is_enough(name, facet, one))
                faults += _said(kept, f"{place}.{name}")
    return list(dict.fromkeys(faults))


def _facets(event: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every block of facets: its place, the kind of its facets, itself."""
    for part, (name, container) in _CONTAINERS.items():
        yield from _block(event.get(part), part, name, container)
    for part, blocks in _OF_DATASETS.items():
        listed = event.get(part)
        for at, dataset in enumerate(listed if isinstance(listed, list) else ()):
            for name, container in blocks:
                yield from _block(dataset, f"{part}.{at}", name, container)


def _block(
    element: Any, place: str, name: str, container: str
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    facets = element.get(name) if isinstance(element, Mapping) else None
    if isinstance(facets, Mapping):
        yield f"{place}.{name}", container, facets


def _is_enough(facet_name: str, facet: Mapping[str, Any], fault: ValidationError) -> bool:
    if fault.validator != "required" or fault.absolute_path:
        return False
    missing = [name for name in _demanded(fault) if name not in facet]
    instead = {_ENOUGH_INSTEAD.get((facet_name, name)) for name in missing}
    return len(instead) == 1 and next(iter(instead)) in facet


def _said(faults: Iterable[ValidationError], place: str = "") -> Iterator[str]:
    for fault in sorted(faults, key=lambda one: [str(part) for part in one.absolute_path]):
        where = ".".join(filter(None, (place, *map(str, fault.absolute_path)))) or "the event"
        yield f"{where}: {_words(fault)}"


def _words(fault: ValidationError) -> str:
    match fault.validator:
        case "required":
            missing = [name for name in _demanded(fault) if name not in _mapping(fault.instance)]
            return f"{', '.join(f'`{name}`' for name in missing)} is missing"
        case "type":
            return f"{_short(fault.instance)} is not of type {fault.validator_value}"
        case "format":
            return f"{_short(fault.instance)} is no {fault.validator_value}"
        case "enum":
            known = ", ".join(_demanded(fault))
            return f"{_short(fault.instance)} is none of {known}"
        case "anyOf" | "oneOf" if fault.context:
            best = min(fault.context, key=lambda one: len(one.absolute_schema_path))
            below = ".".join(map(str, best.relative_path))
            return f"{below + ': ' if below else ''}{_words(best)}"
        case _:
            return (
                fault.message if len(fault.message) <= _LONGEST else f"{fault.message[:_LONGEST]}…"
            )


def _demanded(fault: ValidationError) -> list[str]:
    """The list in the schema that was not kept: of names that must be there, of known values."""
    value = fault.validator_value
    return [str(one) for one in value] if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"


@cache
def _documents() -> dict[str, Any]:
    folder = files(__package__).joinpath("spec")
    found = (one for one in folder.iterdir() if one.name.endswith(".json"))
    return {one.name: json.loads(one.read_text("utf-8")) for one in found}


@cache
def _registry() -> Registry[Any]:
    resources = ((one["$id"], Resource.from_contents(one)) for one in _documents().values())
    return Registry().with_resources(resources)


def _core_id() -> str:
    return str(_documents()[_CORE]["$id"])


@cache
def _validator(reference: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": reference}, registry=_registry(), format_checker=FORMATS)


@cache
def _known_facets() -> dict[tuple[str, str], str]:
    """By the kind of a facet and its name in an event: the address of its schema."""
    found = {}
    for document in _documents().values():
        for name, property_ in document.get("properties", {}).items():
            for definition in _named(property_):
                parts = document["$defs"][definition].get("allOf", ())
                bases = [str(one["$ref"]).rpartition("/")[2] for one in parts if "$ref" in one]
                for base in bases:
                    if base.endswith("Facet"):
                        found[base, name] = f"{document['$id']}#/$defs/{definition}"
    return found


def _named(property_: Mapping[str, Any]) -> list[str]:
    options = property_.get("anyOf", [property_])
    return [str(one["$ref"]).rpartition("/")[2] for one in options if "$ref" in one]
