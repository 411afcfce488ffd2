"""What consolidation shows, in a real browser: both languages, desk and phone, paper, keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from accessible import violations
from bank_pages import PAGES_DAY
from playwright.sync_api import Page, expect
from workspaces import fixed_clock

from catalog.workspace import open_workspace
from lineage.pages.build import build_site

Opener = Callable[..., Page]
CLUSTER = "k/active/index.html"
SHOWN = [
    "all/consolidation/index.html",
    CLUSTER,
    "d/report-monthly/index.html",
    "d/cell-monthly--a/index.html",
]


@pytest.fixture(scope="module")
def folders(site: Path) -> dict[str, Path]:
    """The site in Turkish, and the same workspace's in English."""
    workspace = replace(open_workspace(site.parents[1]), clock=fixed_clock(PAGES_DAY))
    return {"tr": site, "en": build_site(workspace, site.parent / "english", "en").folder}


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("tr", 1280, "dark"), ("tr", 390, "light"), ("en", 1280, "light"), ("en", 390, "dark")],
)
def test_axe_finds_nothing_and_no_page_is_wider_than_the_screen(
    opened: Opener, folders: dict[str, Path], language: str, width: int, scheme: str
) -> None:
    root = f"{folders[language].as_uri()}/"
    size = {"width": width, "height": 900}
    page = opened(root + SHOWN[0], color_scheme=scheme, viewport=size)
    for address in SHOWN:
        page.goto(root + address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_on_paper_the_cases_of_a_cluster_keep_within_the_page(opened: Opener, site: Path) -> None:
    page = opened(f"{site.as_uri()}/{CLUSTER}", viewport={"width": 794, "height": 1123})
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 794
    expect(page.locator(".td-path")).to_be_hidden()


def test_on_a_phone_a_cause_has_its_number_beside_it_and_its_words_below(
    opened: Opener, site: Path
) -> None:
    page = opened(f"{site.as_uri()}/{CLUSTER}", viewport={"width": 390, "height": 800})
    row = page.locator(".td-shares tbody tr").first
    cause, number, words = (one.bounding_box() for one in row.locator("th, td").all())
    assert cause
    assert number
    assert words
    assert abs(cause["y"] - number["y"]) < 5
    assert words["y"] > cause["y"] + cause["height"] - 1
    assert words["width"] > 250


def test_a_page_of_the_navigation_is_in_view_on_a_phone(opened: Opener, site: Path) -> None:
    page = opened(f"{site.as_uri()}/{SHOWN[0]}", viewport={"width": 390, "height": 800})
    here = page.locator(".ways a[aria-current=page]")
    expect(here).to_have_text("Rapor sadeleştirme")
    box = here.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_the_keyboard_alone_leads_from_the_plan_to_a_cluster(opened: Opener, site: Path) -> None:
    page = opened(f"{site.as_uri()}/{SHOWN[0]}")
    link = page.locator("#content a[href$='k/active/index.html']").first
    for _ in range(60):
        page.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    assert link.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{CLUSTER}")
    expect(page.locator("h1")).to_be_visible()
