"""The canonical form proves what is equal, and never what is not."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from catalog.sql import check_query
from expectations.engine.sandbox import Limits
from expectations.equality.generated import Needed
from expectations.equality.running import Pair, Ran, Side, run_pairs
from lineage.canonical.proving import canonical, equality

HERE = Path(__file__).parent
LIMITS = Limits(threads=1)
ZONE = "Europe/Istanbul"
PROOFS = {"identical": "identical", "without_nulls": "equal_without_nulls"}


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return found


TUNED = read("cases.yml")
HELD_OUT = {**TUNED, **read("held_out.yml")}
TABLES, KEYS = TUNED["tables"], TUNED["keys"]


def proof(case: dict[str, Any]) -> str | None:
    left, right = (
        canonical(check_query(case[side], TABLES).tree, TABLES, KEYS) for side in ("left", "right")
    )
    return equality(left, right)


def pair(left: str, right: str) -> Pair:
    checked = [check_query(sql, TABLES) for sql in (left, right)]
    used = checked[0].columns | checked[1].columns
    tables = {
        table: {
            column: kind
            for column, kind in TABLES[table].items()
            if f"{table}.{column}" in used or column in ("entity_id", "customer_no")
        }
        for table in sorted(checked[0].tables | checked[1].tables)
    }
    sides = [Side(one.tree, "month", Decimal(1)) for one in checked]
    return Pair(sides[0], sides[1], Needed(tables, KEYS))


@cache
def ran(file: str) -> dict[str, Ran]:
    cases = (TUNED if file == "cases.yml" else HELD_OUT)["cases"]
    pairs = {case["name"]: pair(case["left"], case["right"]) for case in cases}
    return run_pairs(pairs, LIMITS, ZONE, 60)


def names(file: dict[str, Any]) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in file["cases"]]


@pytest.mark.parametrize("case", names(TUNED))
def test_a_pair_is_proved_to_be_what_it_is(case: dict[str, Any]) -> None:
    expected = PROOFS.get(case["is"]) if case.get("proved", True) else None
    assert proof(case) == expected


@pytest.mark.parametrize("case", names(HELD_OUT))
def test_of_a_pair_it_was_never_tuned_with_nothing_wrong_is_proved(case: dict[str, Any]) -> None:
    found = proof(case)
    assert found in (None, PROOFS.get(case["is"])) or (
        found == "equal_without_nulls" and case["is"] == "identical"
    )


def test_how_many_of_the_equal_pairs_it_was_never_tuned_with_are_proved() -> None:
    """As many as when it was measured: it may become more, never silently fewer."""
    cases = [case for case in HELD_OUT["cases"] if case["is"] in ("identical", "without_nulls")]
    proved = sum(proof(case) == PROOFS[case["is"]] for case in cases)
    assert proved >= HELD_OUT["proved"]


@pytest.mark.long
@pytest.mark.parametrize("file", ["cases.yml", "held_out.yml"])
def test_generated_data_agree_with_what_each_pair_is(file: str) -> None:
    cases = (TUNED if file == "cases.yml" else HELD_OUT)["cases"]
    wrong = {}
    for case in cases:
        found = ran(file)[case["name"]]
        assert found.failed is None, (case["name"], found.failed)
        apart = [s for s in found.apart if s.is_plain]
        seen = "different" if apart else "without_nulls" if found.apart else "equal"
        said = {"identical": "equal"}.get(case["is"], case["is"])
        if seen != said:
            wrong[case["name"]] = (said, seen)
    assert not wrong


LAST_DIGITS = [
    ("balance / 10 >= 0.07", "balance >= 0.7", "0.70"),
    ("balance / 10 >= 0.07", "balance * 0.1 >= 0.07", "0.70"),
    ("balance / 0.1 >= 3", "balance * 10 >= 3", "0.30"),
    ("balance / 10 BETWEEN 0.07 AND 1", "balance BETWEEN 0.7 AND 10", "0.70"),
    ("balance / 10 IN (0.07)", "balance IN (0.7)", "0.70"),
    ("CASE balance / 10 WHEN 0.07 THEN TRUE ELSE FALSE END", "balance = 0.7", "0.70"),
    ("balance / 10 IS NOT DISTINCT FROM 0.07", "balance = 0.7", "0.70"),
    ("nullif(balance / 10, 0.07) IS NULL", "nullif(balance * 0.1, 0.07) IS NULL", "0.70"),
    ("floor(balance / 0.1) = 3", "floor(balance * 10) = 3", "0.30"),
    ("round(balance / 10 / 10, 2) = 0.04", "round(balance / 100, 2) = 0.04", "3.50"),
    ("CAST(balance AS double) * 3 > 0.3", "balance * 3 > 0.3", "0.10"),
    ("-(balance / 10) > -0.07", "balance < 0.7", "0.70"),
    ("coalesce(balance / 10, 0) >= 0.07", "coalesce(balance * 0.1, 0) >= 0.07", "0.70"),
    ("abs(balance / 10) >= 0.07", "abs(balance * 0.1) >= 0.07", "0.70"),
    ("round(balance / 10, 5) * 3 > 0.21", "round(balance * 0.1, 5) * 3 > 0.21", "0.70"),
]
"""Two conditions that are one for exact numbers, and a number that tells them apart."""


@pytest.mark.parametrize(("left", "right", "witness"), LAST_DIGITS)
def test_where_something_hangs_on_the_last_digit_a_quotient_is_no_product(
    left: str, right: str, witness: str
) -> None:
    both = f"SELECT ({left}), ({right}) FROM (SELECT CAST({witness} AS DECIMAL(18, 2)) AS balance)"
    ((one, other),) = duckdb.execute(both).fetchall()
    assert one is not other
    count = "SELECT count(*) AS value FROM core.accounts WHERE "
    inner = "SELECT count(*) AS value FROM (SELECT {} AS fits FROM core.accounts) AS x WHERE fits"
    for said in (count + "{}", inner):
        assert proof({"left": said.format(left), "right": said.format(right)}) is None


BOUNDS = [
    ("balance / 1000 >= 0.5", "balance >= 500"),
    ("balance / -2 < 5", "balance > -10"),
    ("minutes / 60 = 1.5", "minutes = 90"),
    ("CAST(balance AS double) > 0.07", "balance > 0.07"),
]


@pytest.mark.parametrize(("left", "right"), BOUNDS)
def test_a_bound_at_which_the_number_itself_is_whole_is_the_same_bound(
    left: str, right: str
) -> None:
    table = "core.calls" if "minutes" in left else "core.accounts"
    said = f"SELECT count(*) AS value FROM {table} WHERE "
    assert proof({"left": said + left, "right": said + right}) == "identical"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (
            "SELECT count(*) AS value FROM (SELECT customer_no, sum(balance) / 10 AS b "
            "FROM core.accounts GROUP BY customer_no) AS x WHERE b >= 0.07",
            "SELECT count(*) AS value FROM (SELECT customer_no, sum(balance) * 0.1 AS b "
            "FROM core.accounts GROUP BY customer_no) AS x WHERE b >= 0.07",
        ),
        (
            "SELECT count(*) AS value FROM customer AS c WHERE 0.07 <= "
            "(SELECT avg(a.balance) FROM core.accounts AS a WHERE a.customer_no = c.entity_id)",
            "SELECT count(*) AS value FROM customer AS c WHERE 0.07 <= (SELECT sum(a.balance) / "
            "count(a.balance) FROM core.accounts AS a WHERE a.customer_no = c.entity_id)",
        ),
        (
            "SELECT count(DISTINCT balance / 10) AS value FROM core.accounts",
            "SELECT count(DISTINCT balance * 0.1) AS value FROM core.accounts",
        ),
        (
            "SELECT round(avg(balance), 2) AS value FROM core.accounts",
            "SELECT round(sum(balance) / count(balance), 2) AS value FROM core.accounts",
        ),
        (
            "SELECT round(sum(balance / 10), 2) AS value FROM core.accounts",
            "SELECT round(sum(balance) / 10, 2) AS value FROM core.accounts",
        ),
        (
            "SELECT sum(CAST(balance AS float)) AS value FROM core.accounts",
            "SELECT sum(balance) AS value FROM core.accounts",
        ),
    ],
)
def test_averages_and_sums_of_quotients_are_no_exact_numbers_either(left: str, right: str) -> None:
    assert proof({"left": left, "right": right}) is None
    assert proof({"left": left, "right": left}) == "identical"


@pytest.mark.parametrize(
    "odd",
    [
        "SELECT count() AS value FROM core.accounts",
        "SELECT count(*) AS value FROM core.accounts WHERE (customer_no, account_no) IN "
        "(SELECT customer_no, call_no FROM core.calls)",
        "SELECT count(*) AS value FROM (SELECT product FROM core.accounts GROUP BY 3) AS g",
        "SELECT count(*) AS value FROM (SELECT product FROM core.accounts GROUP BY 0) AS g",
    ],
)
def test_what_is_not_understood_is_equal_to_its_like_alone(odd: str) -> None:
    assert proof({"left": odd, "right": odd}) == "identical"
    assert proof({"left": odd, "right": "SELECT count(*) AS value FROM core.accounts"}) is None


def test_the_cases_are_many_and_of_every_kind() -> None:
    counts = Counter(case["is"] for case in (*TUNED["cases"], *HELD_OUT["cases"]))
    assert sum(counts.values()) >= 120
    assert len(HELD_OUT["cases"]) >= 0.3 * sum(counts.values())
    assert min(counts["identical"], counts["without_nulls"], counts["different"]) >= 15
