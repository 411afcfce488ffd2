"""Tests which part of a whole a calculation speaks of by its own conditions."""

from __future__ import annotations

from pathlib import Path

import pytest
from workspaces import write_workspace

from catalog.validation.opening import open_valid
from expectations.consolidation.slicing import implied_slices
from lineage.canonical.stating import Statements

DEFINITIONS = """
teams: [{{key: retail, name: Retail}}]
sources:
  - key: core
    name: Core
    owner: retail
    datasets:
      - {{key: people, path: p.csv, fields: [{{key: no, type: code}}, {{key: segment}}, {{key: status}}]}}
measures:
  - {{key: active, name: Active, definition: d, owner: retail, expires_on: 2030-01-01,
     dimensions: [segment],
     calculation: "SELECT segment, count(*) AS value FROM core.people GROUP BY segment"}}
reports:
  - {{key: a, name: A, definition: d, owner: retail, expires_on: 2030-01-01, team: retail,
     cells: [{{key: n, name: N, calculation: "{sql}"}}, {{key: m, name: M, measure: active}}]}}
"""


@pytest.mark.parametrize(
    ("condition", "held"),
    [
        ("segment = 'sme' AND status = 'active'", (("segment", "sme"),)),
        ("'sme' = segment", (("segment", "sme"),)),
        ("segment IN ('sme', 'retail')", None),
        ("segment <> 'sme'", None),
        ("segment = 'sme' OR status = 'x'", None),
        ("status = 'active'", None),
    ],
)
def test_a_dimension_held_to_one_value_is_a_slice(
    tmp_path: Path, condition: str, held: tuple[tuple[str, str], ...] | None
) -> None:
    sql = f"SELECT count(*) AS value FROM core.people WHERE {condition}"
    folder = write_workspace(tmp_path, DEFINITIONS.format(sql=sql))
    _, made = open_valid(folder)
    assert implied_slices(made, Statements(made)) == ({"cell:a/n": held} if held else {})
