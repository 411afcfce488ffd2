"""Groups like numbers into rectangles, so that each is written once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.filling import filling_of
from catalog.model.reports import MOST_BLOCK_CELLS
from lineage.importing.excel.keys import Named
from lineage.importing.excel.numbers import Number
from lineage.workbooks.book import Block, Spot

FEWEST = 4
_STEPS = ((-1, 0), (1, 0), (0, -1), (0, 1))


@dataclass(frozen=True)
class Group:
    """A rectangle of like numbers, by their indices row by row; `home` is what block it was in."""

    sheet: str
    block: Block
    indices: tuple[int, ...]
    home: str | None = None

    @property
    def wide(self) -> int:
        """How many columns it has."""
        return self.block.right - self.block.left + 1


def group(
    numbers: Sequence[Number],
    named: Sequence[Named],
    homes: Mapping[int, str],
    single: frozenset[int],
) -> tuple[list[Group], list[int]]:
    """Rectangles of numbers that are alike, and the indices of all others.

    Alike are those of the same formula in relative form, or all typed in, that are shown alike, in
    one unit, unsure of the same, and named by their row and column. `homes` are the blocks that
    cells stood in before; what is new beside them joins them. `single` stay single. A rectangle of
    fewer than four is not worth it, unless it was a block before.
    """
    grouping = _Grouping(numbers, named, homes, single)
    groups = list(grouping.groups())
    grouped = {index for one in groups for index in one.indices}
    return groups, [index for index in range(len(numbers)) if index not in grouped]


class _Grouping:
    """Grows rectangles. Numbers come row by row: those beside one another have indices in a row,
    so that whole rows are compared at once.
    """

    def __init__(
        self,
        numbers: Sequence[Number],
        named: Sequence[Named],
        homes: Mapping[int, str],
        single: frozenset[int],
    ) -> None:
        self.numbers = numbers
        self.rows = [name.row for name in named]
        self.columns = [name.column for name in named]
        self.at: dict[str, dict[Spot, int]] = {}
        for index, number in enumerate(numbers):
            if index not in single:
                self.at.setdefault(number.sheet, {})[number.spot] = index
        self.alike = _likeness(numbers)
        self.homes = dict(homes)
        self._take_in(list(homes))
        self.ends = self._ends()
        self.closed = bytearray(index in single for index in range(len(numbers)))

    def _take_in(self, edge: list[int]) -> None:
        """What is new beside cells of a block, and like them, joins it."""
        while edge:
            index = edge.pop()
            sheet, (row, column) = self.numbers[index][:2]
            for down, across in _STEPS:
                other = self.at[sheet].get((row + down, column + across))
                if other is None or other in self.homes or self.alike[other] != self.alike[index]:
                    continue
                self.homes[other] = self.homes[index]
                edge.append(other)

    def _ends(self) -> list[int]:
        """For each number the index at which its row, without a gap and by one name, has ended."""
        ends = list(range(1, len(self.numbers) + 1))
        for index in range(len(self.numbers) - 2, -1, -1):
            sheet, (row, column) = self.numbers[index][:2]
            other = self.numbers[index + 1]
            beside = other.spot == (row, column + 1) and other.sheet == sheet
            if beside and self.rows[index] == self.rows[index + 1]:
                ends[index] = ends[index + 1]
        return ends

    def groups(self) -> Iterator[Group]:
        for index, number in enumerate(self.numbers):
            if self.closed[index]:
                continue
            starts, wide = self._grown(index)
            home = self.homes.get(index)
            if len(starts) * wide < FEWEST and home is None:
                continue
            for start in starts:
                self.closed[start : start + wide] = b"\1" * wide
            indices = tuple(at for start in starts for at in range(start, start + wide))
            row, column = number.spot
            block = Block(row, column, row + len(starts) - 1, column + wide - 1)
            yield Group(number.sheet, block, indices, home)

    def _grown(self, index: int) -> tuple[list[int], int]:
        """The larger of two rectangles from a cell on, as the first indices of its rows and its
        width: one grew to the right first, the other down; where none is larger, the latter.
        """
        starts, wide = [index], self._widened([index], 1)
        self._lengthened(starts, wide)
        below = self._below(starts[-1])
        if below is None or not _Row(self, index, 1).is_like(below):
            return starts, wide
        first = [index]
        self._lengthened(first, 1)
        other = self._widened(first, 1)
        return (first, other) if len(first) * other >= len(starts) * wide else (starts, wide)

    def _lengthened(self, starts: list[int], wide: int) -> None:
        """Add rows below, as far as they are like the first."""
        like = _Row(self, starts[0], wide)
        while (len(starts) + 1) * wide <= MOST_BLOCK_CELLS:
            below = self._below(starts[-1])
            if below is None or not like.is_like(below):
                return
            starts.append(below)

    def _widened(self, starts: Sequence[int], wide: int) -> int:
        """How wide it is with the columns to the right that are like the first."""
        while len(starts) * (wide + 1) <= MOST_BLOCK_CELLS and self._goes_on(starts, wide):
            wide += 1
        return wide

    def _below(self, index: int) -> int | None:
        sheet, (row, column) = self.numbers[index][:2]
        return self.at[sheet].get((row + 1, column))

    def _goes_on(self, starts: Sequence[int], wide: int) -> bool:
        """Whether every row has one more number to the right, and they are like the first."""
        first = starts[0]
        return all(
            self.ends[start] > start + wide
            and self.alike[start + wide] == self.alike[first]
            and self.columns[start + wide] == self.columns[first + wide]
            and self.homes.get(start + wide) == self.homes.get(first)
            and not self.closed[start + wide]
            for start in starts
        )


class _Row:
    """A row of a rectangle, to hold others against."""

    def __init__(self, grouping: _Grouping, first: int, wide: int) -> None:
        self.grouping, self.wide = grouping, wide
        self.alike = [grouping.alike[first]] * wide
        self.columns = grouping.columns[first : first + wide]
        self.home = grouping.homes.get(first)

    def is_like(self, start: int) -> bool:
        """Whether the numbers from one on are a row like it."""
        held, end = self.grouping, start + self.wide
        return (
            held.ends[start] >= end
            and held.alike[start:end] == self.alike
            and held.columns[start:end] == self.columns
            and held.closed.find(1, start, end) < 0
            and (not held.homes or all(held.homes.get(i) == self.home for i in range(start, end)))
        )


def _likeness(numbers: Sequence[Number]) -> list[int]:
    """A number for each, the same for those that are alike."""
    known: dict[tuple[Any, ...], int] = {}
    units: dict[int, Any] = {}
    alike = []
    for at, number in enumerate(numbers):
        unit = number.unit
        if id(unit) not in units:
            units[id(unit)] = tuple(unit.items()) if isinstance(unit, dict) else unit
        format_ = number.cell.style.format
        told = (number.sheet, number.pattern, format_, units[id(unit)], number.unsure)
        alike.append(known.setdefault(told, at))
    return alike


def is_filled(group: Group, numbers: Sequence[Number]) -> bool:
    """Whether filling the first cell's formula gives the others, to the letter.

    They are of one pattern, which keeps every letter; so the corners tell it, where what moves
    furthest would become another name or leave the sheet.
    """
    formula = numbers[group.indices[0]].cell.formula
    if formula is None:
        return True
    filling, last = filling_of(formula), len(group.indices) - 1
    corners = {0, group.wide - 1, last - group.wide + 1, last}
    return all(
        filling.moved(*divmod(at, group.wide)) == numbers[group.indices[at]].cell.formula
        for at in corners
    )
