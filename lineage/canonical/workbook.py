"""Turns a cell's workbook formula into SQL over the calculations of the cells it takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from catalog.formulas import LAST_ROW, column_of, read_address
from lineage.arithmetic import Arithmetic, Piece
from lineage.formulas import Reference, references
from lineage.places import Position, fold_sheet

MOST_CELLS = 1_000
_COMPARED: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    ">": exp.GT,
    "<=": exp.LTE,
    ">=": exp.GTE,
}
_OPERATORS: Mapping[str, type[exp.Binary]] = _COMPARED | {
    "+": exp.Add,
    "-": exp.Sub,
    "*": exp.Mul,
    "/": exp.Div,
    "^": exp.Pow,
}
_CRITERION = re.compile(r"(<=|>=|<>|=|<|>)?(.*)", re.DOTALL)


class Unstated(ValueError):
    """It cannot be said what a number is calculated by; the message says why."""


@dataclass(frozen=True)
class Workbook:
    """What a formula may take: `sheet` is its own, folded; `blocks` are input blocks by range.

    `number_at` gives the number of the cell at a position and raises Unstated where there is none.
    A block is a table or query to read, with the names of its columns by letter in
    `meta["columns"]`.
    """

    sheet: str
    number_at: Callable[[Position], exp.Expr]
    blocks: Mapping[str, exp.Expr]


def formula_tree(formula: str, book: Workbook) -> exp.Expr:
    """A formula as an SQL expression. Raises Unstated for what cannot be put so."""
    tokens = list(_Reader.split(formula))
    reader = _Reader(tokens, book)
    tree = reader.comparison()
    if reader.at < len(tokens):
        raise Unstated(f"'{tokens[reader.at][1]}' in {formula} cannot be read")
    return tree


class _Reader(Arithmetic[exp.Expr]):
    """Makes SQL of what it reads."""

    refused = Unstated
    whose = "its formula"
    unexpected = " in its formula"

    def __init__(self, tokens: Sequence[Piece], book: Workbook) -> None:
        super().__init__(tokens)
        self.book = book

    def combined(self, sign: str, left: exp.Expr, right: exp.Expr) -> exp.Expr:
        made = _OPERATORS[sign](this=left, expression=right)
        return made if sign == "^" else exp.Paren(this=made)

    def negated(self, value: exp.Expr) -> exp.Expr:
        return exp.Paren(this=exp.Neg(this=value))

    def hundredth(self, value: exp.Expr) -> exp.Expr:
        return exp.Paren(this=exp.Div(this=value, expression=exp.Literal.number(100)))

    def number(self, text: str) -> exp.Expr:
        return exp.Literal.number(text)

    def bracketed(self, value: exp.Expr) -> exp.Expr:
        return exp.Paren(this=value)

    def referred(self, text: str) -> exp.Expr:
        found = next(references(text), None)
        if found is None or found.first != found.last:
            raise Unstated(f"{text} are several cells where one number is expected")
        return self.book.number_at((self._sheet(found), *found.first))

    def _sheet(self, found: Reference) -> str:
        return self.book.sheet if found.sheet is None else found.sheet

    def called(self, name: str) -> exp.Expr:
        self._expect("(")
        arguments: list[list[Piece]] = [[]]
        depth = 0
        while True:
            kind, text = self._next()
            if text == ")" and depth == 0:
                break
            depth += (text == "(") - (text == ")")
            if text in (",", ";") and depth == 0:
                arguments.append([])
            else:
                arguments[-1].append((kind, text))
        maker = _FUNCTIONS.get(name)
        if maker is None:
            known = ", ".join(sorted(_FUNCTIONS))
            raise Unstated(f"what {name} gives cannot be compared; known are {known}")
        return maker(self, name, [part for part in arguments if part])

    def _parsed(self, tokens: Sequence[Piece]) -> exp.Expr:
        reader = _Reader(tokens, self.book)
        tree = reader.comparison()
        if reader.at < len(tokens):
            raise Unstated(f"'{tokens[reader.at][1]}' in its formula cannot be read")
        return tree

    def _if(self, _: str, parts: list[list[Piece]]) -> exp.Expr:
        if len(parts) not in (2, 3):
            raise Unstated("IF takes a condition and one or two numbers")
        condition, true = self._parsed(parts[0]), self._parsed(parts[1])
        other = self._parsed(parts[2]) if len(parts) == 3 else exp.Literal.number(0)
        return exp.Case(ifs=[exp.If(this=condition, true=true)], default=other)

    def _round(self, _: str, parts: list[list[Piece]]) -> exp.Expr:
        if len(parts) != 2:
            raise Unstated("ROUND takes a number and how many digits")
        return exp.Round(this=self._parsed(parts[0]), decimals=self._parsed(parts[1]))

    def _abs(self, _: str, parts: list[list[Piece]]) -> exp.Expr:
        return exp.Abs(this=self._parsed(parts[0]))

    def _sum(self, name: str, parts: list[list[Piece]]) -> exp.Expr:
        numbers = [number for part in parts for number in self._numbers(name, part)]
        total = numbers[0]
        for number in numbers[1:]:
            total = exp.Add(this=total, expression=number)
        if name == "AVERAGE" and len(numbers) > 1:
            count = exp.Literal.number(len(numbers))
            return exp.Paren(this=exp.Div(this=exp.Paren(this=total), expression=count))
        return exp.Paren(this=total)

    def _extreme(self, name: str, parts: list[list[Piece]]) -> exp.Expr:
        numbers = [number for part in parts for number in self._numbers(name, part)]
        kind = exp.Least if name == "MIN" else exp.Greatest
        return numbers[0] if len(numbers) == 1 else kind(this=numbers[0], expressions=numbers[1:])

    def _count(self, name: str, parts: list[list[Piece]]) -> exp.Expr:
        if len(parts) != 1:
            raise Unstated(f"{name} of one column is understood")
        column = self._column(parts[0])
        if column is None:
            raise Unstated(f"{name} is understood over a column of a declared input block")
        return column.selected(exp.Count(this=column.value))

    def _numbers(self, name: str, part: list[Piece]) -> list[exp.Expr]:
        """The numbers of one argument: cells of the report, or a column of an input block."""
        if len(part) == 1 and part[0][0] == "reference" and ":" in part[0][1]:
            column = self._column(part)
            if column is not None:
                return [column.selected(_aggregate(name, column.value))]
            return self._cells(part[0][1])
        return [self._parsed(part)]

    def _cells(self, text: str) -> list[exp.Expr]:
        (found,) = references(text)
        (left, top), (right, bottom) = found.first, found.last
        if (right - left + 1) * (bottom - top + 1) > MOST_CELLS:
            raise Unstated(f"{text} are too many cells")
        sheet = self._sheet(found)
        return [
            self.book.number_at((sheet, column, row))
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        ]

    def _conditional(self, name: str, parts: list[list[Piece]]) -> exp.Expr:
        """SUMIF, SUMIFS, COUNTIF, COUNTIFS, AVERAGEIF over columns of one input block."""
        plural, kind = name.endswith("S"), name.rstrip("S").removesuffix("IF")
        given = [*parts]
        summed = None
        if kind != "COUNT":
            at = 0 if plural else -1
            summed = given.pop(at) if plural or len(given) == 3 else given[0]
        pairs = [given[at : at + 2] for at in range(0, len(given), 2)]
        if not pairs or any(len(pair) != 2 for pair in pairs):
            raise Unstated(f"{name} is not written as it must be")
        columns = [self._column(pair[0]) for pair in pairs]
        of = columns[0] if summed is None else self._column(summed)
        if of is None or any(c is None or c.block != of.block for c in columns):
            raise Unstated(f"{name} is understood over columns of one declared input block")
        conditions = [
            _criterion(column.value, pair[1])
            for column, pair in zip(columns, pairs, strict=True)
            if column
        ]
        made = exp.Count(this=exp.Star()) if kind == "COUNT" else _aggregate(kind, of.value)
        return of.selected(made, conditions)

    def _column(self, part: list[Piece]) -> _Column | None:
        """The column of an input block that a range covers, None where it is in none."""
        if len(part) != 1 or part[0][0] != "reference":
            return None
        (found,) = references(part[0][1])
        for at, source in self.book.blocks.items():
            column = _column_in(at, source, found, self._sheet(found))
            if column is not None:
                return column
        return None


@dataclass(frozen=True)
class _Column:
    """One column of an input block."""

    block: str
    source: exp.Expr
    name: str

    @property
    def value(self) -> exp.Expr:
        return exp.column(self.name, "block")

    def selected(self, what: exp.Expr, conditions: Sequence[exp.Expr] = ()) -> exp.Expr:
        """The SELECT of an aggregate over the block's rows, as a number."""
        source = self.source.copy()
        source.set("alias", exp.TableAlias(this=exp.to_identifier("block")))
        select = exp.select(exp.alias_(what, "value")).from_(source)
        for condition in conditions:
            select = select.where(condition)
        return exp.Subquery(this=select)


def _column_in(at: str, source: exp.Expr, found: Reference, sheet: str) -> _Column | None:
    first, _, last = at.partition(":")
    start = read_address(first)
    end = read_address(last) if last else start
    if start is None or end is None or fold_sheet(start.sheet) != sheet:
        return None
    left, right = column_of(start.column), column_of(end.column)
    if found.first[0] != found.last[0] or not left <= found.first[0] <= right:
        return None
    if found.last[1] < start.row or found.first[1] > end.row:
        return None
    whole = found.last[1] >= min(end.row, LAST_ROW) and found.first[1] in (
        start.row + 1,
        start.row,
        1,
    )
    if not whole:
        raise Unstated(f"{found.text} is only a part of the input block {at}")
    letter = next((k for k in source.meta["columns"] if column_of(k) == found.first[0]), None)
    if letter is None:
        raise Unstated(
            f"which field {found.text} holds is not stated: name it under `columns` of the "
            f"input block {at}"
        )
    return _Column(at, source, source.meta["columns"][letter])


def _aggregate(name: str, value: exp.Expr) -> exp.Expr:
    """A function of a column as SQL: the sum of nothing is 0 in a workbook."""
    if name == "SUM":
        return exp.Coalesce(this=exp.Sum(this=value), expressions=[exp.Literal.number(0)])
    if name == "AVERAGE":
        return exp.Avg(this=value)
    kind = exp.Min if name == "MIN" else exp.Max
    return exp.Coalesce(this=kind(this=value), expressions=[exp.Literal.number(0)])


def _criterion(value: exp.Expr, part: list[Piece]) -> exp.Expr:
    """What COUNTIF and its like ask of a value: `"retail"`, `">=100"`, 5."""
    if len(part) != 1 or part[0][0] not in ("text", "number"):
        raise Unstated("only a written text or number is understood as what is looked for")
    kind, text = part[0]
    if kind == "number":
        return exp.EQ(this=value, expression=exp.Literal.number(text))
    found = _CRITERION.fullmatch(text[1:-1].replace('""', '"'))
    assert found is not None
    sign, wanted = found[1] or "=", found[2]
    if not wanted or any(mark in wanted for mark in "*?~"):
        raise Unstated(f"what {text} looks for cannot be compared")
    numeric = re.fullmatch(r"-?\d+(\.\d+)?", wanted)
    right = exp.Literal.number(wanted) if numeric else exp.Literal.string(wanted)
    return _COMPARED[sign](this=value, expression=right)


_FUNCTIONS: Mapping[str, Callable[[_Reader, str, list[list[Piece]]], exp.Expr]] = {
    "IF": _Reader._if,
    "ROUND": _Reader._round,
    "ABS": _Reader._abs,
    "SUM": _Reader._sum,
    "AVERAGE": _Reader._sum,
    "MIN": _Reader._extreme,
    "MAX": _Reader._extreme,
    "COUNT": _Reader._count,
    "COUNTA": _Reader._count,
    **dict.fromkeys(
        ("SUMIF", "SUMIFS", "COUNTIF", "COUNTIFS", "AVERAGEIF", "AVERAGEIFS"),
        _Reader._conditional,
    ),
}
