"""Corrections: values found wrong, what became of each, and the states they may pass through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import accumulate
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from catalog.errors import UsageError

CORRECTIONS_VERSION = "1.0"
TRUST_VERSION = "1.0"

State = Literal["suspected", "verified", "taken_over", "rejected"]
EventKind = Literal[
    "suspected",
    "verified",
    "rejected",
    "taken_over",
    "fell_back",
    "doubted",
    "superseded",
    "overridden",
    "ended",
    "erased",
]
Origin = Literal["source", "steward", "request", "evidence"]
EvidenceKind = Literal["returned_mail", "bounce", "one_time_code", "registry"]
STATES: tuple[State, ...] = ("verified", "suspected", "taken_over", "rejected")
EVIDENCE_KINDS: tuple[EvidenceKind, ...] = ("returned_mail", "bounce", "one_time_code", "registry")
ENDS = ("next-change", "next-verified-change", "forever")
"""When a value set by hand ends, apart from on a day."""

STEPS: Mapping[tuple[State | None, EventKind], State] = {
    (None, "suspected"): "suspected",
    (None, "verified"): "verified",
    ("suspected", "verified"): "verified",
    ("suspected", "rejected"): "rejected",
    ("suspected", "superseded"): "rejected",
    ("suspected", "taken_over"): "taken_over",
    ("verified", "rejected"): "rejected",
    ("verified", "superseded"): "rejected",
    ("verified", "taken_over"): "taken_over",
    ("taken_over", "fell_back"): "verified",
    ("taken_over", "doubted"): "suspected",
    ("taken_over", "rejected"): "rejected",
    ("rejected", "verified"): "verified",
}
"""What an event makes of a correction; any other event is refused."""
KEEPING: frozenset[EventKind] = frozenset({"overridden", "ended", "erased"})
"""Events that say something of a correction without moving it to another state."""


class Refused(UsageError):
    """An event that a correction in its present state cannot have."""


def advance(state: State | None, kind: EventKind) -> State:
    """The state after an event; Refused where there is no such step."""
    if state is not None and kind in KEEPING:
        return state
    after = STEPS.get((state, kind))
    if after is None:
        possible = ", ".join(sorted(event for before, event in STEPS if before == state)) or "none"
        raise Refused(
            f"a correction that is {(state or 'new').replace('_', ' ')} cannot be "
            f"{kind.replace('_', ' ')}; possible: {possible.replace('_', ' ')}"
        )
    return after


def state_after(kinds: Iterable[EventKind]) -> State | None:
    """The state after all of these events in their order; None after none."""
    state: State | None = None
    for kind in kinds:
        state = advance(state, kind)
    return state


class _Noun(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Event(_Noun):
    """Something that happened to a correction: when, on which business day, by whom and why.

    `by` is a person's address, a kind of evidence, or the system that said it.
    """

    kind: EventKind
    at: datetime
    on: date
    by: str
    why: str | None = None


class Hold(_Noun):
    """Whether a record's field held a correction's value when it was last looked at.

    `holds` is false where it held another one; a record that holds nothing has no `Hold`. `was`
    is true where it holds the very value that was replaced. `changed` is the day since which it
    holds what it holds; `copy_of` the field it is filled from.
    """

    dataset: str
    record_id: str
    field: str
    holds: bool
    was: bool = False
    changed: date | None = None
    copy_of: str | None = None

    @property
    def source(self) -> str:
        """The source system."""
        return self.dataset.partition(".")[0]

    @property
    def path(self) -> str:
        """The field's full path."""
        return f"{self.dataset}.{self.field}"


class Correction(_Noun):
    """A value found wrong and the value put in its place, for one entity and attribute.

    `from_value` and `to_value` are cleansed texts, None once they are erased. `source` and `field`
    say where a suspicion came from. `until` makes it an override: a day in ISO form or one of
    ENDS. `since` is the day of its verification, of a suspicion the day it arose.
    """

    id: str
    entity_id: str
    attribute: str
    from_value: str | None = None
    to_value: str | None = None
    origin: Origin
    source: str | None = None
    field: str | None = None
    state: State
    since: date
    due: date | None = None
    verified_by: str | None = None
    until: str | None = None
    keep_when_equal: bool = False
    author: str | None = None
    reason: str | None = None
    made: datetime
    ended: date | None = None
    closed: date | None = None
    events: tuple[Event, ...] = ()
    holds: tuple[Hold, ...] = ()

    @property
    def is_override(self) -> bool:
        """Whether it was set by hand, and its end has not been noted."""
        return self.until is not None and self.ended is None and self.state != "rejected"

    def state_on(self, day: date) -> State | None:
        """What it was at the end of a day; None before it was known.

        What followed an event counts from its day on at the earliest, whatever day it names:
        observations of yesterday may be taken in after a steward's word of today.
        """
        days = accumulate((event.on for event in self.events), max)
        known = zip(self.events, days, strict=True)
        return state_after(event.kind for event, known_on in known if known_on <= day)


class Evidence(_Noun):
    """What the world outside said of a value: the letter came back, the code was entered."""

    id: str
    entity_id: str
    attribute: str
    value: str
    kind: EvidenceKind
    right: bool
    on: date
    note: str | None = None


class Vote(_Noun):
    """One fact about one source's value of an attribute: whether it was right, and when."""

    fact: str
    source: str
    attribute: str
    right: bool
    on: date


class Observed(_Noun):
    """Until which day an attribute's values are observed, and of how many entities."""

    attribute: str
    on: date
    entities: int


class Party(_Noun):
    """A source system or a touchpoint beside a correction, who answers for it, and for how long.

    `days` counts since the correction was verified: until today where it is open, until it was
    taken over where it is. Exactly one of `source` and `touchpoint` is there.
    """

    source: str | None = None
    touchpoint: str | None = None
    owner: str | None = None
    days: int


class ListedCorrection(_Noun):
    """One correction as `tekdogru corrections --format json` writes it."""

    entity_id: str
    attribute: str
    from_: str | None = Field(alias="from")
    to: str | None
    state: State
    origin: Origin
    verified_by: str | None
    since: date
    due: date | None
    taken_over: tuple[Party, ...]
    open: tuple[Party, ...]


class Trust(_Noun):
    """How often a source was right about an attribute, as `tekdogru trust --format json` writes it.

    `right` and `wrong` are counts; `share` and its 95 % interval are of what has not decayed, and
    None where that is not enough evidence.
    """

    source: str
    attribute: str
    right: int
    wrong: int
    share: float | None
    low: float | None
    high: float | None

    @property
    def weight(self) -> float | None:
        """What it weighs in `most_trusted`, from 0 to 100: in whole per cent the least share that
        the facts leave possible, so that much evidence weighs more than little.
        """
        return None if self.low is None else float(round(100 * self.low))
