"""The bench's workspaces: what the floor counts by hand, defined as a steward would define it.

A is twenty rules on core_banking, its values as they are. B is six attributes that four systems
must agree on, cleansed. `all` is both on all four tables: one attribute per fact, its values
cleansed once for its rules and folded once for its agreement.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml
from data import AS_OF, CITIES, SEGMENTS
from floor import ATTRIBUTES, EMAIL, NAMES, NATIONAL_ID, PAIRS, PHONE

Rule = dict[str, object]
TASKS = ("A", "B", "all")
OWNER = "owner@bank.example"
TYPES = {
    "customer_id": "integer",
    "birth_date": "date",
    "balance": "decimal",
    "credit_limit": "decimal",
    "consent": "boolean",
    "updated_at": "timestamp",
}
FIELDS = (
    "customer_id", "national_id", "full_name", "email", "phone", "address", "city", "birth_date",
    "segment", "balance", "credit_limit", "consent", "updated_at",
)  # fmt: skip
NOT_NULL = "expect_column_values_to_not_be_null"
REGEX = "expect_column_values_to_match_regex"
BETWEEN = "expect_column_values_to_be_between"
IN_SET = "expect_column_values_to_be_in_set"
LENGTH = "expect_column_value_lengths_to_be_between"
RULES: dict[str, tuple[str, Rule]] = {
    "r03": ("national_id", {"expect": NOT_NULL}),
    "r04": ("national_id", {"expect": REGEX, "regex": NATIONAL_ID}),
    "r05": ("full_name", {"expect": NOT_NULL}),
    "r06": ("full_name", {"expect": LENGTH, "min_value": 3, "max_value": 80}),
    "r07": ("email", {"expect": NOT_NULL}),
    "r08": ("email", {"expect": REGEX, "regex": EMAIL}),
    "r09": ("phone", {"expect": NOT_NULL}),
    "r10": ("phone", {"expect": REGEX, "regex": PHONE}),
    "r11": ("address", {"expect": NOT_NULL}),
    "r12": ("city", {"expect": IN_SET, "value_set": list(CITIES)}),
    "r13": (
        "birth_date",
        {"expect": BETWEEN, "min_value": "1920-01-01", "max_value": "2008-01-01"},
    ),
    "r14": ("segment", {"expect": IN_SET, "value_set": list(SEGMENTS)}),
    "r15": ("segment", {"expect": NOT_NULL}),
    "r16": ("balance", {"expect": BETWEEN, "min_value": -10000, "max_value": 190000}),
    "r17": ("credit_limit", {"expect": BETWEEN, "min_value": 0, "max_value": 100000}),
    "r18": ("balance", {"expect": NOT_NULL}),
    "r19": ("consent", {"expect": NOT_NULL}),
}
"""Seventeen of the twenty; r01 and r02 are the dataset's own checks of its id, r20 its freshness."""


def write_workspace(task: str, folder: Path, data: Path) -> Path:
    """Make the workspace of a task over the generated files; returns its folder."""
    (folder / "catalog").mkdir(parents=True, exist_ok=True)
    (folder / "tekdogru.toml").write_text("", encoding="utf-8")
    systems = NAMES[:1] if task == "A" else NAMES
    document = {
        "sources": [_source(name, task, data) for name in systems],
        "attributes": list(_attributes(task, systems)),
    }
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    (folder / "catalog" / "definitions.yml").write_text(text, encoding="utf-8")
    return folder


def _source(name: str, task: str, data: Path) -> dict[str, object]:
    dataset: dict[str, object] = {
        "key": "customers",
        "path": f"{name}.parquet",
        "entity": "customer",
        "id": "customer_id",
        "confirmed_at": "updated_at",
        "fields": [{"key": field, "type": TYPES.get(field, "text")} for field in _fields(task)],
    }
    if task != "B":
        dataset["refresh"] = "31d"
    if task != "A":
        dataset["known_to"] = {f"{other}.customers": 0.9 for other in NAMES if other != name}
    return {
        "key": name,
        "name": name,
        "location": str(data.resolve()),
        "owner": OWNER,
        "datasets": [dataset],
    }


def _fields(task: str) -> tuple[str, ...]:
    needed = ("customer_id", *ATTRIBUTES, "updated_at")
    return needed if task == "B" else FIELDS


def _attributes(task: str, systems: tuple[str, ...]) -> Iterator[dict[str, object]]:
    for field in _fields(task):
        if field in ("customer_id", "updated_at"):
            continue
        kind = TYPES.get(field, "text")
        attribute: dict[str, object] = {
            "key": f"customer.{field}",
            "name": field,
            "definition": f"The customer's {field}, as the bench compares it.",
            "owner": OWNER,
            "expires_on": "2030-01-01",
            "type": kind,
            "claims": [{"field": f"{system}.customers.{field}"} for system in systems],
        }
        if kind == "text" and task == "B":
            attribute["cleanse"] = ["trim", "lower"]
        if kind == "text" and task == "all":
            attribute |= {"cleanse": ["trim"], "compare": ["lower"]}
        if field in ATTRIBUTES and task != "A":
            attribute["agree"] = 0.9
        if task != "B":
            rules = [(key, rule) for key, (on, rule) in RULES.items() if on == field]
            attribute["rules"] = [{"key": key, "on": "sources", **rule} for key, rule in rules]
        yield attribute


def counterparts(task: str) -> Iterator[tuple[str, str]]:
    """The check that counts the same as each of the floor's counts of bad rows, by its key."""
    for name in () if task == "B" else NAMES[:1] if task == "A" else NAMES:
        dataset = f"dataset:{name}.customers"
        yield f"{name}/r01", f"{dataset}/id_present"
        yield f"{name}/r02", f"{dataset}/id"
        yield f"{name}/r20", f"{dataset}/fresh"
        for rule, (field, _) in RULES.items():
            where = f"{name}.customers.{field}"
            yield f"{name}/{rule}", f"attribute:customer.{field}/rule:{rule}:{where}"
    for a, b in () if task == "A" else PAIRS:
        yield f"lacks/{a}/{b}", f"dataset:{a}.customers/known_to:{b}.customers"
        yield f"lacks/{b}/{a}", f"dataset:{b}.customers/known_to:{a}.customers"
        for field in ATTRIBUTES:
            check = f"agree:{a}.customers.{field}~{b}.customers.{field}"
            yield f"differ/{a}/{b}/{field}", f"attribute:customer.{field}/{check}"


AS_OF_OPTION = ("--as-of", AS_OF)
