"""Reads what an operand of a formula names in A1 form: a cell, a block, whole columns or rows."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from catalog.formulas import LAST_COLUMN, LAST_ROW, column_of, letters_of
from lineage.workbooks.book import Block

_PREFIX = re.compile(r"(?:'(?:[^']|'')+'|(?:\[[^\]]*\])?[^\[\]'!]*)!")
_CELLS = re.compile(
    r"(\$?)([A-Za-z]{1,3})(\$?)([1-9]\d{0,6})(?::(\$?)([A-Za-z]{1,3})(\$?)([1-9]\d{0,6}))?"
)
_COLUMNS = re.compile(r"(\$?)([A-Za-z]{1,3}):(\$?)([A-Za-z]{1,3})")
_ROWS = re.compile(r"(\$?)([1-9]\d{0,6}):(\$?)([1-9]\d{0,6})")
Form = Literal["cell", "block", "columns", "rows"]


class Place(NamedTuple):
    """A row or column, and whether it stays when the formula is copied."""

    number: int
    fixed: bool

    def moved(self, by: int) -> int:
        """Its number in a formula that stands so many rows or columns further."""
        return self.number if self.fixed else self.number + by


class Area(NamedTuple):
    """Cells in A1 form; `prefix` is what stands before the `!`, as written, with it."""

    form: Form
    prefix: str
    top: Place
    left: Place
    bottom: Place
    right: Place

    @property
    def fixed(self) -> bool:
        """Whether it is the same cells wherever the formula stands."""
        return self.top.fixed and self.left.fixed and self.bottom.fixed and self.right.fixed

    def block(self, down: int = 0, across: int = 0) -> Block | None:
        """Its cells in a formula so many cells further; None where they leave the sheet."""
        _, _, (top, top_fixed), (left, left_fixed), (bottom, low_fixed), (right, right_fixed) = self
        top, bottom = top if top_fixed else top + down, bottom if low_fixed else bottom + down
        left, right = (
            left if left_fixed else left + across,
            right if right_fixed else right + across,
        )
        top, bottom = (bottom, top) if top > bottom else (top, bottom)
        left, right = (right, left) if left > right else (left, right)
        if top < 1 or left < 1 or bottom > LAST_ROW or right > LAST_COLUMN:
            return None
        return Block(top, left, bottom, right)

    def moved(self, down: int, across: int) -> Area:
        """The area in a formula so many cells further, where it does not leave the sheet."""
        return self._replace(
            top=self.top._replace(number=self.top.moved(down)),
            bottom=self.bottom._replace(number=self.bottom.moved(down)),
            left=self.left._replace(number=self.left.moved(across)),
            right=self.right._replace(number=self.right.moved(across)),
        )

    def wrapped(self, down: int, across: int) -> Area:
        """The same, counted so that it stays on the sheet when it is moved so far."""
        return self._replace(
            top=_wrapped(self.top, down, LAST_ROW),
            bottom=_wrapped(self.bottom, down, LAST_ROW),
            left=_wrapped(self.left, across, LAST_COLUMN),
            right=_wrapped(self.right, across, LAST_COLUMN),
        )

    def written(self, down: int, across: int) -> str:
        """As it is written in a formula so many cells further: `#REF!` outside the sheet."""
        if self.block(down, across) is None:
            return f"{self.prefix}#REF!"
        (left, right), (top, bottom) = self.corners(across), self.ends(down)
        if self.form == "columns":
            return f"{self.prefix}{left}:{right}"
        if self.form == "rows":
            return f"{self.prefix}{top}:{bottom}"
        if self.form == "cell":
            return f"{self.prefix}{left}{top}"
        return f"{self.prefix}{left}{top}:{right}{bottom}"

    def corners(self, across: int) -> tuple[str, str]:
        """Its first and last column as written so many columns further, with `$`."""
        return _letters(self.left, across), _letters(self.right, across)

    def ends(self, down: int) -> tuple[str, str]:
        """Its first and last row as written so many rows further, with `$`."""
        return _digits(self.top, down), _digits(self.bottom, down)

    def relative(self, row: int, column: int) -> str:
        """As it looks from a cell: `R[-1]C`, `R2C3`, `C[1]:C[2]`."""
        left, right = _from("C", self.left, column), _from("C", self.right, column)
        if self.form == "columns":
            return f"{self.prefix}{left}:{right}"
        top, bottom = _from("R", self.top, row), _from("R", self.bottom, row)
        if self.form == "rows":
            return f"{self.prefix}{top}:{bottom}"
        if self.form == "cell":
            return f"{self.prefix}{top}{left}"
        return f"{self.prefix}{top}{left}:{bottom}{right}"


def relative_text(text: str, row: int, column: int) -> str:
    """An operand as it looks from a cell; a name as it is. The same as `Area.relative`, but quick.

    Most operands are a cell or a block on the formula's own sheet.
    """
    found = _CELLS.fullmatch(text)
    if found is None:
        area = area_of(text)
        return area.relative(row, column) if area else text
    fixed, letters, lock, digits, other_fixed, other_letters, other_lock, other_digits = (
        found.groups()
    )
    first = _point(fixed, letters, lock, digits, row, column)
    if other_digits is None:
        return first or text
    last = _point(other_fixed, other_letters, other_lock, other_digits, row, column)
    return f"{first}:{last}" if first and last else text


def split_prefix(text: str) -> tuple[str, str]:
    """What stands before the `!` of an operand, with it, and the rest."""
    found = _PREFIX.match(text)
    return (found[0], text[found.end() :]) if found else ("", text)


@lru_cache(maxsize=4096)
def area_of(text: str) -> Area | None:
    """The cells that an operand names; None where it is a name, a table or no cell of a sheet."""
    prefix, rest = split_prefix(text) if "!" in text else ("", text)
    if found := _CELLS.fullmatch(rest):
        left, top = _column(found[1], found[2]), Place(int(found[4]), bool(found[3]))
        if found[6] is None:
            return _inside(Area("cell", prefix, top, left, top, left))
        right, bottom = _column(found[5], found[6]), Place(int(found[8]), bool(found[7]))
        return _inside(Area("block", prefix, top, left, bottom, right))
    if found := _COLUMNS.fullmatch(rest):
        left, right = _column(found[1], found[2]), _column(found[3], found[4])
        return _inside(Area("columns", prefix, _FIRST, left, _LAST_ROW, right))
    if found := _ROWS.fullmatch(rest):
        top, bottom = Place(int(found[2]), bool(found[1])), Place(int(found[4]), bool(found[3]))
        return _inside(Area("rows", prefix, top, _FIRST, bottom, _LAST_COLUMN))
    return None


_FIRST, _LAST_ROW, _LAST_COLUMN = Place(1, True), Place(LAST_ROW, True), Place(LAST_COLUMN, True)


def _inside(area: Area) -> Area | None:
    return area if area.block() else None


def _column(fixed: str, letters: str) -> Place:
    return Place(_numbered(letters), bool(fixed))


def _wrapped(place: Place, by: int, last: int) -> Place:
    if place.fixed:
        return place
    return Place((place.number + by - 1) % last + 1 - by, False)


def _letters(place: Place, across: int) -> str:
    return f"{'$' if place.fixed else ''}{letters_of(place.moved(across))}"


def _digits(place: Place, down: int) -> str:
    return f"{'$' if place.fixed else ''}{place.moved(down)}"


def _point(fixed: str, letters: str, lock: str, digits: str, row: int, column: int) -> str:
    """One corner as it looks from a cell; nothing where no sheet has it."""
    number, at = int(digits), _numbered(letters)
    if number > LAST_ROW or at > LAST_COLUMN:
        return ""
    down = f"{number}" if lock else f"[{number - row}]" if number != row else ""
    across = f"{at}" if fixed else f"[{at - column}]" if at != column else ""
    return f"R{down}C{across}"


_numbered = lru_cache(maxsize=20_000)(column_of)


def _from(letter: str, place: Place, here: int) -> str:
    if place.fixed:
        return f"{letter}{place.number}"
    away = place.number - here
    return f"{letter}[{away}]" if away else letter
