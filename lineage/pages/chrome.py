"""The words and ways that stand around every page: header, navigation, search, footer."""

from __future__ import annotations

from typing import Any

from mkdocs.config.defaults import MkDocsConfig

from lineage.pages.context import PageContext
from lineage.pages.lists import kind_address
from lineage.pages.render import START

SECTIONS = ("attribute", "measure", "report", "source")


def chrome_of(ctx: PageContext, prefix: str, config: MkDocsConfig) -> dict[str, Any]:
    """What the theme's templates ask for: plain texts by name, and pairs of address and name.

    Addresses are told from the site's root; the templates make them relative.
    """
    words = ctx.words
    nav = [(f"{prefix}{kind_address(kind)}", words.plain(f"kinds.{kind}")) for kind in SECTIONS]
    nav.append((f"{prefix}all/truth/index.html", words.plain("truth.title")))
    nav.append((f"{prefix}all/consolidation/index.html", words.plain("consolidation.title")))
    nav.append((f"{prefix}all/checks/index.html", words.plain("list.checks")))
    nav.append((f"{prefix}all/owners/index.html", words.plain("list.owners")))
    names = ("skip", "main", "search", "search_hint", "search_none", "search_tip", "search_count")
    more = ("search_results", "scheme", "menu", "not_found", "not_found_text")
    return {
        "language": ctx.language,
        "brand": config.site_name if prefix else ctx.settings.institution,
        "catalog": words.plain("start.title"),
        "home": START,
        "nav": nav,
        "footer": words.plain("chrome.footer", day=words.day(ctx.today)),
        **{name: words.plain(f"chrome.{name}") for name in (*names, *more)},
    }
