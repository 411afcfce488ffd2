"""On the sample bank: CRM before core for e-mail is exactly the difference of two resolves."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from commands import Command, run_here
from simulating import count_changes, difference, simulated
from workspaces import change

from catalog.clock import Clock
from catalog.sample.bank import create_bank

CUSTOMER = "catalog/customer.yml"
CORE = "      - {field: core.customers.e_mail}\n"
CRM = "      - {field: crm.customers.email}\n"


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bank")
    create_bank(folder, customers=1_000, as_of=Clock().today())
    return folder


def edited(bank: Path, folder: Path, old: str, new: str) -> Path:
    """A copy of the bank with one place of its customer's attributes written otherwise."""
    shutil.copytree(bank, folder)
    change(folder, old, new, CUSTOMER)
    return folder


@pytest.fixture
def tekdogru(capfd: pytest.CaptureFixture[str]) -> Command:
    return run_here(capfd)


@pytest.mark.long
def test_crm_before_core_for_email_is_the_difference_of_two_resolves(
    bank: Path, tmp_path: Path, tekdogru: Command
) -> None:
    after = edited(bank, tmp_path / "after", CORE + CRM, CRM + CORE)
    files = [tmp_path / f"{name}.parquet" for name in ("before", "after", "changes")]
    for workspace, file in zip((bank, after), files, strict=False):
        assert tekdogru("resolve", "customer", "-w", workspace, "--output", file).status == 0
    ended = tekdogru(
        "simulate", "-w", bank, "--change", after / CUSTOMER, "-o", files[2], "--format", "json"
    )
    assert ended.status == 0, ended.err
    wanted = difference(files[0], files[1])
    assert len(wanted) > 100
    assert simulated(files[2]) == wanted
    told = json.loads(ended.out)
    counted = {one["attribute"]: one["changes"] for one in told["attributes"] if one["changed"]}
    assert counted == count_changes(wanted)
    moves = Counter((old[2], new[2]) for old, new in wanted.values() if old and new)
    (email,) = (one for one in told["attributes"] if one["attribute"] == "customer.email")
    assert {(m["from"], m["to"]): m["count"] for m in email["moves"]} == moves
    assert (told["rows"], email["owner"]) == (len(wanted), "Head of customer data")
    assert [one["urn"] for one in told["definitions"]] == ["attribute:customer.email"]
    names = {one["urn"] for one in told["reached"]}
    assert "touchpoint:web" in names


@pytest.mark.long
def test_a_measure_on_the_golden_value_is_what_check_counts_on_both_workspaces(
    bank: Path, tmp_path: Path, tekdogru: Command
) -> None:
    late = CRM.replace("}", ', when: "confirmed_at >= :as_of - interval 30 day"}')
    after = edited(bank, tmp_path / "after", CORE + CRM, late)
    change(after, "      - {field: web.users.mail}\n", "", CUSTOMER)
    counted = []
    for workspace in (bank, after):
        record = tmp_path / f"{workspace.name}.json"
        ended = tekdogru("check", "-w", workspace, "--select", "measure:*", "--output", record)
        assert ended.status != 4, ended.err
        measures = json.loads(record.read_text("utf-8"))["measures"]
        counted.append({key: _by_group(values) for key, values in measures.items()})
    ended = tekdogru(
        "simulate", "-w", bank, "--change", after / CUSTOMER, "--format", "json", "--examples", 0
    )
    told = {one["urn"].partition(":")[2]: one for one in json.loads(ended.out)["measures"]}
    moved = {key for key in counted[0] if counted[0][key] != counted[1].get(key)}
    assert moved
    assert {key for key, one in told.items() if one["changed"] and key in counted[0]} == moved
    for key in moved:
        for value in told[key]["changed"]:
            group = _group(value["dimensions"])
            numbers = (counted[0][key].get(group), counted[1][key].get(group))
            assert tuple(n and float(n) for n in (value["before"], value["after"])) == numbers


def _by_group(values: list[dict[str, object]]) -> dict[str, object]:
    return {_group(one["dimensions"]): one["value"] for one in values}


def _group(dimensions: object) -> str:
    return json.dumps(dimensions, sort_keys=True)
