"""Cells of a sheet that were not met yet: each is found once, however many ranges overlap."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from lineage.workbooks.book import Block, Spot


class Unvisited:
    """The cells of one sheet that are still to be met.

    Ranges that grow by a row each (`SUM(B$2:B9)`) would look at each cell thousands of times; here
    those that were met are stepped over, so all ranges together cost as much as all cells.
    """

    def __init__(self, cells: Iterable[Spot]) -> None:
        rows: dict[int, list[int]] = {}
        for row, column in cells:
            rows.setdefault(column, []).append(row)
        for found in rows.values():
            found.sort()
        self._rows = rows
        self._columns = sorted(rows)
        self._next = {column: list(range(len(found) + 1)) for column, found in rows.items()}

    def take(self, block: Block) -> Iterator[Spot]:
        """The cells of a block that were not met before; from now on they are."""
        first = bisect_left(self._columns, block.left)
        last = bisect_right(self._columns, block.right)
        for column in self._columns[first:last]:
            rows = self._rows[column]
            at = self._open(column, bisect_left(rows, block.top))
            while at < len(rows) and rows[at] <= block.bottom:
                self._next[column][at] = at + 1
                yield rows[at], column
                at = self._open(column, at)

    def _open(self, column: int, at: int) -> int:
        """The first place from `at` on that was not met, with the way there made short."""
        following = self._next[column]
        end = at
        while following[end] != end:
            end = following[end]
        while following[at] != end and at != end:
            following[at], at = end, following[at]
        return end
