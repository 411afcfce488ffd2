"""The panels that tell what goes into a definition, and what is reached if it is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bank_pages import bank_context, bank_run

from lineage.edges import Unresolved
from lineage.graph import Lineage
from lineage.pages.subjects import Subjects
from lineage.panels import impact, inputs


def test_it_counts_and_names_what_rests_on_the_definition(tmp_path: Path) -> None:
    ctx = bank_context(tmp_path, bank_run())
    panel = impact(ctx.visible["attribute:customer.segment"], Subjects(ctx).panel_context)
    assert panel is not None
    assert panel.folded
    assert "1 reported number, 1 report and 0 touchpoints" in panel.html
    assert 'href="../../d/report-monthly/index.html">Monthly<' in panel.html


def test_what_nothing_rests_on_has_no_panel(tmp_path: Path) -> None:
    context = Subjects(ctx := bank_context(tmp_path, bank_run())).panel_context
    assert impact(ctx.visible["attribute:customer.nickname"], context) is None
    assert impact(ctx.visible["role:head"], context) is None


def test_what_goes_into_a_measure_is_told_with_what_it_is_used_for(tmp_path: Path) -> None:
    ctx = bank_context(tmp_path, bank_run())
    measure = next(one for one in ctx.visible.values() if one.kind == "measure")
    panel = inputs(measure, Subjects(ctx).panel_context)
    assert panel is not None
    assert panel.title == "What goes into it, and how"
    assert "Segment</a>: rows are grouped by it" in panel.html
    assert "Customer</a>: its rows are counted" in panel.html
    assert 'href="../../d/' in panel.html


def test_what_leads_nowhere_is_named_and_what_is_restricted_only_counted(tmp_path: Path) -> None:
    ctx = bank_context(tmp_path, bank_run())
    context = Subjects(ctx).panel_context
    measure = next(one for one in ctx.visible.values() if one.kind == "measure")
    lost = Lineage(context.lineage.graph, (Unresolved(measure.urn, "<gone>", "no such column"),))
    hiding = replace(context, lineage=lost, is_shown=lambda urn: False)
    panel = inputs(measure, hiding)
    assert "&lt;gone&gt;" in panel.html
    assert "more that may not be named here" in panel.html
    assert "href" not in panel.html


def test_what_is_not_calculated_has_no_list_of_inputs(tmp_path: Path) -> None:
    ctx = bank_context(tmp_path, bank_run())
    assert inputs(ctx.visible["role:head"], Subjects(ctx).panel_context) is None
