"""The answers of the read API that this room gives, as models that OpenAPI shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from catalog.expiry import expired_on
from catalog.model import Catalog, Definition, Place
from catalog.model.definition import Language, Status, Visibility
from catalog.results import Result, Verdict
from catalog.store.runs import RunSummary


class Document(BaseModel):
    """An answer; never changed once made."""

    model_config = ConfigDict(frozen=True)


class Brief(Document):
    """A definition in one entry of a list."""

    urn: str
    kind: str
    key: str = Field(description="Its key with those of what it is part of.")
    name: str = Field(description="In the workspace's language.")
    definition: str | None = None
    owner: str | None = Field(None, description="Its own owner, or that of what it is part of.")
    status: Status
    visibility: Visibility
    tags: tuple[str, ...] = ()
    review_date: date | None = None
    expired: bool = Field(description="Whether its review date has passed.")
    file: str | None = None
    line: int | None = None


class Definitions(Document):
    """A page of definitions, by URN; `next` leads to the one after it."""

    definitions: tuple[Brief, ...]
    next: str | None = None


class Run(Document):
    """A run in one entry of a list."""

    run: str
    started: datetime
    as_of: date
    selection: str | None = None
    verdict: Verdict
    exit_code: int
    counts: Mapping[str, int] = Field(description="How many checks have each verdict.")


class Runs(Document):
    """A page of runs, newest first."""

    runs: tuple[Run, ...]
    next: str | None = None


class Results(Document):
    """A page of a run's results, by the key of their checks."""

    run: str
    as_of: date
    results: tuple[Result, ...]
    next: str | None = None


def brief_of(definition: Definition, catalog: Catalog, today: date) -> Brief:
    """A definition as lists show it."""
    language: Language = catalog.language
    place: Place | None = catalog.places.find(definition.urn)
    return Brief(
        urn=definition.urn,
        kind=definition.kind,
        key=definition.path,
        name=definition.named(language),
        definition=definition.meaning(language),
        owner=catalog.owner_of(definition.urn),
        status=definition.status,
        visibility=definition.visibility,
        tags=definition.tags,
        review_date=definition.review_date,
        expired=expired_on(definition, today) is not None,
        file=place.file if place else None,
        line=place.line if place else None,
    )


def run_of(summary: RunSummary) -> Run:
    """A kept run as lists show it."""
    return Run.model_validate(vars(summary))
