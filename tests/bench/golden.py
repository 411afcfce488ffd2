"""Measures `tekdogru resolve` beside hand-written DuckDB for the same rules, interleaved.

    python tests/bench/golden.py [--size 100k|1M | --rows N] [--rounds 3]

Four systems, eight attributes, a row per customer and attribute written as Parquet. Ends with an
error where the command resolved otherwise than the floor.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import yaml
from bench import HERE, TEKDOGRU, Options, middle_of, prepare, read_options
from data import AS_OF
from definitions import OWNER, TYPES
from golden_floor import NAMES, RULES, TEXTS
from watch import Taken, run

FIELDS = ("customer_id", *RULES, "updated_at")


def main(arguments: list[str]) -> None:
    """Measure and print."""
    options = read_options(arguments)
    prepare(options)
    workspace = write_workspace(options.folder / "golden", options.data)
    floors, ours = [], []
    for number in range(options.rounds):
        print(f"round {number + 1}: golden", file=sys.stderr)
        floors.append(floor(options))
        ours.append(resolve(workspace))
        require_same(floors[-1], workspace)
    print(table(options, middle_of(floors), middle_of(ours)))


def floor(options: Options) -> Taken:
    """The hand-written statement."""
    target = options.folder / "golden-floor.parquet"
    taken = run([str(HERE / "golden_floor.py"), str(options.data), str(target)])
    if taken.status:
        raise SystemExit(f"floor golden ended with status {taken.status}\n{taken.output[-2000:]}")
    return taken


def resolve(workspace: Path) -> Taken:
    """The command, with its limit of 4 GiB."""
    where = ("--workspace", str(workspace), "--as-of", AS_OF)
    target = ("--output", str(workspace / "golden.parquet"))
    taken = run([TEKDOGRU, "resolve", *where, *target, "--format", "json"])
    if taken.status:
        raise SystemExit(f"resolve ended with status {taken.status}\n{taken.output[-2000:]}")
    return taken


def require_same(floor_taken: Taken, workspace: Path) -> None:
    """End the bench where values came from elsewhere, or others disagreed."""
    import duckdb

    target = workspace / "golden.parquet"
    counted = duckdb.execute(
        f"SELECT attribute, source, state, count(*), sum(spoke), sum(disagree) FROM '{target}' "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    ours = [[str(cell) for cell in row] for row in counted]
    if ours != json.loads(floor_taken.output):
        differ = [row for row in ours if row not in json.loads(floor_taken.output)]
        raise SystemExit(f"golden is not the same work: {differ[:5]}")


def write_workspace(folder: Path, data: Path) -> Path:
    """The same rules as a steward would define them."""
    (folder / "catalog").mkdir(parents=True, exist_ok=True)
    (folder / "tekdogru.toml").write_text("", encoding="utf-8")
    document = {
        "sources": [_source(name, data) for name in NAMES],
        "attributes": [_attribute(key) for key in RULES],
    }
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    (folder / "catalog" / "definitions.yml").write_text(text, encoding="utf-8")
    return folder


def _source(name: str, data: Path) -> dict[str, object]:
    dataset = {
        "key": "customers", "path": f"{name}.parquet", "entity": "customer", "id": "customer_id",
        "confirmed_at": "updated_at",
        "fields": [{"key": field, "type": TYPES.get(field, "text")} for field in FIELDS],
    }  # fmt: skip
    location = str(data.resolve())
    return {"key": name, "name": name, "location": location, "owner": OWNER, "datasets": [dataset]}


def _attribute(key: str) -> dict[str, object]:
    stated: dict[str, object] = {
        "key": f"customer.{key}", "name": key, "definition": f"The customer's {key}.",
        "owner": OWNER, "expires_on": "2030-01-01", "type": TYPES.get(key, "text"),
        "survive": RULES[key],
        "claims": [{"field": f"{name}.customers.{key}"} for name in NAMES],
    }  # fmt: skip
    if key in TEXTS:
        stated["cleanse"] = ["trim", "lower"] if key == "email" else ["trim"]
    if key == "email":
        stated["valid_for"] = "365d"
    if key in ("address", "city"):
        stated["group"] = "address"
    return stated


def table(options: Options, floor_taken: Taken, ours: Taken) -> str:
    """Medians, and the ratio."""
    lines = [f"{options.rows:,} customers, 4 systems, 8 attributes; medians", ""]
    lines.append(f"{'':16}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}{'data CPU s':>12}")
    for name, one in (("floor golden", floor_taken), ("resolve", ours)):
        data = one.cpu if name.startswith("floor") else one.below
        lines.append(f"{name:16}{one.wall:9.2f}{one.cpu:9.2f}{one.peak_mb:9.0f}{data:12.2f}")
    cpu, data = ours.cpu / floor_taken.cpu, ours.below / floor_taken.cpu
    lines.append(f"\nratio to the floor: CPU {cpu:.2f}, of the engine's process {data:.2f}")
    return "\n".join(lines)


if __name__ == "__main__":
    main(sys.argv[1:])
