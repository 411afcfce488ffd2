"""Measured trust from evidence to another winner, and what is told of it on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import Command, run_here
from resolving import read_rows
from workspaces import change, write_workspace

from catalog.clock import Clock

TODAY = Clock().today()
BANK = """\
entities: [{key: customer, name: Customer}]
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
        fields: [{key: no}, {key: phone}]
  - key: crm
    name: CRM
    location: data
    owner: crm@bank.example
    datasets:
      - key: people
        path: crm.csv
        entity: customer
        id: no
        fields: [{key: no}, {key: phone}]
attributes:
  - key: customer.phone
    name: Phone
    name_tr: Telefon
    definition: The number that is answered.
    owner: core@bank.example
    expires_on: 2099-01-01
    survive: most_trusted
    corrections: {within: 10d}
    rules: [{key: answered, sql: "value <> 'old'"}]
    claims:
      - {field: core.customers.phone, trust: measured}
      - {field: crm.people.phone, trust: measured}
"""
CLAIM = "attribute:customer.phone: claim core.customers.phone: not enough evidence on core to"
NUMBERS = range(1, 31)


@pytest.fixture
def tekdogru(capfd: pytest.CaptureFixture[str]) -> Command:
    return run_here(capfd)


@pytest.fixture
def bank(tmp_path: Path, tekdogru: Command) -> Path:
    """Two systems that contradict each other on every customer; what they say is taken down."""
    core = [{"no": str(n), "phone": "old"} for n in NUMBERS]
    crm = [{"no": str(n), "phone": f"new {n}"} for n in NUMBERS]
    write_workspace(tmp_path, BANK, {"data/core.csv": core, "data/crm.csv": crm})
    assert winners(tekdogru, tmp_path) == {"core": len(NUMBERS)}
    return tmp_path


def winners(tekdogru: Command, folder: Path) -> dict[str, int]:
    target = folder / "golden.parquet"
    ended = tekdogru("resolve", "--output", target, "--workspace", folder)
    assert ended.status == 0, ended.err
    found: dict[str, int] = {}
    for row in read_rows(target):
        found[row["source"]] = found.get(row["source"], 0) + 1
    return found


def find_out(tekdogru: Command, folder: Path, numbers: range) -> None:
    """The registry says of some customers that the CRM is right and core banking is not."""
    rows = [f"{n},customer.phone,new {n},registry,right,{TODAY}" for n in numbers]
    rows += [f"{n},customer.phone,old,registry,wrong,{TODAY}" for n in numbers]
    file = folder / "evidence.csv"
    file.write_text("entity_id,attribute,value,kind,result,on\n" + "\n".join(rows) + "\n", "utf-8")
    ended = tekdogru("corrections", "evidence", file, "--workspace", folder)
    assert ended.status == 0, ended.err


def explain(tekdogru: Command, folder: Path, id_: int, *options: str) -> str:
    ended = tekdogru("explain", "customer", id_, "phone", *options, "--workspace", folder)
    assert ended.status == 0, ended.err
    return ended.out


def warnings(tekdogru: Command, folder: Path) -> list[str]:
    ended = tekdogru("validate", "--workspace", folder)
    assert ended.status == 0, ended.out
    return ended.out.splitlines()[:-1]


def failing(tekdogru: Command, folder: Path) -> int:
    """How many golden values break the rule, in a run that may carry results over."""
    ended = tekdogru("check", "--workspace", folder, "--format", "json")
    record: Any = json.loads(ended.out)
    key = "attribute:customer.phone/rule:answered"
    (one,) = (result for result in record["results"] if result["check"] == key)
    return int(one["violations"])


@pytest.mark.long
def test_evidence_changes_the_winner_everywhere_and_is_told(tekdogru: Command, bank: Path) -> None:
    assert failing(tekdogru, bank) == len(NUMBERS)
    assert failing(tekdogru, bank) == len(NUMBERS)
    find_out(tekdogru, bank, range(1, 10))
    assert winners(tekdogru, bank) == {"core": len(NUMBERS)}, "nine facts are too few"
    find_out(tekdogru, bank, range(1, 21))
    assert winners(tekdogru, bank) == {"crm": len(NUMBERS)}
    assert failing(tekdogru, bank) == 0, "nothing is carried over from other weights"
    told = explain(tekdogru, bank, 30)
    assert "CRM is trusted 84 of 100, measured: it was found right 20 times and wrong 0" in told
    assert (
        "Core banking is trusted 0 of 100, measured: it was found right 0 times and wrong 20"
        in told
    )
    turkish = explain(tekdogru, bank, 30, "--language", "tr")
    assert "CRM: ölçülen güven 100 üzerinden 84 (20 kez doğru, 0 kez yanlış çıktı)." in turkish
    as_json = explain(tekdogru, bank, 30, "--format", "json")
    (phone,) = json.loads(as_json)["attributes"]
    assert phone["reason"] == "most_trusted"
    assert [one["trust"]["here"] for one in phone["says"]] == [0.0, 84.0]
    assert warnings(tekdogru, bank) == []


@pytest.mark.long
def test_what_was_found_out_later_does_not_change_an_earlier_day(
    tekdogru: Command, bank: Path
) -> None:
    find_out(tekdogru, bank, range(1, 21))
    target = bank / "before.parquet"
    tekdogru("resolve", "--as-of", "2026-01-01", "--output", target, "--workspace", bank)
    assert {row["source"] for row in read_rows(target)} == {"core"}


@pytest.mark.long
def test_without_enough_evidence_it_is_said_and_the_stated_trust_counts(
    tekdogru: Command, bank: Path
) -> None:
    find_out(tekdogru, bank, range(1, 4))
    said = warnings(tekdogru, bank)
    assert said[0] == (
        f"catalog/definitions.yml:34: warning TD059: {CLAIM} measure its trust (0 right, 3 wrong; "
        "10 facts are needed, old ones count less); meanwhile it comes behind every claim whose "
        "trust is known; state a `max` that holds until then"
    )
    assert len(said) == 2
    warned = tekdogru("resolve", "--workspace", bank).err
    assert f"tekdogru: warning: {CLAIM} measure its trust (0 right, 3 wrong;" in warned
    told = tekdogru("trust", "--workspace", bank).out
    assert f"{CLAIM} measure its trust (0 right, 3 wrong;" in told
    explained = explain(tekdogru, bank, 1)
    assert "There is not enough evidence of how often CRM is right (3 right, 0 wrong)" in explained
    change(
        bank,
        "crm.people.phone, trust: measured",
        "crm.people.phone, trust: {measured: true, max: 30}",
    )
    assert winners(tekdogru, bank) == {"crm": len(NUMBERS)}
    assert warnings(tekdogru, bank)[1].endswith("meanwhile its `max` of 30 holds")


def test_an_order_that_evidence_contradicts_is_warned_of_and_shown(
    tekdogru: Command, bank: Path
) -> None:
    change(bank, "    survive: most_trusted\n", "    survive: priority\n")
    for claim in ("core.customers", "crm.people"):
        change(bank, f"{claim}.phone, trust: measured", f"{claim}.phone")
    assert warnings(tekdogru, bank) == []
    find_out(tekdogru, bank, range(1, 21))
    said = (
        "attribute:customer.phone: evidence contradicts the order: core is believed before crm, but "
        "core was right 0 of 20 times (95 %: 0 % to 16 %), and crm was right 20 of 20 times "
        "(95 %: 84 % to 100 %); change the order, or look into the evidence (`tekdogru trust`)"
    )
    assert warnings(tekdogru, bank) == [f"catalog/definitions.yml:35: warning TD058: {said}"]
    assert said in tekdogru("trust", "--workspace", bank).out


def test_without_a_history_nothing_is_known_and_validation_makes_none(
    tekdogru: Command, tmp_path: Path
) -> None:
    write_workspace(tmp_path, BANK)
    assert [line.split()[2] for line in warnings(tekdogru, tmp_path)] == ["TD059:", "TD059:"]
    assert not (tmp_path / ".tekdogru").exists()


def test_a_history_that_cannot_be_read_stops_nobody(tekdogru: Command, tmp_path: Path) -> None:
    write_workspace(tmp_path, BANK)
    (tmp_path / ".tekdogru").mkdir()
    (tmp_path / ".tekdogru" / "state.db").write_bytes(b"no database at all, but long enough" * 9)
    (said,) = warnings(tekdogru, tmp_path)
    assert said.startswith("warning TD058: no order is held against evidence: the history at")
