"""How records of different systems are found to be one entity, and what stewards decided on it."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from catalog.durations import Duration
from catalog.model.definition import Model

ComparisonKind = Literal[
    "exact", "jaro_winkler", "name", "words", "address", "date", "phone", "email"
]
Across = Literal["different", "review", "same"]
Verb = Literal["same", "different"]
RecordName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*\.[A-Za-z][A-Za-z0-9_]*/.+$")]
Likeness = Annotated[float, Field(gt=0, lt=1)]


class MatchKey(Model):
    """An attribute that identifies by itself: records of equal value are one entity."""

    attribute: str = Field(description="The full key: customer.national_id")
    joins: tuple[str, ...] = Field((), description="Subtypes it may join; none means every record.")
    across: Across = Field(
        "different",
        description="What records of two of these subtypes are when their values are equal.",
    )


class BlockPart(Model):
    """What must be equal of an attribute before two records are compared at all."""

    attribute: str
    first: int | None = Field(None, ge=1, le=50, description="Only that many first letters.")
    part: Literal["number", "word"] | None = Field(
        None, description="Only the first number, or the longest word, of an address or name."
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> BlockPart:
        if self.first is not None and self.part is not None:
            raise ValueError("either `first` letters or a `part`, not both")
        return self


class Comparison(Model):
    """How alike two records are in one attribute, and how that is found out."""

    attribute: str
    as_: ComparisonKind = Field("exact", alias="as", description="How two values are compared.")
    at: tuple[Likeness, ...] = Field(
        (), description="jaro_winkler and name: the likenesses that count, best first."
    )
    within: tuple[Duration, ...] = Field((), description="date: the distances that still count.")
    frequency: bool = Field(
        False, description="Equal rare values tell more than equal frequent ones."
    )
    nicknames: tuple[tuple[str, ...], ...] = Field(
        (), description="name: groups of forms of one name, beside those that are known."
    )

    @model_validator(mode="after")
    def _settings_of_its_kind(self) -> Comparison:
        kinds = {"at": ("jaro_winkler", "name"), "within": ("date",), "nicknames": ("name",)}
        for setting, known in kinds.items():
            if getattr(self, setting) and self.as_ not in known:
                raise ValueError(f"`{setting}` belongs to `as: {' or '.join(known)}`")
        if self.frequency and self.as_ in ("address", "date"):
            raise ValueError(f"`frequency` says nothing of a comparison as {self.as_}")
        if any(later >= earlier for earlier, later in pairwise(self.at)):
            raise ValueError(
                "`at` lists likenesses from the best to the least, such as [0.92, 0.8]"
            )
        return self


class Match(Model):
    """How an entity's records are brought together; exact keys first, then comparisons."""

    keys: tuple[MatchKey, ...] = Field((), description="Attributes that identify by themselves.")
    blocking: tuple[tuple[BlockPart, ...], ...] = Field(
        (), description="Pairs are compared that are equal in all parts of one of these rules."
    )
    comparisons: tuple[Comparison, ...] = ()
    merge: float = Field(
        0.999, gt=0, lt=1, description="Merged automatically from this probability on."
    )
    agree: tuple[str, ...] = Field(
        (), description="Compared attributes that may not differ in an automatic merge."
    )
    review: float = Field(
        0.1, gt=0, lt=1, description="Shown to a steward from this probability on."
    )
    seed: int = Field(1, ge=0, description="Of the random samples; the same seed, the same result.")

    @field_validator("blocking", mode="before", json_schema_input_type=list[Any])
    @classmethod
    def _bare_attributes(cls, rules: Any) -> Any:
        if not isinstance(rules, list | tuple):
            return rules
        return [_parts(rule) for rule in rules]

    @model_validator(mode="after")
    def _thresholds_in_order(self) -> Match:
        if self.review > self.merge:
            raise ValueError(
                f"`review` ({self.review:g}) is above `merge` ({self.merge:g}): nothing would be "
                "left to review"
            )
        return self

    @property
    def attributes(self) -> tuple[str, ...]:
        """Every attribute it looks at, each once, those of keys first."""
        named = [key.attribute for key in self.keys]
        named += [one.attribute for one in self.comparisons]
        named += [part.attribute for rule in self.blocking for part in rule]
        return tuple(dict.fromkeys(named))


def _parts(rule: Any) -> Any:
    parts = rule if isinstance(rule, list | tuple) else [rule]
    return [{"attribute": part} if isinstance(part, str) else part for part in parts]


class MatchDecision(Model):
    """A steward's word on records: they are one entity, or each is another one. It always wins."""

    kind: ClassVar[str] = "match"

    entity: str
    same: tuple[RecordName, ...] = Field((), description="Records of one entity: crm.customers/17")
    different: tuple[RecordName, ...] = Field((), description="Records of as many entities.")
    by: str = Field(min_length=1, description="E-mail address of who decided.")
    on: date
    reason: str = Field(min_length=1, max_length=1000, description="What it rests on.")

    @model_validator(mode="after")
    def _one_word_on_several_records(self) -> MatchDecision:
        if bool(self.same) == bool(self.different):
            raise ValueError("either `same` or `different`, with the records it speaks of")
        repeated = sorted({one for one in self.records if self.records.count(one) > 1})
        if repeated or len(self.records) < 2:
            found = f"; {', '.join(repeated)} stands twice" if repeated else ""
            raise ValueError(f"a decision speaks of two different records or more{found}")
        return self

    @property
    def verb(self) -> Verb:
        """What was decided."""
        return "same" if self.same else "different"

    @property
    def records(self) -> tuple[str, ...]:
        """The records it speaks of, as dataset/record_id."""
        return self.same or self.different

    @property
    def key(self) -> str:
        """Its identity: what was decided on which records."""
        return f"{self.entity}:{self.verb}:{'~'.join(sorted(self.records))}"

    @property
    def urn(self) -> str:
        """The stable name."""
        return f"match:{self.key}"


def dataset_of_record(record: str) -> str:
    """The dataset's path in a record's name: `crm.customers` of `crm.customers/17`."""
    return re.split("/", record, maxsplit=1)[0]
