"""The panel that tells what is reached if a definition is wrong."""

from __future__ import annotations

from pathlib import Path

from bank_pages import bank_context, bank_run

from lineage.pages.subjects import Subjects
from lineage.panels import impact


def test_it_counts_and_names_what_rests_on_the_definition(tmp_path: Path) -> None:
    ctx = bank_context(tmp_path, bank_run())
    panel = impact(ctx.visible["attribute:customer.segment"], Subjects(ctx).panel_context)
    assert panel is not None
    assert panel.folded
    assert "1 reported numbers in 1 reports and 0 touchpoints" in panel.html
    assert 'href="../../d/report-monthly/index.html">Monthly<' in panel.html


def test_what_nothing_rests_on_has_no_panel(tmp_path: Path) -> None:
    context = Subjects(ctx := bank_context(tmp_path, bank_run())).panel_context
    assert impact(ctx.visible["attribute:customer.nickname"], context) is None
    assert impact(ctx.visible["role:head"], context) is None
