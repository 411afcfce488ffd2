"""Builds the site of a workspace beside the old one and changes them over when it is whole."""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config.defaults import MkDocsConfig

from catalog.errors import TekdogruError, UsageError
from catalog.model.definition import Language
from catalog.workspace import Workspace
from lineage.pages import assets
from lineage.pages.context import PageContext
from lineage.pages.plugin import CatalogPlugin
from lineage.pages.reading import read_workspace

MARKER = f"{assets.ADDRESS}/search-titles.js"
GUIDE = "reading/index.md"


@dataclass(frozen=True)
class Built:
    """What was built: where, how many pages of definitions, in how many seconds."""

    folder: Path
    definitions: int
    seconds: float


def build_site(
    workspace: Workspace, output: Path | None = None, language: Language | None = None
) -> Built:
    """Build the site to `output` (default: `site` in the workspace's output folder).

    An old site stays until the new one is whole. UsageError when `output` holds something else.
    """
    started = time.perf_counter()
    folder = (output or workspace.output / "site").resolve()
    _refuse_foreign(folder, workspace)
    context = read_workspace(workspace, language)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".site-", dir=folder.parent) as scratch:
        _build(context, Path(scratch))
        _change_over(Path(scratch) / "site", folder, Path(scratch) / "old")
    return Built(folder, len(context.visible), time.perf_counter() - started)


def _build(context: PageContext, scratch: Path) -> None:
    pages = scratch / "pages"
    guide = pages / GUIDE
    guide.parent.mkdir(parents=True)
    shutil.copyfile(assets.guide_file(context.language), guide)
    build(_config(context, scratch, pages))
    for unused in ("javascripts", "stylesheets", "images"):
        shutil.rmtree(scratch / "site" / "assets" / unused, ignore_errors=True)


def _config(context: PageContext, scratch: Path, pages: Path) -> MkDocsConfig:
    settings = context.settings
    config = MkDocsConfig(config_file_path=str(scratch / "mkdocs.yml"))
    config.load_dict(
        {
            "site_name": settings.site.title or settings.institution,
            "docs_dir": str(pages),
            "site_dir": str(scratch / "site"),
            "use_directory_urls": False,
            "theme": {
                "name": "material",
                "custom_dir": str(assets.site_folder() / "overrides"),
                "language": context.language,
                "font": False,
            },
            "nav": [{context.words.plain("start.reading"): GUIDE}],
            "plugins": [],
            "markdown_extensions": ["attr_list", "def_list", "tables"],
        }
    )
    errors, _ = config.validate()
    if errors:
        raise TekdogruError(
            "the site cannot be configured: " + "; ".join(f"{k}: {e}" for k, e in errors)
        )
    config.plugins["tekdogru"] = CatalogPlugin(context, folder="")
    return config


def _refuse_foreign(folder: Path, workspace: Workspace) -> None:
    if workspace.root.is_relative_to(folder):
        raise UsageError(f"--output {folder} holds the workspace itself; name a folder of its own")
    if folder.is_file():
        raise UsageError(f"--output {folder} is a file; name a folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARKER).is_file():
        raise UsageError(
            f"--output {folder} holds files that are not a site of ours, which building would "
            "delete; empty it yourself or name another folder"
        )


def _change_over(new: Path, folder: Path, old: Path) -> None:
    if folder.exists():
        folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
