"""Facts about column lineage through the models of a dbt project."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.lineage import lineage as sqlglot_lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope
from sqlglot.schema import MappingSchema

from catalog.errors import UsageError
from lineage.dbt import Project, model_columns, read_project, source_columns


def model(name: str, sql: str | None, *reads: str, **more: object) -> tuple[str, dict]:
    key = f"model.shop.{name}"
    return key, {
        "unique_id": key,
        "resource_type": "model",
        "name": name,
        "database": "db",
        "schema": "main",
        "alias": name,
        "relation_name": f'"db"."main"."{name}"',
        "compiled_code": sql,
        "original_file_path": f"models/{name}.sql",
        "depends_on": {"nodes": [f"model.shop.{read}" for read in reads]},
        **more,
    }


def write(folder: Path, models: list[tuple[str, dict]], tables: dict | None) -> Path:
    document = {"metadata": {"adapter_type": "duckdb"}, "nodes": dict(models)}
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps(document), encoding="utf-8")
    if tables is not None:
        sources = {
            name: {
                "metadata": {"database": "db", "schema": "raw", "name": name},
                "columns": {c: {"name": c, "index": i} for i, c in enumerate(columns)},
            }
            for name, columns in tables.items()
        }
        catalog = json.dumps({"nodes": {}, "sources": sources})
        (folder / "catalog.json").write_text(catalog, encoding="utf-8")
    return manifest


SHOP = [
    model("late", "SELECT paid, 'x' AS fixed FROM db.main.orders WHERE paid > 10", "orders"),
    model("orders", "SELECT id, amount * 2 AS paid, 1 AS one FROM db.raw.bills WHERE open"),
    model("ones", "SELECT one, count(*) AS n FROM db.main.orders GROUP BY one", "orders"),
]
RAW = {"bills": ["id", "amount", "open"]}


def said(origins) -> list[str]:
    return sorted(f"{use} {table}.{column}" for table, column, use in origins)


def test_a_models_columns_come_from_the_tables_its_own_sql_reads(tmp_path):
    found = model_columns(read_project(write(tmp_path, SHOP, RAW)))
    late = found["model.shop.late"]
    assert said(late.output("paid").origins) == ["direct db.main.orders.paid"]
    assert said(late.conditions) == ["filter db.main.orders.paid"]


def test_a_model_is_followed_through_others_to_the_sources(tmp_path):
    project = read_project(write(tmp_path, SHOP, RAW))
    found = source_columns(project, model_columns(project))
    late = found["model.shop.late"]
    assert said(late.output("paid").origins) == ["computed db.raw.bills.amount"]
    assert said(late.conditions) == ["filter db.raw.bills.amount", "filter db.raw.bills.open"]
    assert late.tables == {"db.raw.bills"}


def test_a_constant_of_another_model_stays_constant_and_its_rows_are_counted(tmp_path):
    project = read_project(write(tmp_path, SHOP, RAW))
    found = source_columns(project, model_columns(project))["model.shop.ones"]
    assert found.output("one").state == "constant"
    assert said(found.output("n").origins) == ["rows db.raw.bills.*"]


def test_what_leads_nowhere_in_one_model_is_said_of_those_that_read_it(tmp_path):
    lost = [*SHOP[:1], model("orders", "SELECT gone AS paid FROM db.raw.bills")]
    project = read_project(write(tmp_path, lost, RAW))
    late = source_columns(project, model_columns(project))["model.shop.late"]
    assert late.output("paid").state == "unresolved"
    assert [(m.text, m.why) for m in late.missed] == [("gone", "unknown column")]


def test_without_a_catalog_only_the_tables_of_models_are_known_and_it_is_said(tmp_path):
    project = read_project(write(tmp_path, SHOP, None))
    assert "dbt docs generate" in project.gaps[0]
    found = model_columns(project)
    assert found["model.shop.late"].output("paid").state == "resolved"
    assert found["model.shop.orders"].output("paid").state == "unresolved"


def test_models_that_are_not_compiled_are_named(tmp_path):
    models = [*SHOP, model("draft", None), model("brain", "x = 1", language="python")]
    (gap,) = read_project(write(tmp_path, models, RAW)).gaps
    assert "model.shop.draft, model.shop.brain" in gap


@pytest.mark.parametrize(
    ("text", "said_of_it"), [("{", "not JSON"), ("[]", "no `nodes`"), ('{"nodes": {}}', "as dbt")]
)
def test_a_file_that_dbt_did_not_write_is_refused(tmp_path, text, said_of_it):
    manifest = tmp_path / "manifest.json"
    manifest.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said_of_it):
        read_project(manifest)


def test_models_in_a_circle_are_refused(tmp_path):
    models = [model("a", "SELECT 1 AS x", "b"), model("b", "SELECT 1 AS x", "a")]
    with pytest.raises(UsageError, match="lead back to themselves"):
        model_columns(read_project(write(tmp_path, models, RAW)))


@pytest.fixture(scope="module")
def quickbooks(shared_data: Path) -> Project:
    return read_project(shared_data / "dbt" / "fivetran_quickbooks_manifest.json")


def states(found) -> Counter[str]:
    return Counter(output.state for one in found.values() for output in one.outputs)


def test_every_column_of_a_real_project_is_resolved_or_constant(quickbooks):
    found = model_columns(quickbooks)
    assert quickbooks.dialect == "postgres"
    assert len(found) == 144
    assert states(found) == {"resolved": 2277, "constant": 167}
    assert [missed for one in found.values() for missed in one.missed] == []


def test_a_real_project_is_followed_to_its_sources_and_nowhere_else(quickbooks):
    found = source_columns(quickbooks, model_columns(quickbooks))
    assert states(found) == {"resolved": 2229, "constant": 215}
    made = {one.table for one in quickbooks.models}
    origins = [o for one in found.values() for output in one.outputs for o in output.origins]
    tables = {origin.table for origin in origins}
    assert not tables & made
    assert tables <= set(quickbooks.schema)
    assert len(tables) == 52


def test_the_columns_of_each_real_model_are_those_the_database_reported(quickbooks):
    found = model_columns(quickbooks)
    reported = {one.key: quickbooks.schema.get(one.table) for one in quickbooks.models}
    stored = {key: columns for key, columns in reported.items() if columns}
    assert len(stored) == 125
    for key, columns in stored.items():
        assert tuple(output.name for output in found[key].outputs) == columns


@pytest.mark.long
def test_each_real_column_comes_from_the_columns_that_sqlglot_finds(quickbooks):
    nested: dict = {}
    for table, columns in quickbooks.schema.items():
        database, schema, name = table.split(".")
        nested.setdefault(database, {}).setdefault(schema, {})[name] = dict.fromkeys(
            columns, "text"
        )
    schema = MappingSchema(nested, dialect="postgres")
    found = model_columns(quickbooks)
    compared = 0
    for one in quickbooks.models:
        tree = qualify(
            sqlglot.parse_one(one.sql, dialect="postgres"),
            schema=schema,
            dialect="postgres",
            identify=False,
        )
        roots = sqlglot_lineage(
            None, tree, schema=schema, scope=build_scope(tree), trim_selects=False, copy=False
        )
        for output in found[one.key].outputs:
            ours = {(t, c) for t, c, _ in output.origins if c != "*"}
            assert ours == set(leaves(roots[output.name])), (one.key, output.name)
            compared += 1
    assert compared == 2444


def leaves(root):
    for node in root.walk():
        if not node.downstream and isinstance(node.expression, exp.Table):
            table = ".".join(part.name for part in node.expression.parts)
            yield table, node.name.rpartition(".")[2].strip('"')
