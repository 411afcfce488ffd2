"""What `tekdogru import excel --format json` prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

IMPORT_EXCEL_VERSION = "1.0"


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReferenceCounts(_Document):
    """How many references of formulas lead to cells, lead nowhere, or are known when computed."""

    resolved: int
    unresolved: int
    dynamic: int


class SheetImported(_Document):
    """One sheet; `roles` counts every cell that holds something once.

    `numbers` are cells that hold a number, `reported` those that became cells of the report,
    `unsure` those of them that a steward must look at. `inputs` are the ranges of raw data.
    """

    sheet: str
    hidden: bool
    cells: int
    numbers: int
    formulas: int
    references: ReferenceCounts
    errors: int
    reported: int
    unsure: int
    roles: Mapping[str, int]
    inputs: tuple[str, ...]
    notes: tuple[str, ...] = ()


class NumberImported(_Document):
    """One reported number; `value` is what the workbook keeps, `shown` what a reader sees of it.

    `row` and `column` are its headings. A number that shows an error has neither value nor shown.
    """

    key: str
    at: str
    label: str
    row: str
    column: str
    value: float | None
    shown: float | None
    unit: str | Mapping[str, str | int] | None
    period: str | None
    format: str
    formula: str | None
    unsure: tuple[str, ...] = ()


class WorkbookImported(_Document):
    """One workbook: the issue of the report for one period."""

    file: str
    period: str | None
    saved: str | None
    sheets: tuple[SheetImported, ...]
    numbers: tuple[NumberImported, ...]
    findings: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


class CellChanged(_Document):
    """What happened to a cell of the report since it was imported last."""

    how: Literal["new", "moved", "renamed", "vanished", "removed", "updated", "conflicting", "kept"]
    urn: str
    key: str | None = None
    was: str | None = None
    now: str | None = None


class ImportExcelDocument(_Document):
    """An import of the workbooks of one report, the oldest period first.

    `written` are the files that were written, or would be on a dry run; `unlike` says in what the
    workbooks of other periods differ from the newest, whose cells were drafted.
    """

    schema_version: str = IMPORT_EXCEL_VERSION
    report: str
    dry_run: bool
    workbooks: tuple[WorkbookImported, ...]
    changes: tuple[CellChanged, ...]
    unlike: tuple[str, ...] = ()
    written: tuple[str, ...]
    warnings: tuple[str, ...] = ()
