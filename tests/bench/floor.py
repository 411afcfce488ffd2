"""The floor: the bench's work as hand-written DuckDB, with like output and nothing around it.

    python tests/bench/floor.py A|B|all FOLDER

A: twenty rules on one table as one scan. B: six attributes over six pairs of systems, each value
cleansed and hashed once, one join, all counts in one scan. Both fetch a few offending keys where
a count is not zero. `all` is A on the four tables, and B. Prints one JSON document: counts by
name, and the CPU and wall seconds of each lap.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

from data import CITIES, SEGMENTS, SYSTEMS

KEYS = 21
NAMES = tuple(system.name for system in SYSTEMS)
PAIRS = tuple(combinations(NAMES, 2))
ATTRIBUTES = ("full_name", "email", "phone", "address", "city", "birth_date")
EMAIL = r"^\s*[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\s*$"
PHONE = r"^\+[0-9]{10,13}$"
NATIONAL_ID = r"^[0-9]{11}$"
FRESH_SINCE = "2025-12-01"


def _listed(values: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"


BAD = {
    "r01": "customer_id IS NULL",
    "r03": "national_id IS NULL",
    "r04": f"NOT regexp_matches(national_id, '{NATIONAL_ID}')",
    "r05": "full_name IS NULL",
    "r06": "length(full_name) NOT BETWEEN 3 AND 80",
    "r07": "email IS NULL",
    "r08": f"NOT regexp_matches(email, '{EMAIL}')",
    "r09": "phone IS NULL",
    "r10": f"NOT regexp_matches(phone, '{PHONE}')",
    "r11": "address IS NULL",
    "r12": f"city NOT IN {_listed(CITIES)}",
    "r13": "birth_date NOT BETWEEN DATE '1920-01-01' AND DATE '2008-01-01'",
    "r14": f"segment NOT IN {_listed(SEGMENTS)}",
    "r15": "segment IS NULL",
    "r16": "balance NOT BETWEEN -10000 AND 190000",
    "r17": "credit_limit NOT BETWEEN 0 AND 100000",
    "r18": "balance IS NULL",
    "r19": "consent IS NULL",
}
"""What a bad row is, by rule; r02 (unique number) and r20 (fresh) are counted otherwise."""


class Laps:
    """Seconds since the last lap, CPU and wall."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, float]] = {}
        self._mark()

    def _mark(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def lap(self, name: str) -> None:
        """Close a lap."""
        wall, cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu
        self.found[name] = {"wall": round(wall, 4), "cpu": round(cpu, 4)}
        self._mark()


def twenty_rules(connection: Any, folder: Path, name: str) -> dict[str, int]:
    """A: what each rule finds in one table, and a few keys of what it finds."""
    table = f"'{folder / name}.parquet'"
    counted = ", ".join(f"count_if({bad}) AS {rule}" for rule, bad in BAD.items())
    row = connection.execute(
        f"SELECT count(*) AS n, count(DISTINCT customer_id) AS ids, "
        f"count_if(updated_at >= TIMESTAMP '{FRESH_SINCE}') AS recent, {counted} FROM {table}"
    ).fetchone()
    n, ids, recent, *found = row
    counts = {"r02": n - ids, "r20": int(recent == 0), **dict(zip(BAD, found, strict=True))}
    for rule, bad in BAD.items():
        if counts[rule]:
            connection.execute(
                f"SELECT customer_id FROM {table} WHERE {bad} LIMIT {KEYS}"
            ).fetchall()
    if counts["r02"]:
        connection.execute(
            f"SELECT customer_id FROM {table} GROUP BY 1 HAVING count(*) > 1 LIMIT {KEYS}"
        ).fetchall()
    return {f"{name}/{rule}": counts[rule] for rule in sorted(counts)}


def agreement(connection: Any, folder: Path, laps: Laps) -> dict[str, int]:
    """B: what each pair of systems knows alone, and on which values it does not agree."""
    for name in NAMES:
        _read(connection, folder, name)
    laps.lap("B read, cleanse, hash")
    columns = ", ".join(
        f"coalesce({name}_p, false) AS {name}_p, {', '.join(f'{name}_{a}' for a in ATTRIBUTES)}"
        for name in NAMES
    )
    first, *others = (f"m_{name}" for name in NAMES)
    joined = first + "".join(f" FULL JOIN {other} USING (customer_id)" for other in others)
    connection.execute(f"CREATE TEMP TABLE j AS SELECT customer_id AS k, {columns} FROM {joined}")
    laps.lap("B join")
    predicates = dict(_predicates())
    row = connection.execute(
        f"SELECT {', '.join(f'count_if({bad})' for bad in predicates.values())} FROM j"
    ).fetchone()
    counts = dict(zip(predicates, map(int, row), strict=True))
    laps.lap("B count")
    for name, bad in predicates.items():
        if counts[name] and name.startswith(("lacks", "differ")):
            connection.execute(f"SELECT k FROM j WHERE {bad} LIMIT {KEYS}").fetchall()
    laps.lap("B keys")
    return counts


def _read(connection: Any, folder: Path, name: str) -> None:
    """One table of hashes per system, of the latest row where a number is repeated."""
    hashes = ", ".join(
        f"{a} AS {name}_{a}"
        if a == "birth_date"
        else f"CASE WHEN {a} IS NOT NULL THEN hash(lower(trim({a}))) END AS {name}_{a}"
        for a in ATTRIBUTES
    )
    connection.execute(
        f"CREATE TEMP TABLE m_{name} AS SELECT customer_id, updated_at AS u, true AS {name}_p, "
        f"{hashes} FROM '{folder / name}.parquet'"
    )
    connection.execute(
        f"CREATE TEMP TABLE d_{name} AS SELECT customer_id, max(u) AS u FROM m_{name} "
        "GROUP BY 1 HAVING count(*) > 1"
    )
    connection.execute(
        f"DELETE FROM m_{name} USING d_{name} d "
        f"WHERE m_{name}.customer_id = d.customer_id AND m_{name}.u < d.u"
    )


def _predicates() -> Iterator[tuple[str, str]]:
    for a, b in PAIRS:
        both = f"{a}_p AND {b}_p"
        yield f"both/{a}/{b}", both
        yield f"lacks/{a}/{b}", f"{a}_p AND NOT {b}_p"
        yield f"lacks/{b}/{a}", f"{b}_p AND NOT {a}_p"
        for one in ATTRIBUTES:
            x, y = f"{a}_{one}", f"{b}_{one}"
            yield f"differ/{a}/{b}/{one}", f"{both} AND {x} <> {y}"
            yield f"one_sided/{a}/{b}/{one}", f"{both} AND ({x} IS NULL) <> ({y} IS NULL)"


def main(task: str, folder: Path) -> None:
    """Do the work and print what was found."""
    laps = Laps()
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute("SET preserve_insertion_order = false")
    laps.lap("import")
    counts: dict[str, int] = {}
    for name in {"A": NAMES[:1], "B": (), "all": NAMES}[task]:
        counts |= twenty_rules(connection, folder, name)
    laps.lap("A")
    if task != "A":
        counts |= agreement(connection, folder, laps)
    print(json.dumps({"counts": counts, "laps": laps.found}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
