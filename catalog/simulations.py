"""What a change would do to golden values and numbers, as `simulate` prints it in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from catalog.model.definition import Language
from catalog.truth import State

SIMULATE_VERSION = "1.0"
Kind = Literal["gets", "loses", "other_value", "state", "source", "appears", "vanishes"]
KINDS: tuple[Kind, ...] = (
    "other_value",
    "gets",
    "loses",
    "state",
    "source",
    "appears",
    "vanishes",
)


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class DefinitionChange(_Document):
    """A definition that is added, changed or removed; `parts` are the keys that differ.

    `decides` is false where none of them changes a golden value or a number.
    """

    urn: str
    name: str
    owner: str | None
    how: Literal["added", "changed", "removed"]
    parts: tuple[str, ...]
    decides: bool


class Move(_Document):
    """How many changed values came from one source and would come from another.

    None is no source: there is no value. `override` is what a steward has set.
    """

    from_: str | None = Field(alias="from")
    to: str | None
    count: int


class StateMove(_Document):
    """How many changed values go from one state to another; None where there was or is no record
    to which the attribute applies.
    """

    from_: State | None = Field(alias="from")
    to: State | None
    count: int


class Golden(_Document):
    """A golden value as it is or would be; personal values are masked unless asked for."""

    value: str | None
    state: State
    source: str | None
    dataset: str | None
    record_id: str | None
    reason: str | None


class ChangedValue(_Document):
    """One golden value that changes; None where there was or is no record for it."""

    entity_id: str
    change: Kind
    before: Golden | None
    after: Golden | None


class AttributeChange(_Document):
    """What becomes of the golden values of one attribute; all numbers count entities.

    `changes` says how many values change and how, each counted once: `other_value`, `gets` and
    `loses` a value, only its `state`, only its `source` or record, and records without a value that
    one `appears` or `vanishes`. `decided_otherwise` keep all this for another reason,
    `other_last_day` keep it until another day.
    """

    attribute: str
    name: str
    owner: str | None
    before: int
    after: int
    changed: int
    changes: Mapping[Kind, int]
    became_current: int
    became_stale: int
    contested_before: int
    contested_after: int
    decided_otherwise: int
    other_last_day: int
    moves: tuple[Move, ...]
    states: tuple[StateMove, ...]
    examples: tuple[ChangedValue, ...]

    @property
    def is_same(self) -> bool:
        """Whether nothing at all would be told otherwise."""
        contested = self.contested_before == self.contested_after
        return contested and not (self.changed or self.decided_otherwise or self.other_last_day)


class EntityChange(_Document):
    """How many golden records there are and would be; `unmatched` records wait for `match`.

    `untouched` attributes cannot change and were not compared.
    """

    entity: str
    before: int
    after: int
    unmatched_before: int
    unmatched_after: int
    untouched: int


class NumberChange(_Document):
    """One number that changes: before, after, apart. None where there is none."""

    dimensions: Mapping[str, object]
    before: Decimal | None
    after: Decimal | None
    apart: Decimal | None


class MeasureChange(_Document):
    """What becomes of the numbers of a measure, or of a cell's own calculation, for a period.

    `unchanged` of them stay as they are. `why_before` and `why_after` say why it has no number.
    """

    urn: str
    name: str
    owner: str | None
    period: str | None
    changed: tuple[NumberChange, ...]
    unchanged: int
    why_before: str | None = None
    why_after: str | None = None


class CellChange(_Document):
    """A report's cell whose true number for its last period changes."""

    urn: str
    name: str
    report: str
    owner: str | None
    period: str
    before: Decimal | None
    after: Decimal | None


class Reached(_Document):
    """A cell, report, team or touchpoint that rests on what changes, and whose it is.

    `through` are the attributes and measures that change and lead there.
    """

    urn: str
    name: str
    owner: str | None
    through: tuple[str, ...]


class Unknown(_Document):
    """What nobody can say, and why: it may change or not."""

    urn: str
    name: str
    reason: str


class SimulateDocument(_Document):
    """What `tekdogru simulate --format json` prints.

    `computed` is false where no data was read, because nothing that differs could change a golden
    value or a number. `entities` and `attributes` are those that were compared, the ones with most
    changes first.
    """

    schema_version: str = SIMULATE_VERSION
    as_of: date
    language: Language
    before: str
    after: str
    definitions: tuple[DefinitionChange, ...]
    computed: bool
    entities: tuple[EntityChange, ...] = ()
    attributes: tuple[AttributeChange, ...] = ()
    measures: tuple[MeasureChange, ...] = ()
    cells: tuple[CellChange, ...] = ()
    reached: tuple[Reached, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    output: str | None = None
    rows: int | None = None

    @property
    def changed(self) -> int:
        """How many golden values change."""
        return sum(one.changed for one in self.attributes)

    @property
    def numbers(self) -> int:
        """How many numbers of measures change."""
        return sum(len(one.changed) for one in self.measures)
