"""Tests what pages show of the consolidation plan, and that they hide what must be hidden."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from consolidating import TODAY, catalog, cell, decided, judged, known, own, report

from catalog.consolidations import Consolidation, Difference
from catalog.model import Catalog
from catalog.settings import Settings
from expectations.consolidation.planning import Asked, plan_consolidation
from lineage.graph import build_lineage
from lineage.pages.context import PageContext
from lineage.pages.render import render_pages

EVIL = "<script>alert(1)</script>"
PUBLISHED = {
    "large/n": {"2026-09": "1200", "2026-10": "1250"},
    "small/n": {"2026-09": "1200", "2026-10": "1250"},
    "third/n": {"2026-09": "900", "2026-10": "940"},
}


def explain(asked: Any) -> list[Difference]:
    return [
        Difference(
            left=one.left, right=one.right, period=one.period or "", apart=Decimal(-310),
            left_counted=Decimal(1251),
            causes=({"key": "filter", "cause": "filter", "share": "-300", "says": f"A {EVIL}",
                     "says_tr": "Süzgeç"},),
            together=({"causes": ("filter",), "share": "-305", "interaction": "-5"},),
            remainder=Decimal(-5),
            examples=({"cause": "filter", "side": "left", "row": {"name": "A** B**"}},),
        )
        for one in asked
        if isinstance(one, Asked)
    ]  # fmt: skip


def bank(**large: Any) -> Catalog:
    """A report that can go, one that contradicts, one that is owed, one rejected."""
    return catalog(
        report("large", cell("n", label=EVIL), cell("m", measure="loans"), **large),
        report("small", cell("n"), effort={"hours": 8}, name="Small report"),
        report("third", own("n", name="Third n"), obligation="BDDK", team="risk"),
        decisions=(decided("keep", "reject", report="third", until="2026-11-19", reason=EVIL),),
        active={"unit": "customers"},
    )


def planned(made: Catalog) -> Consolidation:
    against = judged("large/n", "third/n", "different", alike=True)
    return plan_consolidation(known(made, against, published=PUBLISHED, explain=explain))


def pages(made: Catalog, plan: Consolidation | None, language: Any = "en") -> dict[str, str]:
    settings = Settings(institution="Bank")
    context = PageContext(made, build_lineage(made), None, {}, settings, language, TODAY, plan=plan)
    return {page.address: page.html for page in render_pages(context)}


@pytest.fixture(scope="module")
def shown() -> dict[str, str]:
    made = bank()
    return pages(made, planned(made))


OVERVIEW = "all/consolidation/index.html"


def test_before_the_first_plan_the_page_says_how_to_make_one() -> None:
    html = pages(bank(), None)[OVERVIEW]
    assert "<code>tekdogru consolidate</code>" in html
    assert "<table" not in html


def test_the_overview_says_what_can_go_what_it_frees_and_what_is_owed(
    shown: dict[str, str],
) -> None:
    html = shown[OVERVIEW]
    assert '<strong class="td-count">1</strong> reports can go' in html
    assert "8 hours a month" in html
    assert "Small report" in html
    assert "BDDK" in html
    assert 'data-cluster="contradictory"' in html
    assert 'data-settled="open"' in html
    assert "That ended on 19 Nov 2026; it is open again." in html


def test_a_cluster_shows_its_numbers_side_by_side_and_why_they_differ(
    shown: dict[str, str],
) -> None:
    html = shown["k/active/index.html"]
    assert html.index("October 2026") < html.index("September 2026")
    assert ">1,250</td>" in html
    assert ">940</td>" in html
    assert "by definition" in html
    assert html.count(">1,251</td>") == 2
    assert "They are 310 customers apart." in html
    assert "−300 customers" in html
    assert "Together" in html
    assert "Unexplained" in html
    assert "Proposed to survive" in html
    assert "<code>tekdogru consolidate decide active</code>" in html
    assert '<code class="td-option">--keep-apart</code>' in html


def test_what_is_left_within_the_tolerance_is_no_riddle() -> None:
    made = bank()
    plan = planned(made)
    clusters = [
        one.model_copy(
            update={
                "differences": tuple(
                    d.model_copy(update={"allowed": Decimal(5)}) for d in one.differences
                )
            }
        )
        for one in plan.clusters
    ]
    told = plan.model_copy(update={"clusters": tuple(clusters)})
    html = pages(made, told)["k/active/index.html"]
    assert "Within the tolerance of both numbers" in html
    assert "Unexplained" not in html


def test_cells_and_reports_lead_to_their_cluster(shown: dict[str, str]) -> None:
    for address in ("d/cell-large--n/index.html", "d/report-third/index.html"):
        assert '<a href="../../k/active/index.html">' in shown[address]
    assert "No other cell publishes this number." in shown["d/cell-large--m/index.html"]
    assert "Its only number is published by large" in shown["d/report-small/index.html"]


def test_nothing_that_was_typed_becomes_markup(shown: dict[str, str]) -> None:
    assert not [address for address, html in shown.items() if EVIL in html]


def test_neither_people_nor_cost_nor_rows_are_on_any_page(shown: dict[str, str]) -> None:
    for html in shown.values():
        assert "A** B**" not in html
        assert "1,200.00" not in html
    assert "cost" not in shown[OVERVIEW].lower()


def test_turkish_pages_say_the_same() -> None:
    made = bank()
    shown = pages(made, planned(made), "tr")
    assert "Rapor sadeleştirme" in shown[OVERVIEW]
    assert "karar bekliyor" in shown[OVERVIEW]
    html = shown["k/active/index.html"]
    assert "Aralarındaki fark 310 customers." in html.replace('<span lang="en">', "").replace(
        "</span>", ""
    )
    assert "Süzgeç" in html


def test_why_something_is_not_known_is_said_in_the_language_of_the_page() -> None:
    made = bank()
    plan = planned(made)
    why = "cell:large/m: what VLOOKUP gives cannot be compared; known are SUM"
    others = tuple(one for one in plan.clusters if "cell:large/m" not in one.cells)
    told = plan.model_copy(update={"unknown": {"cell:large/m": why}, "clusters": others})
    for address in (OVERVIEW, "d/cell-large--m/index.html"):
        assert "VLOOKUP sonucu karşılaştırılamıyor" in pages(made, told, "tr")[address]
        assert "what VLOOKUP gives" in pages(made, told)[address]


def test_a_hidden_report_leaves_no_trace() -> None:
    made = bank(visibility="restricted", name="Geheim")
    shown = pages(made, planned(made))
    for address, html in shown.items():
        assert "Geheim" not in html, address
        assert "large/n" not in html, address
    assert shown["k/active/index.html"].count(">1,250<") == 1


def test_a_hidden_measure_hides_the_numbers_that_show_it() -> None:
    made = bank()
    measures = {
        key: one.model_copy(update={"visibility": "restricted"})
        for key, one in made.measures.items()
    }
    made = replace(made, measures=measures)
    html = pages(made, planned(made))["k/active/index.html"]
    assert "1,250" not in html
    assert "1,251" not in html
    assert "940" in html
    assert "310" not in html


def test_few_people_are_told_as_few() -> None:
    made = bank()
    plan = planned(made)
    (found,) = (one for one in plan.clusters if one.published)
    small = found.published[0].model_copy(update={"value": Decimal(3)})
    apart = [one.model_copy(update={"remainder": Decimal(-3)}) for one in found.differences]
    few = found.model_copy(update={"published": (small,), "differences": tuple(apart)})
    clusters = [few if one is found else one for one in plan.clusters]
    told = plan.model_copy(update={"clusters": tuple(clusters)})
    context = PageContext(made, build_lineage(made), None, {}, Settings(), "en", TODAY, plan=told)
    personal = dict.fromkeys(made.definitions, True)
    context.__dict__["privacy"] = replace(context.privacy, personal=personal)
    html = {page.address: page.html for page in render_pages(context)}["k/active/index.html"]
    assert "fewer than 5" in html
    assert "−fewer" not in html


def test_what_has_left_the_catalog_since_is_left_out() -> None:
    made = bank()
    plan = planned(made)
    smaller = replace(made, reports={k: r for k, r in made.reports.items() if k != "small"})
    shown = pages(smaller, plan)
    assert "Small report" not in shown[OVERVIEW]


def test_each_table_of_causes_is_named_by_what_it_compares(shown: dict[str, str]) -> None:
    html = shown["k/active/index.html"]
    (label,) = re.findall(r'aria-label="([^"]*↔[^"]*)"', html)
    assert "October 2026" in label


def test_why_a_cell_could_not_be_compared_is_said_in_the_page_s_language() -> None:
    made = bank()
    unknown = {
        "cell:large/n": "it carries neither a measure nor a calculation, so there is nothing to "
        "compare",
        "cell:small/n": "no such function: `f`",
    }
    plan = Consolidation(as_of=TODAY, unknown=unknown)
    html = pages(made, plan, "tr")[OVERVIEW]
    assert "Ne bir ölçüyü gösteriyor ne de bir hesabı var" in html
    assert '<span lang="en">no such function: `f`</span>' in html
    cell = pages(made, plan)["d/cell-small--n/index.html"]
    assert "It could not be compared with others: no such function: `f`" in cell
