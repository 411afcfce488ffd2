"""A waiver accepts a failure until a day: seen everywhere, counted by no gate, and then it ends."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from workspaces import TODAY, by_key, run, write_workspace

from catalog.results import RunRecord
from catalog.validation.opening import open_valid
from expectations.reports.text import render_text

DEFINITIONS = """
roles:
  - {key: head, name: Head of data, holder: head@bank.example}
sources:
  - key: crm
    name: CRM
    location: data
    owner: head
    datasets:
      - key: people
        path: crm.csv
        entity: customer
        id: no
        fields: [{key: no, type: code}, {key: mail, type: email}]
      - key: calls
        path: gone.csv
        entity: customer
        id: no
        fields: [{key: no, type: code}]
attributes:
  - key: customer.email
    name: E-mail
    definition: Mail.
    owner: head
    expires_on: 2099-01-01
    type: email
    claims: [{field: crm.people.mail}]
    required: true
    unique: true
"""
REQUIRED, CALLS = "attribute:customer.email/required", "dataset:crm.calls/id"
ROWS = [{"no": "1", "mail": "a@b.co"}, {"no": "2", "mail": ""}]


def checked(folder: Path, check: str, until: str, **more: object) -> RunRecord:
    ticket = ", ticket: DATA-7" if more.pop("ticket", False) else ""
    waiver = f"waivers:\n  - {{key: w, check: '{check}', owner: head, reason: Being mended., until: {until}{ticket}}}\n"
    write_workspace(folder, DEFINITIONS + waiver, {"data/crm.csv": ROWS})
    return run(folder, select="attribute:", **more)  # type: ignore[arg-type]


def test_without_a_waiver_the_failure_closes_the_gate(tmp_path: Path) -> None:
    write_workspace(tmp_path, DEFINITIONS, {"data/crm.csv": ROWS})
    record = run(tmp_path, select="attribute:")
    assert (by_key(record)[REQUIRED].verdict, record.exit_code) == ("fail", 1)
    assert record.waivers == ()


@pytest.mark.parametrize(
    "check", [REQUIRED, "attribute:customer.email/req*", "attribute:customer.email"]
)
def test_a_waived_failure_stays_a_failure_and_opens_the_gate(tmp_path: Path, check: str) -> None:
    record = checked(tmp_path, check, "2027-06-30", ticket=True)
    result = by_key(record)[REQUIRED]
    assert (result.verdict, result.is_waived) == ("fail", True)
    assert (record.verdict, record.exit_code) == ("warn", 0)
    assert result.waiver is not None
    told = result.waiver.model_dump()
    assert told == {
        "key": "w", "owner": "head", "until": date(2027, 6, 30), "reason": "Being mended.",
        "ticket": "DATA-7", "state": "holds",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("until", "state", "exit_code"),
    [
        ("2026-12-21", "holds", 0),
        ("2026-12-20", "ending", 0),
        ("2026-11-20", "ending", 0),
        ("2026-11-19", "ended", 1),
    ],
)
def test_a_waiver_warns_before_its_end_and_fails_after_it(
    tmp_path: Path, until: str, state: str, exit_code: int
) -> None:
    record = checked(tmp_path, REQUIRED, until)
    result = by_key(record)[REQUIRED]
    assert result.waiver is not None
    assert (result.waiver.state, result.waiver.owner, record.exit_code) == (
        state,
        "head",
        exit_code,
    )
    (use,) = record.waivers
    assert (use.state, use.needed, use.failing) == (state, True, (REQUIRED,))


def test_of_several_waivers_the_one_that_lasts_longest_counts(tmp_path: Path) -> None:
    first = "  - {key: a, check: 'attribute:customer.email', owner: head, reason: a, until: 2026-11-01}\n"
    second = (
        "  - {key: b, check: 'attribute:customer.*', owner: head, reason: b, until: 2027-11-01}\n"
    )
    write_workspace(tmp_path, f"{DEFINITIONS}waivers:\n{first}{second}", {"data/crm.csv": ROWS})
    record = run(tmp_path, select="attribute:")
    waiver = by_key(record)[REQUIRED].waiver
    assert waiver is not None
    assert (waiver.key, record.exit_code) == ("b", 0)


def test_a_waiver_that_nothing_needs_is_told(tmp_path: Path) -> None:
    record = checked(tmp_path, "attribute:customer.email/unique:*", "2027-06-30")
    (use,) = record.waivers
    assert (use.needed, use.failing) == (False, ())
    assert use.checks == ("attribute:customer.email/unique:crm.people.mail",)
    assert all(result.waiver is None for result in record.results)


def test_a_waiver_hides_nothing_that_is_unknown(tmp_path: Path) -> None:
    waiver = (
        f"waivers:\n  - {{key: w, check: '{CALLS}', owner: head, reason: r, until: 2027-06-30}}\n"
    )
    write_workspace(tmp_path, DEFINITIONS + waiver, {"data/crm.csv": ROWS})
    record = run(tmp_path, select="dataset:crm.calls")
    result = by_key(record)[CALLS]
    assert (result.verdict, result.waiver, record.exit_code) == ("unknown", None, 3)
    assert [(use.needed, use.failing) for use in record.waivers] == [(None, ())]


def test_a_waiver_of_checks_that_did_not_run_is_not_called_needless(tmp_path: Path) -> None:
    write_workspace(
        tmp_path,
        f"{DEFINITIONS}waivers:\n  - {{key: w, check: '{CALLS}', owner: head, reason: r, until: 2027-06-30}}\n",
        {"data/crm.csv": ROWS},
    )
    assert run(tmp_path, select="attribute:", as_of=TODAY).waivers == ()


def test_the_report_says_until_when_by_whom_and_why_and_what_ran_out(tmp_path: Path) -> None:
    waivers = """
waivers:
  - {key: soon, check: 'attribute:customer.email/required', owner: head, reason: Being mended., until: 2026-12-01, ticket: D-7}
  - {key: over, check: 'attribute:customer.email/type:*', owner: x@bank.example, reason: Typed by hand., until: 2026-11-01}
  - {key: idle, check: 'attribute:customer.email/unique:*', owner: head, reason: No more., until: 2027-12-01}
"""
    rows = [*ROWS, {"no": "3", "mail": "broken"}]
    write_workspace(tmp_path, DEFINITIONS + waivers, {"data/crm.csv": rows})
    record = run(tmp_path, select="attribute:")
    text = render_text(record, open_valid(tmp_path)[1], {}, "Europe/Istanbul")
    for line in (
        "  ✗ FAIL [waived]  Every customer has a value for E-mail",
        "      waived by Head of data (head) until 2026-12-01, which is soon: Being mended. (D-7)",
        "      its waiver of x@bank.example ran out on 2026-11-01, so it counts again; it was given because: Typed by hand.",
        "  soon, of Head of data (head), for attribute:customer.email/required: ends on 2026-12-01",
        "  over, of x@bank.example, for attribute:customer.email/type:*: ran out on 2026-11-01",
        "  idle, of Head of data (head), for attribute:customer.email/unique:*: no longer needed, none of its 1 check(s) fails",
        "2 fail (1 waived), 0 error, 0 unknown, 0 warn, 2 pass",
    ):
        assert line in text.splitlines()
