"""Puts events together: by dataset what the latest says of it, and what it is made of by all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lineage.importing.facts import (
    Brought,
    DatasetFact,
    FieldFact,
    FieldName,
    LeftOut,
    Refused,
    SourceFact,
)
from lineage.importing.naming import key_of
from lineage.importing.openlineage.events import Event, read_events
from lineage.importing.servers import Place, is_plain_path, place_of, without_secrets
from lineage.importing.types import type_of

FORMAT = "openlineage"
_READ = ("schema", "documentation", "ownership", "columnLineage", "lineage", "tags", "symlinks")
_WHY = {
    "dataQualityAssertions": "results of one run, not what is promised",
    "dataQualityMetrics": "figures of one run",
    "inputStatistics": "figures of one run",
    "outputStatistics": "figures of one run",
    "dataSource": "addresses are not taken over",
    "version": "versions of data are not kept here",
}
_DATASETS = (("inputs", "inputFacets"), ("outputs", "outputFacets"))


@dataclass
class _Seen:
    """One dataset as far as the events have spoken of it."""

    namespace: str
    name: str
    columns: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    copies: dict[str, FieldName] = field(default_factory=dict)
    origins: dict[str, set[FieldName]] = field(default_factory=dict)
    made_of: set[str] = field(default_factory=set)
    notes: dict[str, None] = field(default_factory=dict)
    tags: dict[str, None] = field(default_factory=dict)
    says: str | None = None
    owner: str | None = None

    @property
    def id(self) -> str:
        """What it is called among all datasets of all namespaces."""
        return f"{self.namespace}/{self.name}"

    def column(self, name: str) -> None:
        """Know of a column, be it by its name alone."""
        self.columns.setdefault(name, {"name": name})


def read_event_files(files: Sequence[Path]) -> Brought:
    """What all valid events of some files say together; those that are not valid are refused."""
    events: list[Event] = []
    refused: list[Refused] = []
    for file in files:
        found, wrong = read_events(file)
        events += found
        refused += wrong
    reader = _Reader()
    for event in sorted(events, key=lambda one: one.time):
        reader.take(event.document)
    return Brought(
        FORMAT,
        "events",
        FORMAT,
        tuple(reader.sources()),
        left_out=tuple(reader.left_out.values()),
        refused=tuple(refused),
        complete=False,
    )


class _Reader:
    def __init__(self) -> None:
        self.seen: dict[str, _Seen] = {}
        self.left_out: dict[str, LeftOut] = {}

    def take(self, event: Mapping[str, Any]) -> None:
        """Add what one event says."""
        for part, more in _DATASETS:
            for dataset in event.get(part) or ():
                self._dataset(dataset, dataset.get(more) or {})
        if dataset := event.get("dataset"):
            self._dataset(dataset, {})
        if job := event.get("job"):
            self._job(event, job)

    def sources(self) -> Iterator[SourceFact]:
        """A source for each namespace, the datasets by name."""
        spaces: dict[str, list[_Seen]] = {}
        for one in sorted(self.seen.values(), key=lambda one: one.id):
            spaces.setdefault(one.namespace, []).append(one)
        for namespace, datasets in spaces.items():
            place = place_of(namespace.partition(":")[0] if ":" in namespace else None)
            yield SourceFact(
                namespace,
                key_of(namespace, "source"),
                title=namespace,
                reading=place.reading,
                unsure=place.unsure,
                datasets=tuple(self._fact(one, place) for one in datasets),
            )

    # what events say

    def _of(self, dataset: Mapping[str, Any]) -> _Seen:
        made = _Seen(
            without_secrets(str(dataset["namespace"])), without_secrets(str(dataset["name"]))
        )
        return self.seen.setdefault(made.id, made)

    def _dataset(self, dataset: Mapping[str, Any], more: Mapping[str, Any]) -> _Seen:
        seen = self._of(dataset)
        facets = dataset.get("facets") or {}
        live = {name: one for name, one in facets.items() if one.get("_deleted") is not True}
        for one in (live.get("schema") or {}).get("fields") or ():
            seen.columns[str(one["name"])] = one
        seen.says = (live.get("documentation") or {}).get("description") or seen.says
        owners = (live.get("ownership") or {}).get("owners") or ()
        seen.owner = next((str(one["name"]) for one in owners), seen.owner)
        for one in (live.get("tags") or {}).get("tags") or ():
            seen.tags[_tag(one)] = None
        for one in (live.get("symlinks") or {}).get("identifiers") or ():
            seen.notes[f"Also known as {without_secrets(str(one['name']))}."] = None
        self._columns_of(seen, (live.get("columnLineage") or {}).get("fields") or {})
        self._stated(seen, live.get("lineage") or {})
        for name in (*live, *more):
            if name not in _READ:
                reason = _WHY.get(name, "nothing in the catalog holds it")
                self.left_out.setdefault(name, LeftOut(f"facet {name}", reason))
        return seen

    def _columns_of(self, seen: _Seen, fields: Mapping[str, Any]) -> None:
        """The facet of column lineage: what is copied, and what is computed from what."""
        for name, stated in fields.items():
            seen.column(name)
            inputs = stated.get("inputFields") or ()
            kept = [one for one in inputs if _kind(stated, one) != "condition"]
            copied = len(kept) == 1 and _kind(stated, kept[0]) == "copy"
            found = [self._input(one) for one in kept]
            seen.copies.pop(name, None)
            seen.origins[name] = set() if copied else set(found) - {(seen.id, name)}
            if copied and found[0] != (seen.id, name):
                seen.copies[name] = found[0]

    def _stated(self, seen: _Seen, lineage: Mapping[str, Any]) -> None:
        """Lineage stated for a dataset: what feeds it, and its fields one by one."""
        for one in lineage.get("inputs") or ():
            if one.get("type") == "DATASET":
                seen.made_of.add(self._of(one).id)
        for name, stated in (lineage.get("fields") or {}).items():
            seen.column(name)
            inputs = stated.get("inputs") or ()
            named = [one for one in inputs if one.get("type") == "DATASET" and one.get("field")]
            seen.origins[name] = {self._input(one) for one in named} - {(seen.id, name)}
            seen.made_of |= {self._of(one).id for one in inputs if one.get("type") == "DATASET"}

    def _input(self, stated: Mapping[str, Any]) -> FieldName:
        origin = self._of(stated)
        origin.column(str(stated["field"]))
        return origin.id, str(stated["field"])

    def _job(self, event: Mapping[str, Any], job: Mapping[str, Any]) -> None:
        """Who wrote what: outputs are made of the inputs of the same run."""
        name = without_secrets(f"{job['namespace']}/{job['name']}")
        read = {self._of(one).id for one in event.get("inputs") or ()}
        for one in event.get("outputs") or ():
            seen = self._of(one)
            seen.made_of |= read - {seen.id}
            seen.notes[f"Written by job {name}."] = None
        lineage = (job.get("facets") or {}).get("lineage") or {}
        for one in lineage.get("entries") or ():
            if one.get("type") == "DATASET":
                self._stated(self._of(one), one)
        for facet in job.get("facets") or {}:
            if facet not in ("lineage", "documentation"):
                self.left_out.setdefault(
                    facet, LeftOut(f"facet {facet}", "of the job, not of data")
                )
        for facet in (event.get("run") or {}).get("facets") or {}:
            self.left_out.setdefault(facet, LeftOut(f"facet {facet}", "of one run"))

    # facts

    def _fact(self, seen: _Seen, place: Place) -> DatasetFact:
        notes = list(seen.notes)
        if seen.owner:
            notes.append(f"Owner there: {seen.owner}")
        return DatasetFact(
            seen.id,
            key_of(seen.name, "dataset"),
            says=seen.says,
            owner=seen.owner.rpartition(":")[2] if seen.owner else None,
            reading=_read_as(seen.name, place),
            tags=tuple(seen.tags),
            notes=tuple(notes),
            fields=tuple(_field(seen, name, one) for name, one in seen.columns.items()),
            derived_from=tuple(sorted(seen.made_of - {seen.id})),
        )


def _field(seen: _Seen, name: str, stated: Mapping[str, Any]) -> FieldFact:
    physical = str(stated.get("type") or "")
    type_ = type_of(physical)
    notes = []
    if inner := stated.get("fields"):
        held = ", ".join(f"{one.get('name')} ({one.get('type')})" for one in inner)
        notes.append(f"A structure, read as text: {held}.")
    elif type_ is None and physical:
        notes.append(f"Its type there is {physical}.")
    elif not physical:
        notes.append("Its type is not known yet.")
    return FieldFact(
        name,
        type_ or "text",
        says=stated.get("description"),
        notes=tuple(notes),
        copy_of=seen.copies.get(name),
        derived_from=tuple(sorted(seen.origins.get(name, ()))),
    )


def _kind(stated: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    """Whether an input is copied, computed with, or only decides about rows."""
    steps = one.get("transformations") or ()
    if steps and all(step.get("type") == "INDIRECT" for step in steps):
        return "condition"
    direct = [step for step in steps if step.get("type") != "INDIRECT"]
    if direct and all(step.get("subtype") == "IDENTITY" for step in direct):
        return "copy"
    return "copy" if not steps and stated.get("transformationType") == "IDENTITY" else "computed"


def _read_as(name: str, place: Place) -> Mapping[str, str]:
    if place.has_tables:
        return {"table": ".".join(name.split(".")[-2:])}
    plain = name.lstrip("/")
    is_file = Path(plain).suffix.lower() in (".csv", ".parquet", ".xlsx")
    return {"path": plain if is_file and is_plain_path(plain) else f"{key_of(name)}.csv"}


def _tag(one: Mapping[str, Any]) -> str:
    value = str(one.get("value") or "")
    return str(one["key"]) if value.lower() in ("", "true") else f"{one['key']}: {value}"
