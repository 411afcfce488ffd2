"""What attributes demand of a field, as the standard states it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from catalog.model import Attribute, Rule
from catalog.model.sources import FieldType

_NUMBERS: tuple[FieldType, ...] = ("integer", "decimal", "money")
ENGINE = "great-expectations"


def demanded(attributes: Sequence[Attribute], type_: FieldType) -> dict[str, Any]:
    """`required`, `unique` and `quality` of a field by the attributes that claim it."""
    found: dict[str, Any] = {}
    checks: list[dict[str, Any]] = []
    for attribute in attributes:
        target = attribute.required.target if attribute.required else 0
        if target == 1:
            found["required"] = True
        elif target:
            checks.append(_missing(attribute, target))
        if attribute.unique:
            found["unique"] = True
        checks += _checks(attribute, type_)
    return {**found, "quality": checks}


def _checks(attribute: Attribute, type_: FieldType) -> Iterator[dict[str, Any]]:
    severity = {"severity": {"critical": "error"}.get(attribute.severity, attribute.severity)}
    if attribute.values:
        values: list[Any] = list(attribute.values)
        if type_ in _NUMBERS:
            values = [_number(one) for one in values]
        yield {
            "name": f"{attribute.urn}/values",
            "type": "library",
            "metric": "invalidValues",
            "arguments": {"validValues": values},
            "mustBe": 0,
            "dimension": "conformity",
            **severity,
        }
    for rule in attribute.rules:
        yield {"name": f"{attribute.urn}/rule:{rule.name}", **_rule(rule), **severity}


def _rule(rule: Rule) -> dict[str, Any]:
    said = {"description": rule.message} if rule.message else {}
    if rule.expect and rule.on == "sources":
        implementation = {"type": rule.expect, "kwargs": rule.arguments}
        return {"type": "custom", "engine": ENGINE, "implementation": implementation, **said}
    told = rule.sql or f"{rule.expect} {rule.arguments}"
    share = f", for at least {rule.at_least:.2%}" if rule.at_least < 1 else ""
    on = "of the golden record" if rule.on == "golden" else "of each value"
    return {"type": "text", "description": rule.message or f"{told} {on}{share}"}


def _missing(attribute: Attribute, target: float) -> dict[str, Any]:
    return {
        "name": f"{attribute.urn}/required",
        "type": "library",
        "metric": "nullValues",
        "mustBeLessOrEqualTo": round((1 - target) * 100, 6),
        "unit": "percent",
        "dimension": "completeness",
    }


def _number(value: str) -> Any:
    try:
        return int(value)
    except ValueError:
        return value
