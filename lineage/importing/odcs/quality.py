"""What a contract demands of values, as attributes of ours can hold it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.model.sources import FieldType

_RULES = {
    "nullCheck": "nullValues",
    "duplicateCount": "duplicateValues",
    "uniqueCheck": "duplicateValues",
}
_RULES |= {"validValues": "invalidValues", "notNull": "nullValues", "unique": "duplicateValues"}
_NUMBERS: tuple[FieldType, ...] = ("integer", "decimal", "money")


@dataclass
class Demands:
    """What is demanded of one column; `notes` hold what can only be told."""

    required: float | None = None
    unique: bool = False
    values: dict[str, str] = field(default_factory=dict)
    rules: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def demands_of(column: Mapping[str, Any], type_: FieldType) -> Demands:
    """What `required`, `unique`, the options of its type and its quality checks demand."""
    demands = Demands()
    if column.get("required") is True:
        demands.required = 1.0
    demands.unique = column.get("unique") is True
    options = column.get("logicalTypeOptions")
    if isinstance(options, Mapping):
        _options(demands, options, type_)
    for check in _listed(column.get("quality")):
        _check(demands, check, type_)
    return demands


def checks_told(checks: Any) -> Iterator[str]:
    """Quality checks of a whole table in words: the catalog holds rules of columns only."""
    for check in _listed(checks):
        yield _told(check)


def _listed(checks: Any) -> list[Mapping[str, Any]]:
    found = checks if isinstance(checks, list) else []
    return [check for check in found if isinstance(check, Mapping)]


def _options(demands: Demands, options: Mapping[str, Any], type_: FieldType) -> None:
    left = dict(options)
    lengths = {ours: left.pop(name) for name, ours in _LENGTHS.items() if _number(left.get(name))}
    if lengths:
        demands.rules.append(_rule("expect_column_value_lengths_to_be_between", **lengths))
    if isinstance(left.get("pattern"), str):
        demands.rules.append(
            _rule("expect_column_values_to_match_regex", regex=left.pop("pattern"))
        )
    if type_ in _NUMBERS and (bounds := dict(_bounds(left))):
        demands.rules.append(_rule("expect_column_values_to_be_between", **bounds))
    for name, value in left.items():
        if not isinstance(value, Mapping | list):
            demands.notes.append(f"{name}: {value}")


_LENGTHS = {"minLength": "min_value", "maxLength": "max_value"}
_ENDS = {
    "minimum": ("min_value", None),
    "exclusiveMinimum": ("min_value", "strict_min"),
    "maximum": ("max_value", None),
    "exclusiveMaximum": ("max_value", "strict_max"),
}


def _bounds(options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, (ours, strict) in _ENDS.items():
        if _number(options.get(name)):
            yield ours, options.pop(name)
            if strict:
                yield strict, True


def _check(demands: Demands, check: Mapping[str, Any], type_: FieldType) -> None:
    rule = str(check.get("rule") or "")
    metric = check.get("metric") or _RULES.get(rule, rule)
    share = _least_share(check)
    if check.get("type") == "custom" and (expected := _expectation(check)):
        demands.rules.append(expected)
    elif check.get("type", "library") != "library" or share is None:
        demands.notes.append(_told(check))
    elif metric in ("nullValues", "missingValues") and not check.get("arguments"):
        demands.required = max(share, demands.required or 0) or None
    elif metric == "duplicateValues" and share == 1:
        demands.unique = True
    elif metric == "invalidValues":
        _valid(demands, check, share, type_)
    else:
        demands.notes.append(_told(check))


def _expectation(check: Mapping[str, Any]) -> dict[str, Any] | None:
    """An expectation of Great Expectations about one column, as a rule."""
    stated = check.get("implementation")
    named = str(check.get("engine") or "").lower().replace("-", "").replace("_", "")
    if named != "greatexpectations" or not isinstance(stated, Mapping):
        return None
    kind = str(stated.get("type") or stated.get("expectation_type") or "")
    arguments = stated.get("kwargs")
    if not kind.startswith("expect_column_") or not isinstance(arguments, Mapping):
        return None
    plain = {name: value for name, value in arguments.items() if name != "column"}
    mostly = {"at_least": plain.pop("mostly")} if "mostly" in plain else {}
    return _rule(kind, **plain, **mostly)


def _valid(demands: Demands, check: Mapping[str, Any], share: float, type_: FieldType) -> None:
    arguments = check.get("arguments")
    arguments = arguments if isinstance(arguments, Mapping) else {}
    allowed = arguments.get("validValues") or check.get("validValues")
    listed = allowed if isinstance(allowed, list) else []
    found = [one for one in listed if one not in (None, "")]
    pattern = arguments.get("pattern")
    mostly = {} if share == 1 else {"at_least": share}
    if found and not any(isinstance(one, list | Mapping) for one in found):
        plain = [_plain(one) for one in found]
        if share == 1:
            demands.values |= {str(one): str(one) for one in plain}
        else:
            values = plain if type_ in _NUMBERS else [str(one) for one in plain]
            rule = _rule("expect_column_values_to_be_in_set", value_set=values, **mostly)
            demands.rules.append(rule)
    elif isinstance(pattern, str):
        demands.rules.append(_rule("expect_column_values_to_match_regex", regex=pattern, **mostly))
    else:
        demands.notes.append(_told(check))


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _rule(expect: str, **arguments: Any) -> dict[str, Any]:
    return {"expect": expect, **arguments, "on": "sources"}


def _least_share(check: Mapping[str, Any]) -> float | None:
    """The share that must be right; None where it cannot be told (a count, a range)."""
    percent = check.get("unit") == "percent"
    for name in ("mustBe", "mustBeLessOrEqualTo", "mustBeLessThan"):
        most = check.get(name)
        if isinstance(most, int | float) and not isinstance(most, bool):
            if most == 0 and name != "mustBeLessThan":
                return 1.0
            return round(1 - most / 100, 6) if percent and 0 < most <= 100 else None
    return None if any(name.startswith("must") for name in check) else 1.0


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _told(check: Mapping[str, Any]) -> str:
    """A check in one line: what it looks at, what it must be, what its author says of it."""
    kind = check.get("metric") or check.get("rule") or check.get("type") or "text"
    must = ", ".join(f"{name} {check[name]}" for name in check if str(name).startswith("must"))
    unit = f" {check['unit']}" if must and check.get("unit") else ""
    engine = f"for {check['engine']}" if check.get("engine") else ""
    query = " ".join(str(check.get("query") or "").split())
    parts = (f"{must}{unit}", engine, query, " ".join(str(check.get("description") or "").split()))
    return f"Quality there: {kind}" + "".join(f"; {part}" for part in parts if part)
