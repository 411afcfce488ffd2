"""The editing page in a real browser: a mistake, its correction, the difference, saving, a clash."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from examples import DEEP
from playwright.sync_api import Browser, Page, expect
from services import DEFINITIONS, FILE, Running, running_service, service_workspace, token

AXE = Path(__file__).parent / "axe" / "axe.min.js"
EMAIL = "edit/attribute:customer.email"
pytestmark = pytest.mark.long
# What Chromium itself says of an answer that is no success, and of focus that htmx sets.
CHROMIUM_SAYS = ("the server responded with a status of 4", "Autofocus processing was blocked")


@pytest.fixture(scope="module", params=["en", "tr"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Running, str]]:
    """The service and a token that may write."""
    workspace = service_workspace(tmp_path_factory.mktemp("editor") / "bank")
    secret = token(workspace, "write")
    with running_service(workspace, request.param) as running:
        yield running, secret


@pytest.fixture(params=["scripts", "no scripts"])
def page(
    request: pytest.FixtureRequest, browser: Browser, service: tuple[Running, str]
) -> Iterator[Page]:
    """The form, signed in by its token, with the file as it was; nothing may be complained of."""
    running, secret = service
    running.file.write_text(DEFINITIONS, "utf-8")
    complaints: list[str] = []
    context = browser.new_context(java_script_enabled=request.param == "scripts")
    opened = context.new_page()
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "request",
        lambda asked: asked.url.startswith(running.address) or complaints.append(asked.url),
    )
    sign_in(opened, running, secret)
    yield opened
    context.close()
    assert [said for said in complaints if not any(known in said for known in CHROMIUM_SAYS)] == []


def sign_in(page: Page, running: Running, secret: str) -> None:
    """By keyboard alone: the field has the focus already."""
    page.goto(f"{running.address}/{EMAIL}")
    expect(page.locator("#token")).to_be_focused()
    page.keyboard.type(secret)
    page.keyboard.press("Enter")
    expect(page.locator("#expires_on")).to_be_visible()


def press(page: Page, step: str) -> None:
    page.locator(f"button[value={step}]").click()


def test_a_review_date_is_changed_with_a_mistake_corrected_compared_and_saved(
    page: Page, service: tuple[Running, str]
) -> None:
    running, _ = service
    page.locator("#expires_on").fill("2027-02-30")
    press(page, "review")
    expect(page.locator("#expires_on-mistake")).to_contain_text("2027-02-30")
    expect(page.locator("#expires_on")).to_be_focused()
    expect(page.locator(".ed-summary a")).to_have_attribute("href", "#expires_on")
    assert running.file.read_text("utf-8") == DEFINITIONS

    page.keyboard.press("Control+A")
    page.keyboard.type("31.01.2028")
    press(page, "review")
    expect(page.locator(".ed-difference ins").first).to_contain_text(
        "31" if page.locator("html[lang=tr]").count() else "2028"
    )
    expect(page.locator(".ed-came code")).to_contain_text("expires_on: 2028-01-31")
    assert running.file.read_text("utf-8") == DEFINITIONS

    press(page, "save")
    expect(page.locator(".ed-said")).to_contain_text(FILE)
    wanted = DEFINITIONS.replace(
        "expires_on: 2027-06-30          # agreed with the board",
        "expires_on: 2028-01-31          # agreed with the board",
    )
    assert running.file.read_text("utf-8") == wanted


def test_a_file_changed_meanwhile_is_not_overwritten(
    page: Page, service: tuple[Running, str]
) -> None:
    running, _ = service
    page.locator("#definition").fill("My own words.")
    press(page, "review")
    expect(page.locator(".ed-difference")).to_be_visible()
    theirs = DEFINITIONS.replace("the customer agreed", "the client agreed")
    running.file.write_text(theirs, "utf-8")
    press(page, "save")
    expect(page.locator(".ed-clash")).to_contain_text("client")
    expect(page.locator(".ed-clash")).to_contain_text("My own words.")
    assert running.file.read_text("utf-8") == theirs
    press(page, "merge")
    expect(page.locator("#definition")).to_have_value("My own words.")
    press(page, "review")
    press(page, "save")
    expect(page.locator(".ed-said")).to_be_visible()
    assert (
        "      My own words.\n    owner: head                     # until the merger"
        in running.file.read_text("utf-8")
    )


@pytest.mark.parametrize("page", ["scripts"], indirect=True)
def test_the_keyboard_alone_leads_through_a_whole_edit(
    page: Page, service: tuple[Running, str]
) -> None:
    running, _ = service
    page.locator("#name").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("E-mail of the customer")
    page.keyboard.press("Enter")
    expect(page.locator(".ed-difference")).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.locator("button[value=save]:focus").count():
            break
    page.keyboard.press("Enter")
    expect(page.locator(".ed-said")).to_be_visible()
    assert "name: E-mail of the customer            # as in the brochure" in running.file.read_text(
        "utf-8"
    )


DATA = "no,email,city,score\n1,ayse@b.co,Van,1\n2,CAN@B.CO,,2\n"


def simulated(page: Page, running: Running, data: str | None, calculation: str) -> None:
    """Ask what another calculation of a measure would give, and wait for the answer."""
    file = running.workspace.root / "core.csv"
    if data is None:
        file.unlink(missing_ok=True)
    else:
        file.write_text(data, "utf-8")
    page.goto(f"{running.address}/edit/measure:active")
    page.locator("#calculation").fill(calculation)
    press(page, "review")
    expect(page.locator("#simulation")).to_have_count(0)
    press(page, "simulate")
    expect(page.locator("#simulation-title")).to_be_visible()


def test_what_an_edit_would_do_to_the_data_is_seen_before_it_is_saved(
    page: Page, service: tuple[Running, str]
) -> None:
    running, _ = service
    simulated(page, running, DATA, "SELECT count(*) AS value FROM customer")
    asked_again = page.locator("#simulation a[target=_blank]")
    shown = page
    if asked_again.is_visible():  # without scripts the answer opens beside the form
        with page.context.expect_page() as opened:
            asked_again.click()
        shown = opened.value
    for _ in range(60):
        if shown.locator("#simulation table").count():
            break
        page.wait_for_timeout(500)
        if shown is not page:
            shown.reload()
    moved = shown.locator("#simulation table tbody tr").first
    expect(moved.locator("td")).to_have_text(["1", "2", "+1"])
    assert running.file.read_text("utf-8") == DEFINITIONS
    press(page, "save")
    expect(page.locator(".ed-said")).to_be_visible()


@pytest.mark.parametrize("page", ["scripts"], indirect=True)
def test_edit_this_leads_from_a_page_of_the_site_to_its_form(
    page: Page, service: tuple[Running, str]
) -> None:
    running, _ = service
    page.goto(f"{running.address}/d/measure-active/index.html")
    page.locator('a[href="/edit/measure:active"]').click()
    expect(page.locator("#calculation")).to_have_value(
        "SELECT count(*) AS value FROM customer WHERE city IS NOT NULL"
    )


@pytest.mark.parametrize("page", ["scripts"], indirect=True)
def test_after_a_change_the_site_says_that_it_is_being_built_and_then_is_new(
    page: Page, service: tuple[Running, str]
) -> None:
    running, _ = service
    text = running.file.read_text("utf-8").replace(
        "Customers with a city.", "Customers with any city."
    )
    running.file.write_text(text, "utf-8")
    page.goto(f"{running.address}/d/measure-active/index.html")
    expect(page.locator("p[role=status].td-use-care")).to_be_visible()
    for _ in range(60):
        page.wait_for_timeout(500)
        page.reload()
        if not page.locator("p[role=status].td-use-care").count():
            break
    expect(page.get_by_text("Customers with any city.").first).to_be_visible()


SEEN = [("en", 1280, "light"), ("en", 390, "dark"), ("tr", 1280, "dark"), ("tr", 390, "light")]
OTHERWISE = [("en", 1280, "dark"), ("en", 390, "light"), ("tr", 1280, "light"), ("tr", 390, "dark")]


@pytest.mark.parametrize(
    ("service", "width", "scheme"), [*SEEN, *(OTHERWISE if DEEP else [])], indirect=["service"]
)
def test_axe_finds_nothing_in_any_step_and_no_step_is_wider_than_the_screen(
    browser: Browser, service: tuple[Running, str], width: int, scheme: str
) -> None:
    """Every two of language, width and scheme meet; with `DEEP=1` every three."""
    running, secret = service
    running.file.write_text(DEFINITIONS, "utf-8")
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        bypass_csp=True,  # type: ignore[arg-type]
    )
    page = context.new_page()
    page.goto(f"{running.address}/{EMAIL}")
    examine(page, width)
    sign_in(page, running, secret)
    examine(page, width)
    page.locator("#expires_on").fill("2027-02-30")
    page.locator("#name").fill("")
    press(page, "review")
    expect(page.locator(".ed-summary")).to_be_visible()
    examine(page, width)
    page.locator("#expires_on").fill("2026-11-20")
    page.locator("#name").fill("New")
    page.locator("#definition").fill("A new and long text. " * 20)
    press(page, "review")
    expect(page.locator(".ed-watch")).to_be_visible()
    examine(page, width)
    running.file.write_text(DEFINITIONS.replace("name: E-mail address", "name: Theirs"), "utf-8")
    press(page, "save")
    expect(page.locator(".ed-clash")).to_be_visible()
    examine(page, width)
    page.goto(f"{running.address}/edit/role:head")
    examine(page, width)
    running.file.write_text(DEFINITIONS, "utf-8")
    for data in (DATA, None):
        simulated(page, running, data, f"SELECT count(*) AS value FROM customer -- {width}{scheme}")
        examine(page, width)
        expect(page.locator("#simulation:not([hx-get])")).to_be_visible(timeout=30_000)
        expect(page.locator("#simulation .ed-watch")).to_have_count(0 if data else 1)
        examine(page, width)
    context.close()


def examine(page: Page, width: int) -> None:
    """What axe-core objects to, rule by rule with the first element: nothing."""
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run({preload: false}).then(result => result.violations)")
    assert [f"{v['id']}: {json.dumps(v['nodes'][0]['html'])[:200]}" for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
