"""Reads cell formulas such as `=C5/C9`: which other cells of the same report they take."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalog.formulas import LAST_COLUMN, LAST_ROW, column_of
from catalog.model import Cell
from lineage.blocks import Block, Roles
from lineage.origins import Use
from lineage.places import Places, fold_sheet, point

_TEXT = re.compile(r'"(?:[^"]|"")*"')
_CELL = r"\$?[A-Za-z]{1,3}\$?[1-9]\d{0,6}"
_REFERENCE = re.compile(
    rf"""(?P<sheet>(?:'(?:[^']|'')+'|[\w.\[\]]+)!)?(?<![\w.$])
        (?:(?P<from>{_CELL})(?::(?P<to>{_CELL}))?
        |\$?(?P<left>[A-Za-z]{{1,3}}):\$?(?P<right>[A-Za-z]{{1,3}})
        |\$?(?P<top>[1-9]\d{{0,6}}):\$?(?P<bottom>[1-9]\d{{0,6}})
        )(?![\w(.!\[])""",
    re.VERBOSE,
)
_NAME = re.compile(r"(?<![\w.])(?!\d)[\w.\\]+(?:\[(?:[^\[\]]|\[[^\]]*\])*\])?(?![\w(.!\[])")
_DYNAMIC = re.compile(r"\b(INDIRECT|OFFSET|INDEX)\s*\(", re.IGNORECASE)
_CONSTANTS = frozenset({"true", "false"})


@dataclass(frozen=True)
class Reference:
    """A cell, a block of cells, or whole columns or rows a formula names, as it is written.

    `span` is where it stands in the formula once texts in quotes are emptied.
    """

    text: str
    sheet: str | None
    first: tuple[int, int]
    last: tuple[int, int]
    span: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Taking:
    """What a formula takes of a declared input block: columns by number, and for what."""

    block: Block
    columns: tuple[int, ...]
    uses: tuple[Use, ...]
    counts: bool = False


@dataclass(frozen=True)
class Inputs:
    """The cells a formula takes (paths), and the pieces of it that lead nowhere with the reason.

    `plain` says that the formula is nothing but one reference.
    """

    cells: tuple[str, ...]
    unresolved: tuple[tuple[str, str], ...]
    plain: bool = False


def references(formula: str) -> Iterator[Reference]:
    """The references of a formula, in the order they are written; text in quotes is passed over."""
    for found in _REFERENCE.finditer(_TEXT.sub('""', formula)):
        start, end = _corners(found)
        first = (min(start[0], end[0]), min(start[1], end[1]))
        last = (max(start[0], end[0]), max(start[1], end[1]))
        sheet = found["sheet"]
        named = fold_sheet(sheet[:-1]) if sheet else None
        yield Reference(found[0], named, first, last, found.span())


def takings_of(cell: Cell, places: Places) -> Iterator[Taking]:
    """What a cell's formula takes of the declared input blocks of its workbook."""
    if not places.blocks:
        return
    formula = cell.calculation or ""
    place = places.of_cell(cell.path)
    own_sheet = place[0] if place else ""
    found = list(references(formula))
    plain = _is_plain(formula, found)
    roles = Roles(_TEXT.sub('""', formula))
    for reference in found:
        sheet = own_sheet if reference.sheet is None else reference.sheet
        role = roles.at(*reference.span)
        for block in places.blocks:
            if columns := block.meets(sheet, reference.first, reference.last):
                uses = role.uses(reference.first != reference.last, plain)
                yield Taking(block, tuple(columns), tuple(uses), role.counts)


def inputs_of(cell: Cell, places: Places) -> Inputs:
    """The cells of the same report that a cell's formula takes.

    A formula with INDIRECT, OFFSET or INDEX is noted as dynamic: it may take more than it names.
    """
    formula = cell.calculation or ""
    place = places.of_cell(cell.path)
    own_sheet = place[0] if place else ""
    cells: dict[str, None] = {}
    missed: list[tuple[str, str]] = []
    found = list(references(formula))
    for reference in found:
        sheet = own_sheet if reference.sheet is None else reference.sheet
        if held := places.within(sheet, reference.first, reference.last):
            cells |= dict.fromkeys(held)
        elif not any(
            block.meets(sheet, reference.first, reference.last) for block in places.blocks
        ):
            missed.append((reference.text, _reason(reference, places)))
    missed += _names(formula)
    if dynamic := _DYNAMIC.search(_TEXT.sub('""', formula)):
        name = dynamic[1].upper()
        missed.append((name, "dynamic: which cells it takes is known only when it is computed"))
    plain = _is_plain(formula, found)
    return Inputs(tuple(cells), tuple(dict.fromkeys(missed)), plain)


def _is_plain(formula: str, found: Sequence[Reference]) -> bool:
    """Whether a formula is nothing but one reference."""
    return len(found) == 1 and formula.strip().lstrip("=+").strip() == found[0].text


def _names(formula: str) -> Iterator[tuple[str, str]]:
    """Names of the workbook and columns of its tables, which the catalog does not know."""
    bare = _REFERENCE.sub(" 0 ", _TEXT.sub('""', formula))
    for found in _NAME.finditer(bare):
        if found[0].casefold() in _CONSTANTS:
            continue
        kind = "a column of a table" if "[" in found[0] else "a name"
        yield found[0], f"{kind} in the workbook; which cells it means is not in the catalog"


def _corners(found: re.Match[str]) -> tuple[tuple[int, int], tuple[int, int]]:
    if found["left"]:
        return (column_of(found["left"]), 1), (column_of(found["right"]), LAST_ROW)
    if found["top"]:
        return (1, int(found["top"])), (LAST_COLUMN, int(found["bottom"]))
    return point(found["from"]), point(found["to"] or found["from"])


def _reason(reference: Reference, places: Places) -> str:
    if reference.sheet and "[" in reference.sheet:
        return "it lies in another workbook"
    if places.nowhere:
        return (
            "no cell of this report is known to stand there; "
            f"where {', '.join(places.nowhere)} stand is known only in the workbook"
        )
    return "no cell of this report is defined there"
