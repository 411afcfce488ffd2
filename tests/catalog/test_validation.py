"""Every problem of a catalog is found at once, each with file, line, code and the known choices."""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from workspaces import TODAY, fixed_clock, write_workspace

from catalog.errors import CatalogInvalid
from catalog.validation.opening import examine, open_valid
from catalog.validation.problems import CODES, Problem
from catalog.workspace import Workspace, open_workspace

CATALOG = """\
teams:
  - {key: retail, name: Retail reporting}
roles:
  - {key: head, name: Head, team: retail, holder: head@bank.example}
entities:
  - key: customer
    name: Customer
    subtypes: {company: "segment = 'C'"}
sources:
  - key: core
    name: Core banking
    location: data
    owner: head
    datasets:
      - key: customers
        path: core.csv
        entity: customer
        id: no
        population: "segment <> 'P'"
        known_to: {core.people: 0.9}
        fields:
          - {key: no, type: code}
          - {key: segment, type: code}
          - {key: mail, type: email}
      - key: people
        path: people.csv
        entity: customer
        id: id
        fields:
          - {key: id, type: code}
          - {key: e_mail, type: email}
attributes:
  - key: customer.email
    name: E-mail
    definition: Where the customer is reached.
    owner: head
    expires_on: 2099-01-01
    type: email
    claims:
      - {field: core.customers.mail, when: "segment = 'C'"}
      - {field: core.people.e_mail}
    required: 0.9
    rules:
      - {key: short, sql: "length(value) < 99"}
  - key: customer.segment
    name: Segment
    definition: The segment.
    owner: head
    expires_on: 2099-01-01
    type: code
    claims:
      - {field: core.customers.segment}
measures:
  - key: customers
    name: Customers
    definition: All of them.
    owner: head
    expires_on: 2099-01-01
    calculation: SELECT segment, count(*) AS value FROM customer GROUP BY segment
    dimensions: [segment]
  - key: mails
    name: Mails
    definition: All of them.
    owner: head
    expires_on: 2099-01-01
    calculation: SELECT count(*) AS value FROM customer WHERE email IS NOT NULL
reports:
  - key: monthly
    name: Monthly
    definition: The month.
    owner: head
    expires_on: 2099-01-01
    team: retail
    cells:
      - {key: all, at: S!A1, measure: customers, where: {segment: C}}
      - {key: half, at: S!A2, calculation: "=A1/2"}
touchpoints:
  - {key: letters, name: Letters, reads: {customer.email: core.people.e_mail}}
"""

FILE = "catalog/definitions.yml"
CASES: Sequence[Mapping[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("validation_cases.yml").read_text(encoding="utf-8")
)


def find_problems(folder: Path, definitions: str, today: date = TODAY) -> list[Problem]:
    opened = open_workspace(write_workspace(folder, definitions))
    return examine(Workspace(opened.root, opened.settings, fixed_clock(today)))[1]


def changed(change: Mapping[str, str]) -> str:
    """The catalog with the first occurrence of each text replaced."""
    text = CATALOG
    for old, new in change.items():
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_the_catalog_that_the_cases_change_has_no_problem(tmp_path: Path) -> None:
    assert find_problems(tmp_path, CATALOG) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"].replace(" ", "_"))
def test_every_problem_is_found_where_it_is_written(
    tmp_path: Path, case: Mapping[str, Any]
) -> None:
    found = find_problems(tmp_path, changed(case["change"]))
    assert [str(problem) for problem in found] == [f"{FILE}:{line}" for line in case["says"]]
    assert all(problem.code in CODES for problem in found)


def test_the_cases_and_this_file_show_every_code_that_definitions_can_have() -> None:
    shown = {line.split()[2].rstrip(":") for case in CASES for line in case["says"]}
    in_other_tests = {"TD001", "TD002", "TD010", "TD040", "TD041", "TD042", "TD043", "TD045"}
    in_other_tests |= {"TD058", "TD059", "TD060", "TD062", "TD063", "TD064"}
    assert shown | in_other_tests == set(CODES)


def test_what_has_come_of_age_or_lost_its_holder_is_a_warning_only(tmp_path: Path) -> None:
    text = changed({
        "holder: head@bank.example": "deputy: d@bank.example, until: 2026-11-19",
        "expires_on: 2099-01-01\n    type: email": "expires_on: 2026-11-19\n    type: email\n    personal_data: contact",
        "location: data\n    owner: head": "location: data\n    refresh: 1d\n    owner: other@bank.example",
        "name: Segment\n": "name: Segment\n    current: 0.9\n",
    })  # fmt: skip
    said = [(p.level, p.code, p.message) for p in find_problems(tmp_path, text)]
    gone = (
        "role:head: nobody holds 'head' any more since 2026-11-19 (sahipsiz), and 5 definitions "
        "are its own; ask d@bank.example, name a new holder"
    )
    assert (
        "warning",
        "TD040",
        "attribute:customer.email: its review was due on 2026-11-19; review it, then `tekdogru renew`",
    ) in said
    assert [one for one in said if one[1] == "TD041"] == [("warning", "TD041", gone)]
    assert (
        "warning",
        "TD042",
        "attribute:customer.email: personal data (contact) without `purposes`",
    ) in said
    promise = "promises to be refreshed, but no `confirmed_at` field could show it"
    assert ("warning", "TD043", f"dataset:core.people: {promise}") in said
    missing = "`current` needs `valid_for`: how long is a confirmed value current?"
    assert [m for level, _, m in said if level == "error"] == [
        f"attribute:customer.segment: {missing}"
    ]


@pytest.mark.parametrize(("day", "codes"), [("2026-11-20", []), ("2026-11-21", ["TD040"])])
def test_a_definition_is_past_its_review_date_on_the_day_after(
    tmp_path: Path, day: str, codes: list[str]
) -> None:
    text = CATALOG.replace("expires_on: 2099-01-01", "expires_on: 2026-11-20", 1)
    found = find_problems(tmp_path, text, date.fromisoformat(day))
    assert [p.code for p in found] == codes


def test_a_path_may_go_down_and_begin_with_dots(tmp_path: Path) -> None:
    text = changed(
        {"path: core.csv": "path: 2026/..core.csv", "path: people.csv": "path: ./people.csv"}
    )
    assert find_problems(tmp_path, text) == []


@pytest.mark.parametrize("name", ["utf-8", "windows-1254", "iso-8859-9", "cp857"])
def test_encodings_that_turkish_files_have_are_known(tmp_path: Path, name: str) -> None:
    assert codecs.lookup(name)
    assert (
        find_problems(
            tmp_path, changed({"path: core.csv": f"path: core.csv\n        encoding: {name}"})
        )
        == []
    )


def test_a_table_without_the_address_of_its_database_is_refused(tmp_path: Path) -> None:
    text = changed({"location: data": "kind: postgres", "path: core.csv": "table: customers"})
    assert [str(p).removeprefix(f"{FILE}:") for p in find_problems(tmp_path, text)] == [
        "10: error TD023: source:core: a source of kind `postgres` needs a `url`, such as ${CRM_URL}",
        "25: error TD023: dataset:core.people: a dataset of a `postgres` source needs a `table`",
    ]


def test_a_catalog_with_errors_is_not_opened_for_work(tmp_path: Path) -> None:
    write_workspace(tmp_path, changed({"owner: head\n    datasets": "owner: haed\n    datasets"}))
    with pytest.raises(
        CatalogInvalid, match=r"the catalog has 1 error\(s\); nothing ran"
    ) as raised:
        open_valid(tmp_path)
    assert raised.value.exit_code == 4
    assert [problem.code for problem in raised.value.problems] == ["TD013"]


def test_warnings_alone_do_not_stop_the_work(tmp_path: Path) -> None:
    write_workspace(tmp_path, changed({"expires_on: 2099-01-01": "expires_on: 2020-01-01"}))
    assert open_valid(tmp_path)[1].attributes.keys() == {"customer.email", "customer.segment"}


@pytest.mark.parametrize(
    ("source", "dataset", "said"),
    [
        ("kind: sqlite", "table: t", "source:core: a `sqlite` source needs a `location`: the database's file"),
        ("kind: duckdb\n    url: a.duckdb", "table: t", "source:core: a `duckdb` source is a file; name it as `location`, not as `url`"),
        ("kind: odbc", "table: t", "source:core: a source of kind `odbc` needs a `url`, such as Driver={PostgreSQL Unicode};Server=crm.example;Pwd=${CRM_PASSWORD}"),
        ("kind: sqlite\n    location: a.db", "table: t\n        path: t.csv", "dataset:core.customers: a dataset of a `sqlite` source has a `table`, not a `path`"),
    ],
)  # fmt: skip
def test_a_database_must_say_where_it_is(
    tmp_path: Path, source: str, dataset: str, said: str
) -> None:
    text = changed(
        {"location: data": source, "path: core.csv": dataset, "path: people.csv": "table: p"}
    )
    assert said in [p.message for p in find_problems(tmp_path, text)]


@pytest.mark.parametrize(
    "written", ["Pwd=s3cret", "PWD={s3;cret}", "password=s3cret", "Driver=x;pwd = s3cret"]
)
def test_a_password_in_a_connection_string_is_refused_and_not_repeated(
    tmp_path: Path, written: str
) -> None:
    source = f"kind: odbc\n    url: '{written}'"
    text = changed(
        {"location: data": source, "path: core.csv": "table: t", "path: people.csv": "table: p"}
    )
    (found,) = [p for p in find_problems(tmp_path, text) if p.code == "TD045"]
    assert "s3cret" not in found.message


def test_a_password_from_a_variable_in_a_connection_string_is_accepted(tmp_path: Path) -> None:
    source = "kind: odbc\n    url: 'Driver=x;Pwd=${SECRET}'"
    text = changed(
        {"location: data": source, "path: core.csv": "table: t", "path: people.csv": "table: p"}
    )
    assert find_problems(tmp_path, text) == []
