"""Compiled suites say on stock GX, over their cleansed views, what our own run says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from workspaces import TODAY, by_key, run, write_workspace

from catalog.cli import run as tekdogru
from catalog.results import Result
from expectations.native import SUPPORTED
from expectations.suites import GUARD

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

TEXT: list[dict[str, Any]] = [
    {"expect": "expect_column_values_to_not_be_null", "mostly": 0.9},
    {"expect": "expect_column_values_to_be_null", "mostly": 0.1},
    {"expect": "expect_column_values_to_be_unique"},
    {"expect": "expect_column_values_to_be_in_set", "value_set": ["İpek", "Ali", "a b"]},
    {"expect": "expect_column_values_to_not_be_in_set", "value_set": ["Ali"]},
    {"expect": "expect_column_value_lengths_to_be_between", "min_value": 3, "max_value": 4},
    {"expect": "expect_column_value_lengths_to_equal", "value": 3, "mostly": 0.5},
    {"expect": "expect_column_values_to_match_regex", "regex": "^[A-ZÇĞİÖŞÜ]", "mostly": 0.5},
    {"expect": "expect_column_values_to_not_match_regex", "regex": r"\s"},
    {"expect": "expect_column_values_to_match_regex_list", "regex_list": ["^A", "k$"]},
    {"expect": "expect_column_values_to_not_match_regex_list", "regex_list": ["^A", "ş"]},
    {"expect": "expect_column_unique_value_count_to_be_between", "max_value": 3},
    {"expect": "expect_column_proportion_of_unique_values_to_be_between", "min_value": 0.9},
    {"expect": "expect_column_proportion_of_non_null_values_to_be_between", "min_value": 0.5},
    {"expect": "expect_column_distinct_values_to_be_in_set", "value_set": ["Ali", "İpek"]},
    {"expect": "expect_column_distinct_values_to_contain_set", "value_set": ["Ali", "yok"]},
    {"expect": "expect_column_distinct_values_to_equal_set", "value_set": ["Ali"]},
    {"expect": "expect_column_most_common_value_to_be_in_set", "value_set": ["Ali", "İpek"]},
    {"expect": "expect_table_row_count_to_be_between", "min_value": 1, "max_value": 4},
    {"expect": "expect_table_row_count_to_equal", "value": 9},
]
NUMBER: list[dict[str, Any]] = [
    {"expect": "expect_column_values_to_be_between", "min_value": 0, "max_value": 10},
    {"expect": "expect_column_values_to_not_be_null"},
    {"expect": "expect_column_values_to_be_unique"},
    {"expect": "expect_column_values_to_be_in_set", "value_set": [1, 2.5, 7]},
    {"expect": "expect_column_max_to_be_between", "max_value": 7},
    {"expect": "expect_column_min_to_be_between", "min_value": -3},
    {"expect": "expect_column_mean_to_be_between", "min_value": 0, "max_value": 100},
    {"expect": "expect_column_median_to_be_between", "min_value": 3},
    {"expect": "expect_column_stdev_to_be_between", "max_value": 1},
    {"expect": "expect_column_sum_to_be_between", "min_value": 10},
    {
        "expect": "expect_column_quantile_values_to_be_between",
        "quantile_ranges": {"quantiles": [0.5], "value_ranges": [[0, 3]]},
    },
]
DAY: list[dict[str, Any]] = [
    {"expect": "expect_column_values_to_be_between", "min_value": "2026-01-01"},
    {"expect": "expect_column_max_to_be_between", "max_value": "2026-11-01"},
    {"expect": "expect_column_min_to_be_between", "min_value": "1980-01-01"},
    {"expect": "expect_column_values_to_not_be_null"},
    {"expect": "expect_column_unique_value_count_to_be_between", "min_value": 2},
]
MOMENT: list[dict[str, Any]] = [
    {
        "expect": "expect_column_values_to_be_between",
        "min_value": "2026-01-01T12:00:00",
        "strict_min": True,
    },
    {"expect": "expect_column_max_to_be_between", "max_value": "2026-11-01T00:00:00"},
]
TRUTH: list[dict[str, Any]] = [
    {"expect": "expect_column_values_to_be_in_set", "value_set": [True]},
    {"expect": "expect_column_values_to_be_unique"},
]
ATTRIBUTES: Mapping[str, tuple[str, list[dict[str, Any]]]] = {
    "name": ("text", TEXT),
    "mail": ("email", []),
    "segment": ("code", []),
    "score": ("integer", NUMBER),
    "amount": ("decimal", NUMBER),
    "born": ("date", DAY),
    "seen": ("timestamp", MOMENT),
    "active": ("boolean", TRUTH),
    "card": ("iban", []),
}
STATED: Mapping[str, dict[str, Any]] = {
    "name": {"cleanse": ["trim"], "compare": ["fold"], "unique": True, "agree": True},
    "mail": {"cleanse": ["trim", "lower"], "unique": True, "required": 0.5},
    "segment": {"values": ["A", "İ"], "required": True, "agree": 0.5},
    "score": {"values": [1, 7], "unique": True},
    "born": {"required": {"target": 0.9, "by": "2027-01-01"}, "valid_for": "30d", "current": 0.5},
    "active": {"apply_to": "grown", "required": True},
}
CORE = [
    {"no": no, "name": name, "mail": mail, "segment": segment, "score": score, "amount": amount,
     "born": born, "seen": seen, "active": active, "card": card}
    for no, name, mail, segment, score, amount, born, seen, active, card in (
        ("1", "İpek", "a@b.co", "A", "1", "2.5", "1999-01-01", "2026-01-01 12:00", "1", "TR1"),
        ("2", "IPEK ", "A@B.CO", "İ", "7", "-3.25", "2026-02-03", "2026-11-20T09:00:00Z", "evet", ""),
        ("3", "Ali", "broken", "I", "x", "1e3", "2026-13-01", "", "0", "TR330006100519786457841326"),
        ("4", "\u00a0Ali", "a b@c.d", "", "", "", "", "bad", "", ""),
        ("5", "", "", "B", "11", "10000.125", "1970-01-01", "2025-01-01", "maybe", ""),
        ("5", "şık", "c@d.eu", "A", "007", "7.0", "2026-11-01", "2026-01-01 12:00:01", "no", "x"),
        ("", "a\nb", "e@f.g\u200b", "a", "2", "0.1", "", "", "", ""),
    )
]  # fmt: skip
CRM = [
    {**CORE[0], "name": "ipek", "segment": "B", "born": ""},
    {**CORE[1], "name": "Veli", "score": "3", "active": "x"},
    {**CORE[5], "no": "6", "name": "Ali", "segment": "İ"},
]


def definitions() -> str:
    fields = ["no: code", *(f"{key}: {kind}" for key, (kind, _) in ATTRIBUTES.items())]
    listed = ", ".join(
        f'{{key: "{key}", type: {kind}}}' for key, _, kind in (f.partition(": ") for f in fields)
    )
    attributes = [
        {
            "key": f"customer.{key}",
            "name": key,
            "definition": f"The customer's {key}.",
            "owner": "owner@bank.example",
            "expires_on": "2026-11-25",
            "type": kind,
            "claims": [{"field": f"crm.people.{key}"}, {"field": f"core.people.{key}"}],
            **STATED.get(key, {}),
            "rules": [
                *({"key": f"golden{n}", **rule} for n, rule in enumerate(rules)),
                *({"key": f"each{n}", "on": "sources", **rule} for n, rule in enumerate(rules)),
                {"key": "sql", "sql": "value IS NOT NULL", "at_least": 0.1},
            ],
        }
        for key, (kind, rules) in ATTRIBUTES.items()
    ]
    return f"""
entities:
  - {{key: customer, name: Customer, subtypes: {{grown: "born < DATE '2000-01-01'"}}}}
sources:
  - key: core
    name: Core
    location: data
    owner: owner@bank.example
    refresh: 30d
    datasets:
      - {{key: people, path: core.csv, entity: customer, id: "no", confirmed_at: born,
         population: "segment <> 'X'", fields: [{listed}]}}
  - key: crm
    name: CRM
    location: data
    owner: owner@bank.example
    datasets:
      - {{key: people, path: crm.csv, entity: customer, id: "no", confirmed_at: born,
         known_to: {{core.people: 1.0}}, fields: [{listed}]}}
attributes: {json.dumps(attributes, ensure_ascii=False)}
measures:
  - key: total
    name: Total
    definition: All amounts.
    owner: owner@bank.example
    expires_on: 2030-01-01
    calculation: SELECT sum(amount) AS value FROM customer
"""


Stock = Mapping[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with faults in every type of attribute, compiled by the command."""
    made = tmp_path_factory.mktemp("compiled")
    files = {"data/core.csv": CORE, "data/crm.csv": CRM}
    write_workspace(made, definitions(), files)
    asked = ["compile", "--workspace", str(made), "--output", str(made / "gx")]
    assert tekdogru([*asked, "--as-of", str(TODAY)]) == 0
    return made


@pytest.fixture(scope="module")
def ours(folder: Path) -> Mapping[str, Result]:
    return by_key(run(folder))


@pytest.fixture(scope="module")
def suites(folder: Path) -> Mapping[str, Any]:
    """The suite files by name."""
    files = sorted((folder / "gx/suites").glob("*.json"))
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


@pytest.fixture(scope="module")
def theirs(folder: Path, suites: Mapping[str, Any]) -> Stock:
    """What stock GX says of each check, on pandas over the suite's Parquet file."""
    return {key: one for suite in suites.values() for key, one in _validated(folder, suite)}


def _validated(folder: Path, suite: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    import great_expectations as gx

    import expectations.custom  # noqa: F401 - registers our own

    view = suite["meta"]["tekdogru"]["view"]
    frame = pd.read_parquet(folder / "gx/views" / view) if view else pd.DataFrame({"a": [1]})
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("p").add_dataframe_asset("a")
    batch = asset.add_batch_definition_whole_dataframe("b").get_batch({"dataframe": frame})
    for one in batch.validate(gx.ExpectationSuite(**suite)).results:
        yield one.expectation_config.meta.get("check", f"guard of {suite['name']}"), one


def native(found: Mapping[str, Result]) -> dict[str, Result]:
    return {key: one for key, one in found.items() if one.expectation in SUPPORTED}


def test_the_faulty_workspace_asks_every_supported_expectation_of_stock_gx(
    ours: Mapping[str, Result], theirs: Stock
) -> None:
    assert {one.expectation for one in ours.values()} >= set(SUPPORTED)
    assert {key for key in theirs if not key.startswith("guard")} == ours.keys()


def test_stock_gx_reads_every_native_expectation_without_an_exception(
    ours: Mapping[str, Result], theirs: Stock
) -> None:
    raised = {key: str(theirs[key].exception_info)[:300] for key in native(ours)
              if "exception_message" in str(theirs[key].exception_info)
              and theirs[key].exception_info.get("raised_exception") is not False}  # fmt: skip
    assert raised == {}


def test_native_expectations_succeed_on_stock_gx_where_they_do_here(
    ours: Mapping[str, Result], theirs: Stock
) -> None:
    """Here nothing compared is unknown and a target due later a warning; GX knows neither."""
    judged = {key: one for key, one in native(ours).items() if one.verdict != "unknown"}
    assert {one.verdict for one in judged.values()} == {"pass", "warn", "fail"}
    assert {key: one.verdict == "pass" for key, one in judged.items()} == {
        key: bool(theirs[key].success) for key in judged
    }


def test_native_expectations_count_on_stock_gx_what_they_count_here(
    ours: Mapping[str, Result], theirs: Stock
) -> None:
    stated = {key: theirs[key].result.get("unexpected_count") for key in native(ours)}
    counts = {key: count for key, count in stated.items() if count is not None}
    assert len(counts) > 60
    assert {key: ours[key].violations for key in counts} == counts


def test_our_own_expectations_show_an_exception_on_stock_gx_and_never_pass(
    ours: Mapping[str, Result], theirs: Stock
) -> None:
    own = ours.keys() - native(ours).keys()
    assert {ours[key].expectation for key in own} >= {
        "expect_ids_to_be_present", "expect_ids_not_to_repeat", "expect_entities_to_be_known",
        "expect_dataset_to_be_fresh", "expect_values_to_fit_type", "expect_sources_to_agree",
        "expect_golden_value_to_be_present", "expect_values_to_be_current", "expect_rule_to_hold",
        "expect_measure_to_compute", "expect_definition_to_be_current",
    }  # fmt: skip
    for key in own:
        assert theirs[key].success is False, key
        assert "tekdogru.figure" in str(theirs[key].exception_info), key


def test_native_expectations_and_our_own_are_in_suites_apart(suites: Mapping[str, Any]) -> None:
    """Without `import expectations.custom` stock GX drops our own with no more than a log line."""
    assert set(suites) == {
        "dataset.core.people", "dataset.core.people.tekdogru",
        "dataset.crm.people", "dataset.crm.people.tekdogru",
        "golden.customer", "golden.customer.tekdogru", "catalog.tekdogru",
    }  # fmt: skip
    for name, suite in suites.items():
        types = {one["type"] for one in suite["expectations"] if "guard" not in one["meta"]}
        assert (
            not types & SUPPORTED.keys() if name.endswith(".tekdogru") else types <= set(SUPPORTED)
        )


WITHOUT_OURS = """
import json, sys
from pathlib import Path
import pandas as pd
import great_expectations as gx

context = gx.get_context(mode="ephemeral")
asset = context.data_sources.add_pandas("p").add_dataframe_asset("a")
definition = asset.add_batch_definition_whole_dataframe("b")
batch = definition.get_batch({"dataframe": pd.DataFrame({"a": [1]})})
for file in sorted(Path(sys.argv[1]).glob("*.tekdogru.json")):
    result = batch.validate(gx.ExpectationSuite(**json.loads(file.read_text(encoding="utf-8"))))
    print(result.success, [one.expectation_config.kwargs["column"] for one in result.results])
"""


def test_a_suite_of_our_own_does_not_pass_where_nobody_imported_them(folder: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WITHOUT_OURS, str(folder / "gx/suites")],
        capture_output=True, text=True, check=True, cwd=folder,
    )  # fmt: skip
    assert said.stdout.splitlines() == [f"False ['{GUARD}']"] * 4


def test_compiling_again_gives_the_same_suites(folder: Path, suites: Mapping[str, Any]) -> None:
    again = folder / "again"
    asked = ["compile", "--workspace", str(folder), "--output", str(again)]
    assert tekdogru([*asked, "--as-of", str(TODAY)]) == 0
    for name in suites:
        first = folder / "gx/suites" / f"{name}.json"
        assert (again / "suites" / first.name).read_bytes() == first.read_bytes()
