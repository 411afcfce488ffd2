"""The read API's routes of this room: lists of definitions, runs and results."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from catalog.expiry import expired_on
from catalog.folding import fold
from catalog.model import Catalog, Definition, Report, Role
from catalog.model.definition import Severity, Status
from catalog.results import RunRecord, Verdict
from catalog.selections import told_selection
from catalog.service.asking import (
    Asked,
    AskedNow,
    Cursor,
    Limit,
    page_of,
    read_cursor,
    service_of,
    write_cursor,
)
from catalog.service.documents import (
    Definitions,
    Results,
    Run,
    Runs,
    brief_of,
    run_of,
)
from catalog.service.problems import Refusal
from catalog.service.shown import shown_record

Kind = Literal[
    "team", "role", "entity", "purpose", "source", "dataset", "field", "attribute", "measure",
    "report", "cell", "touchpoint",
]  # fmt: skip
Key = Annotated[str | None, Field(max_length=400)]
RUN = r"^[A-Za-z0-9-]+$"
router = APIRouter(tags=["catalog"])


class DefinitionFilters(BaseModel):
    """What narrows the list of definitions; filters hold together."""

    kind: list[Kind] = Field([], description="Any of these kinds.")
    owner: Key = Field(None, description="The owner's key, as it is written.")
    team: Key = Field(None, description="The team, whose roles count as well.")
    status: list[Status] = Field([], description="Any of these.")
    tag: list[str] = Field([], description="All of these tags.")
    text: str | None = Field(
        None, min_length=1, max_length=200, description="In its key, names or definition."
    )
    expired: bool | None = Field(None, description="Past its review date, or not.")
    limit: Limit = 50
    cursor: Cursor = None


class ResultFilters(BaseModel):
    """What narrows the results of a run; filters hold together."""

    run: str = Field("latest", pattern=RUN, max_length=80, description="A run's id, or latest.")
    urn: Key = Field(None, description="The definition it speaks of.")
    verdict: list[Verdict] = Field([], description="Any of these.")
    severity: list[Severity] = Field([], description="Any of these.")
    kind: Key = Field(None, description="The kind of check: agree, required, …")
    owner: Key = None
    limit: Limit = 50
    cursor: Cursor = None


@router.get("/definitions")
def list_definitions(
    asked: AskedNow, filters: Annotated[DefinitionFilters, Query()]
) -> Definitions:
    """Definitions by URN."""
    view = asked.view
    found = [one for one in asked.definitions.values() if _fits(one, filters, asked)]
    shown, following = page_of(found, lambda one: one.urn, filters.limit, filters.cursor)
    entries = tuple(brief_of(one, view.catalog, view.today) for one in shown)
    return Definitions(definitions=entries, next=following)


@router.get("/runs")
def list_runs(request: Request, asked: AskedNow, limit: Limit = 20, cursor: Cursor = None) -> Runs:
    """The runs that are kept, newest first."""
    after = None
    if cursor:
        started, run = read_cursor(cursor, 2)
        try:
            after = (datetime.fromisoformat(started).astimezone(UTC), run.replace("\0", ""))
        except (ValueError, OverflowError):
            said = "cursor: not one of this list; take `next` of the page before, unchanged"
            raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, said) from None
    found = service_of(request).live.runs.recent(limit + 1, after)
    shown = found[:limit]
    following = None
    if len(found) > limit:
        following = write_cursor(shown[-1].started.isoformat(), shown[-1].run)
    told = tuple(_shown_run(run_of(one), asked) for one in shown)
    return Runs(runs=told, next=following)


def _shown_run(run: Run, asked: Asked) -> Run:
    """A run in a list, without the names in its selection that the caller may not see."""
    if asked.caller.audience == "restricted":
        return run
    selection = told_selection(run.selection, asked.view.catalog, asked.definitions)
    return run.model_copy(update={"selection": selection})


@router.get("/runs/{run}")
def show_run(
    request: Request,
    asked: AskedNow,
    run: Annotated[str, Path(pattern=RUN, max_length=80)],
) -> RunRecord:
    """One run with its results: by its id, an unambiguous beginning of it, or `latest`."""
    return _record(request, asked, run)


@router.get("/results")
def list_results(
    request: Request, asked: AskedNow, filters: Annotated[ResultFilters, Query()]
) -> Results:
    """The results of one run by the keys of their checks."""
    record = _record(request, asked, filters.run)
    found = [
        result
        for result in record.results
        if filters.urn in (None, result.urn)
        and (not filters.verdict or result.verdict in filters.verdict)
        and (not filters.severity or result.severity in filters.severity)
        and filters.kind in (None, result.kind)
        and filters.owner in (None, result.owner)
    ]
    shown, following = page_of(found, lambda one: one.check, filters.limit, filters.cursor)
    return Results(run=record.run, as_of=record.as_of, results=tuple(shown), next=following)


def _record(request: Request, asked: Asked, run: str) -> RunRecord:
    """A run's record as the caller may see it; a problem where there is none."""
    runs = service_of(request).live.runs
    record = runs.latest(until=asked.view.today) if run == "latest" else runs.get(run)
    if record is None:
        said = f"no run is called '{run}'" if run != "latest" else "no run is kept yet"
        raise Refusal(HTTPStatus.NOT_FOUND, f"{said}; `tekdogru runs` lists those there are")
    return shown_record(record, asked.view.catalog, asked.definitions, asked.caller.audience)


def _fits(definition: Definition, wanted: DefinitionFilters, asked: Asked) -> bool:
    catalog = asked.view.catalog
    return (
        (not wanted.kind or definition.kind in wanted.kind)
        and (not wanted.status or definition.status in wanted.status)
        and set(wanted.tag) <= set(definition.tags)
        and wanted.owner in (None, catalog.owner_of(definition.urn))
        and (wanted.team is None or _belongs(definition, catalog, wanted.team))
        and (wanted.expired is None or wanted.expired == _is_expired(definition, asked))
        and (not wanted.text or any(fold(wanted.text) in fold(s) for s in _says(definition)))
    )


def _is_expired(definition: Definition, asked: Asked) -> bool:
    return expired_on(definition, asked.view.today) is not None


def _belongs(definition: Definition, catalog: Catalog, team: str) -> bool:
    """Whether a team, or a role in it, answers for a definition, or it is one of the team's own."""
    if isinstance(definition, Report | Role) and definition.team == team:
        return True
    owner = catalog.owner_of(definition.urn)
    role = catalog.roles.get(owner or "")
    own = definition.urn == f"team:{team}"
    return own or owner == team or (role is not None and role.team == team)


def _says(definition: Definition) -> Iterator[str]:
    """Where a text is looked for: its key and all its names and definitions."""
    yield definition.path
    yield from definition.synonyms
    for name in ("name", "definition"):
        for part in (name, f"{name}_en", f"{name}_tr"):
            if said := getattr(definition, part):
                yield said
