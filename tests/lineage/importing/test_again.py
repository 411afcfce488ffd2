"""Importing again: what changed there is taken over, what a steward wrote stays, byte by byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from imported import drafts, empty_workspace, imports, problems

from catalog.cli import run

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: c-1
name: crm
version: 1.0.0
status: active
servers: [{server: prod, type: postgres, host: h, port: 1, database: d, schema: public}]
schema:
  - name: customers
    description: One row each.
    properties:
      - {name: no, logicalType: string, primaryKey: true}
      - {name: mail, logicalType: string, description: The mail., required: true}
"""
PATH = "catalog/imported/crm.yml"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return empty_workspace(tmp_path / "ws")


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    file = tmp_path / "crm.yaml"
    file.write_text(CONTRACT)
    return file


def edit(file: Path, *pairs: tuple[str, str]) -> None:
    text = file.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)


def test_a_stewards_words_and_comments_stay_while_the_rest_follows_the_file(
    workspace: Path, contract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = imports(capsys, workspace)
    call("odcs", contract)
    edit(
        workspace / PATH,
        ("definition: The mail.", "definition: Where they read us."),
        (
            "    status: draft\n    imported: {format: odcs, file: crm.yaml}",
            "    # agreed in May\n    status: draft\n    imported: {format: odcs, file: crm.yaml}",
        ),
        (
            "    status: draft\n    notes",
            "    status: draft\n    steward: s@bank.example\n    notes",
        ),
    )
    edit(
        contract,
        ("One row each.", "One row per customer."),
        ("The mail.", "The e-mail."),
        ("      - {name: mail", "      - {name: phone, logicalType: string}\n      - {name: mail"),
    )
    told = call("odcs", contract)["files"][0]["changes"]
    said = {f"{one['how']} {one['urn']} {one['key'] or ''}".strip() for one in told}
    assert said == {
        "updated dataset:crm.customers definition",
        "new field:crm.customers.phone",
        "conflicting field:crm.customers.mail definition",
        "conflicting attribute:customers.mail definition",
    }
    text = (workspace / PATH).read_text()
    assert "definition: Where they read us." in text
    assert "# agreed in May" in text
    assert "definition: One row per customer." in text
    assert "steward: s@bank.example" in text
    assert [one for one in problems(workspace) if one.level == "error"] == []
    first = drafts(workspace)
    again = call("odcs", contract)["files"][0]["changes"]
    assert [one["how"] for one in again] == ["kept", "kept"]
    assert drafts(workspace) == first


def test_that_the_file_is_called_otherwise_now_is_taken_over_without_a_word(
    workspace: Path, contract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = imports(capsys, workspace)
    call("odcs", contract)
    renamed = contract.rename(contract.with_name("crm_2.yaml"))
    told = call("odcs", renamed, "--name", "crm")["files"][0]
    assert {one["key"] for one in told["changes"]} == {"imported"}
    again = renamed.rename(contract.with_name("crm_3.yaml"))
    assert run(["import", "odcs", str(again), "--name", "crm", "-w", str(workspace)]) == 0
    said = capsys.readouterr().out
    assert "written: catalog/imported/crm.yml" in said
    assert "updated" not in said
    assert "file: crm_3.yaml" in (workspace / PATH).read_text()


def test_what_was_taken_out_by_hand_stays_out_and_what_vanished_is_told(
    workspace: Path, contract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = imports(capsys, workspace)
    call("odcs", contract)
    text = (workspace / PATH).read_text()
    (workspace / PATH).write_text(text[: text.index("\nattributes:")])
    edit(contract, ("      - {name: no, logicalType: string, primaryKey: true}\n", ""))
    told = call("odcs", contract)["files"][0]["changes"]
    said = {f"{one['how']} {one['urn']}" for one in told}
    assert "vanished field:crm.customers.no" in said
    assert "attributes:" not in (workspace / PATH).read_text()


def test_definitions_may_be_renamed_and_moved_to_other_files(
    workspace: Path, contract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = imports(capsys, workspace)
    call("odcs", contract, "--no-attributes")
    moved = workspace / "catalog/sources.yml"
    (workspace / PATH).rename(moved)
    edit(moved, ("- key: crm", "- key: customers_crm"), ("- key: customers\n", "- key: people\n"))
    edit(contract, ("One row each.", "One row per customer."))
    told = call("odcs", contract, "--no-attributes")["files"][0]
    assert [f"{one['how']} {one['urn']} {one['key']}" for one in told["changes"]] == [
        "updated dataset:customers_crm.people definition"
    ]
    assert told["written"] == ["catalog/sources.yml", "catalog/imported/crm.json"]
    assert "${CRM_URL}" in moved.read_text()


def test_definitions_of_others_are_never_touched(
    workspace: Path, contract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "catalog").mkdir()
    own = workspace / "catalog/own.yml"
    own.write_text("sources:\n  - {key: CRM, name: Ours, owner: a@b.example, location: data}\n")
    told = imports(capsys, workspace)("odcs", contract)["files"][0]["changes"]
    assert next(one["urn"] for one in told) == "source:crm_2"
    assert "key: CRM, name: Ours" in own.read_text()


def test_a_file_that_was_changed_by_another_import_is_refused(
    workspace: Path, contract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = imports(capsys, workspace)
    call("odcs", contract)
    base = workspace / "catalog/imported/crm.json"
    base.write_text("{")
    assert call_fails(workspace, contract, capsys, "restore it as it was committed")
    base.write_text('{"format": "dbt", "file": "m", "entries": {}}')
    assert call_fails(workspace, contract, capsys, "give this one another --name")


def call_fails(
    workspace: Path, contract: Path, capsys: pytest.CaptureFixture[str], said: str
) -> bool:
    assert run(["import", "odcs", str(contract), "-w", str(workspace)]) == 64
    return said in capsys.readouterr().err
