"""The panels that tell what goes into a definition, and what is reached if it is wrong."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from catalog.model import Definition
from catalog.panels import Panel, PanelContext
from lineage.graph import Lineage
from lineage.pages.words import Words

SHOWN = ("report", "touchpoint", "team")
MOST = 12
MOST_INPUTS = 40
TRACED = frozenset(("source", "dataset", "field", "entity", "attribute", "measure", "cell"))


def impact(definition: Definition, context: PanelContext) -> Panel | None:
    """What rests on the definition, reports, touchpoints and teams by name; None without any."""
    traced = definition.kind in TRACED and isinstance(context.lineage, Lineage)
    if not traced or definition.urn not in context.lineage:  # type: ignore[operator]
        return None
    words = Words(context.language)
    below: dict[str, list[str]] = {}
    for urn in context.lineage.ends_below(definition.urn):  # type: ignore[attr-defined]
        if context.is_shown(urn):
            below.setdefault(urn.partition(":")[0], []).append(urn)
    if not below:
        return None
    said = words(
        "page.impact_text",
        cells=words.counted("count.cell", len(below.get("cell", ()))),
        reports=words.counted("count.report", len(below.get("report", ()))),
        touchpoints=words.counted("count.touchpoint", len(below.get("touchpoint", ()))),
    )
    lists = (_list(words, kind, below[kind], context) for kind in SHOWN if kind in below)
    html = Markup("<p>{}</p><dl class='td-facts'>{}</dl>").format(said, Markup("").join(lists))
    return Panel(words.plain("page.impact"), html)


def inputs(definition: Definition, context: PanelContext) -> Panel | None:
    """Each thing a calculation takes with what it is used for, and the pieces that lead nowhere."""
    lineage = context.lineage
    if not isinstance(lineage, Lineage) or definition.urn not in lineage:
        return None
    words = Words(context.language)
    uses: dict[str, dict[str, None]] = {}
    for edge in lineage.edges_into(definition.urn):
        if edge.type in ("derives", "formula") and edge.use:
            uses.setdefault(edge.upstream, {})[words.plain(f"inputs.{edge.use}")] = None
    lost = [item.text for item in lineage.unresolved if item.urn == definition.urn]
    if not uses and not lost:
        return None
    shown = [urn for urn in uses if context.is_shown(urn)]
    rows = [_input(context.link(urn), uses[urn]) for urn in shown[:MOST_INPUTS]]
    if len(shown) > MOST_INPUTS:
        rows.append(Markup("<li>{}</li>").format(_more(words, len(shown) - MOST_INPUTS)))
    if hidden := len(uses) - len(shown):
        said = words("inputs.hidden", n=words.number(hidden))
        rows.append(Markup("<li>{}</li>").format(said))
    html = Markup("<ul>{}</ul>").format(Markup("").join(rows)) if rows else Markup("")
    if lost:
        pieces = Markup(", ").join(Markup("<code>{}</code>").format(text) for text in lost)
        html += Markup("<p>{} {}</p>").format(words("inputs.lost"), pieces)
    return Panel(words.plain("inputs.title"), html)


def _input(link: Markup, uses: Iterable[str]) -> Markup:
    return Markup("<li>{}: {}</li>").format(link, "; ".join(uses))


def _more(words: Words, number: int) -> Markup:
    return words("page.more", n=words.number(number))


def _list(words: Words, kind: str, urns: list[str], context: PanelContext) -> Markup:
    links = Markup(", ").join(context.link(urn) for urn in urns[:MOST])
    if len(urns) > MOST:
        links += Markup(" ") + words("page.more", n=words.number(len(urns) - MOST))
    return Markup("<dt>{}</dt><dd>{}</dd>").format(words(f"kinds.{kind}"), links)
