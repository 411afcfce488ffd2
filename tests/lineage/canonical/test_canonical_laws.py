"""A canonical form is the calculation it was made of, whatever that was; so equal forms are equal."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from canonical_sql import number, sql_of
from examples import examples
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalog.sql import check_query
from expectations.engine.expressions import SQL_TYPES
from expectations.engine.functions import literal, quote_name, render
from expectations.equality.constants import Constants
from expectations.equality.generated import Database, Needed, databases
from lineage.canonical.nouns import Canonical, Form
from lineage.canonical.proving import canonical, equality

pytestmark = pytest.mark.long

TABLES = {
    "customer": {
        "entity_id": "code",
        "segment": "code",
        "consent": "boolean",
        "since": "date",
        "children": "integer",
    },
    "core.accounts": {
        "customer_no": "code",
        "product": "code",
        "balance": "money",
        "fee": "money",
        "opened_on": "date",
    },
    "core.calls": {"customer_no": "code", "called_at": "timestamp", "solved": "boolean"},
}
KEYS = {"customer": "entity_id"}
CONSTANTS = Constants(
    texts={"segment": {"retail": None, "sme": None}, "product": {"loan": None, "card": None}},
    numbers={c: {Decimal(5): None, Decimal(10): None} for c in ("balance", "fee", "children")},
    joined=dict.fromkeys(["customer_no", "entity_id"]),
    spans={30: None},
)
DATABASES = [d for d in databases(Needed(TABLES, KEYS), CONSTANTS) if d.number % 2 or d.size > 20]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as made:
        for table, columns in TABLES.items():
            typed = ", ".join(
                f"{quote_name(c)} {SQL_TYPES.get(k, 'VARCHAR')}"  # type: ignore[call-overload]
                for c, k in columns.items()
            )
            made.execute(f'CREATE TABLE "all {table}" ("in db" INT, {typed})')
            rows = [
                f"({d.number}, {', '.join(map(literal, row))})"
                for d in DATABASES
                for row in d.rows[table]
            ]
            made.execute(f'INSERT INTO "all {table}" VALUES {", ".join(rows)}')
        yield made


def numbers(
    connection: duckdb.DuckDBPyConnection, texts: list[str]
) -> list[tuple[Database, list[float | None]]]:
    """What each SELECT gives on each database."""
    asked = []
    for database in DATABASES:
        tables = {
            table: f'(SELECT {", ".join(map(quote_name, columns))} FROM "all {table}" '
            f'WHERE "in db" = {database.number})'
            for table, columns in TABLES.items()
        }
        given = database.parameters("month")
        sides = [render(check_query(t, TABLES), given, tables=tables) for t in texts]
        asked.append(f"SELECT {database.number}, {', '.join(f'({side})' for side in sides)}")
    rows = {
        row[0]: [plain(v) for v in row[1:]]
        for row in connection.execute(" UNION ALL ".join(asked)).fetchall()
    }
    return [(database, rows[database.number]) for database in DATABASES]


def plain(value: Any) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def same(left: float | None, right: float | None) -> bool:
    if left is None or right is None:
        return left is right
    return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-6)


def written(made: Canonical, form: Form) -> str:
    """A canonical calculation as SQL again."""
    whole = f"({number(made.scale)} * {sql_of(form)})"
    if made.rounding is not None:
        whole = f"round({whole}, {made.rounding})"
    return f"SELECT {whole} AS value"


def of(sql: str) -> Canonical:
    return canonical(check_query(sql, TABLES).tree, TABLES, KEYS)


CONDITIONS = {
    "a": (
        "{a}.product = 'loan'",
        "{a}.product IN ('loan', 'card')",
        "{a}.product NOT IN ('card')",
        "{a}.product IS NULL",
        "coalesce({a}.product, 'none') = 'none'",
        "coalesce({a}.product, 'none') <> 'card'",
        "{a}.balance > 5",
        "{a}.balance BETWEEN 5 AND 10",
        "{a}.balance / 2 >= 5",
        "{a}.balance > {a}.fee",
        "-2 * {a}.fee < 10",
        "{a}.opened_on <= :period_end",
        "{a}.opened_on < :period_end + INTERVAL 1 DAY",
        "{a}.opened_on >= :period_end - INTERVAL 30 DAY",
        "{a}.opened_on - INTERVAL 1 MONTH > :period_start",
        "year({a}.opened_on) = 2026",
        "{a}.customer_no IN (SELECT z.entity_id FROM customer AS z WHERE z.consent)",
        "EXISTS (SELECT 1 FROM customer AS x WHERE x.entity_id = {a}.customer_no)",
        "{a}.customer_no NOT IN (SELECT z.customer_no FROM core.calls AS z)",
        "CASE WHEN {a}.balance > 5 THEN {a}.product = 'loan' ELSE FALSE END",
        "{a}.product IS DISTINCT FROM 'loan'",
        "{a}.fee = (SELECT max(z.fee) FROM core.accounts AS z)",
    ),
    "c": (
        "{a}.segment = 'retail'",
        "{a}.segment <> 'sme'",
        "{a}.consent",
        "{a}.consent IS NOT TRUE",
        "{a}.consent = FALSE",
        "{a}.children >= 5",
        "{a}.children < 10",
        "{a}.segment IS NOT NULL",
        "{a}.since BETWEEN :period_start AND :period_end",
        "EXISTS (SELECT 1 FROM core.calls AS y WHERE y.customer_no = {a}.entity_id AND y.solved)",
        "NOT EXISTS (SELECT 1 FROM core.calls AS y WHERE y.customer_no = {a}.entity_id)",
    ),
    "k": (
        "{a}.solved",
        "CAST({a}.called_at AS date) <= :period_end",
        "CAST({a}.called_at AS date) = :period_end",
        "{a}.called_at <= :period_end",
        "{a}.called_at BETWEEN :period_start AND :period_end",
        "{a}.solved IS NULL",
    ),
}
TABLE = {"a": "core.accounts", "c": "customer", "k": "core.calls"}
ID = {"a": "customer_no", "c": "entity_id", "k": "customer_no"}
VALUES = {
    "a": ("balance", "balance - fee", "(balance + fee) * 2", "coalesce(fee, 0)", "balance / 1000"),
    "c": ("children", "children + 1", "CASE WHEN consent THEN children ELSE 0 END"),
    "k": ("CASE WHEN solved THEN 1 ELSE 0 END", "CASE WHEN solved THEN 1 END"),
}


@st.composite
def conditions(draw: st.DrawFn, letter: str, depth: int = 2) -> str:
    kind = draw(st.sampled_from(["one", "one", "and", "or", "not"])) if depth else "one"
    if kind == "one":
        return draw(st.sampled_from(CONDITIONS[letter])).format(a=letter)
    if kind == "not":
        return f"NOT ({draw(conditions(letter, depth - 1))})"
    sides = [draw(conditions(letter, depth - 1)) for _ in range(2)]
    return f"({sides[0]} {kind.upper()} {sides[1]})"


@st.composite
def aggregates(draw: st.DrawFn, letter: str) -> str:
    value = draw(st.sampled_from(VALUES[letter]))
    column = ID[letter]
    condition = draw(conditions(letter, 1))
    return draw(
        st.sampled_from(
            [
                "count(*)",
                f"count({letter}.{column})",
                f"count(DISTINCT {letter}.{column})",
                f"count_if({condition})",
                f"count(CASE WHEN {condition} THEN 1 END)",
                f"count(*) FILTER (WHERE {condition})",
                f"sum({value})",
                f"coalesce(sum({value}), 0)",
                f"sum({value}) / 1000",
                f"sum(CASE WHEN {condition} THEN {value} ELSE 0 END)",
                f"avg({value})",
                f"max({value})",
                f"min({value})",
                f"sum({value}) / nullif(count(*), 0)",
                f"CASE WHEN count(*) = 0 THEN 0 ELSE count_if({condition}) / count(*) END",
                f"round(sum({value}), 1)",
                f"coalesce(avg({value}), 0)",
            ]
        )
    )


@st.composite
def rows(draw: st.DrawFn, letter: str) -> str:
    """FROM and WHERE, with another table where one is drawn."""
    table = f"{TABLE[letter]} AS {letter}"
    other = draw(st.sampled_from([x for x in TABLE if x != letter]))
    join = f"{other}.{ID[other]} = {letter}.{ID[letter]}"
    more = draw(conditions(other, 1))
    sources = [
        table,
        table,
        f"(SELECT * FROM {TABLE[letter]} AS {letter} WHERE {draw(conditions(letter, 1))}) AS {letter}",
        f"{table} JOIN {TABLE[other]} AS {other} ON {join}",
        f"{table} JOIN {TABLE[other]} AS {other} ON {join} AND {more}",
        f"{table} LEFT JOIN {TABLE[other]} AS {other} ON {join}",
        f"{table} LEFT JOIN {TABLE[other]} AS {other} ON {join} AND {more}",
        f"{table} SEMI JOIN {TABLE[other]} AS {other} ON {join}",
    ]
    at = draw(st.integers(0, len(sources) - 1))
    where = [draw(conditions(letter))] if draw(st.booleans()) else []
    if 3 <= at <= 6 and draw(st.booleans()):
        where.append(draw(st.sampled_from([more, f"{other}.{ID[other]} IS NULL"])))
    said = f"FROM {sources[at]}"
    return f"{said} WHERE {' AND '.join(where)}" if where else said


@st.composite
def calculations(draw: st.DrawFn) -> str:
    letter = draw(st.sampled_from(sorted(TABLE)))
    value, over = draw(aggregates(letter)), draw(rows(letter))
    if " LEFT JOIN " in over or " JOIN " in over:
        for name in {c for t in TABLES.values() for c in t}:
            value = _qualified(value, name, letter)
    plain_one = f"SELECT {value} AS value {over}"
    key = {"a": "product", "c": "segment", "k": "solved"}[letter]
    grouped = f"SELECT {letter}.{key} AS g, {value} AS value {over} GROUP BY {letter}.{key}"
    return draw(
        st.sampled_from(
            [
                plain_one,
                plain_one,
                f"SELECT sum(value) AS value FROM ({grouped}) AS whole",
                f"SELECT coalesce(sum(value), 0) AS value FROM ({grouped}) AS whole WHERE g IS NOT NULL",
                f"SELECT count(*) AS value FROM (SELECT DISTINCT {letter}.{key} AS g {over}) AS whole",
                f"SELECT count(g) AS value FROM (SELECT {letter}.{key} AS g {over}) AS whole",
                f"SELECT a.n - b.n AS value FROM ({plain_one.replace('AS value', 'AS n', 1)}) AS a, "
                f"(SELECT count(*) AS n FROM customer) AS b",
            ]
        )
    )


def _qualified(text: str, name: str, letter: str) -> str:
    import re

    if name not in TABLES[TABLE[letter]]:
        return text
    return re.sub(rf"(?<![\w.]){name}\b(?!\s*\()", f"{letter}.{name}", text)


ALL_MISSING = (
    "SELECT sum(CASE WHEN a.product = 'loan' THEN balance - fee ELSE 0 END) AS value "
    "FROM core.accounts AS a"
)
"""Of rows that all hold the condition and have no value the sum is NULL, not 0."""


@given(calculations())
@example(ALL_MISSING)
@settings(max_examples=examples(15, 100))
def test_a_form_gives_the_number_of_the_calculation_it_was_made_of(
    connection: duckdb.DuckDBPyConnection, sql: str
) -> None:
    made = of(sql)
    if made.form[0] == "tree":
        return
    texts = [sql, written(made, made.form)]
    if made.loose:
        texts.append(written(made, made.loose))
    for database, found in numbers(connection, texts):
        assert same(found[0], found[1]), (sql, texts[1], database)
        if database.complete and made.loose and None not in (found[0], found[2]):
            assert same(found[0], found[2]), (sql, texts[2], database)


CHANGES = (
    ("<=", "<"),
    (" AND ", " OR "),
    ("'loan'", "'card'"),
    ("LEFT JOIN", "JOIN"),
    ("count(*)", "count(DISTINCT 1)"),
    (" > ", " >= "),
    ("NOT ", ""),
    (", 0)", ", 1)"),
    ("IS NULL", "IS NOT NULL"),
    ("sum(", "max("),
    ("balance", "fee"),
    ("consent", "NOT consent"),
    ("1 DAY", "2 DAY"),
    ("AS date)", "AS timestamp)"),
    (" - ", " + "),
    ("ELSE 0", "ELSE 1"),
    ("NOT IN", "IN"),
    ("period_start", "period_end"),
)


@given(calculations(), st.sampled_from(CHANGES), calculations())
@settings(max_examples=examples(15, 100))
def test_nothing_unequal_is_ever_called_equal(
    connection: duckdb.DuckDBPyConnection, sql: str, change: tuple[str, str], other: str
) -> None:
    """A slip of one word, or another calculation: whatever is proved holds on all data."""
    changed = sql.replace(*change, 1)
    for right in (changed, other):
        try:
            proof = equality(of(sql), of(right))
        except ValueError:
            continue
        if proof is None or right == sql:
            continue
        for database, (one, two) in numbers(connection, [sql, right]):
            if proof == "identical" or (database.complete and None not in (one, two)):
                assert same(one, two), (sql, right, database)


def test_the_law_can_be_broken(connection: duckdb.DuckDBPyConnection) -> None:
    """The data tell two calculations apart that differ in one condition alone."""
    texts = [
        "SELECT count(*) AS value FROM customer WHERE since <= :period_end",
        "SELECT count(*) AS value FROM customer WHERE since < :period_end",
    ]
    assert any(not same(*found) for _, found in numbers(connection, texts))
    assert DATABASES[0].end in (date(2026, 3, 31), date(2026, 2, 28), date(2028, 2, 29))
