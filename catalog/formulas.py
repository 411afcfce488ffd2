"""Reads cells' addresses, and says what is wrong with the form of an address or a formula."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LAST_COLUMN = 16_384
LAST_ROW = 1_048_576
_ADDRESS = re.compile(r"\$?(?P<column>[A-Za-z]{1,3})\$?(?P<row>[0-9]{1,7})")
_BARE = re.compile(r"(?P<column>[A-Z]{1,3})(?P<row>\d+)")
_SHEET = re.compile(r"[^\[\]:*?/\\']+|'(?:[^'\[\]:*?/\\]|'')+'")
_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<text>"(?:[^"]|"")*")
      | (?P<sheet>(?:'(?:[^']|'')+'|(?:\[[^\]]*\])?[^\W\d][\w.]*)(?=!))!
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<error>\#(?:REF!|N/A|NAME\?|DIV/0!|NULL!|NUM!|VALUE!|SPILL!|CALC!))
      | (?P<array>\{[^{}]*\})
      | (?P<call>[^\W\d][\w.]*\()
      | (?P<name>\$?[^\W\d][\w.]*(?:\$\d+)?(?:\[(?:[^\[\]]|\[[^\[\]]*\])*\])?\#?|\$\d+|\[[^\[\]]*\])
      | (?P<open>\()
      | (?P<close>\))
      | (?P<separator>[,;])
      | (?P<percent>%)
      | (?P<operator><>|<=|>=|[-+*/^&=<>:@])""",
    re.VERBOSE,
)
_OPERANDS = frozenset({"text", "number", "error", "array", "name"})
_BEFORE_OPERAND = frozenset({"+", "-", "@"})


@dataclass(frozen=True)
class Address:
    """Where a cell stands: its sheet without quotes (empty when unsaid), column letters and row."""

    sheet: str
    column: str
    row: int


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def read_address(at: str) -> Address | None:
    """The address `at` names (`Summary!C5`, `$C$5`), or None where it names none."""
    sheet, _, address = at.strip().rpartition("!")
    found = _BARE.fullmatch(address.replace("$", "").upper())
    return Address(plain_sheet(sheet), found["column"], int(found["row"])) if found else None


@dataclass(frozen=True)
class Range:
    """A rectangle of cells: its sheet without quotes, column and row of both corners, from 1."""

    sheet: str
    first: tuple[int, int]
    last: tuple[int, int]


def read_range(at: str) -> Range | None:
    """The range that `at` names (`Veri!A1:G82`), or None where it names none."""
    if range_problem(at):
        return None
    sheet, _, cells = at.strip().rpartition("!")
    ends = [read_address(one) for one in cells.split(":")]
    columns = sorted(column_of(end.column) for end in ends if end)
    rows = sorted(end.row for end in ends if end)
    return Range(plain_sheet(sheet), (columns[0], rows[0]), (columns[1], rows[1]))


def range_problem(at: str) -> str | None:
    """Why `at` is not a range on a named sheet (`Veri!A1:G82`); None when it is."""
    sheet, mark, cells = at.strip().rpartition("!")
    if not mark:
        return f"'{at}' names no sheet; write sheet and range, as in Veri!A1:G82"
    ends = cells.split(":")
    if len(ends) != 2 or not all(_ADDRESS.fullmatch(end.strip()) for end in ends):
        return f"'{at}' is not a range of cells; write sheet and range, as in Veri!A1:G82"
    said = (address_problem(f"{sheet}!{end}") for end in ends)
    return next(filter(None, said), None)


def letters_of(column: int) -> str:
    """The letters of a column, whose number counts from 1."""
    letters = ""
    while column:
        column, last = divmod(column - 1, 26)
        letters = chr(65 + last) + letters
    return letters


def plain_sheet(name: str) -> str:
    """A sheet's name without the quotes a formula needs around it."""
    return name.strip("'").replace("''", "'")


def column_of(letters: str) -> int:
    """The number of a column, from 1."""
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return column


def address_problem(at: str) -> str | None:
    """Why `at` is not the address of one cell (`Summary!C5`); None when it is."""
    sheet, mark, address = at.strip().rpartition("!")
    if mark and not _SHEET.fullmatch(sheet.strip()):
        return f"'{sheet}' is not the name of a sheet; write it as in Summary!C5"
    if ":" in address:
        return f"'{at}' is a range; a cell is one number: name the one address, as in Summary!C5"
    found = _ADDRESS.fullmatch(address.strip())
    if not found or not 1 <= int(found["row"]) <= LAST_ROW:
        return f"'{at}' is not the address of a cell; write sheet and cell, as in Summary!C5"
    if column_of(found["column"]) > LAST_COLUMN:
        return f"'{at}' lies beyond the last column of a sheet, which is XFD"
    return None


def formula_problem(formula: str) -> str | None:
    """Why a text that begins with `=` is no formula; None when its form is right."""
    tokens: list[_Token] = []
    for token in _tokens(formula.strip()[1:]):
        if isinstance(token, str):
            return token
        tokens.append(token)
    return _order_problem(tokens) if tokens else "there is nothing after the ="


def _tokens(text: str) -> Iterator[_Token | str]:
    """The tokens but for blanks; a complaint where the text cannot be read on."""
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            what = "a quote is opened and never closed" if text[at] in "\"'" else "no formula"
            yield f"it cannot be read from '{text[at : at + 20]}' on: {what}"
            return
        if found.lastgroup not in ("space", "sheet"):
            yield _Token(str(found.lastgroup), found[0])
        at = found.end()


def _order_problem(tokens: list[_Token]) -> str | None:
    """Operands and operators must alternate, and what is opened must be closed."""
    open_calls: list[bool] = []
    wanted, before = True, "="
    for token in tokens:
        problem = _next_problem(token, wanted, before, open_calls)
        if problem:
            return problem
        if token.kind in ("call", "open"):
            open_calls.append(token.kind == "call")
        elif token.kind == "close":
            open_calls.pop()
        wanted = token.kind in ("call", "open", "separator", "operator")
        before = token.text
    if wanted and not before.endswith("("):
        return f"something is missing after '{before}'"
    return f"{len(open_calls)} bracket(s) are not closed" if open_calls else None


def _next_problem(token: _Token, wanted: bool, before: str, open_calls: list[bool]) -> str | None:
    if token.kind == "close" and not open_calls:
        return "a bracket is closed that was never opened"
    if token.kind in _OPERANDS or token.kind in ("call", "open"):
        return None if wanted else f"an operator is missing between '{before}' and '{token.text}'"
    if not wanted:
        outside = token.kind == "separator" and not open_calls
        return f"'{token.text}' stands outside a function" if outside else None
    in_call = bool(open_calls and open_calls[-1])
    left_out = in_call and token.kind in ("close", "separator") and before[-1] in "(,;"
    if left_out or (token.kind == "operator" and token.text in _BEFORE_OPERAND):
        return None
    return f"something is missing between '{before}' and '{token.text}'"
