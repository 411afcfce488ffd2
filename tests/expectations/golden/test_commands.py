"""The commands on golden records: what they write, what they tell, what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import Command, run_here
from jsonschema import Draft202012Validator
from resolving import read_rows
from workspaces import change, write_workspace

from catalog.loading.schema import printed_schema
from catalog.store.snapshots import SnapshotStore

DEFINITIONS = """
entities:
  - {key: customer, name: Customer, subtypes: {company: "kind = 'C'"}}
sources:
  - key: core
    name: Core
    location: data
    owner: core@bank.example
    datasets:
      - key: customers
        path: core.csv
        entity: customer
        id: "no"
        fields: [{key: "no", type: code}, {key: kind, type: code}, {key: mail, type: email}, {key: sales, type: money}]
  - key: crm
    name: CRM
    location: data
    owner: crm@bank.example
    datasets:
      - key: customers
        path: crm.csv
        entity: customer
        id: "no"
        fields: [{key: "no", type: code}, {key: mail, type: email}, {key: sales, type: money}]
attributes:
  - key: customer.mail
    name: E-mail
    definition: Where the customer is reached.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: email
    cleanse: [trim, lower]
    personal_data: contact
    claims: [{field: core.customers.mail, valid_if: "value <> 'no@no.no'"}, {field: crm.customers.mail}]
  - key: customer.kind
    name: Kind
    definition: Person or company.
    owner: owner@bank.example
    expires_on: 2030-01-01
    claims: [{field: core.customers.kind}]
  - key: customer.sales
    name: Sales
    definition: Of a company.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: money
    apply_to: company
    claims: [{field: core.customers.sales}, {field: crm.customers.sales}]
measures:
  - key: reachable
    name: Reachable
    definition: Customers with an address.
    owner: owner@bank.example
    expires_on: 2030-01-01
    calculation: SELECT kind, count(mail) AS value FROM customer GROUP BY kind
    dimensions: [kind]
"""
CORE = """no,kind,mail,sales
1,P,Ali@b.co ,
2,C,no@no.no,7.50
3,C,info@c.co,10
"""
CRM = """no,mail,sales
1,other@b.co,
2,crm@c.co,7.5
3,INFO@c.co,12
4,new@d.co,1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_workspace(tmp_path, DEFINITIONS, {"data/core.csv": CORE, "data/crm.csv": CRM})


@pytest.fixture
def tekdogru(capfd: pytest.CaptureFixture[str]) -> Command:
    return run_here(capfd)


def test_golden_records_are_written_long_or_wide(folder: Path, tekdogru: Command) -> None:
    long, wide = folder / "out" / "long.parquet", folder / "out" / "wide.csv"
    assert tekdogru("resolve", "-w", folder, "--output", long).status == 0
    rows = read_rows(long)
    assert list(rows[0]) == [
        "entity_id", "attribute", "value", "state", "source", "dataset", "record_id", "reason",
        "rule", "confirmed_at", "valid_until", "spoke", "disagree",
    ]  # fmt: skip
    mine = {row["attribute"]: row for row in rows if row["entity_id"] == "2"}
    assert mine["customer.mail"]["value"] == "crm@c.co"
    assert (mine["customer.sales"]["value"], mine["customer.sales"]["reason"]) == (
        "7.5",
        "all_agree",
    )
    # sales belong to companies, and nobody knows what 4 is
    assert [row["entity_id"] for row in rows if row["attribute"] == "customer.sales"] == ["2", "3"]
    assert tekdogru("resolve", "-w", folder, "-o", wide, "--wide").status == 0
    assert wide.read_text("utf-8").splitlines()[:2] == [
        "entity_id,mail,kind,sales", "1,ali@b.co,P,",
    ]  # fmt: skip
    assert sorted(path.name for path in wide.parent.iterdir()) == ["long.parquet", "wide.csv"]


def test_the_text_tells_coverage_states_sources_and_what_decided(
    folder: Path, tekdogru: Command
) -> None:
    lines = tekdogru("resolve", "-w", folder, "--as-of", "2026-11-20").out.splitlines()
    assert lines[0] == "4 golden customers as of 2026-11-20"
    assert lines[1] == "  customer.mail   100.0% of 4: 4 current, 1 contested"
    assert lines[2].strip() == (
        "from core 2, crm 2; decided by only_value 2, priority 1, all_agree 1"
    )


def test_a_document_fits_its_schema(folder: Path, tekdogru: Command) -> None:
    for command in ("resolve", "conflicts"):
        told = json.loads(tekdogru(command, "-w", folder, "--format", "json").out)
        Draft202012Validator(printed_schema(command)).validate(told)
    closed = json.loads(tekdogru("close", "2025-10", "-w", folder, "--format", "json").out)
    Draft202012Validator(printed_schema("close")).validate(closed)


def test_conflicts_name_every_say_the_winner_and_why_the_others_lost(
    folder: Path, tekdogru: Command
) -> None:
    target = folder / "c.parquet"
    ended = tekdogru("conflicts", "-w", folder, "--output", target, "--by", "owner")
    rows = {(r["entity_id"], r["attribute"], r["source"]): r for r in read_rows(target)}
    assert set(rows) == {
        (entity, attribute, source)
        for entity, attribute in (("1", "customer.mail"), ("3", "customer.sales"))
        for source in ("core", "crm")
    }
    assert rows["1", "customer.mail", "core"] == {
        "entity_id": "1", "attribute": "customer.mail", "source": "core",
        "dataset": "core.customers", "record_id": "1", "raw": "Ali@b.co ", "cleansed": "ali@b.co",
        "state": "current", "winner": True, "reason": None,
    }  # fmt: skip
    lost = rows["3", "customer.sales", "crm"]
    assert (lost["winner"], lost["reason"], lost["cleansed"]) == (False, "priority", "12")
    assert "crm@bank.example: won 0, agreed 0, lost 1; priority 1" in ended.out


def test_personal_values_are_masked_in_text_unless_asked_for(
    folder: Path, tekdogru: Command
) -> None:
    ended = tekdogru("conflicts", "-w", folder, "--attribute", "customer.mail")
    assert "core.customers 1: a…o (current; survives)" in ended.out
    assert "ali@" not in ended.out
    shown = tekdogru("conflicts", "-w", folder, "--show-values").out
    assert "crm.customers 1: other@b.co (current; lost: priority)" in shown


def test_an_attribute_that_is_none_is_told_with_the_nearest(
    folder: Path, tekdogru: Command
) -> None:
    ended = tekdogru("conflicts", "-w", folder, "--attribute", "customer.male")
    assert ended.status == 64
    assert "did you mean 'customer.mail'" in ended.err


def test_without_one_of_its_sources_nothing_is_written(folder: Path, tekdogru: Command) -> None:
    target = folder / "golden.parquet"
    target.write_text("what was there")
    (folder / "data/crm.csv").unlink()
    ended = tekdogru("resolve", "-w", folder, "--output", target)
    assert ended.status == 3
    assert "golden records need every source" in ended.err
    assert target.read_text() == "what was there"
    assert not [one for one in folder.iterdir() if one.name.startswith(".golden")]


def test_what_an_import_drafted_is_resolved_where_it_is_named(
    folder: Path, tekdogru: Command, tmp_path: Path
) -> None:
    """A source of a draft that nobody has set up yet must not stop the others."""
    contract = tmp_path / "shop.odcs.yaml"
    contract.write_text(
        "{apiVersion: v3.1.0, kind: DataContract, id: s, name: shop, version: 1.0.0, status: draft, "
        "servers: [{server: s, type: postgres}], schema: [{name: orders, properties: ["
        "{name: id, primaryKey: true}, {name: paid, required: true}]}]}"
    )
    assert tekdogru("import", "odcs", contract, "-w", folder).status == 0
    ended = tekdogru("resolve", "-w", folder)
    assert (ended.status, "not resolved: orders" in ended.err) == (0, True)
    assert tekdogru("check", "-w", folder, "--fail-on", "warning").status == 0
    named = tekdogru("resolve", "orders", "-w", folder)
    assert named.status == 3
    assert "SHOP_URL is not set" in named.err


def test_a_statement_that_fails_writes_nothing(folder: Path, tekdogru: Command) -> None:
    change(folder, "value <> 'no@no.no'", "CAST(value AS INTEGER) > 1")
    ended = tekdogru("resolve", "-w", folder, "--output", folder / "golden.parquet")
    assert ended.status == 3
    assert "golden records cannot be resolved" in ended.err
    assert not (folder / "golden.parquet").exists()


def test_a_file_of_another_kind_is_refused(folder: Path, tekdogru: Command) -> None:
    assert tekdogru("resolve", "-w", folder, "--output", folder / "x.xlsx").status == 64
    assert tekdogru("resolve", "-w", folder, "--wide").status == 64


def test_a_period_is_frozen_once_and_stated_anew_with_a_reason(
    folder: Path, tekdogru: Command
) -> None:
    assert tekdogru("close", "2025-10", "-w", folder).out.splitlines() == [
        "2025-10 as of 2025-10-31 is frozen",
        "  4 golden customers (version 1)",
        "  1 measures (version 1)",
    ]
    again = tekdogru("close", "2025-10", "-w", folder)
    assert again.status == 64
    assert "was closed on" in again.err
    assert "--reason" in again.err
    same = tekdogru("close", "2025-10", "-w", folder, "--reason", "asked twice")
    assert "nothing has changed since version 1" in same.out
    change(folder, "1,P,Ali@b.co", "1,P,late@b.co", "data/core.csv")
    late = tekdogru("close", "2025-10", "-w", folder, "--reason", "a late correction")
    assert "is stated anew: a late correction" in late.out
    store = SnapshotStore(f"sqlite:///{folder}/.tekdogru/state.db")
    kept = store.versions("golden", "customer/2025-10")
    assert [(one.version, one.reason) for one in kept] == [(1, None), (2, "a late correction")]
    store.write_content(kept[0], folder / "then.parquet")
    first = {row["attribute"]: row["value"] for row in read_rows(folder / "then.parquet")[:1]}
    assert first == {"customer.mail": "ali@b.co"}
    measures = store.latest("measures", "2025-10")
    assert measures
    store.write_content(measures, folder / "measures.parquet")
    assert [row["value"] for row in read_rows(folder / "measures.parquet")] == ["2", "1", "1"]


def test_a_period_that_is_not_over_is_not_closed(folder: Path, tekdogru: Command) -> None:
    ended = tekdogru("close", "2999", "-w", folder)
    assert (ended.status, "is not over" in ended.err) == (64, True)
    assert tekdogru("close", "soon", "-w", folder).status == 64
