"""Finds the headings of every number: to its left, above it, in levels, with gaps between."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from catalog.formulas import LAST_ROW
from lineage.importing.excel.grids import NUMERIC, Grid
from lineage.importing.excel.units import stated_unit
from lineage.workbooks.book import Spot

MOST_LEVELS = 4
_TOP, _BOTTOM = (0, ""), (LAST_ROW + 1, "")
_NOTHING = frozenset({"n/a", "na", "n.a.", "yok", "nil", "none", "bos", "-"})


@dataclass(frozen=True, eq=False, slots=True)
class Line:
    """The headings of a row or of a column, the outermost first; it is one for all its numbers.

    `units` are texts that only name a unit; a row is not headed by them.
    """

    texts: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


_NO_LINE = Line()


class Headings(NamedTuple):
    """What stands to the left of a number and above it; `section` heads a group of rows."""

    left: Line = _NO_LINE
    above: Line = _NO_LINE
    section: str | None = None

    @property
    def row(self) -> tuple[str, ...]:
        """The texts to the left."""
        return self.left.texts

    @property
    def column(self) -> tuple[str, ...]:
        """The texts above."""
        return self.above.texts


def headings_of(grid: Grid) -> Mapping[Spot, Headings]:
    """The headings of every number on a sheet."""
    starts = _above(grid)
    above: dict[int, Line] = {}
    sections = _sections(grid)
    outline = _Outline()
    found: dict[Spot, Headings] = {}
    for row, columns in grid.rows.items():
        left: Sequence[tuple[int, str]] = ()
        run: list[tuple[int, str]] = []
        named: tuple[str, ...] = ()
        line: Line | None = None
        section = sections.get(row)
        for column in _texts_of_row(grid, row, columns):
            spot = (row, column)
            kind = grid.kinds.get(spot)
            if kind in NUMERIC:
                if run:
                    left, run, line = tuple(run), [], None
                if line is None:
                    line = _of_row(outline.filled(row, left) or named)
                if (started := starts.get(spot)) is not None:
                    above[column] = started
                found[spot] = tuple.__new__(Headings, (line, above[column], section))
            elif spot in grid.texts and spot not in grid.stated:
                text = grid.texts[spot]
                if not run or run[-1][1] != text:
                    run.append((column, text))
            elif kind == "id":
                named, line = (_plain_number(grid.sheet.cells[spot].value),), None
    return found


def _plain_number(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _of_row(texts: tuple[str, ...]) -> Line:
    """A row of which every text could be a unit (`Müşteri`) is called by the first of them."""
    units = _units(texts)
    kept = tuple(text for text in texts if text not in units) if units else texts
    if not kept and len(units) > 1:
        units = units[1:]
    return Line((kept or texts[:1])[-MOST_LEVELS:], units)


def _units(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text for text in texts if stated_unit(text.strip("()[]")))


def _texts_of_row(grid: Grid, row: int, columns: Sequence[int]) -> Sequence[int]:
    """The columns of a row that hold something, by themselves or as part of merged cells."""
    merged = grid.sheet.merged
    if not merged:
        return columns
    more = {
        column
        for block in _merged_at(grid, row)
        for column in range(block[0], block[1] + 1)
        if (row, column) in grid.texts
    }
    return sorted(more.union(columns)) if more else columns


def _merged_at(grid: Grid, row: int) -> Sequence[tuple[int, int]]:
    cached = grid.__dict__.get("_merged_rows")
    if cached is None:
        cached = {}
        for block in grid.sheet.merged:
            if block.size <= 5_000:
                for one in range(block.top, block.bottom + 1):
                    cached.setdefault(one, []).append((block.left, block.right))
        grid.__dict__["_merged_rows"] = cached
    found: Sequence[tuple[int, int]] = cached.get(row, ())
    return found


def _above(grid: Grid) -> Mapping[Spot, Line]:
    """The texts that head a column, by the first of the numbers that they head.

    They are a run of rows without a gap; they hold until other texts stand below them.
    """
    found: dict[Spot, Line] = {}
    by_column: dict[int, list[tuple[int, str]]] = {}
    for spot, text in sorted(grid.texts.items()):
        says = spot not in grid.stated and text.casefold() not in _NOTHING
        if says and grid.kinds.get(spot) not in NUMERIC:
            by_column.setdefault(spot[1], []).append((spot[0], text))
    for column in grid.columns:
        stack: list[tuple[int, str]] = []
        headed = False
        for one, after in pairwise((_TOP, *by_column.get(column, ()), _BOTTOM)):
            if headed or (stack and one[0] - stack[-1][0] > 1):
                stack = []
            stack += [one] if one[1] else []
            first = _first_number(grid, column, one[0], after[0])
            headed = first is not None
            if first is not None:
                texts = _levels(grid, column, stack)
                found[first, column] = Line(texts[-MOST_LEVELS:], _units(texts))
    return found


def _first_number(grid: Grid, column: int, above: int, below: int) -> int | None:
    """The row of the first number of a column between two rows."""
    rows = grid.columns[column]
    for at in range(bisect_right(rows, above), len(rows)):
        if rows[at] >= below:
            return None
        if grid.kinds[rows[at], column] in NUMERIC:
            return rows[at]
    return None


def _levels(grid: Grid, column: int, stack: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    """The texts of a column's headings, with what spans several columns further up."""
    if not stack:
        return ()
    texts = [text for _, text in stack]
    top = stack[0][0]
    if (spanning := _spanning(grid, top - 1, column)) is not None:
        texts.insert(0, spanning)
    once = [text for at, text in enumerate(texts) if at == 0 or text != texts[at - 1]]
    return tuple(once)


def _spanning(grid: Grid, row: int, column: int) -> str | None:
    """A heading to the upper left that is meant for this column too: one of several in its row."""
    columns = grid.rows.get(row, ())
    texts = [c for c in columns if (row, c) in grid.texts and (row, c) not in grid.stated]
    if len(texts) < 2 or len(texts) < len(columns):
        return None
    before = [c for c in texts if c < column]
    if not before or column - before[-1] > 24:
        return None
    between = all((row + 1, c) in grid.texts for c in range(before[-1], column + 1))
    return grid.texts[row, before[-1]] if between else None


def _sections(grid: Grid) -> Mapping[int, str]:
    """For every row of numbers the nearest line above it that heads it: one text, no number."""
    found: dict[int, str] = {}
    section: tuple[int, str] | None = None
    for row, columns in sorted(grid.rows.items()):
        numbers = any(grid.kinds[row, c] in NUMERIC for c in columns)
        texts = [c for c in columns if (row, c) in grid.texts and (row, c) not in grid.stated]
        if numbers:
            if section is not None and texts and section[0] <= texts[0]:
                found[row] = section[1]
        elif len(texts) == 1:
            section = (texts[0], grid.texts[row, texts[0]])
    return found


class _Outline:
    """Labels that are written once for several rows below them: region, then its branches."""

    def __init__(self) -> None:
        self.held: dict[int, tuple[int, str]] = {}
        self.row = 0

    def filled(self, row: int, left: Sequence[tuple[int, str]]) -> tuple[str, ...]:
        """The labels of a row, with the outer ones of the rows above that it belongs to."""
        if not left:
            return ()
        if row != self.row:
            if row - self.row > 1:
                self.held = {}
            self.row = row
            first = left[0][0]
            if len(left) > 1 and (self.held or left[0][0] < left[-1][0]):
                self.held = {c: one for c, one in self.held.items() if c < first}
                self.held[first] = (row, left[0][1])
            elif len(left) > 1:
                self.held = {}
            self.held = {c: one for c, one in self.held.items() if c < left[-1][0]}
        outer = [text for c, (_, text) in sorted(self.held.items()) if c < left[0][0]]
        return (*outer, *(text for _, text in left))
