"""The editing pages without a browser: who may, what is refused, what is written."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from html import unescape
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from services import FILE, service_workspace, token

from catalog.model.definition import Language
from catalog.service.editing.differences import line_difference, word_difference
from catalog.service.editing.words import texts
from catalog.store.tokens import TokenStore
from catalog.workspace import Workspace
from lineage.service_commands import make_service

EMAIL = "/edit/attribute:customer.email"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return service_workspace(tmp_path / "w")


def browser(workspace: Workspace, language: Language = "en", host: str = "127.0.0.1") -> TestClient:
    app, _ = make_service(workspace, language, open_here=True)
    return TestClient(app, f"http://{host}", follow_redirects=False)


def inputs(page: str) -> dict[str, str]:
    """What a browser would send of the form in the middle of a page."""
    form = page[page.index('<div class="td" id="work">') :]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            found[name[1]] = unescape(value[1]) if value else ""
    for name, text in re.findall(
        r'<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL
    ):
        found[name] = unescape(text)
    for name, options in re.findall(
        r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.search(r'<option value="([^"]*)" selected', options) or re.search(
            r'value="([^"]*)"', options
        )
        assert chosen
        found[name] = unescape(chosen[1])
    return found


def sign_in(client: TestClient, secret: str, **changes: str) -> Response:
    form = inputs(client.get("/sign-in", params={"next": EMAIL}).text)
    return client.post("/sign-in", data={**form, "token": secret, **changes})


@pytest.fixture
def steward(workspace: Workspace) -> TestClient:
    client = browser(workspace)
    assert sign_in(client, token(workspace, "write")).headers["location"] == EMAIL
    return client


def edit(client: TestClient, step: str = "review", path: str = EMAIL, **written: str) -> Response:
    """One step with what the form holds, some of it written anew."""
    return client.post(path, data={**inputs(client.get(path).text), "step": step, **written})


def text_of(workspace: Workspace) -> str:
    return (workspace.root / FILE).read_text("utf-8")


def mistakes(answer: Response) -> list[str]:
    return re.findall(r'<p class="ed-mistake" id="(\w+)-mistake">', answer.text)


# who may


def test_who_is_not_signed_in_is_led_to_the_sign_in_and_back(workspace: Workspace) -> None:
    client = browser(workspace)
    answer = client.get(EMAIL)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fedit%2Fattribute%3Acustomer.email"


def test_a_session_cannot_be_read_by_scripts_nor_be_sent_from_elsewhere(
    workspace: Workspace,
) -> None:
    cookie = sign_in(browser(workspace), token(workspace, "write")).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert "Secure" not in cookie


def test_over_https_a_session_is_kept_to_https(workspace: Workspace) -> None:
    app, _ = make_service(workspace, "en", open_here=True)
    client = TestClient(app, "https://catalog.example", follow_redirects=False)
    assert "Secure" in sign_in(client, token(workspace, "write")).headers["set-cookie"]


@pytest.mark.parametrize("secret", ["", "wrong", "td_00000000_wrong"])
def test_a_wrong_token_opens_no_session(workspace: Workspace, secret: str) -> None:
    client = browser(workspace)
    answer = sign_in(client, secret)
    assert answer.status_code == 422
    assert 'aria-describedby="token-mistake"' in answer.text
    assert client.get(EMAIL).status_code == 303


def test_who_tries_too_often_has_to_wait(workspace: Workspace) -> None:
    client = browser(workspace)
    assert [sign_in(client, "wrong").status_code for _ in range(6)] == [422] * 5 + [429]
    answer = sign_in(client, token(workspace, "write"))
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 61


@pytest.mark.parametrize(
    "changes", [{"form": "forged"}, {"form": ""}],
)  # fmt: skip
def test_a_sign_in_from_a_form_of_somebody_else_is_refused(
    workspace: Workspace, changes: Mapping[str, str]
) -> None:
    assert sign_in(browser(workspace), token(workspace, "write"), **changes).status_code == 403


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "evil"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(workspace: Workspace, target: str) -> None:
    answer = sign_in(browser(workspace), token(workspace, "write"), next=target)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_signing_out_ends_the_session(steward: TestClient) -> None:
    csrf = inputs(steward.get(EMAIL).text)["csrf"]
    assert steward.post("/sign-out", data={"csrf": "forged"}).status_code == 303
    assert steward.get(EMAIL).status_code == 200
    steward.post("/sign-out", data={"csrf": csrf})
    assert steward.get(EMAIL).status_code == 303


def test_a_session_ends_with_its_token(workspace: Workspace, steward: TestClient) -> None:
    store, now = TokenStore(workspace.state_url), workspace.clock.now()
    store.revoke(store.listed()[0].key, now)
    assert steward.get(EMAIL).status_code == 303


def test_a_token_that_may_only_read_edits_nothing(workspace: Workspace) -> None:
    client = browser(workspace)
    sign_in(client, token(workspace, "read"))
    for answer in (client.get(EMAIL), client.post(EMAIL, data={"step": "save", "name": "x"})):
        assert answer.status_code == 403
        assert "may read, not write" in answer.text


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://evil.example"}, {"Origin": "null"}])
def test_a_form_that_somebody_else_made_changes_nothing(
    workspace: Workspace, steward: TestClient, headers: Mapping[str, str]
) -> None:
    form = inputs(steward.get(EMAIL).text) | {"step": "save", "name": "Forged"}
    if not headers:
        form["csrf"] = "guessed"
    answer = steward.post(EMAIL, data=form, headers=headers)
    assert answer.status_code == 403
    assert "Forged" not in text_of(workspace)


def test_the_site_is_open_to_this_machine_by_its_own_name_alone(workspace: Workspace) -> None:
    app, site = make_service(workspace, "en", open_here=True)
    site.build(app.state.service.live.now())
    client = TestClient(app, "http://127.0.0.1", follow_redirects=False)
    assert client.get("/").status_code == 200
    for elsewhere in ({"Host": "evil.example"}, {"X-Forwarded-For": "10.0.0.9"}):
        answer = client.get("/d/x/?y", headers=elsewhere)
        assert (answer.status_code, answer.headers["location"]) == (
            303,
            "/sign-in?next=%2Fd%2Fx%2F",
        )
        assert client.get("/assets/tekdogru/house.css", headers=elsewhere).status_code == 200
        assert client.get("/assets/tekdogru/search-titles.js", headers=elsewhere).status_code == 303
    closed = make_service(workspace, "en", open_here=False)[0]
    assert (
        TestClient(closed, "http://127.0.0.1", follow_redirects=False).get("/").status_code == 303
    )
    sign_in(client, token(workspace, "read"))
    assert client.get("/").status_code == 200


# what is refused


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ({"expires_on": "2027-02-30"}, ["expires_on"]),
        ({"expires_on": "soon"}, ["expires_on"]),
        ({"expires_on": "1.2.27"}, ["expires_on"]),
        ({"name": "  ", "definition": ""}, ["name", "definition"]),
        ({"name": "a\nb"}, ["name"]),
        ({"owner": "nobody"}, ["owner"]),
        ({"status": "great"}, ["status"]),
        ({"review_every": "often"}, ["review_every"]),
        ({"expires_on": ""}, ["expires_on"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_field_and_keeps_what_was_written(
    workspace: Workspace, steward: TestClient, written: dict[str, str], wrong: list[str]
) -> None:
    before = text_of(workspace)
    answer = edit(steward, "save", **written)
    assert (answer.status_code, mistakes(answer)) == (422, wrong)
    assert re.search(r"<(input|select|textarea)[^>]*autofocus", answer.text)
    assert f'href="#{wrong[0]}"' in answer.text
    kept = inputs(answer.text)
    for key, text in written.items():
        assert key in ("owner", "status", "name") or kept[key] == text
    assert text_of(workspace) == before


def test_what_the_whole_catalog_objects_to_is_told_at_the_field(
    workspace: Workspace, steward: TestClient
) -> None:
    before = text_of(workspace)
    answer = edit(
        steward,
        "save",
        "/edit/measure:active",
        calculation="SELECT nonsense AS value FROM customer",
    )
    assert (answer.status_code, mistakes(answer)) == (422, ["calculation"])
    assert "nonsense" in answer.text
    assert text_of(workspace) == before


def test_what_is_only_doubtful_can_be_saved_but_is_told_before(steward: TestClient) -> None:
    answer = edit(steward, expires_on="2026-11-20")
    assert answer.status_code == 200
    assert "look at this" in answer.text
    assert "its review was due on 2026-11-20" in answer.text


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [("/edit/attribute:customer.none", 404, "Nothing is called"), ("/edit/role:head", 404, f"{FILE}:5"),
     ("/edit/nonsense", 404, "Nothing is called")],
)  # fmt: skip
def test_what_cannot_be_edited_here_says_why(
    steward: TestClient, path: str, status: int, said: str
) -> None:
    answer = steward.get(path)
    assert (answer.status_code, said in answer.text) == (status, True)


def test_while_definitions_have_errors_they_are_mended_in_the_files(
    workspace: Workspace, steward: TestClient
) -> None:
    file = workspace.root / FILE
    file.write_text(text_of(workspace).replace("owner: retail", "owner: retial"), "utf-8")
    answer = steward.get(EMAIL)
    assert answer.status_code == 503
    assert "retial" in answer.text


def test_settings_that_cannot_be_read_are_told_on_the_page(
    workspace: Workspace, steward: TestClient
) -> None:
    (workspace.root / "tekdogru.toml").write_text("institution = ", "utf-8")
    answer = steward.get(EMAIL)
    assert answer.status_code == 503
    assert "not TOML" in answer.text


def test_a_form_too_large_is_refused(steward: TestClient) -> None:
    assert steward.post(EMAIL, data={"name": "x" * 600_000}).status_code == 413


# what is written


def test_the_difference_is_shown_before_and_nothing_written_by_it(
    workspace: Workspace, steward: TestClient
) -> None:
    before = text_of(workspace)
    answer = edit(steward, expires_on="31.01.2028", tags="contact, mail")
    assert answer.status_code == 200
    assert "<del>2027</del>-<del>06</del>-<del>30</del>" in answer.text
    assert "<ins>2028</ins>-<ins>01</ins>-<ins>31</ins>" in answer.text
    assert "contact<ins>, mail</ins>" in answer.text
    assert text_of(workspace) == before


def test_saving_writes_what_was_shown_and_keeps_every_comment(
    workspace: Workspace, steward: TestClient
) -> None:
    before = text_of(workspace)
    shown = edit(steward, expires_on="2028-01-31", notes="İki\nsatır")
    saved = steward.post(EMAIL, data={**inputs(shown.text), "step": "save"})
    assert (saved.status_code, saved.headers["location"]) == (303, f"{EMAIL}?saved=1")
    wanted = before.replace("2027-06-30          # agreed", "2028-01-31          # agreed")
    wanted = wanted.replace(
        "    type: email\n", "    notes: |-\n      İki\n      satır\n    type: email\n", 1
    )
    assert text_of(workspace).count("#") == before.count("#")
    assert sorted(text_of(workspace).splitlines()) == sorted(wanted.splitlines())
    assert "Saved in" in steward.get(saved.headers["location"]).text


def test_an_emptied_field_is_taken_out(workspace: Workspace, steward: TestClient) -> None:
    edit(steward, "save", tags="", name_tr="")
    assert "tags:" not in text_of(workspace)
    assert "E-posta adresi" not in text_of(workspace)


def test_nothing_changed_saves_nothing(workspace: Workspace, steward: TestClient) -> None:
    before = (workspace.root / FILE).stat().st_mtime_ns
    answer = edit(steward, "save")
    assert "Nothing was changed" in answer.text
    assert (workspace.root / FILE).stat().st_mtime_ns == before


def test_going_on_editing_loses_nothing(steward: TestClient) -> None:
    shown = edit(steward, name="New name", notes="a\nb")
    again = steward.post(EMAIL, data={**inputs(shown.text), "step": "back"})
    assert (inputs(again.text)["name"], inputs(again.text)["notes"]) == ("New name", "a\nb")


@pytest.mark.parametrize(
    "path", ["/edit/measure:active", "/edit/report:monthly", "/edit/attribute:customer.city"]
)
def test_other_kinds_are_edited_the_same_way(
    workspace: Workspace, steward: TestClient, path: str
) -> None:
    assert edit(steward, "save", path, definition="Said anew.").status_code == 303
    assert "Said anew." in text_of(workspace)


def test_what_was_typed_is_shown_as_text_never_as_markup(steward: TestClient) -> None:
    evil = "<script>alert(1)</script>\"'"
    for answer in (edit(steward, name=evil), edit(steward, name=evil, expires_on="x")):
        assert "<script>alert" not in answer.text


# somebody else


def test_a_file_changed_meanwhile_is_not_overwritten_and_both_texts_are_shown(
    workspace: Workspace, steward: TestClient
) -> None:
    shown = edit(steward, definition="Mine.", tags="contact, mine")
    theirs = text_of(workspace).replace(
        "The address at which the customer agreed to be reached.", "Theirs."
    )
    (workspace.root / FILE).write_text(theirs, "utf-8")
    answer = steward.post(EMAIL, data={**inputs(shown.text), "step": "save"})
    assert answer.status_code == 409
    assert "both changed it" in answer.text
    assert "<del>Theirs</del>" in answer.text
    assert "<ins>Mine</ins>" in answer.text
    assert text_of(workspace) == theirs

    merged = steward.post(EMAIL, data={**inputs(answer.text), "step": "merge"})
    assert inputs(merged.text)["definition"] == "Mine."
    again = steward.post(EMAIL, data={**inputs(merged.text), "step": "save"})
    assert again.status_code == 303
    assert "tags: [contact, mine]" in text_of(workspace)


def test_what_only_they_changed_is_kept_when_mine_is_put_on_top(
    workspace: Workspace, steward: TestClient
) -> None:
    shown = edit(steward, tags="mine")
    theirs = (
        text_of(workspace)
        .replace("agreed to be reached.", "agreed.")
        .replace("# The bank's", "# Our")
    )
    (workspace.root / FILE).write_text(theirs, "utf-8")
    answer = steward.post(EMAIL, data={**inputs(shown.text), "step": "save"})
    assert "both changed it" not in answer.text
    merged = steward.post(EMAIL, data={**inputs(answer.text), "step": "merge"})
    assert steward.post(EMAIL, data={**inputs(merged.text), "step": "save"}).status_code == 303
    assert text_of(workspace) == theirs.replace("tags: [contact]", "tags: [mine]")


def test_mine_can_be_dropped(steward: TestClient) -> None:
    answer = edit(steward, "drop", name="Mine")
    assert (answer.status_code, answer.headers["location"]) == (303, EMAIL)


def test_a_definition_that_has_gone_meanwhile_shows_what_was_written(
    workspace: Workspace, steward: TestClient
) -> None:
    form = inputs(steward.get(EMAIL).text) | {"step": "save", "name": "My long work"}
    (workspace.root / FILE).write_text(
        text_of(workspace).replace("key: customer.email", "key: customer.mail"), "utf-8"
    )
    answer = steward.post(EMAIL, data=form)
    assert answer.status_code == 409
    assert "My long work" in answer.text


# the pages themselves


def test_every_text_is_there_in_both_languages_with_the_same_blanks() -> None:
    blanks = re.compile(r"\{\w+\}")
    for key, (english, turkish) in texts().items():
        assert english.strip(), key
        assert turkish.strip(), key
        if key != "hint.workbook":
            assert sorted(blanks.findall(english)) == sorted(blanks.findall(turkish)), key


def test_every_text_of_the_file_is_used_by_some_page() -> None:
    folder = Path(str(files("catalog.service.editing")))
    used = "".join(p.read_text("utf-8") for p in (*folder.rglob("*.py"), *folder.rglob("*.html")))
    used += Path(str(files("lineage"))).joinpath("served_site.py").read_text("utf-8")
    raw: dict[str, dict[str, Any]] = tomllib.loads((folder / "words.toml").read_text("utf-8"))
    for part in ("page", "sign", "step", "conflict", "trouble"):
        for key in raw[part]:
            assert f"{part}.{key}" in used or key.startswith("kind_"), f"{part}.{key}"


def test_the_pages_speak_turkish(workspace: Workspace) -> None:
    client = browser(workspace, "tr")
    sign_in(client, token(workspace, "write"))
    page = client.get(EMAIL).text
    assert '<html lang="tr">' in page
    assert "<h1>E-posta adresi</h1>" in page
    assert "Gözden geçirme tarihi" in page
    assert inputs(page)["expires_on"] == "30.06.2027"
    assert mistakes(edit(client, expires_on="31.02.2027")) == ["expires_on"]


def test_what_the_program_says_in_english_alone_is_marked_on_turkish_pages(
    workspace: Workspace,
) -> None:
    for language, marked in (("tr", True), ("en", False)):
        client = browser(workspace, language)  # type: ignore[arg-type]
        sign_in(client, token(workspace, "write"))
        path = "/edit/measure:active"
        answer = edit(client, path=path, calculation="SELECT nothing FROM nowhere")
        assert mistakes(answer) == ["calculation"]
        assert ('<span lang="en">' in answer.text) is marked
        own = edit(client, expires_on="31.02.2027")
        assert '<span lang="en">' not in own.text


@pytest.mark.parametrize(
    ("before", "after", "left", "right"),
    [
        ("one two", "one three", "one <del>two</del>", "one <ins>three</ins>"),
        ("", "new", "", "<ins>new</ins>"),
        ("<b>", "<i>", "&lt;<del>b</del>&gt;", "&lt;<ins>i</ins>&gt;"),
        ("Işık ve ısı", "Işık ile ısı", "Işık <del>ve</del> ısı", "Işık <ins>ile</ins> ısı"),
        ("same", "same", "same", "same"),
    ],
)
def test_differences_are_marked_word_by_word(
    before: str, after: str, left: str, right: str
) -> None:
    assert word_difference(before, after) == (left, right)


def test_lines_are_shown_with_their_neighbours_only() -> None:
    old = "\n".join(str(n) for n in range(20))
    lines = line_difference(old, old.replace("\n10\n", "\nten\n"))
    assert [(line.sign, line.number) for line in lines] == [
        ("…", None), (" ", 8), (" ", 9), (" ", 10), ("-", 11), ("+", 11), (" ", 12), (" ", 13), (" ", 14),
    ]  # fmt: skip


def test_a_session_does_not_outlive_its_hours(workspace: Workspace) -> None:
    from dataclasses import replace

    instants = [workspace.clock.now()]
    clock = replace(workspace.clock, instant=lambda: instants[-1])
    client = browser(replace(workspace, clock=clock))
    sign_in(client, token(workspace, "write"))
    assert client.get(EMAIL).status_code == 200
    instants.append(instants[0] + timedelta(hours=11))
    assert client.get(EMAIL).status_code == 303
