"""Datasets, columns and golden columns as a plan has them: what is read, and who may speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from catalog.model.sources import FieldType
from expectations.survival import Guards, Survival


@dataclass(frozen=True)
class FieldPlan:
    """A field as it is read: the source's column, its declared type and how dates are written."""

    key: str
    column: str
    type: FieldType
    format: str | None = None


@dataclass(frozen=True)
class DatasetPlan:
    """A dataset as the engine reads it; `id`, `record` and `confirmed_by` are keys of its fields.

    `record` identifies a row, `id` its entity. `loaded` says that the time on a row is that of a
    load, which confirms nothing.
    """

    path: str
    fields: tuple[FieldPlan, ...]
    entity: str | None = None
    id: str | None = None
    rows: str = "one"
    population: str | None = None
    confirmed_by: str | None = None
    decimal: str = "."
    record: str | None = None
    loaded: bool = False

    def field(self, key: str) -> FieldPlan:
        """The field of that key; KeyError when there is none."""
        return self._by_key[key]

    @cached_property
    def _by_key(self) -> Mapping[str, FieldPlan]:
        return {one.key: one for one in self.fields}


@dataclass(frozen=True)
class EntityPlan:
    """An entity: the datasets that know it, and those whose rows make up its golden record.

    Of a `matched` one the match map says which records belong together.
    """

    key: str
    datasets: tuple[str, ...]
    feeding: tuple[str, ...]
    matched: bool = False


@dataclass(frozen=True)
class Column:
    """A claimed field as one attribute sees it: cleansed, typed and folded for comparison.

    `rows` are the conditions under which a row's field holds this attribute at all, where every
    claim on it names some: the kinds of contact that share one column.
    """

    dataset: str
    field: str
    attribute: str
    type: FieldType
    cleanse: tuple[str, ...]
    compare: tuple[str, ...]
    values: tuple[str, ...] | None = None
    confirmed_by: str | None = None
    rows: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The full path of the field: `crm.customers.e_mail`."""
        return f"{self.dataset}.{self.field}"


@dataclass(frozen=True)
class Candidate:
    """One claim on an attribute: its column, and on which row and when it may speak.

    `recent` is false where the time on the row is that of a load, which makes no value recent.
    `number` counts the claims from 1. `voter` is the dataset whose say it is, None for a copy of
    another claim, which neither votes nor counts.
    """

    column: Column
    when: str | None = None
    row: str | None = None
    recent: bool = True
    guards: Guards = field(default_factory=Guards)
    number: int = 1
    voter: str | None = None

    @property
    def source(self) -> str:
        """The key of its source system."""
        return self.column.dataset.partition(".")[0]


@dataclass(frozen=True)
class GoldenColumn:
    """An attribute of the golden record and the candidates in force, in the order of the claims.

    `subtype` is the condition of the subtype it belongs to, where it belongs to one.
    """

    attribute: str
    entity: str
    name: str
    type: FieldType
    candidates: tuple[Candidate, ...]
    survival: Survival = field(default_factory=Survival)
    subtype: str | None = None

    @property
    def can_be_deleted(self) -> bool:
        """Whether a source can say that there is none on purpose."""
        guards = [candidate.guards for candidate in self.candidates]
        return any(one.deleted or one.blank_deletes for one in guards)
