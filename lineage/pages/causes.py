"""The ways from what a definition is to be used with care for down to the definition itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from markupsafe import Markup

from lineage.graph import trail
from lineage.pages.context import PageContext
from lineage.pages.usability import Reason

MOST = 3
Path = tuple[str, ...]


@dataclass(frozen=True)
class Cause:
    """One cause above a definition: the way down from it, and what is the matter with it.

    `names` says of each step above the definition what it is called.
    """

    path: Path
    names: tuple[Markup, ...]
    said: Markup


def causes_of(urn: str, ctx: PageContext) -> list[Cause]:
    """The gravest causes that lie above a definition, each once, nearest way; few of them."""
    answer = ctx.answers.get(urn)
    reasons: dict[str, Reason] = {}
    for reason in answer.reasons if answer else ():
        if reason.about != urn and reason.about in ctx.visible:
            reasons.setdefault(reason.about, reason)
    wanted = list(reasons)[:MOST]
    if not wanted:
        return []
    up = ctx.links.up
    came = ctx.lineage.trails(urn, lambda below: up.get(below, ()), until=wanted)
    causes = []
    for about in wanted:
        if about in came:
            path = trail(came, about)[::-1]
            said = ctx.sentences.own_reason(reasons[about])
            causes.append(Cause(path, _names(path, ctx), said))
    return causes


def _names(path: Path, ctx: PageContext) -> tuple[Markup, ...]:
    """Each step by its name; those called like another one with what they are."""
    titles = Counter(ctx.title(ctx.visible[urn]) for urn in path)
    return tuple(
        ctx.link(urn) if titles[ctx.title(ctx.visible[urn])] == 1 else ctx.link_with_kind(urn)
        for urn in path[:-1]
    )
