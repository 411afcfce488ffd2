"""A time of confirmation that cannot be read is never swallowed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from workspaces import by_key, run, write_workspace

from catalog.results import Result

DEFINITIONS = """
sources:
  - key: crm
    name: CRM
    location: data
    owner: owner@bank.example
    datasets:
      - key: people
        path: crm.csv
        entity: customer
        id: "no"
        confirmed_at: at
        fields:
          - {key: "no", type: code}
          - {key: mail, confirmed_at: {field: mailed, means: confirmed}}
          - {key: at, type: timestamp FORMAT}
          - {key: mailed, type: date}
attributes:
  - key: customer.mail
    name: Mail
    definition: An address.
    owner: owner@bank.example
    expires_on: 2030-01-01
    claims: [{field: crm.people.mail}]
"""
HEAD = "no,mail,at,mailed\n"
KEY = "dataset:crm.people/confirmed_at:at"


def found(folder: Path, rows: str, form: str = "") -> Mapping[str, Result]:
    text = DEFINITIONS.replace(" FORMAT", form)
    return by_key(run(write_workspace(folder, text, {"data/crm.csv": HEAD + rows})))


def test_times_in_another_format_than_stated_are_a_visible_failure(tmp_path: Path) -> None:
    rows = "1,a,2026-11-19 10:00,2026-11-01\n2,b,2026-11-18 10:00,\n3,c,,\n"
    result = found(tmp_path, rows, ', format: "%d.%m.%Y"')[KEY]
    assert (result.verdict, result.severity) == ("fail", "warning")
    assert (result.rows_available, result.rows_compared, result.violations) == (3, 2, 2)
    assert result.samples == ("1", "2")
    assert result.message == (
        "2 of 2 times (100.00%) in crm.people.at cannot be read, so they confirm nothing; "
        "expected none"
    )
    assert result.line == 12


def test_each_time_that_is_read_for_a_field_is_looked_at(tmp_path: Path) -> None:
    result = found(tmp_path, "1,a,2026-11-19 10:00,19.11.2026\n")
    mailed = result["dataset:crm.people/confirmed_at:mailed"]
    assert (mailed.verdict, mailed.violations) == ("fail", 1)
    assert result[KEY].verdict == "pass"


def test_a_dataset_that_says_of_no_row_when_it_was_confirmed_is_unknown(tmp_path: Path) -> None:
    result = found(tmp_path, "1,a,,\n2,b,  ,\n")[KEY]
    assert (result.verdict, result.rows_compared) == ("unknown", 0)


def test_times_that_can_be_read_pass(tmp_path: Path) -> None:
    rows = "1,a,2026-11-19T10:00:00Z,2026-11-01\n2,b,2026-11-18,\n"
    assert found(tmp_path, rows)[KEY].verdict == "pass"
