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
    named: Mapping[int, Named],
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
    def __init__(
        self,
        numbers: Sequence[Number],
        named: Mapping[int, Named],
        homes: Mapping[int, str],
        single: frozenset[int],
    ) -> None:
        self.numbers, self.named = numbers, named
        self.at: dict[str, dict[Spot, int]] = {}
        for index, number in enumerate(numbers):
            if index not in single:
                self.at.setdefault(number.sheet, {})[number.spot] = index
        self.alike = [_likeness(number) for number in numbers]
        self.homes: dict[int, str] = dict(homes)
        self._take_in()
        self.open = {index for held in self.at.values() for index in held.values()}

    def _take_in(self) -> None:
        """What is new beside cells of a block, and like them, joins it."""
        edge = list(self.homes)
        while edge:
            index = edge.pop()
            number = self.numbers[index]
            held = self.at.get(number.sheet, {})
            for down, across in _STEPS:
                other = held.get((number.spot[0] + down, number.spot[1] + across))
                if other is None or other in self.homes or self.alike[other] != self.alike[index]:
                    continue
                self.homes[other] = self.homes[index]
                edge.append(other)

    def groups(self) -> Iterator[Group]:
        for index, number in enumerate(self.numbers):
            if index not in self.open:
                continue
            held = self.at[number.sheet]
            down, across = self._grown(held, index, 0), self._grown(held, index, 1)
            block = down if down.size >= across.size else across
            home = self.homes.get(index)
            if block.size < FEWEST and home is None:
                continue
            indices = tuple(
                held[row, column]
                for row in range(block.top, block.bottom + 1)
                for column in range(block.left, block.right + 1)
            )
            self.open.difference_update(indices)
            yield Group(number.sheet, block, indices, home)

    def _grown(self, held: Mapping[Spot, int], index: int, first: int) -> Block:
        """The rectangle from a cell on: as far as it goes in one direction, then in the other."""
        top, left = self.numbers[index].spot
        ends = [top, left]
        for direction in (first, 1 - first):
            while True:
                more = list(ends)
                more[direction] += 1
                if (more[0] - top + 1) * (more[1] - left + 1) > MOST_BLOCK_CELLS:
                    break
                if not self._fits(held, index, (top, left), more, direction):
                    break
                ends = more
        return Block(top, left, ends[0], ends[1])

    def _fits(
        self, held: Mapping[Spot, int], index: int, start: Spot, ends: list[int], direction: int
    ) -> bool:
        """Whether the line of cells that would be added is like the first cell."""
        top, left = start
        line = (
            [(ends[0], column) for column in range(left, ends[1] + 1)]
            if direction == 0
            else [(row, ends[1]) for row in range(top, ends[0] + 1)]
        )
        found = [held.get(spot) for spot in line]
        if any(one is None or one not in self.open for one in found):
            return False
        named, home = self.named, self.homes.get(index)
        first = named[found[0]]  # type: ignore[index]
        for one in found:
            assert one is not None
            if self.alike[one] != self.alike[index] or self.homes.get(one) != home:
                return False
            row, column = self.numbers[one].spot
            if named[one].row != (first.row if direction == 0 else named[held[row, left]].row):
                return False
            if named[one].column != (
                first.column if direction else named[held[top, column]].column
            ):
                return False
        return True


def _likeness(number: Number) -> tuple[Any, ...]:
    unit = tuple(number.unit.items()) if isinstance(number.unit, dict) else number.unit
    return (number.sheet, number.pattern, number.cell.format, unit, number.unsure)


def is_filled(group: Group, numbers: Sequence[Number]) -> bool:
    """Whether filling the first cell's formula gives every other one, to the letter."""
    formula = numbers[group.indices[0]].cell.formula
    if formula is None:
        return True
    filling = filling_of(formula)
    return all(
        filling.moved(at // group.wide, at % group.wide) == numbers[index].cell.formula
        for at, index in enumerate(group.indices)
    )
