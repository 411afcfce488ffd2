"""What every formula cell of a workbook takes: one reading per pattern, ranges kept as ranges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from lineage.workbooks.book import Block, Content, Spot, Workbook, block_of
from lineage.workbooks.references import Here, Outcome, Reference, Resolver
from lineage.workbooks.templates import Template, template_of_tokens
from lineage.workbooks.tokens import FormulaUnread, Token, tokens_of

_RECENT = 4


@dataclass(frozen=True)
class Pattern:
    """A formula in relative form and what it takes; `unread` says why it could not be read.

    `first` is the cell at which it was read.
    """

    sheet: str
    relative: str
    first: Spot
    references: tuple[Reference, ...]
    unread: str = ""

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
        """Each reference of a cell's formula with the cells it takes there."""
        pattern = self.pattern(sheet, spot)
        for reference in pattern.references if pattern else ():
            found = ((source, source.block(*spot)) for source in reference.sources)
            blocks = (Taken(source.sheet, block, source.file) for source, block in found if block)
            yield reference, tuple(blocks)

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
    for sheet in book.sheets:
        cells = (cell for cell in sheet.cells.values() if cell.formula is not None)
        if found := reading.sheet(sheet.title, cells):
            carriers[sheet.title] = found
    return CellGraph(book, tuple(reading.patterns), carriers, _filled(book))


class _Patterns:
    """Gives each formula the number of its pattern.

    Most formulas are copies of the one above or beside them; that is seen by writing that one for
    the cell in question, which costs a tenth of taking the formula apart.
    """

    def __init__(self, book: Workbook, longest: int) -> None:
        self.resolver = Resolver(book)
        self.longest = longest
        self.patterns: list[Pattern] = []
        self.numbers: dict[tuple[str, str, object], int] = {}
        self.above: dict[int, list[tuple[Template, int]]] = {}
        self.beside: tuple[int, Template, int] | None = None

    def sheet(self, title: str, cells: Iterable[Content]) -> dict[Spot, int]:
        """The numbers of the formulas on a sheet, whose cells come row by row."""
        self.above, self.beside = {}, None
        return {(cell.row, cell.column): self._number(title, cell) for cell in cells}

    def _number(self, title: str, cell: Content) -> int:
        formula, row, column = cell.formula or "", cell.row, cell.column
        recent = self.above.setdefault(column, [])
        for template, number in recent:
            if template.down.at(row) == formula:
                return number
        if (beside := self.beside) and beside[0] == row:
            template, number = beside[1:]
            if template.across.across(column) == formula:
                self._remember(template.moved(row, column), number)
                return number
        return self._slowly(title, cell)

    def _slowly(self, title: str, cell: Content) -> int:
        """The number of a formula that is no copy of its neighbours."""
        formula, here = cell.formula or "", Here(title, cell.row, cell.column)
        try:
            tokens = self._tokens(formula)
        except FormulaUnread as error:
            return self._add((title, formula, None), here, formula, (), str(error))
        template = template_of_tokens(tokens, cell.row, cell.column)
        relative, besides = template.relative, self._besides(formula, tokens, here)
        key = (title, relative, besides)
        number = self.numbers.get(key)
        if number is None:
            number = self._add(key, here, relative, self.resolver.resolved(tokens, here))
        if besides is None:
            self._remember(template, number)
        return number

    def _remember(self, template: Template, number: int) -> None:
        recent = self.above.setdefault(template.column, [])
        recent.insert(0, (template, number))
        del recent[_RECENT:]
        self.beside = template.row, template, number

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
            return None
        data = table.block.top + table.headings <= here.row <= table.block.bottom - table.totals
        return table.name, data

    def _add(
        self,
        key: tuple[str, str, object],
        here: Here,
        relative: str,
        references: tuple[Reference, ...],
        unread: str = "",
    ) -> int:
        number = self.numbers.setdefault(key, len(self.patterns))
        if number == len(self.patterns):
            spot = (here.row, here.column)
            self.patterns.append(Pattern(here.sheet, relative, spot, references, unread))
        return number


def _filled(book: Workbook) -> dict[str, dict[Spot, Spot]]:
    """The cells that array formulas fill besides the one they stand in."""
    filled: dict[str, dict[Spot, Spot]] = {}
    for sheet in book.sheets:
        for spot, cell in sheet.cells.items():
            block = block_of(cell.array) if cell.array else None
            if block is None or block.single:
                continue
            here = filled.setdefault(sheet.title, {})
            here |= {one: spot for one in _held(sheet.cells, block) if one != spot}
    return filled


def _held(cells: Mapping[Spot, Content], block: Block) -> Iterator[Spot]:
    """The cells of a block that hold a value and no formula of their own."""
    if block.size <= len(cells):
        rows, columns = range(block.top, block.bottom + 1), range(block.left, block.right + 1)
        spots: Iterator[Spot] = ((row, column) for row in rows for column in columns)
        found = ((spot, cells.get(spot)) for spot in spots)
    else:
        found = ((spot, cell) for spot, cell in cells.items() if block.holds(*spot))
    return (spot for spot, cell in found if cell is not None and cell.formula is None)
