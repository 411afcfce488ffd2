"""Attributes: one fact about an entity, which source it is taken from, and what must hold of it."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from catalog.durations import Duration
from catalog.model.cleansing import CleanseStep, CompareStep, refuse_folds, require_one_kind
from catalog.model.definition import Governed, Model, Severity
from catalog.model.sources import FieldType
from catalog.model.survival import Claim, Criterion, Ranking, SameAs, chain_problem, read_chain
from catalog.model.targets import (
    AtMost,
    Currency,
    FromZeroToOne,
    Held,
    Share,
    Sharing,
    Target,
    read_at_most,
    read_held,
    read_sharing,
    read_target,
)

ATTRIBUTE_PATTERN = r"^[A-Za-z][A-Za-z0-9_]*\.[A-Za-z][A-Za-z0-9_]*$"
DECIDES = frozenset(
    {"type", "values", "cleanse", "compare", "claims", "fallback", "survive", "group", "valid_for"}
    | {"valid_until", "valid_while"}
)
"""The keys of an attribute that decide what survives: they make up the version of its rule."""
Code = str | int | float | bool
Codes = dict[str, Code] | list[Code]


def _as_code(value: Any) -> str:
    """A code as its author wrote it; a number with a point has lost its zeros already."""
    if isinstance(value, float):
        raise ValueError(f"write codes such as {value} in quotes, else 47.10 becomes 47.1")
    return str(value).lower() if isinstance(value, bool) else str(value)


class Rule(Model):
    """A check the steward adds: a native GX expectation with its arguments, or SQL on `value`."""

    model_config = ConfigDict(frozen=True, extra="allow", str_strip_whitespace=True)

    key: str | None = None
    expect: str | None = Field(None, description="A supported Great Expectations type.")
    sql: str | None = Field(None, description="A condition that must be true of `value`.")
    at_least: float = Field(1.0, ge=0, le=1, description="The share that must satisfy `sql`.")
    on: Literal["golden", "sources"] = "golden"
    severity: Severity | None = None
    message: str | None = None
    message_en: str | None = None
    message_tr: str | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Rule:
        if (self.expect is None) == (self.sql is None):
            raise ValueError("a rule has either `expect:` (a GX type) or `sql:` (a condition)")
        if self.sql and self.model_extra:
            raise ValueError(
                f"a rule with `sql:` takes no {', '.join(self.model_extra)}; "
                "known: key, sql, at_least, on, severity, message, message_en, message_tr"
            )
        return self

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of its expectation; `at_least` is GX's `mostly`."""
        mostly = {"mostly": self.at_least} if "at_least" in self.model_fields_set else {}
        return {**(self.model_extra or {}), **mostly}

    @property
    def name(self) -> str:
        """Its key, or one made of its expectation; the last part of the check's key."""
        return self.key or (self.expect or "sql").removeprefix("expect_")


class Promise(Model):
    """By when a verified correction must have reached every system and touchpoint."""

    within: Duration = Field(description="Since it was verified: 10d, 5bd.")


class Attribute(Governed):
    """One fact about an entity that the institution defines once."""

    kind: ClassVar[str] = "attribute"

    key: str = Field(pattern=ATTRIBUTE_PATTERN, description="entity.attribute")
    type: FieldType = "text"
    values: dict[str, str] | None = Field(None, description="The allowed codes, and their labels.")
    values_en: dict[str, str] = Field({}, description="Labels of the codes in English.")
    values_tr: dict[str, str] = Field({}, description="Labels of the codes in Turkish.")
    cleanse: tuple[CleanseStep, ...] = Field((), description="What its values go through.")
    compare: tuple[CompareStep, ...] = Field((), description="Folding for comparison only.")
    claims: tuple[Claim, ...] = Field(min_length=1, description="Source fields, best first.")
    fallback: tuple[Claim, ...] = Field(
        (), description="Claims that speak while none of the others is in force."
    )
    survive: tuple[Criterion, ...] = Field(
        ("priority",), description="A strategy, or a chain in which each breaks the ties before."
    )
    group: str | None = Field(
        None, description="Attributes of one group survive together, from one record."
    )
    apply_to: str | None = Field(None, description="The subtype it belongs to.")
    valid_for: Duration | None = Field(None, description="How long a confirmed value is current.")
    valid_until: str | None = Field(
        None, description="The field of a claimed row that says until when its value is current."
    )
    valid_while: str | None = Field(
        None, description="A condition on the claimed row, else its value is stale."
    )
    current: Currency | None = Field(
        None, description="Share of values that must be current, now and in days to come."
    )
    required: Target | None = Field(None, description="Share of entities that must have a value.")
    unique: bool = False
    agree: Target | None = Field(None, description="Share on which each pair of sources agrees.")
    contested: AtMost | None = Field(
        None, description="Most entities of which a source may contradict the golden record."
    )
    shared: Sharing | None = Field(
        None, description="How many entities may bear one golden value, as a household does."
    )
    against_golden: Held | None = Field(
        None, description="Share of each source's values that must be the golden ones."
    )
    corrections: Promise | None = Field(None, description="What is promised of corrections.")
    rules: tuple[Rule, ...] = ()
    severity: Severity = "critical"
    personal_data: str | None = Field(None, description="The class of personal data.")
    purposes: tuple[str, ...] = ()

    @field_validator("cleanse", mode="before", json_schema_input_type=tuple[CleanseStep, ...])
    @classmethod
    def _cleansed_is_presentable(cls, steps: Any) -> Any:
        return refuse_folds(steps)

    @field_validator("values", mode="before", json_schema_input_type=Codes | None)
    @classmethod
    def _list_of_codes(cls, values: Any) -> Any:
        if isinstance(values, list | tuple):
            return {_as_code(value): _as_code(value) for value in values}
        return {str(k): str(v) for k, v in values.items()} if isinstance(values, dict) else values

    @field_validator("values_en", "values_tr", mode="before")
    @classmethod
    def _codes_as_text(cls, labels: Any) -> Any:
        return {_as_code(k): v for k, v in labels.items()} if isinstance(labels, dict) else labels

    @model_validator(mode="after")
    def _values_are_of_one_kind(self) -> Attribute:
        require_one_kind(self.cleanse, self.compare)
        return self

    @model_validator(mode="after")
    def _labels_of_known_codes(self) -> Attribute:
        for name in ("values_en", "values_tr"):
            for code in getattr(self, name):
                if code not in (self.values or {}):
                    known = ", ".join(self.values or {}) or "none"
                    raise ValueError(
                        f"{name} labels {code}, which `values` does not allow: {known}"
                    )
        return self

    @field_validator(
        "required", "agree", mode="before", json_schema_input_type=Target | Share | None
    )
    @classmethod
    def _bare_share(cls, value: Any) -> Any:
        return read_target(value)

    @field_validator("current", mode="before", json_schema_input_type=Currency | Share | None)
    @classmethod
    def _bare_currency(cls, value: Any) -> Any:
        return read_target(value)

    @field_validator(
        "contested", mode="before", json_schema_input_type=AtMost | FromZeroToOne | None
    )
    @classmethod
    def _bare_limit(cls, value: Any) -> Any:
        return read_at_most(value)

    @field_validator("shared", mode="before", json_schema_input_type=Sharing | int | None)
    @classmethod
    def _bare_number(cls, value: Any) -> Any:
        return read_sharing(value)

    @field_validator(
        "against_golden",
        mode="before",
        json_schema_input_type=Target | Share | dict[str, Target | Share] | None,
    )
    @classmethod
    def _bare_shares(cls, value: Any) -> Any:
        return read_held(value)

    @field_validator("survive", mode="before", json_schema_input_type=Criterion | list[Criterion])
    @classmethod
    def _chain(cls, value: Any) -> Any:
        chain = read_chain(value)
        problem = chain_problem(chain)
        if problem:
            raise ValueError(problem)
        return chain

    @property
    def all_claims(self) -> tuple[Claim, ...]:
        """The claims, then those that stand in for them."""
        return (*self.claims, *self.fallback)

    def in_force(self, day: date) -> tuple[Claim, ...]:
        """The claims that speak on that day: those in force, else the fallback's."""
        claims = tuple(claim for claim in self.claims if claim.is_in_force(day))
        return claims or tuple(claim for claim in self.fallback if claim.is_in_force(day))

    @property
    def same_as(self) -> tuple[str, ...]:
        """The attributes whose winner this one asks for."""
        return tuple(one.same_as for one in self.survive if isinstance(one, SameAs))

    @property
    def rankings(self) -> tuple[Ranking, ...]:
        """The expressions by which claimed rows are ranked."""
        return tuple(one for one in self.survive if isinstance(one, Ranking))

    @property
    def can_be_stale(self) -> bool:
        """Whether a value may end to be current."""
        return bool(
            self.valid_for
            or self.valid_until
            or self.valid_while
            or any(claim.valid_until or claim.valid_while for claim in self.all_claims)
        )

    @property
    def rule_version(self) -> str:
        """The version of its rule: 8 hexadecimal digits made of all that decides what survives."""
        decides = self.model_dump(mode="json", include=set(DECIDES))
        return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:8]

    @property
    def entity(self) -> str:
        """The key of the entity it describes."""
        return self.key.partition(".")[0]

    @property
    def column(self) -> str:
        """Its name on the golden record."""
        return self.key.partition(".")[2]
