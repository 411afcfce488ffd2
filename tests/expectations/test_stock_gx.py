"""Judged by us from DuckDB's figures or by stock GX on pandas, an expectation has one verdict."""

from __future__ import annotations

import json
import random
import uuid
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from expectations.figures import Figure, Judgement
from expectations.judge import judge
from expectations.native import SUPPORTED, figure_sql, problems

gx = pytest.importorskip("great_expectations")

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:.*match groups"),
]

COLUMNS = {
    "ad": ("VARCHAR", "text"),
    "not": ("VARCHAR", "text"),
    "adet": ("BIGINT", "number"),
    "oran": ("DOUBLE", "number"),
    "gün": ("DATE", "date"),
    "an": ("TIMESTAMP", "timestamp"),
    "aktif": ("BOOLEAN", "boolean"),
}
NAMES = ["İpek", "IŞIK", "ışık", "Şükrü", "Sukru", "O'Neil", "çağla ", " Ömer", "ığüşöç", "Ali"]
NOTES = [
    *(
        "TR12",
        "tr 12",
        "a\\b",
        "100%",
        "x\n",
        "a\nb",
        "\u00a0",
        "a\u00a0b",
        "\t",
        "٣٤",
        "Ⅷ",
        "½",
        "_",
    ),
    *("info@banka.example", "i̇", "😀", "a" * 300, '"', "''", "--", "{view}", "?", "é", "e\u0301"),
]

Case = tuple[str, dict[str, Any]]


def on_text() -> list[Case]:
    patterns = [
        *("^[A-Z]", r"\s", r"^\S+$", r"\d", r"^\d+$", r"^\w+$", r"\W", r"[^\W\d_]", r"[\s\S]b$"),
        *("ş|ı", "[İIıi]", r"^.{3,5}$", r"(?s)^a.b", r"^a.b", "'", r"\\", r"%|\?|\{", r"\t", "^$"),
        *(
            r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
            r"(ab|a+)+?$",
            r"[^a-zçğıöşü]",
            r"\Ax",
            r"x\Z",
            r"[\w-]+@",
        ),
    ]
    pairs = [["^TR", r"\d$"], [r"\s", "ş"], ["a"]]
    return [
        *((name, {"regex": pattern}) for pattern in patterns for name in ("match", "not_match")),
        *(("match_list", {"regex_list": pair, "match_on": "all"}) for pair in pairs),
        *(("match_list", {"regex_list": pair, "mostly": 0.3}) for pair in pairs),
        *(("not_match_list", {"regex_list": pair}) for pair in pairs),
        *(("length", {"value": length}) for length in (1, 4)),
        ("lengths", {"min_value": 2}),
        ("lengths", {"max_value": 4, "strict_max": True}),
        ("lengths", {"min_value": 1, "max_value": 300, "strict_min": True, "strict_max": True}),
        *on_listed(["İpek", "Ali", "O'Neil", "a\\b", "\u00a0", "yok"]),
        *on_listed([*NAMES, *NOTES]),
    ]


def on_listed(values: list[Any]) -> list[Case]:
    listed = {"value_set": values}
    return [
        ("in_set", listed),
        ("in_set", listed | {"mostly": 0.4}),
        ("not_in_set", listed),
        ("distinct_in_set", listed),
        ("distinct_contain", listed),
        ("distinct_equal", listed),
        ("mode", listed),
        ("mode", listed | {"ties_okay": True}),
    ]


def on_ordered(least: Any, most: Any) -> list[Case]:
    ranges = [
        {"min_value": least},
        {"max_value": most},
        {"min_value": least, "max_value": most},
        {"min_value": least, "max_value": most, "strict_min": True},
        {"min_value": least, "max_value": most, "strict_max": True},
        {"min_value": least, "strict_min": True},
        {"max_value": most, "strict_max": True},
    ]
    return [(name, bounds) for name in ("between", "max", "min") for bounds in ranges]


def on_number(least: float, most: float) -> list[Case]:
    whole = {"quantiles": [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0], "value_ranges": [[None, most]] * 7}
    narrow = {"quantiles": [0.5], "value_ranges": [[least, most]]}
    return [
        *on_ordered(least, most),
        ("between", {"min_value": least, "mostly": 0.5}),
        *(
            (name, bounds)
            for name in ("mean", "median", "stdev", "sum")
            for bounds in (
                {"min_value": least},
                {"max_value": most},
                {"min_value": -1e9, "max_value": 1e9},
            )
        ),
        # stock GX takes two quantile expectations on one column for one, hence one of each kind
        ("quantiles", {"quantile_ranges": whole}),
        ("quantiles", {"quantile_ranges": narrow, "allow_relative_error": "linear"}),
        *on_listed([least, most, 0, 7]),
    ]


def on_any() -> list[Case]:
    return [
        *(("not_null", {"mostly": mostly}) for mostly in (0.5, 0.9, 1)),
        *(("null", {"mostly": mostly}) for mostly in (0.05, 0.9)),
        *(("unique", {"mostly": mostly}) for mostly in (0, 0.05, 1.0)),
        ("distinct_count", {"min_value": 2, "max_value": 20}),
        ("distinct_share", {"min_value": 0.1, "strict_min": True}),
        ("present_share", {"min_value": 0.5, "max_value": 1}),
        ("rows", {"min_value": 1, "max_value": 500}),
        ("row_count", {"value": 200}),
    ]


TYPES = {
    "match": "expect_column_values_to_match_regex",
    "not_match": "expect_column_values_to_not_match_regex",
    "match_list": "expect_column_values_to_match_regex_list",
    "not_match_list": "expect_column_values_to_not_match_regex_list",
    "length": "expect_column_value_lengths_to_equal",
    "lengths": "expect_column_value_lengths_to_be_between",
    "in_set": "expect_column_values_to_be_in_set",
    "not_in_set": "expect_column_values_to_not_be_in_set",
    "distinct_in_set": "expect_column_distinct_values_to_be_in_set",
    "distinct_contain": "expect_column_distinct_values_to_contain_set",
    "distinct_equal": "expect_column_distinct_values_to_equal_set",
    "mode": "expect_column_most_common_value_to_be_in_set",
    "between": "expect_column_values_to_be_between",
    **{
        name: f"expect_column_{name}_to_be_between"
        for name in ("max", "min", "mean", "median", "stdev", "sum")
    },
    "quantiles": "expect_column_quantile_values_to_be_between",
    "not_null": "expect_column_values_to_not_be_null",
    "null": "expect_column_values_to_be_null",
    "unique": "expect_column_values_to_be_unique",
    "distinct_count": "expect_column_unique_value_count_to_be_between",
    "distinct_share": "expect_column_proportion_of_unique_values_to_be_between",
    "present_share": "expect_column_proportion_of_non_null_values_to_be_between",
    "rows": "expect_table_row_count_to_be_between",
    "row_count": "expect_table_row_count_to_equal",
}
CASES: list[tuple[str, Case]] = [
    (column, case)
    for column, cases in {
        "ad": on_text() + on_any(),
        "not": on_text() + on_any(),
        "adet": on_number(3, 7) + on_any(),
        "oran": on_number(0.1, 2.5) + on_any(),
        "gün": on_ordered("2026-01-10", "2026-02-01") + on_any(),
        "an": on_ordered("2026-01-10T10:00:00", "2026-02-01T00:00:00") + on_any(),
        "aktif": on_listed([True]) + on_any(),
    }.items()
    for case in cases
]


def faulty_rows(seed: int, size: int, present: float) -> list[tuple[Any, ...]]:
    """Rows with missing values, repeats, ties and every odd letter above."""
    dice = random.Random(seed)
    day = date(2026, 1, 1)
    pools: list[list[Any]] = [
        NAMES,
        NOTES,
        list(range(12)),
        [0.1, 0.25, 1.5, 2.5, -3.75, 1e6, 7.0],
        [day + timedelta(days=n) for n in range(60)],
        [datetime(2026, 1, 1, 10) + timedelta(hours=12 * n) for n in range(120)],
        [True, False],
    ]
    return [
        tuple(dice.choice(pool) if dice.random() < present else None for pool in pools)
        for _ in range(size)
    ]


TABLES = {
    "faulty": faulty_rows(seed=1, size=200, present=0.9),
    "clean": faulty_rows(seed=2, size=500, present=1),
    "single": faulty_rows(seed=3, size=1, present=1),
    "missing": faulty_rows(seed=4, size=5, present=0),
    "empty": [],
}


def suite_of(stated: list[tuple[str, str, dict[str, Any]]]) -> dict[str, Any]:
    """The suite as compiled: plain JSON with stable ids, keyed by check."""
    return {
        "name": "crm.customers",
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, "suite")),
        "meta": {},
        "expectations": [
            {
                "type": type_,
                "kwargs": kwargs,
                "id": str(uuid.uuid5(uuid.NAMESPACE_URL, check)),
                "severity": "warning",
                "meta": {"check": check},
            }
            for check, type_, kwargs in stated
        ],
    }


def view_of(rows: list[tuple[Any, ...]], file: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB view and the Parquet file with the same rows, as `compile` writes it."""
    connection = duckdb.connect()
    columns = ", ".join(f'"{name}" {kind}' for name, (kind, _) in COLUMNS.items())
    connection.execute(f"CREATE TABLE rows ({columns})")
    if rows:
        connection.executemany(f"INSERT INTO rows VALUES ({', '.join('?' * len(COLUMNS))})", rows)
    connection.execute(f"COPY rows TO '{file}'")
    return connection


def counted(connection: duckdb.DuckDBPyConnection, type_: str, column: str, kwargs: Any) -> Figure:
    figure = figure_sql(type_, f'"{column}"', kwargs)
    found = connection.execute(figure.statement("rows")).fetchone()
    assert found is not None
    return Figure(*found)


def stock(suite: dict[str, Any], frame: pd.DataFrame) -> dict[str, Any]:
    """What stock GX says, by check."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("p").add_dataframe_asset("a")
    batch = asset.add_batch_definition_whole_dataframe("b").get_batch({"dataframe": frame})
    result = batch.validate(gx.ExpectationSuite(**suite))
    return {one.expectation_config.meta["check"]: one for one in result.results}


def stated_cases() -> list[tuple[str, str, str, dict[str, Any]]]:
    numbers = count()
    stated = []
    for column, (name, kwargs) in CASES:
        type_ = TYPES[name]
        on_column = {"column": column} if SUPPORTED[type_].columns else {}
        stated.append(
            (f"{next(numbers)} {column} {name} {kwargs}", type_, column, on_column | kwargs)
        )
    return stated


STATED = stated_cases()


@pytest.fixture(scope="module", params=TABLES)
def verdicts(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Judgement], dict[str, Figure], dict[str, Any]]:
    """Our judgements, the figures they rest on, and stock GX's results, for one table."""
    file = tmp_path_factory.mktemp("views") / "rows.parquet"
    connection = view_of(TABLES[request.param], file)
    suite = suite_of([(check, type_, kwargs) for check, type_, _, kwargs in STATED])
    figures = {
        check: counted(connection, type_, column, kwargs) for check, type_, column, kwargs in STATED
    }
    return judge(suite, figures), figures, stock(suite, pd.read_parquet(file))


OURS = [
    "expect_ids_not_to_repeat",
    "expect_ids_to_be_present",
    "expect_entities_to_be_known",
    "expect_dataset_to_be_fresh",
    "expect_values_to_fit_type",
    "expect_sources_to_agree",
    "expect_golden_value_to_be_present",
    "expect_rule_to_hold",
    "expect_measure_to_compute",
    "expect_measure_within_bounds",
    "expect_measure_change_within_bounds",
    "expect_published_figures_to_be_readable",
    "expect_report_to_be_published_on_time",
    "expect_published_value_to_be_true",
    "expect_published_values_to_be_the_same",
    "expect_definition_to_be_current",
]


def test_our_own_expectations_show_an_error_on_stock_gx_and_never_pass() -> None:
    suite = suite_of(
        [
            *((name, name, {"check": name, "at_least": 0.0}) for name in OURS),
            ("native", TYPES["not_null"], {"column": "ad"}),
        ]
    )
    theirs = stock(suite, pd.DataFrame({"ad": ["İpek"]}))
    assert theirs.pop("native").success is True
    assert set(theirs) == set(OURS)
    for one in theirs.values():
        assert one.success is False
        assert "tekdogru.figure" in str(one.exception_info)


def test_stock_gx_keeps_ids_severity_meta_and_arguments_of_a_suite_file(tmp_path: Path) -> None:
    suite = suite_of(
        [
            ("ours", "expect_sources_to_agree", {"check": "ours", "at_least": 0.97}),
            ("theirs", TYPES["match"], {"column": "ad", "regex": r"^\S+ş$", "mostly": 0.9}),
        ]
    )
    context = gx.get_context(mode="file", project_root_dir=tmp_path)
    (tmp_path / "gx" / "expectations" / "crm.json").write_text(
        json.dumps(suite | {"name": "crm"}), encoding="utf-8"
    )
    loaded = context.suites.get("crm").to_json_dict()
    assert loaded["id"] == suite["id"]
    assert loaded["expectations"] == suite["expectations"]


def test_every_supported_expectation_is_compared() -> None:
    assert set(TYPES.values()) == set(SUPPORTED)


@pytest.mark.parametrize(("check", "type_", "column", "kwargs"), STATED, ids=lambda _: "")
def test_the_compared_statements_have_no_problems(
    check: str, type_: str, column: str, kwargs: dict[str, Any]
) -> None:
    assert problems(type_, kwargs, COLUMNS[column][1]) == []


def test_verdicts_equal_stock_gx(verdicts: Any) -> None:
    ours, _, theirs = verdicts
    different = {
        check: (ours[check], theirs[check].success, theirs[check].exception_info)
        for check in ours
        if ours[check].success is not bool(theirs[check].success) or ours[check].error
    }
    assert different == {}


def test_unexpected_counts_equal_stock_gx(verdicts: Any) -> None:
    _, figures, theirs = verdicts
    stated = {check: one.result.get("unexpected_count") for check, one in theirs.items()}
    counts = {check: found for check, found in stated.items() if found is not None}
    assert len(counts) > len(stated) / 2
    assert counts == {
        check: figures[check].value["unexpected"]
        if isinstance(figures[check].value, dict)
        else figures[check].violations
        for check in counts
    }


def test_observed_values_equal_stock_gx(verdicts: Any) -> None:
    ours, _, theirs = verdicts
    stated = {check: comparable(one.result.get("observed_value")) for check, one in theirs.items()}
    observed = {
        check: value
        for check, value in stated.items()
        if value is not None and " mode " not in check  # ours holds at most twenty modes, sorted
    }
    assert len(observed) > 20
    assert {check: comparable(ours[check].observed) for check in observed} == observed


def comparable(observed: Any) -> Any:
    """An observed value without its clothes: NaN is nothing, ISO text a time, nine digits do."""
    if isinstance(observed, dict):
        return comparable(observed["values"])  # quantiles
    if isinstance(observed, list):
        return [comparable(part) for part in observed]
    if isinstance(observed, date):
        return None if pd.isna(observed) else observed.isoformat()
    if isinstance(observed, str) or observed is None or pd.isna(observed):
        return observed if isinstance(observed, str) else None
    return float(f"{observed:.9g}")
