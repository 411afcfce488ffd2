"""Facts about the column-level lineage of one statement."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlglot
import yaml

from lineage.columns import columns_of, names_in
from lineage.scopes import Tables

SCHEMA = {
    "customer": ["entity_id", "segment", "status", "city", "balance", "joined"],
    "crm.customers": ["Id", "e_mail"],
    "core.customers": ["id", "email"],
    "core.accounts": ["id", "amount", "opened"],
    "web.events": ["id", "tags", "detail"],
}
CASES = yaml.safe_load((Path(__file__).parent / "statements.yml").read_text(encoding="utf-8"))


def written(origins) -> list[str]:
    return sorted(f"{use} {table}.{column}" for table, column, use in origins)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_columns_conditions_and_gaps_of_a_statement(case):
    found = columns_of(case["sql"], SCHEMA)
    assert {one.name: written(one.origins) for one in found.outputs} == case["outputs"]
    assert written(found.conditions) == case.get("conditions", [])
    assert [missed._asdict() for missed in found.missed] == case.get("missed", [])


def test_the_tables_read_are_named_as_the_schema_spells_them():
    found = columns_of("SELECT count(*) AS n FROM CRM.Customers, customer", SCHEMA)
    assert found.tables == {"crm.customers", "customer"}


def test_a_column_is_resolved_constant_or_unresolved():
    found = columns_of("SELECT city, 1 AS one, city || nope AS lost FROM customer", SCHEMA)
    assert {one.name: one.state for one in found.outputs} == {
        "city": "resolved",
        "one": "constant",
        "lost": "unresolved",
    }


def test_what_of_an_unresolved_column_is_known_is_kept():
    found = columns_of("SELECT city || nope AS lost FROM customer", SCHEMA).output("LOST")
    assert written(found.origins) == ["computed customer.city"]
    assert [missed.text for missed in found.missed] == ["nope"]


def test_a_parsed_statement_gives_the_same_and_is_left_as_it_was():
    sql = "WITH a AS (SELECT * FROM core.accounts) SELECT sum(a.amount) AS value FROM a"
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    before = tree.copy()
    assert columns_of(tree, Tables(SCHEMA)) == columns_of(sql, SCHEMA)
    assert tree == before


def test_another_dialect_is_read_when_named():
    sql = 'SELECT "Amount"::numeric(10, 2) AS a FROM "bank"."core"."Accounts"'
    found = columns_of(sql, {"bank.core.accounts": ["amount"]}, "postgres")
    assert written(found.outputs[0].origins) == ["computed bank.core.accounts.amount"]


def test_names_of_an_expression_come_once_in_their_order_without_parameters():
    assert names_in("b / (a + crm.x.y) * :as_of + b") == ("b", "a", "crm.x.y")


def test_an_expression_that_does_not_parse_is_an_error():
    with pytest.raises(ValueError, match="does not parse"):
        names_in("a / (b")


def test_what_is_nested_too_deeply_is_said_and_stops_nothing():
    deep = "(" * 5_000 + "1" + ")" * 5_000
    (found,) = columns_of(f"SELECT {deep} AS value FROM customer", SCHEMA).missed
    assert "nested too deeply" in found.reason
    with pytest.raises(ValueError, match="nested too deeply"):
        names_in(deep)


def test_a_union_of_many_queries_is_followed_to_its_end():
    sql = " UNION ALL ".join(
        ["SELECT city FROM customer"] * 600 + ["SELECT e_mail FROM crm.customers"]
    )
    found = columns_of(sql, SCHEMA)
    assert written(found.outputs[0].origins) == [
        "direct crm.customers.e_mail",
        "direct customer.city",
    ]
