"""Sources as data contracts: valid by the published schema, and the same when read back."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from imported import empty_workspace
from jsonschema import Draft201909Validator

from catalog.cli import run
from catalog.loading.entries import text_of
from catalog.model import Catalog, Dataset, Field, SourceSystem
from catalog.model.sources import FieldType
from catalog.sample.bank import create_bank
from catalog.visibility import visible_to
from catalog.workspace import open_workspace
from lineage.exchange.odcs.contracts import contract_of

TYPES: list[FieldType] = ["text", "email", "code", "money", "date", "timestamp", "integer", "iban"]


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bank")
    from datetime import date

    create_bank(folder, customers=100, as_of=date(2026, 11, 20))
    return folder


@pytest.fixture(scope="module")
def schema(shared_data: Path) -> Draft201909Validator:
    file = shared_data / "odcs/odcs-json-schema-v3.1.0.json"
    return Draft201909Validator(json.loads(file.read_text("utf-8")))


def contracts(catalog: Catalog) -> Iterator[dict[str, Any]]:
    for source in catalog.sources.values():
        yield contract_of(catalog, source, visible_to(catalog))


def faults(schema: Draft201909Validator, contract: dict[str, Any]) -> list[str]:
    return [f"{one.json_path}: {one.message[:200]}" for one in schema.iter_errors(contract)]


def test_contracts_of_the_sample_bank_are_valid_by_the_published_schema(
    bank: Path, schema: Draft201909Validator
) -> None:
    made = list(contracts(open_workspace(bank).load().catalog))
    assert len(made) >= 4
    assert [fault for one in made for fault in faults(schema, one)] == []


def test_contracts_of_an_imported_dbt_project_are_valid_too(
    tmp_path: Path, shared_data: Path, schema: Draft201909Validator
) -> None:
    workspace = empty_workspace(tmp_path / "ws")
    manifest = shared_data / "dbt/jaffle_duckdb_manifest.json"
    assert run(["import", "dbt", str(manifest), "--workspace", str(workspace)]) == 0
    (made,) = contracts(open_workspace(workspace).load().catalog)
    assert faults(schema, made) == []


def test_the_same_definitions_give_the_same_contract_and_another_version_otherwise(
    bank: Path,
) -> None:
    catalog = open_workspace(bank).load().catalog
    assert list(contracts(catalog)) == list(contracts(catalog))
    source = catalog.sources["crm"]
    renamed = source.model_copy(update={"name": "Other"})
    seen = visible_to(catalog)
    versions = {contract_of(catalog, one, seen)["version"] for one in (source, renamed)}
    assert len(versions) == 2


def test_checks_owners_and_promises_stand_where_the_standard_has_them(bank: Path) -> None:
    catalog = open_workspace(bank).load().catalog
    crm = next(one for one in contracts(catalog) if one["name"] == "crm")
    dataset = crm["schema"][0]
    columns = {one["name"]: one for one in dataset["properties"]}
    assert crm["team"]["members"][0]["role"] == "owner"
    assert crm["slaProperties"][0]["property"] == "frequency"
    assert columns[str(catalog.datasets["crm.customers"].id)]["primaryKey"] is True
    assert any("quality" in one for one in columns.values())
    assert any(one.get("classification") for one in columns.values())


def test_no_address_leaves_the_house() -> None:
    url = "postgresql://reader:geheim@db.bank.example/crm?sslkey=k"
    source = SourceSystem(key="s", name="S", owner="o@b.example", kind="postgres", url=url)
    assert "bank" not in json.dumps(contract_of(Catalog(), source, {source.urn}))
    named = source.model_copy(update={"url": "${CRM_URL}"})
    assert "${CRM_URL}" in json.dumps(contract_of(Catalog(), named, {source.urn}))


def test_what_an_audience_may_not_see_is_not_in_a_contract(bank: Path) -> None:
    catalog = open_workspace(bank).load().catalog
    source, everything = catalog.sources["core"], visible_to(catalog)
    seen = {urn: one for urn, one in everything.items() if "e_mail" not in urn}
    assert "e_mail" in yaml.safe_dump(contract_of(catalog, source, everything)["schema"])
    assert "e_mail" not in yaml.safe_dump(contract_of(catalog, source, seen)["schema"])


NAMES = st.text(st.sampled_from("abIıİşŞğÇöÜ .-_1"), min_size=1, max_size=12).filter(str.strip)
KEYS = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,8}", fullmatch=True)
FIELD = st.fixed_dictionaries(
    {"key": KEYS, "type": st.sampled_from(TYPES)},
    optional={
        "name": NAMES,
        "column": NAMES,
        "definition": NAMES,
        "tags": st.lists(NAMES, max_size=2),
    },
)
DATASET = st.fixed_dictionaries(
    {
        "key": KEYS,
        "path": st.sampled_from(["a.csv", "b/c.parquet", "Müşteri.csv"]),
        "fields": st.lists(
            FIELD, min_size=1, max_size=5, unique_by=lambda one: one["key"].casefold()
        ),
    },
    optional={"name": NAMES, "definition": NAMES, "delimiter": st.just(";")},
)
SOURCE = st.fixed_dictionaries(
    {
        "key": KEYS,
        "name": NAMES,
        "owner": st.just("o@b.example"),
        "location": st.just("data"),
        "datasets": st.lists(
            DATASET, min_size=1, max_size=3, unique_by=lambda one: one["key"].casefold()
        ),
    }
)
KEPT_OF_DATASETS = ("key", "name", "definition", "path_", "delimiter", "entity", "id", "tags")
KEPT_OF_FIELDS = ("key", "name", "definition", "type", "tags")


def shape(catalog: Catalog) -> list[Any]:
    """Datasets and fields as far as a contract has to hold them."""
    return [
        (_kept(one, KEPT_OF_DATASETS), [_field(f) for f in one.fields])
        for one in catalog.datasets.values()
    ]


def _field(field: Field) -> list[Any]:
    return [*_kept(field, KEPT_OF_FIELDS), field.source_column]


def _kept(one: Dataset | Field, names: tuple[str, ...]) -> list[Any]:
    return [_plain(getattr(one, name)) for name in names]


def _plain(value: Any) -> Any:
    """Blanks fall together in names, and a tag twice is one."""
    if isinstance(value, tuple):
        return list(dict.fromkeys(value))
    return " ".join(value.split()) if isinstance(value, str) else value


def loaded(folder: Path) -> Catalog:
    found = open_workspace(folder).load()
    assert not [one for one in found.problems if one.level == "error"]
    return found.catalog


def columns_are_unique(source: dict[str, Any]) -> bool:
    for dataset in source["datasets"]:
        names = [one.get("column", one["key"]).strip() for one in dataset["fields"]]
        if len(set(names)) < len(names):
            return False
    return True


@pytest.mark.long
@settings(max_examples=40)
@given(SOURCE.filter(columns_are_unique))
def test_a_contract_read_back_gives_the_same_datasets_and_fields(source: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before, after = empty_workspace(Path(folder, "a")), empty_workspace(Path(folder, "b"))
        (before / "catalog").mkdir()
        (before / "catalog/own.yml").write_text(text_of({"sources": [source]}), "utf-8")
        first = loaded(before)
        (contract,) = contracts(first)
        file = Path(folder, "contract.odcs.yaml")
        file.write_text(yaml.safe_dump(contract, allow_unicode=True, sort_keys=False), "utf-8")
        assert run(["import", "odcs", str(file), "--workspace", str(after)]) == 0
        second = loaded(after)
    assert list(first.sources) == list(second.sources)
    assert shape(first) == shape(second)


@pytest.mark.long
def test_the_bank_read_back_has_the_same_datasets_and_fields(bank: Path, tmp_path: Path) -> None:
    assert run(["export", "odcs", "-w", str(bank), "--output", str(tmp_path / "out")]) == 0
    workspace = empty_workspace(tmp_path / "ws")
    files = [str(tmp_path / "out" / f"{key}.odcs.yaml") for key in loaded(bank).sources]
    assert run(["import", "odcs", *files, "-w", str(workspace)]) == 0
    assert sorted(shape(loaded(bank)), key=str) == sorted(shape(loaded(workspace)), key=str)
