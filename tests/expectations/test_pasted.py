"""A formula over a pasted query is counted for every period as the query would be."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from workspaces import by_key, run, write_workspace

from catalog.settings import Settings
from catalog.validation.opening import open_valid
from expectations.compiler.whole import compile_plan

DEFINITIONS = """
teams: [{key: t, name: T}]
sources:
  - key: core
    name: Core
    owner: t
    kind: files
    location: .
    datasets:
      - key: customers
        path: core.csv
        fields: [{key: town}, {key: since, type: date}, {key: balance, type: decimal}]
reports:
  - key: r
    name: Retail monthly
    definition: d
    owner: t
    expires_on: 2027-01-01
    team: t
    period: month
    published: r.csv
    inputs:
      - at: Veri!A1:B3
        calculation: >-
          SELECT town AS il, sum(balance) AS "tutar TL" FROM core.customers
          WHERE since <= :period_end GROUP BY town
    cells:
      - {key: all, at: Özet!C5, calculation: "FORMULA"}
      - {key: half, at: Özet!C6, calculation: "=C5/2"}
"""
ROWS = [
    {"town": "Ankara", "since": "2026-08-01", "balance": "1000"},
    {"town": "Bursa", "since": "2026-09-01", "balance": "500.5"},
    {"town": "Bursa", "since": "2026-10-05", "balance": "99.5"},
]
LINES = """cell,period,value,version,published_at
all,2026-09,1500.5,1,2026-10-05
all,2026-10,1600,1,2026-11-05
half,2026-10,800,1,2026-11-05
"""


def workspace(folder: Path, formula: str, lines: str = LINES) -> Path:
    text = DEFINITIONS.replace("FORMULA", formula)
    return write_workspace(folder, text, {"core.csv": ROWS, "r.csv": lines})


def test_a_sum_over_a_pasted_query_is_true_for_each_period(tmp_path: Path) -> None:
    record = run(workspace(tmp_path, "=SUM(Veri!B2:B3)"))
    assert {r.verdict for r in record.results if r.kind == "published"} == {"pass"}
    truths = {(one.cell, one.period): one.truth for one in record.published}
    assert truths["r/all", "2026-09"] == 1500.5
    assert truths["r/half", "2026-10"] == 800
    found = by_key(record)["cell:r/all/published"]
    assert found.sources == ("core",)


@pytest.mark.parametrize(
    ("formula", "sql"),
    [
        ("=SUM(Veri!B:B)/1000", 'coalesce(sum("tutar TL"), 0) / 1000'),
        ("= +sum( veri!$B$2:$B$82 )", 'coalesce(sum("tutar TL"), 0)'),
        ("=AVERAGE(Veri!B1:B3)", 'avg("tutar TL")'),
        ("=COUNT(Veri!B2:B3) * 2", 'count("tutar TL") * 2'),
    ],
)
def test_what_puts_a_whole_column_together_is_a_calculation(
    tmp_path: Path, formula: str, sql: str
) -> None:
    _, catalog = open_valid(workspace(tmp_path, formula))
    plan = compile_plan(catalog, date(2026, 11, 20), Settings())
    assert f"SELECT {sql} AS value FROM (SELECT" in plan.measure("cell:r/all").calculation
    assert plan.report("r").cells[0].formula is None


@pytest.mark.parametrize(
    "formula",
    ["=SUM(Veri!B2:B2)", "=SUM(Veri!A2:B3)", "=SUM(Veri!B2:B3)+1", "=SUM(Veri!B2:B3,C9)",
     "=SUMIF(Veri!A2:A3,1,Veri!B2:B3)", "=MEDIAN(Veri!B2:B3)"],
)  # fmt: skip
def test_anything_else_stays_a_formula(tmp_path: Path, formula: str) -> None:
    _, catalog = open_valid(workspace(tmp_path, formula))
    plan = compile_plan(catalog, date(2026, 11, 20), Settings())
    assert plan.report("r").cells[0].formula == formula
    assert not [one for one in plan.measures if one.key == "cell:r/all"]
