"""Which golden records and calculations mean something else in one catalog than in another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from catalog.changes import KEPT_TO_ITSELF, comparable
from catalog.model import Catalog, Definition
from catalog.sql import check_condition, check_query
from catalog.tables import ENTITY_ID, readable_tables
from expectations.engine.resolving import asked_by
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
    def entities(self) -> Mapping[str, EntityPlan]:
        """The entities that have attributes."""
        resolved = {golden.entity for golden in self.plan.golden}
        return {one.key: one for one in self.plan.entities if one.key in resolved}

    @cached_property
    def attributes(self) -> Mapping[str, GoldenColumn]:
        """The golden columns by attribute, in their order."""
        return {golden.attribute: _undated(golden) for golden in self.plan.golden}

    @cached_property
    def data(self) -> Mapping[str, object]:
        """By dataset: where it lies and how it is read."""
        return {dataset.path: self._data(dataset) for dataset in self.plan.datasets}

    @cached_property
    def calculations(self) -> Mapping[str, MeasurePlan]:
        """The calculations by key; in which order they read their datasets changes nothing."""
        return {one.key: replace(one, reads=tuple(sorted(one.reads))) for one in self.plan.measures}

    def of_entity(self, entity: str) -> dict[str, GoldenColumn]:
        """The golden columns of an entity."""
        return {key: one for key, one in self.attributes.items() if one.entity == entity}

    def rows(self, entity: str) -> object:
        """Which records an entity has, and what is read of them; None where it has none."""
        plan = self.entities.get(entity)
        if plan is None:
            return None
        fed = [self.data[path] for path in plan.datasets if path in plan.feeding]
        return replace(plan, datasets=(), feeding=tuple(sorted(plan.feeding))), fed

    @cached_property
    def asks(self) -> Mapping[str, frozenset[str]]:
        """By attribute: those that must be known for it: its group, what its conditions name."""
        return {key: frozenset(self._asked(one)) for key, one in self.attributes.items()}

    def needed(self, attributes: Iterable[str]) -> frozenset[str]:
        """Attributes with all that must be known for them."""
        found: set[str] = set()
        waiting = [key for key in attributes if key in self.attributes]
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += self.asks[key]
        return frozenset(found)

    def named_by(self, key: str) -> frozenset[str]:
        """The attributes that a calculation names itself."""
        plan = self.calculations.get(key)
        if plan is None or not plan.golden:
            return frozenset()
        columns = check_query(plan.calculation, self._tables).columns
        return frozenset(
            one.attribute
            for one in self.attributes.values()
            if f"{one.entity}.{one.name}" in columns
        )

    @cached_property
    def _tables(self) -> Mapping[str, Collection[str]]:
        return readable_tables(self.catalog)

    def _asked(self, golden: GoldenColumn) -> set[str]:
        mine = self.of_entity(golden.entity)
        columns = {one.name: key for key, one in mine.items()}
        group = golden.survival.group
        found = {key for key, one in mine.items() if group and one.survival.group == group}
        found |= asked_by(golden, columns)
        if golden.subtype:
            named = check_condition(golden.subtype, {ENTITY_ID: None, **columns}).columns
            found |= {columns[name] for name in named if name in columns}
        return found - {golden.attribute}

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
    """What may differ: by entity the attributes whose golden values may, and the calculations whose
    numbers may. Of the entities in `rows` records may come and go.
    """

    attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rows: frozenset[str] = frozenset()
    calculations: tuple[str, ...] = ()

    @property
    def entities(self) -> tuple[str, ...]:
        """The entities whose golden records may differ."""
        return tuple(self.attributes)

    def __bool__(self) -> bool:
        return bool(self.attributes or self.calculations)


def find_differing(before: Meaning, after: Meaning) -> Differing:
    """What two meanings do not share; calculations by the measure or cell, whatever the period."""
    found = {}
    rows = set()
    for entity in dict.fromkeys([*after.entities, *before.entities]):
        if before.rows(entity) != after.rows(entity):
            rows.add(entity)
        if attributes := _attributes(entity, before, after, whole=entity in rows):
            found[entity] = attributes
    differing = Differing(found, frozenset(rows))
    return replace(differing, calculations=_calculations(before, after, differing))


def _attributes(entity: str, before: Meaning, after: Meaning, *, whole: bool) -> frozenset[str]:
    """The attributes of an entity whose golden values may differ, and all that ask for them.

    Where records are matched, or the attributes stand in another order, any of them may.
    """
    old, new = before.of_entity(entity), after.of_entity(entity)
    everything = frozenset([*old, *new])
    unlike = {key for key in everything if old.get(key) != new.get(key)}
    matched = any(m.entities[entity].matched for m in (before, after) if entity in m.entities)
    reordered = [key for key in old if key in new] != [key for key in new if key in old]
    if whole or reordered or (unlike and matched):
        return everything
    asking = [(key, meaning.asks[key]) for meaning in (before, after) for key in everything
              if key in meaning.asks]  # fmt: skip
    while more := {key for key, asked in asking if asked & unlike} - unlike:
        unlike |= more
    return frozenset(unlike)


def _calculations(before: Meaning, after: Meaning, differing: Differing) -> tuple[str, ...]:
    data = {key for key in after.data if before.data.get(key) != after.data[key]}
    attributes = frozenset().union(*differing.attributes.values())
    found: dict[str, None] = {}
    for key in dict.fromkeys([*after.calculations, *before.calculations]):
        if before.calculations.get(key) != after.calculations.get(key) or any(
            _rests(meaning, key, {*data, *differing.rows, *found}, attributes)
            for meaning in (before, after)
        ):
            found[key] = None
    return tuple(dict.fromkeys(key.partition("@")[0] for key in found))


def _rests(meaning: Meaning, key: str, unlike: Collection[str], attributes: frozenset[str]) -> bool:
    """Whether a calculation reads what differs; those it uses stand before it."""
    plan = meaning.calculations.get(key)
    if plan is None:
        return False
    wanted = {*plan.golden, *plan.tables, *plan.measures}
    return bool(wanted.intersection(unlike)) or bool(meaning.named_by(key) & attributes)
