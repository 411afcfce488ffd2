"""Finds the headings of every number: to its left, above it, in levels, with gaps between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lineage.importing.excel.grids import Grid
from lineage.importing.excel.units import stated_unit
from lineage.workbooks.book import Spot

MOST_LEVELS = 4
_NOTHING = frozenset({"n/a", "na", "n.a.", "yok", "nil", "none", "bos", "-"})


@dataclass(frozen=True)
class Headings:
    """What stands to the left of a number and above it, the outermost first.

    `section` is the line above that heads a group of rows; `units` are texts that only name a unit.
    """

    row: tuple[str, ...] = ()
    column: tuple[str, ...] = ()
    section: str | None = None
    units: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """All of them, the nearest first."""
        return (*reversed(self.row), *reversed(self.column))


def headings_of(grid: Grid) -> Mapping[Spot, Headings]:
    """The headings of every number on a sheet."""
    above = _above(grid)
    sections = _sections(grid)
    outline = _Outline(grid)
    found: dict[Spot, Headings] = {}
    shared: dict[tuple[object, ...], Headings] = {}
    for row, columns in grid.rows.items():
        left: Sequence[tuple[int, str]] = ()
        run: list[tuple[int, str]] = []
        named: str | None = None
        merged = _texts_of_row(grid, row, columns)
        for column in merged:
            spot = (row, column)
            kind = grid.kinds.get(spot)
            if kind in ("number", "error", "empty"):
                if run:
                    left, run = tuple(run), []
                texts = outline.filled(row, left) or ((named,) if named else ())
                section = sections.get(row)
                key = (texts, above.get(spot, ()), section)
                if key not in shared:
                    shared[key] = _made(texts, above.get(spot, ()), section)
                found[spot] = shared[key]
            elif spot in grid.texts and spot not in grid.stated:
                text = grid.texts[spot]
                if not run or run[-1][1] != text:
                    run.append((column, text))
            elif kind == "id":
                named = _plain_number(grid.sheet.cells[spot].value)
    return found


def _plain_number(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _made(row: tuple[str, ...], column: tuple[str, ...], section: str | None) -> Headings:
    units = (*_units(row), *_units(column))
    return Headings(
        (tuple(text for text in row if text not in units) if units else row)[-MOST_LEVELS:],
        column[-MOST_LEVELS:],
        section,
        units,
    )


@lru_cache(maxsize=50_000)
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


def _above(grid: Grid) -> Mapping[Spot, tuple[str, ...]]:
    """For every number the texts that head its column: a run of rows without a gap above it."""
    found: dict[Spot, tuple[str, ...]] = {}
    by_column: dict[int, set[int]] = {}
    for row, column in grid.texts:
        by_column.setdefault(column, set()).add(row)
    for column, rows in grid.columns.items():
        stack: list[tuple[int, str]] = []
        numbers = False
        headings: tuple[str, ...] = ()
        for row in sorted(by_column.get(column, set()).union(rows)):
            spot = (row, column)
            if grid.kinds.get(spot) in ("number", "error", "empty"):
                if not numbers:
                    headings = _levels(grid, column, stack)
                    numbers = True
                found[spot] = headings
            elif spot in grid.texts and spot not in grid.stated:
                text = grid.texts[spot]
                if text.casefold() in _NOTHING:
                    continue
                if numbers or (stack and row - stack[-1][0] > 1):
                    stack = []
                numbers = False
                stack.append((row, text))
    return found


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
        numbers = any(grid.kinds[row, c] in ("number", "error", "empty") for c in columns)
        texts = [c for c in columns if (row, c) in grid.texts and (row, c) not in grid.stated]
        if numbers:
            if section is not None and texts and section[0] <= texts[0]:
                found[row] = section[1]
        elif len(texts) == 1:
            section = (texts[0], grid.texts[row, texts[0]])
    return found


class _Outline:
    """Labels that are written once for several rows below them: region, then its branches."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
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
