"""Lays a report's cells out as they stand in its workbook: sheets, rows and columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.model import Cell

_ADDRESS = re.compile(r"^(?:(?P<sheet>.+)!)?\$?(?P<column>[A-Za-z]{1,3})\$?(?P<row>\d+)$")


@dataclass(frozen=True)
class Place:
    """Where a cell stands: the name of its sheet (empty when unsaid), its column and row."""

    sheet: str
    column: str
    row: int


@dataclass(frozen=True)
class Sheet:
    """One sheet: the columns and rows that hold cells, and the cells by (row, column).

    `gaps` are the rows before which some are left out.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[int, ...]
    cells: dict[tuple[int, str], Cell]

    @property
    def gaps(self) -> frozenset[int]:
        """The rows that do not follow the one above them."""
        pairs = zip(self.rows, self.rows[1:], strict=False)
        return frozenset(below for above, below in pairs if below - above > 1)


def place_of(cell: Cell) -> Place | None:
    """The place a cell's address names; None without a usable address."""
    found = _ADDRESS.match(cell.at or "")
    if found is None:
        return None
    sheet = (found["sheet"] or "").strip("'").replace("''", "'")
    return Place(sheet, found["column"].upper(), int(found["row"]))


def lay_out(cells: Iterable[Cell]) -> tuple[list[Sheet], list[Cell]]:
    """The sheets in the order of their first cell, and the cells without a usable address."""
    sheets: dict[str, dict[tuple[int, str], Cell]] = {}
    elsewhere: list[Cell] = []
    for cell in cells:
        place = place_of(cell)
        if place is None or (place.row, place.column) in sheets.get(place.sheet, {}):
            elsewhere.append(cell)
        else:
            sheets.setdefault(place.sheet, {})[place.row, place.column] = cell
    return [_sheet(name, placed) for name, placed in sheets.items()], elsewhere


def _sheet(name: str, cells: dict[tuple[int, str], Cell]) -> Sheet:
    columns = sorted({column for _, column in cells}, key=lambda c: (len(c), c))
    return Sheet(name, tuple(columns), tuple(sorted({row for row, _ in cells})), cells)
