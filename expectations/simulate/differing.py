"""Which golden records and calculations mean something else in one catalog than in another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from catalog.changes import KEPT_TO_ITSELF, comparable
from catalog.model import Catalog, Definition
from expectations.plan import DatasetPlan, EntityPlan, GoldenColumn, MeasurePlan, Plan


@dataclass(frozen=True)
class Meaning:
    """What golden records and calculations of a catalog mean on one day.

    Two equal meanings give the same from the same data. Names, owners and promises are no part of
    it, nor is how a rule is written, as long as it says the same on that day.
    """

    catalog: Catalog
    plan: Plan

    @cached_property
    def golden(self) -> Mapping[str, object]:
        """By entity with attributes: what its golden records mean."""
        resolved = {golden.entity for golden in self.plan.golden}
        return {e.key: self._golden(e) for e in self.plan.entities if e.key in resolved}

    @cached_property
    def attributes(self) -> Mapping[str, GoldenColumn]:
        """The golden columns by attribute."""
        return {golden.attribute: _undated(golden) for golden in self.plan.golden}

    @cached_property
    def data(self) -> Mapping[str, object]:
        """By dataset: where it lies and how it is read."""
        return {dataset.path: self._data(dataset) for dataset in self.plan.datasets}

    @cached_property
    def calculations(self) -> Mapping[str, MeasurePlan]:
        """The calculations by key."""
        return {one.key: one for one in self.plan.measures}

    def _golden(self, entity: EntityPlan) -> object:
        columns = [_undated(one) for one in self.plan.golden if one.entity == entity.key]
        known = [path for path in entity.datasets if path in entity.feeding]
        return replace(entity, datasets=()), columns, [self.data[path] for path in known]

    def _data(self, dataset: DatasetPlan) -> object:
        found = self.catalog.datasets[dataset.path]
        source = self.catalog.sources[found.source]
        fields = [_meant(one) for one in found.fields]
        return dataset, _meant(source), _meant(found), fields


def _meant(definition: Definition) -> Mapping[str, object]:
    """What a definition says, but for what passes on to no value."""
    plain = comparable(definition)
    return {key: value for key, value in plain.items() if key not in KEPT_TO_ITSELF}


def _undated(golden: GoldenColumn) -> GoldenColumn:
    """A golden column without the name of its rule's version, which changes with every word."""
    return replace(golden, survival=replace(golden.survival, version=""))


@dataclass(frozen=True)
class Differing:
    """The entities whose golden records may differ, and the calculations whose numbers may."""

    entities: tuple[str, ...]
    calculations: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.entities or self.calculations)


def find_differing(before: Meaning, after: Meaning) -> Differing:
    """What two meanings do not share; calculations by the measure or cell, whatever the period."""
    entities = _unlike(before.golden, after.golden)
    data = set(_unlike(before.data, after.data))
    calculations: dict[str, None] = {}
    for key in dict.fromkeys([*after.calculations, *before.calculations]):
        old, new = before.calculations.get(key), after.calculations.get(key)
        if old != new or any(_rests(one, entities, data, calculations) for one in (old, new)):
            calculations[key] = None
    names = dict.fromkeys(key.partition("@")[0] for key in calculations)
    return Differing(tuple(entities), tuple(names))


def _rests(
    plan: MeasurePlan | None,
    entities: Iterable[str],
    data: Iterable[str],
    calculations: Iterable[str],
) -> bool:
    """Whether a calculation reads what differs; those it uses stand before it."""
    if plan is None:
        return False
    wanted = {*plan.golden, *plan.tables, *plan.measures}
    return not wanted.isdisjoint([*entities, *data, *calculations])


def _unlike(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    keys = dict.fromkeys([*after, *before])
    return [key for key in keys if before.get(key) != after.get(key)]
