"""The commands `tekdogru site build` and `tekdogru site serve`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.options import LanguageChoice, LanguageOption, WorkspaceOption

if TYPE_CHECKING:
    from catalog.workspace import Workspace
    from lineage.pages.build import Built

app = typer.Typer(help="Build and serve the site people read.", no_args_is_help=True)


OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="Folder of the site (default: build/site).")
]


@app.command("build")
def build_command(
    workspace: WorkspaceOption = None, output: OutputOption = None, language: LanguageOption = None
) -> None:
    """Build the site of a workspace; it opens from its folder as well as from a server."""
    from catalog.workspace import open_workspace

    built = _build(open_workspace(workspace), output, language)
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
        opened = open_workspace(workspace)
        built = _build(opened, output, language)
        shown = f"[{host}]" if ":" in host else host
        typer.echo(f"Serving at http://{shown}:{port}/ (Ctrl+C ends it)")
        serve(built.folder, listener)
    finally:
        listener.close()


def _build(workspace: Workspace, output: Path | None, language: LanguageChoice | None) -> Built:
    from lineage.pages.build import build_site

    built = build_site(workspace, output, language.value if language else None)
    typer.echo(f"Built {built.definitions:,} definitions in {built.seconds:.1f} s: {built.folder}")
    return built
