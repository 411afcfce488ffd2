"""What a workbook is here: sheets of cells with values and formulas, tables, names, links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from catalog.formulas import LAST_COLUMN, LAST_ROW, column_of, letters_of, read_address

Spot = tuple[int, int]
"""Row and column of a cell, both from 1."""

FindingKind = Literal["cut", "odd", "error", "macros", "no_value", "unread", "circular"]


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """An error that a cell shows, such as `#REF!`."""

    code: str

    def __str__(self) -> str:
        return self.code


Value = int | float | str | bool | datetime | date | time | ErrorValue | None


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell is shown: its number format, and what tells headings from numbers.

    `date` says that the format shows a number as a day or a time of day.
    """

    format: str = "General"
    bold: bool = False
    fill: bool = False
    indent: int = 0
    date: bool = False


PLAIN = Style()


class Content(NamedTuple):
    """A cell that holds something; a tuple, because there may be millions.

    `value` is what was last calculated, and saved. A date is a `date` where it has no time of day.
    `formula` begins with `=` and stands as Excel shows it in this cell, shared ones too; `array` is
    the block an array formula fills, at its first cell.
    """

    row: int
    column: int
    value: Value
    formula: str | None = None
    array: str | None = None
    style: Style = PLAIN

    @property
    def address(self) -> str:
        """Such as `B5`."""
        return f"{letters_of(self.column)}{self.row}"

    @property
    def format(self) -> str:
        """Its number format, such as `0.0%`."""
        return self.style.format

    @property
    def bold(self) -> bool:
        """Whether its font is bold."""
        return self.style.bold

    @property
    def fill(self) -> bool:
        """Whether its ground is coloured."""
        return self.style.fill

    @property
    def indent(self) -> int:
        """How far its text is indented."""
        return self.style.indent


class Block(NamedTuple):
    """A rectangle of cells, both corners belong to it; whole columns and rows end where Excel does.

    `str` writes it as Excel does: `B2:B82`, `C:C`, `3:5`, and `B2` for one cell.
    """

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        if (self.top, self.bottom) == (1, LAST_ROW):
            return f"{letters_of(self.left)}:{letters_of(self.right)}"
        if (self.left, self.right) == (1, LAST_COLUMN):
            return f"{self.top}:{self.bottom}"
        first = f"{letters_of(self.left)}{self.top}"
        if self.single:
            return first
        return f"{first}:{letters_of(self.right)}{self.bottom}"

    @property
    def single(self) -> bool:
        """Whether it is one cell."""
        return self.top == self.bottom and self.left == self.right

    @property
    def size(self) -> int:
        """How many cells it has."""
        return (self.bottom - self.top + 1) * (self.right - self.left + 1)

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell lies in it."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def within(self, other: Block) -> bool:
        """Whether all of it lies in another."""
        return other.holds(self.top, self.left) and other.holds(self.bottom, self.right)

    def meets(self, other: Block) -> Block | None:
        """What both have in common."""
        top, left = max(self.top, other.top), max(self.left, other.left)
        bottom, right = min(self.bottom, other.bottom), min(self.right, other.right)
        return Block(top, left, bottom, right) if top <= bottom and left <= right else None


def block_of(text: str) -> Block | None:
    """The block that a range of cells names: `A1:B2`, `$C$5`; None where it names none."""
    first, _, last = text.partition(":")
    start, end = read_address(first), read_address(last or first)
    if start is None or end is None:
        return None
    columns = sorted((column_of(start.column), column_of(end.column)))
    rows = sorted((start.row, end.row))
    return Block(rows[0], columns[0], rows[1], columns[1])


@dataclass(frozen=True)
class Sheet:
    """A sheet and the cells on it that hold something.

    `state` is `hidden` or `very hidden` where people do not see it; `hidden_rows` are those of its
    hidden rows that hold something. A sheet that is no grid (a chart) has no cells.
    """

    title: str
    cells: Mapping[Spot, Content] = field(default_factory=dict)
    state: Literal["visible", "hidden", "very hidden"] = "visible"
    merged: tuple[Block, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: tuple[tuple[int, int], ...] = ()
    grid: bool = True

    def at(self, address: str) -> Content | None:
        """The cell at an address such as `B5`."""
        block = block_of(address)
        return self.cells.get((block.top, block.left)) if block else None

    @property
    def hides(self) -> bool:
        """Whether any of its cells is not seen."""
        return self.state != "visible" or bool(self.hidden_rows or self.hidden_columns)

    def is_hidden(self, row: int, column: int) -> bool:
        """Whether a cell is not seen, because of its sheet, row or column."""
        return (
            self.state != "visible"
            or row in self.hidden_rows
            or any(first <= column <= last for first, last in self.hidden_columns)
        )


@dataclass(frozen=True)
class Table:
    """A table of a workbook; `block` includes its rows of headings and totals."""

    name: str
    sheet: str
    block: Block
    columns: tuple[str, ...]
    headings: int = 1
    totals: int = 0


@dataclass(frozen=True)
class Name:
    """A name of the workbook, or of one sheet (`scope`), and the formula it stands for, without =.

    Those that Excel makes itself (`_xlnm.Print_Area`) and those that are hidden are here too.
    """

    name: str
    text: str
    scope: str | None = None
    hidden: bool = False


@dataclass(frozen=True)
class Finding:
    """Something that was left out, or is odd, and where."""

    kind: FindingKind
    reason: str
    sheet: str | None = None
    cell: str | None = None

    @property
    def place(self) -> str:
        """Such as `Veri!B5`, or nothing for the whole workbook."""
        return "!".join(part for part in (self.sheet, self.cell) if part)


@dataclass(frozen=True)
class Workbook:
    """A workbook as it was saved. `links` are the other workbooks it names, by their number."""

    file: Path
    sheets: tuple[Sheet, ...]
    tables: tuple[Table, ...] = ()
    names: tuple[Name, ...] = ()
    links: Mapping[int, str] = field(default_factory=dict)
    saved: datetime | None = None
    macros: bool = False
    findings: tuple[Finding, ...] = ()

    def sheet(self, title: str) -> Sheet | None:
        """The sheet of that title, whatever its case."""
        return self._by_title.get(title.casefold())

    @cached_property
    def _by_title(self) -> Mapping[str, Sheet]:
        return {sheet.title.casefold(): sheet for sheet in self.sheets}

    @property
    def cells(self) -> int:
        """How many cells hold something."""
        return sum(len(sheet.cells) for sheet in self.sheets)

    @cached_property
    def formulas(self) -> int:
        """How many cells have a formula."""
        cells = (cell for sheet in self.sheets for cell in sheet.cells.values())
        return sum(cell.formula is not None for cell in cells)
