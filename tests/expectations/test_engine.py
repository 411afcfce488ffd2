"""What one source or one steward's statement does wrong costs its own checks and no others."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from workspaces import TODAY, by_key, fixed_clock, run, write_workspace

from catalog.results import Result, RunRecord
from catalog.validation.opening import open_valid
from catalog.workspace import Workspace
from expectations.engine.scope import needed_datasets
from expectations.runner import plan_checks

DEFINITIONS = """
sources:
  - key: core
    name: Core
    location: data
    owner: owner@bank.example
    datasets:
      - {key: people, path: core.csv, entity: customer, id: "no", population: "POPULATION",
         fields: [{key: "no", type: code}, {key: name}, {key: segment, type: code}]}
  - key: crm
    name: CRM
    location: data
    owner: owner@bank.example
    datasets:
      - {key: people, path: crm.csv, entity: customer, id: "no",
         fields: [{key: "no", type: code}, {key: name}, {key: mail, type: email}]}
  - key: web
    name: Web
    location: data
    owner: owner@bank.example
    datasets:
      - {key: people, path: web.csv, entity: customer, id: "no",
         fields: [{key: "no", type: code}, {key: name}]}
  - key: branches
    name: Branches
    location: data
    owner: owner@bank.example
    datasets:
      - {key: list, path: branches.csv, entity: branch, id: "no",
         fields: [{key: "no", type: code}, {key: city}]}
attributes:
  - key: customer.name
    name: Name
    definition: The customer's name.
    owner: owner@bank.example
    expires_on: 2030-01-01
    claims: [{field: core.people.name}, {field: crm.people.name}, {field: web.people.name}]
    agree: true
    required: true
    rules: [RULES]
  - key: customer.mail
    name: Mail
    definition: The customer's address.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: email
    claims: [{field: crm.people.mail}]
    rules:
      - {key: not_the_name, sql: "value <> name"}
      - {key: filled, expect: expect_column_values_to_not_be_null}
      - {key: short, expect: expect_column_value_lengths_to_be_between, max_value: 9}
  - key: branch.city
    name: City
    definition: Where the branch is.
    owner: owner@bank.example
    expires_on: 2030-01-01
    claims: [{field: branches.list.city}]
    required: true
measures:
  - key: people
    name: People
    definition: How many there are.
    owner: owner@bank.example
    expires_on: 2030-01-01
    calculation: SELECT count(*) AS value FROM core.people
  - key: broken
    name: Broken
    definition: A number that is none.
    owner: owner@bank.example
    expires_on: 2030-01-01
    calculation: SELECT sum(CAST(city AS integer)) AS value FROM branches.list
  - key: resting
    name: Resting
    definition: A number over one that is none.
    owner: owner@bank.example
    expires_on: 2030-01-01
    calculation: broken / people
  - key: branches_by_city
    name: Branches
    definition: Branches by city.
    owner: owner@bank.example
    expires_on: 2030-01-01
    calculation: SELECT city, count(*) AS value FROM branch GROUP BY city
    dimensions: [city]
"""
CORE = "no,name,segment\n1,Ali,A\n2,Ayşe,B\n3,,A\n"
CRM = "no,name,mail\n1,Ali,a@b.co\n2,Ayse,b@b.co\n4,Can,\n"
WEB = "no,name\n1,ALİ\n2,Ayşe\n"
BRANCHES = "no,city\nb1,İzmir\nb2,Ankara\n"


def workspace(
    folder: Path,
    *,
    rules: str = "",
    population: str = "segment IS NOT NULL",
    files: Mapping[str, str | bytes | None] | None = None,
) -> Path:
    """The workspace above; a file that is None is not there."""
    stated = {"core.csv": CORE, "crm.csv": CRM, "web.csv": WEB, "branches.csv": BRANCHES}
    there = {f"data/{n}": text for n, text in {**stated, **(files or {})}.items() if text}
    text = DEFINITIONS.replace("RULES", rules).replace("POPULATION", population)
    return write_workspace(folder, text, there, settings="[engine]\nmemory_mb = 256\n")


def verdicts(record: RunRecord) -> dict[str, str]:
    return {one.check: one.verdict for one in record.results}


HEALTHY = {
    "dataset:core.people/id_present": "pass",
    "dataset:core.people/population": "pass",
    "dataset:core.people/id": "pass",
    "dataset:crm.people/id_present": "pass",
    "dataset:crm.people/id": "pass",
    "dataset:web.people/id_present": "pass",
    "dataset:web.people/id": "pass",
    "dataset:branches.list/id_present": "pass",
    "dataset:branches.list/id": "pass",
    "attribute:customer.name/agree:core.people.name~crm.people.name": "fail",
    "attribute:customer.name/agree:core.people.name~web.people.name": "fail",
    "attribute:customer.name/agree:crm.people.name~web.people.name": "fail",
    "attribute:customer.name/required": "fail",
    "attribute:customer.mail/type:crm.people.mail": "pass",
    "attribute:customer.mail/rule:not_the_name": "pass",
    "attribute:customer.mail/rule:filled": "fail",
    "attribute:customer.mail/rule:short": "pass",
    "attribute:branch.city/required": "pass",
    "measure:people/computes": "pass",
    "measure:broken/computes": "fail",
    "measure:resting/computes": "fail",
    "measure:branches_by_city/computes": "pass",
    **{
        f"{urn}/expiry": "pass"
        for urn in (
            "attribute:customer.name", "attribute:customer.mail", "attribute:branch.city",
            "measure:people", "measure:broken", "measure:resting", "measure:branches_by_city",
        )
    },
}  # fmt: skip


def test_a_measure_that_fails_at_run_time_says_why_and_takes_no_other_check_down(
    tmp_path: Path,
) -> None:
    record = run(workspace(tmp_path))
    assert verdicts(record) == HEALTHY
    found = by_key(record)
    assert "the calculation fails" in found["measure:broken/computes"].message
    assert "cannot be read as a" in found["measure:broken/computes"].message
    assert "broken" in found["measure:resting/computes"].message
    assert "İzmir" not in found["measure:broken/computes"].message
    assert record.measures["people"][0].value == 3


BOMB = "length(" + "replace(" * 9 + "value" + ", left(value, 1), 'AAAAAAAAAA')" * 9 + ") > 0"
RULES = {
    "memory": (f'{{key: own, sql: "{BOMB}"}}', "256 MB"),
    "cast": (
        '{key: own, sql: "CAST(value AS integer) > 0"}',
        "a text cannot be read as a whole number",
    ),
    "each": (
        '{key: own, sql: "CAST(value AS date) > :as_of", on: sources}',
        "a text cannot be read as a date",
    ),
}


@pytest.mark.parametrize("kind", RULES)
def test_a_rule_that_fails_at_run_time_is_an_error_and_takes_no_other_check_down(
    tmp_path: Path, kind: str
) -> None:
    rule, said = RULES[kind]
    record = run(workspace(tmp_path, rules=rule))
    found = by_key(record)
    own = {key: one for key, one in found.items() if "/rule:own" in key}
    assert {one.verdict for one in own.values()} == {"error"}
    for one in own.values():
        assert said in one.message
        assert (one.rows_compared, one.violations) == (0, 0)
        assert "Ayşe" not in one.message
    assert {k: v for k, v in verdicts(record).items() if k not in own} == HEALTHY
    assert found["attribute:customer.name/required"].violations == 1


def test_a_rule_may_name_the_entity_and_other_attributes(tmp_path: Path) -> None:
    """1 has Ali and a@b.co, 2 Ayşe and b@b.co; 4's name is known to the CRM alone, its mail none."""
    rule = """{key: own, sql: "entity_id <> '2' AND mail <> value"}"""
    found = by_key(run(workspace(tmp_path, rules=rule), select="*/rule:own"))
    own = found["attribute:customer.name/rule:own"]
    assert (own.verdict, own.rows_compared, own.violations) == ("fail", 3, 2)
    assert set(own.samples) == {"2", "4"}


def test_a_rule_that_takes_too_long_is_an_error_within_its_deadline(tmp_path: Path) -> None:
    """Twenty times through a thousand letters for each of 100,000 names, and one second for it."""
    slow = "value"
    for letters in ["A', 'AAAAAAAAAA"] * 3 + ["A', 'B", "B', 'A"] * 10:
        slow = f"replace({slow}, '{letters}')"
    rows = "".join(f"{n},A,A\n" for n in range(4, 100_000))
    rule = f'{{key: own, sql: "length({slow}) > 0"}}'
    folder = workspace(tmp_path, rules=rule, files={"core.csv": CORE + rows})
    (folder / "tekdogru.toml").write_text("[engine]\nmemory_mb = 1024\nsandbox_seconds = 1\n")
    began = time.monotonic()
    found = by_key(run(folder, select="attribute:customer.name/r*"))
    own = found["attribute:customer.name/rule:own"]
    assert (own.verdict, "1 seconds are used up" in own.message) == ("error", True)
    required = found["attribute:customer.name/required"]
    assert (required.verdict, required.rows_compared, required.violations) == ("fail", 99_999, 1)
    assert time.monotonic() - began < 60


def test_a_population_that_fails_at_run_time_makes_the_checks_of_its_dataset_errors(
    tmp_path: Path,
) -> None:
    record = run(workspace(tmp_path, population="CAST(name AS integer) > 3"))
    core = {
        "dataset:core.people/id_present", "dataset:core.people/id", "dataset:core.people/population",
        "attribute:customer.name/agree:core.people.name~crm.people.name",
        "attribute:customer.name/agree:core.people.name~web.people.name",
        "attribute:customer.name/required",
        "attribute:customer.mail/rule:not_the_name", "attribute:customer.mail/rule:filled",
    }  # fmt: skip
    # the measure over core.people reads its rows, not its population: it may well compute
    measures = {"measure:people/computes", "measure:resting/computes"}
    got = verdicts(record)
    assert {key: verdict for key, verdict in got.items() if key not in core | measures} == {
        key: verdict for key, verdict in HEALTHY.items() if key not in core | measures
    }
    assert {got[key] for key in core} == {"error"}
    assert "core.people" in by_key(record)["dataset:core.people/id"].message


BAD_ROW = "".join(f"{n},Ali,A\n" for n in range(1, 50_000)) + "50000,one,too,many\n" + "9,x,A\n"
BAD_BYTE = "".join(f"{n},Ali,A\n" for n in range(1, 50_000)).encode() + b"50000,\xfe\xfd,A\n"
OPEN_QUOTE = "".join(f"{n},Ali,A\n" for n in range(1, 50_000)) + '50000,"Ali,A\n9,x,A\n'
BROKEN: Mapping[str, tuple[str | bytes | None, str]] = {
    "a row too long": ("no,name,segment\n" + BAD_ROW, "50001"),
    "a wrong byte": (b"no,name,segment\n" + BAD_BYTE, "50001"),
    "an open quote": ("no,name,segment\n" + OPEN_QUOTE, "5000"),
    "a row too short": ("no,name,segment\n1,Ali,A\n2\n", "3"),
    "no file": (None, "no such file"),
    "an empty file": (b"", "no such file"),
    "a column missing": ("no,nmae,segment\n", "no column 'name' (did you mean 'nmae'?)"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_source_that_cannot_be_read_makes_its_checks_unknown_and_the_others_right(
    tmp_path: Path, kind: str
) -> None:
    content, said = BROKEN[kind]
    record = run(workspace(tmp_path, files={"core.csv": content}))
    found = by_key(record)
    core = {
        "dataset:core.people/id_present", "dataset:core.people/id", "dataset:core.people/population",
        "attribute:customer.name/agree:core.people.name~crm.people.name",
        "attribute:customer.name/agree:core.people.name~web.people.name",
        "attribute:customer.name/required", "measure:people/computes", "measure:resting/computes",
        # what a rule names beside its own value must be known too, and so must every entity
        "attribute:customer.mail/rule:not_the_name", "attribute:customer.mail/rule:filled",
    }  # fmt: skip
    got = verdicts(record)
    assert {key for key, verdict in got.items() if verdict == "unknown"} == core
    assert {key: v for key, v in got.items() if key not in core} == {
        key: v for key, v in HEALTHY.items() if key not in core
    }
    for key in core:
        assert said in found[key].message, found[key].message
        assert str(tmp_path) not in found[key].message
        assert "Ali" not in found[key].message
    crm_web = found["attribute:customer.name/agree:crm.people.name~web.people.name"]
    assert (crm_web.rows_compared, crm_web.violations) == (2, 2)
    assert record.exit_code == 1


def selected(folder: Path, pattern: str) -> list[str]:
    opened, catalog = open_valid(folder)
    opened = Workspace(opened.root, opened.settings, fixed_clock(TODAY))
    return needed_datasets(plan_checks(opened, catalog, TODAY, pattern))


@pytest.mark.parametrize(
    ("pattern", "datasets"),
    [
        ("dataset:core.people", ["core.people"]),
        ("*/agree:crm.people.name~web.people.name", ["crm.people", "web.people"]),
        ("attribute:customer.mail/type", ["crm.people"]),
        ("attribute:customer.mail/rule:short", ["crm.people"]),
        ("attribute:branch*", ["branches.list"]),
        ("measure:people/*", ["core.people"]),
        ("measure:branches_by_city/computes", ["branches.list"]),
        ("attribute:customer.name/required", ["core.people", "crm.people", "web.people"]),
        ("*/expiry", []),
    ],
)
def test_only_what_the_selected_checks_need_is_read(
    tmp_path: Path, pattern: str, datasets: list[str]
) -> None:
    """And it suffices: with no other file there the results are the same."""
    whole = workspace(tmp_path / "whole")
    assert sorted(selected(whole, pattern)) == datasets
    path = {"core.people": "core.csv", "crm.people": "crm.csv", "web.people": "web.csv",
            "branches.list": "branches.csv"}  # fmt: skip
    files = {file: None for one, file in path.items() if one not in datasets}
    alone = run(workspace(tmp_path / "alone", files=files), select=pattern)
    assert figures(alone.results) == figures(run(whole, select=pattern).results)


def figures(results: tuple[Result, ...]) -> list[tuple[str, str, int, int]]:
    return [(one.check, one.verdict, one.rows_compared, one.violations) for one in results]
