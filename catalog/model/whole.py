"""The whole catalog: every definition by kind, and where in the files it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Protocol

from pydantic import Field as Setting

from catalog.model.attributes import Attribute
from catalog.model.consolidations import ConsolidationDecision
from catalog.model.definition import Definition, Language, Model
from catalog.model.matching import MatchDecision
from catalog.model.parties import Role, Team
from catalog.model.reports import Cell, Measure, Report
from catalog.model.sources import Dataset, Field, SourceSystem
from catalog.model.subjects import Entity, Purpose, Touchpoint
from catalog.model.waivers import Waiver


@dataclass(frozen=True)
class Place:
    """A line of a file, the file relative to the workspace, lines counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Places(Protocol):
    """Tells where a definition, or a part of it, was written."""

    def find(self, urn: str, *parts: str | int) -> Place | None:
        """The place of the definition, or of the deepest of `parts` that is written there."""


class NoPlaces:
    """A catalog that was not read from files."""

    def find(self, urn: str, *parts: str | int) -> Place | None:
        """Nowhere."""
        return None


class BaselineEntry(Model):
    """The share a failing check had on the day the baseline was recorded."""

    check: str
    share: float = Setting(ge=0, le=1)
    recorded_on: date


@dataclass(frozen=True)
class Catalog:
    """Every definition, each kind a mapping by key in the order of the files."""

    teams: Mapping[str, Team] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    entities: Mapping[str, Entity] = field(default_factory=dict)
    sources: Mapping[str, SourceSystem] = field(default_factory=dict)
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    measures: Mapping[str, Measure] = field(default_factory=dict)
    reports: Mapping[str, Report] = field(default_factory=dict)
    touchpoints: Mapping[str, Touchpoint] = field(default_factory=dict)
    purposes: Mapping[str, Purpose] = field(default_factory=dict)
    baseline: Mapping[str, BaselineEntry] = field(default_factory=dict)
    waivers: Mapping[str, Waiver] = field(default_factory=dict)
    matches: Mapping[str, MatchDecision] = field(default_factory=dict)
    consolidations: Mapping[str, ConsolidationDecision] = field(default_factory=dict)
    places: Places = field(default_factory=NoPlaces)
    language: Language = "en"

    @cached_property
    def datasets(self) -> Mapping[str, Dataset]:
        """Every dataset by its path, `crm.customers`."""
        return {
            dataset.path: dataset for source in self.sources.values() for dataset in source.datasets
        }

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Every field by its path, `crm.customers.e_mail`."""
        return {f.path: f for dataset in self.datasets.values() for f in dataset.fields}

    @cached_property
    def cells(self) -> Mapping[str, Cell]:
        """Every cell by its path, `retail_monthly/active_retail`."""
        return {cell.path: cell for report in self.reports.values() for cell in report.cells}

    @cached_property
    def definitions(self) -> Mapping[str, Definition]:
        """Every definition by its URN."""
        return {definition.urn: definition for definition in self._walk()}

    def _walk(self) -> Iterator[Definition]:
        for kind in (self.teams, self.roles, self.entities, self.purposes, self.sources):
            yield from kind.values()
        yield from self.datasets.values()
        yield from self.fields.values()
        yield from self.attributes.values()
        yield from self.measures.values()
        yield from self.reports.values()
        yield from self.cells.values()
        yield from self.touchpoints.values()

    def attributes_of(self, entity: str) -> list[Attribute]:
        """The attributes that describe an entity, in the order of the files."""
        return self._attributes_by_entity.get(entity, [])

    @cached_property
    def _attributes_by_entity(self) -> Mapping[str, list[Attribute]]:
        found: dict[str, list[Attribute]] = {}
        for attribute in self.attributes.values():
            found.setdefault(attribute.entity, []).append(attribute)
        return found

    def datasets_of(self, entity: str) -> list[Dataset]:
        """The datasets whose rows belong to an entity, by an id of theirs or by a match."""
        return [d for d in self.datasets.values() if d.entity == entity and (d.id or d.record)]

    def dataset_of(self, field_path: str) -> Dataset | None:
        """The dataset a field path speaks of, whether or not the field exists."""
        return self.datasets.get(field_path.rpartition(".")[0])

    def origin_of(self, field_path: str) -> str:
        """The field at the end of the chain of `copy_of`; itself where that is a circle."""
        seen = [field_path]
        while (field := self.fields.get(seen[-1])) and field.copy_of:
            if field.copy_of in seen:
                return field_path
            seen.append(field.copy_of)
        return seen[-1]

    def owner_of(self, urn: str) -> str | None:
        """Who answers for a definition: its own owner, else that of what it belongs to."""
        definition = self.definitions.get(urn)
        if definition is None or definition.owner:
            return definition.owner if definition else None
        if isinstance(definition, Team):
            return definition.head
        whole = self.whole_of(definition)
        return self.owner_of(whole.urn) if whole else None

    def whole_of(self, definition: Definition) -> Definition | None:
        """What a definition is part of: a field's dataset, a dataset's source, a cell's report."""
        match definition:
            case Field():
                return self.datasets.get(definition.dataset)
            case Dataset():
                return self.sources.get(definition.source)
            case Cell():
                return self.reports.get(definition.report)
            case _:
                return None
