"""The MkDocs plug-in: lets the theme build two empty pages and splices the catalog into them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page as MkDocsPage

from catalog.errors import CatalogInvalid, TekdogruError
from catalog.panels import panel_makers
from catalog.workspace import open_workspace
from lineage.pages import assets
from lineage.pages.chrome import chrome_of
from lineage.pages.context import PageContext
from lineage.pages.reading import read_workspace
from lineage.pages.render import START, render_pages
from lineage.pages.search import Entry, entries_of, write_texts, write_titles
from lineage.pages.splice import PLACEHOLDER, SHELL, SHELL_ADDRESS, Shell, splice


class CatalogOptions(Config):
    """Options of the plug-in in mkdocs.yml."""

    workspace = config_options.Type(str, default=".")
    folder = config_options.Type(str, default="catalog")
    language = config_options.Optional(config_options.Choice(("en", "tr")))


class CatalogPlugin(BasePlugin[CatalogOptions]):
    """Adds a catalog to a MkDocs site below `folder`; an empty folder makes it the whole site."""

    context: PageContext | None = None

    def __init__(self, context: PageContext | None = None, folder: str | None = None) -> None:
        """`context` and `folder` are given when the site is built without mkdocs.yml."""
        self.context = context
        self.folder = folder
        self._guides: list[Entry] = []

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read the workspace, and give the theme its styles, scripts and words."""
        if self.context is None:
            self.context = self._read(config)
        if self.folder is None:
            self.folder = self.config.folder.strip("/")
        prefix = f"{self.folder}/" if self.folder else ""
        config.extra["tekdogru"] = chrome_of(self.context, prefix, config)
        config.extra_css.extend(f"{assets.ADDRESS}/{name}" for name in assets.STYLES)
        config.extra_javascript.extend(f"{assets.ADDRESS}/{name}" for name in assets.SCRIPTS)
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add the two placeholders, styles, scripts and an empty search index."""
        for address in (START, SHELL_ADDRESS):
            source = self._below(address).replace(".html", ".md")
            if files.get_file_from_path(source):
                raise PluginError(
                    f"tekdogru: the site has a page {source} of its own; set `folder:` of the "
                    "plug-in to a folder that holds no page"
                )
            files.append(_generated(config, source, PLACEHOLDER))
        for address, path in assets.asset_files().items():
            files.append(File.generated(config, address, abs_src_path=str(path)))
        return files

    def on_page_content(
        self, html: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files
    ) -> str:
        """Remember hand-written pages, so that search finds them too."""
        if SHELL not in page.file.src_uri and page.file.src_uri != self._below("index.md"):
            text = " ".join(_text_of(html).split())
            title = str(page.title or page.file.name)
            self._guides.append(Entry(title, "", page.file.dest_uri, text=text[:5000]))
        return html

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Splice every page of the catalog into the shells, then write the search index."""
        assert self.context is not None
        site = Path(config.site_dir)
        start_file, shell_file = (site / self._below(a) for a in (START, SHELL_ADDRESS))
        shells = [_cut(file) for file in (start_file, shell_file)]
        panels = panel_makers(self.context.settings.plugins)
        splice(render_pages(self.context, panels), shells[0], shells[1], site / (self.folder or ""))
        shell_file.unlink()
        shell_file.parent.rmdir()
        self._write_index(site)

    def _write_index(self, site: Path) -> None:
        assert self.context is not None
        found = [_moved(entry, self._below(entry.address)) for entry in entries_of(self.context)]
        entries = [*found, *self._guides]
        for name, text in (("titles", write_titles(entries)), ("texts", write_texts(entries))):
            (site / assets.ADDRESS / f"search-{name}.js").write_text(text, encoding="utf-8")

    def _below(self, address: str) -> str:
        return f"{self.folder}/{address}" if self.folder else address

    def _read(self, config: MkDocsConfig) -> PageContext:
        base = Path(config.config_file_path or "mkdocs.yml").parent
        try:
            return read_workspace(
                open_workspace(base / self.config.workspace), self.config.language
            )
        except CatalogInvalid as error:
            raise PluginError("\n".join(["tekdogru:", *map(str, error.problems)])) from None
        except TekdogruError as error:
            raise PluginError(f"tekdogru: {error}") from None


def _generated(config: MkDocsConfig, source: str, content: str) -> File:
    """A page that is in no navigation."""
    return File.generated(config, source, content=content, inclusion=InclusionLevel.NOT_IN_NAV)


def _cut(file: Path) -> Shell:
    try:
        return Shell.cut(file.read_text("utf-8"))
    except ValueError as error:
        raise PluginError(f"tekdogru: {error}; use a theme that shows page contents") from None


def _moved(entry: Entry, address: str) -> Entry:
    from dataclasses import replace

    return replace(entry, address=address)


def _text_of(html: str) -> str:
    from markupsafe import Markup

    return Markup(html).striptags()  # noqa: S704


__all__: list[Any] = ["CatalogOptions", "CatalogPlugin"]
