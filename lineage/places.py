"""Where the cells of a report stand: by their address, or by headings whose place is known."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.formulas import column_of, plain_sheet, read_address
from catalog.model import Cell, Report
from lineage.blocks import Block, blocks_of

Position = tuple[str, int, int]
"""Sheet (folded, empty where none is named), column and row, both from 1."""


@dataclass(frozen=True)
class Places:
    """The cells of one report by where they stand; `nowhere` are the keys of those not known.

    `blocks` are its declared input blocks.
    """

    cells: dict[Position, str]
    columns: dict[str, dict[int, list[int]]]
    by_path: dict[str, Position]
    nowhere: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()

    def of_cell(self, path: str) -> Position | None:
        """Where a cell stands, or None."""
        return self.by_path.get(path)

    def within(self, sheet: str, first: tuple[int, int], last: tuple[int, int]) -> list[str]:
        """The paths of the cells in a block, column by column; both corners belong to it."""
        if first == last:
            path = self.cells.get((sheet, *first))
            return [path] if path else []
        found: list[str] = []
        for column, rows in self.columns.get(sheet, {}).items():
            if first[0] <= column <= last[0]:
                inside = rows[bisect_left(rows, first[1]) : bisect_right(rows, last[1])]
                found += [self.cells[sheet, column, row] for row in inside]
        return found


def positions(report: Report) -> Places:
    """Where the cells of a report stand, as far as addresses and known headings tell."""
    known = {cell.path: place for cell in report.cells if (place := position_of(cell))}
    known |= _by_headings(report, known)
    cells: dict[Position, str] = {}
    columns: dict[str, dict[int, list[int]]] = {}
    for path, place in known.items():
        cells.setdefault(place, path)
    for sheet, column, row in sorted(cells):
        columns.setdefault(sheet, {}).setdefault(column, []).append(row)
    lost = (cell.key for cell in report.cells if cell.find and cell.path not in known)
    return Places(cells, columns, known, tuple(lost), blocks_of(report))


def position_of(cell: Cell) -> Position | None:
    """The position `at` names (`Summary!C5`), or None without a readable address."""
    address = read_address(cell.at or "")
    if address is None:
        return None
    return address.sheet.casefold(), column_of(address.column), address.row


def fold_sheet(name: str) -> str:
    """A sheet's name as it is compared: without quotes, whatever its case."""
    return plain_sheet(name).casefold()


def point(address: str) -> tuple[int, int]:
    """Column and row of an address such as `$C$5`, both from 1."""
    found = read_address(address)
    if found is None:
        raise ValueError(f"'{address}' is not a cell's address")
    return column_of(found.column), found.row


def _by_headings(report: Report, known: dict[str, Position]) -> dict[str, Position]:
    """Cells without address that share their row's and their column's heading with others."""
    rows: dict[tuple[str, str], set[int]] = {}
    columns: dict[tuple[str, str], set[int]] = {}
    for cell in report.cells:
        if cell.find and (place := known.get(cell.path)):
            rows.setdefault((place[0], _heading(cell.find.row)), set()).add(place[2])
            columns.setdefault((place[0], _heading(cell.find.column)), set()).add(place[1])
    sheets = {sheet for sheet, _ in rows}
    found: dict[str, Position] = {}
    for cell in report.cells:
        if cell.find is None or cell.path in known:
            continue
        wanted = {fold_sheet(cell.find.sheet)} if cell.find.sheet else sheets
        row, column = _heading(cell.find.row), _heading(cell.find.column)
        places = {
            (sheet, c, r)
            for sheet in wanted & sheets
            for r in _only(rows.get((sheet, row), ()))
            for c in _only(columns.get((sheet, column), ()))
        }
        if len(places) == 1:
            found[cell.path] = places.pop()
    return found


def _heading(text: str) -> str:
    return " ".join(text.split()).casefold()


def _only(found: Iterable[int]) -> list[int]:
    """The one place a heading stands at; none when it is known at several."""
    several = list(found)
    return several if len(several) == 1 else []
