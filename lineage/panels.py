"""The panel that tells what is reached if a definition is wrong."""

from __future__ import annotations

from markupsafe import Markup

from catalog.model import Definition
from catalog.panels import Panel, PanelContext
from lineage.graph import Lineage
from lineage.pages.words import Words

SHOWN = ("report", "touchpoint", "team")
MOST = 12
TRACED = frozenset(("source", "dataset", "field", "entity", "attribute", "measure", "cell"))


def impact(definition: Definition, context: PanelContext) -> Panel | None:
    """What rests on the definition, reports, touchpoints and teams by name; None without any."""
    traced = definition.kind in TRACED and isinstance(context.lineage, Lineage)
    if not traced or definition.urn not in context.lineage:  # type: ignore[operator]
        return None
    words = Words(context.language)
    below: dict[str, list[str]] = {}
    for urn in context.lineage.ends_below(definition.urn):  # type: ignore[attr-defined]
        below.setdefault(urn.partition(":")[0], []).append(urn)
    if not below:
        return None
    said = words(
        "page.impact_text",
        cells=words.number(len(below.get("cell", ()))),
        reports=words.number(len(below.get("report", ()))),
        touchpoints=words.number(len(below.get("touchpoint", ()))),
    )
    lists = (_list(words, kind, below[kind], context) for kind in SHOWN if kind in below)
    html = Markup("<p>{}</p><dl class='td-facts'>{}</dl>").format(said, Markup("").join(lists))
    return Panel(words.plain("page.impact"), html)


def _list(words: Words, kind: str, urns: list[str], context: PanelContext) -> Markup:
    links = Markup(", ").join(context.link(urn) for urn in urns[:MOST])
    if len(urns) > MOST:
        links += Markup(" ") + words("page.more", n=words.number(len(urns) - MOST))
    return Markup("<dt>{}</dt><dd>{}</dd>").format(words(f"kinds.{kind}"), links)
