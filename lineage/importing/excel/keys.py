"""Gives every reported number a key and a label, made of its row and its column."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from catalog.folding import fold
from lineage.importing.excel.numbers import Number
from lineage.importing.excel.stating import Heading
from lineage.importing.naming import key_of

LONGEST = 48
_GENERIC = re.compile(
    r"(deger|tutar|miktar|adet|sayi|rakam|sonuc|gerceklesen|value|amount|number|figure|result|"
    r"count|actual|total|toplam|bu ay|cari ay|cari donem|this month|current)(ler|lar|s)?"
)
AGAIN = "the same headings stand more than once; name it"


_Region = tuple[str, int]
"""A sheet and the number of a region on it."""


class Named(NamedTuple):
    """A number's key and label, each in the part of its row and the part of its column."""

    row: str
    column: str
    label: str
    column_label: str
    again: bool = False

    @property
    def key(self) -> str:
        """Its key in the report."""
        row, column = self[:2]
        return f"{row}_{column}" if row and column else row or column

    @property
    def whole_label(self) -> str:
        """Its label, of both parts."""
        label, column_label = self[2:4]
        return f"{label} · {column_label}" if label and column_label else label or column_label


_NAMELESS = Named("", "", "", "")


@dataclass
class _Way:
    """Which headings the numbers of a region are named by."""

    columns: bool = False
    section: bool = False
    sheet: bool = False


def name_all(numbers: Sequence[Number]) -> list[Named]:
    """The names of all numbers, in their order; no two keys are the same.

    Headings name them that tell them apart; then the line that heads their rows, then the sheet,
    and where nothing tells them apart, their order.
    """
    by_region: dict[_Region, list[int]] = defaultdict(list)
    for index, number in enumerate(numbers):
        by_region[number.sheet, number.region].append(index)
    ways = {region: _Way() for region in by_region}
    dull = {region: _dull([numbers[i] for i in held]) for region, held in by_region.items()}
    named = [_NAMELESS] * len(numbers)
    shared: list[list[int]] = []
    due = set(by_region)
    for _ in range(4):
        for region in due:
            naming = _Naming(ways[region], dull[region])
            for index in by_region[region]:
                named[index] = naming.named(numbers[index])
        shared = _shared(named)
        due = _widen(numbers, shared, ways)
        if not due:
            break
    return _numbered(numbers, named, shared)


def _dull(numbers: Sequence[Number]) -> frozenset[str]:
    """Headings of columns that are the same for a whole region and tell nothing: words such as
    `Değer`, and titles above headings that do tell columns apart.
    """
    first = numbers[0].column
    same = {heading.find for heading in first}
    innermost = set()
    for column in {id(number.column): number.column for number in numbers}.values():
        same &= {heading.find for heading in column}
        innermost |= {column[-1].find} if column else set()
    dull = {
        h.find for h in first if h.generic or _GENERIC.fullmatch(fold(h.key).strip() or "value")
    }
    return frozenset(same & (dull if len(innermost) == 1 else dull | (same - innermost)))


class _Naming:
    """Names the numbers of one region; what rows and columns are called is worked out once.

    The headings of a line are the same tuple for all its numbers, so that its identity will do.
    """

    def __init__(self, way: _Way, dull: frozenset[str]) -> None:
        self.way, self.dull = way, dull
        self.rows: dict[tuple[int, str | None], tuple[str, str]] = {}
        self.columns: dict[int, tuple[str, str]] = {}

    def named(self, number: Number) -> Named:
        """A number's key and label."""
        place = (id(number.row), number.section if self.way.section else None)
        row, label = self.rows.get(place) or self._row(place, number)
        column, column_label = self.columns.get(id(number.column)) or self._column(number.column)
        if not row and not column:
            column = _part(_keys(number.column))
            column_label = _label(_labels(number.column))
        if not row and not column:
            row = _part((number.sheet, "number"))
        return tuple.__new__(Named, (row, column, label, column_label, False))

    def _row(self, place: tuple[int, str | None], number: Number) -> tuple[str, str]:
        outer = [number.sheet] if self.way.sheet else []
        outer += [number.section] if self.way.section and number.section else []
        rows = [heading for heading in number.row if heading.key or heading.label]
        self.rows[place] = (_part((*outer, *_keys(rows))), _label((*outer, *_labels(rows))))
        return self.rows[place]

    def _column(self, headings: tuple[Heading, ...]) -> tuple[str, str]:
        kept = [h for h in headings if self.way.columns or h.find not in self.dull]
        self.columns[id(headings)] = (_part(_keys(kept)), _label(_labels(kept)))
        return self.columns[id(headings)]


def _keys(headings: Iterable[Heading]) -> tuple[str, ...]:
    return tuple(heading.key for heading in headings if heading.key)


def _labels(headings: Iterable[Heading]) -> list[str]:
    return [heading.label for heading in headings if heading.label]


def _part(texts: tuple[str, ...]) -> str:
    """Texts as a part of a key: no word twice in a row, and not too long."""
    whole = " ".join(texts)
    if not whole.strip():
        return ""
    key = key_of(whole.lower() if whole.isascii() else whole, "n").lower()
    if len(key) <= LONGEST:
        return key
    return f"{key[: LONGEST - 7].rstrip('_')}_{sha256(whole.encode()).hexdigest()[:6]}"


def _label(texts: Iterable[str]) -> str:
    return " · ".join(texts)[:200]


def _widen(
    numbers: Sequence[Number], shared: Iterable[list[int]], ways: Mapping[_Region, _Way]
) -> set[_Region]:
    """Let regions whose numbers share keys be named by more, where that helps: which they are."""
    widened = set()
    for held in shared:
        sheets = {numbers[index].sheet for index in held}
        helps = {
            "sheet": len(sheets) > 1,
            "columns": len({numbers[index].column for index in held}) > 1,
            "section": len({numbers[index].section for index in held}) > 1,
        }
        for region in {(numbers[index].sheet, numbers[index].region) for index in held}:
            way = ways[region]
            more = next(
                (way_ for way_, does in helps.items() if does and not getattr(way, way_)), ""
            )
            if more:
                setattr(way, more, True)
                widened.add(region)
    return widened


def _shared(named: Sequence[Named]) -> list[list[int]]:
    """The numbers of each key that several have."""
    by_key: dict[str, list[int]] = defaultdict(list)
    keys = [name.key for name in named]
    if len(set(keys)) == len(keys):
        return []
    for index, key in enumerate(keys):
        by_key[key].append(index)
    return [held for held in by_key.values() if len(held) > 1]


def _numbered(
    numbers: Sequence[Number], named: list[Named], shared: Sequence[list[int]]
) -> list[Named]:
    """Number what still shares a key, row by row or, within one row, column by column."""
    if not shared:
        return named
    taken = {name.key for name in named}
    for held in shared:
        rows = sorted({(numbers[i].sheet, numbers[i].spot[0]) for i in held})
        of_row = {row: at for at, row in enumerate(rows, start=1)}
        columns = sorted({numbers[i].spot[1] for i in held})
        of_column = {column: at for at, column in enumerate(columns, start=1)}
        for index in held:
            number, name = numbers[index], named[index]
            row, column = name.row, name.column
            if (at := of_row[number.sheet, number.spot[0]]) > 1:
                row = f"{row}_{at}" if row else f"n{at}"
            if (at := of_column[number.spot[1]]) > 1:
                column = f"{column}_{at}" if column else f"c{at}"
            made = Named(row, column, name.label, name.column_label, again=True)
            while made.key in taken and made.key != name.key:
                made = made._replace(column=f"{made.column}_x".strip("_"))
            taken.add(made.key)
            named[index] = made
    return named
