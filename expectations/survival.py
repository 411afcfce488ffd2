"""What a plan says of survivorship: how claims are guarded, trusted, and weighed against others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from catalog.durations import Duration
from catalog.model.survival import Curve, Strategy


@dataclass(frozen=True)
class Trusted:
    """Trust from 0 to 100 that falls from `most` to `least` within `days`; `downgrades` are
    per cent, condition on the row and floor.

    With `measured`, the source whose share of right values it is, that share stands for `most`
    where it is known; else `most` stays, and without that nothing is known of the trust.
    """

    most: float | None
    least: float = 0.0
    days: int = 0
    curve: Curve = "none"
    downgrades: tuple[tuple[float, str, float], ...] = ()
    measured: str | None = None


@dataclass(frozen=True)
class Guards:
    """What else is asked of a claim before its value may survive."""

    where: str | None = None
    valid_if: str | None = None
    valid_while: str | None = None
    valid_until: str | None = None
    deleted: str | None = None
    blank_deletes: bool = False
    trust: Trusted | None = None
    only_if_empty: bool = False
    protect: bool = False
    fallback: bool = False


@dataclass(frozen=True)
class Criterion:
    """One link of a chain: a strategy, the attribute whose winner is asked for, or an expression
    over the row.
    """

    kind: Strategy | Literal["same_as", "rank"]
    text: str = ""
    descending: bool = True


@dataclass(frozen=True)
class Survival:
    """How an attribute survives: its chain, its group, how long its values are current.

    `current_since` is the first day on which a value must have been confirmed to be current on the
    run's day; `can_be_stale` says that something ends values. `version` names all that the
    attribute states about survivorship, in 8 hexadecimal digits.
    """

    chain: tuple[Criterion, ...] = (Criterion("priority"),)
    group: str | None = None
    valid_for: Duration | None = None
    current_since: date | None = None
    can_be_stale: bool = False
    version: str = ""

    @property
    def is_set(self) -> bool:
        """Whether all values survive together."""
        return self.chain[0].kind == "all"

    @property
    def is_manual(self) -> bool:
        """Whether only a steward's value survives."""
        return self.chain[0].kind == "manual"
