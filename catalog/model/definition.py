"""What every definition has in common: key, names, meaning, owner and review date."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from catalog.durations import Duration

KEY_PATTERN = r"^[A-Za-z][A-Za-z0-9_]*$"
Key = Annotated[
    str, Field(pattern=KEY_PATTERN, max_length=100, description="Letters, digits and underscores.")
]
Name = Annotated[str, Field(min_length=1, max_length=300)]
Severity = Literal["critical", "warning", "info"]
Status = Literal["draft", "in_review", "approved", "deprecated", "retired"]
Visibility = Literal["public", "internal", "restricted"]
Language = Literal["en", "tr"]


class Model(BaseModel):
    """A frozen part of the catalog that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    def own_words(self, name: str, language: Language) -> str | None:
        """A text written for that language (`notes_tr`, `unit_en`); None where there is none."""
        written: str | None = getattr(self, f"{name}_{language}", None)
        return written


class Renewal(Model):
    """One review after which a definition was found still right; `tekdogru renew` writes it."""

    reviewed_on: date
    by: str = Field(min_length=1, description="E-mail address of who confirmed it.")
    note: str = Field(min_length=1, max_length=1000, description="What the review found.")
    due: date | None = Field(None, description="The review date there was.")
    until: date = Field(description="The review date from then on.")


class Imported(Model):
    """Where a draft came from: which format, which file, and what it is called there."""

    format: str = Field(description="dbt, openlineage, odcs, excel.")
    file: str = Field(description="The file's name, without its folder.")
    name: str | None = Field(None, description="What it is called there.")


class Definition(Model):
    """One thing the institution has defined; only its key and name are always demanded."""

    kind: ClassVar[str] = "definition"

    key: Key
    name: Name
    name_en: str | None = None
    name_tr: str | None = None
    definition: str | None = Field(None, description="What it means, in the workspace's language.")
    definition_en: str | None = None
    definition_tr: str | None = None
    owner: str | None = Field(None, description="A role, a team or an e-mail address.")
    steward: str | None = None
    expires_on: date | None = Field(None, description="The day by which it must be reviewed.")
    review_every: Duration | None = Field(None, description="Counted from approved_on.")
    approved_on: date | None = None
    renewals: tuple[Renewal, ...] = Field((), description="Reviews so far, the first one first.")
    status: Status = "approved"
    visibility: Visibility = "internal"
    tags: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    replaced_by: str | None = None
    notes: str | None = None
    notes_en: str | None = None
    notes_tr: str | None = None
    imported: Imported | None = Field(None, description="Where an import took it from.")

    _parent: str = PrivateAttr("")

    @property
    def path(self) -> str:
        """The key with those of its parents, unique among its kind: `crm.customers`."""
        whole = self.whole
        return f"{whole}.{self.key}" if whole else self.key

    @property
    def whole(self) -> str:
        """The path of what it is a part of, empty for what stands by itself.

        Read past pydantic's own access to private attributes, which takes ten times as long.
        """
        private = self.__pydantic_private__
        return str(private["_parent"]) if private else ""

    @property
    def urn(self) -> str:
        """The stable name used everywhere: `attribute:customer.email`."""
        return f"{self.kind}:{self.path}"

    @property
    def review_date(self) -> date | None:
        """The day it must be reviewed by: stated, or counted from its last approval."""
        if self.expires_on is None and self.review_every and self.approved_on:
            return self.review_every.after(self.approved_on)
        return self.expires_on

    @property
    def successor(self) -> str | None:
        """The URN of what took its place; `replaced_by` may name one of its kind by the key."""
        other = self.replaced_by
        return other if other is None or ":" in other else f"{self.kind}:{other}"

    def named(self, language: Language) -> str:
        """Its name in that language, else its plain name, else its key."""
        return (self.name_tr if language == "tr" else self.name_en) or self.name or self.key

    def meaning(self, language: Language) -> str | None:
        """Its definition in that language, else its plain definition."""
        return (self.definition_tr if language == "tr" else self.definition_en) or self.definition

    def adopt(self, *children: Definition) -> None:
        """Tell children whose they are, so that their path begins with this one's."""
        for child in children:
            child._parent = self.path


class Governed(Definition):
    """A definition that must say what it means, who answers for it and until when it holds."""

    definition: str = Field(description="What it means, in the workspace's language.")
    owner: str = Field(description="A role, a team or an e-mail address.")
