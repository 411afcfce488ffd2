"""The FastAPI shell: serves the built site, a health check, and the routers rooms bring."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse
from starlette.exceptions import HTTPException

from catalog.plugins import parts

ROUTES = "tekdogru.routes"
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def create_app(site: Path, plugins: Sequence[str] = ()) -> FastAPI:
    """The service for a built site; routers come from the entry points `tekdogru.routes`.

    Nothing outside `site` is ever served. FastAPI's own documentation pages are left out: they
    load from a CDN.
    """
    app = FastAPI(title="Tekdoğru", docs_url=None, redoc_url=None)
    app.middleware("http")(_harden)

    @app.get("/healthz", response_class=PlainTextResponse)
    def healthz() -> str:
        return "ok"

    for entry in parts(ROUTES, plugins):
        app.include_router(entry.load())
    _serve_site(app, site.resolve())
    return app


def _serve_site(app: FastAPI, site: Path) -> None:
    @app.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
    def page(path: str) -> Response:
        file = find_file(site, path)
        if file is None:
            raise HTTPException(404)
        if file.name == "index.html" and path and not path.endswith(("/", ".html")):
            return RedirectResponse(f"/{path.lstrip('/')}/")
        return FileResponse(file)

    @app.exception_handler(404)
    def missing(request: Request, error: Exception) -> Response:
        friendly = site / "404.html"
        if friendly.is_file() and "json" not in request.headers.get("accept", ""):
            return FileResponse(friendly, status_code=404)
        return PlainTextResponse("There is no such page.", status_code=404)


def find_file(site: Path, path: str) -> Path | None:
    """The file of the site a request's path names, the index of a folder; None if there is none.

    A path that leads out of the site, by `..` or by a link, names nothing.
    """
    if "\x00" in path or "\\" in path:
        return None
    file = (site / path.lstrip("/")).resolve()
    if file.is_dir():
        file = file / "index.html"
    return file if file.is_relative_to(site) and file.is_file() else None


async def _harden(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    response = await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
