"""Reads references to tables: `Sales[Amount]`, `[@[Net sales]]`, `Sales[[#Totals],[Jan]:[Mar]]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from lineage.workbooks.book import Table

Part = Literal["all", "data", "headers", "totals", "this row"]
_PARTS: dict[str, Part] = {
    "#all": "all",
    "#data": "data",
    "#headers": "headers",
    "#totals": "totals",
    "#this row": "this row",
}
_WRITTEN = re.compile(r"([^\[\]]*)\[(.*)\]", re.DOTALL)
_INNER = re.compile(r"\s*\[((?:[^\[\]']|'.)*)\]\s*(:|,|;)?", re.DOTALL)
_ESCAPE = re.compile(r"'(.)", re.DOTALL)


@dataclass(frozen=True)
class Structured:
    """What a reference to a table says: its name (empty inside it), the parts, the columns."""

    table: str
    parts: frozenset[Part]
    columns: tuple[str, ...]


def structured(text: str) -> Structured | None:
    """What a reference to a table says; None where the text is none."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        return None
    table, inside = found[1].strip(), found[2]
    parts: set[Part] = set()
    stripped = inside.strip()
    if stripped.startswith("@"):
        parts.add("this row")
        inside = stripped[1:]
    elif _is_nested(stripped):
        inside = stripped
    columns = _nested(inside, parts) if _is_nested(inside.strip()) else _plain(inside, parts)
    return None if columns is None else Structured(table, frozenset(parts), columns)


def rows_of(table: Table, parts: frozenset[Part]) -> tuple[int, int] | None:
    """The first and last row of parts of a table; None where it has no such part.

    For `this row` it is all rows of data, one of which is meant.
    """
    block = table.block
    data = (block.top + table.headings, block.bottom - table.totals)
    spans: list[tuple[int, int]] = []
    for part in parts or {"data"}:
        if part == "all":
            spans.append((block.top, block.bottom))
        elif part == "headers" and table.headings:
            spans.append((block.top, data[0] - 1))
        elif part == "totals" and table.totals:
            spans.append((data[1] + 1, block.bottom))
        elif part in ("data", "this row"):
            spans.append(data)
        else:
            return None
    return min(top for top, _ in spans), max(bottom for _, bottom in spans)


def columns_of(table: Table, columns: tuple[str, ...]) -> tuple[int, int] | str:
    """The first and last column of a sheet that columns of a table are, or the one it lacks."""
    if not columns:
        return table.block.left, table.block.right
    known = {fold(name): table.block.left + at for at, name in enumerate(table.columns)}
    numbers: list[int] = []
    for name in columns:
        number = known.get(fold(name))
        if number is None:
            return name
        numbers.append(number)
    return min(numbers), max(numbers)


def fold(name: str) -> str:
    """A column's name as it is compared."""
    return " ".join(name.split()).casefold()


def _is_nested(inside: str) -> bool:
    return inside.startswith("[")


def _plain(inside: str, parts: set[Part]) -> tuple[str, ...] | None:
    """What stands alone in one pair of brackets."""
    name = _ESCAPE.sub(r"\1", inside)
    part = _PARTS.get(inside.strip().casefold())
    if part:
        parts.add(part)
        return ()
    return (name,) if name.strip() else ()


def _nested(inside: str, parts: set[Part]) -> tuple[str, ...] | None:
    """Several, each in brackets of its own."""
    columns: list[str] = []
    at, inside = 0, inside.strip()
    while at < len(inside):
        found = _INNER.match(inside, at)
        if found is None:
            return None
        part = _PARTS.get(found[1].strip().casefold())
        if part:
            parts.add(part)
        else:
            columns.append(_ESCAPE.sub(r"\1", found[1]))
        at = found.end()
    return tuple(columns)
