"""Survivorship by cases that a steward can read: one file per strategy and guard."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from resolving import Line, resolved, write_rows
from workspaces import TODAY, write_workspace

from catalog.corrections import Vote
from catalog.measured_trust import measure_trust
from catalog.model.survival import STRATEGIES, Claim
from catalog.settings import TrustSettings
from expectations.engine.knowing import Known

CASES = {file.stem: file for file in sorted((Path(__file__).parent / "cases").glob("*.yml"))}
PAGE = Path(__file__).parents[3] / "site" / "pages" / "survivorship.md"
TYPES = {"id": "code", "at": "date", "ends": "date", "number": "integer"}
NOT_GUARDS = {"field", "downgrade", "until"}
"""Keys of a claim that another case shows: `downgrade` beside trust, `until` beside `from`."""


def read(name: str) -> dict[str, Any]:
    case: dict[str, Any] = yaml.safe_load(CASES[name].read_text("utf-8"))
    return case


def definitions(name: str, case: Mapping[str, Any]) -> tuple[list[Any], list[Any]]:
    """The datasets and attributes of a case, on an entity and in sources of its own."""
    text = yaml.safe_dump(case["attributes"], allow_unicode=True)
    text = re.sub(r"\bcustomer\.", f"{name}.", text)
    text = re.sub(r"\b(\w+)\.customers\.", rf"{name}_\1.rows.", text)
    attributes = [
        {
            "name": one["key"], "definition": "A case.", "owner": "owner@bank.example",
            "expires_on": date(2030, 1, 1), "cleanse": ["trim"], **one,
        }
        for one in yaml.safe_load(text)
    ]  # fmt: skip
    return [_source(name, key, case) for key in case["rows"]], attributes


def _source(name: str, key: str, case: Mapping[str, Any]) -> dict[str, Any]:
    columns = next(csv.reader(io.StringIO(case["rows"][key])))
    fields: list[dict[str, Any]] = [{"key": c, "type": TYPES.get(c, "text")} for c in columns]
    for field in fields:
        original = case.get("copies", {}).get(f"{key}.customers.{field['key']}")
        if original:
            field["copy_of"] = re.sub(r"(\w+)\.customers\.", rf"{name}_\1.rows.", original)
    dataset = {
        "key": "rows", "path": f"{name}_{key}.csv", "entity": name, "id": "id", "fields": fields,
        "rows": "many" if key in case.get("many", []) else "one",
    }  # fmt: skip
    if "at" in columns:
        means = case.get("means", {}).get(key, "confirmed")
        dataset["confirmed_at"] = {"field": "at", "means": means}
    return {
        "key": f"{name}_{key}", "name": key, "location": "data", "owner": "owner@bank.example",
        "datasets": [dataset],
    }  # fmt: skip


def known(folder: Path) -> Known:
    """What cases say of overrides, incumbents and evidence. Entities of two cases may share an id."""
    overrides, incumbents = [], []
    for name in CASES:
        case = read(name)
        for one in case.get("overrides", []):
            key = {"entity_id": str(one["id"]), "attribute": f"{name}.{one['attribute']}"}
            overrides.append({**key, "value": one["value"], "until": one.get("until")})
        for one in case.get("incumbents", []):
            key = {"entity_id": str(one["id"]), "attribute": f"{name}.{one['attribute']}"}
            dataset = f"{name}_{one['dataset'].replace('.customers', '.rows')}"
            held = {"dataset": dataset, "record_id": str(one["record"]), "value": one["value"]}
            incumbents.append({**key, **held})
    texts = dict.fromkeys(("entity_id", "attribute", "value"), "text")
    more = dict.fromkeys(("dataset", "record_id"), "text")
    return Known(
        overrides=write_rows(folder / "o.parquet", overrides, {**texts, "until": "date"}),
        overridden=frozenset(one["attribute"] for one in overrides),
        incumbents=dict.fromkeys(
            CASES, write_rows(folder / "i.parquet", incumbents, {**texts, **more})
        ),
        trust=tuple(measure_trust(votes(), TODAY, TrustSettings())),
    )


def votes() -> Iterator[Vote]:
    """The facts about sources that cases tell as counts."""
    for name in CASES:
        for one in read(name).get("evidence", []):
            for n in range(one["right"] + one["wrong"]):
                yield Vote(
                    fact=f"{n}", source=f"{name}_{one['source']}",
                    attribute=f"{name}.{one['attribute']}", right=n < one["right"], on=TODAY,
                )  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Line]:
    """The golden records of all cases, resolved at once."""
    folder = tmp_path_factory.mktemp("cases")
    sources, attributes, files = [], [], {}
    for name in CASES:
        case = read(name)
        mine = definitions(name, case)
        sources += mine[0]
        attributes += mine[1]
        files |= {f"data/{name}_{key}.csv": text for key, text in case["rows"].items()}
    document = {"sources": sources, "attributes": attributes}
    write_workspace(folder, yaml.safe_dump(document, allow_unicode=True, sort_keys=False), files)
    return resolved(folder, known=known(folder))


def wanted() -> Iterator[tuple[str, dict[str, Any]]]:
    for name in CASES:
        for golden in read(name)["golden"]:
            yield name, golden


@pytest.mark.parametrize(
    ("name", "golden"),
    [pytest.param(name, one, id=f"{name}-{n}") for n, (name, one) in enumerate(wanted())],
)
def test_a_case_comes_out_as_it_says(
    found: dict[tuple[str, str], Line], name: str, golden: dict[str, Any]
) -> None:
    golden = dict(golden)
    key = f"{name}.{golden.pop('attribute', 'name')}"
    line = found[str(golden.pop("id")), key]
    told = {**line, "valid_until": str(line["valid_until"])}
    told["source"] = str(line["source"]).removeprefix(f"{name}_")
    assert {name: told[name] for name in golden} == golden


def test_the_page_names_every_case_with_what_it_says() -> None:
    page = PAGE.read_text("utf-8")
    listed = re.findall(r"^\| `([a-z_]+)` \|.*?\| (.*?) \|$", page, re.MULTILINE)
    assert dict(listed) == {name: read(name)["says"] for name in CASES}


def test_every_strategy_and_every_guard_has_its_case() -> None:
    guards = {(info.alias or name) for name, info in Claim.model_fields.items()} - NOT_GUARDS
    guards = {"in_force" if name == "from" else name for name in guards} - {"trust"}
    assert set(STRATEGIES) | guards <= set(CASES)
