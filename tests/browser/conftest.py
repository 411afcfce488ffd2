"""A real browser for the pages; without one the tests are skipped loudly, and fail in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from bank_pages import BANK, PAGES_DAY, bank_run
from bank_plan import keep_plan
from bank_portrait import keep_portrait
from listening import listening
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from workspaces import fixed_clock, write_workspace

from catalog.service.app import create_app
from catalog.store.runs import RunStore
from catalog.workspace import open_workspace
from lineage.pages.build import build_site

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    if CHROMIUM is None:
        message = "NO CHROMIUM: the pages were not opened in a browser; install chromium"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small bank's site in Turkish, with a run and a consolidation plan."""
    folder = write_workspace(
        tmp_path_factory.mktemp("site") / "bank",
        BANK,
        settings='institution = "Çınar Bank"\nlanguage = "tr"\n',
    )
    workspace = replace(open_workspace(folder), clock=fixed_clock(PAGES_DAY))
    RunStore(workspace.state_url).save(bank_run())
    keep_portrait(workspace, tmp_path_factory.mktemp("portrait"))
    keep_plan(workspace)
    return build_site(workspace).folder


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """The same site over HTTP, under the service's own headers."""
    with listening(create_app(site)) as port:
        yield f"http://127.0.0.1:{port}/"


Opener = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opener]:
    """Opens pages in a fresh context; afterwards none may have complained or looked outside."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    requests: list[str] = []

    def open_page(url: str, **options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    assert requests
    assert [u for u in requests if not u.startswith(("file:///", "http://127.0.0.1:"))] == []
