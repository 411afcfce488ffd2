"""A formula without its place: written for any cell it is copied to, and in its relative form."""

from __future__ import annotations

from dataclasses import dataclass

from lineage.workbooks.areas import Area, area_of
from lineage.workbooks.tokens import Token, tokens_of


@dataclass(frozen=True)
class Template:
    """A formula as it stands at one cell, its references told from the rest."""

    row: int
    column: int
    pieces: tuple[str | Area, ...]

    def at(self, row: int, column: int) -> str:
        """The formula as it stands in another cell when it is copied there, with its `=`."""
        down, across = row - self.row, column - self.column
        return "=" + "".join(
            piece if isinstance(piece, str) else piece.written(down, across)
            for piece in self.pieces
        )

    @property
    def relative(self) -> str:
        """The formula as it looks from its cell; the same for every cell it is copied to."""
        return "=" + "".join(
            piece if isinstance(piece, str) else piece.relative(self.row, self.column)
            for piece in self.pieces
        )


def template(formula: str, row: int, column: int) -> Template:
    """The template of a formula at a cell; raises FormulaUnread."""
    return template_of_tokens(tokens_of(formula), row, column)


def template_of_tokens(tokens: list[Token], row: int, column: int) -> Template:
    """The template of a formula whose tokens are known."""
    pieces = tuple((area_of(text) or text) if kind == "range" else text for kind, text in tokens)
    return Template(row, column, pieces)
