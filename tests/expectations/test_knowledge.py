"""What the history knows of entities is read entity by entity, and of its day."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import run_here
from resolving import read_rows
from workspaces import write_workspace

SOURCE = """
  - key: {source}
    name: {source}
    location: data
    owner: owner@bank.example
    datasets:
      - {{key: customers, path: {source}.csv, entity: customer, id: id, fields: [{{key: id}}, {{key: name}}]}}
      - {{key: branches, path: {source}.csv, entity: branch, id: id, fields: [{{key: id}}, {{key: name}}]}}
"""
ATTRIBUTE = """
  - key: {entity}.name
    name: Name
    definition: What it is called.
    owner: owner@bank.example
    expires_on: 2099-01-01
    claims: [{{field: core.{many}.name}}, {{field: crm.{many}.name, protect: true}}]
"""
DEFINITIONS = (
    "sources:\n" + SOURCE.format(source="core") + SOURCE.format(source="crm") + "attributes:\n"
    + ATTRIBUTE.format(entity="customer", many="customers")
    + ATTRIBUTE.format(entity="branch", many="branches")
)  # fmt: skip
CRM = "id,name\n1,Old\n"


@pytest.mark.long
def test_every_entity_has_the_incumbents_of_its_own_newest_close_before_the_day(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tekdogru = run_here(capfd)
    files = {"data/core.csv": "id,name\n1,\n", "data/crm.csv": CRM}
    folder = write_workspace(tmp_path, DEFINITIONS, files)
    assert tekdogru("close", "2025-10", "-w", folder).status == 0
    write_workspace(folder, DEFINITIONS, {"data/core.csv": "id,name\n1,New\n"})

    def names(*options: str) -> dict[str, str]:
        target = folder / "golden.parquet"
        ended = tekdogru("resolve", "-w", folder, "--output", target, *options)
        assert ended.status == 0, ended.err
        return {row["attribute"]: row["value"] for row in read_rows(target)}

    assert names() == {"customer.name": "Old", "branch.name": "Old"}
    assert names("--as-of", "2025-11-01") == {"customer.name": "Old", "branch.name": "Old"}
    assert names("--as-of", "2025-10-31") == {"customer.name": "New", "branch.name": "New"}, (
        "what was closed with a day is not known before it has ended"
    )
