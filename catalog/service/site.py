"""The built site as the service serves it: its files, who may read them, and how old they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse
from markupsafe import escape

from catalog.clock import Clock
from catalog.service.sessions import Sessions

# What the sign-in page is drawn with; it says nothing of the catalog.
OPEN = (
    "assets/tekdogru/catalog.css",
    "assets/tekdogru/house.css",
    "assets/tekdogru/scheme.js",
    "assets/tekdogru/mark.svg",
)


class Site:
    """The files of a built site; nothing outside its folder is ever served.

    `may_read` decides for each request, `notice` is what has to be said on the pages at present,
    such as that newer definitions are being built. A new build may take the folder's place at any
    time.
    """

    def __init__(
        self,
        folder: Path,
        may_read: Callable[[Request], bool] = lambda request: True,
        notice: Callable[[], str | None] = lambda: None,
    ) -> None:
        self.folder = folder.resolve()
        self._may_read = may_read
        self._notice = notice

    def answer(self, request: Request, path: str) -> Response:
        """The file of a request's path, or why there is none."""
        if path not in OPEN and not self._may_read(request):
            return RedirectResponse(f"/sign-in?{_next(request)}", 303)
        file = find_file(self.folder, path)
        if file is None:
            return self.missing(request)
        if file.name == "index.html" and path and not path.endswith(("/", ".html")):
            return RedirectResponse(f"/{path.lstrip('/')}/")
        return self._page(file, 200)

    def missing(self, request: Request) -> Response:
        """That there is no such page, in the site's own look where people ask."""
        friendly = self.folder / "404.html"
        if friendly.is_file() and "json" not in request.headers.get("accept", ""):
            return self._page(friendly, 404)
        return PlainTextResponse("There is no such page.", status_code=404)

    def _page(self, file: Path, status: int) -> Response:
        notice = self._notice() if file.suffix == ".html" else None
        if notice is None:
            return FileResponse(file, status_code=status, headers={"Cache-Control": "no-cache"})
        said = f'<p class="td-use td-use-care" role="status">{escape(notice)}</p>'
        text = file.read_text("utf-8")
        start = text.find("<main")
        start = text.find(">", start) + 1 if start >= 0 else 0
        headers = {"Cache-Control": "no-store"}
        return HTMLResponse(text[:start] + said + text[start:], status, headers)


def may_read(sessions: Sessions, clock: Clock, open_here: bool) -> Callable[[Request], bool]:
    """Who may read the site: who is signed in; and with `open_here` who asks by a name of this
    machine itself, so that neither a proxy nor a forged name opens it to others.
    """

    def decide(request: Request) -> bool:
        here = request.url.hostname in ("127.0.0.1", "localhost", "::1")
        if open_here and here and "x-forwarded-for" not in request.headers:
            return True
        return sessions.find(request, clock.now()) is not None

    return decide


def find_file(site: Path, path: str) -> Path | None:
    """The file of the site a request's path names, the index of a folder; None if there is none.

    A path that leads out of the site, by `..` or by a link, names nothing.
    """
    if "\x00" in path or "\\" in path:
        return None
    try:
        file = (site / path.lstrip("/")).resolve()
        if file.is_dir():
            file = file / "index.html"
        return file if file.is_relative_to(site) and file.is_file() else None
    except OSError:  # a name longer than the file system bears
        return None


def _next(request: Request) -> str:
    return urlencode({"next": request.url.path})
