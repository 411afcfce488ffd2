"""Which cells of a workbook formulas take, and from which sheets."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

from lineage.workbooks.book import Block, Sheet, Spot
from lineage.workbooks.graph import CellGraph

_SMALL = 32


@dataclass
class Coverage:
    """Cells of one sheet that are taken: singly, and by columns as spans of rows."""

    spots: set[Spot] = field(default_factory=set)
    blocks: set[Block] = field(default_factory=set)
    _spans: Mapping[int, tuple[list[int], list[int]]] | None = None

    def add(self, block: Block) -> None:
        """Take in a block."""
        if block.top == block.bottom and block.left == block.right:
            self.spots.add((block.top, block.left))
        else:
            self.blocks.add(block)

    def close(self, columns: set[int]) -> None:
        """Lay the blocks out by the columns that are in use."""
        events: dict[int, dict[int, int]] = {}
        for top, left, bottom, right in self.blocks:
            wide = right - left + 1
            inside = range(left, right + 1) if wide <= _SMALL else columns
            for column in inside:
                if left <= column <= right and column in columns:
                    held = events.setdefault(column, {})
                    held[top] = held.get(top, 0) + 1
                    held[bottom + 1] = held.get(bottom + 1, 0) - 1
        self._spans = {column: _levels(found) for column, found in events.items()}

    def holds(self, spot: Spot) -> bool:
        """Whether some formula takes the cell."""
        if spot in self.spots:
            return True
        spans = (self._spans or {}).get(spot[1])
        if spans is None:
            return False
        at = bisect_right(spans[0], spot[0]) - 1
        return at >= 0 and spans[1][at] > 0


def _levels(events: Mapping[int, int]) -> tuple[list[int], list[int]]:
    """The rows at which the number of blocks changes, and how many there are from each on."""
    rows = sorted(events)
    return rows, list(accumulate(events[row] for row in rows))


@dataclass(frozen=True)
class Fed:
    """What the formulas of a workbook take, by sheet: from the same sheet and from others."""

    here: Mapping[str, Coverage]
    abroad: Mapping[str, Coverage]

    def by_any(self, sheet: str, spot: Spot) -> bool:
        """Whether some formula takes the cell."""
        return self.here[sheet].holds(spot) or self.abroad[sheet].holds(spot)

    def gives(self, sheet: str) -> bool:
        """Whether other sheets take any cells of a sheet."""
        coverage = self.abroad[sheet]
        return bool(coverage.spots or coverage.blocks)

    def by_others(self, sheet: str, spot: Spot) -> bool:
        """Whether a formula on another sheet takes the cell."""
        return self.abroad[sheet].holds(spot)


def feeding(graph: CellGraph) -> Fed:
    """Look through the references of all formulas once."""
    sheets = graph.book.sheets
    titles = {sheet.title.casefold(): sheet.title for sheet in sheets}
    here = {sheet.title: Coverage() for sheet in sheets}
    abroad = {sheet.title: Coverage() for sheet in sheets}
    for number, spots in graph.groups.items():
        pattern = graph.patterns[number]
        runs = _runs(spots) if pattern.references else ()
        for reference in pattern.references:
            for source in reference.sources:
                title = titles.get(source.sheet.casefold())
                if title is None or source.file is not None:
                    continue
                coverage = (here if title == pattern.sheet else abroad)[title]
                for column, first, last in runs:
                    for block in source.blocks(column, first, last):
                        coverage.add(block)
    for sheet in sheets:
        columns = _columns(sheet)
        here[sheet.title].close(columns)
        abroad[sheet.title].close(columns)
    return Fed(here, abroad)


def _runs(spots: Iterable[Spot]) -> list[tuple[int, int, int]]:
    """Cells, which come row by row, as runs down a column: column, first row, last row."""
    ended: list[tuple[int, int, int]] = []
    open_: dict[int, list[int]] = {}
    for row, column in spots:
        run = open_.get(column)
        if run is not None and run[1] == row - 1:
            run[1] = row
            continue
        if run is not None:
            ended.append((column, run[0], run[1]))
        open_[column] = [row, row]
    return ended + [(column, first, last) for column, (first, last) in open_.items()]


def _columns(sheet: Sheet) -> set[int]:
    return {column for _, column in sheet.cells}
