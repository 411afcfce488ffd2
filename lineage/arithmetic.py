"""Reads the arithmetic of a workbook's formula by its precedence; what it makes is the reader's."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, Generic, TypeVar

from lineage.workbooks.areas import area_of
from lineage.workbooks.tokens import FormulaUnread, Token, tokens_of

Number = TypeVar("Number")
Piece = tuple[str, str]
"""A piece of a formula: its kind (`number`, `reference`, `name`, `sign` …) and its text.

`name` is a function's, and the bracket behind it is a sign.
"""
_SIGNS = ("end", "open", "close", "separator", "infix", "prefix", "postfix")
COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")


class Arithmetic(ABC, Generic[Number]):
    """Reads pieces from left to right, lowest precedence first.

    A reader says what numbers, references and calls are, what an operator makes of two numbers, and
    with which error (`refused`) and words (`whose`) it complains.
    """

    refused: ClassVar[type[ValueError]]
    whose: ClassVar[str]
    unexpected: ClassVar[str] = ""

    def __init__(self, tokens: Sequence[Piece]) -> None:
        self.tokens, self.at = tokens, 0

    @classmethod
    def split(cls, formula: str) -> Iterator[Piece]:
        """The pieces of a formula."""
        text = formula.strip()
        try:
            tokens = tokens_of(text if text.startswith("=") else f"={text}")
        except FormulaUnread as error:
            raise cls.refused(f"{cls.whose} cannot be read: {error}") from None
        for token in tokens:
            yield from cls._pieces(token)

    @classmethod
    def _pieces(cls, token: Token) -> Iterator[Piece]:
        kind, text = token
        if kind == "call":
            yield "name", text.removesuffix("(").rstrip()
            yield "sign", "("
        elif kind == "range":
            if area_of(text) is None:
                raise cls.refused(f"'{text}' in {cls.whose} cannot be read")
            yield "reference", text
        elif kind in _SIGNS:
            yield "sign", text
        elif kind != "space":
            yield kind, text

    def comparison(self) -> Number:
        """What stands between brackets, or makes a whole formula."""
        return self._chain(COMPARISONS, self._terms)

    def _terms(self) -> Number:
        return self._chain(("+", "-"), self._factors)

    def _factors(self) -> Number:
        return self._chain(("*", "/"), self._powers)

    def _powers(self) -> Number:
        return self._chain(("^",), self._signed)

    def _chain(self, signs: Sequence[str], part: Callable[[], Number]) -> Number:
        value = part()
        while sign := self._sign(*signs):
            value = self.combined(sign, value, part())
        return value

    def _signed(self) -> Number:
        if sign := self._sign("-", "+"):
            value = self._signed()
            return self.negated(value) if sign == "-" else value
        value = self._atom()
        while self._sign("%"):
            value = self.hundredth(value)
        return value

    def _atom(self) -> Number:
        kind, text = self._next()
        if kind == "number":
            return self.number(text)
        if kind == "reference":
            return self.referred(text)
        if kind == "name":
            return self.called(text.upper())
        if text == "(":
            value = self.comparison()
            self._expect(")")
            return self.bracketed(value)
        raise self.refused(f"'{text}' stands where a number is expected{self.unexpected}")

    @abstractmethod
    def combined(self, sign: str, left: Number, right: Number) -> Number:
        """What an operator makes of two numbers."""

    @abstractmethod
    def negated(self, value: Number) -> Number:
        """A number with its sign turned."""

    @abstractmethod
    def hundredth(self, value: Number) -> Number:
        """A number followed by %."""

    @abstractmethod
    def number(self, text: str) -> Number:
        """A number as it is written."""

    @abstractmethod
    def referred(self, text: str) -> Number:
        """The number of the one cell a reference names."""

    @abstractmethod
    def called(self, name: str) -> Number:
        """What a function gives; its name is read, its opening bracket is next."""

    def bracketed(self, value: Number) -> Number:
        """What stood in brackets."""
        return value

    def _next(self) -> Piece:
        if self.at >= len(self.tokens):
            raise self.refused(f"{self.whose} ends where a number is expected")
        self.at += 1
        return self.tokens[self.at - 1]

    def _sign(self, *signs: str) -> str | None:
        if self.at < len(self.tokens) and self.tokens[self.at][1] in signs:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def _expect(self, sign: str) -> None:
        if not self._sign(sign):
            raise self.refused(f"a '{sign}' is missing in {self.whose}")
