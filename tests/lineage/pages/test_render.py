"""What the pages say, and what they never say."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from posixpath import join, normpath

import pytest
from bank_pages import AGREE, EVIL, bank_catalog, bank_context, bank_run

from catalog.model import Catalog
from catalog.panels import panel_makers
from catalog.settings import Settings, SiteSettings
from lineage.graph import build_lineage
from lineage.pages.context import PageContext
from lineage.pages.render import render_pages, render_site

EMAIL = "d/attribute-customer.email/index.html"


def pages_of(ctx: PageContext) -> dict[str, str]:
    return {page.address: page.html for page in render_pages(ctx, panel_makers())}


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_every_internal_link_leads_to_a_page(tmp_path: Path) -> None:
    pages = pages_of(bank_context(tmp_path, bank_run()))
    for address, html in pages.items():
        for href in re.findall(r'href="([^"#:]+)"', html):
            target = normpath(join(address.rpartition("/")[0], href))
            assert target in pages, f"{address}: {href}"


def test_a_definition_is_told_in_the_order_a_business_reader_asks(tmp_path: Path) -> None:
    html = pages_of(bank_context(tmp_path, bank_run()))[EMAIL]
    asked = ["Can I use this today?", "What it means", "How complete it is", "Whom to ask",
             "Where systems disagree", "Where it comes from", "How it is calculated",
             "Who else uses it", "Checks in detail", "Technical details"]  # fmt: skip
    places = [html.index(f">{heading}<") for heading in asked]
    assert places == sorted(places)


def test_technical_names_stay_inside_what_is_folded(tmp_path: Path) -> None:
    html = pages_of(bank_context(tmp_path, bank_run()))[EMAIL]
    plain = re.sub(r"<details.*?</details>", "", html, flags=re.DOTALL)
    for technical in ("attribute:customer.email", "expect_it", "definitions.yml"):
        assert technical in html
        assert technical not in plain


def test_the_disagreement_of_two_systems_is_counted_on_the_page(tmp_path: Path) -> None:
    ctx = bank_context(tmp_path, bank_run(), history={AGREE: date(2026, 10, 3)})
    said = text_of(pages_of(ctx)[EMAIL])
    assert "Core banking ↔ CRM 4,000 279 93.0%" in said
    assert "Core banking: 347" in said
    assert "failing since 3 Oct 2026" in said


def test_small_counts_of_people_are_never_told(tmp_path: Path) -> None:
    html = pages_of(bank_context(tmp_path, bank_run()))
    assert "CRM: fewer than 5" in text_of(html[EMAIL])
    assert "SME banking fewer than 5" in text_of(html["d/measure-active/index.html"])
    assert "3 customers" not in text_of(html["d/measure-active/index.html"])
    assert ">s1<" not in html[EMAIL]


def test_what_a_steward_typed_is_escaped_everywhere(tmp_path: Path) -> None:
    for address, html in pages_of(bank_context(tmp_path, bank_run())).items():
        assert "<script" not in html.lower(), address
        assert not re.search(r"\son[a-z]+=|\sstyle=", html), address
    assert EVIL.split("(")[0].replace("<", "&lt;").replace(">", "&gt;") in html_of_city(tmp_path)


def html_of_city(folder: Path) -> str:
    return pages_of(bank_context(folder, bank_run()))["d/attribute-customer.city/index.html"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x"])
def test_a_link_a_browser_would_run_is_no_link(tmp_path: Path, url: str) -> None:
    settings = Settings(site=SiteSettings(edit_url=url, report_url=url))
    html = pages_of(bank_context(tmp_path, bank_run(), settings=settings))[EMAIL]
    assert "javascript:" not in html
    assert "data:" not in html


def test_edit_and_report_links_are_shown_only_when_settings_give_them(tmp_path: Path) -> None:
    site = SiteSettings(edit_url="https://git/{file}#L{line}", report_url="https://help/?{urn}")
    html = pages_of(bank_context(tmp_path, bank_run(), settings=Settings(site=site)))[EMAIL]
    assert 'href="https://git/catalog/definitions.yml#L' in html
    assert 'href="https://help/?attribute%3Acustomer.email"' in html
    assert "Edit this" not in pages_of(bank_context(tmp_path, bank_run()))[EMAIL]


def test_restricted_definitions_leave_no_trace(tmp_path: Path) -> None:
    for address, html in pages_of(bank_context(tmp_path, bank_run())).items():
        assert "secret" not in address
        assert "Hidden system" not in html


def test_an_owner_who_left_is_shown_with_the_deputy_to_write_to(tmp_path: Path) -> None:
    html = html_of_city(tmp_path)
    assert "left on 31 Oct 2026" in text_of(html)
    assert 'href="mailto:vekil@bank.example?subject=About%20%C4%B0stanbul' in html


def test_conditions_of_claims_are_told_in_words(tmp_path: Path) -> None:
    said = text_of(pages_of(bank_context(tmp_path, bank_run()))[EMAIL])
    assert "only if confirmed within the last 180 days" in said
    assert "spaces at both ends removed, written in small letters" in said


def test_a_report_shows_its_cells_where_they_stand(tmp_path: Path) -> None:
    html = pages_of(bank_context(tmp_path, bank_run()))["d/report-monthly/index.html"]
    said = text_of(html)
    assert "Sheet Özet C D 5 Active 3,412 customers" in said
    assert "1,234.50%" in said
    assert "Numbers without an address" in said


def test_turkish_pages_speak_turkish(tmp_path: Path) -> None:
    pages = pages_of(bank_context(tmp_path, bank_run(), language="tr"))
    said = text_of(pages[EMAIL])
    assert "E-posta adresi Bunu bugün kullanabilir miyim? Kullanma" in said
    assert "Temel bankacılık ile CRM, 4.000 müşteri içinden 279 tanesinde farklı söylüyor" in said
    for english in ("Use with care", "What it means", "Whom to ask", "Checks in detail"):
        assert not any(english in html for html in pages.values())
    assert "Çınar Bank: bugün tek doğru" in pages["index.html"]


@pytest.mark.parametrize("language", ["en", "tr"])
def test_an_empty_catalog_still_has_all_its_lists(language: str) -> None:
    empty = Catalog()
    pages = list(
        render_site(empty, build_lineage(empty), None, {}, Settings(), language, date(2026, 11, 21))  # type: ignore[arg-type]
    )
    assert len(pages) == 13
    assert all("td-empty" in page.html for page in pages[1:])


def test_before_the_first_run_the_start_page_says_so(tmp_path: Path) -> None:
    pages = pages_of(bank_context(tmp_path, None))
    assert "Nothing has been checked yet." in text_of(pages["index.html"])
    assert "No run has been recorded yet." in text_of(pages["all/checks/index.html"])


def test_the_people_and_cost_of_teams_are_not_on_the_site(tmp_path: Path) -> None:
    catalog = bank_catalog(tmp_path)
    team = catalog.teams["retail"].model_copy(
        update={"reporting_people": 9876, "cost_per_hour": 5432.0}
    )
    changed = bank_context(tmp_path, bank_run())
    ctx = PageContext(
        Catalog(**{**vars_of(changed.catalog), "teams": {"retail": team}}),
        changed.lineage, changed.run, {}, changed.settings, "en", changed.today,
    )  # fmt: skip
    for html in pages_of(ctx).values():
        assert "9876" not in html
        assert "5432" not in html


def vars_of(catalog: Catalog) -> dict[str, object]:
    return {name: getattr(catalog, name) for name in Catalog.__dataclass_fields__}


class _Balance(HTMLParser):
    VOID = frozenset(("input", "br", "meta", "link", "rect", "circle", "path"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def test_every_page_is_balanced_html(tmp_path: Path) -> None:
    for page in render_pages(bank_context(tmp_path, bank_run()), panel_makers()):
        balance = _Balance()
        balance.feed(page.html)
        assert balance.open == [], page.address
