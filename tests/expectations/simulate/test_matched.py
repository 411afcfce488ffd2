"""Where records are matched, a simulation reads the kept map on both sides and says what it cannot."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from commands import Command, run_here
from resolving import write_rows
from simulating import count_changes, difference, simulated
from workspaces import TODAY, change, write_workspace

from catalog.store.snapshots import SnapshotStore

SOURCE = """\
  - key: {key}
    name: {key}
    location: data
    owner: owner@bank.example
    datasets:
      - key: people
        path: {key}.csv
        entity: customer
        record: row
        confirmed_at: {{field: at, means: confirmed}}
        fields: [{{key: row, type: code}}, {{key: mail, type: email}}, {{key: street}}, {{key: city}}, {{key: at, type: date}}]
"""
ATTRIBUTE = """\
  - key: customer.{key}
    name: {key}
    definition: Said by somebody.
    owner: owner@bank.example
    expires_on: 2030-01-01
    claims: [{{field: crm.people.{key}}}, {{field: core.people.{key}}}]
{more}
"""
DEFINITIONS = (
    "entities:\n  - {key: customer, name: Customer, match: {keys: [{attribute: customer.mail}]}}\n"
    f"sources:\n{SOURCE.format(key='crm')}{SOURCE.format(key='core')}attributes:\n"
    + ATTRIBUTE.format(key="mail", more="    type: email")
    + ATTRIBUTE.format(key="street", more="    group: address")
    + ATTRIBUTE.format(key="city", more="    group: address")
)
CRM = """\
row,mail,street,city,at
1,a@b.co,Gül Sk.,Van,2026-01-01
2,a@b.co,,İzmir,2026-11-01
3,c@b.co,Lale Cd.,,2026-11-10
4,d@b.co,Gül Sk.,Van,2026-11-01
"""
CORE = """\
row,mail,street,city,at
1,a@b.co,Lale Cd.,Bursa,2026-11-02
2,c@b.co,,Bursa,2026-01-02
"""
STREET = "{field: crm.people.street}, {field: core.people.street}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = write_workspace(
        tmp_path / "ws", DEFINITIONS, {"data/crm.csv": CRM, "data/core.csv": CORE}
    )
    records = [
        ("crm", "1", "A"),
        ("crm", "2", "A"),
        ("core", "1", "A"),
        ("crm", "3", "C"),
        ("core", "2", "C"),
    ]
    lines = [
        {"source": source, "dataset": f"{source}.people", "record_id": record, "entity_id": entity,
         "merged_by": "key", "score": None}
        for source, record, entity in records
    ]  # fmt: skip
    names = ("source", "dataset", "record_id", "entity_id", "merged_by")
    columns = {**dict.fromkeys(names, "text"), "score": "number"}
    kept = write_rows(tmp_path / "match.parquet", lines, columns)
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    store = SnapshotStore(f"sqlite:///{made}/.tekdogru/state.db")
    store.save("match", "customer", kept, as_of=TODAY, created=noon)
    return made


@pytest.fixture
def tekdogru(capfd: pytest.CaptureFixture[str]) -> Command:
    return run_here(capfd)


def compared(
    tekdogru: Command, folder: Path, old: str, new: str
) -> tuple[dict[str, object], object, object]:
    """What is told of a change, what it wrote, and the difference of two resolves."""
    after = folder.parent / "after"
    shutil.copytree(folder, after)
    change(after, old, new)
    where = ("--as-of", TODAY.isoformat())
    files = [folder.parent / f"{name}.parquet" for name in ("before", "after", "changes")]
    for workspace, file in zip((folder, after), files, strict=False):
        assert tekdogru("resolve", "-w", workspace, *where, "--output", file).status == 0
    file = after / "catalog" / "definitions.yml"
    told = tekdogru(
        "simulate", "-w", folder, "--change", file, *where, "-o", files[2], "--format", "json"
    )
    assert told.status == 0, told.err
    return json.loads(told.out), simulated(files[2]), difference(files[0], files[1])


def test_of_matched_records_it_is_the_difference_of_two_resolves_too(
    folder: Path, tekdogru: Command
) -> None:
    reverse = ", ".join(reversed(STREET.split(", ")))
    told, found, wanted = compared(tekdogru, folder, STREET, reverse)
    assert found == wanted
    assert set(count_changes(wanted)) == {"customer.street", "customer.city"}  # type: ignore[arg-type]
    assert told["unknown"] == []  # nothing by which records are matched differs
    (customers,) = told["entities"]  # type: ignore[misc]
    assert (customers["before"], customers["unmatched_after"]) == (3, 1)


def test_what_records_are_matched_by_makes_the_matching_unknown(
    folder: Path, tekdogru: Command
) -> None:
    told, found, wanted = compared(
        tekdogru, folder, "type: email\n", "type: email\n    cleanse: [trim, upper]\n"
    )
    assert found == wanted
    (unknown,) = told["unknown"]  # type: ignore[misc]
    assert unknown["urn"] == "entity:customer"
    assert "known after `tekdogru match`" in unknown["reason"]
