"""What a file of another tool says of data, in one form for all formats, before it is drafted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.model.sources import FieldType

Rule = Mapping[str, Any]
FieldName = tuple[str, str]
"""A field as the file names it: its dataset's name there, and its column."""


@dataclass(frozen=True)
class FieldFact:
    """One column. `required` is the share that must have a value, `key` the key it should get.

    `copy_of` is the column it repeats unchanged; `derived_from` those it is computed from. A column
    without a dataset is the path of a field that the catalog may have. `states` holds keys of a
    field that the file states in our own words.
    """

    name: str
    type: FieldType = "text"
    key: str | None = None
    title: str | None = None
    says: str | None = None
    states: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    required: float | None = None
    unique: bool = False
    values: Mapping[str, str] | None = None
    rules: tuple[Rule, ...] = ()
    personal: str | None = None
    copy_of: FieldName | None = None
    derived_from: tuple[FieldName, ...] = ()

    @property
    def constrained(self) -> bool:
        """Whether something is stated of its values that an attribute can hold."""
        return bool(self.required or self.unique or self.describes)

    @property
    def describes(self) -> bool:
        """Whether it says more of a value than that it is there, and there once."""
        return bool(self.values or self.rules or self.personal)


@dataclass(frozen=True)
class Refers:
    """A column whose values must be known in a column of another dataset."""

    column: str
    dataset: str
    to: str


@dataclass(frozen=True)
class DatasetFact:
    """One table or file; `name` is what the file calls it, unlike any other's.

    `reading` holds how it is read as the catalog writes it (`table`, `path`, `sheet`…), `states`
    other keys of a dataset that the file states in our own words; `id` the columns of its key.
    """

    name: str
    key: str
    title: str | None = None
    says: str | None = None
    owner: str | None = None
    reading: Mapping[str, Any] = field(default_factory=dict)
    states: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    fields: tuple[FieldFact, ...] = ()
    id: tuple[str, ...] = ()
    refers: tuple[Refers, ...] = ()
    loaded_at: str | None = None
    refresh: str | None = None
    derived_from: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceFact:
    """One system; `reading` holds `kind`, `location`, `url` as the catalog writes them."""

    name: str
    key: str
    title: str | None = None
    says: str | None = None
    owner: str | None = None
    reading: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    refresh: str | None = None
    datasets: tuple[DatasetFact, ...] = ()


@dataclass(frozen=True)
class MeasureFact:
    """One number; `select` is its expression, `where` its condition, over columns of `dataset`.

    Without a dataset it is made of other measures, `parts`, which stand in braces in `select`.
    """

    name: str
    key: str
    dataset: str
    select: str
    title: str | None = None
    says: str | None = None
    owner: str | None = None
    where: str | None = None
    parts: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportFact:
    """One thing people look at that is made of datasets."""

    name: str
    key: str
    title: str | None = None
    says: str | None = None
    owner: str | None = None
    location: str | None = None
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """Something of the file that the catalog has no place for, and why: nothing is lost unsaid."""

    what: str
    reason: str


@dataclass(frozen=True)
class Refused:
    """A part of the file that is wrong in itself: where it stands, and what is wrong with it."""

    place: str
    reason: str


@dataclass(frozen=True)
class Brought:
    """All that one file says. `name` is what the import should be called.

    With `complete` false, what the file does not speak of may still be there.
    """

    format: str
    file: str
    name: str
    sources: tuple[SourceFact, ...] = ()
    measures: tuple[MeasureFact, ...] = ()
    reports: tuple[ReportFact, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    refused: tuple[Refused, ...] = ()
    complete: bool = True
