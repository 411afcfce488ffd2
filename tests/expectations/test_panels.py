"""The panel with the technical side of checks: exact where it may be, silent about people."""

from __future__ import annotations

from pathlib import Path

from bank_pages import RESULTS, bank_context, bank_run, result

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
