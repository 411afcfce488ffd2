"""The read API's routes of this room: one definition, lineage, impact and search."""

from __future__ import annotations

from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Query, Request, Response

from catalog.durations import Duration
from catalog.model import Attribute, Definition
from catalog.results import RunRecord
from catalog.service.asking import Asked, AskedNow, service_of
from catalog.service.documents import brief_of
from catalog.service.live import View
from catalog.service.shown import shown_record
from lineage.documents import (
    APART,
    Answer,
    DefinitionPage,
    Due,
    Edge,
    Forecast,
    Found,
    GoldenFigures,
    Group,
    ImpactDocument,
    LineageDocument,
    Neighbour,
    ReachedDocument,
    SearchAnswer,
    TruthDocument,
    Whom,
)
from lineage.graph import Lineage, build_lineage
from lineage.impact import Reached
from lineage.impact import impact as find_impact
from lineage.pages.context import PageContext
from lineage.pages.reading import read_history
from lineage.pages.search import entries_of
from lineage.pages.truth import read_truth
from lineage.reviews import Expiring, effective_reviews, expiring
from lineage.search import Searchable, search, searchable

Direction = Literal["up", "down", "both"]
Depth = Annotated[int | None, Query(ge=1, le=100, description="Most steps away; all without it.")]
SPAN = r"^[0-9]{1,5}(h|d|bd|w|mo|y)$"
router = APIRouter(tags=["lineage"])


@router.get(
    "/definitions/{urn:path}",
    responses={304: {"description": "Nothing has changed since the ETag that was sent."}},
)
def show_definition(
    request: Request, response: Response, asked: AskedNow, urn: str
) -> DefinitionPage:
    """One definition with what its page says; its ETag changes when anything of it may have."""
    definition = asked.find(urn)
    tag = _tag(asked, urn)
    if tag in request.headers.get("if-none-match", ""):
        return cast(
            DefinitionPage, Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
        )
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    runs = service_of(request).live.runs
    record = runs.get(asked.view.run) if asked.view.run else None
    return _page(asked, definition, record)


@router.get("/lineage/{urn:path}")
def show_lineage(
    asked: AskedNow, urn: str, direction: Direction = "both", depth: Depth = None
) -> LineageDocument:
    """What a definition rests on and what rests on it."""
    asked.find(urn)
    lineage = asked.view.made(lineage_of)
    ways = {
        "up": lineage.up(urn, depth) if direction != "down" else (),
        "down": lineage.down(urn, depth) if direction != "up" else (),
    }
    found = [one for way in ways.values() for one in way if one in asked.definitions]
    nodes = dict.fromkeys([urn, *found])
    sides = [{urn, *way} for way in ways.values()]
    edges = [
        edge
        for node in nodes
        for edge in lineage.edges_into(node)
        if edge.upstream in nodes
        and any({edge.upstream, edge.downstream} <= side for side in sides)
    ]
    return LineageDocument(
        urn=urn,
        direction=direction,
        nodes=tuple(_neighbour(asked, node) for node in nodes),
        edges=tuple(
            Edge(upstream=e.upstream, downstream=e.downstream, type=e.type, how=e.how or "")
            for e in edges
        ),
    )


@router.get("/impact/{urn:path}")
def show_impact(asked: AskedNow, urn: str) -> ImpactDocument:
    """The cells, reports, teams and touchpoints that a change of a definition reaches."""
    asked.find(urn)
    reached = find_impact(asked.view.made(lineage_of), asked.view.catalog, urn)
    lists = {
        name: tuple(_reached(one, asked) for one in getattr(reached, name) if _may_see(one, asked))
        for name in ("cells", "reports", "teams", "touchpoints")
    }
    return ImpactDocument(urn=urn, **lists)


@router.get("/expiring")
def list_expiring(
    asked: AskedNow,
    within: Annotated[
        str, Query(pattern=SPAN, max_length=8, description="How far to look: 90d, 3mo.")
    ] = "90d",
    by: Annotated[Literal["owner", "team"], Query(description="How to group.")] = "owner",
) -> Forecast:
    """What is past its review date or due soon, whose it is, and what rests on it."""
    view = asked.view
    settings = view.workspace.settings
    until = Duration.parse(within).after(view.today, settings.calendar)
    lineage = view.made(lineage_of)
    groups: dict[str | None, list[Due]] = {}
    effective = effective_reviews(lineage, view.catalog, settings)
    for one in expiring(lineage, view.catalog, settings, view.today, until, effective):
        if one.definition.urn in asked.definitions:
            key = one.answerable.owner if by == "owner" else one.answerable.team
            groups.setdefault(key, []).append(_due(one, asked))
    listed = tuple(Group(key=key, definitions=tuple(due)) for key, due in groups.items())
    return Forecast(today=view.today, until=until, by=by, groups=listed)


@router.get("/truth")
def show_truth(asked: AskedNow) -> TruthDocument:
    """Golden records in figures, as they were last resolved; the contested attributes first.

    No value of anybody is told, and no count of a few people.
    """
    context = asked.view.made(context_of)
    shown = [one for one in asked.definitions.values() if isinstance(one, Attribute)]
    figures = [_figures(context, one) for one in shown]
    resolved = {key: one.as_of for key, one in context.truth.portraits.items()}
    return TruthDocument(
        as_of={key: day for key, day in resolved.items() if f"entity:{key}" in asked.definitions},
        attributes=tuple(sorted(figures, key=lambda one: (-(one.contested or 0), one.urn))),
    )


@router.get("/search")
def find(
    asked: AskedNow,
    q: Annotated[str, Query(min_length=1, max_length=200, description="Words, in any spelling.")],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> SearchAnswer:
    """Definitions by words: names come before texts; Turkish letters and endings do not matter.

    It finds what the site shows.
    """
    hits = search(q, asked.view.made(searchable_of))
    found = tuple(
        Found.model_validate(
            {
                "urn": hit.urn,
                "kind": hit.urn.partition(":")[0],
                "title": hit.entry.title,
                "level": hit.entry.level,
            }
        )
        for hit in hits[:limit]
    )
    return SearchAnswer(query=q, count=len(hits), found=found)


def lineage_of(view: View) -> Lineage:
    """The lineage of a view's definitions."""
    return build_lineage(view.catalog)


def context_of(view: View) -> PageContext:
    """What the site's pages of a view would be made from."""
    run, history, past = read_history(view.workspace)
    settings = view.workspace.settings
    lineage = view.made(lineage_of)
    truth = read_truth(view.workspace, view.catalog)
    return PageContext(
        view.catalog, lineage, run, history, settings, settings.language, view.today, past, truth
    )


def searchable_of(view: View) -> tuple[Searchable, ...]:
    """What can be found of a view's definitions."""
    entries = entries_of(view.made(context_of))
    return searchable((one.urn, one) for one in entries if one.urn)


def _figures(context: PageContext, attribute: Attribute) -> GoldenFigures:
    truth, urn = context.truth, attribute.urn
    told, owed = truth.of(attribute), truth.open.get(attribute.key, 0)

    privacy = context.privacy
    open_ = privacy.exact(urn, {"open": owed})["open"]
    if told is None:
        return GoldenFigures(urn=urn, entity=attribute.entity, open_corrections=open_)
    states = privacy.exact(urn, told.states)
    sources = privacy.exact(urn, told.sources)
    return GoldenFigures(
        urn=urn,
        entity=attribute.entity,
        entities=told.entities,
        current=states.get("current", 0),
        stale=states.get("stale", 0),
        contested=privacy.exact(urn, {"contested": told.contested})["contested"],
        sources={k: n for k, n in sources.items() if not context.is_hidden(f"source:{k}")},
        outdated=told.version != attribute.rule_version,
        open_corrections=open_,
    )


def _page(asked: Asked, definition: Definition, record: RunRecord | None) -> DefinitionPage:
    view, urn = asked.view, definition.urn
    context, lineage = view.made(context_of), view.made(lineage_of)
    owner = definition.path if definition.kind == "role" else view.catalog.owner_of(urn)
    parts = [p for name in ("datasets", "fields", "cells") for p in getattr(definition, name, ())]
    visible, audience = asked.definitions, asked.caller.audience
    hidden = APART if audience != "restricted" else APART - {"cost_per_hour", "url"}
    shown = shown_record(record, view.catalog, visible, audience) if record else None
    return DefinitionPage(
        definition=brief_of(definition, view.catalog, view.today),
        document=definition.model_dump(
            mode="json", by_alias=True, exclude_none=True, exclude=set(hidden)
        ),
        parts=tuple(part.urn for part in parts if part.urn in asked.definitions),
        usability=_answer(context, urn),
        contact=_whom(context, owner) if owner else None,
        rests_on=tuple(
            _neighbour(asked, one) for one in lineage.parents(urn) if one in asked.definitions
        ),
        used_by=tuple(
            _neighbour(asked, one) for one in lineage.children(urn) if one in asked.definitions
        ),
        run=shown.run if shown else None,
        checked_on=shown.as_of if shown else None,
        results=tuple(shown.of(urn)) if shown else (),
    )


def _answer(context: PageContext, urn: str) -> Answer | None:
    if urn not in context.visible or not context.level(urn):
        return None
    reasons = tuple(sentence.striptags() for sentence in context.why(urn))
    return Answer.model_validate({"level": context.level(urn), "reasons": reasons})


def _whom(context: PageContext, owner: str) -> Whom:
    contact = context.contact(owner)
    return Whom(
        name=contact.name,
        holder=contact.holder,
        deputy=contact.deputy,
        team=contact.team,
        phone=contact.phone,
        mail=contact.mail,
        left=contact.left,
    )


def _due(one: Expiring, asked: Asked) -> Due:
    definition, reach = one.definition, one.reach
    return Due(
        urn=definition.urn,
        name=definition.named(asked.view.workspace.settings.language),
        due=one.review.on,
        days=one.days,
        standing=one.standing,
        owner=one.answerable.owner,
        holder=one.answerable.holder if one.answerable.left is None else None,
        deputy=one.answerable.deputy,
        team=one.answerable.team,
        cells=sum(urn in asked.definitions for urn in reach.cells),
        reports=sum(urn in asked.definitions for urn in reach.reports),
        touchpoints=sum(urn in asked.definitions for urn in reach.touchpoints),
        effective=one.effective.on,
    )


def _neighbour(asked: Asked, urn: str) -> Neighbour:
    definition = asked.definitions[urn]
    language = asked.view.workspace.settings.language
    return Neighbour(urn=urn, kind=definition.kind, name=definition.named(language))


def _may_see(reached: Reached, asked: Asked) -> bool:
    return reached.urn in asked.definitions


def _reached(reached: Reached, asked: Asked) -> ReachedDocument:
    path = tuple(urn for urn in reached.path if urn in asked.definitions)
    return ReachedDocument(urn=reached.urn, name=reached.name, path=path)


def _tag(asked: Asked, urn: str) -> str:
    view = asked.view
    facts = (view.stamp, str(view.today), view.run or "", asked.caller.audience, urn)
    return f'"{sha256(" ".join(facts).encode()).hexdigest()[:32]}"'
