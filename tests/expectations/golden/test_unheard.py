"""What `validate` says of claims is true of golden records: without such a claim they are the same."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from examples import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from resolving import resolved
from workspaces import TODAY, write_workspace

from catalog.validation.claims import Scene, stated_claims
from catalog.validation.linting import claims_unheard
from catalog.validation.opening import open_valid

FIELDS = {
    "id": "code",
    "kind": "code",
    "name": "text",
    "nick": "text",
    "n": "integer",
    "at": "date",
}
WHEN = [
    "kind = 'C'", "kind IN ('C', 'P')", "kind = 'C' AND kind = 'P'", "n > 2", "n > 3", "n BETWEEN 3 AND 2",
    "n > 2 AND kind = 'C'", "kind <> 'X'", "kind = 'X'", "confirmed_at > :as_of - interval 30 day",
    "confirmed_at > :as_of - interval 90 day", "n IS NULL", "NOT (n > 2)", "length(name) > 3",
]  # fmt: skip
WHERE = ["kind = 'C'", "kind = 'P'", "kind IN ('C', 'P')", "kind = 'C' AND kind = 'P'"]
VALID = ["value <> 'Ali'", "value IN ('Ali', 'Can')", "value IS NULL", "value <> 'x'"]
CHAINS = [
    "priority", "most_recent", "oldest", "longest", ["majority", "longest"], "all", "min",
    ["most_trusted", "longest"], "most_complete",
]  # fmt: skip
KEPT = (
    "value",
    "state",
    "source",
    "dataset",
    "record_id",
    "confirmed_at",
    "valid_until",
    "spoke",
    "disagree",
)


def _source(key: str) -> dict[str, Any]:
    dataset: dict[str, Any] = {
        "key": "people", "path": f"{key}.csv", "entity": "customer", "id": "id",
        "population": "kind <> 'X' OR kind IS NULL",
        "fields": [{"key": name, "type": type_} for name, type_ in FIELDS.items()],
    }  # fmt: skip
    if key == "core":
        dataset["confirmed_at"] = {"field": "at", "means": "confirmed"}
    return {
        "key": key,
        "name": key,
        "location": "data",
        "owner": "o@b.example",
        "datasets": [dataset],
    }


def _attribute(key: str, claims: list[Any], **more: Any) -> dict[str, Any]:
    return {
        "key": f"customer.{key}", "name": key, "definition": "Said.", "owner": "o@b.example",
        "expires_on": "2099-01-01", "cleanse": ["trim"], "claims": claims, **more,
    }  # fmt: skip


def _claim(chance: random.Random, *, trusted: bool) -> dict[str, Any]:
    field = chance.choice(
        ["core.people.name", "core.people.name", "core.people.nick", "crm.people.name"]
    )
    claim: dict[str, Any] = {"field": field}
    for key, listed, often in (
        ("when", WHEN, 0.7),
        ("where", WHERE, 0.3),
        ("valid_if", VALID, 0.2),
    ):
        if chance.random() < often:
            claim[key] = chance.choice(listed)
    for key in ("only_if_empty", "protect"):
        if chance.random() < 0.1:
            claim[key] = True
    if chance.random() < 0.2:
        claim["until"] = (TODAY + timedelta(chance.choice([-1, 30]))).isoformat()
    if chance.random() < 0.15:
        claim["deleted"] = "n = 4"
    if trusted:
        claim["trust"] = chance.choice([50, 50, 60])
    return claim


def _random_attributes(chance: random.Random) -> list[dict[str, Any]]:
    made = []
    for number in range(14):
        chain = chance.choice(CHAINS)
        trusted = "most_trusted" in chain
        claims = [_claim(chance, trusted=trusted) for _ in range(chance.randint(2, 5))]
        more = {"survive": chain}
        if chance.random() < 0.3:
            more |= {"valid_for": "60d"}
        if chance.random() < 0.3:
            more |= {"apply_to": "company"}
        made.append(_attribute(f"a{number}", claims, **more))
    return made


def _rows(chance: random.Random) -> list[dict[str, str]]:
    values = {
        "kind": ["", "C", "P", "X"], "name": ["", "Ali", "Can", "Veli", "Deniz"],
        "nick": ["", "Al", "Can"], "n": ["", "1", "2", "3", "4"],
        "at": ["", *((TODAY - timedelta(age)).isoformat() for age in (0, 20, 50, 80, 200))],
    }  # fmt: skip
    return [
        {"id": str(n), **{name: chance.choice(some) for name, some in values.items()}}
        for n in range(150)
    ]


def _told(folder: Path, attributes: list[dict[str, Any]]) -> Mapping[str, list[int]]:
    """The claims of which `validate` says that they change nothing, by attribute."""
    _write(folder, attributes, {})
    _, catalog = open_valid(folder)
    found = {}
    for one in attributes:
        stated = list(stated_claims(Scene(catalog), catalog.attributes[one["key"]]))
        parts = {int(part[1]) for part, _ in claims_unheard(stated, TODAY)}
        if parts and len(parts) < len(one["claims"]):
            found[one["key"]] = sorted(parts)
    return found


def _write(folder: Path, attributes: list[dict[str, Any]], rows: Mapping[str, Any]) -> None:
    kind = _attribute("kind", [{"field": "core.people.kind"}, {"field": "crm.people.kind"}])
    document = {
        "entities": [
            {"key": "customer", "name": "Customer", "subtypes": {"company": "kind = 'C'"}}
        ],
        "sources": [_source("core"), _source("crm")],
        "attributes": [kind, *attributes],
    }
    write_workspace(folder, yaml.safe_dump(document, sort_keys=False), rows)


def _valid(attributes: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """Those in which no claim is refused as an error."""
    from catalog.validation.opening import examine
    from catalog.workspace import open_workspace

    _write(folder, attributes, {})
    problems = examine(open_workspace(folder))[1]
    refused = {problem.urn for problem in problems if problem.level == "error"}
    return [one for one in attributes if f"attribute:{one['key']}" not in refused]


@pytest.mark.long
@settings(
    max_examples=examples(3, 20),
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(st.integers(0, 2**32).map(random.Random))
def test_without_a_claim_that_is_never_heard_every_golden_record_is_the_same(
    chance: random.Random,
) -> None:
    with TemporaryDirectory() as made:
        folder = Path(made)
        attributes = _valid(_random_attributes(chance), folder)
        told = _told(folder, attributes)
        twins = [
            {
                **one,
                "key": f"{one['key']}_without",
                "claims": [c for n, c in enumerate(one["claims"]) if n not in told[one["key"]]],
            }
            for one in attributes
            if one["key"] in told
        ]
        rows = {f"data/{source}.csv": _rows(chance) for source in ("core", "crm")}
        _write(folder, _valid([*attributes, *twins], folder), rows)
        found = resolved(folder)
    compared = 0
    for (entity, key), line in found.items():
        twin = found.get((entity, f"{key}_without"))
        if twin:
            compared += 1
            assert {name: line[name] for name in KEPT} == {name: twin[name] for name in KEPT}, (
                entity, next(one for one in attributes if one["key"] == key), told[key],
            )  # fmt: skip
    assert compared or not told
