"""Stewards' SQL: what is allowed is understood, everything else is refused with a reason."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.functions import FUNCTIONS
from catalog.sql import SqlProblem, SqlRefused, check_condition, check_query
from expectations.engine.functions import render

COLUMNS = ["status", "e_mail", "amount", "confirmed_at"]
TABLES: Mapping[str, list[str]] = {
    "customer": ["key", "status", "segment", "amount", "born_on"],
    "crm.customers": ["customer_no", "e_mail", "updated_at"],
    "core.customers": ["customer_no", "email"],
}

ALLOWED_CONDITIONS = [
    "status = 'active' AND NOT (amount < 0 OR amount IS NULL)",
    "e_mail NOT LIKE 'info@%' AND e_mail NOT ILIKE 'X!_%' ESCAPE '!'",
    "confirmed_at >= DATE '2026-01-01' - INTERVAL 180 DAY",
    "confirmed_at BETWEEN TIMESTAMP '2026-01-01 10:00' AND TIMESTAMP '2027-01-01 10:00'",
    "status IN ('a', 'active') AND status IS DISTINCT FROM e_mail",
    "(status, amount) IN (('active', 5))",
    "CASE status WHEN 'active' THEN 1 ELSE 2 END = 1 AND if(amount > 1, true, false)",
    "CAST(amount AS DECIMAL(10, 2)) = 5 AND amount::TEXT = '5' AND TRY_CAST(e_mail AS INT) IS NULL",
    "amount + 1 - 2 * 3 / 4 % 5 // 2 > -amount AND amount ** 2 = power(amount, 2)",
    "status || '-' || e_mail = concat(status, '-', e_mail)",
    "coalesce(status, '') <> '' AND nullif(status, 'x') = ifnull(status, 'x')",
    "greatest(amount, 1) >= least(amount, 1) AND sign(amount) = 1",
    "abs(amount) = ceil(amount) AND floor(amount) = round(amount, 2)",
    "sqrt(amount) > ln(amount) AND mod(amount, 2) = 1",
    "upper(status) = 'ACTIVE' AND lower(status) = 'active' AND length(status) = 6",
    "substring(status, 1, 2) = left(status, 2) AND right(status, 1) = 'e'",
    "replace(status, 'a', 'b') = 'bctive' AND split_part(e_mail, '@', 2) = 'b.c'",
    "starts_with(status, 'act') AND ends_with(status, 've') AND contains(status, 'tiv')",
    "strpos(status, 'c') = 2 AND position('c' IN status) = 2",
    "date_trunc('month', confirmed_at) = make_date(2026, 5, 1)",
    "extract(year FROM confirmed_at) = year(confirmed_at) AND month(confirmed_at) = 5",
    "quarter(confirmed_at) = 2 AND day(confirmed_at) = 6",
    "date_diff('day', DATE '2026-05-01', confirmed_at) = 5",
    "last_day(confirmed_at) = DATE '2026-05-31'",
    "amount IS NOT NULL IS TRUE",
    "status = 'it''s; -- not a comment' OR 1_000 > amount /* a remark */ -- another",
    "\"status\" = 'active' AND STATUS = 'active';",
]

REFUSED_CONDITIONS = {
    "": "empty",
    "-- only a remark": "empty",
    "status =": "cannot be read",
    "status = 'x": "not closed",
    "status AS s": "cannot be read",
    "status, amount": "cannot be read",
    "status; amount": "found 2 statements",
    "emial = 'x'": "did you mean e_mail?",
    "crm.status = 'x'": "no column crm.status",
    "td_trm(status)": "did you mean td_trim",
    "trim(status)": "use td_trim",
    "td_trim(status, 1)": "takes 1 argument",
    "td_try_date(status, e_mail)": "written out",
    "status ~ 'x'": "td_matches",
    "regexp_matches(status, 'x')": "td_matches",
    "status SIMILAR TO 'x'": "td_matches",
    "confirmed_at < current_date": "use :as_of",
    "confirmed_at < now()": "use :as_of",
    "amount > ?": "no parameter",
    "amount > $1": "by name",
    "confirmed_at > :asof": "did you mean as_of?",
    "amount > (SELECT 1)": "no SELECT inside",
    "amount IN (SELECT 1)": "no SELECT inside",
    "EXISTS (SELECT 1)": "no SELECT inside",
    "amount = ANY(SELECT 1)": "not allowed",
    "sum(amount) > 1": "one row",
    "count(*) FILTER (WHERE true) > 1": "one row",
    "row_number() OVER () = 1": "one row",
    "* = 1": "STAR",
    "COLUMNS('a.*') = 1": "COLUMNS",
    "status.query()": "cannot follow a dot",
    "getenv('HOME') = 'x'": "getenv is not on the list",
    "read_text('x') = 'x'": "not on the list",
    "repeat(status, 1000000000) = 'x'": "repeat is not on the list",
    "random() > 0.5": "not on the list",
    "range(9) = 1": "not on the list",
    "list_transform([1], x -> x) = 1": "not on the list",
    "status -> 'a'": "not on the list",
    "[1, 2] = 1": "lists",
    "status[1] = 'a'": "[ ]",
    "{'a': 1} = 1": "{ }",
    "$$x$$ = status": "single quotes",
    "e'\\n' = status": "single quotes",
    "status COLLATE nocase = 'a'": "not on the list",
    "status GLOB 'x'": "not allowed",
    "confirmed_at AT TIME ZONE 'UTC' = 1": "not allowed",
    "status::INT[] = 1": "the type INT[] is not allowed",
    "CAST(status AS STRUCT(a INT)) = 1": "type",
    "CAST(status AS JSON) = 1": "type",
    "CAST(status AS foo.bar) = 1": "type",
    "CAST(status AS VARCHAR COLLATE x) = 1": "collate",
    "interval '1' evil > amount": "unit of time",
    "date_trunc('x''); DROP', confirmed_at)": "unit of time",
    "date_part('year', confirmed_at) = 1": "not on the list",
    "unnest([1]) = 1": "not on the list",
    "min(amount, 3) = 1": "one row",
    "try(amount) = 1": "not on the list",
    "(" * 3000 + "status" + ")" * 3000: "nested",
    "NOT " * 5000 + "status": "nested",
    "- " * 100 + "amount": "nested",
    "status = '" + "x" * 60_000 + "'": "longer than",
}

ALLOWED_QUERIES = [
    "SELECT segment, count(*) AS value FROM customer WHERE status = 'active' GROUP BY segment",
    "SELECT * FROM crm.customers",
    "FROM customer SELECT key",
    "SELECT c.*, count(DISTINCT segment) FILTER (WHERE amount > 0) OVER () AS n FROM customer c",
    "SELECT CUSTOMER.Key FROM Customer ORDER BY KEY DESC NULLS LAST LIMIT 3 OFFSET 0",
    "SELECT crm.customers.e_mail, core.customers.email FROM crm.customers "
    "JOIN core.customers USING (customer_no)",
    "SELECT customers.e_mail FROM crm.customers",
    "SELECT a.e_mail FROM crm.customers AS a LEFT JOIN core.customers b "
    "ON a.customer_no = b.customer_no WHERE b.email IS NULL",
    "SELECT * FROM customer c CROSS JOIN crm.customers, core.customers",
    "WITH x AS (SELECT status AS s FROM customer), y(t) AS (SELECT s FROM x) SELECT t FROM y",
    "SELECT t.k FROM (SELECT key AS k FROM customer) AS t WHERE k = 1 ORDER BY t.k",
    "SELECT key FROM customer UNION ALL SELECT amount FROM customer ORDER BY key LIMIT 3",
    "(SELECT 1 AS a) EXCEPT SELECT 2",
    "SELECT (SELECT max(updated_at) FROM crm.customers x WHERE e_mail = c.status) FROM customer c",
    "SELECT key FROM customer WHERE EXISTS (SELECT 1 FROM crm.customers WHERE e_mail = status)",
    "SELECT key FROM customer WHERE status IN (SELECT e_mail FROM crm.customers)",
    "SELECT key, row_number() OVER (PARTITION BY status ORDER BY key "
    "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS r FROM customer QUALIFY r = 1",
    "SELECT sum(amount) OVER w, lag(amount, 1) OVER w, rank() OVER w, dense_rank() OVER w, "
    "ntile(2) OVER w, lead(amount) OVER w, first_value(amount IGNORE NULLS) OVER w, "
    "last_value(amount) OVER w FROM customer WINDOW w AS (PARTITION BY segment ORDER BY key)",
    "SELECT avg(amount), min(amount), max(amount), median(amount), stddev(amount), "
    "bool_and(amount > 0), bool_or(amount > 0), count_if(amount > 0) FROM customer",
    "SELECT DISTINCT segment AS s, sum(amount) AS v FROM customer GROUP BY s HAVING v > 0",
]

REFUSED_QUERIES = {
    "": "empty",
    "SELECT key FROM custmer": "did you mean customer",
    "SELECT key FROM customers": "no table customers",
    "SELECT kee FROM customer": "did you mean key?",
    "SELECT c.kee FROM customer AS c": "customer has no column kee",
    "SELECT x.key FROM customer": "no table x in FROM",
    "SELECT rowid FROM customer": "no column rowid",
    "SELECT customer FROM customer": "no column customer",
    "SELECT customer_no FROM crm.customers a JOIN core.customers b ON true": "which one is meant",
    "SELECT 1 FROM customer, customer": "two tables are called customer",
    "SELECT key FROM customer JOIN crm.customers USING (key)": "not a column of both",
    "SELECT k FROM (SELECT key FROM customer) t": "no column k",
    "WITH RECURSIVE x AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM x) FROM x": "recursive",
    "WITH x AS (SELECT a FROM x) SELECT a FROM x": "no table x",
    "WITH customer AS (SELECT 1 AS a) SELECT a FROM customer": "name of a table already",
    "WITH x AS MATERIALIZED (SELECT 1 AS a) SELECT a FROM x": "materialized",
    "WITH x AS (DELETE FROM customer RETURNING *) FROM x": "DELETE",
    "SELECT 1; SELECT 2": "found 2 statements",
    "SELECT * FROM 'people.csv'": "no table people.csv",
    'SELECT * FROM "people.csv"': "no table people.csv",
    "SELECT * FROM query('SELECT 1')": "no functions",
    "SELECT * FROM query_table('x')": "no functions",
    "SELECT * FROM read_csv('x')": "no functions",
    "SELECT * FROM duckdb_views()": "no functions",
    "SELECT * FROM duckdb_secrets": "no table duckdb_secrets",
    "SELECT * FROM information_schema.tables": "no table information_schema.tables",
    "SELECT * FROM memory.main.customer": "not allowed",
    "SELECT * FROM range(10)": "no functions",
    "SELECT * FROM generate_series(1, 2)": "no functions",
    "SELECT * FROM glob('*')": "no functions",
    "SELECT * FROM (VALUES (1)) AS t(a)": "VALUES",
    "SELECT * FROM unnest([1])": "unnest is not on the list",
    "SELECT unnest([1])": "not on the list",
    "SELECT * FROM customer, LATERAL (SELECT 1)": "LATERAL",
    "SELECT * FROM customer NATURAL JOIN core.customers": "method",
    "SELECT * FROM customer POSITIONAL JOIN crm.customers": "method",
    "SELECT * FROM customer ASOF JOIN crm.customers ON true": "method",
    "SELECT * FROM customer TABLESAMPLE 10%": "sample",
    "SELECT * FROM customer AT (VERSION => 1)": "",
    "SELECT * FROM customer AS c(a, b)": "renamed",
    "SELECT * FROM (customer JOIN crm.customers ON true)": "only a SELECT",
    "SELECT * EXCLUDE (key) FROM customer": "except",
    "SELECT * REPLACE (1 AS key) FROM customer": "replace",
    "SELECT COLUMNS('a.*') FROM customer": "COLUMNS",
    "SELECT DISTINCT ON (key) status FROM customer": "on is not allowed",
    "SELECT key FROM customer GROUP BY ALL": "all is not allowed",
    "SELECT key FROM customer GROUP BY ROLLUP (key)": "ROLLUP",
    "SELECT key FROM customer LIMIT 10%": "limit",
    "SELECT key FROM customer FOR UPDATE": "locks",
    "SELECT key INTO x FROM customer": "into",
    "SELECT list(key) FROM customer": "not on the list",
    "SELECT string_agg(key, ',') FROM customer": "not on the list",
    "SELECT key FROM customer USING SAMPLE 3": "sample",
    "SUMMARIZE customer": "cannot start with SUMMARIZE",
    "DESCRIBE customer": "cannot start",
    "SHOW TABLES": "cannot start",
    "EXPLAIN ANALYZE SELECT 1": "cannot start",
    "PIVOT customer ON status USING count(*)": "cannot start",
    "SELECT * FROM customer PIVOT (sum(amount) FOR status IN ('a'))": "pivots",
    "VALUES (1)": "cannot start",
    "COPY customer TO 'x'": "cannot start with COPY",
    "COPY (SELECT 1) TO 'x'": "cannot start",
    "ATTACH 'x'": "cannot start",
    "PRAGMA database_list": "cannot start",
    "SET threads = 1": "cannot start",
    "CREATE TABLE x AS SELECT 1": "cannot start",
    "INSERT INTO customer SELECT 1": "cannot start",
    "DELETE FROM customer": "cannot start",
    "CALL x()": "cannot start",
    "INSTALL httpfs": "cannot start",
    "(SELECT 1": "cannot be read",
}


def problems(text: str, *, query: bool) -> tuple[SqlProblem, ...]:
    with pytest.raises(SqlRefused) as refused:
        check_query(text, TABLES) if query else check_condition(text, COLUMNS)
    return refused.value.problems


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for sql in (
        "CREATE SCHEMA crm",
        "CREATE SCHEMA core",
        "CREATE TABLE one AS SELECT 'active' AS status, 'a@b.c' AS e_mail, 5 AS amount, "
        "DATE '2026-05-06' AS confirmed_at",
        "CREATE TABLE customer AS SELECT i AS key, ['active', 'left'][1 + i % 2] AS status, "
        "['a', 'b', 'c'][1 + i % 3] AS segment, i * 10 AS amount, DATE '2000-01-01' AS born_on "
        "FROM range(12) r(i)",
        "CREATE TABLE crm.customers AS SELECT i AS customer_no, "
        "['active', 'x'][1 + i % 2] AS e_mail, DATE '2026-01-01' AS updated_at FROM range(5) r(i)",
        "CREATE TABLE core.customers AS SELECT i AS customer_no, 'e' || i AS email "
        "FROM range(3, 6) r(i)",
    ):
        connection.execute(sql)
    return connection


@pytest.mark.parametrize("text", ALLOWED_CONDITIONS)
def test_an_allowed_condition_means_what_it_says(
    text: str, database: duckdb.DuckDBPyConnection
) -> None:
    rendered = render(check_condition(text, COLUMNS), {})
    plain = text.rstrip(";")
    expected = database.execute(f"SELECT (\n{plain}\n) FROM one").fetchall()
    assert database.execute(f"SELECT ({rendered}) FROM one").fetchall() == expected


@pytest.mark.parametrize("text", ALLOWED_QUERIES)
def test_an_allowed_query_means_what_it_says(
    text: str, database: duckdb.DuckDBPyConnection
) -> None:
    own = {"crm.customers": "(FROM crm.customers)", "customer": "main.customer"}
    expected = sorted(database.execute(text).fetchall(), key=str)
    checked = check_query(text, TABLES)
    for tables in ({}, own):
        got = database.execute(render(checked, {}, tables=tables)).fetchall()
        assert sorted(got, key=str) == expected


@pytest.mark.parametrize(
    ("text", "reason"), REFUSED_CONDITIONS.items(), ids=range(len(REFUSED_CONDITIONS))
)
def test_any_other_condition_is_refused_with_a_reason(text: str, reason: str) -> None:
    assert reason in str([problem.message for problem in problems(text, query=False)])


@pytest.mark.parametrize(("text", "reason"), REFUSED_QUERIES.items())
def test_any_other_query_is_refused_with_a_reason(text: str, reason: str) -> None:
    assert reason in str([problem.message for problem in problems(text, query=True)])


def test_all_problems_come_at_once_each_at_its_place() -> None:
    text = "SELECT kee,\n  getenv('x')\nFROM customer\nWHERE status = :asof"
    found = problems(text, query=True)
    assert [(p.line, p.column) for p in found] == [(1, 8), (2, 3), (4, 16)]
    assert "getenv" in found[1].message
    (unread,) = problems("status = 1 AND\n amount > AND 2", query=False)
    assert unread.line == 2
    assert "»AND«" in unread.message


def test_a_condition_says_which_columns_and_parameters_it_uses() -> None:
    checked = check_condition("STATUS = 'a' AND confirmed_at >= :as_of", COLUMNS)
    assert checked.columns == {"status", "confirmed_at"}
    assert checked.parameters == {"as_of"}
    assert checked.tables == frozenset()


def test_a_query_says_which_tables_and_columns_it_uses() -> None:
    checked = check_query(
        "WITH x AS (SELECT * FROM core.customers) SELECT count(*) FROM x JOIN CRM.Customers c "
        "ON x.customer_no = c.customer_no WHERE updated_at < :period_end",
        TABLES,
    )
    assert checked.tables == {"core.customers", "crm.customers"}
    assert checked.columns == {
        "core.customers.customer_no",
        "core.customers.email",
        "crm.customers.customer_no",
        "crm.customers.updated_at",
    }
    assert checked.parameters == {"period_end"}


def test_a_query_reads_the_tables_it_is_given(database: duckdb.DuckDBPyConnection) -> None:
    checked = check_query(
        "SELECT crm.customers.customer_no FROM crm.customers WHERE updated_at < :as_of", TABLES
    )
    other = "(SELECT 42 AS customer_no, DATE '2025-12-31' AS updated_at)"
    sql = render(checked, {"as_of": date(2026, 1, 1)}, tables={"crm.customers": other})
    assert database.execute(sql).fetchall() == [(42,)]


def test_an_attack_in_a_name_or_a_text_stays_a_name_or_a_text() -> None:
    checked = check_condition("\"a\"\"; DROP\" = 'x''; DROP'", ['a"; DROP'])
    assert render(checked, {}) == "\"a\"\"; DROP\" = 'x''; DROP'"


WORDS = """
    select from where customer crm.customers key c ( ) , . * = 'x' 1 and or not
    as join on using count sum over partition by order group td_trim case when then
    end with union all values query read_csv :as_of ? $1 :: int [ ] { } -> ; -- copy to
    lateral pivot exists in is null interval day limit distinct filter qualify window
"""


@settings(max_examples=1000, deadline=None)
@given(
    st.lists(st.sampled_from([*WORDS.split(), *FUNCTIONS]), max_size=25).map(" ".join),
    st.booleans(),
)
def test_any_text_is_either_refused_or_its_rendering_is_allowed_again(
    text: str, query: bool
) -> None:
    values = {"as_of": date(2026, 1, 1)}
    try:
        checked = check_query(f"select {text}", TABLES) if query else check_condition(text, ["key"])
    except SqlRefused:
        return
    plain = not any(name in text for name in FUNCTIONS)
    if plain and query:
        check_query(render(checked, values), TABLES)
    elif plain:
        check_condition(render(checked, values), ["key"])


def test_the_start_of_the_command_line_does_not_load_the_parser() -> None:
    code = "import sys, catalog.cli, catalog.functions; print('sqlglot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
