"""An edit's effect on the data is seen before it is saved, computed in the background."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from markupsafe import Markup
from services import DEFINITIONS, FILE, service_workspace, token

from catalog.errors import TekdogruError
from catalog.model import Catalog
from catalog.model.definition import Language
from catalog.proposals import Proposed
from catalog.service.editing import simulating
from catalog.service.editing.simulating import MOST_KEPT, MOST_WAITING, Job, Simulations
from catalog.workspace import Workspace
from lineage.service_commands import make_service

EMAIL = "/edit/attribute:customer.email"
DATED = DEFINITIONS.replace(
    "{key: no, type: code}, {key: email, type: email}",
    "{key: no, type: code}, {key: at, type: date}, {key: email, type: email}",
).replace("id: no\n", "id: no\n        confirmed_at: {field: at, means: confirmed}\n")
ROWS = "no,at,email,city,score\n1,2026-01-05,ayse@b.co,Van,1\n2,2026-10-10,can@b.co,,2\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = service_workspace(tmp_path / "w")
    assert "confirmed_at" in DATED
    (made.root / FILE).write_text(DATED, "utf-8")
    (made.root / "core.csv").write_text(ROWS, "utf-8")
    return made


def signed_in(workspace: Workspace, language: Language = "en", scope: str = "write") -> TestClient:
    app, _ = make_service(workspace, language, open_here=True)
    client = TestClient(app, "http://127.0.0.1", follow_redirects=False)
    form = inputs(client.get("/sign-in", params={"next": EMAIL}).text)
    client.post("/sign-in", data={**form, "token": token(workspace, scope)})  # type: ignore[arg-type]
    return client


def inputs(page: str) -> dict[str, str]:
    """What a browser would send of the form of a page."""
    form = page[page.index('id="work"') :]
    found = {
        name: unescape(value)
        for name, value in re.findall(r'<input[^>]*name="([^"]*)"[^>]*?value="([^"]*)"', form)
    }
    texts = re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL)
    found |= {name: unescape(text) for name, text in texts}
    chosen = re.findall(
        r'<select[^>]*name="([^"]*)".*?<option value="([^"]*)" selected', form, re.DOTALL
    )
    return found | {name: unescape(value) for name, value in chosen}


def simulate(client: TestClient, **written: str) -> Response:
    form = inputs(client.get(EMAIL).text)
    return client.post(EMAIL, data={**form, **written, "step": "simulate"})


def section(page: str) -> str:
    return page[page.index('<section id="simulation"') : page.index("</section>")]


def outcome(client: TestClient, answer: Response) -> str:
    """What is shown when the simulation has ended, as a page that asks again sees it."""
    shown, deadline = section(answer.text), time.monotonic() + 60
    while (
        found := re.search(r'hx-get="(/simulation/\w+)"', shown)
    ) and time.monotonic() < deadline:
        time.sleep(0.1)
        shown = section(client.get(found[1]).text)
    return shown


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "Golden values: 1 would change"), ("tr", "Altın değerler: 1 değer değişir")],
)
def test_the_effect_is_shown_beside_the_difference_and_nothing_is_saved(
    workspace: Workspace, language: Language, told: str
) -> None:
    client = signed_in(workspace, language)
    answer = simulate(client, valid_for="100d")
    assert answer.status_code == 200
    assert 'value="save"' in answer.text
    shown = outcome(client, answer)
    assert told in shown
    assert "become stale: 1" in shown or "süresi geçen: 1" in shown
    assert "a…o" in shown
    assert "ayse@" not in shown
    assert (workspace.root / FILE).read_text("utf-8") == DATED


def test_an_edit_that_decides_nothing_says_so_and_reads_no_data(workspace: Workspace) -> None:
    (workspace.root / "core.csv").unlink()
    client = signed_in(workspace)
    shown = outcome(client, simulate(client, definition="Where the customer is reached."))
    assert "No data was read" in shown


def test_a_source_that_cannot_be_read_is_unknown_not_unchanged(workspace: Workspace) -> None:
    (workspace.root / "core.csv").unlink()
    client = signed_in(workspace)
    shown = outcome(client, simulate(client, valid_for="100d"))
    assert "Not known" in shown
    assert "core.customers cannot be read" in unescape(shown)
    assert "Golden values" not in shown


def test_a_mistake_is_told_at_its_field_and_nothing_is_computed(workspace: Workspace) -> None:
    client = signed_in(workspace)
    answer = simulate(client, valid_for="soon")
    assert answer.status_code == 422
    assert 'id="valid_for-mistake"' in answer.text
    assert 'id="simulation"' not in answer.text


def test_who_may_not_write_sees_no_simulation(workspace: Workspace) -> None:
    writer = signed_in(workspace)
    found = re.search(r"/simulation/\w+", simulate(writer, valid_for="100d").text)
    assert found
    client = writer
    client.cookies.clear()
    assert client.get(found[0]).status_code == 303
    assert signed_in(workspace, scope="read").get("/simulation/none").status_code == 403


def test_one_that_is_not_kept_is_told_as_such(workspace: Workspace) -> None:
    answer = signed_in(workspace).get("/simulation/none")
    assert answer.status_code == 404
    assert "not kept any more" in answer.text


# the keeper of simulations


def proposed(workspace: Workspace) -> Proposed:
    return Proposed(workspace, Catalog(), Catalog(), "a.yml", "en", str)


def ended(job: Job | None) -> Job:
    assert job is not None
    job.result.exception(timeout=10)
    return job


def test_an_edit_is_computed_once_at_a_time_and_anew_when_it_is_asked_for_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    go = threading.Event()

    def maker(_: Proposed, __: object) -> Markup:
        go.wait(10)
        asked.append(1)
        if len(asked) == 1:
            raise TekdogruError("the engine is tired")
        return Markup("<p>told</p>")

    monkeypatch.setattr(simulating, "simulators", lambda _: (maker,))
    kept = Simulations()
    begun = [kept.begin("k", "u", "t", proposed(workspace)) for _ in range(3)]
    go.set()
    first = ended(begun[0])
    assert begun == [first] * 3
    assert (first.state, first.why) == ("failed", "the engine is tired")
    job = ended(kept.begin("k", "u", "t", proposed(workspace)))
    assert (job.state, job.html, len(asked)) == ("done", "<p>told</p>", 2)


def test_what_nobody_foresaw_ends_a_simulation_too(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def maker(_: Proposed, __: object) -> Markup:
        raise ZeroDivisionError

    monkeypatch.setattr(simulating, "simulators", lambda _: (maker,))
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    job = ended(Simulations().begin("k", "u", "t", proposed(workspace)))
    assert (job.state, job.why) == ("failed", None)


def test_only_some_wait_and_only_some_are_kept(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()

    def maker(_: Proposed, __: object) -> Markup:
        go.wait(10)
        return Markup("")

    monkeypatch.setattr(simulating, "simulators", lambda _: (maker,))
    kept, one = Simulations(), proposed(workspace)
    begun = [kept.begin(f"k{n}", "u", "t", one) for n in range(MOST_WAITING + 1)]
    assert begun[-1] is None
    go.set()
    for job in begun[:-1]:
        ended(job)
    for n in range(MOST_KEPT + 5):
        ended(kept.begin(f"later{n}", "u", "t", replace(one)))
    assert kept.find("k0") is None
    assert kept.find(f"later{MOST_KEPT + 4}") is not None
