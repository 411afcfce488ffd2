"""The contract of panels: page fragments that rooms and plug-ins add to a definition's page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from catalog.model import Catalog, Definition
from catalog.model.definition import Language
from catalog.plugins import parts
from catalog.results import Result, RunRecord
from catalog.settings import Settings

GROUP = "tekdogru.panels"


@dataclass(frozen=True)
class PanelContext:
    """What a panel may look at; the same for every page of one site.

    `results_of` gives a definition's results, worst first. `link` renders a definition's name,
    leading to its page where it has one. `count` writes a count that speaks of the definition
    with that URN, and hides small counts of people; every count on a page goes through it.
    `is_shown` tells whether a definition may be named to this audience. `lineage` is whatever the
    lineage room traced, opaque to others.
    """

    catalog: Catalog
    settings: Settings
    language: Language
    today: date
    run: RunRecord | None
    lineage: object
    results_of: Callable[[str], Sequence[Result]]
    link: Callable[[str], Markup]
    count: Callable[[str, int], str]
    is_personal: Callable[[str], bool]
    is_shown: Callable[[str], bool] = lambda urn: True


@dataclass(frozen=True)
class Panel:
    """A titled fragment of safe HTML; folded ones open on a click."""

    title: str
    html: Markup
    folded: bool = True


PanelMaker = Callable[[Definition, PanelContext], Panel | None]


def panel_makers(plugins: Sequence[str] = ()) -> tuple[PanelMaker, ...]:
    """The makers of all rooms and of the named plug-ins; each may pass on a definition by None."""
    return tuple(entry.load() for entry in parts(GROUP, plugins))
