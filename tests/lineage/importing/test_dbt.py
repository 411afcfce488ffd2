"""A dbt project becomes drafts: real ones whole, and each part of a small one where it belongs."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from imported import drafts, empty_workspace, imports, problems

from catalog.cli import run
from catalog.model import Catalog
from catalog.workspace import open_workspace

STG = "model.shop.stg_orders"
ORDERS = "model.shop.orders"
RAW = "source.shop.Ödeme Sistemi.orders"


def dbt_test(name: str, node: str, column: str, **kwargs: Any) -> dict[str, Any]:
    arguments = {"column_name": column, "model": "{{ get_where_subquery(ref('x')) }}", **kwargs}
    namespace, _, plain = name.rpartition(".")
    return {
        "resource_type": "test",
        "name": f"{plain}_{column}",
        "attached_node": node,
        "depends_on": {"nodes": [node]},
        "test_metadata": {"name": plain, "kwargs": arguments, "namespace": namespace or None},
    }


def model(name: str, sql: str, reads: list[str], **more: Any) -> dict[str, Any]:
    return {
        "resource_type": "model",
        "name": name,
        "unique_id": f"model.shop.{name}",
        "database": "dwh",
        "schema": "mart",
        "alias": name,
        "relation_name": f'"dwh"."mart"."{name}"',
        "compiled_code": sql,
        "depends_on": {"nodes": reads},
        "original_file_path": f"models/{name}.sql",
        **more,
    }


MANIFEST: dict[str, Any] = {
    "metadata": {
        "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
        "project_name": "shop",
        "adapter_type": "snowflake",
    },
    "sources": {
        RAW: {
            "resource_type": "source",
            "name": "orders",
            "source_name": "Ödeme Sistemi",
            "package_name": "shop",
            "database": "raw",
            "schema": "pay",
            "identifier": "ORDERS",
            "source_meta": {"owner": "pay@bank.example"},
            "freshness": {"warn_after": {"count": 90, "period": "minute"}},
            "loaded_at_field": "LOADED",
            "columns": {"id": {"name": "id", "description": "Its number."}},
        }
    },
    "nodes": {
        STG: model(
            "stg_orders",
            "select id as order_id, amount / 100 as amount, status from raw.pay.orders where id > 0",
            [RAW],
            columns={"status": {"name": "status", "meta": {"pii": "contact", "colour": "red"}}},
            config={"meta": {"owner": "@stg@bank.example"}},
        ),
        ORDERS: model(
            "orders",
            "select order_id, status, sum(amount) as total from dwh.mart.stg_orders group by 1, 2",
            [STG],
            group="sales",
            description="One row\r\nper order.",
            tags=["mart"],
        ),
        "model.shop.between": model(
            "between", "select 1 as x", [STG], config={"materialized": "ephemeral"}
        ),
        "test.1": dbt_test("unique", ORDERS, "order_id"),
        "test.2": dbt_test("not_null", ORDERS, "ORDER_ID"),
        "test.3": dbt_test("accepted_values", ORDERS, "status", values=["open", "paid", True]),
        "test.4": dbt_test("not_null", ORDERS, "total"),
        "test.5": dbt_test(
            "dbt_expectations.expect_column_values_to_be_between", ORDERS, "total", min_value=0
        ),
        "test.6": dbt_test("dbt_utils.accepted_range", ORDERS, "total", max_value=9),
        "test.7": dbt_test("not_null", STG, "amount"),
        "test.8": {
            "resource_type": "test",
            "name": "sums_match",
            "depends_on": {"nodes": [ORDERS]},
            "original_file_path": "tests/sums.sql",
        },
        "model.shop.broken": {"resource_type": "model"},
    },
    "groups": {"group.shop.sales": {"name": "sales", "owner": {"email": "sales@bank.example"}}},
    "semantic_models": {
        "semantic_model.shop.orders": {
            "name": "orders",
            "depends_on": {"nodes": [ORDERS]},
            "dimensions": [{"name": "state", "expr": "status"}],
            "measures": [
                {"name": "revenue", "agg": "sum", "expr": "total"},
                {"name": "order_count", "agg": "count", "expr": "1"},
                {"name": "p95", "agg": "percentile", "expr": "total"},
            ],
        }
    },
    "metrics": {
        "metric.shop.paid": {
            "name": "paid",
            "label": "Paid revenue",
            "type": "simple",
            "type_params": {"measure": {"name": "revenue"}},
            "filter": {
                "where_filters": [
                    {"where_sql_template": "{{ Dimension('order__state') }} = 'paid'"}
                ]
            },
        },
        "metric.shop.average": {
            "name": "average",
            "type": "ratio",
            "type_params": {"numerator": {"name": "paid"}, "denominator": {"name": "order_count"}},
        },
        "metric.shop.running": {"name": "running", "type": "cumulative", "type_params": {}},
    },
    "exposures": {
        "exposure.shop.board": {
            "name": "board",
            "label": "Kurul raporu",
            "type": "dashboard",
            "url": "https://bi.example/1",
            "owner": {"name": "Ada", "email": "ada@bank.example"},
            "depends_on": {"nodes": [ORDERS]},
        }
    },
}
CATALOG = {
    "metadata": {},
    "nodes": {
        ORDERS: {
            "columns": {
                "TOTAL": {"name": "TOTAL", "type": "NUMBER(12,2)", "index": 3},
                "ORDER_ID": {"name": "ORDER_ID", "type": "NUMBER(38,0)", "index": 1},
                "STATUS": {"name": "STATUS", "type": "VARCHAR(16)", "index": 2},
            }
        }
    },
    "sources": {
        RAW: {
            "columns": {
                "ID": {"name": "ID", "type": "NUMBER", "index": 1},
                "AMOUNT": {"name": "AMOUNT", "type": "NUMBER(10,0)", "index": 2},
                "STATUS": {"name": "STATUS", "type": "VARIANT", "index": 3},
                "LOADED": {"name": "LOADED", "type": "TIMESTAMP_NTZ(9)", "index": 4},
            }
        }
    },
}


def written(folder: Path, manifest: Any = MANIFEST, catalog: Any = CATALOG) -> Path:
    file = folder / "manifest.json"
    file.write_text(json.dumps(manifest))
    if catalog:
        (folder / "catalog.json").write_text(json.dumps(catalog))
    return file


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return empty_workspace(tmp_path / "ws")


def catalog_of(workspace: Path) -> Catalog:
    return open_workspace(workspace).load().catalog


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    folder = tmp_path_factory.mktemp("shop")
    workspace = empty_workspace(folder / "ws")
    assert run(["import", "dbt", str(written(folder)), "-w", str(workspace)]) == 0
    assert [one for one in problems(workspace) if one.level == "error"] == []
    return catalog_of(workspace)


def test_tables_become_datasets_with_the_types_the_database_reported(shop: Catalog) -> None:
    assert list(shop.sources) == ["odeme_sistemi", "shop"]
    source = shop.sources["odeme_sistemi"]
    assert (source.name, source.connector, source.url) == (
        "Ödeme Sistemi",
        "odbc",
        "${ODEME_SISTEMI_URL}",
    )
    assert source.owner == "pay@bank.example"
    raw, orders = shop.datasets["odeme_sistemi.orders"], shop.datasets["shop.orders"]
    assert (raw.table, orders.table) == ("pay.ORDERS", "mart.orders")
    assert [(one.key, one.type) for one in raw.fields] == [
        ("ID", "decimal"),
        ("AMOUNT", "integer"),
        ("STATUS", "text"),
        ("LOADED", "timestamp"),
    ]
    assert (str(raw.refresh), raw.confirmed_at and raw.confirmed_at.field) == ("2h", "LOADED")
    assert raw.field("ID").definition == "Its number."  # type: ignore[union-attr]
    assert "VARIANT" in (raw.field("STATUS").notes or "")  # type: ignore[union-attr]
    assert [(one.key, one.type) for one in orders.fields] == [
        ("ORDER_ID", "integer"),
        ("STATUS", "text"),
        ("TOTAL", "decimal"),
    ]
    assert orders.definition == "One row\nper order."
    assert orders.owner == "sales@bank.example"


def test_columns_say_where_they_come_from(shop: Catalog) -> None:
    fields = shop.fields
    assert fields["shop.stg_orders.order_id"].copy_of == "odeme_sistemi.orders.ID"
    assert fields["shop.stg_orders.amount"].derived_from == ("odeme_sistemi.orders.AMOUNT",)
    assert fields["shop.orders.STATUS"].copy_of == "shop.stg_orders.status"
    assert fields["shop.orders.TOTAL"].derived_from == ("shop.stg_orders.amount",)
    assert shop.datasets["shop.orders"].derived_from == ("shop.stg_orders",)
    assert "shop.between" not in shop.datasets


def test_tests_become_what_attributes_demand_and_else_notes(shop: Catalog) -> None:
    orders = shop.datasets["shop.orders"]
    assert (orders.entity, orders.id) == ("orders", "ORDER_ID")
    status, total = shop.attributes["orders.STATUS"], shop.attributes["orders.TOTAL"]
    assert status.values == {"open": "open", "paid": "paid", "true": "true"}
    assert total.required is not None
    assert total.required.target == 1
    assert [(rule.expect, rule.arguments, rule.on) for rule in total.rules] == [
        ("expect_column_values_to_be_between", {"min_value": 0}, "sources")
    ]
    assert "dbt_utils.accepted_range max_value: 9" in (orders.field("TOTAL").notes or "")  # type: ignore[union-attr]
    assert "sums_match (tests/sums.sql)" in (orders.notes or "")
    assert "Must have a value." in (shop.fields["shop.stg_orders.amount"].notes or "")
    assert "Personal data: contact." in (shop.fields["shop.stg_orders.status"].notes or "")


def test_metrics_become_measures_as_far_as_they_are_plain(shop: Catalog) -> None:
    assert {key: one.calculation for key, one in shop.measures.items()} == {
        "paid": "SELECT SUM(TOTAL) AS value FROM shop.orders WHERE (STATUS = 'paid')",
        "order_count": "SELECT COUNT(1) AS value FROM shop.orders",
        "average": "paid / order_count",
    }
    assert shop.measures["paid"].name == "Paid revenue"


def test_exposures_become_reports_of_a_team_that_is_yet_to_be_named(shop: Catalog) -> None:
    report = shop.reports["board"]
    assert (report.name, report.team, report.owner) == (
        "Kurul raporu",
        "team_unassigned",
        "ada@bank.example",
    )
    assert report.location == "https://bi.example/1"
    assert "Made of: orders" in (report.notes or "")


def test_what_cannot_be_used_is_listed_with_the_reason(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = imports(capsys, workspace)("dbt", written(tmp_path))["files"][0]
    left = {one["what"]: one["reason"] for one in told["left_out"]}
    assert "ephemeral" in left["model.shop.between"]
    assert "no `name`" in left["nodes model.shop.broken"]
    assert "its own SQL" in left["test sums_match"]
    assert "aggregated by 'percentile'" in left["measure p95"]
    assert "over time" in left["metric running"]
    assert told["brought"] == {
        "teams": 1,
        "sources": 2,
        "datasets": 3,
        "fields": 10,
        "attributes": 2,
        "measures": 3,
        "reports": 1,
    }


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"dbt_schema_version": "https://x/dbt/manifest/v13.json"}, "version v13; v10 to v12"),
        ({"dbt_schema_version": "https://x/dbt/catalog/v1.json"}, "found `https://x/dbt/catalog"),
        ({}, "found no `metadata.dbt_schema_version`"),
    ],
)
def test_what_is_not_a_manifest_that_is_known_is_refused(
    workspace: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    metadata: dict[str, str],
    said: str,
) -> None:
    file = written(tmp_path, {**MANIFEST, "metadata": metadata})
    assert run(["import", "dbt", str(file), "-w", str(workspace)]) == 64
    assert said in capsys.readouterr().err
    assert drafts(workspace) == {}


@pytest.mark.parametrize("text", ["{", "[]", '{"metadata": {}}', "\x00"])
def test_what_is_no_json_of_dbt_is_refused(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(text)
    assert run(["import", "dbt", str(file), "-w", str(workspace)]) == 64
    assert str(file) in capsys.readouterr().err


def test_the_catalog_beside_a_manifest_of_any_name_is_found(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = written(tmp_path).rename(tmp_path / "shop.json")
    told = imports(capsys, workspace)("dbt", named)["files"][0]
    assert "catalog.json" not in {one["what"] for one in told["left_out"]}
    (tmp_path / "catalog.json").unlink()
    told = imports(capsys, workspace)("dbt", named)["files"][0]
    assert "catalog.json" in {one["what"] for one in told["left_out"]}


def test_an_older_manifest_without_its_catalog_is_read_as_far_as_it_goes(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older = copy.deepcopy(MANIFEST)
    older["metadata"]["dbt_schema_version"] = "https://schemas.getdbt.com/dbt/manifest/v4.json"
    for node in older["nodes"].values():
        if "compiled_code" in node:
            node["compiled_sql"] = node.pop("compiled_code")
    older["metrics"] = {
        "metric.shop.old": {
            "name": "old",
            "calculation_method": "count_distinct",
            "expression": "order_id",
            "filters": [{"field": "status", "operator": "=", "value": "'paid'"}],
            "depends_on": {"nodes": [ORDERS]},
        }
    }
    del older["semantic_models"]
    told = imports(capsys, workspace)("dbt", written(tmp_path, older, None))["files"][0]
    assert {"manifest v4", "catalog.json"} <= {one["what"] for one in told["left_out"]}
    catalog = catalog_of(workspace)
    assert [one.key for one in catalog.datasets["shop.orders"].fields] == [
        "order_id",
        "status",
        "total",
    ]
    assert catalog.measures["old"].calculation == (
        "SELECT COUNT(DISTINCT order_id) AS value FROM shop.orders WHERE (status = 'paid')"
    )


@pytest.mark.parametrize("part", list(MANIFEST))
def test_a_manifest_in_which_a_part_lacks_is_read_all_the_same(
    workspace: Path, tmp_path: Path, part: str
) -> None:
    partial = {name: value for name, value in MANIFEST.items() if name != part}
    status = run(["import", "dbt", str(written(tmp_path, partial)), "-w", str(workspace)])
    assert status == (64 if part in ("metadata", "nodes") else 0)


def test_a_team_of_the_catalog_makes_the_reports(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "catalog").mkdir()
    (workspace / "catalog/own.yml").write_text("teams:\n  - {key: sales, name: Sales}\n")
    imports(capsys, workspace)("dbt", written(tmp_path), "--team", "sales")
    catalog = catalog_of(workspace)
    assert (catalog.reports["board"].team, list(catalog.teams)) == ("sales", ["sales"])


@pytest.mark.long
def test_real_projects_are_imported_and_again_without_a_change(
    shared_data: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = imports(capsys, workspace)
    manifest = shared_data / "dbt/fivetran_quickbooks_manifest.json"
    told = call("dbt", manifest)["files"][0]
    first = drafts(workspace)
    again = call("dbt", manifest)["files"][0]
    assert told["brought"] == {"sources": 2, "datasets": 229, "fields": 4028}
    assert (again["changes"], again["written"]) == ([], [])
    assert drafts(workspace) == first
    jaffle = call("dbt", shared_data / "dbt/jaffle_duckdb_manifest.json")["files"][0]
    assert jaffle["brought"] == {"sources": 1, "datasets": 8, "fields": 27, "attributes": 9}
    assert [one for one in problems(workspace) if one.level == "error"] == []
    catalog = catalog_of(workspace)
    orders = catalog.datasets["jaffle_shop.orders"]
    assert (orders.entity, orders.id) == ("orders", "order_id")
    assert catalog.attributes["orders.status"].values is not None
    copies = [one for one in catalog.fields.values() if one.copy_of]
    assert len(copies) > 1_000
