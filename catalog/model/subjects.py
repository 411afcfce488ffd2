"""Entities, the touchpoints that meet them, and the purposes data may serve."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from catalog.durations import Duration
from catalog.model.definition import Definition, Language
from catalog.model.matching import Match
from catalog.model.targets import Held, Share, Target, read_held


class Entity(Definition):
    """What attributes describe: a customer, an account, a branch."""

    kind: ClassVar[str] = "entity"

    subtypes: dict[str, str] = Field({}, description="Name: SQL condition on the golden record.")
    subtypes_en: dict[str, str] = Field({}, description="What subtypes are called in English.")
    subtypes_tr: dict[str, str] = Field({}, description="What subtypes are called in Turkish.")
    match: Match | None = Field(None, description="How records are found to be one entity.")
    plural: str | None = Field(None, description="Several of them, where English adds no -s.")

    @model_validator(mode="after")
    def _names_of_known_subtypes(self) -> Entity:
        for name in ("subtypes_en", "subtypes_tr"):
            for key in getattr(self, name):
                if key not in self.subtypes:
                    known = ", ".join(self.subtypes) or "none"
                    raise ValueError(f"{name} names {key}, which is no subtype; known: {known}")
        return self

    def subtype(self, key: str, language: Language) -> str | None:
        """What a subtype is called in that language; None where nobody wrote it."""
        return (self.subtypes_tr if language == "tr" else self.subtypes_en).get(key)


class Touchpoint(Definition):
    """Where the institution meets a customer, and the fields it reads there."""

    kind: ClassVar[str] = "touchpoint"

    reads: dict[str, str] = Field({}, description="attribute: the field it really reads.")
    against_golden: Held | None = Field(
        None, description="Share of what it reads that must be the golden values."
    )
    purpose: str | None = None

    @field_validator(
        "against_golden",
        mode="before",
        json_schema_input_type=Target | Share | dict[str, Target | Share] | None,
    )
    @classmethod
    def _bare_shares(cls, value: Any) -> Any:
        return read_held(value)


class Purpose(Definition):
    """Why a fact may be used, on which legal basis and for how long."""

    kind: ClassVar[str] = "purpose"

    legal_basis: str | None = None
    legal_basis_en: str | None = None
    legal_basis_tr: str | None = None
    retention: Duration | None = None
    accepts: tuple[Literal["current", "stale"], ...] = ("current",)

    def takes(self, state: str | None) -> bool | None:
        """Whether it accepts a value in that state; None where there is no value."""
        return state in self.accepts if state in ("current", "stale") else None
