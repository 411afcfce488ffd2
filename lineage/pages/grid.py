"""Lays a report's cells out as they stand in its workbook: sheets, rows and columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.model import Cell

_ADDRESS = re.compile(r"^(?:(?P<sheet>.+)!)?\$?(?P<column>[A-Za-z]{1,3})\$?(?P<row>\d+)$")


@dataclass(frozen=True)
class Sheet:
    """One sheet: the columns and rows that hold cells, and the cells by (row, column)."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[int, ...]
    cells: dict[tuple[int, str], Cell]


def lay_out(cells: Iterable[Cell]) -> tuple[list[Sheet], list[Cell]]:
    """The sheets in the order of their first cell, and the cells without a usable address."""
    sheets: dict[str, dict[tuple[int, str], Cell]] = {}
    elsewhere: list[Cell] = []
    for cell in cells:
        found = _ADDRESS.match(cell.at or "")
        name = (found["sheet"] or "").strip("'") if found else ""
        spot = (int(found["row"]), found["column"].upper()) if found else None
        if spot is None or spot in sheets.get(name, {}):
            elsewhere.append(cell)
        else:
            sheets.setdefault(name, {})[spot] = cell
    return [_sheet(name, placed) for name, placed in sheets.items()], elsewhere


def _sheet(name: str, cells: dict[tuple[int, str], Cell]) -> Sheet:
    columns = sorted({column for _, column in cells}, key=lambda c: (len(c), c))
    return Sheet(name, tuple(columns), tuple(sorted({row for row, _ in cells})), cells)
