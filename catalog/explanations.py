"""What is told of one entity: who said what, what decided, who reads and must correct what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from catalog.model.definition import Language
from catalog.model.sources import Means
from catalog.model.survival import STRATEGIES
from catalog.truth import State

EXPLAIN_VERSION = "1.0"
CRITERIA: tuple[str, ...] = (
    *(one for one in STRATEGIES if one != "manual"),
    "same_as",
    "rank",
    "only_if_empty",
    "deleted",
    "protect",
    "claim_order",
    "group",
    "override",
)
"""The codes that tell both why a value won and why another lost."""
DECIDED: tuple[str, ...] = (
    *CRITERIA,
    "current",
    "only_value",
    "all_agree",
    "spelling",
    "fallback",
)
"""Every code of what decided for a golden value."""
LOST: tuple[str, ...] = (
    *CRITERIA,
    "stale",
    "agrees",
    "invalid",
    "missing",
    "when",
    "copy",
    "manual",
)
"""Every code of why what a record says did not survive."""
Outcome = Literal["blank", "later", "copy_agrees"]
"""What is told more closely than by a code: blank of missing, later of when, a copy that agrees."""


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Weight(_Document):
    """How far a record is trusted where `most_trusted` decides.

    `here` is what it weighs, from 0 to 100, on that day and row; None where nothing is known. What
    is `measured` rests on `right` and `wrong` facts about the source, of which it was right in
    `low` of all cases at least; without `low` there is not enough evidence.
    """

    here: float | None
    measured: bool
    right: int | None
    wrong: int | None
    low: float | None


class Said(_Document):
    """What one claim's record says: `raw` as the source holds it, `cleansed` as it is compared.

    `at` is the time on the row and `means` what that time stands for. `agrees` tells whether it
    says what the golden record says, None where either says nothing or that is not known. `reason`
    is None for the winner, and for all where the golden value is not known; `closer` tells more.
    """

    claim: int
    source: str
    dataset: str
    field: str
    record_id: str | None
    raw: str | None
    cleansed: str | None
    state: State
    at: datetime | None
    means: Means | None
    valid_until: date | None
    winner: bool
    agrees: bool | None
    reason: str | None
    closer: Outcome | None
    copy_of: str | None
    trust: Weight | None


class Override(_Document):
    """What a steward has set: in force to the end of `until`, for ever without one."""

    value: str | None
    until: date | None
    reason: str | None
    author: str | None
    in_force: bool


class Use(_Document):
    """A purpose of the attribute, and whether it `accepts` a value in the golden value's state."""

    purpose: str
    name: str
    accepts: bool


class Reading(_Document):
    """What a touchpoint reads of the entity; `agrees` is None where it cannot be told.

    `accepts` tells whether its purpose accepts a value in the golden value's state; None where it
    states no purpose, or there is no golden value.
    """

    touchpoint: str
    name: str
    field: str
    value: str | None
    agrees: bool | None
    accepts: bool | None
    unread: str | None


class Correction(_Document):
    """Who must correct what: a dataset that holds, or a touchpoint that reads, another value.

    `ask` is who answers today: the holder, the deputy of one who `left`, else what the owner is.
    """

    what: str
    field: str
    value: str | None
    owner: str | None
    name: str
    ask: str | None
    holder: str | None
    deputy: str | None
    left: date | None
    phone: str | None


class ExplainedAttribute(_Document):
    """One attribute of one entity: the golden value and all that led to it.

    With `unread`, sources it rests on that cannot be read, nothing is concluded: `state` is None,
    and so is all that would follow from it. `chain` are the strategies in their order, `uses` the
    attribute's purposes where there is a value. `paragraph` says it all in the document's
    language; values are masked where `masked`.
    """

    attribute: str
    name: str
    masked: bool
    applies: bool
    value: str | None
    state: State | None
    source: str | None
    dataset: str | None
    record_id: str | None
    reason: str | None
    rule: str | None
    chain: tuple[str, ...]
    confirmed_at: datetime | None
    means: Means | None
    valid_until: date | None
    spoke: int | None
    disagree: int | None
    unread: tuple[str, ...]
    uses: tuple[Use, ...]
    says: tuple[Said, ...]
    override: Override | None
    reads: tuple[Reading, ...]
    corrections: tuple[Correction, ...]
    paragraph: tuple[str, ...] = ()

    @property
    def is_disputed(self) -> bool:
        """Whether independent sources disagree."""
        return bool(self.disagree)


class ExplainDocument(_Document):
    """What `tekdogru explain --format json` prints; without an attribute the disputed come first.

    `former_id` is the id that was asked for, where it was merged into `entity_id` since.

    `known_by` are the datasets that hold the entity, with the number of their rows on it;
    `unknown_to` those that do not; `unread` says why some could not be asked.
    """

    schema_version: str = EXPLAIN_VERSION
    entity: str
    entity_id: str
    former_id: str | None
    as_of: date
    language: Language
    known_by: Mapping[str, int]
    unknown_to: tuple[str, ...]
    unread: Mapping[str, str]
    attributes: tuple[ExplainedAttribute, ...]
