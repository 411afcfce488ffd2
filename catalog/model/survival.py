"""Survivorship as stewards state it: claims with their guards, trust, and chains of strategies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal, get_args

from pydantic import Field, field_validator, model_validator

from catalog.durations import Duration
from catalog.model.definition import Model

Strategy = Literal[
    "priority",
    "most_recent",
    "oldest",
    "most_trusted",
    "majority",
    "most_complete",
    "longest",
    "shortest",
    "min",
    "max",
    "all",
    "manual",
]
STRATEGIES: tuple[str, ...] = get_args(Strategy)
ALONE: tuple[Strategy, ...] = ("all", "manual")
"""Strategies that are no criterion among others: they stand by themselves."""
Curve = Literal["none", "linear", "half_life", "fast_first", "slow_first"]


class SameAs(Model):
    """Prefers the record from which another attribute of the entity took its value."""

    same_as: str = Field(description="The key of an attribute: customer.address")


class Ranking(Model):
    """Prefers the claim whose row ranks first by an expression of the steward's own."""

    rank: str = Field(description="An SQL expression over the row, with :as_of and confirmed_at.")
    order: Literal["desc", "asc"] = "desc"


Criterion = Strategy | SameAs | Ranking


class Trust(Model):
    """How far a claim is trusted, from 0 to 100, and how that falls while nothing confirms it.

    What is `measured` is the source's share of right values, as far as evidence proves it; `max`
    stands in for it until there is enough evidence.
    """

    max: float | None = Field(None, ge=0, le=100, description="On the day of the confirmation.")
    measured: bool = Field(False, description="From evidence; `max` until there is enough.")
    min: float = Field(0, ge=0, le=100, description="What it never falls below by age.")
    period: Duration | None = Field(None, description="The time in which it falls.")
    curve: Curve = "none"

    @model_validator(mode="before")
    @classmethod
    def _falls_evenly_by_default(cls, value: Any) -> Any:
        if value == "measured":
            return {"measured": True}
        if isinstance(value, dict) and value.get("period") and "curve" not in value:
            return {**value, "curve": "linear"}
        return value

    @model_validator(mode="after")
    def _falls_in_some_time(self) -> Trust:
        if self.max is None and not self.measured:
            raise ValueError(
                "`max` is missing: how far is it trusted, from 0 to 100? or `measured`"
            )
        if self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} is above max {self.max:g}; trust falls with age")
        if self.curve != "none" and (self.period is None or self.period.count == 0):
            raise ValueError(f"curve {self.curve} needs a `period` in which trust falls: 365d")
        return self


class Downgrade(Model):
    """What lowers the trust in a row: `by` per cent of itself, if a condition on it is true."""

    by: float = Field(gt=0, le=100, description="Per cent of the trust that is taken away.")
    if_: str = Field(alias="if", description="An SQL condition on the row, with :as_of.")
    floor: float = Field(0, ge=0, le=100, description="What it is not lowered below.")


class Claim(Model):
    """One source field that may give the attribute its value, and under which condition."""

    field: str = Field(description="The full path: crm.customers.e_mail")
    when: str | None = Field(None, description="An SQL condition on the row, with :as_of.")
    where: str | None = Field(
        None, description="An SQL condition on the entity's golden record: kind = 'C'"
    )
    row: str | None = Field(None, description="Which row, where a dataset has many per entity.")
    valid_if: str | None = Field(
        None, description="A condition on `value` and the row, else the value is invalid."
    )
    valid_until: str | None = Field(
        None, description="The field of the row that says until when its value is current."
    )
    valid_while: str | None = Field(
        None, description="A condition on the row, else the value is stale."
    )
    deleted: str | None = Field(
        None, description="A condition on the row that says the value was deleted on purpose."
    )
    blank: Literal["missing", "deleted"] = Field(
        "missing", description="What a text means of which cleansing leaves nothing."
    )
    trust: Trust | None = None
    downgrade: tuple[Downgrade, ...] = ()
    only_if_empty: bool = Field(False, description="Speaks only where no other claim does.")
    protect: bool = Field(False, description="Keeps the value last taken from it while it holds.")
    from_: date | None = Field(None, alias="from", description="The first day it is in force.")
    until: date | None = Field(None, description="The last day it is in force.")

    @field_validator(
        "trust", mode="before", json_schema_input_type=float | Literal["measured"] | Trust | None
    )
    @classmethod
    def _bare_number(cls, value: Any) -> Any:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return {"max": value} if is_number else value

    @field_validator("downgrade", mode="before", json_schema_input_type=Downgrade | list[Downgrade])
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        return [value] if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Claim:
        if self.from_ and self.until and self.until < self.from_:
            raise ValueError(
                f"from {self.from_} lies after until {self.until}; it is never in force"
            )
        return self

    def is_in_force(self, day: date) -> bool:
        """Whether the claim speaks on that day at all."""
        return (self.from_ or date.min) <= day <= (self.until or date.max)

    def conditions(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Its conditions on the row, each with the keys under which it is written."""
        for part in ("when", "row", "valid_if", "valid_while", "deleted"):
            if text := getattr(self, part):
                yield (part,), text
        for number, downgrade in enumerate(self.downgrade):
            yield ("downgrade", number, "if"), downgrade.if_


def read_chain(value: Any) -> Any:
    """A bare strategy as the chain of one that it stands for; ValueError names those there are."""
    listed = value if isinstance(value, list | tuple) else [value]
    return tuple(_read_criterion(one) for one in listed)


def _read_criterion(value: Any) -> Any:
    if isinstance(value, SameAs | Ranking):
        return value
    if isinstance(value, dict):
        return _read_block(value)
    if value in STRATEGIES:
        return value
    from difflib import get_close_matches

    close = get_close_matches(str(value), STRATEGIES, n=1)
    hint = f"did you mean '{close[0]}'? " if close else ""
    raise ValueError(
        f"'{value}' is no strategy; {hint}known: {', '.join(STRATEGIES)}, "
        "{same_as: attribute}, {rank: expression}"
    )


def _read_block(value: dict[str, Any]) -> SameAs | Ranking:
    model: type[SameAs | Ranking] = SameAs if "same_as" in value else Ranking
    unknown = [key for key in value if key not in model.model_fields]
    if unknown or not ("same_as" in value or "rank" in value):
        said = f"'{unknown[0]}' is no key of a strategy" if unknown else "an empty block"
        raise ValueError(
            f"{said}; write {{same_as: attribute}}, or {{rank: expression, order: asc}}"
        )
    return model(**value)


def chain_problem(chain: tuple[Criterion, ...]) -> str | None:
    """What is wrong with a chain of strategies, if something is."""
    if not chain:
        return "`survive` names no strategy; leave it out, or write one"
    for one in chain:
        if one in ALONE and len(chain) > 1:
            return f"`{one}` stands by itself; a chain of strategies cannot hold it"
    if "priority" in chain[:-1]:
        return "`priority` decides every tie by the order of the claims; nothing behind it is asked"
    repeated = [one for place, one in enumerate(chain) if one in chain[:place]]
    return f"strategy {repeated[0]} stands twice in the chain" if repeated else None
