"""The commands `tekdogru site build` and `tekdogru site serve`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.options import WorkspaceOption

if TYPE_CHECKING:
    from lineage.pages.build import Built

app = typer.Typer(help="Build and serve the site people read.", no_args_is_help=True)


class SiteLanguage(StrEnum):
    """The languages the site speaks."""

    en = "en"
    tr = "tr"


OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="Folder of the site (default: build/site).")
]
LanguageOption = Annotated[
    SiteLanguage | None, typer.Option("--language", help="en or tr (default: the workspace's).")
]


@app.command("build")
def build_command(
    workspace: WorkspaceOption = None, output: OutputOption = None, language: LanguageOption = None
) -> None:
    """Build the site of a workspace; it opens from its folder as well as from a server."""
    built = _build(workspace, output, language)
    typer.echo(f"Open {built.folder / 'index.html'}")


@app.command("serve")
def serve_command(
    workspace: WorkspaceOption = None,
    output: OutputOption = None,
    language: LanguageOption = None,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port.")] = 8000,
    host: Annotated[str, typer.Option("--host", help="Address to listen at.")] = "127.0.0.1",
) -> None:
    """Build the site, then serve it until interrupted."""
    from catalog.service.serving import claim_port, serve
    from catalog.workspace import open_workspace

    listener = claim_port(host, port)
    try:
        built = _build(workspace, output, language)
        plugins = open_workspace(workspace).settings.plugins
        shown = f"[{host}]" if ":" in host else host
        typer.echo(f"Serving at http://{shown}:{port}/ (Ctrl+C ends it)")
        serve(built.folder, plugins, listener)
    finally:
        listener.close()


def _build(workspace: Path | None, output: Path | None, language: SiteLanguage | None) -> Built:
    from catalog.workspace import open_workspace
    from lineage.pages.build import build_site

    built = build_site(open_workspace(workspace), output, language.value if language else None)
    typer.echo(f"Built {built.definitions:,} definitions in {built.seconds:.1f} s: {built.folder}")
    return built
