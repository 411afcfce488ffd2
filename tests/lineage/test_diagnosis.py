"""Facts about what a wrong figure may come from."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from traced import traced

from catalog.results import Result, RunRecord
from lineage.diagnosis import diagnose
from lineage.reaching import causes_document, causes_text

BANK = """
teams: [{key: retail, name: Retail}]
sources:
  - key: core
    name: Core
    owner: core@bank.example
    datasets:
      - key: customers
        entity: customer
        id: number
        fields: [{key: number}, {key: status}, {key: balance}]
attributes:
  - key: customer.status
    name: Status
    definition: d
    owner: retail
    expires_on: 2026-11-01
    claims: [{field: core.customers.status}]
  - {key: customer.balance, name: Balance, definition: d, owner: o@bank.example,
     expires_on: 2026-11-20, claims: [{field: core.customers.balance}]}
measures:
  - key: total
    name: Total
    definition: d
    owner: retail
    calculation: SELECT sum(balance) AS value FROM customer WHERE status = 'a'
reports:
  - key: monthly
    name: Monthly
    definition: d
    owner: retail
    team: retail
    cells: [{key: total, label: Total balance, at: S!C5, measure: total}]
"""
TODAY = date(2026, 11, 20)
CELL = "cell:monthly/total"


@pytest.fixture
def bank(tmp_path: Path):
    return traced(tmp_path, BANK)


def result(check: str, verdict: str) -> Result:
    urn, _, kind = check.partition("/")
    return Result(
        check=check,
        kind=kind.partition(":")[0],
        urn=urn,
        title=check,
        verdict=verdict,
        severity="critical",
        owner=None,
        expectation="e",
        sources=(),
        rows_available=1,
        rows_compared=1,
        violations=1,
        message=f"{check} is {verdict}",
    )


def run(*results: Result) -> RunRecord:
    at = datetime(2026, 11, 20, 3, tzinfo=UTC)
    return RunRecord(
        run="r1",
        started=at,
        finished=at,
        as_of=TODAY,
        verdict="fail",
        exit_code=1,
        results=results,
    )


FOUND = run(
    result("dataset:core.customers/fresh", "unknown"),
    result("attribute:customer.balance/required", "warn"),
    result("attribute:customer.balance/type:core.customers.balance", "fail"),
    result("attribute:customer.status/expiry", "fail"),
    result("measure:total/computes", "pass"),
    result("team:retail/expiry", "fail"),
)


def told(bank, record: RunRecord | None, urn: str = CELL):
    return diagnose(*bank, urn, record, TODAY)


def test_what_failed_expired_or_could_not_be_told_upstream_comes_nearest_first(bank):
    found = told(bank, FOUND)
    assert [(c.urn, c.verdict, c.distance, c.dependency) for c in found.causes] == [
        ("attribute:customer.balance", "fail", 2, "value"),
        ("attribute:customer.status", "expired", 2, "condition"),
        ("dataset:core.customers", "unknown", 4, "value"),
    ]


def test_the_worst_check_of_a_definition_is_its_verdict_and_stands_first(bank):
    balance = told(bank, FOUND).causes[0]
    assert [said.verdict for said in balance.checks] == ["fail", "warn"]


def test_a_definition_is_expired_the_day_after_its_review_date(bank):
    expired = {cause.urn: cause.expired_on for cause in told(bank, None).causes}
    assert expired == {"attribute:customer.status": date(2026, 11, 1)}


def test_what_is_wrong_with_the_definition_itself_is_told_apart(bank):
    record = run(result("measure:total/computes", "error"))
    found = told(bank, record, "measure:total")
    assert (found.own.verdict, found.own.path) == ("error", ("measure:total",))
    assert [cause.urn for cause in found.causes] == ["attribute:customer.status"]


def test_the_text_says_steps_checks_owner_and_way(bank):
    lines = causes_text(told(bank, FOUND), bank[1]).splitlines()
    assert lines[:9] == [
        "cell monthly/total “Total balance”",
        "",
        "By the run of 2026-11-20 (r1):",
        "",
        "2 steps above:",
        "  FAIL  attribute customer.balance “Balance”",
        "    attribute:customer.balance/type:core.customers.balance is fail",
        "      attribute:customer.balance/type:core.customers.balance",
        "    attribute:customer.balance/required is warn",
    ]
    assert "    ask o@bank.example" in lines
    assert "    its review was due on 2026-11-01" in lines
    assert lines[-1].startswith("    reaches it by field core.customers.")
    assert any(line.endswith("(only as a condition)") for line in lines)


def test_without_a_run_it_says_so_and_still_tells_what_is_expired(bank):
    text = causes_text(told(bank, None), bank[1])
    assert "No run is kept yet" in text
    assert "EXPIRED  attribute customer.status" in text


def test_a_definition_with_nothing_wrong_above_it_says_so(bank):
    text = causes_text(told(bank, run(), "field:core.customers.number"), bank[1])
    assert "No check failed on anything it rests on" in text


def test_the_document_holds_the_same_as_plain_values(bank):
    document = causes_document(told(bank, FOUND))
    assert (document["urn"], document["run"], document["as_of"]) == (CELL, "r1", "2026-11-20")
    first, second, _ = document["causes"]
    assert first["path"] == ["attribute:customer.balance", "measure:total", CELL]
    assert first["checks"][0]["verdict"] == "fail"
    assert (second["expired_on"], second["dependency"]) == ("2026-11-01", "condition")
    assert document["own"] is None


def test_what_is_not_in_the_lineage_is_an_error(bank):
    with pytest.raises(KeyError):
        told(bank, None, "cell:monthly/gone")
