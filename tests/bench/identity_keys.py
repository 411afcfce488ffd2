"""Measures `tekdogru match` by exact keys on the bench's four systems, all their records.

    python tests/bench/identity_keys.py [--size 100k|1M | --rows N] [--rounds 3]

Every record of a system is one of its own; the national id brings those of one customer together.
The first round finds the map, the later ones find it again: ids live on. Prints the medians, and
ends with an error where records of two customers were brought together.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import yaml
from bench import TEKDOGRU, middle_of, prepare, read_options
from definitions import OWNER, TYPES
from golden_floor import NAMES
from watch import Taken, run

FIELDS = ("customer_id", "national_id", "full_name", "birth_date", "phone", "updated_at")
KEYS = ("national_id", "full_name", "birth_date", "phone")


def main(arguments: list[str]) -> None:
    """Measure and print."""
    options = read_options(arguments)
    prepare(options)
    workspace = write_workspace(options.folder / "keys", options.data)
    (workspace / ".tekdogru" / "state.db").unlink(missing_ok=True)
    taken = []
    for number in range(options.rounds):
        print(f"round {number + 1}: match", file=sys.stderr)
        taken.append(match(workspace))
    require_right(workspace)
    print(f"{options.rows:,} customers, 4 systems; CPU s, wall s and peak MB of each round\n")
    for one in taken:
        print(f"{one.cpu:9.1f}{one.wall:9.1f}{one.peak_mb:9.0f}")
    print(f"{middle_of(taken).cpu:9.1f}  median CPU s")


def match(workspace: Path) -> Taken:
    """One run, kept and written."""
    target = ("--output", str(workspace / "map.parquet"))
    where = ("--workspace", str(workspace), *target)
    taken = run([TEKDOGRU, "match", "customer", *where, "--format", "json"])
    if taken.status:
        raise SystemExit(f"match ended with status {taken.status}\n{taken.output[-2000:]}")
    said = json.loads(taken.output)["matched"][0]
    print(f"{said['records']:,} records, {said['entities']:,} customers", file=sys.stderr)
    return taken


def require_right(workspace: Path) -> None:
    """End the bench where one entity holds records of two customers."""
    import duckdb

    target = workspace / "map.parquet"
    counted = duckdb.execute(
        "SELECT count(*) FROM (SELECT entity_id FROM read_parquet(?) GROUP BY entity_id "
        "HAVING count(DISTINCT record_id) > 1)", [str(target)]
    ).fetchall()  # fmt: skip
    print(f"{counted[0][0]:,} entities of several customer numbers", file=sys.stderr)
    if counted[0][0]:
        raise SystemExit("match brought records of different customers together")


def write_workspace(folder: Path, data: Path) -> Path:
    """Four datasets whose rows are records; the bench's own number names them."""
    (folder / "catalog").mkdir(parents=True, exist_ok=True)
    (folder / "tekdogru.toml").write_text("", encoding="utf-8")
    document = {
        "entities": [
            {
                "key": "customer",
                "name": "Customer",
                "match": {"keys": [{"attribute": "customer.national_id"}]},
            }
        ],
        "sources": [_source(name, data) for name in NAMES],
        "attributes": [_attribute(key) for key in KEYS],
    }
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    (folder / "catalog" / "definitions.yml").write_text(text, encoding="utf-8")
    return folder


def _source(name: str, data: Path) -> dict[str, object]:
    fields = [{"key": field, "type": TYPES.get(field, "text")} for field in FIELDS]
    dataset = {
        "key": "customers", "path": f"{name}.parquet", "entity": "customer",
        "record": "customer_id", "confirmed_at": "updated_at", "fields": fields,
    }  # fmt: skip
    location = str(data.resolve())
    return {"key": name, "name": name, "location": location, "owner": OWNER, "datasets": [dataset]}


def _attribute(key: str) -> dict[str, object]:
    return {
        "key": f"customer.{key}", "name": key, "definition": f"The customer's {key}.",
        "owner": OWNER, "expires_on": "2030-01-01", "type": TYPES.get(key, "text"),
        "claims": [{"field": f"{name}.customers.{key}"} for name in NAMES],
    }  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
