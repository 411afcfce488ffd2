"""Facts about the column-level lineage of one statement."""

from __future__ import annotations

import pytest

from lineage.columns import columns_of, names_in

SCHEMA = {
    "customer": ["entity_id", "segment", "status", "city", "balance", "joined"],
    "crm.customers": ["Id", "e_mail"],
    "core.customers": ["id", "email"],
    "core.accounts": ["id", "amount"],
}
V, F, G = "value", "filter", "group"

# statement, outputs, filters, groups
CASES = [
    (
        "SELECT segment, count(*) AS value FROM customer WHERE status = 'active' GROUP BY segment",
        {"segment": {("customer", "segment", G)}, "value": set()},
        {("customer", "status")},
        {("customer", "segment")},
    ),
    (
        "SELECT segment AS s, sum(balance) AS value FROM customer"
        " GROUP BY 1 HAVING max(city) > 'a'",
        {"s": {("customer", "segment", G)}, "value": {("customer", "balance", V)}},
        {("customer", "city")},
        {("customer", "segment")},
    ),
    (
        "SELECT segment, count(DISTINCT city) AS value FROM customer GROUP BY ALL",
        {"segment": {("customer", "segment", G)}, "value": {("customer", "city", V)}},
        set(),
        {("customer", "segment")},
    ),
    (
        "SELECT count(*) FILTER (WHERE city = 'x') AS a,"
        " sum(CASE WHEN status = 'active' THEN balance END) AS b FROM customer",
        {
            "a": {("customer", "city", F)},
            "b": {("customer", "status", F), ("customer", "balance", V)},
        },
        set(),
        set(),
    ),
    (
        "WITH a AS (SELECT city AS c, balance FROM customer WHERE joined <= :as_of)"
        " SELECT sum(a.balance) AS value FROM a JOIN crm.customers AS k ON k.id = a.c",
        {"value": {("customer", "balance", V)}},
        {("customer", "joined"), ("customer", "city"), ("crm.customers", "Id")},
        set(),
    ),
    (
        "SELECT sum(amount) AS value FROM (SELECT amount, id FROM core.accounts WHERE id > 3) AS s"
        " JOIN core.customers USING (id)",
        {"value": {("core.accounts", "amount", V)}},
        {("core.accounts", "id"), ("core.customers", "id")},
        set(),
    ),
    (
        "SELECT city AS x FROM customer UNION ALL SELECT e_mail FROM crm.customers",
        {"x": {("customer", "city", V), ("crm.customers", "e_mail", V)}},
        set(),
        set(),
    ),
    (
        "SELECT (SELECT max(amount) FROM core.accounts a WHERE a.id = c.entity_id) AS value"
        " FROM customer c",
        {"value": {("core.accounts", "amount", V)}},
        {("core.accounts", "id"), ("customer", "entity_id")},
        set(),
    ),
    (
        "SELECT count(*) AS value FROM customer WHERE EXISTS"
        " (SELECT 1 FROM core.accounts WHERE core.accounts.id = customer.entity_id)",
        {"value": set()},
        {("core.accounts", "id"), ("customer", "entity_id")},
        set(),
    ),
    (
        "SELECT crm.customers.id AS a, core.customers.id AS b FROM crm.customers"
        " JOIN core.customers ON crm.customers.e_mail = core.customers.email",
        {"a": {("crm.customers", "Id", V)}, "b": {("core.customers", "id", V)}},
        {("crm.customers", "e_mail"), ("core.customers", "email")},
        set(),
    ),
    (
        "SELECT * FROM core.accounts",
        {"id": {("core.accounts", "id", V)}, "amount": {("core.accounts", "amount", V)}},
        set(),
        set(),
    ),
    (
        "SELECT entity_id, row_number() OVER (PARTITION BY city ORDER BY joined) AS r"
        " FROM customer QUALIFY r = 1",
        {
            "entity_id": {("customer", "entity_id", V)},
            "r": {("customer", "city", F), ("customer", "joined", F)},
        },
        {("customer", "city"), ("customer", "joined")},
        set(),
    ),
    (
        "SELECT city AS value FROM customer ORDER BY joined LIMIT 1",
        {"value": {("customer", "city", V)}},
        {("customer", "joined")},
        set(),
    ),
    (
        "(SELECT COUNT(*) AS value FROM CUSTOMER WHERE STATUS = 'a')",
        {"value": set()},
        {("customer", "status")},
        set(),
    ),
]


@pytest.mark.parametrize(("sql", "outputs", "filters", "groups"), CASES)
def test_columns_are_found_with_their_roles(sql, outputs, filters, groups):
    found = columns_of(sql, SCHEMA)
    assert dict(found.outputs) == outputs
    assert found.filters == filters
    assert found.groups == groups
    assert found.unresolved == ()


def test_the_tables_read_are_named_as_the_schema_spells_them():
    found = columns_of("SELECT count(*) AS n FROM CRM.Customers, customer", SCHEMA)
    assert found.tables == {"crm.customers", "customer"}


@pytest.mark.parametrize(
    ("sql", "text", "reason"),
    [
        ("SELECT nope FROM customer", "nope", "no table of the statement"),
        ("SELECT c.nope FROM customer c", "c.nope", "customer has no such column"),
        ("SELECT s.b FROM (SELECT city AS a FROM customer) AS s", "s.b", "the inner query"),
        ("SELECT x.v FROM nowhere AS x", "nowhere", "no such table"),
        ("SELECT count( FROM customer", "SELECT count( FROM customer", "cannot be traced"),
        ("DELETE FROM customer", "DELETE FROM customer", "not a SELECT"),
    ],
)
def test_what_does_not_resolve_is_listed_with_its_reason(sql, text, reason):
    missed = dict(columns_of(sql, SCHEMA).unresolved)
    assert reason in missed[text]


def test_what_resolves_is_kept_beside_what_does_not():
    found = columns_of("SELECT nope, city FROM customer WHERE status = 'a'", SCHEMA)
    assert found.outputs["city"] == {("customer", "city", "value")}
    assert found.filters == {("customer", "status")}


def test_names_of_an_expression_come_once_in_their_order_without_parameters():
    assert names_in("b / (a + crm.x.y) * :as_of + b") == ("b", "a", "crm.x.y")


def test_an_expression_that_does_not_parse_is_an_error():
    with pytest.raises(ValueError, match="does not parse"):
        names_in("a / (b")


def test_what_is_nested_too_deeply_is_said_and_stops_nothing():
    deep = "(" * 5_000 + "1" + ")" * 5_000
    (found,) = columns_of(f"SELECT {deep} AS value FROM customer", SCHEMA).unresolved
    assert "nested too deeply" in found[1]
    with pytest.raises(ValueError, match="nested too deeply"):
        names_in(deep)
