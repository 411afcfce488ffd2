"""The ways from what a definition is to be used with care for down to the definition itself."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from lineage.graph import trail
from lineage.pages.context import PageContext

MOST = 3
Path = tuple[str, ...]


@dataclass(frozen=True)
class Cause:
    """One cause above a definition: the way down from it, and what is the matter with it."""

    path: Path
    said: Markup


def causes_of(urn: str, ctx: PageContext) -> list[Cause]:
    """The gravest causes that lie above a definition, each once, nearest way; few of them."""
    answer = ctx.answers.get(urn)
    abouts = dict.fromkeys(
        (reason.about for reason in answer.reasons if reason.about != urn) if answer else ()
    )
    wanted = [about for about in abouts if about in ctx.visible][:MOST]
    if not wanted:
        return []
    up = ctx.links.up
    came = ctx.lineage.trails(urn, lambda below: up.get(below, ()), until=wanted)
    causes = []
    for about in wanted:
        if about in came:
            own = ctx.sentences.own_reason(about, ctx.answers[about], ctx.run_day)
            causes.append(Cause(trail(came, about)[::-1], own))
    return causes
