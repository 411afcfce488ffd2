"""What a steward states is checked in full, and its figure is counted as it says."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from typing import Any

import duckdb
import pytest

from expectations.arguments import family, jsonable, literal
from expectations.native import SUPPORTED, figure_sql, problems

ROWS = "(VALUES ('a'), ('b'), ('b'), ('İ'), (NULL)) AS rows(c)"


def figures(expectation: str, kwargs: dict[str, Any], rows: str = ROWS) -> tuple[Any, ...]:
    found = duckdb.execute(figure_sql(expectation, '"c"', kwargs).statement(rows)).fetchone()
    assert found is not None
    return found


def samples(expectation: str, kwargs: dict[str, Any]) -> list[str | None]:
    figure = figure_sql(expectation, '"c"', kwargs)
    clause = "QUALIFY" if figure.counted else "WHERE"
    return [row[0] for row in duckdb.execute(f"FROM {ROWS} {clause} {figure.bad}").fetchall()]


def test_the_nearest_three_are_named_for_an_unknown_expectation() -> None:
    (found,) = problems("expect_column_values_to_match_regexp", {})
    assert "not a supported expectation" in found
    assert "expect_column_values_to_match_regex, " in found
    assert found.count("expect_") == 4


def test_all_problems_are_told_at_once() -> None:
    stated = {"mostly": 1.2, "minimum": 3, "strict_min": "yes", "row_condition": "a > 1"}
    assert problems("expect_column_values_to_be_between", stated) == [
        "expect_column_values_to_be_between has no argument minimum; its arguments are "
        "min_value, max_value, strict_min, strict_max, mostly",
        "expect_column_values_to_be_between has no argument row_condition; "
        "state the condition in an SQL rule",
        "expect_column_values_to_be_between strict_min must be true or false",
        "expect_column_values_to_be_between mostly must be a share from 0 to 1, such as 0.98",
        "expect_column_values_to_be_between needs min_value or max_value, or both",
    ]


@pytest.mark.parametrize(
    ("expectation", "kwargs", "column", "complaint"),
    [
        ("column_values_to_match_regex", {}, None, "needs the argument regex"),
        ("column_values_to_match_regex", {"regex": "("}, None, "is not a regular expression"),
        ("column_values_to_match_regex", {"regex": 7}, None, "regular expression as text"),
        ("column_values_to_match_regex", {"regex": "a"}, "number", "judges text columns"),
        ("column_values_to_match_regex_list", {"regex_list": []}, None, "at least one"),
        ("column_values_to_match_regex_list", {"regex_list": ["a", "("]}, None, "'('"),
        (
            "column_values_to_match_regex_list",
            {"regex_list": ["a"], "match_on": "some"},
            None,
            '"any" or "all"',
        ),
        ("column_values_to_be_in_set", {"value_set": "a"}, None, "a list of at least one"),
        ("column_values_to_be_in_set", {"value_set": ["a", 1]}, None, "only texts"),
        ("column_values_to_be_in_set", {"value_set": [1]}, "text", "holds number values"),
        ("column_values_to_be_in_set", {"value_set": ["1"]}, "number", "holds text values"),
        ("column_values_to_match_regex", {"regex": "^2026"}, "date", "judges text"),
        ("column_values_to_be_in_set", {"value_set": ["a\0"]}, None, "NUL"),
        ("column_value_lengths_to_equal", {"value": 1.5}, None, "whole number"),
        ("column_values_to_be_between", {"min_value": "a"}, None, "must be a number, a date"),
        ("column_values_to_be_between", {"min_value": "2026-02-30"}, None, "must be a number"),
        ("column_values_to_be_between", {"min_value": float("nan")}, None, "must be a number"),
        ("column_values_to_be_between", {"min_value": 1}, "text", "judges date or number"),
        ("column_values_to_be_between", {"min_value": 1}, "date", "is a number"),
        ("column_values_to_be_between", {"min_value": "2026-01-31"}, "timestamp", "is a date"),
        ("column_values_to_be_between", {"min_value": 2, "max_value": 1}, None, "greater than"),
        (
            "column_values_to_be_between",
            {"min_value": 2, "max_value": "2026-01-31"},
            None,
            "not of one kind",
        ),
        ("column_mean_to_be_between", {"min_value": True}, None, "must be a number"),
        ("column_proportion_of_unique_values_to_be_between", {"min_value": 2}, None, "a share"),
        ("table_row_count_to_equal", {"value": -1}, None, "whole number"),
        ("table_row_count_to_equal", {"value": 1, "column": "c"}, None, "no argument column"),
        ("table_row_count_to_equal", {"value": 1, "mostly": 0.9}, None, "no argument mostly"),
        (
            "column_quantile_values_to_be_between",
            {"quantile_ranges": {"quantiles": [0.5], "value_ranges": [[2, 1]]}},
            None,
            "one range for each quantile",
        ),
    ],
)
def test_a_wrong_argument_is_refused(
    expectation: str, kwargs: dict[str, Any], column: str | None, complaint: str
) -> None:
    (found,) = problems(f"expect_{expectation}", kwargs, column)
    assert found.startswith(f"expect_{expectation} ")
    assert complaint in found


def test_every_expectation_says_in_a_sentence_what_it_means() -> None:
    assert len(SUPPORTED) == 28
    assert all(native.sentence.endswith(".") for native in SUPPORTED.values())


def test_a_figure_counts_rows_values_and_violations() -> None:
    assert figures("expect_column_values_to_not_be_null", {}) == (5, 5, 1, None)
    assert figures("expect_column_values_to_be_null", {}) == (5, 5, 4, None)
    assert figures("expect_column_values_to_be_unique", {}) == (5, 4, 2, None)
    assert figures("expect_column_values_to_be_in_set", {"value_set": ["b"]}) == (5, 4, 2, None)
    assert figures("expect_column_values_to_match_regex", {"regex": "[ab]"}) == (5, 4, 1, None)
    assert figures("expect_column_unique_value_count_to_be_between", {}) == (5, 4, 0, 3)
    assert figures("expect_table_row_count_to_equal", {}) == (5, 5, 0, 5)


def test_the_bad_rows_can_be_fetched() -> None:
    assert samples("expect_column_values_to_not_be_null", {}) == [None]
    assert samples("expect_column_values_to_be_unique", {}) == ["b", "b"]
    assert samples("expect_column_values_to_be_in_set", {"value_set": ["b"]}) == ["a", "İ"]
    assert samples("expect_column_value_lengths_to_be_between", {"min_value": 2}) == [
        *("a", "b", "b", "İ")
    ]


def test_figures_of_one_view_fuse_into_one_select() -> None:
    stated: list[tuple[str, dict[str, Any]]] = [
        ("expect_column_values_to_not_be_null", {}),
        ("expect_column_values_to_match_regex", {"regex": "^b$"}),
        ("expect_column_distinct_values_to_equal_set", {"value_set": ["a", "c"]}),
    ]
    fused = [figure_sql(name, "c", kwargs) for name, kwargs in stated]
    assert {figure.relation("rows") for figure in fused} == {"rows"}
    parts = ", ".join(f"{figure.compared}, {figure.violations}, {figure.value}" for figure in fused)
    assert duckdb.execute(f"SELECT {parts} FROM {ROWS}").fetchone() == (
        *(5, 1, None),
        *(4, 2, None),
        *(4, 3, {"unexpected": 2, "missing": 1}),
    )


@pytest.mark.parametrize("value", ["O'Neil", "a\\b", "'; --", "İIıi", "%_?", 7, -1.5, 1e300, True])
def test_a_literal_means_its_value(value: object) -> None:
    assert duckdb.execute(f"SELECT {literal(value)} = ?", [value]).fetchone() == (True,)


def test_dates_become_text_in_the_suite() -> None:
    stated = {"min_value": date(2026, 1, 31), "value_set": [date(2026, 1, 1), "a"]}
    assert jsonable(stated) == {"min_value": "2026-01-31", "value_set": ["2026-01-01", "a"]}
    assert (
        problems("expect_column_max_to_be_between", {"min_value": date(2026, 1, 31)}, "date") == []
    )


def test_catalog_types_fall_into_families() -> None:
    kinds = ["email", "money", "date", "timestamp", "boolean", "iban"]
    assert [family(kind) for kind in kinds] == [
        *("text", "number", "date", "timestamp", "boolean", "text")
    ]


def test_the_table_loads_no_heavy_library() -> None:
    script = (
        "import sys, expectations.native as native\n"
        "native.problems('expect_column_values_to_match_regex', {'regex': 'a'})\n"
        "print(sorted({'great_expectations', 'pandas', 'duckdb', 'sqlglot'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"
