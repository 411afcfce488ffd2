"""Lists and what they can be narrowed by."""

from __future__ import annotations

import re
from pathlib import Path

from bank_pages import AGREE, bank_context, bank_run, result

from lineage.pages.checks import checks_table, conflicts_table
from lineage.pages.filters import Table


def options(table: Table) -> dict[str, dict[str, str]]:
    return {one.key: dict(one.options) for one in table.filters}


def test_checks_are_found_by_verdict_owner_team_source_and_severity(tmp_path: Path) -> None:
    table = checks_table(bank_context(tmp_path, bank_run()))
    found = options(table)
    assert list(found["verdict"]) == ["fail", "error", "unknown", "warn", "pass"]
    assert found["source"] == {"core": "Core banking", "crm": "CRM"}
    assert set(found["owner"]) == {"head", "gone", "retail"}
    marks = next(row.marks for row in table.rows if "disagree" in row.cells[1])
    assert marks["source"] == ("core", "crm")
    assert marks["verdict"] == ("fail",)
    assert AGREE not in "".join(map(str, table.rows[0].cells))


def test_a_choice_that_divides_nothing_is_not_offered(tmp_path: Path) -> None:
    table = conflicts_table(bank_context(tmp_path, bank_run()))
    assert len(table.rows) == 1
    assert "verdict" not in options(table)


def test_every_mark_of_a_line_is_an_option(tmp_path: Path) -> None:
    table = checks_table(bank_context(tmp_path, bank_run()))
    for row in table.rows:
        for key, values in row.marks.items():
            if key in options(table):
                assert set(values) <= set(options(table)[key])


def test_the_whole_list_stands_in_the_page_without_script(tmp_path: Path) -> None:
    ctx = bank_context(tmp_path, bank_run())
    table = checks_table(ctx)
    html = ctx.pages.get_template("list.html").render(**vars(table))
    assert len(re.findall(r"<tr data-", html)) == len(ctx.results)
    assert '<form class="td-filter" data-td-filter' in html
    assert re.search(r"<form[^>]* hidden>", html)


def test_conflicts_begin_with_the_largest_share_that_differs(tmp_path: Path) -> None:
    few = result(
        "attribute:customer.city/agree:core.customers.city~crm.customers.city",
        "fail", violations=90, rows_compared=100,
    )  # fmt: skip
    many = result(AGREE, "fail", violations=279)
    table = conflicts_table(bank_context(tmp_path, bank_run((many, few))))
    assert [row.cells[3] for row in table.rows] == ["90", "279"]
