"""The site that the service shows: built when that is due, and never silently old."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from bank_pages import result
from bank_portrait import keep_portrait
from fastapi.testclient import TestClient
from kept_runs import record
from services import FILE, service_workspace

from catalog.store.runs import RunStore
from catalog.workspace import Workspace
from lineage.served_site import ServedSite
from lineage.service_commands import make_service


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Workspace, ServedSite, TestClient]]:
    workspace = service_workspace(tmp_path / "w")
    app, site = make_service(workspace, "en", open_here=True)
    site.build(app.state.service.live.now())
    yield workspace, site, TestClient(app, "http://127.0.0.1")
    wait_until_built(site)


def wait_until_built(site: ServedSite) -> None:
    deadline = time.monotonic() + 60
    while (said := site.notice()) and "being built" in said and time.monotonic() < deadline:
        time.sleep(0.1)


def edit(workspace: Workspace, old: str, new: str) -> None:
    file = workspace.root / FILE
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


def test_a_current_site_says_nothing_and_a_restart_does_not_build_it_again(
    served: tuple[Workspace, ServedSite, TestClient],
) -> None:
    workspace, _, client = served
    assert "These pages show" not in client.get("/").text
    time.sleep(2.5)  # until the files are no longer young
    assert "These pages show" not in client.get("/").text
    again, other = make_service(workspace, "en", open_here=True)
    assert other.is_current(again.state.service.live.now())
    turkish = make_service(workspace, "tr", open_here=True)
    assert not turkish[1].is_current(turkish[0].state.service.live.now())


@pytest.mark.long
def test_a_change_is_said_at_once_and_shown_soon(
    served: tuple[Workspace, ServedSite, TestClient],
) -> None:
    workspace, site, client = served
    edit(workspace, "Customers with a city.", "Customers of a city.")
    page = client.get("/d/measure-active/index.html").text
    assert "Newer ones are being built" in page
    assert "Customers with a city." in page
    wait_until_built(site)
    page = client.get("/d/measure-active/index.html").text
    assert "Customers of a city." in page
    assert "These pages show" not in page


@pytest.mark.long
def test_a_new_run_is_a_change_too(served: tuple[Workspace, ServedSite, TestClient]) -> None:
    workspace, site, client = served
    RunStore(workspace.state_url).save(record(1, result("measure:active/computes", "fail")))
    assert "Newer ones are being built" in client.get("/").text
    wait_until_built(site)
    assert "These pages show" not in client.get("/").text


@pytest.mark.long
def test_what_was_resolved_since_is_a_change_too(
    served: tuple[Workspace, ServedSite, TestClient], tmp_path: Path
) -> None:
    workspace, site, client = served
    assert "Not resolved yet" in client.get("/all/truth/index.html").text
    keep_portrait(workspace, tmp_path)
    assert "Newer ones are being built" in client.get("/").text
    wait_until_built(site)
    assert "4,000" in client.get("/all/truth/index.html").text
    assert "These pages show" not in client.get("/").text


def test_while_definitions_have_errors_the_last_sound_pages_stay_and_say_so(
    served: tuple[Workspace, ServedSite, TestClient],
) -> None:
    workspace, _, client = served
    edit(workspace, "owner: retail", "owner: retial")
    page = client.get("/d/measure-active/index.html")
    assert page.status_code == 200
    assert "The present ones have errors" in page.text
    assert "Customers with a city." in page.text
    edit(workspace, "owner: retial", "owner: retail")
    assert "These pages show" not in client.get("/").text


@pytest.mark.long
def test_a_site_that_cannot_be_built_says_why(
    served: tuple[Workspace, ServedSite, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, site, client = served

    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("lineage.served_site.build_site", fail)
    edit(workspace, "Customers with a city.", "Customers of a city.")
    client.get("/")
    wait_until_built(site)
    assert "could not be built: no space left on device" in client.get("/").text


def test_edit_this_leads_to_the_form_unless_a_setting_says_where(tmp_path: Path) -> None:
    workspace = service_workspace(
        tmp_path / "w", '[site]\nedit_url = "https://git.example/{file}#L{line}"\n'
    )
    app, site = make_service(workspace, "en", open_here=True)
    site.build(app.state.service.live.now())
    page = (site.folder / "d/measure-active/index.html").read_text("utf-8")
    assert f'href="https://git.example/{FILE}#L' in page
    assert "/edit/measure" not in page


def test_edit_this_stands_only_where_the_form_can_edit(tmp_path: Path) -> None:
    app, site = make_service(service_workspace(tmp_path / "w"), "en", open_here=True)
    site.build(app.state.service.live.now())
    pages = {
        path.parent.name: path.read_text("utf-8") for path in site.folder.glob("d/*/index.html")
    }
    linked = {name for name, page in pages.items() if 'href="/edit/' in page}
    assert linked
    assert linked == {
        name for name in pages if name.startswith(("attribute-", "measure-", "report-"))
    }
