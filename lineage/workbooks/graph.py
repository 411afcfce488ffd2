"""What every formula cell of a workbook takes: one reading per pattern, ranges kept as ranges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from lineage.workbooks.book import Block, Content, Spot, Workbook, block_of
from lineage.workbooks.collecting import uncollected
from lineage.workbooks.nouns import Here, Outcome, Reference
from lineage.workbooks.references import Resolver
from lineage.workbooks.templates import LateTemplate, relative_pieces
from lineage.workbooks.tokens import FormulaUnread, Token, tokens_of
from lineage.workbooks.unvisited import Unvisited

_RECENT = 4
_PATIENCE = 8
_SELDOM = 16
_LITERALS = frozenset({"number", "text", "logical"})


class Pattern(NamedTuple):
    """A formula in relative form and what it takes; `unread` says why it could not be read.

    `first` is the first cell that carries it, `base` the one for which its references were read:
    formulas that differ in numbers and texts alone share them.
    """

    sheet: str
    relative: str
    first: Spot
    references: tuple[Reference, ...]
    unread: str = ""
    base: Spot = (1, 1)

    @property
    def dynamic(self) -> bool:
        """Whether it may take more than it names."""
        return any(reference.outcome == "dynamic" for reference in self.references)


@dataclass(frozen=True)
class Taken:
    """Cells a formula takes: a block of a sheet, of another workbook where `file` is set."""

    sheet: str
    block: Block
    file: str | None = None


@dataclass(frozen=True)
class Tally:
    """How many references there are of each outcome."""

    resolved: int = 0
    unresolved: int = 0
    dynamic: int = 0


@dataclass(frozen=True)
class CellGraph:
    """The formulas of a workbook as patterns, and which cell carries which.

    `filled` are the cells that an array formula elsewhere fills, with the cell it stands in.
    """

    book: Workbook
    patterns: tuple[Pattern, ...]
    carriers: Mapping[str, Mapping[Spot, int]]
    filled: Mapping[str, Mapping[Spot, Spot]] = field(default_factory=dict)

    def pattern(self, sheet: str, spot: Spot) -> Pattern | None:
        """The pattern of a formula cell; None where there is no formula."""
        number = self.carriers.get(sheet, {}).get(spot)
        return None if number is None else self.patterns[number]

    def taken(self, sheet: str, spot: Spot) -> Iterator[tuple[Reference, tuple[Taken, ...]]]:
        """Each reference of a cell's formula, as written there, with the cells it takes there."""
        pattern = self.pattern(sheet, spot)
        if pattern is None:
            return
        down, across = spot[0] - pattern.base[0], spot[1] - pattern.base[1]
        for reference in pattern.references:
            found = ((source, source.block(*spot)) for source in reference.sources)
            blocks = (Taken(source.sheet, block, source.file) for source, block in found if block)
            yield reference.moved(down, across), tuple(blocks)

    @cached_property
    def groups(self) -> Mapping[int, tuple[Spot, ...]]:
        """The cells of each pattern, by its number, row by row."""
        found: dict[int, list[Spot]] = {}
        for cells in self.carriers.values():
            for spot, number in cells.items():
                found.setdefault(number, []).append(spot)
        return {number: tuple(sorted(spots)) for number, spots in found.items()}

    @cached_property
    def unread(self) -> tuple[tuple[str, Content, str], ...]:
        """Formula cells that could not be read: sheet, cell, reason."""
        found = []
        for number, pattern in enumerate(self.patterns):
            if pattern.unread:
                sheet = self.book.sheet(pattern.sheet)
                cells = sheet.cells if sheet else {}
                found += [
                    (pattern.sheet, cells[spot], pattern.unread) for spot in self.groups[number]
                ]
        return tuple(found)

    def tally(self, sheet: str | None = None) -> Tally:
        """The references of all formula cells, or of those on one sheet, by outcome."""
        counts: dict[Outcome, int] = {"resolved": 0, "unresolved": 0, "dynamic": 0}
        for number, pattern in enumerate(self.patterns):
            if sheet is None or pattern.sheet == sheet:
                cells = len(self.groups[number])
                for reference in pattern.references:
                    counts[reference.outcome] += cells
        return Tally(**counts)


def cell_graph(book: Workbook, longest: int = 32_768) -> CellGraph:
    """The formulas of a workbook, read once per pattern; longer ones than `longest` are not read.

    A formula that cannot be read is a pattern that says why: no formula cell is left out.
    """
    reading = _Patterns(book, longest)
    carriers: dict[str, dict[Spot, int]] = {}
    with uncollected():
        for sheet in book.sheets:
            cells = (cell for cell in sheet.cells.values() if cell.formula is not None)
            if found := reading.sheet(sheet.title, cells):
                carriers[sheet.title] = found
        return CellGraph(book, tuple(reading.patterns), carriers, _filled(book))


class _Patterns:
    """Gives each formula the number of its pattern.

    Most formulas are copies of the one above or beside them; that is seen by writing that one for
    the cell in question, which costs a tenth of taking the formula apart. Those that differ in
    numbers and texts alone are resolved together.
    """

    def __init__(self, book: Workbook, longest: int) -> None:
        self.resolver = Resolver(book)
        self.longest = longest
        self.patterns: list[Pattern] = []
        self.numbers: dict[tuple[str, str, object], int] = {}
        self.resolved: dict[tuple[str, str, object], tuple[Spot, tuple[Reference, ...]]] = {}
        self.above: dict[int, _Recent] = {}
        self.beside: tuple[int, LateTemplate, int] | None = None

    def sheet(self, title: str, cells: Iterable[Content]) -> dict[Spot, int]:
        """The numbers of the formulas on a sheet, whose cells come row by row."""
        self.above, self.beside = {}, None
        return {(cell.row, cell.column): self._number(title, cell) for cell in cells}

    def _number(self, title: str, cell: Content) -> int:
        formula, row, column = cell.formula or "", cell.row, cell.column
        above = self.above.get(column)
        if above is None:
            above = self.above[column] = _Recent()
        if above.is_worth_a_look():
            number = above.find(formula, row)
            if number is None:
                number = self._beside(formula, row, column)
            if number is not None:
                above.missed = 0
                return number
        return self._slowly(title, cell, above)

    def _beside(self, formula: str, row: int, column: int) -> int | None:
        """The number of the formula last read in the row, if this one is a copy of it."""
        if not self.beside or self.beside[0] != row:
            return None
        _, late, number = self.beside
        if late.template.across.across(column) != formula:
            return None
        self.above[column].keep(late.moved(row, column), number, None)
        return number

    def _slowly(self, title: str, cell: Content, above: _Recent) -> int:
        """The number of a formula that is no copy of its neighbours."""
        formula, here = cell.formula or "", Here(title, cell.row, cell.column)
        try:
            tokens = self._tokens(formula)
        except FormulaUnread as error:
            return self._add(
                (title, formula, None), here, ((here.row, here.column), ()), str(error)
            )
        pieces = relative_pieces(tokens, cell.row, cell.column)
        besides = self._besides(formula, tokens, here)
        key = (title, f"={''.join(pieces)}", besides)
        number = self.numbers.get(key)
        if number is None:
            number = self._add(key, here, self._references(tokens, pieces, besides, here))
        if besides is None or isinstance(besides, _InTable):
            late = LateTemplate(tokens, cell.row, cell.column)
            above.keep(late, number, besides.rows if besides else None)
            self.beside = None if besides else (here.row, late, number)
        return number

    def _references(
        self, tokens: Sequence[Token], pieces: Sequence[str], besides: object, here: Here
    ) -> tuple[Spot, tuple[Reference, ...]]:
        """What a formula takes, and the cell for which that was found out."""
        said = (
            "0" if kind in _LITERALS else piece
            for (kind, _), piece in zip(tokens, pieces, strict=True)
        )
        key = (here.sheet, "".join(said), besides)
        found = self.resolved.get(key)
        if found is None:
            references = self.resolver.resolved(tokens, here)
            found = self.resolved[key] = ((here.row, here.column), references)
        return found

    def _tokens(self, formula: str) -> list[Token]:
        if len(formula) > self.longest:
            raise FormulaUnread(f"it has {len(formula):,} characters; at most {self.longest:,}")
        return tokens_of(formula)

    def _besides(self, formula: str, tokens: Sequence[Token], here: Here) -> object:
        """What the meaning of a formula depends on besides: the table around it, what spills."""
        if "ANCHORARRAY" in formula or ("#" in formula and ("postfix", "#") in tokens):
            return here
        if "[" not in formula:
            return None
        table = self.resolver.table_at(here)
        if table is None:
            return _InTable("", (here.row, here.row))
        first, last = table.block.top + table.headings, table.block.bottom - table.totals
        rows = (first, last) if first <= here.row <= last else (here.row, here.row)
        return _InTable(table.name, rows)

    def _add(
        self,
        key: tuple[str, str, object],
        here: Here,
        resolved: tuple[Spot, tuple[Reference, ...]],
        unread: str = "",
    ) -> int:
        number = self.numbers.setdefault(key, len(self.patterns))
        if number == len(self.patterns):
            spot = (here.row, here.column)
            self.patterns.append(
                Pattern(here.sheet, key[1], spot, resolved[1], unread, resolved[0])
            )
        return number


@dataclass(frozen=True)
class _InTable:
    """The table around a formula that speaks of its own row, and the rows in which it may."""

    name: str
    rows: tuple[int, int]


@dataclass
class _Recent:
    """The formulas last read in a column; who misses often is asked seldom."""

    templates: list[tuple[LateTemplate, int, tuple[int, int] | None]] = field(default_factory=list)
    missed: int = 0

    def is_worth_a_look(self) -> bool:
        return self.missed < _PATIENCE or self.missed % _SELDOM == 0

    def find(self, formula: str, row: int) -> int | None:
        """The number of the formula above of which this one is a copy."""
        for late, number, rows in self.templates:
            if late.template.down.at(row) == formula and (
                rows is None or rows[0] <= row <= rows[1]
            ):
                return number
        return None

    def keep(self, template: LateTemplate, number: int, rows: tuple[int, int] | None) -> None:
        self.missed += 1
        if self.is_worth_a_look():
            self.templates.insert(0, (template, number, rows))
            del self.templates[_RECENT:]


def _filled(book: Workbook) -> dict[str, dict[Spot, Spot]]:
    """The cells that array formulas fill besides the one they stand in."""
    filled: dict[str, dict[Spot, Spot]] = {}
    for sheet in book.sheets:
        anchors = [cell for cell in sheet.cells.values() if cell.array]
        if not anchors:
            continue
        free = Unvisited(spot for spot, cell in sheet.cells.items() if cell.formula is None)
        for cell in anchors:
            block = block_of(cell.array or "")
            for spot in free.take(block) if block else ():
                filled.setdefault(sheet.title, {})[spot] = (cell.row, cell.column)
    return filled
