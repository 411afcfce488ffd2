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
    "input",
]
"""`input` is a number that a formula takes, where that differs and nothing tells why."""
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

    `apart` is right less left as published, or as counted where nothing is published;
    `left_counted` and `right_counted` are what their calculations give for the period, None where
    they cannot be counted (`unknown` says why).
    `together` holds every pair of causes and, last, all of them. `remainder` is what of `apart` is
    left once all causes are taken away: nobody has explained it. `allowed` is how far apart both
    may be by their tolerances: a remainder within it is none that anybody must look for.
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
    allowed: Decimal | None = None
    examples: tuple[Example, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def is_within(self) -> bool:
        """Whether what is left unexplained is no more than both numbers may be off."""
        left, allowed = self.remainder, self.allowed
        return bool(left) and left is not None and allowed is not None and abs(left) <= allowed


class Explained(_Document):
    """A cause and its share, as a cluster states them."""

    cause: str
    share: Decimal


class PublishedNumber(_Document):
    """What one cell published for one period, in its own unit; the last version speaks."""

    cell: str
    period: str
    value: Decimal


class CountedNumber(_Document):
    """What a measure, or a cell that shows one, is for a period by its definition: `of` is its URN.

    In the unit of `of`.
    """

    of: str
    period: str
    value: Decimal


class Decided(_Document):
    """What somebody decided on a cluster or a report; `until` is the last day on which it holds.

    `key` names the entry. Where `holds` is false it has ended, and the matter is open again.
    `unnamed` are cells of the cluster that it does not speak of, so that they are still to decide.
    """

    key: str = ""
    decision: Literal["accept", "reject", "keep_apart"]
    by: str
    on: date
    reason: str
    until: date | None = None
    holds: bool = True
    surviving: str | None = None
    unnamed: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether something is left to decide."""
        return not self.holds or bool(self.unnamed)


class TakenDecision(Decided):
    """An entry of `consolidations:` with what it speaks of, as URNs."""

    about: tuple[str, ...] = ()


class Cluster(_Document):
    """Cells that are one number, or are called one and are not; of a unique one there is one cell.

    `surviving` is the cell proposed to be published from now on, `owner` who answers for it,
    `reason` why that one, in both languages. `explained` and `remainder` speak of the widest
    difference within the cluster; all are in `differences`. `because` says whether calculations or
    published figures contradict each other. `groups` are the cells of it that are one number: each
    of them can stand for the others; `equals` are, by cell, numbers of another name that it is by
    its calculation. `published` holds the last periods' numbers; of what contradicts, `counted`
    holds beside them what is right by the definition.
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
    because: Literal["calculation", "figures"] | None = None
    groups: tuple[tuple[str, ...], ...] = ()
    equals: Mapping[str, tuple[str, ...]] = {}
    published: tuple[PublishedNumber, ...] = ()
    counted: tuple[CountedNumber, ...] = ()
    decided: Decided | None = None

    @property
    def widest(self) -> Difference | None:
        """The difference that is furthest apart; None where none is explained."""
        return max(self.differences, key=_width, default=None)

    @property
    def is_open(self) -> bool:
        """Whether somebody has still to decide on it; on a unique cell there is nothing to."""
        return self.verdict != "unique" and (self.decided is None or self.decided.is_open)


def _width(difference: Difference) -> Decimal:
    return abs(difference.apart) if difference.apart is not None else Decimal(-1)


class CoveredReport(_Document):
    """How far the other reports publish what one report does; `hours` are per month.

    `covered` counts only cells whose number survives elsewhere. `frees` are the hours that retiring
    it frees: none where it is owed to an authority or only partly covered. `by` are the reports
    that stay and publish its numbers, `lost` the cells that none of these publishes. `reason` says
    what is proposed and why, in both languages.
    """

    urn: str
    team: str
    covered: Coverage
    obligation: str | None = None
    hours: Decimal | None = None
    frees: Decimal = Decimal(0)
    by: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    reason: str | None = None
    reason_tr: str | None = None
    proposed: bool = False
    decided: Decided | None = None


class Consolidation(_Document):
    """The whole consolidation plan of one day.

    `hours_freed` are hours per month by team; `unknown` are cells that could not be compared, with
    the reason: they are nowhere called unique. `period` is the last one that was looked at,
    `decisions` are all that were taken.
    """

    schema_version: str = CONSOLIDATE_VERSION
    as_of: date
    clusters: tuple[Cluster, ...] = ()
    reports: tuple[CoveredReport, ...] = ()
    hours_freed: Mapping[str, Decimal] = {}
    unknown: Mapping[str, str] = {}
    period: str | None = None
    decisions: tuple[TakenDecision, ...] = ()

    def cluster_of(self, cell: str) -> Cluster | None:
        """The cluster that a cell's URN is in; None where it could not be compared."""
        return next((one for one in self.clusters if cell in one.cells), None)

    def report(self, urn: str) -> CoveredReport | None:
        """What was found of one report."""
        return next((one for one in self.reports if one.urn == urn), None)
