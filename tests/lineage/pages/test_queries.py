"""Calculations told in words, as far as they are simple."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bank_pages import bank_context
from markupsafe import Markup

from lineage.pages.queries import tell_formula, tell_query


def said(sql: str, folder: Path, language: str = "en") -> list[str]:
    told = tell_query(sql, bank_context(folder, None, language=language))
    lines = (f"{question}: {' / '.join(answers)}" for question, answers in told)
    return [re.sub("<[^>]+>", "", line) for line in lines]


def test_a_count_of_agreed_values_is_told(tmp_path: Path) -> None:
    sql = "SELECT segment, count(*) AS value FROM customer WHERE segment = 'sme' GROUP BY segment"
    assert said(sql, tmp_path) == [
        "What is counted: The number of customers",
        "Read from: the agreed values of Customer",
        "Conditions: only where Segment is SME banking",
        "Broken down by: Segment",
    ]
    assert said(sql, tmp_path / "tr", "tr")[0] == "Ne sayılıyor: müşteri sayısı"


@pytest.mark.parametrize(
    ("sql", "line"),
    [
        ("SELECT sum(no) AS value FROM core.customers", "What is counted: The sum of no"),
        (
            "SELECT count(DISTINCT email) AS value FROM crm.customers",
            "What is counted: The number of different values of email",
        ),
        (
            "SELECT count(*) AS value FROM customer WHERE segment IN ('retail', 'sme')",
            "Conditions: only where Segment is one of: Retail banking, SME banking",
        ),
        (
            "SELECT count(*) AS value FROM core.customers WHERE since >= :period_start",
            "Conditions: only where since is not before the first day of the period",
        ),
        (
            "SELECT count(*) AS value FROM core.customers WHERE a = 1 AND (b OR c)",
            "Conditions: only where a is 1 / only where b OR c",
        ),
    ],
)
def test_what_a_query_reads_and_under_which_conditions_is_told(
    tmp_path: Path, sql: str, line: str
) -> None:
    assert line in said(sql, tmp_path)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 AS value",
        "SELECT count(*) / 2 AS value FROM customer",
        "SELECT count(*) AS value FROM customer JOIN core.customers USING (no)",
        "SELECT count(*) AS value FROM secret.t",
        "WITH a AS (SELECT 1) SELECT count(*) AS value FROM customer",
        "SELECT count(*) AS value FROM customer GROUP BY 1 + 1",
        "not sql (",
    ],
)
def test_what_is_not_simple_is_left_to_its_sql(tmp_path: Path, sql: str) -> None:
    assert said(sql, tmp_path) == []


def test_a_formula_is_told_by_the_names_of_its_cells() -> None:
    names = {"C5": Markup("<a>All</a>"), "C6": Markup("<a>Active</a>")}
    assert tell_formula("=IF($C$5=0,0,C6/C5)", names) == (
        "=IF(<a>All</a>=0,0,<a>Active</a>/<a>All</a>)"
    )
    assert tell_formula("=C6/C9", names) is None
    assert tell_formula("=Veri!C6", names) is None
    assert tell_formula('="<b>"&C6', names) == "=&#34;&lt;b&gt;&#34;&amp;<a>Active</a>"
