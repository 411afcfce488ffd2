"""The panel with the technical side of checks: exact where it may be, silent about people."""

from __future__ import annotations

from pathlib import Path

import pytest
from bank_pages import RESULTS, bank_context, bank_run, result

from catalog.results import Result
from expectations.panels import verdicts
from lineage.pages.subjects import Subjects


def test_it_shows_keys_expectations_and_counts(tmp_path: Path) -> None:
    ctx = bank_context(tmp_path, bank_run())
    panel = verdicts(ctx.visible["attribute:customer.email"], Subjects(ctx).panel_context)
    assert panel is not None
    assert panel.folded
    for text in ("/agree:core.customers.email~crm.customers.email", "expect_it", ">279<", "5,000"):
        assert text in panel.html


def test_no_key_of_an_offending_row_is_shown(tmp_path: Path) -> None:
    odd = result("measure:ratio/computes", "fail", violations=2, samples=("row 7",))
    ctx = bank_context(tmp_path, bank_run((*RESULTS, odd)))
    for urn in ("measure:ratio", "attribute:customer.email"):
        panel = verdicts(ctx.visible[urn], Subjects(ctx).panel_context)
        assert panel is not None
        assert "row 7" not in panel.html
        assert "s1" not in panel.html


def test_a_few_people_are_not_counted_exactly(tmp_path: Path) -> None:
    few = result("attribute:customer.email/required", "warn", violations=2)
    ctx = bank_context(tmp_path, bank_run((few,)))
    panel = verdicts(ctx.visible["attribute:customer.email"], Subjects(ctx).panel_context)
    assert panel is not None
    assert "fewer than 5" in panel.html
    assert ">2<" not in panel.html


def test_a_definition_without_results_has_no_panel(tmp_path: Path) -> None:
    ctx = bank_context(tmp_path, None)
    context = Subjects(ctx).panel_context
    assert verdicts(ctx.visible["attribute:customer.email"], context) is None


def observed_in(folder: Path, one: Result) -> str:
    """What the panel shows as observed for a result."""
    ctx = bank_context(folder, bank_run((one,)))
    panel = verdicts(ctx.visible[one.urn], Subjects(ctx).panel_context)
    assert panel is not None
    return panel.html.rsplit("<td>", 2)[1].removesuffix("</td>")


@pytest.mark.parametrize("observed", [["ayse@x"], {"ayse@x": 1}, "ayse@x"], ids=str)
def test_values_of_people_are_never_shown_as_observed(tmp_path: Path, observed: object) -> None:
    personal = result("attribute:customer.email/rule:known", "fail", observed=observed)
    assert observed_in(tmp_path, personal) == "–"


def test_the_figures_of_a_measure_are_not_repeated_as_observed(tmp_path: Path) -> None:
    rows = [{"segment": "sme", "value": 3}]
    assert observed_in(tmp_path, result("measure:ratio/computes", observed=rows)) == "–"
    assert observed_in(tmp_path, result("measure:ratio/rule:x", observed="text")) == "text"


@pytest.mark.parametrize(
    ("violations", "observed", "shown"),
    [(3, 0.97, ""), (97, 0.03, ""), (40, 0.6, "0.6"), (40, 3.0, ""), (0, 1.0, "1")],
)
def test_a_share_that_counts_back_to_few_people_is_not_shown(
    tmp_path: Path, violations: int, observed: float, shown: str
) -> None:
    personal = result(
        "attribute:customer.email/required", rows_compared=100, violations=violations,
        observed=observed,
    )  # fmt: skip
    assert observed_in(tmp_path, personal) == shown
