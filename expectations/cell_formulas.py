"""Evaluates a cell's workbook formula over other cells' numbers, exactly or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, DecimalException, localcontext

from lineage.formulas import references
from lineage.places import Position

Lookup = Callable[[Position], Decimal]
MOST_CELLS = 10_000
DIGITS = 34
MOST_DIGITS = 40
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)
    |(?P<reference>(?:(?:'(?:[^']|'')+'|[\w.\[\]]+)!)?\$?[A-Za-z]{1,3}\$?[1-9]\d*
        (?::\$?[A-Za-z]{1,3}\$?[1-9]\d*)?(?![\w(.!]))
    |(?P<name>[A-Za-z]+)(?=\s*\()
    |(?P<sign><=|>=|<>|[-+*/^%(),;<>=]))""",
    re.VERBOSE,
)


class FormulaRefused(ValueError):
    """A formula uses something that is not evaluated here, or has no number."""


def evaluate(formula: str, lookup: Lookup, sheet: str = "") -> Decimal:
    """The number of a formula such as `=IF(C5=0,0,C6/C5)`; `sheet` is the one it stands on, folded.

    Knows arithmetic, comparison, %, and SUM, AVERAGE, MIN, MAX, ABS, ROUND, IF. `lookup` gives the
    number at a position and may raise FormulaRefused, as this does for everything it cannot do.
    """
    tokens = list(_tokens(formula.strip().removeprefix("=")))
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


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at, text = 0, text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise FormulaRefused(f"'{text[at : at + 12].strip()}' in the formula cannot be read")
        kind = str(found.lastgroup)
        yield kind, found[kind]
        at = found.end()


class _Reader:
    """Reads tokens from left to right, lowest precedence first, and computes as it goes."""

    def __init__(self, tokens: Sequence[tuple[str, str]], lookup: Lookup, sheet: str) -> None:
        self.tokens, self.lookup, self.sheet = tokens, lookup, sheet
        self.at = 0

    def comparison(self) -> Decimal:
        left = self.sum()
        while sign := self._sign("=", "<>", "<", ">", "<=", ">="):
            right = self.sum()
            left = Decimal(_COMPARED[sign](left, right))
        return left

    def sum(self) -> Decimal:
        value = self.product()
        while sign := self._sign("+", "-"):
            other = self.product()
            value = value + other if sign == "+" else value - other
        return value

    def product(self) -> Decimal:
        value = self.power()
        while sign := self._sign("*", "/"):
            other = self.power()
            value = value * other if sign == "*" else value / other
        return value

    def power(self) -> Decimal:
        value = self.unary()
        while self._sign("^"):
            value = value ** self.unary()
        return value

    def unary(self) -> Decimal:
        if sign := self._sign("-", "+"):
            value = self.unary()
            return -value if sign == "-" else value
        value = self.atom()
        while self._sign("%"):
            value /= 100
        return value

    def atom(self) -> Decimal:
        kind, text = self._next()
        if kind == "number":
            return Decimal(text)
        if kind == "reference":
            cells = list(self._cells(text))
            if len(cells) != 1:
                raise FormulaRefused(f"{text} are several cells where one number is expected")
            return self.lookup(cells[0])
        if kind == "name":
            return self._call(text.upper())
        if text == "(":
            value = self.comparison()
            self._expect(")")
            return value
        raise FormulaRefused(f"'{text}' stands where a number is expected")

    def _call(self, name: str) -> Decimal:
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

    def _next(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise FormulaRefused("the formula ends where a number is expected")
        self.at += 1
        return self.tokens[self.at - 1]

    def _sign(self, *signs: str) -> str | None:
        if self.at < len(self.tokens) and self.tokens[self.at][1] in signs:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def _expect(self, sign: str) -> None:
        if not self._sign(sign):
            raise FormulaRefused(f"a '{sign}' is missing in the formula")


def _round(values: Sequence[Decimal]) -> Decimal:
    if len(values) != 2 or values[1] != int(values[1]) or abs(values[1]) > 20:
        raise FormulaRefused("ROUND takes a number and a whole number of digits")
    return values[0].quantize(Decimal(1).scaleb(-int(values[1])), ROUND_HALF_UP)


def _one(values: Sequence[Decimal]) -> Decimal:
    if len(values) != 1:
        raise FormulaRefused("ABS takes one number")
    return abs(values[0])


_COMPARED: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
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
