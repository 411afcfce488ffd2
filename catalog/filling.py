"""Fills a formula into other cells, as Excel does when it is copied: relative references move."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from catalog.formulas import LAST_COLUMN, LAST_ROW, column_of, letters_of

_PIECE = re.compile(
    r"""(?P<kept>"(?:[^"]|"")*"                       # a text
        |'(?:[^']|'')*'!?                             # a sheet in quotes
        |\[(?:[^\[\]]|\[[^\[\]]*\])*\]                # another workbook, or columns of a table
        |[^\W\d][\w.]*!                               # a sheet
        |\#[A-Z0-9/]+[!?]?                            # an error
        |(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+              # 1E5, which is a number
        |\d+\.\d*)
      |(?P<dollar>\$)?(?P<column>[A-Za-z]{1,3})(?P<lock>\$)?(?P<row>[1-9]\d{0,6})(?![\w.(!\[$])
      |(?P<left_lock>\$)?(?P<left>[A-Za-z]{1,3}):(?P<right_lock>\$)?(?P<right>[A-Za-z]{1,3})(?![\w.(!\[$])
      |(?P<top_lock>\$)?(?P<top>[1-9]\d{0,6}):(?P<bottom_lock>\$)?(?P<bottom>[1-9]\d{0,6})(?![\w.(!\[$])
      |(?P<word>[\w.\\]+\(?)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A column or a row of a reference, and whether it moves."""

    number: int
    fixed: bool
    is_row: bool

    def moved(self, rows: int, columns: int) -> str | None:
        by = 0 if self.fixed else rows if self.is_row else columns
        number = self.number + by
        if not 1 <= number <= (LAST_ROW if self.is_row else LAST_COLUMN):
            return None
        return ("$" if self.fixed else "") + (str(number) if self.is_row else letters_of(number))


_Piece = str | tuple[_Part, ...]


@dataclass(frozen=True)
class Filling:
    """A formula taken apart into what stays and what moves."""

    pieces: tuple[_Piece, ...]

    def moved(self, rows: int, columns: int) -> str:
        """The formula so many rows further down and columns further right.

        A reference that would leave the sheet is `#REF!`, as in Excel.
        """
        return "".join(
            piece if isinstance(piece, str) else _written(piece, rows, columns)
            for piece in self.pieces
        )


def filling_of(formula: str) -> Filling:
    """Take a formula apart; it need not be a right one."""
    return Filling(tuple(_joined(_pieces(formula))))


def filled(formula: str, rows: int, columns: int) -> str:
    """A formula so many rows further down and columns further right."""
    return filling_of(formula).moved(rows, columns)


def _written(parts: tuple[_Part, ...], rows: int, columns: int) -> str:
    moved = [part.moved(rows, columns) for part in parts]
    if None in moved:
        return "#REF!"
    between = "" if parts[0].is_row != parts[-1].is_row else ":"
    return between.join(str(one) for one in moved)


def _pieces(formula: str) -> Iterator[_Piece]:
    at = 0
    for found in _PIECE.finditer(formula):
        yield formula[at : found.start()]
        yield _piece(found)
        at = found.end()
    yield formula[at:]


def _piece(found: re.Match[str]) -> _Piece:
    if found["column"]:
        column = _Part(column_of(found["column"]), bool(found["dollar"]), False)
        row = _Part(int(found["row"]), bool(found["lock"]), True)
        return found[0] if _beyond(column) or _beyond(row) else (column, row)
    if found["left"]:
        ends = (("left", "left_lock"), ("right", "right_lock"))
        parts = tuple(_Part(column_of(found[n]), bool(found[lock]), False) for n, lock in ends)
        return found[0] if any(map(_beyond, parts)) else parts
    if found["top"]:
        ends = (("top", "top_lock"), ("bottom", "bottom_lock"))
        rows = tuple(_Part(int(found[n]), bool(found[lock]), True) for n, lock in ends)
        return found[0] if any(map(_beyond, rows)) else rows
    return found[0]


def _beyond(part: _Part) -> bool:
    return part.number > (LAST_ROW if part.is_row else LAST_COLUMN)


def _joined(pieces: Iterator[_Piece]) -> Iterator[_Piece]:
    text = ""
    for piece in pieces:
        if isinstance(piece, str):
            text += piece
        else:
            if text:
                yield text
            text = ""
            yield piece
    if text:
        yield text
