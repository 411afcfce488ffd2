"""The ways from what a definition is to be used with care for down to the definition itself."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

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
    came = _ascend(urn, set(wanted), ctx)
    causes = []
    for about in wanted:
        if about in came:
            own = ctx.sentences.own_reason(about, ctx.answers[about], ctx.run_day)
            causes.append(Cause(_way(about, came), own))
    return causes


def _ascend(urn: str, wanted: set[str], ctx: PageContext) -> dict[str, str]:
    """Each definition above to the one it was reached from, until all wanted are reached."""
    up = ctx.links.up
    came: dict[str, str] = {urn: ""}
    layer = [urn]
    while layer and wanted:
        found = []
        for below in layer:
            for above in up.get(below, ()):
                if above not in came:
                    came[above] = below
                    found.append(above)
        wanted -= came.keys()
        layer = found
    return came


def _way(start: str, came: dict[str, str]) -> Path:
    way = [start]
    while below := came[way[-1]]:
        way.append(below)
    return tuple(way)
