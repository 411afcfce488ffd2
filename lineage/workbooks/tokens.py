"""Takes a formula apart into tokens: by formualizer, else by openpyxl, else it says why not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal

Kind = Literal[
    "range",
    "number",
    "text",
    "logical",
    "error",
    "call",
    "end",
    "open",
    "close",
    "separator",
    "infix",
    "prefix",
    "postfix",
    "array",
    "space",
]
Token = tuple[Kind, str]
"""What a piece of a formula is, and its text. `range` is all that may name cells, names too."""

_BY_SUBTYPE: dict[int, Kind] = {
    1: "text",
    2: "number",
    3: "logical",
    4: "error",
    5: "range",
    8: "separator",
    9: "separator",
}
_KINDS: dict[tuple[int, int], Kind] = {
    (2, 6): "call",
    (2, 7): "end",
    (3, 6): "array",
    (3, 7): "array",
    (4, 6): "open",
    (4, 7): "close",
    (6, 0): "prefix",
    (7, 0): "infix",
    (8, 0): "postfix",
    (9, 0): "space",
}


class FormulaUnread(ValueError):
    """A formula that neither tokeniser reads; says what they stumble over."""


def tokens_of(formula: str) -> list[Token]:
    """The tokens of a formula, which begins with `=`; put together again they are the formula.

    Raises FormulaUnread.
    """
    from formualizer import TokenizerError, tokenize

    if not formula.startswith("="):
        raise FormulaUnread("it does not begin with =")
    try:
        found: list[Any] = list(tokenize(formula))
    except TokenizerError as error:
        return _by_openpyxl(formula, str(error).partition(": ")[2] or str(error))
    tokens = [(_kind_of(token), token.value) for token in found]
    if "#" in formula:
        tokens = _whole(formula, found, tokens)
    return tokens or _nothing()


def _kind_of(token: Any) -> Kind:
    """What a token is; mostly its subtype says all."""
    subtype = int(token.subtype)
    return _BY_SUBTYPE.get(subtype) or _KINDS[int(token.token_type), subtype]


def _whole(formula: str, found: list[Any], tokens: list[Token]) -> list[Token]:
    """The tokens with what is left out before an error: the sheet of `Sheet1!#REF!`."""
    source, at, whole = formula.encode(), 1, []
    for token, (kind, text) in zip(found, tokens, strict=True):
        said = source[at : token.end].decode() if token.start > at else text
        at = token.end
        whole.append((kind, said))
    return whole


def _by_openpyxl(formula: str, complaint: str) -> list[Token]:
    """What openpyxl's own tokeniser makes of it."""
    from openpyxl.formula.tokenizer import Tokenizer, TokenizerError

    try:
        items = Tokenizer(formula).items
    except (TokenizerError, IndexError):
        raise FormulaUnread(complaint) from None
    tokens: list[Token] = [(_kind(item.type, item.subtype), item.value) for item in items]
    if "".join(text for _, text in tokens) != formula[1:] or not _closed(tokens):
        raise FormulaUnread(complaint)
    return tokens or _nothing()


def _kind(type_: str, subtype: str) -> Kind:
    return _OTHERS.get((type_, subtype)) or _OTHERS[type_, ""]


_OTHERS: dict[tuple[str, str], Kind] = {
    ("OPERAND", "RANGE"): "range",
    ("OPERAND", "NUMBER"): "number",
    ("OPERAND", "TEXT"): "text",
    ("OPERAND", "LOGICAL"): "logical",
    ("OPERAND", "ERROR"): "error",
    ("OPERAND", ""): "text",
    ("LITERAL", ""): "text",
    ("FUNC", "OPEN"): "call",
    ("FUNC", "CLOSE"): "end",
    ("ARRAY", ""): "array",
    ("ARRAYROW", ""): "array",
    ("PAREN", "OPEN"): "open",
    ("PAREN", "CLOSE"): "close",
    ("SEP", ""): "separator",
    ("OPERATOR-PREFIX", ""): "prefix",
    ("OPERATOR-INFIX", ""): "infix",
    ("OPERATOR-POSTFIX", ""): "postfix",
    ("WHITE-SPACE", ""): "space",
}


def _closed(tokens: Sequence[Token]) -> bool:
    """Whether as many brackets are closed as were opened, and no operand stands beside another."""
    kinds = [kind for kind, _ in tokens]
    opened = sum(kind in ("call", "open") for kind in kinds)
    closed = sum(kind in ("end", "close") for kind in kinds)
    operands = ("range", "number", "text", "logical", "error")
    return opened == closed and not any(
        one in operands and other in operands for one, other in pairwise(kinds)
    )


def _nothing() -> list[Token]:
    raise FormulaUnread("there is nothing after the =")
