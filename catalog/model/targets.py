"""What must hold of a share: how large it must be, from which day on, how bad it may be until then.

Shares are written as what must be right (`agree: 0.97`), those of what is wrong as the most that is
allowed (`contested: 0.05`).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from catalog.durations import Duration
from catalog.model.definition import Model

FromZeroToOne = Annotated[float, Field(ge=0, le=1)]
Share = bool | FromZeroToOne
_PERCENTAGE = re.compile(r"%?\s*([0-9]+(?:[.,][0-9]+)?)\s*%?")
NOT_A_SHARE = "true or a share between 0 and 1, such as 0.98, is expected"


class Target(Model):
    """A share that must hold: the target, the day it is due, the floor it may not fall below."""

    target: float = Field(1.0, ge=0, le=1)
    by: date | None = None
    floor: float | Literal["baseline"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _shares_are_numbers(cls, value: Any) -> Any:
        if isinstance(value, Target):
            return value
        if not isinstance(value, dict):
            raise ValueError(f"{NOT_A_SHARE}, or a block with `target`; found {_found(value)}")
        if isinstance(target := value.get("target"), str):
            raise ValueError(f"target: {NOT_A_SHARE}; found {_found(target)}")
        if isinstance(floor := value.get("floor"), str) and floor != "baseline":
            known = "`baseline` or a share between 0 and 1, such as 0.9, is expected"
            raise ValueError(f"floor: {known}; found {_found(floor)}")
        return value

    @model_validator(mode="after")
    def _floor_lies_below_target(self) -> Target:
        if isinstance(self.floor, float) and self.floor > self.target:
            raise ValueError(
                f"floor {self.floor:g} is above target {self.target:g}; a floor is what may not "
                "be fallen below while the target is not reached: make it smaller, or leave it out"
            )
        return self

    @property
    def plain(self) -> Target:
        """The share alone, without what more a kind of target states."""
        return Target(target=self.target, by=self.by, floor=self.floor)

    @field_validator("floor")
    @classmethod
    def _floor_is_a_share(cls, floor: float | str | None) -> float | str | None:
        if isinstance(floor, float) and not 0 <= floor <= 1:
            raise ValueError(f"floor {floor} is not a share between 0 and 1, nor 'baseline'")
        return floor


def read_target(value: Any) -> Any:
    """A bare share or `true` as the Target it stands for; `false` as none."""
    if value is False:
        return None
    if value is True:
        return {"target": 1.0}
    if isinstance(value, int | float) and not 0 <= value <= 1:
        raise ValueError(f"{NOT_A_SHARE}; found {_found(value)}")
    return {"target": value} if isinstance(value, int | float) else value


def _found(value: Any) -> str:
    """A value as it was written, with the share that a percentage stands for."""
    text = str(value)
    number = _PERCENTAGE.fullmatch(text)
    percent = float(number[1].replace(",", ".")) if number else 0.0
    hint = f" (for {percent:g}% write {percent / 100:g})" if 1 < percent <= 100 else ""
    return f"{text!r}{hint}" if isinstance(value, str) else f"{text}{hint}"


class Currency(Target):
    """The share of values that must be current today, and `in` days to come if nobody confirms
    anything until then.
    """

    in_: dict[str, Target] = Field(
        {}, alias="in", description="By span of time: 30d: 0.9, or a block with `target`."
    )

    @field_validator("in_", mode="before", json_schema_input_type=dict[str, Target | Share])
    @classmethod
    def _spans_and_shares(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError(
                "a share for each span of time is expected, as in {30d: 0.9, 90d: 0.8}"
            )
        for span in value:
            if Duration.parse(str(span)).unit in ("h", "bd"):
                raise ValueError(f"'{span}': write days, weeks, months or years, as in 30d")
        return {str(span): read_target(one) for span, one in value.items() if one is not False}


class AtMost(Model):
    """A share of what is wrong: the most that is allowed, the day that is due, and the `ceiling`
    that may not be exceeded until then.
    """

    at_most: float = Field(ge=0, le=1)
    by: date | None = None
    ceiling: float | Literal["baseline"] | None = None

    @model_validator(mode="after")
    def _ceiling_lies_above(self) -> AtMost:
        if isinstance(self.ceiling, float) and not self.at_most <= self.ceiling <= 1:
            raise ValueError(
                f"ceiling {self.ceiling:g} must lie between at_most {self.at_most:g} and 1: it is "
                "what may not be exceeded while the aim is not reached"
            )
        return self

    @property
    def target(self) -> Target:
        """The same as the share that must be right."""
        floor = self.ceiling if self.ceiling is None else _rest(self.ceiling)
        return Target(target=_rest(self.at_most), by=self.by, floor=floor)


class Sharing(Target):
    """How many entities may bear one value, and the share of them of whom that must be true."""

    at_most: int = Field(ge=1, description="Entities that may bear one value.")
    on: Literal["golden", "sources"] = Field(
        "golden", description="Who bears a value: by the golden record, or by any source as well."
    )


def _which(value: Any) -> str:
    names = value if isinstance(value, dict) else ()
    return "each" if any("." in str(name) for name in names) else "all"


Held = Annotated[
    Annotated[Target, Tag("all")] | Annotated[dict[str, Target], Tag("each")],
    Discriminator(_which),
]
"""One target for all, or one for each that is named by its path."""


def target_of(held: Target | dict[str, Target] | None, name: str) -> Target | None:
    """What must hold of one of those that a `Held` speaks of."""
    return held.get(name) if isinstance(held, dict) else held


def named_in(held: Target | dict[str, Target] | None) -> tuple[str, ...]:
    """The paths that a `Held` names."""
    return tuple(held) if isinstance(held, dict) else ()


def read_at_most(value: Any) -> Any:
    """A bare share as the most that is allowed; `false` as nothing demanded."""
    if value is False:
        return None
    if value is True or (isinstance(value, int | float) and not 0 <= value <= 1):
        said = "the largest share allowed, between 0 and 1, such as 0.05, is expected"
        raise ValueError(f"{said}; found {_found(value)}")
    return {"at_most": value} if isinstance(value, int | float) else value


def read_sharing(value: Any) -> Any:
    """A bare number as how many may bear one value; `false` as nothing demanded."""
    if value is False:
        return None
    if value is True:
        raise ValueError("how many may bear one value is expected, such as 3")
    return {"at_most": value} if isinstance(value, int | float) else value


def read_held(value: Any) -> Any:
    """Bare shares as the targets they stand for, for all or for each that is named."""
    if _which(value) == "each":
        return {name: read_target(one) for name, one in value.items() if one is not False}
    return read_target(value)


def _rest(share: float | Literal["baseline"]) -> float | Literal["baseline"]:
    return share if isinstance(share, str) else round(1 - share, 12)
