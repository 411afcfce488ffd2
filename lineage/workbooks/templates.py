"""A formula without its place: written for any cell it is copied to, and in its relative form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from catalog.formulas import LAST_COLUMN, LAST_ROW, letters_of
from lineage.workbooks.areas import Area, area_of, relative_text
from lineage.workbooks.tokens import Token, tokens_of


@dataclass(frozen=True)
class Template:
    """A formula as it stands at one cell, its references told from the rest."""

    row: int
    column: int
    pieces: tuple[str | Area, ...]

    def at(self, row: int, column: int) -> str:
        """The formula as it stands in another cell when it is copied there, with its `=`."""
        if column == self.column and (written := self.down.at(row)):
            return written
        down, across = row - self.row, column - self.column
        return "=" + "".join(
            piece if isinstance(piece, str) else piece.written(down, across)
            for piece in self.pieces
        )

    def moved(self, row: int, column: int) -> Template:
        """The template of the formula as it stands in another cell, to which it was copied."""
        down, across = row - self.row, column - self.column
        pieces = (
            piece if isinstance(piece, str) else piece.moved(down, across) for piece in self.pieces
        )
        return Template(row, column, tuple(pieces))

    @property
    def relative(self) -> str:
        """The formula as it looks from its cell; the same for every cell it is copied to."""
        return "=" + "".join(
            piece if isinstance(piece, str) else piece.relative(self.row, self.column)
            for piece in self.pieces
        )

    @cached_property
    def down(self) -> Form:
        """How it is written in other rows of its column."""
        pieces = (_by_row(one) if isinstance(one, Area) else (one,) for one in self.pieces)
        return _form([part for piece in pieces for part in piece], self.row, LAST_ROW)

    @cached_property
    def across(self) -> Form:
        """How it is written in other columns of its row."""
        pieces = (_by_column(one) if isinstance(one, Area) else (one,) for one in self.pieces)
        return _form([part for piece in pieces for part in piece], self.column, LAST_COLUMN)


class LateTemplate:
    """A template that is made when it is asked for: of most formulas it never is."""

    def __init__(self, tokens: Sequence[Token], row: int, column: int) -> None:
        self._tokens, self._row, self._column = tokens, row, column

    @cached_property
    def template(self) -> Template:
        """The template."""
        return template_of_tokens(self._tokens, self._row, self._column)

    def moved(self, row: int, column: int) -> LateTemplate:
        """The same for another cell, to which the formula was copied."""
        late = LateTemplate((), row, column)
        late.template = self.template.moved(row, column)
        return late


@dataclass(frozen=True, slots=True)
class Form:
    """A formula with gaps for the rows, or the columns, that move with it."""

    text: str
    gaps: tuple[int, ...]
    first: int
    last: int

    def at(self, number: int) -> str | None:
        """The formula in that row; None where a reference would leave the sheet."""
        if not self.first <= number <= self.last:
            return None
        return self.text % tuple([number + gap for gap in self.gaps])

    def across(self, number: int) -> str | None:
        """The formula in that column; None where a reference would leave the sheet."""
        if not self.first <= number <= self.last:
            return None
        return self.text % tuple([letters_of(number + gap) for gap in self.gaps])


def template(formula: str, row: int, column: int) -> Template:
    """The template of a formula at a cell; raises FormulaUnread."""
    return template_of_tokens(tokens_of(formula), row, column)


def template_of_tokens(tokens: Sequence[Token], row: int, column: int) -> Template:
    """The template of a formula whose tokens are known."""
    pieces = tuple((area_of(text) or text) if kind == "range" else text for kind, text in tokens)
    return Template(row, column, pieces)


def relative_pieces(tokens: Sequence[Token], row: int, column: int) -> list[str]:
    """A formula as it looks from its cell, in pieces, one for each token."""
    return [relative_text(text, row, column) if kind == "range" else text for kind, text in tokens]


def _form(parts: Sequence[str | int], here: int, last: int) -> Form:
    """A form of texts and of the numbers that move, which are told from `here`."""
    gaps = tuple(part - here for part in parts if isinstance(part, int))
    texts = (part.replace("%", "%%") if isinstance(part, str) else "%s" for part in parts)
    return Form(
        "=" + "".join(texts), gaps, max(1, 1 - min(gaps, default=0)), last - max(gaps, default=0)
    )


def _by_row(area: Area) -> list[str | int]:
    """An area in pieces, its moving rows as numbers."""
    if area.form == "columns":
        return [area.written(0, 0)]
    top = [f"${area.top.number}"] if area.top.fixed else [area.top.number]
    bottom = [f"${area.bottom.number}"] if area.bottom.fixed else [area.bottom.number]
    if area.form == "rows":
        return [area.prefix, *top, ":", *bottom]
    left, right = area.corners(0)
    if area.form == "cell":
        return [area.prefix, left, *top]
    return [area.prefix, left, *top, ":", right, *bottom]


def _by_column(area: Area) -> list[str | int]:
    """An area in pieces, its moving columns as numbers."""
    if area.form == "rows":
        return [area.written(0, 0)]
    left = [area.corners(0)[0]] if area.left.fixed else [area.left.number]
    right = [area.corners(0)[1]] if area.right.fixed else [area.right.number]
    if area.form == "columns":
        return [area.prefix, *left, ":", *right]
    top, bottom = area.ends(0)
    if area.form == "cell":
        return [area.prefix, *left, top]
    return [area.prefix, *left, top, ":", *right, bottom]
