"""Goes from result cells of a workbook down to its input cells, and says what lies between."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from catalog.formulas import letters_of
from lineage.workbooks.book import Block, Content, ErrorValue, Spot
from lineage.workbooks.graph import CellGraph, Taken
from lineage.workbooks.nouns import Reference
from lineage.workbooks.unvisited import Unvisited


class At(NamedTuple):
    """A cell of a workbook."""

    sheet: str
    row: int
    column: int

    def __str__(self) -> str:
        return f"{self.sheet}!{letters_of(self.column)}{self.row}"

    @property
    def spot(self) -> Spot:
        """Row and column."""
        return self.row, self.column


@dataclass(frozen=True)
class Step:
    """A reference of a formula cell, and the cells it takes there."""

    cell: At
    reference: Reference
    taken: tuple[Taken, ...]


@dataclass(frozen=True)
class Descent:
    """What cells rest on, the nearest first.

    `formulas` are calculated cells, `inputs` those that hold a value somebody put there; `fills`
    says of a cell that an array formula fills where that formula stands. `errors` are cells on the
    way that show an error, `missed` the references that could not
    be followed to the end, `unread` formulas that could not be read.
    """

    starts: tuple[At, ...]
    formulas: tuple[At, ...]
    inputs: tuple[At, ...]
    steps: tuple[Step, ...]
    fills: Mapping[At, At]
    errors: tuple[tuple[At, str], ...]
    unread: tuple[tuple[At, str], ...]

    @property
    def missed(self) -> tuple[Step, ...]:
        """References that are dynamic or unresolved."""
        return tuple(step for step in self.steps if step.reference.outcome != "resolved")

    @property
    def dynamic(self) -> bool:
        """Whether they may rest on more than is found here."""
        return any(step.reference.outcome == "dynamic" for step in self.steps)

    @property
    def outside(self) -> tuple[Taken, ...]:
        """Blocks of other workbooks."""
        blocks = (taken for step in self.steps for taken in step.taken if taken.file is not None)
        return tuple(dict.fromkeys(blocks))


def descend(graph: CellGraph, starts: Iterable[At], depth: int | None = None) -> Descent:
    """All that cells of a workbook rest on, at most `depth` formulas away.

    Circular references end where they began. Ranges are kept as ranges in `steps`.
    """
    return _Descending(graph, tuple(dict.fromkeys(starts))).go(depth)


class _Descending:
    """One way down."""

    def __init__(self, graph: CellGraph, starts: tuple[At, ...]) -> None:
        self.graph, self.starts = graph, starts
        self.unvisited: dict[str, Unvisited] = {}
        self.formulas: list[At] = []
        self.inputs: list[At] = []
        self.steps: list[Step] = []
        self.fills: dict[At, At] = {}
        self.errors: list[tuple[At, str]] = []
        self.unread: list[tuple[At, str]] = []

    def go(self, depth: int | None) -> Descent:
        waiting = deque((start, 0) for start in self.starts)
        for start in self.starts:
            self._meet(start.sheet, Block(start.row, start.column, start.row, start.column))
        while waiting:
            cell, steps = waiting.popleft()
            for taken in self._look(cell, depth is None or steps < depth):
                if taken.file is None:
                    found = self._meet(taken.sheet, taken.block)
                    waiting += ((At(taken.sheet, *spot), steps + 1) for spot in found)
        return Descent(
            self.starts,
            tuple(self.formulas),
            tuple(self.inputs),
            tuple(self.steps),
            self.fills,
            tuple(self.errors),
            tuple(self.unread),
        )

    def _meet(self, sheet: str, block: Block) -> list[Spot]:
        known = self.unvisited.get(sheet)
        if known is None:
            found = self.graph.book.sheet(sheet)
            known = self.unvisited[sheet] = Unvisited(found.cells if found else ())
        return list(known.take(block))

    def _look(self, cell: At, further: bool) -> list[Taken]:
        """Note a cell, and give what it takes if the way goes further."""
        content = self._content(cell)
        if content is None:
            return []
        if isinstance(content.value, ErrorValue):
            self.errors.append((cell, content.value.code))
        anchor = self.graph.filled.get(cell.sheet, {}).get(cell.spot)
        if anchor is not None:
            self.formulas.append(cell)
            if not further:
                return []
            self.fills[cell] = At(cell.sheet, *anchor)
            return [Taken(cell.sheet, Block(*anchor, *anchor))]
        pattern = self.graph.pattern(cell.sheet, cell.spot)
        if pattern is None:
            self.inputs.append(cell)
            return []
        self.formulas.append(cell)
        if pattern.unread:
            self.unread.append((cell, pattern.unread))
        found: list[Taken] = []
        for reference, taken in self.graph.taken(cell.sheet, cell.spot) if further else ():
            self.steps.append(Step(cell, reference, taken))
            found += taken
        return found

    def _content(self, cell: At) -> Content | None:
        sheet = self.graph.book.sheet(cell.sheet)
        return sheet.cells.get(cell.spot) if sheet else None
