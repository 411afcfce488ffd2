"""The cells a report has already: where they stood, what headed them, and in which block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.formulas import column_of, read_address
from catalog.model.reports import Block, Cell
from lineage.workbooks.book import Spot

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class KnownCell:
    """A cell of a report; `row` and `column` are its keys' parts where it stands in a block."""

    key: str
    sheet: str
    spot: Spot | None
    headings: tuple[str, str] | None
    label: str | None
    calculation: str | None
    block: str | None = None
    row: str = ""
    column: str = ""
    stated: bool = False
    present: bool = True


def cells_of(entry: Entry, *, present: bool = True) -> Iterator[KnownCell]:
    """The cells of a report as it is written, those of its blocks one by one.

    `stated` says that a steward said which number it is: a measure, or SQL.
    """
    for written in entry.get("cells") or ():
        yield _known(Cell.model_validate(_plain(written)), None, "", "", present)
    for written in entry.get("blocks") or ():
        block = Block.model_validate(written)
        keys = [
            (row.key or "", column)
            for row in block.rows
            for column in ([one.key or "" for one in block.columns] or [""])
        ]
        for cell, (row, column) in zip(block.cells(), keys, strict=True):
            yield _known(cell, block.key, row, column, present)


def _plain(written: Entry) -> dict[str, Any]:
    """What of a cell says where it stands and what it is."""
    names = ("key", "at", "find", "label", "calculation", "measure", "name", "unsure")
    return {name: written[name] for name in names if name in written}


def _known(cell: Cell, block: str | None, row: str, column: str, present: bool) -> KnownCell:
    address = read_address(cell.at or "")
    sheet = address.sheet if address else ""
    spot = (address.row, column_of(address.column)) if address else None
    find = cell.find
    formula = (cell.calculation or "").strip()
    is_formula = formula.startswith("=")
    return KnownCell(
        cell.key,
        (find.sheet if find and find.sheet else sheet),
        spot,
        (find.row, find.column) if find else None,
        cell.label,
        formula if is_formula else None,
        block,
        row,
        column,
        bool(cell.measure) or bool(formula and not is_formula),
        present,
    )
