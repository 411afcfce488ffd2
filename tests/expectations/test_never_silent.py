"""No silent pass: what a review once found green, or found to end a run, and is not any more."""

from __future__ import annotations

import re
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from workspaces import TODAY, by_key, run, write_workspace

DEFINITIONS = """
entities: [{key: customer, name: Customer, subtypes: {company: "kind = 'C'"}}]
sources:
  - key: core
    name: Core
    location: data
    owner: a@bank.example
    datasets:
      - {key: people, path: PATH, entity: customer, id: "no", confirmed_at: {field: at, means: MEANS},
         fields: [{key: "no", type: code}, {key: mail, type: email}, {key: kind}, {key: at, type: date}]}
attributes:
  - {key: customer.kind, name: Kind, definition: Kind., owner: a@bank.example,
     expires_on: 2099-01-01, claims: [{field: core.people.kind}]}
  - {key: customer.email, name: E-mail, definition: Reached., owner: a@bank.example,
     expires_on: 2099-01-01, type: email, claims: [{field: core.people.mail}]MORE}
MEASURES
"""
ROWS = "no,mail,kind,at\n1,a@b.co,P,2026-11-19\n2,a@b.co,P,2026-11-19\n3,c@b.co,C,2026-11-19\n"
TYPE = "attribute:customer.email/type:core.people.mail"


def workspace(
    folder: Path, content: str | bytes = ROWS, *, path: str = "core.csv", more: str = "",
    means: str = "confirmed", measures: str = "",
) -> Path:  # fmt: skip
    text = DEFINITIONS.replace("PATH", f'"{path}"').replace("MEANS", means)
    text = text.replace("MORE", more).replace("MEASURES", measures)
    return write_workspace(folder, text, {f"data/{path}": content})


def measure(key: str, calculation: str) -> str:
    common = "definition: x, owner: a@bank.example, expires_on: 2099-01-01"
    return f'  - {{key: {key}, name: {key}, {common}, calculation: "{calculation}"}}\n'


def test_a_sheet_is_read_to_its_end_whatever_it_says_of_its_size(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["no", "mail", "kind", "at"])  # type: ignore[union-attr]
    for number in range(50):
        book.active.append([str(number), "broken", "P", "2026-11-19"])  # type: ignore[union-attr]
    stream = BytesIO()
    book.save(stream)
    shrunk = BytesIO()
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(shrunk, "w") as new:
        for name in old.namelist():
            raw = old.read(name)
            new.writestr(name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:D3"', raw))
    found = by_key(run(workspace(tmp_path, shrunk.getvalue(), path="core.xlsx")))
    assert found[TYPE].violations == 50


@pytest.mark.parametrize("calculation", ["SELECT 'abc' AS value", "SELECT sqrt(2) / 0 AS value"])
def test_what_is_no_number_does_not_compute(tmp_path: Path, calculation: str) -> None:
    folder = workspace(tmp_path, measures="measures:\n" + measure("odd", calculation))
    result = by_key(run(folder))["measure:odd/computes"]
    assert (result.verdict, result.violations) == ("fail", 1)
    assert "not finite numbers" in result.message


def test_a_load_makes_no_value_current_and_what_is_said_later_is_not_there_yet(
    tmp_path: Path,
) -> None:
    more = ", valid_for: 30d, current: true"
    later = ROWS.replace("2026-11-19", (TODAY + timedelta(days=400)).isoformat())
    told, loaded, future = (
        by_key(run(workspace(tmp_path / name, rows, more=more, means=means)))[
            "attribute:customer.email/current"
        ]
        for name, rows, means in (
            ("told", ROWS, "confirmed"), ("loaded", ROWS, "loaded"), ("future", later, "confirmed"),
        )
    )  # fmt: skip
    assert (told.verdict, told.violations) == ("pass", 0)
    assert (loaded.verdict, loaded.rows_compared) == ("unknown", 0)
    assert (future.verdict, future.rows_compared) == ("unknown", 0)


def test_unique_counts_the_subtype_alone(tmp_path: Path) -> None:
    key = "attribute:customer.email/unique:core.people.mail"
    all_of_them = by_key(run(workspace(tmp_path / "a", more=", unique: true")))[key]
    companies = by_key(run(workspace(tmp_path / "b", more=", unique: true, apply_to: company")))[
        key
    ]
    assert (all_of_them.rows_compared, all_of_them.violations) == (3, 2)
    assert (companies.verdict, companies.rows_compared, companies.violations) == ("pass", 1, 0)


def test_an_empty_table_breaks_a_rule_about_its_rows(tmp_path: Path) -> None:
    more = ", rules: [{key: rows, expect: expect_table_row_count_to_be_between, min_value: 1}]"
    found = by_key(run(workspace(tmp_path, "no,mail,kind,at\n", more=more)))
    assert found["attribute:customer.email/rule:rows"].verdict == "fail"
    assert found[TYPE].verdict == "unknown"


def test_a_selection_needs_no_measure_that_it_does_not_name(tmp_path: Path) -> None:
    measures = "measures:\n" + measure("a", "SELECT count(*) AS value FROM customer")
    folder = workspace(tmp_path, measures=measures + measure("b", "a / 2"))
    assert {r.verdict for r in run(folder, select="dataset:core.people/id").results} == {"pass"}
    found = by_key(run(folder, select="measure:b/computes"))
    assert found["measure:b/computes"].observed == 1.5


def test_a_file_whose_name_is_a_pattern_is_read(tmp_path: Path) -> None:
    assert by_key(run(workspace(tmp_path, path="core[1].csv")))[TYPE].verdict == "pass"


def test_columns_that_differ_in_capitals_alone_are_refused(tmp_path: Path) -> None:
    rows = ROWS.replace("no,mail", "no,MAIL,mail").replace("@b.co,", "@b.co,x@y.co,")
    result = by_key(run(workspace(tmp_path, rows)))[TYPE]
    assert result.verdict == "unknown"
    assert "stands there again in other capitals" in result.message


def test_an_endless_first_line_and_a_closed_file_cost_only_their_checks(tmp_path: Path) -> None:
    assert by_key(run(workspace(tmp_path, "x" * 200_000)))[TYPE].verdict == "unknown"


def test_a_personal_value_is_not_told_as_an_observation(tmp_path: Path) -> None:
    more = (
        ", personal_data: contact, rules: [{key: mode, value_set: [x],"
        " expect: expect_column_most_common_value_to_be_in_set}]"
    )
    record = run(workspace(tmp_path, more=more))
    result = by_key(record)["attribute:customer.email/rule:mode"]
    assert result.verdict == "fail"
    assert "a@b.co" not in record.model_dump_json()
