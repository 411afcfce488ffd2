"""Data contracts become drafts: every published example, and each part where it belongs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from imported import drafts, empty_workspace, imports, problems

from catalog.cli import run
from catalog.model import Catalog
from catalog.workspace import open_workspace

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: c-1
name: Şube CRM
version: 1.0.0
status: active
description: {purpose: What branches know., usage: Letters.}
team:
  name: retail
  members: [{username: a@bank.example, role: Owner}, {username: b, role: dev}]
servers:
  - server: prod
    type: postgres
    host: db.bank.example
    port: 5432
    database: crm
    schema: public
    description: postgres://admin:secret@db.bank.example/crm
support: [{channel: crm, url: "https://x.example/?token=secret"}]
slaProperties: [{property: frequency, value: 1, unit: d, element: customers.seen}]
price: {priceAmount: 1, priceCurrency: USD, priceUnit: GB}
schema:
  - name: customers
    physicalName: t_customers
    businessName: Customers
    description: One row each.
    tags: [core]
    quality: [{metric: rowCount, mustBeGreaterThan: 10}]
    properties:
      - {name: no, logicalType: string, primaryKey: true, required: true, unique: true}
      - {name: E-Mail, physicalName: e_mail, logicalType: string, logicalTypeOptions: {format: email, maxLength: 99}, required: true, classification: PII, examples: [ada@lovelace.example]}
      - {name: segment, logicalType: string, quality: [{metric: invalidValues, arguments: {validValues: [A, B]}, mustBe: 0}]}
      - {name: score, logicalType: number, physicalType: int4, logicalTypeOptions: {minimum: 0, exclusiveMaximum: 100}, quality: [{metric: nullValues, mustBeLessThan: 5, unit: percent}, {type: sql, query: select 1, mustBe: 1}]}
      - {name: seen, logicalType: timestamp}
      - {name: parts, logicalType: array, items: {logicalType: object, properties: [{name: x, logicalType: string}]}}
  - name: cards
    properties:
      - {name: no, logicalType: string, primaryKey: true, relationships: [{to: customers.no}]}
      - {name: iban, logicalType: string, required: true, classification: restricted}
      - {name: copied, logicalType: string, transformSourceObjects: [customers.segment]}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return empty_workspace(tmp_path / "ws")


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    file = tmp_path / "crm.odcs.yaml"
    file.write_text(CONTRACT)
    return file


def catalog_of(workspace: Path) -> Catalog:
    return open_workspace(workspace).load().catalog


def entries(workspace: Path, name: str) -> dict[str, Any]:
    text = (workspace / "catalog/imported" / f"{name}.yml").read_text()
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@pytest.mark.long
def test_all_published_examples_are_imported_and_again_without_a_change(
    shared_data: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = sorted((shared_data / "odcs/examples").rglob("*.yaml"))
    call = imports(capsys, workspace)
    told = call("odcs", *files)
    first = drafts(workspace)
    again = call("odcs", *reversed(files))
    assert len(files) == 18
    assert [one["brought"]["sources"] for one in told["files"]] == [1] * 18
    objects = [one for file in files for one in yaml.safe_load(file.read_text()).get("schema", [])]
    brought = [one["brought"] for one in told["files"]]
    assert sum(one.get("datasets", 0) for one in brought) == len(objects)
    columns = sum(len(one.get("properties", ())) for one in objects)
    assert sum(one.get("fields", 0) for one in brought) == columns
    assert [p for p in problems(workspace) if p.level == "error"] == []
    assert drafts(workspace) == first
    assert {change["how"] for one in again["files"] for change in one["changes"]} == set()


def test_each_part_of_a_contract_goes_where_it_belongs(
    workspace: Path, contract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imports(capsys, workspace)("odcs", contract)
    catalog = catalog_of(workspace)
    source = catalog.sources["sube_CRM" if "sube_CRM" in catalog.sources else "sube_crm"]
    customers = catalog.datasets[f"{source.key}.customers"]
    fields = {field.key: field for field in customers.fields}
    assert (source.name, source.status, source.owner) == ("Şube CRM", "draft", "a@bank.example")
    assert (source.connector, source.url) == ("postgres", "${SUBE_CRM_URL}")
    assert (customers.table, customers.entity, customers.id) == (
        "public.t_customers",
        "customers",
        "no",
    )
    assert (str(customers.refresh), customers.confirmed_at and customers.confirmed_at.field) == (
        "1d",
        "seen",
    )
    assert {key: (field.type, field.source_column) for key, field in fields.items()} == {
        "no": ("text", "no"),
        "E_Mail": ("email", "e_mail"),
        "segment": ("text", "segment"),
        "score": ("integer", "score"),
        "seen": ("timestamp", "seen"),
        "parts": ("text", "parts"),
    }
    attributes = catalog.attributes
    mail, segment, score = (
        attributes[f"customers.{key}"] for key in ("E_Mail", "segment", "score")
    )
    assert (mail.personal_data, mail.required and mail.required.target) == ("PII", 1.0)
    assert mail.rules[0].arguments == {"max_value": 99}
    assert segment.values == {"A": "A", "B": "B"}
    assert (score.required and score.required.target) == 0.95
    assert score.rules[0].arguments == {"min_value": 0, "max_value": 100, "strict_max": True}
    assert {one.severity for one in attributes.values()} == {"info"}
    assert "Quality there: sql; mustBe 1; select 1" in (fields["score"].notes or "")
    assert "A structure, read as text: x (string)." in (fields["parts"].notes or "")
    assert "rowCount; mustBeGreaterThan 10" in (customers.notes or "")


def test_a_dataset_that_shares_the_key_of_another_describes_the_same_entity(
    workspace: Path, contract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imports(capsys, workspace)("odcs", contract)
    cards = catalog_of(workspace).datasets["sube_crm.cards"]
    assert (cards.entity, cards.id) == ("customers", "no")
    assert cards.known_to == {"sube_crm.customers": 1.0}
    assert cards.field("copied").derived_from == ("sube_crm.customers.segment",)  # type: ignore[union-attr]


def test_what_is_left_out_is_listed_and_no_secret_or_value_is_written(
    workspace: Path, contract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = imports(capsys, workspace)("odcs", contract)["files"][0]
    left = {one["what"] for one in told["left_out"]}
    assert left == {"price", "team: 2 members", "customers.E-Mail: examples"}
    written = b"".join(drafts(workspace).values())
    assert b"secret" not in written
    assert b"lovelace" not in written


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: DataContract\napiVersion: v2.2.2\n", "found `apiVersion: v2.2.2`, expected v3.0.0"),
        ("kind: DataContract\n", "found no `apiVersion`"),
        ("kind: Other\napiVersion: v3.0.0\n", "`kind: DataContract` is expected"),
        ("- a\n", "`kind: DataContract` is expected"),
        ("a: [\n", "not YAML"),
        ("a: 1\na: 2\n", "written twice"),
    ],
)
def test_what_is_no_contract_is_refused_with_what_was_found(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    wrong, right = tmp_path / "wrong.yaml", tmp_path / "right.yaml"
    wrong.write_text(text)
    right.write_text(CONTRACT)
    assert run(["import", "odcs", str(right), str(wrong), "-w", str(workspace)]) == 64
    assert said in capsys.readouterr().err
    assert drafts(workspace) == {}


def test_rules_that_cannot_be_used_stay_behind_and_are_told(
    workspace: Path, contract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contract.write_text(CONTRACT.replace("maxLength: 99", 'pattern: "(?=x)y"'))
    told = imports(capsys, workspace)("odcs", contract)["files"][0]
    assert "rules of attribute:customers.E_Mail" in {one["what"] for one in told["left_out"]}
    assert "customers.E_Mail" in catalog_of(workspace).attributes


def test_notes_of_an_import_are_english_also_in_a_turkish_workspace(
    workspace: Path, contract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "tekdogru.toml").write_text('language = "tr"\n')
    call = imports(capsys, workspace)
    call("odcs", contract)
    customers = catalog_of(workspace).datasets["sube_crm.customers"]
    assert customers.notes is None
    assert "rowCount" in (customers.notes_en or "")
    assert call("odcs", contract)["files"][0]["written"] == []


def test_a_dry_run_says_the_same_and_writes_nothing(
    workspace: Path, contract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = imports(capsys, workspace)
    told = call("odcs", contract, "--dry-run")
    assert drafts(workspace) == {}
    assert told == {**call("odcs", contract), "dry_run": True}


def test_an_owner_that_is_not_known_is_refused_one_that_is_known_is_taken(
    workspace: Path, contract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contract.write_text(CONTRACT.replace("a@bank.example", "nobody_here"))
    assert run(["import", "odcs", str(contract), "--owner", "retial", "-w", str(workspace)]) == 64
    capsys.readouterr()
    imports(capsys, workspace)("odcs", contract, "--owner", "o@bank.example")
    assert catalog_of(workspace).sources["sube_crm"].owner == "o@bank.example"


def test_drafts_without_an_owner_warn_until_they_are_approved(
    workspace: Path, contract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contract.write_text(CONTRACT.replace("a@bank.example", "nobody_here"))
    imports(capsys, workspace)("odcs", contract)
    assert {(p.code, p.level) for p in problems(workspace)} >= {("TD013", "warning")}
    file = workspace / "catalog/imported/crm.yml"
    file.write_text(file.read_text().replace("status: draft", "status: approved"))
    assert {(p.code, p.level) for p in problems(workspace)} >= {
        ("TD013", "error"),
        ("TD014", "error"),
    }
