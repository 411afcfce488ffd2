"""What pages say of checks on the golden record, in both languages, and what they keep to themselves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from bank_pages import BANK, bank_context, bank_run, result
from workspaces import write_workspace

from catalog.panels import panel_makers
from catalog.results import Result
from catalog.service.shown import may_see_result
from catalog.visibility import visible_to
from catalog.workspace import open_workspace
from lineage.graph import build_lineage
from lineage.pages.checks import checks_table
from lineage.pages.context import PageContext
from lineage.pages.render import render_pages

MAIL = "attribute:customer.email"
READS = "touchpoint:mailing/reads:customer.email"
MORE = BANK.replace("    name: E-mail address\n", "    name: E-mail address\n    shared: 3\n    valid_for: 1y\n", 1)  # fmt: skip
TOUCHPOINT = """\
  - {key: mailing, name: Mailing, owner: head, purpose: PURPOSE, reads: {customer.email: crm.customers.email}}
purposes:
  - {key: campaign, name: Campaign}
  - {key: notice, name: Notice, accepts: [current, stale]}
"""
COUNTS: dict[str, Any] = {"rows_available": 1000, "rows_compared": 900, "violations": 90}
SAYS = {
    "current_in:30d": (
        "90 of 900 values will be out of date in 30 days if nothing is confirmed until then (10.0%).",
        "O zamana kadar hiçbir değer doğrulanmazsa 30 gün sonra 900 değerden 90 tanesi güncel olmayacak (%10,0).",
    ),
    "contested": (
        "A source contradicts the golden record for 90 of 900 customers that several sources know (10.0%).",
        "Birden çok kaynağın bildiği 900 müşteri içinden 90 tanesinde bir kaynak altın kayıttan farklı söylüyor (%10,0).",
    ),
    "shared": (
        "For 90 of 900 customers the value is borne by more than the 3 allowed (10.0%).",
        "900 müşteri içinden 90 tanesinin değerini, izin verilenden (3) fazlası taşıyor (%10,0).",
    ),
    "against_golden:crm.customers.email": (
        "90 of 900 values in CRM are not those of the golden record (10.0%).",
        "CRM içindeki 900 değerden 90 tanesi altın kayıttakinden farklı (%10,0).",
    ),
}


def context(
    folder: Path,
    *results: Result,
    language: str = "en",
    purpose: str = "campaign",
    hidden: str | None = None,
) -> PageContext:
    """The bank's pages with a touchpoint; `hidden` is the name of what is restricted."""
    text = MORE + TOUCHPOINT.replace("PURPOSE", purpose)
    if hidden:
        text = text.replace(f"{hidden}\n", f"{hidden}\n    visibility: restricted\n", 1)
    catalog = open_workspace(write_workspace(folder, text)).load().catalog
    lineage = build_lineage(catalog)
    run = bank_run(results)
    return bank_context(folder, run, language=language, catalog=catalog, lineage=lineage)


def pages_of(ctx: PageContext) -> dict[str, str]:
    return {page.address: page.html for page in render_pages(ctx, panel_makers())}


def plain(html: object) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", str(html)).split())


@pytest.mark.parametrize("what", SAYS)
@pytest.mark.parametrize("language", ["en", "tr"])
def test_each_check_says_its_numbers(tmp_path: Path, what: str, language: str) -> None:
    one = result(f"{MAIL}/{what}", "fail", kind=what.partition(":")[0], urn=MAIL, **COUNTS)
    ctx = context(tmp_path, one, language=language)
    said = SAYS[what][language == "tr"]
    assert plain(ctx.sentences.found(one)) == said
    listed = [plain(cell) for row in checks_table(ctx).rows for cell in row.cells]
    assert said in listed
    fine = one.model_copy(update={"verdict": "pass", "violations": 0})
    well = plain(context(tmp_path, fine, language=language).sentences.found(fine))
    assert well not in ("", said)
    assert "Title of" not in well


@pytest.mark.parametrize(
    ("language", "purpose", "said"),
    [
        ("en", "campaign", "E-mail address: for 90 of 900 customers another value than the golden one is read from CRM, or one no longer current, which its purpose does not accept (10.0%)."),
        ("en", "notice", "E-mail address: for 90 of 900 customers another value than the golden one is read from CRM (10.0%)."),
        ("tr", "campaign", "E-posta adresi: 900 müşteri içinden 90 tanesi için okunan değer (CRM) altın kayıttakinden başka ya da güncelliğini yitirmiş; işleme amacı bunu kabul etmiyor (%10,0)."),
    ],
)  # fmt: skip
def test_a_touchpoint_says_what_it_reads_and_from_where(
    tmp_path: Path, language: str, purpose: str, said: str
) -> None:
    one = result(READS, "fail", kind="reads", urn="touchpoint:mailing", **COUNTS)
    ctx = context(tmp_path, one, language=language, purpose=purpose)
    assert plain(ctx.sentences.found(one)) == said
    assert said in plain(pages_of(ctx)["d/touchpoint-mailing/index.html"]).replace(" :", ":")


def test_the_page_of_an_attribute_shows_how_long_it_stays_current(tmp_path: Path) -> None:
    results = [
        result(f"{MAIL}/{what}", verdict, kind=what.partition(":")[0], urn=MAIL, rows_compared=1000, violations=n)
        for what, verdict, n in (
            ("current_in:2mo", "pass", 300), ("current", "pass", 50), ("current_in:30d", "fail", 120),
        )
    ]  # fmt: skip
    html = plain(pages_of(context(tmp_path, *results))["d/attribute-customer.email/index.html"])
    assert "How long it stays current" in html
    assert re.search(r"today\s*95\.0%.*in 30 days\s*88\.0%.*in 2 months\s*70\.0%", html)


@pytest.mark.parametrize("hidden", ["name: E-mail address", "name: CRM"])
def test_what_a_touchpoint_reads_of_something_restricted_is_not_shown(
    tmp_path: Path, hidden: str
) -> None:
    one = result(READS, "fail", kind="reads", urn="touchpoint:mailing", **COUNTS)
    assert context(tmp_path, one).results == (one,)
    ctx = context(tmp_path, one, hidden=hidden)
    assert ctx.results == ()
    sources = one.model_copy(update={"sources": ("crm",)})
    assert not may_see_result(sources, ctx.catalog, visible_to(ctx.catalog))
