"""Finds what the references of a formula mean: cells here or elsewhere, or why none are known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from catalog.formulas import plain_sheet
from catalog.validation.problems import nearest
from lineage.workbooks.areas import Area, Place, area_of, split_prefix
from lineage.workbooks.book import Block, Content, Name, Table, Workbook, block_of
from lineage.workbooks.calls import DYNAMIC, FEEDS, USUAL, function_of, parameters
from lineage.workbooks.joining import Line
from lineage.workbooks.nouns import Here, Reference
from lineage.workbooks.sources import Cells, Source
from lineage.workbooks.structured import Part, columns_of, rows_of, structured
from lineage.workbooks.tokens import FormulaUnread, Token, tokens_of

_OTHER_BOOK = re.compile(r"(?P<path>[^\[\]]*)\[(?P<book>[^\]]*)\](?P<sheets>.*)", re.DOTALL)
_DEEPEST = 50
_MOST_NAMES = 1_000
_ODD = frozenset({"prefix", "postfix", "space", "error"})
_JOINTS = frozenset({":", " "})


class Resolver:
    """What the references of one workbook's formulas mean."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self._titles = [sheet.title for sheet in book.sheets]
        self._order = {title.casefold(): at for at, title in enumerate(self._titles)}
        self._tables = {table.name.casefold(): table for table in book.tables}
        self._names: dict[tuple[str | None, str], Name] = {}
        self._followed = 0
        self._meanings: dict[tuple[str, str | None, str, str], Reference] = {}
        for name in book.names:
            scope = name.scope.casefold() if name.scope is not None else None
            self._names.setdefault((scope, name.name.casefold()), name)

    def references(self, formula: str, here: Here) -> tuple[Reference, ...]:
        """What the references of a formula mean, in the order they are written.

        Raises FormulaUnread.
        """
        return self.resolved(tokens_of(formula), here)

    def resolved(self, tokens: Sequence[Token], here: Here) -> tuple[Reference, ...]:
        """The same of a formula whose tokens are known."""
        return self._plain(tokens, here) or tuple(self._of_tokens(tokens, here, ()))

    def _plain(self, tokens: Sequence[Token], here: Here) -> tuple[Reference, ...] | None:
        """The same, quickly, where nothing but cells of its own sheet is named; else None."""
        found = []
        for kind, text in tokens:
            if kind == "range":
                area = area_of(text)
                if area is None or area.prefix:
                    return None
                found.append(Reference(text, "resolved", (Cells(here[0], area, here[1], here[2]),)))
            elif kind in _ODD or text in _JOINTS or (kind == "call" and text.upper() not in USUAL):
                return None
        return tuple(found)

    def table_at(self, here: Here) -> Table | None:
        """The table a cell stands in."""
        for table in self.book.tables:
            if table.block.holds(here.row, here.column) and _same(table.sheet, here.sheet):
                return table
        return None

    def _of_tokens(
        self, tokens: Sequence[Token], here: Here, through: tuple[str, ...]
    ) -> Iterator[Reference]:
        """References, those joined by a range operator or an intersection as one."""
        line = Line(partial(self.spilt, here=here))
        own = parameters(tokens)
        for at, (kind, text) in enumerate(tokens):
            if kind == "range":
                if not own or text.casefold() not in own:
                    yield from line.take(self._operand(text, here, through))
            elif not line.goes_on(tokens, at):
                yield from line.let_go()
                if kind == "call":
                    line.called(function_of(text))
                    yield from self._called(tokens, at)
                elif kind == "error" and "REF" in text:
                    yield Reference(text, "unresolved", reason="the cells it named were deleted")
        yield from line.let_go()

    def _called(self, tokens: Sequence[Token], at: int) -> Iterator[Reference]:
        name = function_of(tokens[at][1])
        if name in DYNAMIC:
            reason = "which cells it takes is known only when it is computed"
            yield Reference(name, "dynamic", reason=reason)
        elif name in FEEDS:
            yield Reference(name, "dynamic", reason="it takes its data from outside the workbook")

    def _operand(self, text: str, here: Here, through: tuple[str, ...]) -> Reference:
        prefix, rest = split_prefix(text)
        area = area_of(rest)
        if not prefix:
            if area:
                return _resolved(text, _cells(here.sheet, area, here, through))
            return self._named(text, rest, here, through, None)
        file, sheets = self._where(prefix[:-1])
        if file is not None:
            return self._elsewhere(text, file, sheets, area, here)
        if sheets in ("", "[0]"):
            return self._named(text, rest, here, through, None)
        titles = self._sheets(sheets)
        if isinstance(titles, str):
            return Reference(text, "unresolved", reason=titles)
        if area:
            cells = (_cells(title, area, here, through) for title in titles)
            return Reference(text, "resolved", tuple(cells))
        return self._named(text, rest, here, through, titles[0])

    def _where(self, prefix: str) -> tuple[str | None, str]:
        """The other workbook a prefix names, if it names one, and the sheets."""
        plain = plain_sheet(prefix)
        found = _OTHER_BOOK.fullmatch(plain)
        if found is None:
            return None, plain
        book = found["book"]
        if book == "0":
            return None, found["sheets"]
        if book.isdigit() and not found["path"]:
            return self.book.links.get(int(book), ""), found["sheets"]
        return f"{found['path']}{book}", found["sheets"]

    def _elsewhere(
        self, text: str, file: str, sheets: str, area: Area | None, here: Here
    ) -> Reference:
        if not file:
            reason = "it lies in another workbook, and the file does not say which"
            return Reference(text, "unresolved", reason=reason)
        if area is None:
            reason = f"a name of {file}; which cells it means is known only there"
            return Reference(text, "unresolved", reason=reason)
        cells = Cells(sheets, area, here.row, here.column, file=file)
        return Reference(text, "resolved", (cells,))

    def _sheets(self, said: str) -> list[str] | str:
        """The titles of the sheets a prefix names, several for `Jan:Mar`, or why none."""
        first, colon, last = said.partition(":")
        start = self._order.get(first.casefold())
        end = self._order.get(last.casefold()) if colon else start
        if start is None or end is None:
            missing = first if start is None else last
            return f"the workbook has no sheet '{missing}'; {nearest(missing, self._titles)}"
        start, end = sorted((start, end))
        return self._titles[start : end + 1]

    def _named(
        self, text: str, said: str, here: Here, through: tuple[str, ...], sheet: str | None
    ) -> Reference:
        """A name, a table, or a part of a table."""
        if "[" in said:
            return self._structured(text, said, here)
        folded = said.casefold()
        scope = (sheet or here.sheet).casefold()
        name = self._names.get((scope, folded)) or self._names.get((None, folded))
        if name is not None:
            return self._meaning(text, name, here, through)
        if table := self._tables.get(folded):
            return self._part_of(text, table, frozenset(), (), here)
        return Reference(text, "unresolved", reason="the workbook has no such name or table")

    def _meaning(self, text: str, name: Name, here: Here, through: tuple[str, ...]) -> Reference:
        """What a name stands for, names of names too; its relative references count from A1."""
        key = (text, name.scope, name.name, here.sheet)
        if not through and key in self._meanings:
            return self._meanings[key]
        found = self._stands_for(text, name, here, through)
        if not through and "[" not in name.text:
            self._meanings[key] = found
        return found

    def _stands_for(self, text: str, name: Name, here: Here, through: tuple[str, ...]) -> Reference:
        self._followed = self._followed + 1 if through else 0
        if self._followed > _MOST_NAMES:
            reason = f"it leads through more than {_MOST_NAMES:,} names"
            return Reference(text, "unresolved", reason=reason)
        known = f"{name.scope or ''}!{name.name}".casefold()
        if known in through or len(through) >= _DEEPEST:
            return Reference(text, "unresolved", reason="the name is defined by itself")
        try:
            tokens = tokens_of(f"={name.text}")
        except FormulaUnread as error:
            return Reference(text, "unresolved", reason=f"what it stands for is unread: {error}")
        there = Here(name.scope or here.sheet, 1, 1)
        found = list(self._of_tokens(tokens, there, (*through, known)))
        for outcome in ("unresolved", "dynamic"):
            for one in found:
                if one.outcome == outcome:
                    reason = f"the name stands for {name.text.strip()[:80]}: {one.reason}"
                    sources = tuple(source for each in found for source in each.sources)
                    return Reference(text, one.outcome, sources, reason)
        return Reference(text, "resolved", tuple(s for one in found for s in one.sources))

    def _structured(self, text: str, said: str, here: Here) -> Reference:
        read = structured(said)
        if read is None:
            return Reference(text, "unresolved", reason="it names no part of a table")
        table = self._tables.get(read.table.casefold()) if read.table else self.table_at(here)
        if table is None:
            missing = f"no table '{read.table}'" if read.table else "no table around this cell"
            return Reference(text, "unresolved", reason=f"the workbook has {missing}")
        return self._part_of(text, table, read.parts, read.columns, here)

    def _part_of(
        self,
        text: str,
        table: Table,
        parts: frozenset[Part],
        columns: tuple[str, ...],
        here: Here,
    ) -> Reference:
        rows, span = rows_of(table, parts), columns_of(table, columns)
        if rows is None:
            return Reference(text, "unresolved", reason=f"{table.name} has no row of that kind")
        if isinstance(span, str):
            hint = nearest(span, table.columns)
            return Reference(
                text, "unresolved", reason=f"{table.name} has no column '{span}'; {hint}"
            )
        left, right = Place(span[0], True), Place(span[1], True)
        if "this row" in parts:
            row = Place(here.row, False)
            area = Area("block", "", row, left, row, right)
            cells = Cells(table.sheet, area, here.row, here.column, rows)
            if cells.block(here.row, here.column) is None:
                reason = f"this row is none of {table.name}"
                return Reference(text, "unresolved", reason=reason)
            return _resolved(text, cells)
        if rows[1] < rows[0]:
            return Reference(text, "resolved")
        area = Area("block", "", Place(rows[0], True), left, Place(rows[1], True), right)
        return _resolved(text, Cells(table.sheet, area, here.row, here.column))

    def spilt(self, anchor: Reference, here: Here) -> Reference:
        """`A1#` is all that the array formula at A1 filled when the workbook was saved."""
        filled: list[Source] = []
        for source in anchor.sources:
            block = source.block(here.row, here.column)
            cell = self._content(source.sheet, block.top, block.left) if block else None
            spilt = block_of(cell.array) if cell and cell.array else None
            filled.append(source if spilt is None else _fixed(source, spilt))
        return anchor._replace(text=f"{anchor.text}#", sources=tuple(filled))

    def _content(self, title: str, row: int, column: int) -> Content | None:
        sheet = self.book.sheet(title)
        return sheet.cells.get((row, column)) if sheet else None


def _resolved(text: str, source: Source) -> Reference:
    return Reference(text, "resolved", (source,))


def _cells(title: str, area: Area, here: Here, through: tuple[str, ...]) -> Cells:
    return Cells(title, area, here.row, here.column, wraps=bool(through))


def _fixed(source: Source, block: Block) -> Cells:
    """All of a block, wherever the formula stands."""
    top, left = Place(block.top, True), Place(block.left, True)
    bottom, right = Place(block.bottom, True), Place(block.right, True)
    return Cells(source.sheet, Area("block", "", top, left, bottom, right), 1, 1)


def _same(title: str, other: str) -> bool:
    return title.casefold() == other.casefold()
