"""What `lineage --format json` prints: definitions, and the cells of a workbook beneath a cell."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

LINEAGE_VERSION = "1.0"


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LineageNode(_Document):
    """A definition by its URN, or cells of a workbook by file, sheet and address.

    A workbook's cells are a `formula`, an `input` (somebody put it there), a `range` that formulas
    take, or `outside` in another workbook: `reports/retail_2026-10.xlsx#Data!B5`. They have no
    owner; `value` is the number or error that a formula shows.
    """

    urn: str
    kind: str
    name: str
    owner: str | None
    expired_on: date | None
    value: int | float | str | None = None
    formula: str | None = None


class LineageEdge(_Document):
    """What rests on what: `to` on `from`.

    Inside a workbook a formula `takes` cells or ranges, a range `holds` cells, an array formula
    `fills` them, a cell of the catalog `shows` one, and an input cell was `pasted` from a field.
    """

    from_: str = Field(alias="from")
    to: str
    type: str
    how: str
    use: str | None
    dependency: Literal["value", "condition"]
    order: int


class Lost(_Document):
    """A piece of a definition that leads nowhere."""

    urn: str
    text: str
    reason: str


class ReferenceCounts(_Document):
    """References of formulas by outcome."""

    resolved: int
    unresolved: int
    dynamic: int


class CellError(_Document):
    """A cell on the way that shows an error."""

    cell: str
    error: str


class MissedReference(_Document):
    """A reference that could not be followed to the end."""

    cell: str
    text: str
    outcome: Literal["unresolved", "dynamic"]
    reason: str


class WorkbookBeneath(_Document):
    """The workbook that was read for a cell; `reason` says why none was, where `file` is null.

    `dynamic`: the cell may rest on more than is found. `circular` are references that lead back to
    where they began, each as the cells on the way. `edges_left_out` counts `holds` edges of
    very large ranges that are not listed.
    """

    file: str | None
    period: str | None
    cell: str | None
    formulas: int
    inputs: int
    references: ReferenceCounts
    dynamic: bool
    errors: tuple[CellError, ...]
    missed: tuple[MissedReference, ...]
    circular: tuple[tuple[str, ...], ...]
    edges_left_out: int
    reason: str | None


class LineageListing(_Document):
    """What lies around a definition, nearest first; `workbook` for cells of reports with one."""

    schema_version: Literal["1.0"]
    urn: str | None
    direction: Literal["up", "down", "both"]
    nodes: tuple[LineageNode, ...]
    edges: tuple[LineageEdge, ...]
    unresolved: tuple[Lost, ...]
    workbook: WorkbookBeneath | None
