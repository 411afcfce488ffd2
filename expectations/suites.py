"""The plan as Great Expectations suites: plain JSON that stock GX loads, with ids that stay.

A cleansed view has up to two suites: the native expectations on it (`dataset.crm.customers`,
`golden.customer`), which run on stock GX over its Parquet file, and our own
(`dataset.crm.customers.tekdogru`), which need figures that only our engine counts. With
`import expectations.custom` each of these shows an exception on stock GX and never a pass. Without
it stock GX drops types it does not know with no more than a line in its log, and would call the
emptied suite a success: so, written to a file, it also holds a native expectation that cannot pass.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from expectations.arguments import FAMILIES, jsonable
from expectations.native import SUPPORTED
from expectations.plan import (
    Check,
    Column,
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
OWN = "tekdogru"
GUARD = "only Tekdoğru counts these: import expectations.custom to see each fail"


@dataclass(frozen=True)
class Suite:
    """One suite and the cleansed view it speaks of, if it speaks of one."""

    name: str
    view: str | None
    document: Mapping[str, Any]

    @property
    def exported(self) -> Mapping[str, Any]:
        """The document for stock GX: one of our own expectations cannot vanish into a success."""
        if not self.name.endswith(f".{OWN}"):
            return self.document
        guard = {
            "type": NOT_NULL,
            "kwargs": {"column": GUARD},
            "id": str(uuid.uuid5(NAMESPACE, f"{self.name} guard")),
            "severity": "critical",
            "description": GUARD,
            "meta": {"guard": True},
        }
        return {**self.document, "expectations": [*self.document["expectations"], guard]}


def build_suites(plan: Plan) -> list[Suite]:
    """Per cleansed view a suite of native expectations and one of our own, where it has any.

    What is judged without rows is in `catalog.tekdogru`.
    """
    names = view_columns(plan)
    grouped: dict[tuple[str | None, bool], list[Check]] = {}
    for check in plan.checks:
        native = check.expectation in SUPPORTED
        grouped.setdefault((_view_of(check), native), []).append(check)
    return [_suite(view, native, checks, names) for (view, native), checks in grouped.items()]


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


def typed_name(column: Column, names: Mapping[Column, str]) -> str:
    """The view's column that holds values of the attribute's type rather than texts."""
    return f"{names[column]}__typed" if column.type in FAMILIES else names[column]


def _view_of(check: Check) -> str | None:
    figure = check.figure
    on = getattr(figure, "column", None) or getattr(figure, "on", None)
    if isinstance(on, Column):
        return f"dataset.{on.dataset}"
    golden = on if isinstance(on, GoldenColumn) else getattr(figure, "golden", None)
    if isinstance(golden, GoldenColumn):
        return f"golden.{golden.entity}"
    dataset = getattr(figure, "dataset", None)
    return f"dataset.{dataset}" if dataset else None


def _suite(
    view: str | None, native: bool, checks: Iterable[Check], names: Mapping[Column, str]
) -> Suite:
    name = (view or "catalog") if native else f"{view or 'catalog'}.{OWN}"
    document = {
        "name": name,
        "id": str(uuid.uuid5(NAMESPACE, name)),
        "expectations": [_expectation(check, names) for check in checks],
        "meta": {"tekdogru": {"view": view and f"{view}.parquet"}},
    }
    return Suite(name, view, document)


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
        column = typed_name(on, names) if isinstance(on, Column) else on.name
        named = {"column": column} if SUPPORTED[figure.expect].columns else {}
        return {**named, **thaw(figure.arguments)}
    if isinstance(figure, ValuesFigure):
        return {"column": names[figure.column], "value_set": list(figure.column.values or ())}
    if isinstance(figure, UniqueFigure) and figure.subtype is None:
        return {"column": compared_name(figure.column, names)}
    if isinstance(figure, TypeFigure) and figure.column.type == "email":
        return {"column": names[figure.column], "regex": EMAIL_REGEX}
    if isinstance(figure, RequiredFigure) and check.expectation == NOT_NULL:
        return {"column": figure.golden.name, "mostly": check.target.target}
    return {"check": check.key, "at_least": check.target.target}
