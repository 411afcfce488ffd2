"""The declared input blocks of a workbook: which of their columns a formula takes, and as what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from catalog.formulas import column_of, letters_of, read_range
from catalog.model import Report
from lineage.origins import Use

Point = tuple[int, int]

_CALL = re.compile(r"(?P<call>[^\W\d][\w.]*)\(|(?P<open>\()|(?P<close>\))|(?P<next>[,;])")
_FIRST = frozenset({0})
_PAIR = frozenset({0, 1})
# By function: which of its arguments, from 0, decide which values are taken; None: all but the
# first. Those not named here take the values of all their arguments.
_DECIDING: Mapping[str, frozenset[int] | None] = {
    "IF": _FIRST,
    "SUMIF": _PAIR,
    "AVERAGEIF": _PAIR,
    "COUNTIF": _PAIR,
    "SUMIFS": None,
    "AVERAGEIFS": None,
    "MAXIFS": None,
    "MINIFS": None,
    "COUNTIFS": frozenset(range(256)),
    "VLOOKUP": frozenset({0, 2, 3}),
    "HLOOKUP": frozenset({0, 2, 3}),
    "XLOOKUP": _PAIR,
    "LOOKUP": _FIRST,
    "MATCH": _PAIR,
    "XMATCH": _PAIR,
    "INDEX": None,
    "FILTER": None,
}
_COUNTING = frozenset({"COUNTIF", "COUNTIFS"})
_OWN_RANGE = frozenset({"SUMIF", "AVERAGEIF"})
"""Without a third argument they take the values of the first, by which they also decide."""


@dataclass(frozen=True)
class Block:
    """Cells of a workbook with their origin: a dataset, or the answer of a query.

    `sheet` is folded; both corners, as column and row, belong to it, the row of headings included.
    `columns` are the fields or columns of the query that are stated, by the number of the column.
    """

    at: str
    sheet: str
    first: Point
    last: Point
    dataset: str | None
    calculation: str | None
    columns: Mapping[int, str]

    def meets(self, sheet: str, first: Point, last: Point) -> list[int]:
        """The columns, by number, of which a reference takes cells; headings alone are none.

        A block may be longer in another period, so that its last row is not looked at too closely.
        """
        if sheet != self.sheet or last[1] <= self.first[1] or first[1] > self.last[1]:
            return []
        left, right = max(first[0], self.first[0]), min(last[0], self.last[0])
        return list(range(left, right + 1))

    @property
    def width(self) -> int:
        """How many columns it has."""
        return self.last[0] - self.first[0] + 1

    def named(self, column: int) -> str:
        """A column as people name it: column B of Veri!A1:G82."""
        return f"column {letters_of(column)} of {self.at}"


def blocks_of(report: Report) -> tuple[Block, ...]:
    """The input blocks of a report whose range can be read, in the order they are declared."""
    found = []
    for one in report.inputs:
        place = read_range(one.at)
        if place is None:
            continue
        columns = {column_of(letters): name for letters, name in one.columns.items()}
        found.append(
            Block(
                one.at,
                place.sheet.casefold(),
                place.first,
                place.last,
                one.dataset,
                one.calculation,
                columns,
            )
        )
    return tuple(found)


@dataclass
class _Call:
    """A function while its arguments are read: which argument, and how many there were."""

    name: str
    at: int = 0


@dataclass(frozen=True)
class Role:
    """What a formula takes a reference for: its value, a condition, or both; `counts` rows."""

    value: bool
    condition: bool
    counts: bool = False

    def uses(self, several: bool, plain: bool) -> Iterator[Use]:
        """The same as uses of a column; `several` cells are put together."""
        if self.value:
            yield "aggregated" if several else "direct" if plain else "computed"
        if self.condition:
            yield "filter"


@dataclass
class Roles:
    """Reads from left to right which function and argument each place of a formula stands in.

    `formula` has its texts blanked; places must be asked for in rising order.
    """

    formula: str
    _calls: list[_Call] = field(default_factory=list)
    _read: int = 0

    def at(self, start: int, end: int) -> Role:
        """The role of the reference that stands there."""
        for found in _CALL.finditer(self.formula, self._read, start):
            self._take(found)
        self._read = end
        condition = any(_decides(call) for call in self._calls)
        own = any(
            call.name in _OWN_RANGE and call.at == 0 and self._has_two(end)
            for call in self._calls[-1:]
        )
        counts = condition and any(call.name in _COUNTING for call in self._calls)
        return Role(not condition or own, condition, counts)

    def _take(self, found: re.Match[str]) -> None:
        if found["call"]:
            self._calls.append(_Call(found["call"].upper()))
        elif found["open"]:
            self._calls.append(_Call(""))
        elif found["close"]:
            del self._calls[-1:]
        elif self._calls:
            self._calls[-1].at += 1

    def _has_two(self, end: int) -> bool:
        """Whether the innermost call, whose first argument ends there, has two arguments."""
        depth, separators = 0, 0
        for found in _CALL.finditer(self.formula, end):
            if found["close"]:
                if depth == 0:
                    break
                depth -= 1
            elif found["next"]:
                separators += depth == 0
            else:
                depth += 1
        return separators == 1


def _decides(call: _Call) -> bool:
    deciding = _DECIDING.get(call.name, frozenset())
    return call.at > 0 if deciding is None else call.at in deciding
