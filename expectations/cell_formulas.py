"""Evaluates a cell's workbook formula over other cells' numbers, exactly or not at all."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, DecimalException, localcontext

from lineage.arithmetic import Arithmetic, Piece
from lineage.formulas import references
from lineage.places import Position

Lookup = Callable[[Position], Decimal]
MOST_CELLS = 10_000
DIGITS = 34
MOST_DIGITS = 40


class FormulaRefused(ValueError):
    """A formula uses something that is not evaluated here, or has no number."""


def evaluate(formula: str, lookup: Lookup, sheet: str = "") -> Decimal:
    """The number of a formula such as `=IF(C5=0,0,C6/C5)`; `sheet` is the one it stands on, folded.

    Knows arithmetic, comparison, %, and SUM, AVERAGE, MIN, MAX, ABS, ROUND, IF. `lookup` gives the
    number at a position and may raise FormulaRefused, as this does for everything it cannot do.
    """
    tokens = list(_Reader.split(formula))
    reader = _Reader(tokens, lookup, sheet)
    try:
        with localcontext(prec=DIGITS):
            value = reader.comparison()
    except DecimalException:
        raise FormulaRefused(f"{formula} has no number: a division by zero?") from None
    except RecursionError:
        raise FormulaRefused(f"{formula} is nested too deeply") from None
    if value.adjusted() > MOST_DIGITS:
        raise FormulaRefused(f"{formula} has no number one could write down")
    if reader.at < len(tokens):
        raise FormulaRefused(f"'{tokens[reader.at][1]}' in {formula} cannot be read")
    return value


class _Reader(Arithmetic[Decimal]):
    """Computes as it reads."""

    refused = FormulaRefused
    whose = "the formula"

    def __init__(self, tokens: Sequence[Piece], lookup: Lookup, sheet: str) -> None:
        super().__init__(tokens)
        self.lookup, self.sheet = lookup, sheet

    def combined(self, sign: str, left: Decimal, right: Decimal) -> Decimal:
        return Decimal(_OPERATORS[sign](left, right))

    def negated(self, value: Decimal) -> Decimal:
        return -value

    def hundredth(self, value: Decimal) -> Decimal:
        return value / 100

    def number(self, text: str) -> Decimal:
        return Decimal(text)

    def referred(self, text: str) -> Decimal:
        cells = list(self._cells(text))
        if len(cells) != 1:
            raise FormulaRefused(f"{text} are several cells where one number is expected")
        return self.lookup(cells[0])

    def called(self, name: str) -> Decimal:
        self._expect("(")
        if name == "IF":
            return self._choose()
        if name not in _FUNCTIONS:
            raise FormulaRefused(f"{name} is not evaluated here; known: {', '.join(_KNOWN)}")
        values: list[Decimal] = []
        while True:
            values += self._argument()
            if not self._sign(",", ";"):
                break
        self._expect(")")
        return _FUNCTIONS[name](values)

    def _choose(self) -> Decimal:
        """IF asks only for the branch it takes: the other may have no number."""
        condition = self.comparison()
        if not self._sign(",", ";"):
            raise FormulaRefused("IF has no second part")
        if condition:
            value = self.comparison()
            if self._sign(",", ";"):
                self._skip()
        else:
            self._skip()
            value = self.comparison() if self._sign(",", ";") else Decimal(0)
        self._expect(")")
        return value

    def _skip(self) -> None:
        """Pass over one argument without computing it."""
        depth = 0
        while self.at < len(self.tokens):
            text = self.tokens[self.at][1]
            if depth == 0 and text in (",", ";", ")"):
                return
            depth += (text == "(") - (text == ")")
            self.at += 1

    def _argument(self) -> list[Decimal]:
        """One number, or those of a block of cells."""
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        if kind == "reference" and ":" in text:
            self.at += 1
            return [self.lookup(cell) for cell in self._cells(text)]
        return [self.comparison()]

    def _cells(self, text: str) -> Iterator[Position]:
        for found in references(text):
            (left, top), (right, bottom) = found.first, found.last
            if (right - left + 1) * (bottom - top + 1) > MOST_CELLS:
                raise FormulaRefused(f"{text} are too many cells")
            sheet = self.sheet if found.sheet is None else found.sheet
            for row in range(top, bottom + 1):
                yield from ((sheet, column, row) for column in range(left, right + 1))


def _round(values: Sequence[Decimal]) -> Decimal:
    if len(values) != 2 or values[1] != int(values[1]) or abs(values[1]) > 20:
        raise FormulaRefused("ROUND takes a number and a whole number of digits")
    return values[0].quantize(Decimal(1).scaleb(-int(values[1])), ROUND_HALF_UP)


def _one(values: Sequence[Decimal]) -> Decimal:
    if len(values) != 1:
        raise FormulaRefused("ABS takes one number")
    return abs(values[0])


_OPERATORS: Mapping[str, Callable[[Decimal, Decimal], Decimal | bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
}
_FUNCTIONS: Mapping[str, Callable[[Sequence[Decimal]], Decimal]] = {
    "SUM": lambda values: sum(values, Decimal(0)),
    "AVERAGE": lambda values: sum(values, Decimal(0)) / len(values),
    "MIN": min,
    "MAX": max,
    "ABS": _one,
    "ROUND": _round,
}
_KNOWN = (*_FUNCTIONS, "IF")
