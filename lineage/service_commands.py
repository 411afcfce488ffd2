"""The command `serve`: site, read API and editing pages at one address."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.options import LanguageOption, WorkspaceOption

if TYPE_CHECKING:
    from fastapi import FastAPI

    from catalog.model.definition import Language
    from catalog.service.live import View
    from catalog.workspace import Workspace
    from lineage.served_site import ServedSite

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve(
    workspace: WorkspaceOption = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port.")] = 8000,
    language: LanguageOption = None,
) -> int:
    """Serve the site at /, the read API under /api/v1 and the editing pages, until interrupted."""
    from catalog.service.serving import claim_port, listen
    from catalog.workspace import open_workspace

    opened = open_workspace(workspace)
    listener = claim_port(host, port)
    try:
        spoken = language.value if language else opened.settings.language
        app, site = make_service(opened, spoken, open_here=host in LOOPBACK)
        _bring_up_to_date(site, app.state.service.live.now())
        shown = f"[{host}]" if ":" in host else host
        typer.echo(f"Serving at http://{shown}:{port}/ (Ctrl+C ends it)")
        typer.echo("The API and the editing pages ask for a token: tekdogru token issue --name …")
        listen(app, listener)
    finally:
        listener.close()
    return 0


def make_service(
    workspace: Workspace, language: Language, *, open_here: bool
) -> tuple[FastAPI, ServedSite]:
    """The application and its site, which is not built yet.

    `open_here` lets those who ask from this machine by its own name read the site without
    signing in. The history is made where there is none, for it keeps the tokens.
    """
    from catalog.service.app import create_service
    from catalog.service.asking import Service
    from catalog.service.editing.rendering import Renderer
    from catalog.service.live import Live
    from catalog.service.sessions import Sessions
    from catalog.service.site import Site, may_read
    from catalog.store.tokens import TokenStore
    from lineage.pages.addresses import address_of
    from lineage.served_site import ServedSite

    settings = workspace.settings
    tokens = TokenStore(workspace.state_url)
    live = Live(workspace)
    served = ServedSite(live, workspace.output / f"service-site-{language}", language)
    sessions = Sessions(tokens)
    service = Service(
        live=live,
        tokens=tokens,
        clock=workspace.clock,
        renderer=Renderer(language, settings.language, settings.institution),
        sessions=sessions,
        page_address=lambda urn: f"/{address_of(urn)}",
    )
    site = Site(served.folder, may_read(sessions, workspace.clock, open_here), served.notice)
    return create_service(site, service, settings.plugins), served


def _bring_up_to_date(site: ServedSite, view: View) -> None:
    """Build the site where that is due, and say so; an old one has to do while there are errors."""
    from catalog.errors import CatalogInvalid

    if site.is_current(view):
        typer.echo(f"The site is up to date: {_shown(site.folder)}")
    elif not view.errors:
        typer.echo("Building the site …")
        built = site.build(view)
        typer.echo(f"Built {built.definitions:,} definitions in {built.seconds:.1f} s")
    elif site.folder.is_dir():
        for problem in view.errors:
            typer.echo(str(problem), err=True)
        typer.echo(
            "The definitions have errors: the site of the last valid ones is shown", err=True
        )
    else:
        raise CatalogInvalid(view.errors)


def _shown(folder: Path) -> str:
    try:
        return str(folder.relative_to(Path.cwd()))
    except ValueError:
        return str(folder)
