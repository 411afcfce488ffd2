"""Lays a report's cells out as they stand in its workbook: sheets, rows and columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.formulas import Address, read_address
from catalog.model import Cell


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


def place_of(cell: Cell) -> Address | None:
    """The place a cell's address names; None without a usable address."""
    return read_address(cell.at or "")


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
