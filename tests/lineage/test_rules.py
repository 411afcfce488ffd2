"""Facts about the rules that refuse circles and warn of inputs lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from catalog.loading.loader import load_catalog
from catalog.validation.problems import Problem
from catalog.validation.rules import Context
from lineage.rules import cycles, formulas


def problems(folder: Path, text: str) -> list[Problem]:
    (folder / "catalog").mkdir()
    (folder / "catalog" / "all.yml").write_text(text, encoding="utf-8")
    loaded = load_catalog(folder)
    assert loaded.problems == []
    return list(cycles(loaded.catalog, Context()))


def test_measures_calculated_from_each_other_are_refused_by_name_and_place(tmp_path):
    (found,) = problems(
        tmp_path,
        """measures:
  - key: a
    name: Active
    definition: d
    owner: o
    calculation: b * 2
  - {key: b, name: Both, definition: d, owner: o, calculation: c + 1}
  - {key: c, name: Closed, definition: d, owner: o, calculation: a / 3}
  - {key: fine, name: Fine, definition: d, owner: o, calculation: a}
""",
    )
    assert found.code == "TD030"
    assert found.level == "error"
    assert found.urn == "measure:a"
    assert str(found.place) == "catalog/all.yml:6"
    assert (
        "Active (a, catalog/all.yml:6) → Both (b, catalog/all.yml:7) → "
        "Closed (c, catalog/all.yml:8) → Active (a, catalog/all.yml:6)"
    ) in found.message


def test_a_measure_that_names_itself_is_a_circle(tmp_path):
    text = "measures: [{key: a, name: A, definition: d, owner: o, calculation: a + 1}]"
    assert [found.urn for found in problems(tmp_path, text)] == ["measure:a"]


def test_sql_over_data_with_a_column_of_the_measures_name_is_no_circle(tmp_path):
    text = (
        "measures: [{key: total, name: A, definition: d, owner: o,"
        " calculation: SELECT sum(total) AS value FROM core.accounts}]"
    )
    assert problems(tmp_path, text) == []


def test_fields_that_are_copies_of_each_other_are_refused(tmp_path):
    (found,) = problems(
        tmp_path,
        """
sources:
  - key: s
    name: S
    owner: o
    datasets:
      - key: d
        fields: [{key: x, copy_of: s.d.y}, {key: y, copy_of: s.d.x}, {key: z, copy_of: s.d.x}]
""",
    )
    assert found.urn == "field:s.d.x"
    assert "copy of itself" in found.message
    assert "s.d.y" in found.message
    assert "s.d.z" not in found.message


def test_definitions_that_replace_each_other_are_refused_across_kinds(tmp_path):
    (found,) = problems(
        tmp_path,
        """
teams:
  - {key: a, name: A, replaced_by: "role:b"}
  - {key: c, name: C, replaced_by: a}
roles: [{key: b, name: B, replaced_by: "team:a"}]
""",
    )
    assert found.code == "TD030"
    assert "replaced by itself" in found.message


def test_formulas_that_take_their_own_result_are_refused_report_by_report(tmp_path):
    (found,) = problems(
        tmp_path,
        """
reports:
  - key: one
    name: One
    definition: d
    owner: o
    team: t
    cells:
      - {key: x, at: S!C5, calculation: "=SUM(C5:C9)"}
      - {key: y, at: S!C6, calculation: "=C7"}
  - key: two
    name: Two
    definition: d
    owner: o
    team: t
    cells: [{key: x, at: S!C7, calculation: "=C6"}]
""",
    )
    assert found.urn == "cell:one/x"
    assert "takes its own result" in found.message


def test_several_circles_are_all_told_in_a_fixed_order(tmp_path):
    entries = "\n".join(
        f"  - {{key: {key}, name: N, definition: d, owner: o, calculation: {uses}}}"
        for key, uses in [("d", "c"), ("b", "a"), ("c", "d"), ("a", "b")]
    )
    found = problems(tmp_path, f"measures:\n{entries}")
    assert [problem.urn for problem in found] == ["measure:a", "measure:c"]


def test_what_does_not_parse_is_left_to_the_rule_that_says_so(tmp_path):
    text = "measures: [{key: a, name: A, definition: d, owner: o, calculation: 'a + ('}]"
    assert problems(tmp_path, text) == []


def test_the_rule_loads_neither_the_graph_library_nor_an_engine():
    code = (
        "import sys, lineage.rules; "
        "print(sorted({'networkx','duckdb','pandas','great_expectations'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_piece_of_a_formula_that_leads_nowhere_is_a_warning_at_its_line(tmp_path):
    text = """
reports:
  - key: r
    name: R
    definition: d
    owner: o
    team: t
    cells:
      - {key: a, at: S!A1, measure: m}
      - {key: b, at: S!A2, calculation: "=A1*Kur"}
      - {key: c, at: S!A3, calculation: "=SUM(A1:A2)"}
"""
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "all.yml").write_text(text, encoding="utf-8")
    (found,) = formulas(load_catalog(tmp_path).catalog, Context())
    assert (found.level, found.urn, str(found.place)) == (
        "warning",
        "cell:r/b",
        "catalog/all.yml:10",
    )
    assert "Kur: a name in the workbook" in found.message
