"""Finds what the site is made of beside the catalog: overrides, styles, scripts, pages."""

from __future__ import annotations

from pathlib import Path

from catalog.errors import TekdogruError
from catalog.model.definition import Language

ADDRESS = "assets/tekdogru"
STYLES = ("catalog.css",)
HOUSE_STYLES = ("house.css",)
SCRIPTS = ("catalog.js",)
HOUSE_SCRIPTS = ("scheme.js",)
GUIDES: dict[Language, str] = {"en": "reading.md", "tr": "okuma.md"}


def site_folder() -> Path:
    """The packaged copy of `site/`, else the one of the checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "_site", package.parent / "site"):
        if (folder / "overrides").is_dir():
            return folder
    raise TekdogruError(
        "the parts of the site are missing from this installation; install tekdogru again"
    )


def asset_files() -> dict[str, Path]:
    """Every style, script and image by its address in the site."""
    folder = site_folder()
    styles = {name: folder / "styles" / name for name in (*STYLES, *HOUSE_STYLES)}
    scripts = {name: folder / "scripts" / name for name in (*SCRIPTS, *HOUSE_SCRIPTS)}
    found = {**styles, **scripts, "mark.svg": folder / "images" / "mark.svg"}
    return {f"{ADDRESS}/{name}": path for name, path in found.items()}


def guide_file(language: Language) -> Path:
    """The page that explains the site, in that language."""
    return site_folder() / "pages" / GUIDES[language]
