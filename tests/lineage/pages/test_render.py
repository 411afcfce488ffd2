"""What the pages say, and what they never say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from posixpath import join, normpath

import pytest
from bank_pages import (
    AGREE,
    BANK,
    EVIL,
    RESULTS,
    bank_catalog,
    bank_context,
    bank_run,
    result,
    second_report,
    two_reports_run,
)
from workspaces import write_workspace

from catalog.model import Catalog
from catalog.panels import panel_makers
from catalog.results import Comparison, Result
from catalog.settings import Settings, SiteSettings
from catalog.workspace import open_workspace
from lineage.graph import build_lineage
from lineage.pages.context import PageContext
from lineage.pages.render import render_pages
from lineage.pages.subjects import Subjects

EMAIL = "d/attribute-customer.email/index.html"


def pages_of(ctx: PageContext) -> dict[str, str]:
    return {page.address: page.html for page in render_pages(ctx, panel_makers())}


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_every_internal_link_leads_to_a_page(tmp_path: Path) -> None:
    pages = pages_of(bank_context(tmp_path, bank_run()))
    for address, html in pages.items():
        for href in re.findall(r'href="([^"#:?]+)["?]', html):
            target = normpath(join(address.rpartition("/")[0], href))
            assert target in pages, f"{address}: {href}"


def test_a_definition_is_told_in_the_order_a_business_reader_asks(tmp_path: Path) -> None:
    html = pages_of(bank_context(tmp_path, bank_run()))[EMAIL]
    asked = ["Can I use this today?", "What it means", "How complete it is", "Whom to ask",
             "The golden record", "Where systems disagree", "Where it comes from",
             "How the golden value is chosen", "Who else uses it", "Checks in detail",
             "Technical details"]  # fmt: skip
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


@pytest.mark.parametrize(
    "hidden",
    [
        result(
            "attribute:customer.email/agree:core.customers.email~secret.t.f", "fail", violations=9
        ),
        result("attribute:customer.email/type:secret.t.f", "fail", violations=9),
        result("dataset:core.customers/known_to:secret.t", "fail", violations=9),
        result("attribute:customer.email/values:secret.undeclared.g", "error"),
        result("attribute:customer.email/required", "unknown", message="secret.t: cannot be read"),
    ],
    ids=lambda one: one.check,
)
def test_a_check_that_looks_at_something_restricted_does_not_name_it(
    tmp_path: Path, hidden: Result
) -> None:
    for address, html in pages_of(bank_context(tmp_path, bank_run((*RESULTS, hidden)))).items():
        assert "Hidden system" not in html, address
        assert "secret." not in html, address


def test_a_panel_is_not_given_results_that_may_not_be_shown(tmp_path: Path) -> None:
    hidden = result("dataset:secret.t/id", "fail")
    run = Subjects(bank_context(tmp_path, bank_run((*RESULTS, hidden)))).panel_context.run
    assert run is not None
    assert {found.check for found in run.results} == {found.check for found in RESULTS}


@pytest.mark.parametrize(
    ("violations", "said", "bars"),
    [(3, "over 95.0%", 0), (97, "under 5.0%", 0), (40, "60.0%", 1), (0, "100%", 1)],
)
def test_a_small_share_can_be_read_back_neither_from_words_nor_from_a_bar(
    tmp_path: Path, violations: int, said: str, bars: int
) -> None:
    agree = result(AGREE, "warn", violations=violations, rows_compared=100)
    html = pages_of(bank_context(tmp_path, bank_run((agree,))))[EMAIL]
    section = html.split("td-disagree")[1].split("</section>")[0]
    assert f'<td class="td-share">{said}' in section
    assert section.count('<svg class="td-bar"') == bars


def test_a_share_that_is_not_told_exactly_is_still_true(tmp_path: Path) -> None:
    privacy = bank_context(tmp_path, None).privacy
    assert privacy.rest("attribute:customer.email", 4, 4000) == "over 99.8%"
    assert privacy.share("attribute:customer.email", 4, 4000) == "under 0.2%"
    assert privacy.rest("attribute:customer.email", 1, 3) == "under 100%"


@pytest.mark.parametrize("count", [3, 3.0, Decimal(3)])
def test_a_whole_number_is_a_small_count_however_it_is_written(
    tmp_path: Path, count: object
) -> None:
    privacy = bank_context(tmp_path, None).privacy
    assert privacy.is_small("measure:active", count)
    assert not privacy.is_small("measure:ratio", count)
    for other in (3.5, True, "3", float("nan"), float("inf"), 5.0):
        assert not privacy.is_small("measure:active", other)


def test_codes_are_labelled_by_the_attribute_of_the_entity_a_measure_counts(tmp_path: Path) -> None:
    more = """
entities: [{key: account, name: Account}]
attributes:
  - {key: account.segment, name: Account segment, definition: A, owner: head,
     expires_on: 2027-06-30, values: {retail: Wrong label}, claims: [{field: crm.customers.city}]}
"""
    folder = write_workspace(tmp_path, BANK)
    (folder / "catalog" / "more.yml").write_text(more, "utf-8")
    catalog = open_workspace(folder).load().catalog
    assert "account.segment" in catalog.attributes
    known = bank_context(tmp_path / "other", bank_run())
    ctx = replace(known, catalog=catalog, lineage=build_lineage(catalog))
    said = text_of(pages_of(ctx)["d/measure-active/index.html"])
    assert "Retail banking 3,412" in said
    assert "Wrong label 3,412" not in said


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
    day = date(2026, 11, 21)
    context = PageContext(empty, build_lineage(empty), None, {}, Settings(), language, day)  # type: ignore[arg-type]
    pages = list(render_pages(context))
    assert len(pages) == 20
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


def test_a_measure_shown_by_cells_alone_is_not_said_to_be_used_by_nobody(tmp_path: Path) -> None:
    html = pages_of(bank_context(tmp_path, bank_run()))["d/measure-ratio/index.html"]
    assert "Where it is published" in html
    assert "Nothing in the catalog uses it yet" not in html
    assert "Nothing in the catalog but the report cells above." in html


def test_a_field_s_past_is_that_of_its_own_checks_and_its_pairs_are_shown(tmp_path: Path) -> None:
    ctx = bank_context(tmp_path, bank_run((result(AGREE, "fail", violations=279),)))
    subject = Subjects(ctx).page(ctx.visible["field:core.customers.email"])
    pairs = subject["pairs"]
    assert isinstance(pairs, list)
    assert [pair.result.check for pair in pairs] == [AGREE]
    nothing = Subjects(ctx).page(ctx.visible["field:core.customers.segment"])
    assert nothing["pairs"] is None


def test_what_is_failing_names_the_cell_that_is_wrong_and_not_the_one_in_the_right(
    tmp_path: Path,
) -> None:
    second_report(tmp_path)
    ctx = bank_context(tmp_path, two_reports_run(here="pass", there="fail"))
    failing = pages_of(ctx)["index.html"].partition("What is failing now")[2]
    assert "d/cell-finance--ratio/" in failing
    assert "d/cell-monthly--b/" not in failing


def test_a_cell_with_its_own_calculation_shows_the_truth_it_was_compared_with(
    tmp_path: Path,
) -> None:
    def compared(period: str, truth: int) -> Comparison:
        return Comparison(cell="monthly/c", period=period, verdict="pass", truth=Decimal(truth))

    found = (compared("2026-10", 5725), compared("2026-09", 4321))
    run = bank_run().model_copy(update={"published": found})
    pages = pages_of(bank_context(tmp_path, run))
    assert '<span class="td-box-value">5,725</span>' in pages["d/report-monthly/index.html"]
    assert "For October 2026" in pages["d/cell-monthly--c/index.html"]


@pytest.mark.parametrize(
    ("language", "text"), [("en", "one for each Customer"), ("tr", "her Müşteri için bir satır")]
)
def test_what_a_row_stands_for_is_said_in_the_order_of_the_language(
    tmp_path: Path, language: str, text: str
) -> None:
    pages = pages_of(bank_context(tmp_path, bank_run(), language=language))
    assert text in text_of(pages["d/dataset-core.customers/index.html"])


def test_where_all_agree_the_bar_is_full(tmp_path: Path) -> None:
    html = pages_of(bank_context(tmp_path, bank_run((result(AGREE),))))[EMAIL]
    assert '<rect class="td-bar-all" width="100.00" height="8"/>' in html


def test_what_an_import_was_unsure_of_is_one_list(tmp_path: Path) -> None:
    unsure = "{key: c, label: Active, unsure: [its unit, its period]}"
    ctx = bank_context(
        tmp_path, definitions=('{key: c, label: Active, calculation: "=1+1"}', unsure)
    )
    html = pages_of(ctx)["d/cell-monthly--c/index.html"]
    assert html.count("Still to be looked at") == 1
    assert "<li>its unit</li><li>its period</li>" in html


def test_a_cell_without_measure_and_calculation_is_not_said_to_have_one(tmp_path: Path) -> None:
    stated = ('{key: c, label: Active, calculation: "=1+1"}', "{key: c, label: Active}")
    html = pages_of(bank_context(tmp_path, definitions=stated))["d/report-monthly/index.html"]
    assert "no calculation stated" in html
    assert "a calculation of its own" not in html


def test_the_name_of_a_drawing_s_own_box_is_cut_where_bold_letters_end(tmp_path: Path) -> None:
    name = "A report of twenty two"
    ctx = bank_context(tmp_path, definitions=("name: Monthly\n", f"name: {name}\n"))
    pages = pages_of(ctx)
    assert ">A report of twenty…</text>" in pages["d/report-monthly/index.html"]
    assert f">{name}</text>" in pages["d/cell-monthly--a/index.html"]


def test_a_cell_whose_true_number_nobody_knows_shows_what_was_published_and_says_so(
    tmp_path: Path,
) -> None:
    def published(period: str, number: int) -> Comparison:
        stated = {"cell": "monthly/c", "period": period, "verdict": "unknown"}
        return Comparison(**stated, published=Decimal(number))

    found = (published("2026-10", 3974), published("2026-09", 3843))
    run = bank_run().model_copy(update={"published": found})
    pages = pages_of(bank_context(tmp_path, run))
    report = pages["d/report-monthly/index.html"]
    assert '>3,974<span class="td-box-label">as published</span>' in report
    assert "As published for October 2026" in pages["d/cell-monthly--c/index.html"]
