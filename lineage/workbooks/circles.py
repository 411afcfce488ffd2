"""Finds circular references of a workbook, without looking into every cell of every range."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from catalog.formulas import LAST_COLUMN, LAST_ROW
from lineage.workbooks.book import Block, Spot
from lineage.workbooks.collecting import uncollected
from lineage.workbooks.descent import At
from lineage.workbooks.graph import CellGraph, Pattern
from lineage.workbooks.sources import Beside, Cells, Crossing, Source, Spanning
from lineage.workbooks.unvisited import Unvisited

MOST_CIRCLES = 20
_MOST_PATTERNS = 2_000


def circles(graph: CellGraph) -> tuple[tuple[At, ...], ...]:
    """Circular references, at most `MOST_CIRCLES`; each begins at its first cell.

    Most workbooks have none, and that is seen from the patterns alone; else each formula cell that
    may lie on a circle is followed.
    """
    with uncollected():
        suspects = _suspects(graph)
        return _Following(graph, suspects).circles() if suspects else ()


def _suspects(graph: CellGraph) -> frozenset[int]:
    """The patterns that may lie on a circle: those that lead to themselves by way of others.

    Patterns that share their references are looked at as one.
    """
    families: dict[tuple[str, int], list[int]] = {}
    for number, pattern in enumerate(graph.patterns):
        families.setdefault((pattern.sheet, id(pattern.references)), []).append(number)
    if len(families) > _MOST_PATTERNS or graph.filled:
        return frozenset(range(len(graph.patterns)))
    members = list(families.values())
    firsts = [graph.patterns[numbers[0]] for numbers in members]
    hulls = [_hull([spot for one in numbers for spot in graph.groups[one]]) for numbers in members]
    by_sheet: dict[str, list[int]] = {}
    for family, pattern in enumerate(firsts):
        by_sheet.setdefault(pattern.sheet, []).append(family)
    arrows: dict[int, set[int]] = {family: set() for family in range(len(members))}
    for family, pattern in enumerate(firsts):
        for source, reach in _reaches(pattern, hulls[family]):
            met = (one for one in by_sheet.get(source.sheet, ()) if reach.meets(hulls[one]))
            arrows[family].update(met)
        if family in arrows[family] and _goes_one_way(pattern, hulls[family]):
            arrows[family].discard(family)
    return frozenset(number for family in _knotted(arrows) for number in members[family])


def _hull(spots: Sequence[Spot]) -> Block:
    """The smallest rectangle around cells."""
    rows, columns = [spot[0] for spot in spots], [spot[1] for spot in spots]
    return Block(min(rows), min(columns), max(rows), max(columns))


def _reaches(pattern: Pattern, hull: Block) -> Iterator[tuple[Source, Block]]:
    """What a pattern takes in its own workbook, with a rectangle in which all of it lies."""
    for reference in pattern.references:
        for source in reference.sources:
            if source.file is None:
                yield source, _reach(source, hull)


def _reach(source: Source, hull: Block) -> Block:
    """A rectangle in which all lies that cells in `hull` take."""
    if isinstance(source, Beside):
        return _reach(source.whole, hull)
    if isinstance(source, Crossing):
        return _reach(source.left, hull)
    if isinstance(source, Spanning):
        return _around(_reach(source.left, hull), _reach(source.right, hull))
    first = source.area.block(hull.top - source.row, hull.left - source.column)
    last = source.area.block(hull.bottom - source.row, hull.right - source.column)
    moves = not all(place.fixed for place in source.area[2:])
    if (source.wraps and moves) or first is None or last is None:
        return Block(1, 1, LAST_ROW, LAST_COLUMN)
    return _around(first, last)


def _around(one: Block, other: Block) -> Block:
    """The smallest rectangle around two."""
    return Block(
        min(one.top, other.top),
        min(one.left, other.left),
        max(one.bottom, other.bottom),
        max(one.right, other.right),
    )


def _goes_one_way(pattern: Pattern, hull: Block) -> bool:
    """Whether all that a pattern takes of its own cells lies on one side: a running total."""
    ways: set[str] = {"up", "down", "left", "right"}
    for source, reach in _reaches(pattern, hull):
        if source.sheet == pattern.sheet and reach.meets(hull):
            ways &= _ways(source, hull.top, hull.left) & _ways(source, hull.bottom, hull.right)
    return bool(ways)


def _ways(source: Source, row: int, column: int) -> set[str]:
    """On which sides of a cell all lies that it takes."""
    block = source.block(row, column) if isinstance(source, Cells) else None
    if block is None:
        return set()
    sides = {
        "up": block.bottom < row,
        "down": block.top > row,
        "left": block.right < column,
        "right": block.left > column,
    }
    return {side for side, holds in sides.items() if holds}


def _knotted(arrows: Mapping[int, set[int]]) -> frozenset[int]:
    """What is left after taking away, again and again, all that nothing leads to or from."""
    left = {number: targets for number, targets in arrows.items() if targets}
    size = -1
    while len(left) != size:
        size = len(left)
        entered = set().union(*left.values())
        left = {
            number: kept
            for number, targets in left.items()
            if number in entered and (kept := targets & left.keys())
        }
    return frozenset(left)


class _Following:
    """Follows formula cells depth first; who is met again before it is done lies on a circle."""

    def __init__(self, graph: CellGraph, suspects: frozenset[int]) -> None:
        self.graph = graph
        self.cells = [
            At(sheet, *spot)
            for sheet, carried in graph.carriers.items()
            for spot, number in carried.items()
            if number in suspects
        ]
        self.cells += [At(sheet, *spot) for sheet, spots in graph.filled.items() for spot in spots]
        self.done: dict[At, int] = {}

    def circles(self) -> tuple[tuple[At, ...], ...]:
        self._order()
        ranks = _Ranks(self.done)
        found: dict[tuple[At, ...], None] = {}
        for cell, rank in self.done.items():
            for sheet, block in self._takes(cell):
                if ranks.highest(sheet, block) >= rank:
                    back = ranks.first_above(sheet, block, rank)
                    if circle := self._circle(cell, back):
                        found[circle] = None
            if len(found) >= MOST_CIRCLES:
                break
        return tuple(found)

    def _order(self) -> None:
        """Number the cells as they are done: after all they take, unless that is circular."""
        by_sheet: dict[str, list[Spot]] = {}
        for cell in self.cells:
            by_sheet.setdefault(cell.sheet, []).append(cell.spot)
        waiting = {sheet: Unvisited(spots) for sheet, spots in by_sheet.items()}
        for start in self.cells:
            one = Block(start.row, start.column, start.row, start.column)
            if next(waiting[start.sheet].take(one), None) is None:
                continue
            trail = [(start, self._takes(start))]
            while trail:
                cell, takes = trail[-1]
                following = self._next(takes, waiting)
                if following is None:
                    self.done[cell] = len(self.done)
                    trail.pop()
                else:
                    trail.append((following, self._takes(following)))

    def _next(self, takes: list[tuple[str, Block]], waiting: Mapping[str, Unvisited]) -> At | None:
        while takes:
            sheet, block = takes[-1]
            spot = next(waiting[sheet].take(block), None) if sheet in waiting else None
            if spot is not None:
                return At(sheet, *spot)
            takes.pop()
        return None

    def _takes(self, cell: At) -> list[tuple[str, Block]]:
        anchor = self.graph.filled.get(cell.sheet, {}).get(cell.spot)
        if anchor is not None:
            return [(cell.sheet, Block(*anchor, *anchor))]
        return [
            (taken.sheet, taken.block)
            for _, blocks in self.graph.taken(cell.sheet, cell.spot)
            for taken in blocks
            if taken.file is None
        ]

    def _circle(self, cell: At, back: At) -> tuple[At, ...]:
        """A circle through a cell and one that it takes and that takes it, turned to its first."""
        before: dict[At, At | None] = {back: None}
        by_sheet: dict[str, list[Spot]] = {}
        for one in self.done:
            by_sheet.setdefault(one.sheet, []).append(one.spot)
        unvisited = {sheet: Unvisited(spots) for sheet, spots in by_sheet.items()}
        waiting = deque([back])
        while waiting and cell not in before:
            here = waiting.popleft()
            for sheet, block in self._takes(here):
                for spot in unvisited[sheet].take(block) if sheet in unvisited else ():
                    there = At(sheet, *spot)
                    if there not in before:
                        before[there] = here
                        waiting.append(there)
        if cell not in before:
            return ()
        way: list[At] = []
        step: At | None = cell
        while step is not None:
            way.append(step)
            step = before[step]
        first = way.index(min(way))
        turned = way[first:] + way[:first]
        return (turned[0], *reversed(turned[1:]))


class _Ranks:
    """The highest number of any cell in a block: a table per column of maxima over 2, 4, 8 rows."""

    def __init__(self, done: Mapping[At, int]) -> None:
        columns: dict[str, dict[int, list[tuple[int, int]]]] = {}
        for cell, rank in done.items():
            columns.setdefault(cell.sheet, {}).setdefault(cell.column, []).append((cell.row, rank))
        self._rows: dict[str, dict[int, list[int]]] = {}
        self._tables: dict[tuple[str, int], list[list[int]]] = {}
        self._ranks: dict[tuple[str, int], list[int]] = {}
        for sheet, found in columns.items():
            for column, pairs in found.items():
                pairs.sort()
                self._rows.setdefault(sheet, {})[column] = [row for row, _ in pairs]
                self._ranks[sheet, column] = [rank for _, rank in pairs]

    def highest(self, sheet: str, block: Block) -> int:
        """The highest number in a block, -1 where there is none."""
        spans = self._spans(sheet, block)
        return max((self._most(sheet, *span) for span in spans), default=-1)

    def first_above(self, sheet: str, block: Block, rank: int) -> At:
        """The first cell of a block whose number is not below `rank`."""
        for column, first, last in self._spans(sheet, block):
            ranks = self._ranks[sheet, column]
            for at in range(first, last):
                if ranks[at] >= rank:
                    return At(sheet, self._rows[sheet][column][at], column)
        raise LookupError("no cell of the block has such a number")

    def _spans(self, sheet: str, block: Block) -> Iterator[tuple[int, int, int]]:
        for column, rows in self._rows.get(sheet, {}).items():
            if block.left <= column <= block.right:
                first, last = bisect_left(rows, block.top), bisect_right(rows, block.bottom)
                if first < last:
                    yield column, first, last

    def _most(self, sheet: str, column: int, first: int, last: int) -> int:
        table = self._tables.setdefault((sheet, column), [self._ranks[sheet, column]])
        level = (last - first).bit_length() - 1
        while len(table) <= level:
            below, half = table[-1], 1 << (len(table) - 1)
            table.append([max(pair) for pair in zip(below, below[half:], strict=False)])
        return max(table[level][first], table[level][last - (1 << level)])
