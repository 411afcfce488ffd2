"""The panel with a definition's reviews: who confirmed it, and when it is due in effect."""

from __future__ import annotations

from markupsafe import Markup

from catalog.model import Definition
from catalog.panels import Panel, PanelContext
from lineage.graph import Lineage
from lineage.pages.words import Words
from lineage.reviews import COUNTED, Effective, effective_review

MOST = 10
DATED = COUNTED | {"report"}


def reviews(definition: Definition, context: PanelContext) -> Panel | None:
    """The reviews so far, the latest first, and an earlier date in effect; None without either."""
    words = Words(context.language, context.settings.timezone, context.catalog.language)
    effective = _effective(definition, context)
    said = Markup("<p>{}</p>").format(_because(effective, words, context)) if effective else ""
    if not said and not definition.renewals:
        return None
    items = Markup("").join(
        Markup("<dt>{}</dt><dd>{}<br>{}</dd>").format(
            words.day(one.reviewed_on),
            words("reviews.renewed", by=one.by, until=words.day(one.until)),
            words.foreign(one.note),
        )
        for one in reversed(definition.renewals[-MOST:])
    )
    listed = Markup("<dl class='td-facts'>{}</dl>").format(items) if items else ""
    return Panel(words.plain("reviews.title"), Markup("{}{}").format(said, listed))


def _effective(definition: Definition, context: PanelContext) -> Effective | None:
    """The date in effect, where it is another definition's."""
    if definition.kind not in DATED or not isinstance(context.lineage, Lineage):
        return None
    found = effective_review(context.lineage, context.catalog, context.settings, definition.urn)
    return found if found and found.because_of != definition.urn else None


def _because(effective: Effective, words: Words, context: PanelContext) -> Markup:
    day = words.day(effective.on)
    if not context.is_shown(effective.because_of):
        return words("reviews.effective_hidden", day=day)
    return words("reviews.effective", day=day, other=context.link(effective.because_of))
