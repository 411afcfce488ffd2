"""The JSON Schemas shipped with the program accept what it accepts, and refuse what it refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from workspaces import TODAY, run

from catalog.cli import run as tekdogru
from catalog.loading.loader import load_catalog
from catalog.loading.yaml_files import read_yaml
from catalog.sample.bank import create_bank, create_starter


@pytest.fixture
def schema_of(capsys: pytest.CaptureFixture[str]) -> Any:
    """Prints a schema with the command and gives its validator, the schema itself checked first."""

    def printed(document: str) -> Draft202012Validator:
        assert tekdogru(["schema", document]) == 0
        made = json.loads(capsys.readouterr().out)
        Draft202012Validator.check_schema(made)
        return Draft202012Validator(made)

    return printed


def told(validator: Draft202012Validator, document: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


@pytest.mark.parametrize("kind", ["bank", "starter"])
def test_the_definitions_that_init_makes_fit_the_schema(
    tmp_path: Path, schema_of: Any, kind: str
) -> None:
    target = tmp_path / kind
    if kind == "bank":
        create_bank(target, customers=100, as_of=TODAY)
    else:
        create_starter(target, as_of=TODAY)
    validator = schema_of("catalog")
    files = sorted((target / "catalog").glob("*.yml"))
    assert files
    for file in files:
        assert told(validator, read_yaml(file, file.name).value) == []


def test_a_baseline_that_was_recorded_fits_the_schema(schema_of: Any) -> None:
    entry = {"check": "attribute:a.b/required", "share": 0.5, "recorded_on": "2026-11-20"}
    assert told(schema_of("catalog"), {"baseline": [entry]}) == []


REFUSED: Mapping[str, dict[str, Any]] = {
    "unknown kind": {"atributes": []},
    "unknown key": {"teams": [{"key": "a", "name": "A", "nmae": "B"}]},
    "missing name": {"teams": [{"key": "a"}]},
    "key with a blank": {"teams": [{"key": "a b", "name": "A"}]},
    "mapping instead of list": {"teams": {"key": "a", "name": "A"}},
    "no span of time": {"purposes": [{"key": "a", "name": "A", "retention": "daily"}]},
    "share above one": {"baseline": [{"check": "x", "share": 2, "recorded_on": "2026-01-01"}]},
}


@pytest.mark.parametrize("document", REFUSED.values(), ids=REFUSED)
def test_the_schema_refuses_what_loading_refuses(
    tmp_path: Path, schema_of: Any, document: dict[str, Any]
) -> None:
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog/a.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    assert told(schema_of("catalog"), document)
    assert load_catalog(tmp_path).problems


SHORT_FORMS = """
sources:
  - key: core
    name: Core
    owner: a@b.example
    datasets:
      - key: customers
        path: a.csv
        confirmed_at: at
        fields:
          - {key: at, type: date, confirmed_at: at}
attributes:
  - key: customer.email
    name: E-mail
    definition: Mail.
    owner: a@b.example
    values: [A, B]
    claims: [{field: core.customers.at}]
    required: 0.98
    agree: {target: 0.9, by: 2027-06-30, floor: baseline}
    current: false
    valid_for: 12mo
    rules:
      - {expect: expect_column_value_lengths_to_be_between, max_value: 254}
  - key: customer.name
    name: Name
    definition: Name.
    owner: a@b.example
    values: {A: Active, 1: One}
    claims: [{field: core.customers.at}]
    required: true
    agree: 1
measures:
  - {key: m, name: M, definition: M., owner: a@b.example, calculation: 1, unit: {currency: TRY}}
"""


def test_the_short_forms_that_loading_accepts_fit_the_schema(
    tmp_path: Path, schema_of: Any
) -> None:
    text = SHORT_FORMS.replace("calculation: 1", "calculation: a / b")
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog/a.yml").write_text(text, encoding="utf-8")
    assert load_catalog(tmp_path).problems == []
    assert told(schema_of("catalog"), read_yaml(tmp_path / "catalog/a.yml", "a.yml").value) == []


def test_the_document_of_a_run_fits_the_schema(tmp_path: Path, schema_of: Any) -> None:
    bank = tmp_path / "bank"
    create_bank(bank, customers=100, as_of=date(2026, 11, 20))
    document = json.loads(run(bank).model_dump_json())
    validator = schema_of("run")
    assert told(validator, document) == []
    assert document["schema_version"] == "1.0"
    assert {"run", "started", "as_of", "verdict", "exit_code", "results"} <= document.keys()
    assert validator.schema["$id"] == "urn:tekdogru:schema:run:1.0"
    assert told(validator, {**document, "verdict": "green"})
    assert told(validator, {key: document[key] for key in document if key != "results"})


def test_the_document_of_a_run_that_could_read_nothing_fits_the_schema(
    tmp_path: Path, schema_of: Any
) -> None:
    create_starter(tmp_path / "w", as_of=TODAY)
    (tmp_path / "w/data/example.csv").unlink()
    document = json.loads(run(tmp_path / "w").model_dump_json())
    assert {r["verdict"] for r in document["results"]} == {"pass", "unknown"}
    assert told(schema_of("run"), document) == []
