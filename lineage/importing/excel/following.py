"""Follows the cells of a report into a workbook that changed: by headings, place and formula."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from lineage.importing.excel.keys import Named
from lineage.importing.excel.known_cells import KnownCell
from lineage.importing.excel.numbers import Number
from lineage.workbooks.book import Spot

MOST_LOOKS = 20_000_000


@dataclass(frozen=True)
class Followed:
    """Which number is which known cell, by the number's index, and the cells that are not there."""

    cells: Mapping[int, KnownCell] = field(default_factory=dict)
    vanished: tuple[KnownCell, ...] = ()


def follow(
    known: Sequence[KnownCell], numbers: Sequence[Number], named: Sequence[Named]
) -> Followed:
    """Find every known cell again: the surest way first, each number and each cell once.

    By sheet and both headings; by its address where its formula or one heading is the same; by its
    headings on another sheet, or its label; by formula and one heading; by where its neighbours
    went. Of several that are alike the order decides, if there are as many as before.
    """
    if not known:
        return Followed()
    matching = _Matching(known, numbers, named)
    matching.by(lambda c: (c.sheet, *c.headings) if c.headings else None, _headed)
    matching.by(_stood_alike(0), _stands_alike(0))
    matching.by(_stood_alike(1), _stands_alike(1))
    matching.by(lambda c: (c.sheet, c.spot, c.label) if c.label else None, matching.labelled)
    matching.by(lambda c: (c.sheet, c.label) if c.label and not c.headings else None, matching.said)
    matching.by(lambda c: c.headings, lambda _, n: n.headings)
    matching.by(_with_formula(0), _has_formula(0))
    matching.by(_with_formula(1), _has_formula(1))
    matching.by(lambda c: (c.sheet, c.spot, c.calculation), _placed)
    matching.by_neighbours()
    return matching.done()


Trait = Callable[[KnownCell], Hashable | None]
NumberTrait = Callable[[int, Number], Hashable | None]


def _headed(_: int, number: Number) -> Hashable:
    return (number.sheet, *number.headings)


def _placed(_: int, number: Number) -> Hashable:
    return (number.sheet, number.spot, number.cell.formula)


def _stood_alike(which: int) -> Trait:
    def trait(cell: KnownCell) -> Hashable | None:
        if not cell.headings or not cell.headings[which] or not cell.spot:
            return None
        return (cell.sheet, cell.spot, cell.headings[which])

    return trait


def _stands_alike(which: int) -> NumberTrait:
    return lambda _, number: (number.sheet, number.spot, number.headings[which])


def _with_formula(which: int) -> Trait:
    def trait(cell: KnownCell) -> Hashable | None:
        if not cell.calculation or not cell.headings or not cell.headings[which]:
            return None
        return (cell.sheet, cell.calculation, cell.headings[which])

    return trait


def _has_formula(which: int) -> NumberTrait:
    return lambda _, number: (number.sheet, number.cell.formula, number.headings[which])


class _Matching:
    def __init__(
        self, known: Sequence[KnownCell], numbers: Sequence[Number], named: Sequence[Named]
    ) -> None:
        self.numbers, self.named = numbers, named
        self.open_cells = dict(enumerate(known))
        self.open_numbers = dict(enumerate(numbers))
        self.found: dict[int, KnownCell] = {}
        self.moves: dict[str, list[tuple[Spot, Spot]]] = defaultdict(list)

    def labelled(self, index: int, number: Number) -> Hashable:
        """Sheet, address and label."""
        return (number.sheet, number.spot, self.named[index].whole_label)

    def said(self, index: int, number: Number) -> Hashable:
        """Sheet and label."""
        return (number.sheet, self.named[index].whole_label)

    def by(self, trait: Trait, number_trait: NumberTrait) -> None:
        """Match what shares a trait: one with one, or as many as many, in their order."""
        if not self.open_cells or not self.open_numbers:
            return
        cells: dict[Hashable, list[int]] = defaultdict(list)
        numbers: dict[Hashable, list[int]] = defaultdict(list)
        for index, cell in self.open_cells.items():
            if (value := trait(cell)) is not None:
                cells[value].append(index)
        for index, number in self.open_numbers.items():
            if (value := number_trait(index, number)) is not None and value in cells:
                numbers[value].append(index)
        for value, there in numbers.items():
            self._pair(cells[value], there)

    def _pair(self, cells: list[int], numbers: list[int]) -> None:
        if len(cells) > 1 or len(numbers) > 1:
            self._pair_alike(cells, numbers)
            cells = [index for index in cells if index in self.open_cells]
            numbers = [index for index in numbers if index in self.open_numbers]
        cells.sort(key=lambda index: self.open_cells[index].spot or (0, 0))
        numbers.sort(key=lambda index: self.numbers[index].spot)
        for cell, number in zip(cells, numbers, strict=False):
            self._take(cell, number)

    def _pair_alike(self, cells: list[int], numbers: list[int]) -> None:
        """Of several with the same trait those first that carry the same formula."""
        if len(cells) == len(numbers):
            return
        by_formula: dict[Hashable, list[int]] = defaultdict(list)
        for number in numbers:
            by_formula[self.numbers[number].cell.formula].append(number)
        for cell in cells:
            formula = self.open_cells[cell].calculation
            if formula and len(by_formula.get(formula, ())) == 1:
                self._take(cell, by_formula.pop(formula)[0])

    def by_neighbours(self) -> None:
        """Where the nearest known cell of its column or row went, an unknown number stands as far
        away: it is the cell, under another heading.
        """
        moves = max((len(held) for held in self.moves.values()), default=0)
        if moves * len(self.open_cells) > MOST_LOOKS:
            return
        at = {(n.sheet, n.spot): index for index, n in self.open_numbers.items()}
        for index, cell in list(self.open_cells.items()):
            if cell.spot is None or not at or not cell.present:
                continue
            if move := self._nearest_move(cell):
                there = (cell.spot[0] + move[0], cell.spot[1] + move[1])
                number = at.pop((cell.sheet, there), None)
                if number is not None:
                    self._take(index, number)

    def _nearest_move(self, cell: KnownCell) -> tuple[int, int] | None:
        row, column = cell.spot or (0, 0)
        near = [
            (abs(was[0] - row) + abs(was[1] - column), (now[0] - was[0], now[1] - was[1]))
            for was, now in self.moves[cell.sheet]
            if was[0] == row or was[1] == column
        ]
        return min(near)[1] if near else None

    def _take(self, cell: int, number: int) -> None:
        taken = self.open_cells.pop(cell)
        there = self.open_numbers.pop(number)
        self.found[number] = taken
        if taken.spot:
            self.moves[taken.sheet].append((taken.spot, there.spot))

    def done(self) -> Followed:
        """What was found and what was not."""
        return Followed(self.found, tuple(cell for cell in self.open_cells.values()))
