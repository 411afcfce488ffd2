"""Writes the catalog as OpenLineage events: datasets and their fields, and what a run found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, time
from importlib.metadata import version
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from catalog.model import Catalog, Dataset, Definition
from catalog.results import Result, RunRecord
from lineage.edges import Edge
from lineage.graph import Lineage
from lineage.origins import Use

Event = dict[str, Any]
Field = tuple[str, str, str]
"""A field in OpenLineage's words: namespace, dataset, name."""
_SPEC = "https://openlineage.io/spec"
_CORE = f"{_SPEC}/2-0-2/OpenLineage.json#/$defs"
_FACETS = {
    "schema": "1-2-0/SchemaDatasetFacet",
    "documentation": "1-1-0/DocumentationDatasetFacet",
    "ownership": "1-0-1/OwnershipDatasetFacet",
    "columnLineage": "1-2-0/ColumnLineageDatasetFacet",
    "datasetType": "1-0-1/DatasetTypeDatasetFacet",
    "tags": "1-0-0/TagsDatasetFacet",
    "dataQualityAssertions": "1-1-0/DataQualityAssertionsDatasetFacet",
    "nominalTime": "1-0-1/NominalTimeRunFacet",
}
_STEPS: Mapping[Use, tuple[str, str]] = {
    "direct": ("DIRECT", "IDENTITY"),
    "computed": ("DIRECT", "TRANSFORMATION"),
    "aggregated": ("DIRECT", "AGGREGATION"),
    "rows": ("DIRECT", "AGGREGATION"),
    "filter": ("INDIRECT", "FILTER"),
    "join": ("INDIRECT", "JOIN"),
    "group": ("INDIRECT", "GROUP_BY"),
    "order": ("INDIRECT", "SORT"),
}
_GOLDEN, _NUMBERS, _REPORTS = "golden", "measures", "reports"


def dataset_events(
    catalog: Catalog, lineage: Lineage, now: datetime, seen: Collection[str]
) -> list[Event]:
    """An event for each dataset, golden record and report, and one for the measures.

    Only definitions whose URNs are in `seen`, and lineage between such. A dataset that was
    imported from OpenLineage keeps the name it has there.
    """
    places = {urn: place for urn, place in _places(catalog) if urn in seen}
    by_dataset: dict[tuple[str, str], list[str]] = {}
    for urn, (namespace, name, _) in places.items():
        by_dataset.setdefault((namespace, name), []).append(urn)
    wholes = {place[:2]: urn for urn, place in _wholes(catalog) if urn in seen}
    events = []
    for place in dict.fromkeys([*wholes, *by_dataset]):
        whole = catalog.definitions.get(wholes.get(place, ""))
        fields = [catalog.definitions[urn] for urn in by_dataset.get(place, ())]
        facets = dict(_facets(catalog, lineage, whole, fields, places))
        events.append(
            {
                **_head(now, "DatasetEvent"),
                "dataset": {"namespace": place[0], "name": place[1], "facets": facets},
            }
        )
    return events


def run_event(catalog: Catalog, record: RunRecord, seen: Collection[str]) -> Event:
    """What a run found, as the completion of one run: assertions on each dataset it looked at.

    What could not be told is no assertion: unknown is neither success nor failure. Figures are
    counts and shares; no value of a person is in them.
    """
    places = {urn: place for urn, place in _places(catalog) if urn in seen}
    wholes = {urn: place for urn, place in _wholes(catalog) if urn in seen}
    checked: dict[tuple[str, str], list[Event]] = {}
    for result in record.results:
        told = result.verdict in ("pass", "warn", "fail") and result.urn in seen
        for place, column in _looked_at(result, places, wholes):
            found = checked.setdefault(place, [])
            found += [_assertion(result, column)] if told else []
    start = datetime.combine(record.as_of, time(), record.started.tzinfo).isoformat()
    return {
        **_head(record.finished, "RunEvent"),
        "eventType": "COMPLETE",
        "run": {
            "runId": str(uuid5(NAMESPACE_URL, f"urn:tekdogru:run:{record.run}")),
            "facets": {"nominalTime": _facet("nominalTime", {"nominalStartTime": start})},
        },
        "job": {"namespace": "tekdogru", "name": "check"},
        "inputs": [_input(place, found) for place, found in sorted(checked.items())],
        "outputs": [],
    }


# names


def _places(catalog: Catalog) -> Iterator[tuple[str, Field]]:
    """Namespace, dataset and name of everything that is a field of something."""
    for dataset in catalog.datasets.values():
        place = dataset_place(catalog, dataset)
        for field in dataset.fields:
            yield field.urn, (*place, field.source_column)
    for attribute in catalog.attributes.values():
        yield attribute.urn, (_space(_GOLDEN), attribute.entity, attribute.column)
    for measure in catalog.measures.values():
        yield measure.urn, (_space(_NUMBERS), _NUMBERS, measure.key)
    for cell in catalog.cells.values():
        yield cell.urn, (_space(_REPORTS), cell.report, cell.key)


def _wholes(catalog: Catalog) -> Iterator[tuple[str, tuple[str, str]]]:
    for dataset in catalog.datasets.values():
        yield dataset.urn, dataset_place(catalog, dataset)
    for key, entity in catalog.entities.items():
        if catalog.attributes_of(key):
            yield entity.urn, (_space(_GOLDEN), key)
    for report in catalog.reports.values():
        yield report.urn, (_space(_REPORTS), report.key)


def dataset_place(catalog: Catalog, dataset: Dataset) -> tuple[str, str]:
    """Namespace and name of a dataset: those it came with, else its source and its key."""
    source = catalog.sources[dataset.source]
    origins = (source.imported, dataset.imported)
    if all(one and one.format == "openlineage" and one.name for one in origins):
        namespace, name = (str(one.name) for one in origins if one)
        return namespace, name.removeprefix(f"{namespace}/")
    return _space(f"source/{source.key}"), dataset.key


def _space(name: str) -> str:
    return f"tekdogru://{name}"


# facets


def _facets(
    catalog: Catalog,
    lineage: Lineage,
    whole: Definition | None,
    fields: list[Definition],
    places: Mapping[str, Field],
) -> Iterator[tuple[str, Any]]:
    if fields:
        listed = [_field(catalog, one, places[one.urn][2]) for one in fields]
        yield "schema", _facet("schema", {"fields": listed})
    if whole and (said := whole.meaning(catalog.language)):
        yield "documentation", _facet("documentation", {"description": said})
    if whole and (owner := catalog.owner_of(whole.urn)):
        yield "ownership", _facet("ownership", {"owners": [_owner(catalog, owner)]})
    if whole and whole.tags:
        tags = [{"key": tag, "value": "true", "source": "tekdogru"} for tag in whole.tags]
        yield "tags", _facet("tags", {"tags": tags})
    if isinstance(whole, Dataset):
        kind = {"datasetType": "TABLE" if whole.table else "FILE"}
        yield "datasetType", _facet("datasetType", kind)
    columns = {places[one.urn][2]: _inputs(lineage, one.urn, places) for one in fields}
    if any(columns.values()):
        stated = {name: {"inputFields": found} for name, found in columns.items() if found}
        yield "columnLineage", _facet("columnLineage", {"fields": stated})


def _field(catalog: Catalog, one: Definition, name: str) -> Event:
    described = one.meaning(catalog.language)
    typed = {"type": str(one.type)} if hasattr(one, "type") else {}
    return {"name": name, **typed, **({"description": described} if described else {})}


def _inputs(lineage: Lineage, urn: str, places: Mapping[str, Field]) -> list[Event]:
    """The fields something comes from, each once, with all it is used for."""
    steps: dict[str, list[tuple[str, str]]] = {}
    for edge in _fed_by(lineage.edges_into(urn), places):
        step = _STEPS[edge.use or "direct"]
        found = steps.setdefault(edge.upstream, [])
        if step not in found:
            found.append(step)
    return [_used(places[upstream], found) for upstream, found in steps.items()]


def _fed_by(edges: Iterable[Edge], places: Mapping[str, Field]) -> Iterator[Edge]:
    yield from (edge for edge in edges if edge.upstream in places)


def _used(place: Field, steps: list[tuple[str, str]]) -> Event:
    namespace, name, field = place
    transformations = [{"type": kind, "subtype": subtype} for kind, subtype in steps]
    used = {"namespace": namespace, "name": name, "field": field}
    return {**used, "transformations": transformations}


def _owner(catalog: Catalog, owner: str) -> Event:
    kind = "role" if owner in catalog.roles else "team" if owner in catalog.teams else "user"
    return {"name": f"{kind}:{owner}", "type": "OWNER"}


# runs


def _looked_at(
    result: Result, places: Mapping[str, Field], wholes: Mapping[str, tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], str | None]]:
    """The datasets a result speaks of, each with the field where it is one.

    A check names the fields it looks at behind its kind (`…/agree:core.customers.a~crm.b.c`); one
    that names none looks at the golden record, the measure or the report itself.
    """
    named = result.check.removeprefix(f"{result.urn}/").partition(":")[2].split("~")
    fields = [places[urn] for one in named if (urn := f"field:{one}") in places]
    if fields:
        yield from (((namespace, name), field) for namespace, name, field in fields)
    elif result.urn in places:
        namespace, name, field = places[result.urn]
        yield (namespace, name), field
    elif result.urn in wholes:
        yield wholes[result.urn], None


def _input(place: tuple[str, str], assertions: list[Event]) -> Event:
    facet = _facet("dataQualityAssertions", {"assertions": assertions})
    return {
        "namespace": place[0],
        "name": place[1],
        "inputFacets": {"dataQualityAssertions": facet} if assertions else {},
    }


def _assertion(result: Result, column: str | None) -> Event:
    figures = {"expected": result.expected, "actual": result.observed}
    return {
        "assertion": result.kind,
        "success": result.verdict != "fail",
        "name": result.check,
        "severity": "error" if result.severity == "critical" else "warn",
        "description": result.title,
        **({"column": column} if column else {}),
        **{name: str(value) for name, value in figures.items() if isinstance(value, int | float)},
        "params": {"violations": result.violations, "rows": result.rows_compared},
    }


# form


def _head(moment: datetime, kind: str) -> Event:
    return {
        "eventTime": moment.isoformat(),
        "producer": _producer(),
        "schemaURL": f"{_CORE}/{kind}",
    }


def _facet(name: str, content: Mapping[str, Any]) -> Event:
    schema = _FACETS[name]
    address = f"{_SPEC}/facets/{schema}.json#/$defs/{schema.rpartition('/')[2]}"
    return {"_producer": _producer(), "_schemaURL": address, **content}


def _producer() -> str:
    return f"urn:tekdogru:{version('tekdogru')}"
