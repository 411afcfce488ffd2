"""The site in a real browser: from a folder and over HTTP, by keyboard, on a phone, scriptless."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from accessible import violations
from playwright.sync_api import Page, expect

Opener = Callable[..., Page]
PAGES = [
    "index.html",
    "d/attribute-customer.email/index.html",
    "d/measure-active/index.html",
    "d/report-monthly/index.html",
    "d/cell-monthly--a/index.html",
    "d/source-core/index.html",
    "d/dataset-core.customers/index.html",
    "d/field-core.customers.email/index.html",
    "d/entity-customer/index.html",
    "d/touchpoint-letters/index.html",
    "d/team-retail/index.html",
    "d/role-head/index.html",
    "all/attributes/index.html",
    "all/checks/index.html",
    "all/conflicts/index.html",
    "all/runs/index.html",
    "all/run/index.html",
    "all/owners/index.html",
    "all/expiring/index.html",
    "all/truth/index.html",
    "all/corrections/index.html",
    "all/trust/index.html",
    "c/customer.email/index.html",
    "reading/index.html",
]


@pytest.fixture(params=["file", "http"])
def root(request: pytest.FixtureRequest, site: Path, address: str) -> str:
    """The site's address, once as a folder and once over HTTP."""
    return f"{site.as_uri()}/" if request.param == "file" else address


@pytest.mark.parametrize("page", PAGES)
def test_pages_open_without_complaint_or_outside_request(
    opened: Opener, root: str, page: str
) -> None:
    expect(opened(root + page).locator("h1")).to_be_visible()


@pytest.mark.parametrize(
    "query",
    ["müşteri", "MÜŞTERİ", "musteri", "müşterilerin", "aktif müşterimiz", "AKTIF"],
)
def test_search_finds_turkish_words_however_they_are_spelt(
    opened: Opener, root: str, query: str
) -> None:
    page = opened(root + "index.html")
    page.locator("#td-search").fill(query)
    expect(page.locator("#td-found")).to_contain_text("Aktif müşteri")


@pytest.mark.parametrize("query", ["istanbul", "ISTANBUL", "İSTANBUL", "i̇stanbul", "ıstanbulun"])
def test_search_takes_all_letters_i_for_one(opened: Opener, site: Path, query: str) -> None:
    page = opened(f"{site.as_uri()}/index.html")
    page.locator("#td-search").fill(query)
    expect(page.locator("#td-found li").first).to_contain_text("İstanbul district")


def test_search_puts_names_before_texts(opened: Opener, site: Path) -> None:
    page = opened(f"{site.as_uri()}/index.html")
    page.locator("#td-search").fill("customer")
    expect(page.locator("#td-found li").first).to_be_visible()
    page.wait_for_function("window.tekdogruTexts !== undefined")
    titles = page.locator("#td-found .found-title").all_inner_texts()
    assert "Segment" in titles
    assert titles.index("Segment") > 0


def test_search_says_when_it_finds_nothing(opened: Opener, site: Path) -> None:
    page = opened(f"{site.as_uri()}/index.html")
    page.locator("#td-search").fill("<img src=x onerror=alert(1)>")
    expect(page.get_by_role("status")).to_contain_text("Sonuç bulunamadı: “<img")
    expect(page.get_by_role("status")).to_have_css("border-bottom-width", "0px")
    box = page.locator("#td-found").bounding_box()
    assert box is None or box["height"] == 0


def test_the_keyboard_alone_leads_from_the_start_to_a_page(opened: Opener, root: str) -> None:
    page = opened(root + "index.html")
    page.keyboard.press("/")
    page.keyboard.type("e-posta")
    expect(page.get_by_role("option").first).to_contain_text("E-posta adresi")
    page.keyboard.press("ArrowDown")
    assert page.locator("[aria-selected=true]").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/d/attribute-customer.email/index.html")
    expect(page.locator(".td-use-word")).to_have_text("Kullanma")


def test_the_first_tab_stop_skips_to_the_content(opened: Opener, site: Path) -> None:
    page = opened(f"{site.as_uri()}/index.html")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("İçeriğe geç")


def test_everything_but_search_reads_without_script(opened: Opener, site: Path) -> None:
    page = opened(f"{site.as_uri()}/{PAGES[1]}", java_script_enabled=False)
    for text in ("Kullanma", "Sistemler nerede ayrışıyor", "Kime sorulur"):
        expect(page.get_by_text(text, exact=True).first).to_be_visible()
    expect(page.locator("#td-search")).to_be_hidden()
    page.locator("svg.td-map a").first.click()
    page.wait_for_url("**/d/*/index.html")


@pytest.mark.parametrize("page", PAGES)
def test_no_page_is_wider_than_a_phone(opened: Opener, site: Path, page: str) -> None:
    shown = opened(f"{site.as_uri()}/{page}", viewport={"width": 390, "height": 800})
    assert shown.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_chosen_scheme_is_kept_from_page_to_page(opened: Opener, address: str) -> None:
    page = opened(address, color_scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("button", name="Açık ve koyu").click()
    page.goto(address + PAGES[1])
    assert page.evaluate(paper) != light


CHECKS = "all/checks/index.html"


def test_a_list_is_narrowed_and_its_address_says_how(opened: Opener, root: str) -> None:
    page = opened(root + CHECKS)
    lines = page.locator("tbody tr:visible")
    everything = lines.count()
    said = page.locator("[data-td-filter-count]")
    expect(said).to_have_text(f"{everything} satırın {everything} tanesi gösteriliyor")
    page.get_by_label("Sonuç", exact=True).select_option(label="uygun değil")
    expect(lines).to_have_count(1)
    expect(said).to_have_text(f"{everything} satırın 1 tanesi gösteriliyor")
    page.get_by_label("İçerdiği").fill("farklı")
    expect(page).to_have_url(re.compile(r"\?q=farkl%C4%B1&verdict=fail$"))
    shared = opened(page.url)
    expect(shared.locator("tbody tr:visible")).to_have_count(1)
    expect(shared.get_by_label("Sonuç", exact=True)).to_have_value("fail")


def test_a_list_that_nothing_fits_says_so_and_can_be_widened_by_keyboard(
    opened: Opener, site: Path
) -> None:
    page = opened(f"{site.as_uri()}/{CHECKS}?q=nowhere&verdict=unheard")
    expect(page.get_by_text("Uyan satır yok.")).to_be_visible()
    expect(page.locator("table")).to_be_hidden()
    page.get_by_role("button", name="Süzgeçleri temizle").focus()
    page.keyboard.press("Enter")
    expect(page.locator("table")).to_be_visible()
    expect(page).to_have_url(re.compile(CHECKS + "$"))
    expect(page.get_by_label("İçerdiği")).to_be_focused()


def test_without_script_the_whole_list_is_there(opened: Opener, site: Path) -> None:
    page = opened(f"{site.as_uri()}/{CHECKS}?verdict=fail", java_script_enabled=False)
    assert page.locator("tbody tr:visible").count() > 1
    expect(page.locator("form.td-filter")).to_be_hidden()


@pytest.mark.parametrize("query", ["eposta", "e-posta", "E POSTA", "email"])
def test_search_finds_hyphened_names_and_attributes_before_fields(
    opened: Opener, site: Path, query: str
) -> None:
    page = opened(f"{site.as_uri()}/index.html")
    page.locator("#td-search").fill(query)
    first = page.locator("#td-found li").first
    expect(first).to_contain_text("E-posta adresi")
    expect(first).to_contain_text("Veri öğesi")


def test_on_a_phone_a_report_reads_as_one_card_after_another(opened: Opener, site: Path) -> None:
    page = opened(
        f"{site.as_uri()}/d/report-monthly/index.html", viewport={"width": 390, "height": 800}
    )
    boxes = [box.bounding_box() for box in page.locator(".td-sheet .td-box").all()]
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
    assert [box["y"] for box in boxes if box] == sorted({box["y"] for box in boxes if box})


def test_every_cell_of_a_report_is_reached_by_keyboard(opened: Opener, site: Path) -> None:
    page = opened(f"{site.as_uri()}/d/report-monthly/index.html")
    page.locator(".td-sheet").locator("xpath=..").focus()
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("href", "../../d/cell-monthly--a/index.html")


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_cut_off_on_paper(opened: Opener, site: Path, page: str) -> None:
    shown = opened(f"{site.as_uri()}/{page}", viewport={"width": 794, "height": 1123})
    shown.emulate_media(media="print")
    assert shown.evaluate("document.documentElement.scrollWidth") <= 794
    expect(shown.locator("header.house")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing_to_complain_about(
    opened: Opener, site: Path, page: str, width: int, scheme: str
) -> None:
    shown = opened(
        f"{site.as_uri()}/{page}",
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
    )
    shown.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert violations(shown) == []


def test_a_pattern_leads_to_its_case_by_keyboard(opened: Opener, root: str) -> None:
    page = opened(root + "c/customer.email/index.html")
    page.get_by_role("link", name="Örnek 1").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#example-1$"))
    expect(page.locator("#example-1")).to_be_in_viewport()
    expect(page.locator("#example-1 tr.td-won")).to_contain_text("geçerli")


def test_axe_finds_nothing_in_open_search(opened: Opener, site: Path) -> None:
    page = opened(f"{site.as_uri()}/index.html")
    page.locator("#td-search").fill("müşteri")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[aria-selected=true]")).to_be_visible()
    assert violations(page) == []
