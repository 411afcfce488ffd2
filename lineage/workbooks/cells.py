"""Reads the cells of one sheet in one pass: value and formula together, nothing that is empty."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO
from xml.etree.ElementTree import Element

from catalog.formulas import LAST_COLUMN, LAST_ROW, column_of, letters_of
from catalog.settings import WorkbookLimits
from lineage.workbooks.book import (
    PLAIN,
    Block,
    Content,
    Finding,
    FindingKind,
    Spot,
    Style,
    Value,
    block_of,
)
from lineage.workbooks.markup import Growing, Malformed, local, true, whole
from lineage.workbooks.templates import Template, template
from lineage.workbooks.texts import text_of
from lineage.workbooks.tokens import FormulaUnread
from lineage.workbooks.values import Odd, Shared, value_of

_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_DECIMAL = re.compile(r"-?[0-9]{1,20}\.[0-9]{1,20}").fullmatch
_MOST_NAMED = 20
_TWICE = "the file holds this cell twice; the last one counts"


class TooMuch(Exception):
    """A workbook has more cells or formulas than are read; names the setting."""


@dataclass
class Budget:
    """How many cells and formulas were read of a workbook."""

    limits: WorkbookLimits
    cells: int = 0
    formulas: int = 0

    def check(self) -> None:
        """TooMuch beyond the limits."""
        if self.cells > self.limits.cells:
            raise TooMuch(f"cells that hold something; at most {self.limits.cells:,}|cells")
        if self.formulas > self.limits.formulas:
            raise TooMuch(f"formulas; at most {self.limits.formulas:,}|formulas")


@dataclass
class Grid:
    """What was read of a sheet."""

    cells: dict[Spot, Content] = field(default_factory=dict)
    merged: list[Block] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_cells(stream: IO[bytes], title: str, shared: Shared, budget: Budget) -> Grid:
    """The cells of a sheet's XML; raises Malformed, and TooMuch beyond the budget."""
    growing = Growing(stream)
    reader = _Rows(title, shared, budget)
    rows: Element | None = None
    for _ in growing.steps():
        if rows is None:
            rows = next((one for one in growing.root if one.tag.endswith("}sheetData")), None)
        if rows is not None and len(rows) > 1:
            reader.read(rows[:-1])
            del rows[:-1]
            growing.lightened()
    if local(growing.root.tag) != "worksheet" or rows is None:
        raise Malformed("it is no sheet as Excel writes one; save it anew in Excel")
    reader.read(rows)
    _frame(growing.root, reader.grid)
    reader.tell_counted()
    return reader.grid


def _frame(root: Element, grid: Grid) -> None:
    """What a sheet says around its rows: merged cells and hidden columns."""
    for element in root.iter():
        if element.tag.endswith("}mergeCell"):
            if block := block_of(element.get("ref", "")):
                grid.merged.append(block)
        elif element.tag.endswith("}col") and true(element.get("hidden")):
            first, last = whole(element.get("min")), whole(element.get("max"))
            if first is not None and last is not None:
                grid.hidden_columns.append((first, last))


class _Rows:
    """Reads rows of a sheet one after another."""

    def __init__(self, title: str, shared: Shared, budget: Budget) -> None:
        self.title, self.shared, self.budget = title, shared, budget
        self.grid = Grid()
        self.styles = {str(number): style for number, style in enumerate(shared.styles)}
        self.styles.setdefault("", self.styles.get("0", PLAIN))
        self.templates: dict[str, Template | FormulaUnread] = {}
        self.counted: dict[tuple[FindingKind, str], tuple[int, str]] = {}
        self.columns: dict[str, int] = {}
        self.row = 0
        self.value_tag = self.formula_tag = self.text_tag = ""

    def read(self, rows: Sequence[Element] | Element) -> None:
        """Read further rows."""
        if len(rows) and not self.value_tag:
            space = rows[0].tag.rpartition("}")[0]
            self.value_tag, self.formula_tag = f"{space}}}v", f"{space}}}f"
            self.text_tag = f"{space}}}is"
        for row in rows:
            self.row = whole(row.get("r")) or self.row + 1
            if len(row):
                before = len(self.grid.cells)
                self._row(row, str(self.row))
                found = len(self.grid.cells) - before
                self.budget.cells += found
                if found and true(row.get("hidden")):
                    self.grid.hidden_rows.add(self.row)
        self.budget.check()

    def tell_counted(self) -> None:
        """Findings that may be many are told once, with how many and the first."""
        for (kind, reason), (count, first) in self.counted.items():
            more = f" (here and in {count - 1:,} other cells)" if count > 1 else ""
            self.grid.findings.append(Finding(kind, reason + more, self.title, first))

    def _row(self, row: Element, digits: str) -> None:
        """Read a row. This is where the time goes: nothing is called that can be looked up."""
        full = [cell for cell in row if len(cell)]
        if None in [cell.get("r") for cell in full]:
            full = self._addressed(row)
        columns, styles, strings = self.columns, self.styles, self.shared.strings
        cells, number = self.grid.cells, self.row
        texts = len(strings)
        for cell in full:
            attributes = cell.attrib
            said = attributes["r"]
            column = columns.get(said[: -len(digits)], 0) if said.endswith(digits) else 0
            column = column or self._column(said)
            formula = array = None
            value: Value = None
            style = styles.get(attributes.get("s", ""), PLAIN)
            for part in cell:
                tag = part.tag
                if tag == self.value_tag:
                    text, type_ = part.text or "", attributes.get("t")
                    if type_ is None and not style.date and text.isdecimal() and len(text) < 16:
                        value = int(text)
                    elif type_ is None and not style.date and _DECIMAL(text):
                        value = float(text)
                    elif type_ == "s" and len(text) < 10 and text.isdecimal() and int(text) < texts:
                        value = strings[int(text)]
                    else:
                        value = self._value(text, type_ or "n", style, column)
                elif tag == self.formula_tag:
                    formula, array = self._formula(part, column)
                elif tag == self.text_tag:
                    value = text_of(part)
            if formula is not None or (value is not None and value != ""):
                if (number, column) in cells:
                    self._count("odd", _TWICE, column)
                kept = (number, column, value, formula, array, style)
                cells[number, column] = tuple.__new__(Content, kept)

    def _addressed(self, row: Element) -> list[Element]:
        """The full cells of a row in which some do not say where: they stand side by side."""
        column = 0
        for cell in row:
            said = cell.get("r")
            column = column + 1 if said is None else self._column(said)
            cell.set("r", f"{letters_of(column)}{self.row}")
        return [cell for cell in row if len(cell)]

    def _column(self, said: str) -> int:
        """The column of an address that is seen for the first time, after a look at it."""
        found = _ADDRESS.fullmatch(said)
        if found is None:
            raise Malformed(f"a cell has the address '{said[:20]}', which is none")
        column = column_of(found[1])
        if column > LAST_COLUMN or self.row > LAST_ROW:
            raise Malformed("a cell lies beyond the last row or column of a sheet")
        if int(found[2]) != self.row:
            raise Malformed(f"the cell {said} stands in row {self.row}")
        self.columns[found[1]] = column
        return column

    def _value(self, said: str, type_: str, style: Style, column: int) -> Value:
        try:
            return value_of(said, type_, style, self.shared)
        except Odd as odd:
            self._count(odd.kind, odd.reason, column)
            return odd.value

    def _formula(self, part: Element, column: int) -> tuple[str, str | None]:
        """The formula of a cell, and the block that it fills."""
        self.budget.formulas += 1
        said, kind = (part.text or "").strip(), part.get("t")
        most = self.budget.limits.formula_length
        if len(said) > most:
            reason = f"its formula has more than {most:,} characters (workbooks.formula_length)"
            self._count("unread", reason, column)
            return "=", part.get("ref") if kind == "array" else None
        if kind == "shared":
            return self._shared(part.get("si", ""), said, column), None
        if kind == "dataTable":
            inputs = [one for key in ("r1", "r2") if (one := part.get(key))]
            return f"=TABLE({','.join(inputs)})", part.get("ref")
        if not said:
            self._count("unread", "its formula is empty", column)
        return f"={said}", part.get("ref") if kind == "array" else None

    def _shared(self, number: str, said: str, column: int) -> str:
        """A formula that many cells share: the first one says it, the others follow."""
        if said:
            try:
                self.templates[number] = template(f"={said}", self.row, column)
            except FormulaUnread as error:
                self.templates[number] = error
            return f"={said}"
        known = self.templates.get(number)
        if isinstance(known, Template):
            return known.at(self.row, column)
        why = f"which cannot be read: {known}" if known else "which the file does not hold"
        self._count("unread", f"it shares formula {number}, {why}", column)
        return "="

    def _count(self, kind: FindingKind, reason: str, column: int) -> None:
        place = f"{letters_of(column)}{self.row}"
        known = (kind, reason) in self.counted or len(self.counted) < _MOST_NAMED
        key: tuple[FindingKind, str] = (kind, reason if known else "further cells like this")
        count, first = self.counted.get(key, (0, place))
        self.counted[key] = (count + 1, first)
