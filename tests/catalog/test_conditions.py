"""What is said of conditions is proved: it agrees with every row that a database is asked about."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalog.validation.conditions import Conditions

COLUMNS = {
    "n": "integer", "m": "decimal", "s": "code", "d": "date", "t": "timestamp", "f": "boolean",
    "nothing": None,
}  # fmt: skip
SQL_TYPES = {
    "n": "INTEGER", "m": "DECIMAL(9,2)", "s": "VARCHAR", "d": "DATE", "t": "TIMESTAMP",
    "f": "BOOLEAN", "nothing": "TIMESTAMP",
}  # fmt: skip
AS_OF = "2026-11-20"
VALUES = {
    "n": ["-1", "0", "1", "2", "3", "4"],
    "m": ["0.5", "1.0", "1.25", "2.0", "2.75"],
    "s": ["''", "'A'", "'B'", "'a'", "'ş'", "'z'"],
    "d": ["'2025-11-20'", "'2026-05-19'", "'2026-05-24'", "'2026-11-19'", f"'{AS_OF}'", "'2027-01-01'"],
    "t": ["'2025-11-20 00:00:00'", "'2026-05-24 00:00:00'", "'2026-11-19 13:30:00'", f"'{AS_OF} 00:00:00'"],
    "f": ["true", "false"],
    "nothing": [],
}  # fmt: skip
DAYS = [
    ":as_of", ":as_of - interval 180 day", ":as_of - interval 1 year", "date '2026-05-24'",
    "'2026-11-19'", ":as_of - interval 6 month", ":as_of + interval 4 week",
]  # fmt: skip
CONSTANTS = {
    "n": ["-1", "0", "1", "2", "3", "2.5"],
    "m": ["0.5", "1", "1.25", "2"],
    "s": ["'A'", "'B'", "'a'", "''", "'ş'"],
    "d": [*DAYS, "'2026-11-19 13:30:00'"],
    "t": [*DAYS, "'2026-11-19 13:30:00'"],
    "f": ["true", "false"],
    "nothing": [":as_of"],
}
OPAQUE = ["length(s) > 0", "coalesce(n, 1) = 1", "n = m", "s LIKE 'A%'", "m + 1 > 2"]


def _atoms(name: str, constants: list[str]) -> st.SearchStrategy[str]:
    one = st.sampled_from(constants)
    compared = st.tuples(st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), one)
    return st.one_of(
        compared.map(lambda said: f"{name} {said[0]} {said[1]}"),
        compared.map(lambda said: f"{said[1]} {said[0]} {name}"),
        st.lists(one, min_size=1, max_size=3).map(lambda some: f"{name} IN ({', '.join(some)})"),
        st.tuples(one, one).map(lambda some: f"{name} BETWEEN {some[0]} AND {some[1]}"),
        st.sampled_from([f"{name} IS NULL", f"{name} IS NOT NULL"]),
        one.map(lambda said: f"{name} IS NOT DISTINCT FROM {said}"),
        one.map(lambda said: f"{name} IS DISTINCT FROM {said}"),
    )


def _conditions(names: list[str], opaque: list[str]) -> st.SearchStrategy[str]:
    atoms = st.one_of(
        *(_atoms(name, CONSTANTS[name]) for name in names),
        *([st.sampled_from(opaque)] if opaque else []),
        *([st.sampled_from(["f", "f IS TRUE", "f IS NOT TRUE", "1 = 2", "true", "NULL"])]
          if "f" in names else []),
    )  # fmt: skip
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(
                lambda said: f"({said[0]}) {said[1]} ({said[2]})"
            ),
            inner.map(lambda said: f"NOT ({said})"),
        ),
        max_leaves=5,
    )


ANY = _conditions([name for name in COLUMNS if name != "nothing"] + ["nothing"], OPAQUE)


@pytest.fixture(scope="module")
def rows() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every combination of some values of two columns at a time, NULL among them."""
    with duckdb.connect() as connection:
        listed = ", ".join(f"{name} {type_}" for name, type_ in SQL_TYPES.items())
        connection.execute(f"CREATE TABLE rows ({listed})")
        choices = [["NULL", *VALUES[name]] for name in COLUMNS]
        made = set()
        for one, other in itertools.combinations(range(len(choices)), 2):
            for a, b in itertools.product(choices[one], choices[other]):
                for rest in (0, 1, -1):
                    row = [choice[min(rest, len(choice) - 1)] for choice in choices]
                    row[one], row[other] = a, b
                    made.add(f"({', '.join(row)})")
        connection.execute(f"INSERT INTO rows VALUES {', '.join(sorted(made))}")
        yield connection


def _true_rows(rows: duckdb.DuckDBPyConnection, condition: str) -> set[int]:
    text = condition.replace(":as_of", f"DATE '{AS_OF}'")
    found = rows.execute(f"SELECT rowid FROM rows WHERE {text}").fetchall()
    return {number for (number,) in found}


@pytest.mark.long
@settings(max_examples=300)
@given(condition=ANY)
@example(condition="d >= '2026-11-19 13:30:00' AND d <= '2026-11-19'")
@example(condition="NOT (n IN (1, 2)) AND n = 1")
def test_what_is_said_to_be_never_true_is_true_of_no_row(
    rows: duckdb.DuckDBPyConnection, condition: str
) -> None:
    if Conditions(COLUMNS).are_never_true([condition]):
        assert not _true_rows(rows, condition)


@pytest.mark.long
@settings(max_examples=300)
@given(condition=ANY, given_=ANY)
def test_what_is_said_to_be_implied_is_true_wherever_the_other_is(
    rows: duckdb.DuckDBPyConnection, condition: str, given_: str
) -> None:
    if Conditions(COLUMNS).is_implied(condition, [given_]):
        assert _true_rows(rows, given_) <= _true_rows(rows, condition)


@given(atoms=st.tuples(*[_atoms("m", ["0", "1", "2", "3"])] * 2))
def test_of_a_number_that_is_compared_twice_all_is_seen(
    rows: duckdb.DuckDBPyConnection, atoms: tuple[str, str]
) -> None:
    halves = ", ".join(f"({half / 2})" for half in range(-1, 8))
    text = " AND ".join(atoms)
    found = rows.execute(f"SELECT 1 FROM (VALUES (NULL), {halves}) _(m) WHERE {text}")
    assert Conditions(COLUMNS).are_never_true(atoms) == (not found.fetchall())


@pytest.mark.parametrize(
    "condition",
    [
        "n > 5 AND n < 3", "s = 'A' AND s = 'B'", "s IN ('A', 'B') AND s NOT IN ('A', 'B', 'C')",
        "f AND NOT f", "nothing >= :as_of", "1 = 2", "n IS NULL AND n = 3", "n BETWEEN 5 AND 3",
        "t > :as_of - interval 3 month AND t < :as_of - interval 1 year", "n NOT IN (1, NULL)",
        "length(s) > 3 AND NOT (length(s) > 3)", "d > '2026-01-02' AND '2026-01-01' > d",
        "n BETWEEN 2 AND 2 AND n <> 2", "NOT (n = 3 OR n IS NULL OR n <> 3)", "n IS DISTINCT FROM 3 AND n = 3",
    ],
)  # fmt: skip
def test_contradictions_are_seen(condition: str) -> None:
    assert Conditions(COLUMNS).are_never_true([condition])


@pytest.mark.parametrize(
    ("condition", "given_"),
    [
        ("t >= :as_of - interval 365 day", "t >= :as_of - interval 180 day"),
        ("t >= :as_of - interval 1 year", "t >= :as_of - interval 6 months"),
        ("s <> 'A'", "s IN ('B', 'C')"),
        ("n IS NOT NULL", "n > 4"),
        ("n > 3 OR n <= 3", "n IS NOT NULL"),
        ("s = 'A' OR f", "f AND n = 1"),
        ("length(s) > 3", "n = 1 AND length(s) > 3"),
    ],
)
def test_what_follows_is_seen(condition: str, given_: str) -> None:
    assert Conditions(COLUMNS).is_implied(condition, [given_])


@pytest.mark.parametrize(
    "condition",
    [
        "n > m AND n < m", "length(s) > 5 AND length(s) < 3", "n > '5' AND n < '3'",
        "t > :as_of - interval 30 day AND t < '2020-01-01'",
        "d >= '2026-11-19 13:30:00' AND d <= '2026-11-19'",
        "m > 1.0000000000000001 AND m < 1.0000000000000000",
    ],
)  # fmt: skip
def test_where_it_cannot_be_decided_nothing_is_said(condition: str) -> None:
    assert not Conditions(COLUMNS).are_never_true([condition])


def test_conditions_of_very_many_ways_are_left_alone() -> None:
    many = " AND ".join(f"(n <> {i} OR m <> {i} OR s <> '{i}')" for i in range(40))
    assert not Conditions(COLUMNS).are_never_true([many])


def test_a_condition_that_cannot_be_read_is_left_to_another_rule() -> None:
    assert not Conditions(COLUMNS).are_never_true(["there_is_no_such_column = 1"])
    assert not Conditions(COLUMNS).is_implied("n = ", ["n = 1"])
