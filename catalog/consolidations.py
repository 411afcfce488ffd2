"""What consolidation finds: cells that are one number or should be, and what can be one report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

CONSOLIDATE_VERSION = "1.0"
DIFFERENCE_VERSION = "1.0"
CONSOLIDATION = "consolidation"
"""The kind of snapshot that keeps what consolidation found, as pages show it."""

Equality = Literal["identical", "equal_without_nulls", "equal_on_all_data_seen", "different"]
"""How far two calculations are one: by their form, by it but for NULLs, never seen apart."""
CauseKind = Literal[
    "filter",
    "cut_off",
    "source",
    "population",
    "duplicates",
    "stale",
    "invalid",
    "rounding",
    "sign",
    "unit",
    "restatement",
]
Coverage = Literal["wholly", "partly", "none"]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cause(_Document):
    """One reason for which two numbers differ, and what of the difference it makes by itself.

    `share` is in the unit of the difference, signed like it: the left number as it would be counted
    with this cause taken away, less what it is. `says` tells it in words, in both languages.
    Only what was recomputed is a cause.
    """

    key: str
    cause: CauseKind
    share: Decimal
    says: str
    says_tr: str


class Together(_Document):
    """What several causes make at once, and how far that is from the sum of each alone."""

    causes: tuple[str, ...]
    share: Decimal
    interaction: Decimal


class Example(_Document):
    """A row that is in one number and not in the other; personal values are masked."""

    cause: str
    side: Literal["left", "right"]
    row: Mapping[str, str | None]


class Difference(_Document):
    """Why two numbers of one period differ, in the unit of the left one.

    `apart` is right less left as published; `left_counted` and `right_counted` are what their
    calculations give for the period, None where they cannot be counted (`unknown` says why).
    `together` holds every pair of causes and, last, all of them. `remainder` is what of `apart` is
    left once all causes are taken away: nobody has explained it.
    """

    schema_version: str = DIFFERENCE_VERSION
    left: str
    right: str
    period: str
    unit: str | None = None
    left_published: Decimal | None = None
    right_published: Decimal | None = None
    left_counted: Decimal | None = None
    right_counted: Decimal | None = None
    apart: Decimal | None = None
    causes: tuple[Cause, ...] = ()
    together: tuple[Together, ...] = ()
    remainder: Decimal | None = None
    examples: tuple[Example, ...] = ()
    unknown: tuple[str, ...] = ()


class Explained(_Document):
    """A cause and its share, as a cluster states them."""

    cause: str
    share: Decimal


class Decided(_Document):
    """What somebody decided on a cluster or a report; `until` is the last day on which it holds."""

    decision: Literal["accept", "reject", "keep_apart"]
    by: str
    on: date
    reason: str
    until: date | None = None
    holds: bool = True


class Cluster(_Document):
    """Cells that are one number, or are called one and are not; of a unique one there is one cell.

    `surviving` is the cell proposed to be published from now on, `owner` who answers for it,
    `reason` why that one, in both languages. `explained` and `remainder` speak of the widest
    difference within the cluster; all are in `differences`.
    """

    key: str
    name: str
    verdict: Literal["same", "contradictory", "unique"]
    equality: Equality | None = None
    cells: tuple[str, ...]
    measure: str | None = None
    surviving: str | None = None
    owner: str | None = None
    reason: str | None = None
    reason_tr: str | None = None
    explained: tuple[Explained, ...] = ()
    remainder: Decimal | None = None
    differences: tuple[Difference, ...] = ()
    decided: Decided | None = None


class CoveredReport(_Document):
    """How far the other reports publish what one report does; `hours` are per month.

    `covered` counts only cells whose number survives elsewhere. `frees` are the hours that retiring
    it frees: none where it is owed to an authority or only partly covered. `lost` are the cells
    that nobody else publishes.
    """

    urn: str
    team: str
    covered: Coverage
    obligation: str | None = None
    hours: Decimal | None = None
    frees: Decimal = Decimal(0)
    by: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    decided: Decided | None = None


class Consolidation(_Document):
    """The whole consolidation plan of one day.

    `hours_freed` are hours per month by team; `unknown` are cells that could not be compared, with
    the reason: they are nowhere called unique.
    """

    schema_version: str = CONSOLIDATE_VERSION
    as_of: date
    clusters: tuple[Cluster, ...] = ()
    reports: tuple[CoveredReport, ...] = ()
    hours_freed: Mapping[str, Decimal] = {}
    unknown: Mapping[str, str] = {}
