"""The truth of one entity as pages show it: figures, and cases that name nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict, ValidationError

from catalog.explanations import ExplainedAttribute
from catalog.model import Entity
from catalog.truth import State

TRUTH = "truth"
"""The kind of snapshot that keeps what was resolved of an entity, as pages show it."""
IDENTITY = "identity"
"""The kind of snapshot that keeps what matching an entity's records came to."""
PORTRAIT_VERSION = "1.0"
AHEAD = (30, 60, 90)
"""Days from now on which values are asked whether they will still be current."""
OVERRIDE = "override"


class _Noun(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Pattern(_Noun):
    """In how many entities one field's word won over another's, and by what the other lost.

    Both are full paths of fields; `winner` is `override` for a steward's value, and None where no
    value survives.
    """

    winner: str | None
    loser: str
    reason: str
    count: int


class AttributePortrait(_Noun):
    """How the golden values of one attribute came about; numbers of entities throughout.

    `version` names the rule by which they were resolved. `sources`, `claims` (by number) and
    `reasons` speak of those that have a value; `lasting` says how many current values will still be
    current in so many days. Of `cases` none names anybody: letters stand for personal values, the
    same letter for the same value; ids, reasons and times of day are left out. Where there are very
    many contested entities, `patterns` and `cases` are of the `looked_at` among them.
    """

    attribute: str
    version: str
    entities: int
    states: Mapping[State, int]
    contested: int
    sources: Mapping[str, int]
    claims: Mapping[int, int]
    reasons: Mapping[str, int]
    lasting: Mapping[int, int]
    looked_at: int | None = None
    patterns: tuple[Pattern, ...] = ()
    cases: tuple[ExplainedAttribute, ...] = ()

    @property
    def present(self) -> int:
        """The entities that have a value."""
        return self.states.get("current", 0) + self.states.get("stale", 0)


class Portrait(_Noun):
    """The golden records of one entity as they were resolved on a day."""

    schema_version: str = PORTRAIT_VERSION
    entity: str
    as_of: date
    records: int
    unmatched: int
    attributes: tuple[AttributePortrait, ...]


class IdentityPortrait(_Noun):
    """What matching came to: records, entities, what joined records, how many pairs wait.

    `version` names how the entity was matched. `sizes` counts entities by how many records they
    have, `datasets` the records that each dataset gave.
    """

    schema_version: str = PORTRAIT_VERSION
    entity: str
    as_of: date
    version: str
    records: int
    entities: int
    joined_by: Mapping[str, int]
    to_review: int
    sizes: Mapping[int, int]
    datasets: Mapping[str, int]


def match_version(entity: Entity) -> str:
    """Names how an entity's records are matched: another one when any of it is stated otherwise."""
    stated = entity.match.model_dump_json(by_alias=True) if entity.match else ""
    return hashlib.sha256(stated.encode()).hexdigest()[:8]


def without_cases(content: bytes) -> bytes | None:
    """A kept portrait without any case; None for one in a form that is not known."""
    try:
        portrait = Portrait.model_validate_json(content)
    except ValidationError:
        return None
    attributes = (one.model_copy(update={"cases": ()}) for one in portrait.attributes)
    return portrait.model_copy(update={"attributes": tuple(attributes)}).model_dump_json().encode()
