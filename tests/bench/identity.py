"""Measures `tekdogru match` beside plain Splink on the same people and model, interleaved.

    python tests/bench/identity.py [--rows 50000] [--rounds 3] [--folder build/bench/identity]

Prints the medians of CPU seconds, their ratio and the peak of memory. Ends with an error where the
two do not find nearly the same number of people.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path

import duckdb
from watch import Taken, run

HERE = Path(__file__).parent
TEKDOGRU = str(Path(sys.executable).with_name("tekdogru"))
NEARLY = 0.03
COMPARISONS = {
    "given": {"as": "name"},
    "surname": {"as": "name"},
    "born": {"as": "date"},
    "phone": {"as": "phone", "frequency": True},
    "street": {"as": "address"},
}
TYPES = {"given": "text", "surname": "text", "born": "date", "phone": "text", "street": "address"}
DEFINITIONS = """
entities:
  - key: customer
    name: Customer
    match:
      blocking: [customer.phone, [customer.surname, customer.born],
                 [customer.given, customer.born], [customer.given, customer.surname]]
      comparisons:
"""


def generate(rows: int, folder: Path) -> None:
    """People in two files, two fifths of them in both, with slips of the pen; always the same."""
    folder.mkdir(parents=True, exist_ok=True)
    syllables = "['ka','le','mi','na','ra','se','ta','yu','zo','du','be','gi']"

    def name(salt: str, many: int) -> str:
        parts = [
            f"{syllables}[1 + CAST(hash(CAST(i AS VARCHAR) || '{salt}') % {many} // "
            f"{12**n} % 12 AS INTEGER)]"
            for n in range(3)
        ]
        return " || ".join(parts)

    def number(salt: str, many: int) -> str:
        return f"CAST(hash(CAST(i AS VARCHAR) || '{salt}') % {many} AS INTEGER)"

    slip = f"CASE WHEN {number('slip', 10)} = 0 THEN surname || 'x' ELSE surname END"
    people = (
        f"SELECT i, {name('g', 700)} AS given, {name('s', 1700)} AS surname, "
        f"CAST(DATE '1940-01-01' + {number('b', 24000)} AS VARCHAR) AS born, "
        f"'0532 ' || (1000000 + i) AS phone, {name('a', 1500)} || ' Sokak No: ' || "
        f"{number('h', 200)} || ' D: ' || {number('d', 30)} AS street FROM range({rows}) t(i)"
    )
    with duckdb.connect() as connection:
        for file, where, surname in (("core", "i % 5 < 4", "surname"), ("web", "i % 5 > 1", slip)):
            select = f"SELECT i AS no, given, {surname} AS surname, born, phone, street"
            target = folder / f"{file}.csv"
            connection.execute(
                f"COPY ({select} FROM ({people}) WHERE {where}) TO '{target}' (HEADER)"
            )


def write_definitions(folder: Path) -> None:
    """The workspace of the same work."""
    lines = [
        f"        - {{attribute: customer.{n}, {_plain(how)}}}" for n, how in COMPARISONS.items()
    ]
    fields = ", ".join(f"{{key: {n}, type: {t}}}" for n, t in {"no": "code", **TYPES}.items())
    owner = "owner: o@b.example"
    sources = [
        f"  - {{key: {key}, name: {key}, {owner}, location: ., datasets: [{{key: people, "
        f"path: {key}.csv, entity: customer, record: no, fields: [{fields}]}}]}}"
        for key in ("core", "web")
    ]
    attributes = [
        f"  - {{key: customer.{n}, name: {n}, definition: x, {owner}, expires_on: 2099-01-01, "
        f"type: {t}, cleanse: [trim{', digits' if n == 'phone' else ''}], "
        f"claims: [{{field: core.people.{n}}}, {{field: web.people.{n}}}]}}"
        for n, t in TYPES.items()
    ]
    text = DEFINITIONS + "\n".join([*lines, "sources:", *sources, "attributes:", *attributes])
    (folder / "catalog").mkdir(exist_ok=True)
    (folder / "catalog" / "definitions.yml").write_text(text + "\n", encoding="utf-8")
    (folder / "tekdogru.toml").write_text("", encoding="utf-8")


def _plain(how: dict[str, object]) -> str:
    return ", ".join(f"{key}: {str(value).lower()}" for key, value in how.items())


def main(arguments: list[str]) -> None:
    """Make the data, measure in turn, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000, help="people")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("build/bench/identity"))
    options = parser.parse_args(arguments)
    folder = options.folder.resolve()
    generate(options.rows, folder)
    write_definitions(folder)
    floors, matches = [], []
    for _ in range(options.rounds):
        floors.append(run([str(HERE / "identity_floor.py"), str(folder)]))
        matches.append(
            run([TEKDOGRU, "match", "customer", "-w", str(folder), "--dry-run", "--format", "json"])
        )
    require_same_work(floors[-1], matches[-1])
    floor, match = (statistics.median(one.cpu for one in taken) for taken in (floors, matches))
    print(f"{options.rows:,} people, medians of {options.rounds} round(s), CPU seconds")
    print(f"plain Splink    {floor:6.1f}   peak {floors[-1].peak_mb:,.0f} MB")
    print(f"tekdogru match  {match:6.1f}   peak {matches[-1].peak_mb:,.0f} MB")
    print(f"ratio           {match / floor:6.2f}")


def require_same_work(floor: Taken, match: Taken) -> None:
    """End with an error unless both found nearly the same number of people."""
    one, other = int(floor.output), int(json.loads(match.output)["matched"][0]["entities"])
    if abs(one - other) > NEARLY * one:
        sys.exit(f"not the same work: plain Splink found {one:,} people, match {other:,}")


if __name__ == "__main__":
    main(sys.argv[1:])
