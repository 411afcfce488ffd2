"""The report as people read it at the terminal, kept as a file that a reader can judge."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from workspaces import run, write_workspace

from catalog.results import RunRecord
from catalog.validation.opening import open_valid
from expectations.reports.text import render_text

EXPECTED = Path(__file__).parent / "snapshots/report.txt"

DEFINITIONS = """
teams:
  - {key: retail, name: Retail reporting, head: chief@bank.example}
roles:
  - {key: crm_owner, name: Head of CRM, team: retail, holder: elif@bank.example}
  - {key: vacant, name: Head of campaigns, team: retail}
entities:
  - {key: customer, name: Customer}
sources:
  - key: core
    name: Core banking
    location: data
    owner: core@bank.example
    datasets:
      - key: customers
        path: core.csv
        entity: customer
        id: no
        fields: [{key: no, type: code}, {key: mail, type: email}, {key: town}]
  - key: crm
    name: CRM
    location: data
    owner: crm_owner
    datasets:
      - key: people
        path: crm.csv
        entity: customer
        id: no
        known_to: {core.customers: 1}
        fields: [{key: no, type: code}, {key: e_mail, type: email}, {key: il}]
      - key: calls
        path: gone.csv
        entity: call
        id: no
        rows: many
        severity: warning
        fields: [{key: no, type: code}]
attributes:
  - key: customer.email
    name: E-mail
    definition: Where the customer is reached.
    owner: crm_owner
    expires_on: 2026-12-01
    type: email
    cleanse: [trim, lower]
    claims: [{field: core.customers.mail}, {field: crm.people.e_mail}]
    agree: {target: 0.9, by: 2026-12-31}
    required: true
    unique: true
    rules:
      - {key: no_role, sql: "value NOT LIKE 'info@%'", severity: warning, message: Nobody reads a role address}
  - key: customer.town
    name: Town
    definition: Where the customer lives.
    owner: vacant
    expires_on: 2026-11-01
    type: text
    severity: info
    claims: [{field: core.customers.town}, {field: crm.people.il}]
    agree: true
measures:
  - key: reachable
    name: Customers with e-mail
    definition: Customers with an address.
    owner: retail
    expires_on: 2099-01-01
    calculation: SELECT count(*) AS value FROM customer WHERE email IS NOT NULL
reports:
  - key: weekly
    name: Weekly figures
    definition: The week.
    owner: retail
    team: retail
    expires_on: 2099-01-01
    cells: [{key: reachable, at: S!A1, label: Reachable customers, measure: reachable}]
touchpoints:
  - {key: letters, name: Letters, owner: retail, reads: {customer.town: core.customers.town}}
"""
CORE = """no,mail,town
1,ayşe@b.co,İzmir
2,info@b.co,Iğdır
3,,Ağrı
4,d@b.co,Muş
5,d@b.co,Van
"""
CRM = """no,e_mail,il
1,AYŞE@b.co ,İzmir
2,burak@b.co,Iğdır
3,broken,AĞRI
9,x@b.co,Bolu
"""
SINCE = datetime(2026, 11, 3, 22, 15, tzinfo=UTC)


def report(folder: Path, record: RunRecord, since: dict[str, datetime]) -> str:
    text = render_text(record, open_valid(folder)[1], since, "Europe/Istanbul")
    return text.replace(record.run, "20261120T120000-00000000")


def test_the_report_says_the_worst_first_whose_it_is_and_what_it_reaches(tmp_path: Path) -> None:
    write_workspace(tmp_path, DEFINITIONS, {"data/core.csv": CORE, "data/crm.csv": CRM})
    record = run(tmp_path)
    failed = [result.check for result in record.results if result.verdict == "fail"]
    shown = report(tmp_path, record, dict.fromkeys(failed[1:], SINCE))
    if os.environ.get("SNAPSHOTS") == "write":
        EXPECTED.write_text(shown + "\n", encoding="utf-8")
    assert shown == EXPECTED.read_text(encoding="utf-8").rstrip("\n")


def test_a_clean_run_is_short(tmp_path: Path) -> None:
    one_source = DEFINITIONS.replace("path: gone.csv", "path: crm.csv").replace(
        "expires_on: 2026", "expires_on: 2036"
    )
    rows = "no,mail,town\n1,a@b.co,Van\n"
    crm = "no,e_mail,il\n1,a@b.co,Van\n"
    write_workspace(tmp_path, one_source, {"data/core.csv": rows, "data/crm.csv": crm})
    assert report(tmp_path, run(tmp_path), {}) == (
        "Run 20261120T120000-00000000, as of 2026-11-20\n\n"
        "0 fail, 0 error, 0 unknown, 0 warn, 19 pass\n"
        "The gate is open: nothing at or above 'critical' failed."
    )


def test_a_key_cannot_command_the_terminal(tmp_path: Path) -> None:
    crm = 'no,e_mail,il\n"4\x1b[2J\x07",a@b.co,Van\n"6\nRun x",b@b.co,Van\n'
    write_workspace(tmp_path, DEFINITIONS, {"data/core.csv": CORE, "data/crm.csv": crm})
    shown = report(tmp_path, run(tmp_path, select="*known_to*"), {})
    samples = shown.split("for example ")[1].splitlines()[0]
    assert sorted(samples.split(", ")) == ["4\\x1b[2J\\x07", "6\\nRun x"]
    assert "\x1b" not in shown


def test_what_is_unknown_for_one_reason_is_told_once_with_every_check(tmp_path: Path) -> None:
    write_workspace(tmp_path, DEFINITIONS, {"data/core.csv": CORE})
    record = run(tmp_path, select="crm.people")
    reason = "crm.people cannot be read: data/crm.csv: no such file"
    unknown = [r for r in record.results if r.verdict == "unknown" and reason in r.message]
    lines = report(tmp_path, record, {}).splitlines()
    assert len(unknown) > 1
    assert sum(reason in line for line in lines) == 1
    assert f"  ? UNKNOWN  {len(unknown)} checks" in lines
    for result in unknown:
        assert f"      {result.check}  ({result.file}:{result.line})" in lines
