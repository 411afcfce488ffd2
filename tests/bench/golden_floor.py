"""The floor of golden records: the same rules as hand-written DuckDB, with like output.

    python tests/bench/golden_floor.py FOLDER TARGET

Four systems, eight attributes: the first usable value of three, e-mail current before stale, the
phone and the address (with its city) confirmed last, the segment of the majority, the largest
balance. Each table is read once into cleansed and hashed values, one join finds the winners, one
statement writes a row per customer and attribute. Prints counts by attribute and source.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data import SYSTEMS

NAMES = tuple(system.name for system in SYSTEMS)
N = range(len(NAMES))
TEXTS = ("full_name", "email", "phone", "address", "city", "segment")
RULES = {
    "full_name": "priority", "email": "priority", "phone": "most_recent", "address": "most_recent",
    "city": "most_recent", "birth_date": "priority", "segment": "majority", "balance": "max",
}  # fmt: skip
DAY = "DATE '2026-01-01'"
SINCE = f"{DAY} - 365"
END = "TIMESTAMP '2026-01-02'"


def main(folder: Path, target: Path) -> None:
    """Resolve and write, and print what was found."""
    import duckdb

    connection = duckdb.connect(config={"threads": 2, "memory_limit": "3277MB"})
    for name in NAMES:
        read(connection, folder, name)
    connection.execute(f"CREATE TABLE g AS {resolved()}")
    connection.execute(f"COPY ({' UNION ALL '.join(rows())}) TO '{target}' (COMPRESSION zstd)")
    counted = connection.execute(
        f"SELECT attribute, source, state, count(*), sum(spoke), sum(disagree) FROM '{target}' "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    print(json.dumps([[str(cell) for cell in row] for row in counted]))


def read(connection: Any, folder: Path, name: str) -> None:
    """One row per customer: the latest, of those of one time the last."""
    values = []
    for attribute in RULES:
        value = f"nullif(trim({attribute}), '')" if attribute in TEXTS else attribute
        value = f"lower({value})" if attribute == "email" else value
        values += [f"{value} AS {attribute}", f"hash({value}) AS {attribute}_h"]
    connection.execute(
        f"CREATE TABLE r_{name} AS SELECT customer_id AS k, updated_at AS t, {', '.join(values)}, "
        f"file_row_number AS ro FROM read_parquet('{folder / name}.parquet', file_row_number=true)"
    )
    connection.execute(
        f"CREATE TABLE o_{name} AS SELECT ro FROM r_{name} WHERE k IN "
        f"(SELECT k FROM r_{name} WHERE k IS NOT NULL GROUP BY k HAVING count(*) > 1) QUALIFY "
        f"row_number() OVER (PARTITION BY k ORDER BY CASE WHEN t < {END} THEN t END DESC "
        "NULLS LAST, ro DESC) > 1"
    )


def resolved() -> str:
    """One row per customer with winners and what is told of them."""
    joined = " FULL JOIN ".join(
        f"(SELECT *, true AS here FROM r_{name} ANTI JOIN o_{name} USING (ro) "
        f"WHERE k IS NOT NULL) s{n}" + (" USING (k)" if n else "")
        for n, name in enumerate(NAMES)
    )
    inner = [f"s{n}.t AS t{n}" for n in N]
    for a in RULES:
        inner += [f"s{n}.{a} AS {a}{n}, s{n}.{a}_h AS {a}_h{n}" for n in N]
        inner += [
            f"(s{n}.{a} IS NOT NULL AND coalesce(s{n}.t < {END}, true)) AS {a}_o{n}" for n in N
        ]
    winners = [f"{winner(a)} AS {a}_w" for a in RULES if a != "city"]
    base = f"SELECT *, {', '.join(winners)} FROM (SELECT k, {', '.join(inner)} FROM {joined})"
    city = " ".join(f"WHEN address_w = {n} AND city_o{n} THEN {n}" for n in N)
    alone = winner("city")
    base = (
        f"SELECT *, CASE WHEN address_w IS NOT NULL THEN CASE {city} END ELSE {alone} END AS city_w "
        f"FROM ({base})"
    )
    told = [sql for a in RULES for sql in told_of(a)]
    return f"SELECT k, {', '.join(told)} FROM ({base}) ORDER BY k"


def winner(a: str) -> str:
    """The number of the source that wins."""
    ok = [f"{a}_o{n}" for n in N]
    if a == "email":
        now = " ".join(f"WHEN {ok[n]} AND t{n} >= {SINCE} THEN {n}" for n in N)
        return f"CASE {now} {' '.join(f'WHEN {ok[n]} THEN {n}' for n in N)} END"
    if RULES[a] == "priority":
        return f"CASE {' '.join(f'WHEN {ok[n]} THEN {n}' for n in N)} END"
    weights = {
        "most_recent": [f"t{n}" for n in N],
        "max": [f"{a}{n}" for n in N],
        "majority": [
            "(" + " + ".join(
                f"CAST(coalesce({ok[o]} AND {a}_h{o} = {a}_h{n}, false) AS INTEGER)" for o in N
            ) + ")"
            for n in N
        ],
    }[RULES[a]]  # fmt: skip
    best = ", ".join(f"CASE WHEN {ok[n]} THEN {weights[n]} END" for n in N)
    cases = " ".join(
        f"WHEN {ok[n]} AND {weights[n]} IS NOT DISTINCT FROM greatest({best}) THEN {n}" for n in N
    )
    return f"CASE {cases} END"


def told_of(a: str) -> Iterator[str]:
    """Value, winner, time, last day, and who spoke and disagrees."""
    picked = lambda x: f"CASE {a}_w {' '.join(f'WHEN {n} THEN {x}{n}' for n in N)} END"  # noqa: E731
    yield f"{picked(a)} AS {a}"
    yield f"{a}_w"
    yield f"{picked('t')} AS {a}_t"
    yield " + ".join(f"CAST({a}_o{n} AS INTEGER)" for n in N) + f" AS {a}_n"
    held = f"CASE {a}_w {' '.join(f'WHEN {n} THEN {a}_h{n}' for n in N)} END"
    differ = (f"CAST({a}_o{n} AND {a}_h{n} IS DISTINCT FROM {held} AS INTEGER)" for n in N)
    yield " + ".join(differ) + f" AS {a}_d"
    others = " OR ".join(f"({a}_o{n} AND {a}_h{n} IS DISTINCT FROM {held})" for n in N)
    yield f"CASE WHEN {others} THEN '{RULES[a]}' ELSE 'all_agree' END AS {a}_c"


def rows() -> Iterator[str]:
    """One statement per attribute."""
    for a, rule in RULES.items():
        of = lambda text, a=a: (  # noqa: E731
            f"CASE {a}_w {' '.join(f'WHEN {n} THEN {text(n)}' for n in N)} END"
        )
        source, number = of(lambda n: f"'{NAMES[n]}'"), of(lambda n, r=rule: f"'{r}/{n + 1}@0'")
        dataset = of(lambda n: f"'{NAMES[n]}.customers'")
        value = f"CAST({a} AS VARCHAR)"
        value = f"rtrim(rtrim({value}, '0'), '.')" if a == "balance" else value
        until = f"CAST({a}_t AS DATE) + 365" if a == "email" else "CAST(NULL AS DATE)"
        fresh = f"{a}_t >= {SINCE}" if a == "email" else "true"
        yield (
            f"SELECT CAST(k AS VARCHAR) AS entity_id, 'customer.{a}' AS attribute, {value} AS value, "
            f"CASE WHEN {a}_w IS NULL THEN 'missing' WHEN {fresh} THEN 'current' ELSE 'stale' END "
            f"AS state, {source} AS source, {dataset} AS dataset, "
            f"CASE WHEN {a}_w IS NOT NULL THEN CAST(k AS VARCHAR) END AS record_id, {a}_c AS reason, "
            f"{number} AS rule, {a}_t AS confirmed_at, {until} AS valid_until, {a}_n AS spoke, "
            f"{a}_d AS disagree FROM g"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
