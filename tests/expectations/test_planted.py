"""Faults planted by hand give exactly the numbers written beside them, for each kind of check."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from books import At, write_book
from workspaces import by_key, run, write_workspace

from catalog.results import Result, RunRecord
from catalog.validation.opening import open_valid

DEFINITIONS = """
entities:
  - key: customer
    name: Customer
    subtypes: {company: "kind = 'C'"}
sources:
  - key: core
    name: Core banking
    location: data
    owner: owner@bank.example
    refresh: 2d
    datasets:
      - key: customers
        path: core.csv
        entity: customer
        id: customer_no
        population: "status <> 'prospect'"
        confirmed_at: {field: updated_at, means: changed}
        known_to: {crm.customers: 0.7, gone.customers: 1.0}
        fields:
          - {key: customer_no, type: code}
          - {key: status, type: code}
          - {key: kind, type: code}
          - {key: email, type: email}
          - {key: name}
          - {key: balance, type: money}
          - {key: updated_at, type: timestamp}
  - key: crm
    name: CRM
    location: data
    owner: owner@bank.example
    refresh: 5d
    datasets:
      - key: customers
        path: crm.csv
        entity: customer
        id: no
        confirmed_at: changed_on
        fields:
          - {key: "no", type: code}
          - {key: e_mail, type: email, confirmed_at: {field: mail_confirmed, means: confirmed}}
          - {key: mail_confirmed, type: date}
          - {key: full_name}
          - {key: core_email, type: email, copy_of: core.customers.email}
          - {key: segment, type: code}
          - {key: changed_on, type: date}
  - key: calls
    name: Call centre
    location: data
    owner: owner@bank.example
    datasets:
      - key: contacts
        path: calls.csv
        entity: customer
        id: no
        rows: many
        confirmed_at: {field: told_on, means: confirmed}
        fields:
          - {key: "no", type: code}
          - {key: channel, type: code}
          - {key: value}
          - {key: told_on, type: date}
  - key: gone
    name: Gone
    location: data
    owner: owner@bank.example
    datasets:
      - {key: customers, path: gone.csv, entity: customer, id: "no",
         fields: [{key: "no", type: code}, {key: segment, type: code}]}
attributes:
  - key: customer.email
    name: E-mail
    definition: Where the customer is reached.
    owner: owner@bank.example
    expires_on: 2026-11-19
    type: email
    cleanse: [trim, lower]
    claims:
      - {field: calls.contacts.value, row: "channel = 'mail'", when: "confirmed_at >= :as_of - interval 180 day"}
      - {field: core.customers.email}
      - {field: crm.customers.e_mail}
      - {field: crm.customers.core_email}
    required: 0.9
    unique: true
    agree: {target: 0.97, by: 2026-12-31}
    valid_for: 365d
    current: 0.5
    rules:
      - {key: short, expect: expect_column_value_lengths_to_be_between, max_value: 10, severity: warning}
      - {key: no_role, sql: "value NOT LIKE 'info@%'", at_least: 0.75}
      - {key: no_role_anywhere, sql: "value NOT LIKE 'info@%'", on: sources, severity: info}
  - key: customer.name
    name: Name
    definition: The customer's name.
    owner: owner@bank.example
    expires_on: 2026-12-10
    cleanse: [trim]
    compare: [fold, punctuation]
    claims: [{field: core.customers.name}, {field: crm.customers.full_name}]
    agree: true
    unique: true
    severity: warning
  - key: customer.kind
    name: Kind
    definition: Person or company.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: code
    values: {P: Person, C: Company}
    claims: [{field: core.customers.kind}]
    required: true
  - key: customer.segment
    name: Segment
    definition: The company's segment.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: code
    values: [A, B]
    apply_to: company
    claims: [{field: crm.customers.segment}, {field: gone.customers.segment}]
    agree: true
    required: true
  - key: customer.status
    name: Status
    definition: Active or not.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: code
    claims: [{field: core.customers.status}]
  - key: customer.balance
    name: Balance
    definition: What the customer has.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: money
    claims: [{field: core.customers.balance}]
    rules:
      - {key: between, expect: expect_column_values_to_be_between, min_value: 0, mostly: 0.6}
      - {key: between_each, expect: expect_column_values_to_be_between, min_value: 0, on: sources}
      - {key: sum, expect: expect_column_sum_to_be_between, max_value: 100}
measures:
  - key: active
    name: Active customers
    definition: Customers with status active.
    owner: owner@bank.example
    expires_on: 2030-01-01
    calculation: SELECT kind, count(*) AS value FROM customer WHERE status = 'active' GROUP BY kind
    dimensions: [kind]
  - key: rows
    name: Rows
    definition: Rows of core, prospects too.
    owner: owner@bank.example
    expires_on: 2030-01-01
    calculation: SELECT count(*) AS value FROM core.customers
  - key: total
    name: Total
    definition: The sum of balances.
    owner: owner@bank.example
    expires_on: 2030-01-01
    calculation: SELECT sum(balance) AS value FROM core.customers
  - key: mean
    name: Mean
    definition: Balance per row.
    owner: owner@bank.example
    expires_on: 2030-01-01
    calculation: total / rows
  - key: void
    name: Void
    definition: The sum of nothing.
    owner: owner@bank.example
    expires_on: 2030-01-01
    calculation: SELECT sum(balance) AS value FROM core.customers WHERE status = 'nobody'
"""

CORE = """\
customer_no,status,kind,email,name,balance,updated_at
7,active,P,a@b.co,Ilgaz Çığ,10,2026-11-19 10:00
007,active,C,A@B.CO,"Şükrü  İnce, Ltd.",20.50,2026-11-19T23:00:00Z
8,active,X,info@b.co,IŞIK,-5,2026-11-01
8,closed,P,old@b.co,Old,1,2026-10-01
8,active,P,new@b.co,ışık,-7,2026-11-01
9,active,P,\u00a0\tALİ@b.co\u2003,Ali,1x,
10,closed,,broken,,0.1,2026-11-22
11,prospect,P,p@b.co,P,5,2026-11-20
12,,P,q@b.co,Q,5,2026-11-20
,active,P,r@b.co,R,1,2026-11-18
"""
CRM = """\
no,e_mail,mail_confirmed,full_name,core_email,segment,changed_on
7,ali@b.co,2026-11-01,ilgaz cig,a@b.co,A,2026-11-10
007,a@b.co,,SUKRU INCE LTD,a@b.co,,2026-11-12
8,,,Isik!,new@b.co,B,2026-11-13
9,alı@b.co,2024-01-01,"Ali\t",other@b.co,C,2026-11-14
20,x y@b.co,2026-01-01,Yirmi,,A,2025-01-01
20,z@b.co,,Yirmi iki,,A,
20,t@b.co,2026-10-01,Yirmi üç,,A,2025-01-01
"""
CALLS = """\
no,channel,value,told_on
7,phone,+905321112233,2026-11-15
7,mail,first@b.co,2026-01-01
7,mail,Second@b.co ,2026-10-01
10,mail,stale@b.co,2026-01-01
9,mail,ali@b.co,2026-11-01
9,mail,,2026-11-10
"""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    files = {"data/core.csv": CORE, "data/crm.csv": CRM, "data/calls.csv": CALLS}
    return run(write_workspace(tmp_path_factory.mktemp("planted"), DEFINITIONS, files))


@pytest.fixture(scope="module")
def found(record: RunRecord) -> Mapping[str, Result]:
    return by_key(record)


# verdict, rows available, compared, violations, only left, only right
Figures = tuple[str, int, int, int, int | None, int | None]
EXPECTED: Mapping[str, tuple[Any, ...]] = {
    # ten rows, of which 11 is a prospect and 12 has no status: eight count; one has no number
    "dataset:core.customers/id_present": ("fail", 10, 8, 1),
    "dataset:core.customers/population": ("fail", 10, 10, 1),  # 12 has no status
    "dataset:core.customers/id": ("fail", 10, 7, 2),  # 8 three times
    "dataset:core.customers/known_to:crm.customers": ("pass", 5, 5, 1),  # 10 of 7 007 8 9 10
    "dataset:core.customers/known_to:gone.customers": ("unknown", 0, 0, 0),
    # the latest up to today: 19 November 23:00 UTC is the 20th in Istanbul; the 22nd is to come
    "dataset:core.customers/fresh": ("pass", 10, 6, 0),
    "dataset:core.customers/confirmed_at:updated_at": ("pass", 10, 7, 0),  # of eight, one has none
    "dataset:crm.customers/confirmed_at:changed_on": ("pass", 7, 6, 0),
    "dataset:crm.customers/confirmed_at:mail_confirmed": ("pass", 7, 4, 0),
    "dataset:calls.contacts/confirmed_at:told_on": ("pass", 6, 6, 0),
    "dataset:crm.customers/id_present": ("pass", 7, 7, 0),
    "dataset:crm.customers/id": ("fail", 7, 7, 2),
    "dataset:crm.customers/fresh": ("fail", 7, 6, 1),  # 14 November, five days before the 20th
    "dataset:calls.contacts/id_present": ("pass", 6, 6, 0),
    "dataset:gone.customers/id_present": ("unknown", 0, 0, 0),
    "dataset:gone.customers/id": ("unknown", 0, 0, 0),
    # only the rows that are claimed hold an e-mail at all: the phone's +90… is not looked at
    "attribute:customer.email/type:calls.contacts.value": ("pass", 6, 4, 0),
    "attribute:customer.email/type:core.customers.email": ("fail", 10, 8, 1),  # broken
    "attribute:customer.email/type:crm.customers.e_mail": ("fail", 7, 6, 1),  # x y@b.co
    "attribute:customer.email/type:crm.customers.core_email": ("pass", 7, 4, 0),
    "attribute:customer.email/unique:calls.contacts.value": ("pass", 6, 4, 0),
    "attribute:customer.email/unique:core.customers.email": ("fail", 10, 8, 2),  # a@b.co
    "attribute:customer.email/unique:crm.customers.e_mail": ("pass", 7, 6, 0),
    "attribute:customer.email/unique:crm.customers.core_email": ("fail", 7, 4, 2),
    # row by row: 7 second against a; 9's latest call holds nothing; 10 stale against broken
    "attribute:customer.email/agree:calls.contacts.value~core.customers.email":
        ("warn", 3, 2, 2, 0, 1),
    # 7 second against ali, 9 nothing against alı
    "attribute:customer.email/agree:calls.contacts.value~crm.customers.e_mail":
        ("warn", 2, 1, 1, 0, 1),
    # 7 a against ali; 007 equal; 8 new against nothing; 9 ali against alı; the copy has no vote
    "attribute:customer.email/agree:core.customers.email~crm.customers.e_mail":
        ("warn", 4, 3, 2, 1, 0),
    # a source that is down may know entities that nobody else does
    "attribute:customer.email/required": ("unknown", 0, 0, 0),
    # current beats stale: 9, stale where it is claimed first, has a current one in a copy
    "attribute:customer.email/current": ("pass", 6, 5, 0),
    "attribute:customer.email/rule:short": ("fail", 6, 5, 1),  # second@b.co
    "attribute:customer.email/rule:no_role": ("pass", 6, 5, 0),
    "attribute:customer.email/rule:no_role_anywhere:calls.contacts.value": ("pass", 6, 4, 0),
    # rules see the rows that count, not all there are
    "attribute:customer.email/rule:no_role_anywhere:core.customers.email": ("fail", 8, 8, 1),
    "attribute:customer.email/rule:no_role_anywhere:crm.customers.e_mail": ("pass", 7, 6, 0),
    "attribute:customer.email/rule:no_role_anywhere:crm.customers.core_email": ("pass", 7, 4, 0),
    # folded: IŞIK and ışık are one
    "attribute:customer.name/unique:core.customers.name": ("fail", 10, 7, 2),
    "attribute:customer.name/unique:crm.customers.full_name": ("pass", 7, 7, 0),
    "attribute:customer.name/agree:core.customers.name~crm.customers.full_name":
        ("pass", 4, 4, 0, 0, 0),
    "attribute:customer.kind/values:core.customers.kind": ("fail", 10, 7, 1),  # X
    "attribute:customer.kind/required": ("unknown", 0, 0, 0),
    "attribute:customer.segment/values:crm.customers.segment": ("fail", 7, 6, 1),  # C
    "attribute:customer.segment/values:gone.customers.segment": ("unknown", 0, 0, 0),
    "attribute:customer.segment/agree:crm.customers.segment~gone.customers.segment":
        ("unknown", 0, 0, 0, None, None),
    "attribute:customer.segment/required": ("unknown", 0, 0, 0),
    "attribute:customer.balance/type:core.customers.balance": ("fail", 10, 8, 1),  # 1x
    # golden: 7 10, 007 20.5, 8 -7; 1x is invalid, and what 10 holds is of tomorrow
    "attribute:customer.balance/rule:between": ("pass", 6, 3, 1),
    "attribute:customer.balance/rule:between_each:core.customers.balance": ("fail", 8, 7, 2),
    "attribute:customer.balance/rule:sum": ("pass", 6, 3, 0),
    "measure:active/computes": ("unknown", 0, 0, 0),
    "measure:rows/computes": ("pass", 1, 1, 0),
    "measure:total/computes": ("pass", 1, 1, 0),
    "measure:mean/computes": ("pass", 1, 1, 0),
    "measure:void/computes": ("fail", 1, 1, 1),
    "attribute:customer.email/expiry": ("fail", 1, 1, 1),
    "attribute:customer.name/expiry": ("warn", 1, 1, 0),
}  # fmt: skip


def figures(one: Result) -> Figures:
    return (one.verdict, one.rows_available, one.rows_compared, one.violations, one.only_left,
            one.only_right)  # fmt: skip


@pytest.mark.parametrize("key", EXPECTED)
def test_a_planted_fault_gives_its_number(found: Mapping[str, Result], key: str) -> None:
    wanted = EXPECTED[key]
    assert figures(found[key]) == (*wanted, *(None,) * (6 - len(wanted)))


def test_no_check_goes_unlooked_at(found: Mapping[str, Result]) -> None:
    """All that is not written above is a definition within its review date, or told of days to
    come, for which nothing is demanded.
    """
    others = {key: one.verdict for key, one in found.items() if key not in EXPECTED}
    ahead = {key for key in others if "/current_in:" in key}
    assert all(key.endswith("/expiry") for key in others.keys() - ahead)
    assert {found[key].severity for key in ahead} == {"info"}
    assert set(others.values()) == {"pass"}


def test_measures_have_their_values(record: RunRecord) -> None:
    """Prospects are rows too; 1x is no amount: 10 + 20.5 - 5 + 1 - 7 + 0.1 + 5 + 5 + 1."""
    assert record.measures["rows"][0].value == 10
    assert record.measures["total"][0].value == pytest.approx(30.6)
    assert record.measures["mean"][0].value == pytest.approx(3.06)
    assert record.measures["void"][0].value is None


def test_a_run_with_failed_critical_checks_ends_with_1(record: RunRecord) -> None:
    assert (record.verdict, record.exit_code) == ("fail", 1)


def select(folder: Path, pattern: str, fail_on: str = "critical") -> tuple[str, int]:
    files = {"data/core.csv": CORE, "data/crm.csv": CRM, "data/calls.csv": CALLS}
    record = run(write_workspace(folder, DEFINITIONS, files), select=pattern, fail_on=fail_on)
    return record.verdict, record.exit_code


@pytest.mark.parametrize(
    ("pattern", "fail_on", "decision"),
    [
        ("measure:mean*", "critical", ("pass", 0)),
        ("attribute:customer.email/agree", "critical", ("warn", 0)),
        ("attribute:customer.name/unique*", "critical", ("warn", 0)),
        ("attribute:customer.name/unique*", "warning", ("fail", 1)),
        ("attribute:customer.email/rule:no_role_anywhere*", "warning", ("warn", 0)),
        ("attribute:customer.email/rule:no_role_anywhere*", "info", ("fail", 1)),
        ("dataset:gone.*", "critical", ("unknown", 3)),
        ("*/id", "critical", ("fail", 1)),
    ],
)
def test_each_kind_of_outcome_has_its_exit_code(
    tmp_path: Path, pattern: str, fail_on: str, decision: tuple[str, int]
) -> None:
    assert select(tmp_path, pattern, fail_on) == decision


def test_with_every_source_there_the_golden_record_is_whole(tmp_path: Path) -> None:
    """With every source there: 7 (P), 007 (C), 8 (P) and 9 (P) are active."""
    files = {"data/core.csv": CORE, "data/crm.csv": CRM, "data/calls.csv": CALLS,
             "data/gone.csv": "no,segment\n007,Z\n7,A\n"}  # fmt: skip
    record = run(write_workspace(tmp_path, DEFINITIONS, files))
    values = {one.dimensions["kind"]: one.value for one in record.measures["active"]}
    assert values == {"P": 3, "C": 1}
    found = by_key(record)
    # 7 second@, 007 a@, 8 new@, 9 ali@, 20 t@; 10 has only a stale and a broken one
    email = found["attribute:customer.email/required"]
    assert figures(email) == ("fail", 6, 6, 1, None, None)
    assert email.samples == ("10",)
    kind = found["attribute:customer.kind/required"]
    assert (figures(kind), set(kind.samples)) == (("fail", 6, 6, 2, None, None), {"10", "20"})
    # of companies there is 007, whose only segment is not allowed
    assert figures(found["attribute:customer.segment/required"]) == ("fail", 6, 1, 1, None, None)
    agree = "attribute:customer.segment/agree:crm.customers.segment~gone.customers.segment"
    assert figures(found[agree]) == ("pass", 2, 1, 0, 0, 1)


def test_the_day_of_the_run_decides_what_is_due(tmp_path: Path) -> None:
    """After its `by` the target fails; before a review is near nothing warns."""
    files = {"data/core.csv": CORE, "data/crm.csv": CRM, "data/calls.csv": CALLS}
    folder = write_workspace(tmp_path, DEFINITIONS, files)
    late = by_key(run(folder, as_of=date(2027, 1, 1)))
    early = by_key(run(folder, as_of=date(2026, 10, 1)))
    agree = "attribute:customer.email/agree:core.customers.email~crm.customers.e_mail"
    assert late[agree].verdict == "fail"
    assert early[agree].verdict == "warn"
    assert late["attribute:customer.name/expiry"].verdict == "fail"
    assert early["attribute:customer.name/expiry"].verdict == "pass"
    assert early["attribute:customer.email/expiry"].verdict == "pass"


CLEAN_CORE = """\
customer_no,status,kind,email,name,balance,updated_at
7,active,P,a@b.co,Ilgaz Çığ,10,2026-11-19 10:00
007,active,C,c@d.co,"Şükrü  İnce, Ltd.",20.50,2026-11-19T23:00:00Z
11,prospect,P,bad,P,5,2026-11-20
"""
CLEAN_CRM = """\
no,e_mail,mail_confirmed,full_name,core_email,segment,changed_on
7,A@B.CO ,2026-11-01,ilgaz cig,never@b.co,,2026-11-19
007,c@d.co,2026-11-01,SUKRU INCE LTD,x@b.co,A,2026-11-19
"""
CLEAN_CALLS = "no,channel,value,told_on\n7,mail,a@b.co,2026-11-15\n"


def test_a_clean_workspace_passes_every_check_and_ends_with_0(tmp_path: Path) -> None:
    definitions = (
        DEFINITIONS.replace("2026-11-19", "2030-01-01").replace("2026-12-10", "2030-01-01")
        .replace("status = 'nobody'", "status = 'active'")
    )  # fmt: skip
    files = {"data/core.csv": CLEAN_CORE, "data/crm.csv": CLEAN_CRM, "data/calls.csv": CLEAN_CALLS,
             "data/gone.csv": "no,segment\n007,A\n7,\n"}  # fmt: skip
    record = run(write_workspace(tmp_path, definitions, files))
    assert {one.check: one.message for one in record.results if one.verdict != "pass"} == {}
    assert (record.verdict, record.exit_code) == ("pass", 0)
    assert len(record.results) == len(EXPECTED) + 12


TYPES: Mapping[str, tuple[list[str], list[str]]] = {
    "email": (["a@b.co", "ş@ğ.ü"], ["a@b", "a b@c.d", "a@b@c.d", "@b.co", "\u00a0@b.co"]),
    "phone": (["+905321112233", "0532 111 22 33"], ["12", "+90", "beş"]),
    "national_id": (["10000000146"], ["10000000147", "1234", "0000000146X"]),
    "tax_id": (["1234567890"], ["1234567891", "12345"]),
    "iban": (["TR330006100519786457841326", "GB82 WEST 1234 5698 7654 32"], ["TR1", "GB82"]),
    "date": (["2026-02-28", "2026-11-20 00:00:00"], ["2026-02-30", "28.02.2026", "2026-11-20 10:00"]),
    "timestamp": (["2026-02-28", "2026-02-28T10:00:00Z"], ["2026-02-28 25:00", "10:00"]),
    "integer": (["7", "-0", "+12"], ["7.0", "1,000", "x", "99999999999999999999"]),
    "decimal": (["7", "-.5", "1.25"], ["1,5", "1e3", "x"]),
    "money": (["0.01"], ["1 TL"]),
    "boolean": (["true", "0", "Evet", "HAYIR"], ["2", "belki"]),
    "code": (["007", "İ"], []),
    "text": (["\u200b"], []),
    "address": (["-"], []),
}  # fmt: skip


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Result]:
    """One dataset and one attribute per type; empty rows between the values."""
    sources = attributes = ""
    files = {}
    for kind, (fits, misfits) in TYPES.items():
        files[f"data/{kind}.csv"] = [
            {"no": str(n), "value": value}
            for n, value in enumerate([*fits, "", *misfits, ""])
        ]  # fmt: skip
        sources += f"""
      - {{key: {kind}, path: {kind}.csv, entity: customer, id: "no",
         fields: [{{key: "no", type: code}}, {{key: value, type: {kind}}}]}}"""
        attributes += f"""
  - {{key: customer.{kind}, name: {kind}, definition: One., owner: o@bank.example, type: {kind},
     expires_on: 2030-01-01, claims: [{{field: core.{kind}.value}}]}}"""
    text = f"""
sources:
  - key: core
    name: Core
    location: data
    owner: owner@bank.example
    datasets:{sources}
attributes:{attributes}"""
    return by_key(run(write_workspace(tmp_path_factory.mktemp("typed"), text, files)))


@pytest.mark.parametrize("kind", [kind for kind, (_, misfits) in TYPES.items() if misfits])
def test_each_type_refuses_what_does_not_fit(typed: Mapping[str, Result], kind: str) -> None:
    fits, misfits = TYPES[kind]
    one = typed[f"attribute:customer.{kind}/type:core.{kind}.value"]
    assert (one.rows_compared, one.violations) == (len(fits) + len(misfits), len(misfits))
    assert sorted(one.samples) == sorted(str(len(fits) + 1 + n) for n in range(len(misfits)))


def test_a_type_that_everything_fits_is_not_checked(typed: Mapping[str, Result]) -> None:
    assert not [key for key in typed for kind in ("code", "text", "address")
                if key.startswith(f"attribute:customer.{kind}/type")]  # fmt: skip


EXAMPLE = """
teams:
  - {key: retail, name: Retail reporting, name_tr: Bireysel raporlama, department: Retail banking, reporting_people: 5}
roles:
  - {key: head_retail_reporting, name: Head of retail reporting, team: retail, holder: head@bank.example, deputy: deputy@bank.example}

entities:
  - key: customer
    name: Customer
    subtypes: {individual: "kind = 'I'", company: "kind = 'C'"}

sources:
  - key: crm
    name: CRM
    kind: files                      # files | duckdb | sqlite | postgres | odbc | spark, or a plug-in's
    location: data/crm               # relative to the workspace; for databases `url: ${CRM_URL}`
    owner: head_retail_reporting     # a role, a team or an e-mail address
    refresh: 1d
    datasets:
      - key: customers
        path: customers.csv          # csv, parquet, xlsx (with `sheet:`); for databases `table:`
        entity: customer
        id: customer_no              # the field that identifies the entity; without it, `match` resolves identity
        population: "status <> 'prospect'"
        confirmed_at: {field: updated_at, means: changed}    # confirmed | changed | loaded; a bare field name means changed
        known_to: {core.customers: 0.999}                    # this share of its entities must be known there
        fields:                      # types are the institution's, not guessed from the file; a field not listed is not read
          - {key: customer_no, type: code}
          - {key: e_mail, type: email, confirmed_at: {field: mail_confirmed_on, means: confirmed}}
          - {key: updated_at, type: timestamp}
#FIELDS#

attributes:
  - key: customer.email
    name: E-mail address
    name_tr: E-posta adresi
    definition: The address at which the customer last agreed to be reached.
    owner: head_retail_reporting
    expires_on: 2027-06-30
    type: email
    cleanse: [trim, lower]
    survive: priority                # a strategy; a list is a chain of tie-breaks
    claims:
      - {field: call_centre.contacts.email, when: "confirmed_at >= :as_of - interval 180 day"}
      - {field: core.customers.email}
      - {field: crm.customers.e_mail}
    valid_for: 365d
    required: 0.98                   # share of the entities it applies to that must have a value; true means all
    unique: true                     # within each source, among its values
    agree: {target: 0.97, by: 2027-06-30, floor: baseline}   # a bare 0.97 is the target, now
    severity: critical               # critical (default) | warning | info
    personal_data: contact
    purposes: [service_message, campaign]
    rules:
      - {expect: expect_column_value_lengths_to_be_between, max_value: 254, severity: warning}
      - {key: no_role_address, sql: "value NOT LIKE 'info@%'", at_least: 0.99}

measures:
  - key: active_customers
    name: Active customers
    unit: customers
    definition: Customers with status active on the closing day.
    owner: head_retail_reporting
    review_every: 12mo
    approved_on: 2026-02-01
    as_of: period_end
    calculation: SELECT segment, count(*) AS value FROM customer WHERE status = 'active' GROUP BY segment
    dimensions: [segment]            # `customer` is the golden record; datasets are crm.customers and so on
    tolerance: {absolute: 0, relative: 0.001}

reports:
  - key: retail_monthly
    name: Retail monthly
    definition: The retail board's monthly figures.
    team: retail
    purpose: Decides the month's branch targets.
    audience: [{who: Retail board, decision: branch targets}]
    period: month
    due: 5bd
    workbook: reports/retail_{period}.xlsx
    effort: {hours: 12, per: issue}
    owner: head_retail_reporting
    expires_on: 2027-01-31
    cells:
      - {key: active_retail, at: Summary!C5, label: Active retail customers, measure: active_customers, where: {segment: retail}}
      - {key: retail_share, at: Summary!C6, label: Share of retail, calculation: "=C5/C9", unit: "%"}

touchpoints:
  - {key: letters, name: Letters, owner: retail, reads: {customer.address: core.customers.address}}
"""
MORE_FIELDS = """\
          - {key: status, type: code}
          - {key: mail_confirmed_on, type: date}
"""
MORE = """
sources:
  - key: core
    name: Core banking
    location: data/core
    owner: head_retail_reporting
    datasets:
      - key: customers
        path: customers.csv
        entity: customer
        id: customer_no
        fields:
          - {key: customer_no, type: code}
          - {key: email, type: email}
          - {key: address, type: address}
          - {key: kind, type: code}
          - {key: status, type: code}
          - {key: segment, type: code}
  - key: call_centre
    name: Call centre
    location: data/calls
    owner: retail
    datasets:
      - key: contacts
        path: contacts.csv
        entity: customer
        id: customer_no
        confirmed_at: {field: told_on, means: confirmed}
        fields:
          - {key: customer_no, type: code}
          - {key: email, type: email}
          - {key: told_on, type: date}
attributes:
  - {key: customer.kind, name: Kind, definition: Person or company., owner: retail, type: code,
     expires_on: 2027-06-30, claims: [{field: core.customers.kind}]}
  - {key: customer.status, name: Status, definition: Active or not., owner: retail, type: code,
     expires_on: 2027-06-30, claims: [{field: core.customers.status}]}
  - {key: customer.segment, name: Segment, definition: The segment., owner: retail, type: code,
     expires_on: 2027-06-30, claims: [{field: core.customers.segment}]}
  - {key: customer.address, name: Address, definition: Where letters go., owner: retail,
     type: address, expires_on: 2027-06-30, claims: [{field: core.customers.address}]}
purposes:
  - {key: service_message, name: Service message}
  - {key: campaign, name: Campaign}
"""
EXAMPLE_FILES = {
    "data/crm/customers.csv": """\
customer_no,e_mail,updated_at,status,mail_confirmed_on
1,A@b.co,2026-11-19 10:00,client,2026-01-01
2,other@b.co,2026-11-20 09:00,client,2026-10-01
3,info@b.co,2026-11-20 09:00,prospect,
4,d@b.co,2026-11-20 09:00,client,
""",
    "data/core/customers.csv": """\
customer_no,email,address,kind,status,segment
1,a@b.co,Moda 1,I,active,retail
2,b@b.co,Moda 2,I,active,retail
3,,Moda 3,C,active,corporate
""",
    "data/calls/contacts.csv": "customer_no,email,told_on\n2,told@b.co,2026-10-01\n",
}


def test_the_format_by_example_is_accepted_and_runs_as_written(tmp_path: Path) -> None:
    write_workspace(tmp_path, EXAMPLE.replace("#FIELDS#\n", MORE_FIELDS), EXAMPLE_FILES)
    (tmp_path / "catalog/more.yml").write_text(MORE, encoding="utf-8")
    shown = {"C5": 2, "C6": At(0.5, "C5/C9", "0%")}
    write_book(tmp_path / "reports/retail_2026-10.xlsx", {"Summary": shown})
    open_valid(tmp_path)
    record = run(tmp_path)
    values = {one.dimensions["segment"]: one.value for one in record.measures["active_customers"]}
    assert values == {"retail": 2, "corporate": 1}
    found = {
        key: figures(one) for key, one in by_key(record).items() if not key.endswith("/expiry")
    }
    email = "attribute:customer.email"
    calls, core, crm = "call_centre.contacts.email", "core.customers.email", "crm.customers.e_mail"
    assert found == {
        "dataset:crm.customers/id_present": ("pass", 4, 3, 0, None, None),
        "dataset:crm.customers/population": ("pass", 4, 4, 0, None, None),
        "dataset:crm.customers/id": ("pass", 4, 3, 0, None, None),
        "dataset:crm.customers/known_to:core.customers": ("fail", 3, 3, 1, None, None),  # 4
        "dataset:crm.customers/fresh": ("pass", 4, 3, 0, None, None),
        "dataset:crm.customers/confirmed_at:updated_at": ("pass", 4, 3, 0, None, None),
        "dataset:crm.customers/confirmed_at:mail_confirmed_on": ("pass", 4, 2, 0, None, None),
        "dataset:call_centre.contacts/confirmed_at:told_on": ("pass", 1, 1, 0, None, None),
        "dataset:core.customers/id_present": ("pass", 3, 3, 0, None, None),
        "dataset:core.customers/id": ("pass", 3, 3, 0, None, None),
        "dataset:call_centre.contacts/id_present": ("pass", 1, 1, 0, None, None),
        "dataset:call_centre.contacts/id": ("pass", 1, 1, 0, None, None),
        f"{email}/type:{calls}": ("pass", 1, 1, 0, None, None),
        f"{email}/unique:{calls}": ("pass", 1, 1, 0, None, None),
        f"{email}/type:{core}": ("pass", 3, 2, 0, None, None),
        f"{email}/unique:{core}": ("pass", 3, 2, 0, None, None),
        f"{email}/type:{crm}": ("pass", 4, 3, 0, None, None),
        f"{email}/unique:{crm}": ("pass", 4, 3, 0, None, None),
        # no baseline is recorded yet
        f"{email}/agree:{calls}~{core}": ("fail", 1, 1, 1, 0, 0),
        f"{email}/agree:{calls}~{crm}": ("fail", 1, 1, 1, 0, 0),
        f"{email}/agree:{core}~{crm}": ("fail", 2, 2, 1, 0, 0),
        f"{email}/required": ("fail", 4, 4, 1, None, None),  # 3
        f"{email}/rule:column_value_lengths_to_be_between": ("pass", 4, 3, 0, None, None),
        f"{email}/rule:no_role_address": ("pass", 4, 3, 0, None, None),
        "measure:active_customers/computes": ("pass", 2, 2, 0, None, None),
        "report:retail_monthly/feed": ("pass", 2, 2, 0, None, None),
        "report:retail_monthly/late": ("pass", 2, 2, 0, None, None),
        "cell:retail_monthly/active_retail/published": ("pass", 1, 1, 0, None, None),
        # C9 is no cell of the report
        "cell:retail_monthly/retail_share/published": ("unknown", 0, 0, 0, None, None),
    }
    letters = {one.check for one in record.results if one.reaches and one.reaches.touchpoints}
    assert not letters
