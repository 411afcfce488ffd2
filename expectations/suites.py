"""The plan as Great Expectations suites: plain JSON that stock GX loads, with ids that stay."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from expectations.arguments import jsonable
from expectations.plan import (
    Check,
    Column,
    ExpiryFigure,
    GoldenColumn,
    NativeFigure,
    Plan,
    RequiredFigure,
    TypeFigure,
    UniqueFigure,
    ValuesFigure,
    thaw,
)

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:tekdogru")
EMAIL_REGEX = r"^[^@\s]+@[^@\s]+\.[^@\s]+\Z"
NOT_NULL = "expect_column_values_to_not_be_null"


@dataclass(frozen=True)
class Suite:
    """One suite and the cleansed view it speaks of, if it speaks of one."""

    name: str
    view: str | None
    document: Mapping[str, Any]


def build_suites(plan: Plan) -> list[Suite]:
    """One suite per cleansed view, and one for what is judged without rows."""
    names = view_columns(plan)
    grouped: dict[str, list[Check]] = {}
    for check in plan.checks:
        grouped.setdefault(_suite_of(check), []).append(check)
    return [_suite(name, checks, names) for name, checks in grouped.items()]


def view_columns(plan: Plan) -> Mapping[Column, str]:
    """The name of each column in its dataset's cleansed view: its field's, if that is enough."""
    columns = dict.fromkeys(c.column for golden in plan.golden for c in golden.candidates)
    paths = [column.path for column in columns]
    return {
        column: column.field
        if paths.count(column.path) == 1
        else f"{column.field}__{column.attribute.partition('.')[2]}"
        for column in columns
    }


def compared_name(column: Column, names: Mapping[Column, str]) -> str:
    """The view's column that holds a value as it is compared."""
    return f"{names[column]}__compared" if column.compare else names[column]


def _suite_of(check: Check) -> str:
    figure = check.figure
    on = getattr(figure, "column", None) or getattr(figure, "on", None)
    if isinstance(on, Column):
        return f"dataset.{on.dataset}"
    golden = on if isinstance(on, GoldenColumn) else getattr(figure, "golden", None)
    if isinstance(golden, GoldenColumn):
        return f"golden.{golden.entity}"
    dataset = getattr(figure, "dataset", None)
    return f"dataset.{dataset}" if dataset else "catalog"


def _suite(name: str, checks: Iterable[Check], names: Mapping[Column, str]) -> Suite:
    document = {
        "name": name,
        "id": str(uuid.uuid5(NAMESPACE, name)),
        "expectations": [_expectation(check, names) for check in checks],
        "meta": {"tekdogru": {"view": None if name == "catalog" else f"{name}.parquet"}},
    }
    return Suite(name, None if name == "catalog" else name, document)


def _expectation(check: Check, names: Mapping[Column, str]) -> dict[str, Any]:
    return {
        "type": check.expectation,
        "kwargs": jsonable(_arguments(check, names)),
        "id": str(uuid.uuid5(NAMESPACE, check.key)),
        "severity": check.severity,
        "description": check.title,
        "meta": {"check": check.key, "urn": check.urn, "owner": check.owner},
    }


def _arguments(check: Check, names: Mapping[Column, str]) -> dict[str, Any]:
    figure = check.figure
    if isinstance(figure, NativeFigure):
        on = figure.on
        column = names[on] if isinstance(on, Column) else on.name
        return {"column": column, **thaw(figure.arguments)}
    if isinstance(figure, ValuesFigure):
        return {"column": names[figure.column], "value_set": list(figure.column.values or ())}
    if isinstance(figure, UniqueFigure):
        return {"column": compared_name(figure.column, names)}
    if isinstance(figure, TypeFigure) and figure.column.type == "email":
        return {"column": names[figure.column], "regex": EMAIL_REGEX}
    if isinstance(figure, RequiredFigure) and check.expectation == NOT_NULL:
        return {"column": figure.golden.name, "mostly": check.target.target}
    return {"check": check.key, "at_least": check.target.target}


def is_dated(check: Check) -> bool:
    """Whether a check is about time alone, and needs no data."""
    return isinstance(check.figure, ExpiryFigure)
