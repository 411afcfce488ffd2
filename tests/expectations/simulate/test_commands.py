"""The command simulate: what it tells in both languages, what it masks, what it refuses."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from commands import Command, run_here
from jsonschema import Draft202012Validator
from resolving import read_rows
from workspaces import change, write_workspace

from catalog.loading.schema import printed_schema

SNAPSHOTS = Path(__file__).parent / "snapshots"
DAY = "2026-11-20"
DEFINITIONS = """
teams: [{key: sales, name: Sales, name_tr: Satış, head: data}]
roles: [{key: data, name: Head of data, name_tr: Veri sorumlusu, holder: h@bank.example}]
entities:
  - {key: customer, name: Customer, name_tr: Müşteri}
sources:
  - key: core
    name: Core
    location: data
    owner: data
    datasets:
      - key: customers
        path: core.csv
        entity: customer
        id: "no"
        fields: [{key: "no", type: code}, {key: kind, type: code}, {key: mail, type: email}]
  - key: crm
    name: CRM
    location: data
    owner: data
    datasets:
      - key: customers
        path: crm.csv
        entity: customer
        id: "no"
        fields: [{key: "no", type: code}, {key: mail, type: email}, {key: at, type: date}]
        confirmed_at: at
attributes:
  - key: customer.mail
    name: E-mail
    name_tr: E-posta
    definition: Where the customer is reached.
    owner: data
    expires_on: 2030-01-01
    type: email
    cleanse: [trim, lower]
    personal_data: contact
    purposes: [contact]
    claims: [{field: core.customers.mail}, {field: crm.customers.mail}]
  - key: customer.kind
    name: Kind
    definition: Person or company.
    owner: data
    expires_on: 2030-01-01
    claims: [{field: core.customers.kind}]
purposes: [{key: contact, name: Contact}]
measures:
  - key: reachable
    name: Reachable
    name_tr: Ulaşılabilen
    definition: Customers with an address.
    owner: data
    expires_on: 2030-01-01
    calculation: SELECT kind, count(mail) AS value FROM customer GROUP BY kind
    dimensions: [kind]
  - key: known
    name: Known
    definition: All customers.
    owner: data
    expires_on: 2030-01-01
    calculation: SELECT count(*) AS value FROM customer
reports:
  - key: monthly
    name: Monthly
    name_tr: Aylık
    definition: The month.
    team: sales
    owner: sales
    period: month
    expires_on: 2030-01-01
    cells:
      - {key: persons, label: Reachable persons, measure: reachable, where: {kind: P}}
      - {key: all, label: All customers, measure: known}
touchpoints: [{key: letters, name: Letters, name_tr: Mektuplar, owner: sales, reads: {customer.mail: crm.customers.mail}}]
"""
CORE = """no,kind,mail
1,P,Ali@b.co
2,C,
3,C,info@c.co
"""
CRM = """no,mail,at
1,other@b.co,2026-11-01
2,crm@c.co,2026-01-01
3,INFO@c.co,2026-11-01
4,new@d.co,2026-11-01
"""
CHANGE = """
attributes:
  - key: customer.mail
    name: E-mail
    name_tr: E-posta
    definition: Where the customer is reached.
    owner: data
    expires_on: 2030-01-01
    type: email
    cleanse: [trim, lower]
    personal_data: contact
    purposes: [contact]
    valid_for: 90d
    claims: [{field: crm.customers.mail, when: "confirmed_at >= :as_of - interval 90 day"}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = write_workspace(
        tmp_path / "ws", DEFINITIONS, {"data/core.csv": CORE, "data/crm.csv": CRM}
    )
    (tmp_path / "change.yml").write_text(CHANGE, "utf-8")
    return made


@pytest.fixture
def tekdogru(capfd: pytest.CaptureFixture[str]) -> Command:
    return run_here(capfd)


def simulate(tekdogru: Command, folder: Path, *more: object) -> str:
    """What is told of the change, run beside the workspace."""
    ended = tekdogru(
        "simulate", "-w", "ws", "--change", "change.yml", "--as-of", DAY, *more, cwd=folder.parent
    )
    assert ended.status == 0, ended.err
    return ended.out


@pytest.mark.parametrize("language", ["en", "tr"])
def test_the_text_says_what_changes_for_whom(
    folder: Path, tekdogru: Command, language: str
) -> None:
    told = simulate(tekdogru, folder, "--language", language)
    snapshot = SNAPSHOTS / f"simulation.{language}.txt"
    assert told == snapshot.read_text("utf-8")


def test_the_document_fits_its_schema_and_holds_before_and_after(
    folder: Path, tekdogru: Command
) -> None:
    told = json.loads(simulate(tekdogru, folder, "--format", "json", "--show-values"))
    Draft202012Validator(printed_schema("simulate")).validate(told)
    (mail,) = (one for one in told["attributes"] if one["attribute"] == "customer.mail")
    assert mail["changes"] == {"other_value": 1, "loses": 1, "source": 1}
    assert mail["moves"] == [
        {"from": "core", "to": "crm", "count": 2}, {"from": "crm", "to": None, "count": 1},
    ]  # fmt: skip
    assert mail["examples"][0]["before"]["value"] == "ali@b.co"
    assert mail["examples"][0]["after"]["value"] == "other@b.co"
    (reachable,) = (one for one in told["measures"] if one["urn"] == "measure:reachable")
    assert reachable["changed"] == [
        {"dimensions": {"kind": "C"}, "before": "2", "after": "1", "apart": "-1"}
    ]
    assert reachable["unchanged"] == 2
    assert len(told["measures"]) == 1  # the other one reads nothing that differs
    (customers,) = told["entities"]
    assert (customers["before"], customers["after"], customers["untouched"]) == (4, 4, 1)
    reached = {one["urn"]: (one["owner"], one["through"]) for one in told["reached"]}
    through = ["measure:reachable"]
    assert reached["cell:monthly/persons"][1] == ["attribute:customer.mail", *through]
    assert reached["touchpoint:letters"] == ("Sales", ["attribute:customer.mail"])
    assert "cell:monthly/all" not in reached  # its number was counted and is the same


def test_each_changed_value_is_a_row_of_the_file(
    folder: Path, tekdogru: Command, tmp_path: Path
) -> None:
    target = tmp_path / "out" / "changes.parquet"
    told = simulate(tekdogru, folder, "--output", target)
    rows = read_rows(target)
    assert list(rows[0]) == [
        "entity_id", "attribute", "change", "value_before", "value_after", "state_before",
        "state_after", "source_before", "source_after", "dataset_before", "dataset_after",
        "record_id_before", "record_id_after", "reason_before", "reason_after",
    ]  # fmt: skip
    assert [(row["entity_id"], row["change"]) for row in rows] == [
        ("1", "other_value"), ("2", "loses"), ("3", "source"),
    ]  # fmt: skip
    assert (rows[0]["value_after"], rows[0]["reason_after"]) == ("other@b.co", "only_value")
    assert f"3 rows written to {target}" in told
    assert [path.name for path in target.parent.iterdir()] == ["changes.parquet"]


def test_personal_values_are_masked_unless_asked_for(folder: Path, tekdogru: Command) -> None:
    assert "ali@" not in simulate(tekdogru, folder)
    assert "ali@b.co" in simulate(tekdogru, folder, "--show-values")


def test_an_unreachable_source_makes_unknown_what_rests_on_it(
    folder: Path, tekdogru: Command
) -> None:
    (folder / "data" / "crm.csv").unlink()
    told = json.loads(simulate(tekdogru, folder, "--format", "json"))
    assert (told["computed"], told["attributes"], told["measures"]) == (True, [], [])
    unknown = {one["urn"]: one["reason"] for one in told["unknown"]}
    assert set(unknown) == {"entity:customer", "measure:reachable"}  # no rule on known differs
    assert all("crm.customers cannot be read" in reason for reason in unknown.values())
    assert "Not known:" in simulate(tekdogru, folder, "--language", "en")


def test_a_source_that_breaks_while_it_is_read_is_unknown_too(
    folder: Path, tekdogru: Command
) -> None:
    (folder / "data" / "crm.csv").write_bytes(b'no,mail,at\n1,"open\xff,2026\n')
    told = json.loads(simulate(tekdogru, folder, "--format", "json"))
    assert {one["urn"] for one in told["unknown"]} >= {"entity:customer"}
    assert told["attributes"] == []


def test_rules_of_matching_that_change_are_told_as_unknown(folder: Path, tekdogru: Command) -> None:
    (folder.parent / "change.yml").write_text(
        "entities:\n  - key: customer\n    name: Customer\n    match: {keys: [{attribute: customer.mail}]}\n",
        "utf-8",
    )
    told = json.loads(simulate(tekdogru, folder, "--format", "json"))
    reasons = [one["reason"] for one in told["unknown"] if one["urn"] == "entity:customer"]
    assert any("known after `tekdogru match`" in reason for reason in reasons)
    assert any("were never matched" in reason for reason in reasons)
    assert told["attributes"] == []


def test_a_new_attribute_and_a_new_measure_are_told_as_gained(
    folder: Path, tekdogru: Command
) -> None:
    (folder.parent / "change.yml").write_text(
        """
attributes:
  - {key: customer.second, name: Second, definition: A second one., owner: data, expires_on: 2030-01-01, claims: [{field: crm.customers.mail}]}
measures:
  - {key: seconds, name: Seconds, definition: Of them., owner: data, expires_on: 2030-01-01, calculation: SELECT count(second) AS value FROM customer}
""",
        "utf-8",
    )
    told = json.loads(simulate(tekdogru, folder, "--format", "json"))
    (second,) = (one for one in told["attributes"] if one["changed"])
    assert (second["attribute"], second["before"], second["changes"]) == (
        "customer.second", 0, {"gets": 4},
    )  # fmt: skip
    (new,) = (one for one in told["measures"] if one["changed"])
    assert new["changed"] == [{"dimensions": {}, "before": None, "after": "4", "apart": None}]


def test_what_is_wrong_with_the_files_is_told_all_at_once_with_file_and_line(
    folder: Path, tekdogru: Command
) -> None:
    (folder.parent / "change.yml").write_text(
        CHANGE.replace("crm.customers.mail,", "crm.customers.mial,").replace("name_tr", "nmae"),
        "utf-8",
    )
    (folder.parent / "more.yml").write_text("measures: [{key: reachable, name: [}]\n", "utf-8")
    ended = tekdogru(
        "simulate", "-w", "ws", "--change", "change.yml", "--change", "more.yml",
        "--change", "none.yml", cwd=folder.parent,
    )  # fmt: skip
    assert ended.status == 4
    for said in ("change.yml:5: error TD003", "more.yml:1: error TD001", "none.yml:1: error TD001"):
        assert said in ended.err + ended.out
    (folder.parent / "change.yml").write_text(CHANGE.replace("crm.customers.mail,", "crm.x.y,"))
    ended = tekdogru("simulate", "-w", "ws", "--change", "change.yml", cwd=folder.parent)
    assert ended.status == 4
    assert "change.yml:14: error TD012" in ended.err + ended.out


def test_it_wants_one_of_its_two_options(folder: Path, tekdogru: Command) -> None:
    file = folder.parent / "change.yml"
    assert tekdogru("simulate", "-w", folder).status == 64
    both = tekdogru("simulate", "-w", folder, "--change", file, "--against", "main")
    assert both.status == 64
    assert "not both" in both.err
    twice = tekdogru("simulate", "-w", folder, "--change", file, "--change", file)
    assert (twice.status, "named twice" in twice.err) == (64, True)
    output = tekdogru("simulate", "-w", folder, "--change", file, "--output", "x.txt")
    assert output.status == 64


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@t.example")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_a_revision_is_what_was_before(folder: Path, tekdogru: Command) -> None:
    git(folder, "init", "-b", "main")
    git(folder, "add", "catalog", "tekdogru.toml")
    git(folder, "commit", "-m", "begin")
    same = tekdogru("simulate", "-w", folder, "--against", "main", "--as-of", DAY)
    assert (same.status, "Nothing differs" in same.out) == (0, True)
    change(folder, "name: E-mail\n", "name: Mail address\n")
    harmless = tekdogru("simulate", "-w", folder, "--against", "HEAD", "--as-of", DAY)
    assert "No data was read" in harmless.out
    change(
        folder,
        "claims: [{field: core.customers.mail}, {field: crm.customers.mail}]",
        "claims: [{field: crm.customers.mail}, {field: core.customers.mail}]",
    )
    told = json.loads(
        tekdogru(
            "simulate", "-w", folder, "--against", "HEAD", "--as-of", DAY, "--format", "json"
        ).out
    )
    (mail,) = (one for one in told["attributes"] if one["changed"])
    assert mail["changes"] == {"other_value": 1, "source": 1}
    assert told["before"].startswith("HEAD (")
    unknown = tekdogru("simulate", "-w", folder, "--against", "nothing")
    assert (unknown.status, "--against nothing: git knows no such revision" in unknown.err) == (
        64, True,
    )  # fmt: skip


def test_a_past_with_errors_is_refused_with_its_file_and_line(
    folder: Path, tekdogru: Command
) -> None:
    git(folder, "init", "-b", "main")
    change(folder, "type: email\n    cleanse", "typ: email\n    cleanse")
    git(folder, "add", "catalog", "tekdogru.toml")
    git(folder, "commit", "-m", "wrong")
    change(folder, "typ: email", "type: email")
    ended = tekdogru("simulate", "-w", folder, "--against", "HEAD")
    assert ended.status == 4
    assert "HEAD:catalog/definitions.yml:" in ended.err + ended.out
