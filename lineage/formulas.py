"""Reads cell formulas such as `=C5/C9`: which other cells of the same report they take."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from catalog.model import Cell, Report

_TEXT = re.compile(r'"(?:[^"]|"")*"')
_REFERENCE = re.compile(
    r"""(?P<sheet>(?:'(?:[^']|'')+'|[\w.\[\]]+)!)?
        (?<![\w.$])\$?(?P<from>[A-Za-z]{1,3}\$?[1-9]\d{0,6})
        (?::\$?(?P<to>[A-Za-z]{1,3}\$?[1-9]\d{0,6}))?(?![\w(.!])""",
    re.VERBOSE,
)
_DYNAMIC = re.compile(r"\b(INDIRECT|OFFSET|INDEX)\s*\(", re.IGNORECASE)
_ADDRESS = re.compile(r"([A-Z]{1,3})(\d+)")

Position = tuple[str, int, int]
"""Sheet (folded, empty where none is named), column and row, both from 1."""


@dataclass(frozen=True)
class Reference:
    """A cell or a block of cells a formula names, as it is written there."""

    text: str
    sheet: str | None
    first: tuple[int, int]
    last: tuple[int, int]

    def holds(self, position: Position, own_sheet: str) -> bool:
        """Whether a position lies in it; `own_sheet` is the formula's own."""
        sheet = own_sheet if self.sheet is None else self.sheet
        return (
            position[0] == sheet
            and self.first[0] <= position[1] <= self.last[0]
            and self.first[1] <= position[2] <= self.last[1]
        )


@dataclass(frozen=True)
class Inputs:
    """The cells a formula takes (paths), and the pieces of it that lead nowhere with the reason."""

    cells: tuple[str, ...]
    unresolved: tuple[tuple[str, str], ...]


def is_formula(calculation: str | None) -> bool:
    """Whether a cell's calculation is a formula rather than SQL."""
    return bool(calculation) and (calculation or "").lstrip().startswith("=")


def references(formula: str) -> Iterator[Reference]:
    """The references of a formula, in the order they are written; text in quotes is passed over."""
    for found in _REFERENCE.finditer(_TEXT.sub('""', formula)):
        start, end = _point(found["from"]), _point(found["to"] or found["from"])
        first = (min(start[0], end[0]), min(start[1], end[1]))
        last = (max(start[0], end[0]), max(start[1], end[1]))
        sheet = found["sheet"]
        yield Reference(found[0], _sheet(sheet[:-1]) if sheet else None, first, last)


def positions(report: Report) -> Mapping[Position, str]:
    """Where the cells of a report stand, those that give an address: position to path."""
    stands = ((position_of(cell), cell.path) for cell in report.cells)
    return {position: path for position, path in stands if position is not None}


def position_of(cell: Cell) -> Position | None:
    """The position `at` names (`Summary!C5`), or None without a readable address."""
    sheet, _, address = (cell.at or "").strip().rpartition("!")
    if not _ADDRESS.fullmatch(address.replace("$", "").upper()):
        return None
    return (_sheet(sheet), *_point(address))


def inputs_of(cell: Cell, stands: Mapping[Position, str]) -> Inputs:
    """The cells of the same report that a cell's formula takes.

    A formula with INDIRECT, OFFSET or INDEX is noted as dynamic: it may take more than it names.
    """
    formula = cell.calculation or ""
    place = position_of(cell)
    own_sheet = place[0] if place else ""
    cells: dict[str, None] = {}
    missed: list[tuple[str, str]] = []
    for reference in references(formula):
        if found := _held(reference, stands, own_sheet):
            cells |= dict.fromkeys(found)
        else:
            missed.append((reference.text, _reason(reference)))
    if dynamic := _DYNAMIC.search(_TEXT.sub('""', formula)):
        name = dynamic[1].upper()
        missed.append((name, "dynamic: which cells it takes is known only when it is computed"))
    return Inputs(tuple(cells), tuple(dict.fromkeys(missed)))


def _held(reference: Reference, stands: Mapping[Position, str], own_sheet: str) -> list[str]:
    if reference.first == reference.last:
        sheet = own_sheet if reference.sheet is None else reference.sheet
        path = stands.get((sheet, *reference.first))
        return [path] if path else []
    inside = sorted(position for position in stands if reference.holds(position, own_sheet))
    return [stands[position] for position in inside]


def _reason(reference: Reference) -> str:
    if reference.sheet and "[" in reference.sheet:
        return "it lies in another workbook"
    return "no cell of this report is defined there"


def _sheet(name: str) -> str:
    return name.strip("'").replace("''", "'").casefold()


def _point(address: str) -> tuple[int, int]:
    """Column and row of an address such as `$C$5`, both from 1."""
    found = _ADDRESS.fullmatch(address.replace("$", "").upper())
    if found is None:
        raise ValueError(f"'{address}' is not a cell's address")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return column, int(found[2])
