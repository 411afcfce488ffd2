"""The cells a reference takes, told once for all cells that carry the same formula."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lineage.workbooks.areas import Area
from lineage.workbooks.book import Block


class Cells(NamedTuple):
    """An area on a sheet, seen from the cell at `row` and `column` where the formula was read.

    `rows` are those in which it means anything: a table's, for `[@Column]`. `file` is another
    workbook, or None for this one. `wraps`: what leaves the sheet comes in again on the other side,
    as relative references of names do.
    """

    sheet: str
    area: Area
    row: int
    column: int
    rows: tuple[int, int] | None = None
    file: str | None = None
    wraps: bool = False

    def block(self, row: int, column: int) -> Block | None:
        """The cells it takes in the formula at a cell; None where there are none."""
        if self.rows and not self.rows[0] <= row <= self.rows[1]:
            return None
        area = self.area.wrapped(row - self.row, column - self.column) if self.wraps else self.area
        return area.block(row - self.row, column - self.column)

    def blocks(self, column: int, first: int, last: int) -> Iterator[Block]:
        """The cells it takes in the formulas of a run of rows, as few blocks.

        From one row to the next both ends of an area stay or move on by one, so that what all rows
        take together has no hole.
        """
        start, end = self.block(first, column), self.block(last, column)
        if start is None or end is None or (self.wraps and not self.area.fixed):
            yield from _one_by_one(self, column, first, last)
        else:
            yield Block(start.top, start.left, end.bottom, end.right)


def _one_by_one(source: Source, column: int, first: int, last: int) -> Iterator[Block]:
    before = None
    for row in range(first, last + 1):
        block = source.block(row, column)
        if block is not None and block != before:
            yield block
            before = block


class _Compound:
    """What references made of others have in common."""

    __slots__ = ()
    blocks = _one_by_one


@dataclass(frozen=True, slots=True)
class _OfTwo(_Compound):
    """A reference made of two others; it lies where the first does."""

    left: Source
    right: Source

    @property
    def sheet(self) -> str:
        """Where it lies."""
        return self.left.sheet

    @property
    def file(self) -> str | None:
        """The other workbook it lies in."""
        return self.left.file

    def block(self, row: int, column: int) -> Block | None:
        """The cells it takes in the formula at a cell; None where there are none."""
        left, right = self.left.block(row, column), self.right.block(row, column)
        return self._of(left, right) if left and right else None

    def _of(self, left: Block, right: Block) -> Block | None:
        raise NotImplementedError


class Crossing(_OfTwo):
    """What two references have in common: `A1:C9 B:B`."""

    __slots__ = ()

    def _of(self, left: Block, right: Block) -> Block | None:
        return left.meets(right)


class Spanning(_OfTwo):
    """Everything from one reference to another: `Sheet1!A1:Sheet1!B2`, `First:Last`."""

    __slots__ = ()

    def _of(self, left: Block, right: Block) -> Block | None:
        return Block(
            min(left.top, right.top),
            min(left.left, right.left),
            max(left.bottom, right.bottom),
            max(left.right, right.right),
        )


@dataclass(frozen=True, slots=True)
class Beside(_Compound):
    """The one cell of a reference that stands in the formula's row or column: `@B2:B9`."""

    whole: Source

    @property
    def sheet(self) -> str:
        """Where it lies."""
        return self.whole.sheet

    @property
    def file(self) -> str | None:
        """The other workbook it lies in."""
        return self.whole.file

    def block(self, row: int, column: int) -> Block | None:
        """The cell it takes in the formula at a cell, or all where it is a rectangle."""
        block = self.whole.block(row, column)
        if block is None or block.single:
            return block
        if block.left == block.right:
            return block.meets(Block(row, block.left, row, block.right))
        if block.top == block.bottom:
            return block.meets(Block(block.top, column, block.bottom, column))
        return block


Source = Cells | Crossing | Spanning | Beside
