"""The answers of the read API that this room gives, as models that OpenAPI shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field

from catalog.results import Result
from catalog.service.documents import Brief, Document

# What only its own parts, or the management report, may tell.
APART = frozenset({"datasets", "fields", "cells", "cost_per_hour", "reporting_people", "url"})


class Neighbour(Document):
    """A definition one step away."""

    urn: str
    kind: str
    name: str


class Whom(Document):
    """Whom to ask: the owner's name, who holds the role, and how to reach them."""

    name: str
    holder: str | None = None
    deputy: str | None = None
    team: str | None = None
    phone: str | None = None
    mail: str | None = Field(None, description="Who reads mail about it at present.")
    left: date | None = Field(None, description="The last day of a holder who has left.")


class Answer(Document):
    """Whether it can be used today, and why, the gravest reason first."""

    level: Literal["use", "care", "dont"]
    reasons: tuple[str, ...]


class DefinitionPage(Document):
    """One definition with what its page says."""

    definition: Brief
    document: Mapping[str, Any] = Field(description="Its keys as they are written.")
    parts: tuple[str, ...] = Field((), description="The URNs of its datasets, fields or cells.")
    usability: Answer | None = Field(
        None, description="Nothing for what is not used, like a team, and for what is restricted."
    )
    contact: Whom | None = None
    rests_on: tuple[Neighbour, ...] = ()
    used_by: tuple[Neighbour, ...] = ()
    run: str | None = Field(None, description="The run its results are of.")
    checked_on: date | None = None
    results: tuple[Result, ...] = ()


class Edge(Document):
    """One dependency: downstream rests on upstream."""

    upstream: str
    downstream: str
    type: str
    how: str = Field("", description="The condition, formula or SQL that says so.")


class LineageDocument(Document):
    """What a definition rests on and what rests on it, nearest first."""

    urn: str
    direction: Literal["up", "down", "both"]
    nodes: tuple[Neighbour, ...]
    edges: tuple[Edge, ...]


class ReachedDocument(Document):
    """Something a change reaches, and a shortest way there."""

    urn: str
    name: str
    path: tuple[str, ...]


class ImpactDocument(Document):
    """Where a definition is used in the end, each list nearest first."""

    urn: str
    cells: tuple[ReachedDocument, ...]
    reports: tuple[ReachedDocument, ...]
    teams: tuple[ReachedDocument, ...]
    touchpoints: tuple[ReachedDocument, ...]


class Due(Document):
    """A definition that must be reviewed: by when, who answers, how much rests on it."""

    urn: str
    name: str
    due: date
    days: int = Field(description="Until its review date; negative where that has passed.")
    standing: Literal["current", "due", "expired", "lapsed"]
    owner: str | None = None
    holder: str | None = None
    deputy: str | None = None
    team: str | None = None
    cells: int = Field(description="How many cells rest on it.")
    reports: int
    touchpoints: int
    effective: date = Field(description="The earliest review date of all it rests on.")


class Group(Document):
    """What one owner, or one team, has to review."""

    key: str | None = Field(None, description="The owner's or team's key; nothing for nobody.")
    definitions: tuple[Due, ...]


class Forecast(Document):
    """What falls due until a day, the group with the earliest review date first."""

    today: date
    until: date
    by: Literal["owner", "team"]
    groups: tuple[Group, ...]


class Found(Document):
    """Something that was found, `level` being whether it can be used today."""

    urn: str
    kind: str
    title: str
    level: Literal["use", "care", "dont", ""]


class SearchAnswer(Document):
    """What was found, best first, and how much in all."""

    query: str
    count: int
    found: tuple[Found, ...]


class GoldenFigures(Document):
    """The golden values of one attribute in figures; a count of a few people is not told (null)."""

    urn: str
    entity: str
    entities: int | None = Field(None, description="Nothing where it was not resolved yet.")
    current: int | None = None
    stale: int | None = None
    contested: int | None = None
    sources: Mapping[str, int | None] = Field({}, description="Values taken, by source.")
    outdated: bool = Field(False, description="The rule has changed since.")
    open_corrections: int | None = Field(None, description="Verified, not arrived everywhere.")


class TruthDocument(Document):
    """The truth in figures: golden values by attribute, those contested most first."""

    as_of: Mapping[str, date] = Field(description="By entity, the day it was resolved for.")
    attributes: tuple[GoldenFigures, ...]
