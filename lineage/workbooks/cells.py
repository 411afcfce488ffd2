"""Reads the cells of one sheet in one pass: value and formula together, nothing that is empty."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import IO, Any

from catalog.formulas import LAST_COLUMN, LAST_ROW, column_of
from catalog.settings import WorkbookLimits
from lineage.workbooks.book import (
    PLAIN,
    Block,
    Content,
    ErrorValue,
    Finding,
    FindingKind,
    Spot,
    Style,
    Value,
    block_of,
    letters_of,
)
from lineage.workbooks.markup import Malformed, local, parser, read, true
from lineage.workbooks.templates import Template, template
from lineage.workbooks.tokens import FormulaUnread

_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MOST_NAMED = 20


@dataclass(frozen=True)
class Texts:
    """What cells refer to by number, shared strings and styles, and the calendar they use."""

    strings: Sequence[str] = ()
    styles: Sequence[Style] = ()
    since_1904: bool = False


class TooMuch(Exception):
    """A workbook has more cells or formulas than are read; says the setting."""


@dataclass
class Budget:
    """How many cells and formulas may still be read of a workbook."""

    limits: WorkbookLimits
    cells: int = 0
    formulas: int = 0

    def spend(self, has_formula: bool) -> None:
        """Count one cell; TooMuch beyond the limits."""
        self.cells += 1
        self.formulas += has_formula
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


def read_cells(stream: IO[bytes], title: str, texts: Texts, budget: Budget) -> Grid:
    """The cells of a sheet's XML; raises Malformed, and TooMuch beyond the budget."""
    reader = _CellReader(title, texts, budget)
    handlers = parser()
    handlers.StartElementHandler = reader.start
    handlers.EndElementHandler = reader.end
    handlers.CharacterDataHandler = reader.text
    reader.listen = lambda on: setattr(
        handlers, "CharacterDataHandler", reader.text if on else None
    )
    reader.listen(False)
    read(stream, handlers)
    reader.tell_counted()
    return reader.grid


class _CellReader:
    """Takes the events of a sheet's XML; everything outside rows is passed over but for a few."""

    listen: Callable[[bool], None]

    def __init__(self, title: str, texts: Texts, budget: Budget) -> None:
        self.title, self.texts, self.budget = title, texts, budget
        self.grid = Grid()
        self.shared: dict[str, Template | FormulaUnread] = {}
        self.counted: dict[tuple[FindingKind, str], tuple[int, str]] = {}
        self.row, self.column, self.row_hidden = 0, 0, False
        self.type, self.style = "n", PLAIN
        self.formula: dict[str, str] | None = None
        self.said_formula, self.value = "", ""
        self.parts: list[str] = []
        self.has_value = False
        self.phonetic = 0
        self.names: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        names = self.names
        kind = names.get(name)
        if kind is None:
            kind = names[name] = local(name)
        if kind == "c":
            self._cell(attributes)
        elif kind in ("v", "t"):
            self.listen(True)
        elif kind == "f":
            self.formula = attributes
            self.listen(True)
        elif kind == "row":
            said = attributes.get("r")
            self.row = int(said) if said and said.isdigit() else self.row + 1
            self.column = 0
            self.row_hidden = true(attributes.get("hidden"))
        elif kind == "rPh":
            self.phonetic += 1
        elif kind == "mergeCell":
            if block := block_of(attributes.get("ref", "")):
                self.grid.merged.append(block)
        elif kind == "col" and true(attributes.get("hidden")):
            first, last = attributes.get("min", ""), attributes.get("max", "")
            if first.isdigit() and last.isdigit():
                self.grid.hidden_columns.append((int(first), int(last)))

    def text(self, said: str) -> None:
        self.parts.append(said)

    def end(self, name: str) -> None:
        kind = self.names[name]
        if kind == "c":
            self._keep()
        elif kind in ("v", "t"):
            self.listen(False)
            if not self.phonetic:
                self.value += "".join(self.parts)
                self.has_value = True
            self.parts.clear()
        elif kind == "f":
            self.listen(False)
            self.said_formula = "".join(self.parts)
            self.parts.clear()
        elif kind == "rPh":
            self.phonetic -= 1

    def tell_counted(self) -> None:
        """Findings that may be many are told once, with how many and the first."""
        for (kind, reason), (count, first) in self.counted.items():
            more = f" (here and in {count - 1:,} other cells)" if count > 1 else ""
            self.grid.findings.append(Finding(kind, reason + more, self.title, first))

    def _cell(self, attributes: dict[str, str]) -> None:
        said = attributes.get("r")
        if said is None:
            self.column += 1
        elif found := _ADDRESS.fullmatch(said):
            self.column, self.row = column_of(found[1]), int(found[2])
        else:
            raise Malformed(f"a cell has the address '{said[:20]}', which is none")
        self.type = attributes.get("t", "n")
        styles, number = self.texts.styles, attributes.get("s", "0")
        at = int(number) if number.isdigit() else 0
        self.style = styles[at] if at < len(styles) else PLAIN

    def _keep(self) -> None:
        """Keep the cell that ends here, unless it holds nothing."""
        formula = None if self.formula is None else self._formula(self.formula)
        value = self._value() if self.has_value else None
        if formula is None and value == "":
            value = None
        if formula is not None or value is not None:
            if self.row > LAST_ROW or self.column > LAST_COLUMN:
                raise Malformed("a cell lies beyond the last row or column of a sheet")
            array = None
            if self.formula is not None and self.formula.get("t") in ("array", "dataTable"):
                array = self.formula.get("ref")
            self.budget.spend(formula is not None)
            spot = (self.row, self.column)
            cells = self.grid.cells
            if spot in cells:
                self._count("odd", "the file holds this cell twice; the last one counts")
            cells[spot] = Content(self.row, self.column, value, formula, array, self.style)
            if self.row_hidden:
                self.grid.hidden_rows.add(self.row)
        self.formula, self.said_formula, self.value, self.has_value = None, "", "", False

    def _formula(self, attributes: dict[str, str]) -> str:
        said = self.said_formula.strip()
        kind = attributes.get("t", "normal")
        if kind == "shared":
            return self._shared(attributes.get("si", ""), said)
        if kind == "dataTable":
            inputs = [attributes[key] for key in ("r1", "r2") if attributes.get(key)]
            return f"=TABLE({','.join(inputs)})"
        if not said:
            self._count("unread", "its formula is empty")
        return f"={said}"

    def _shared(self, number: str, said: str) -> str:
        """A formula that many cells share: the first one says it, the others follow."""
        if said:
            try:
                self.shared[number] = template(f"={said}", self.row, self.column)
            except FormulaUnread as error:
                self.shared[number] = error
            return f"={said}"
        shared = self.shared.get(number)
        if isinstance(shared, Template):
            return shared.at(self.row, self.column)
        why = f"which cannot be read: {shared}" if shared else "which the file does not hold"
        self._count("unread", f"it shares formula {number}, {why}")
        return "="

    def _value(self) -> Value:
        said, type_ = self.value, self.type
        if type_ == "n":
            return self._number(said)
        if type_ == "s":
            strings = self.texts.strings
            if said.strip().isdigit() and int(said) < len(strings):
                return strings[int(said)]
            self._count("odd", f"it names text {said[:10]}, which the file does not hold")
            return None
        if type_ == "b":
            return true(said.strip())
        if type_ == "e":
            self._count("error", f"it shows {said[:20]}")
            return ErrorValue(said)
        if type_ == "d":
            return self._day(said.strip())
        return unescaped(said)

    def _number(self, said: str) -> Value:
        try:
            number = float(said)
        except ValueError:
            if said.strip():
                self._count("odd", f"its number '{said[:20]}' is none")
            return said.strip() or None
        if self.style.date:
            moment = moment_of(number, self.texts.since_1904)
            if moment is None:
                self._count("odd", "it is shown as a date, and its number is none")
            return number if moment is None else moment
        if number.is_integer() and "." not in said and abs(number) < 1e15:
            return int(number)
        return number

    def _day(self, said: str) -> Value:
        try:
            return _without_midnight(datetime.fromisoformat(said))
        except ValueError:
            self._count("odd", f"its date '{said[:20]}' is none")
            return said

    def _count(self, kind: FindingKind, reason: str) -> None:
        place = f"{letters_of(self.column)}{self.row}"
        count, first = self.counted.get((kind, reason), (0, place))
        if count or len(self.counted) < _MOST_NAMED:
            self.counted[kind, reason] = (count + 1, first)
        else:
            rest: tuple[FindingKind, str] = (kind, "further cells are odd in other ways")
            count, first = self.counted.get(rest, (0, place))
            self.counted[rest] = (count + 1, first)


def moment_of(serial: float, since_1904: bool) -> date | datetime | time | None:
    """The day, time of day or both that Excel's number stands for; None where it is none."""
    from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

    try:
        found: Any = from_excel(serial, MAC_EPOCH if since_1904 else WINDOWS_EPOCH)
    except (OverflowError, ValueError):
        return None
    return _without_midnight(found) if isinstance(found, datetime) else found


def unescaped(said: str) -> str:
    """A text with the characters that XML cannot hold (`_x000D_`) put back."""
    if "_x" not in said:
        return said
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), said)


def _without_midnight(moment: datetime) -> date | datetime:
    return moment.date() if moment.time() == time() else moment
