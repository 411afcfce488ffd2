"""Reads cell formulas such as `=C5/C9`: which other cells of the same report they take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalog.model import Cell
from lineage.blocks import Block, Roles
from lineage.origins import Use
from lineage.places import Places, fold_sheet
from lineage.workbooks.areas import area_of
from lineage.workbooks.calls import DYNAMIC, function_of, parameters
from lineage.workbooks.tokens import FormulaUnread, Token, tokens_of

_EMPTY = '""'
NOT_DEFINED = "no cell of this report is defined there"


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
    """The references of a formula, in the order they are written; it may lack its `=`.

    Of a formula that cannot be read there are none.
    """
    try:
        tokens = _tokens(formula)
    except FormulaUnread:
        return
    at = len(formula) - len(formula.lstrip()) + formula.lstrip().startswith("=")
    for token in tokens:
        kind, text = token
        end = at + len(_blanked(token))
        area = area_of(text) if kind == "range" else None
        if area and (block := area.block()):
            named = fold_sheet(area.prefix[:-1]) if area.prefix else None
            first, last = (block.left, block.top), (block.right, block.bottom)
            yield Reference(text, named, first, last, (at, end))
        at = end


def takings_of(cell: Cell, places: Places) -> Iterator[Taking]:
    """What a cell's formula takes of the declared input blocks of its workbook."""
    if not places.blocks:
        return
    formula = cell.calculation or ""
    place = places.of_cell(cell.path)
    own_sheet = place[0] if place else ""
    found = list(references(formula))
    plain = _is_plain(formula, found)
    roles = Roles(_without_texts(formula))
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
    missed += _others(formula)
    plain = _is_plain(formula, found)
    return Inputs(tuple(cells), tuple(dict.fromkeys(missed)), plain)


def _is_plain(formula: str, found: Sequence[Reference]) -> bool:
    """Whether a formula is nothing but one reference."""
    return len(found) == 1 and formula.strip().lstrip("=+").strip() == found[0].text


def _others(formula: str) -> Iterator[tuple[str, str]]:
    """Names of the workbook and columns of its tables, which the catalog does not know.

    Then the first function whose cells are known only when it is computed.
    """
    try:
        tokens = _tokens(formula)
    except FormulaUnread as error:
        yield formula, f"it cannot be read: {error}"
        return
    own = parameters(tokens)
    for kind, text in tokens:
        if kind == "range" and not area_of(text) and text.casefold() not in own:
            what = "a column of a table" if "[" in text else "a name"
            yield text, f"{what} in the workbook; which cells it means is not in the catalog"
    calls = (function_of(text) for kind, text in tokens if kind == "call")
    if dynamic := next((name for name in calls if name in DYNAMIC), None):
        yield dynamic, "dynamic: which cells it takes is known only when it is computed"


def _tokens(formula: str) -> list[Token]:
    return tokens_of(f"={formula.strip().removeprefix('=')}")


def _without_texts(formula: str) -> str:
    """A formula with its texts emptied, so that nothing in them is taken for a part of it."""
    try:
        tokens = _tokens(formula)
    except FormulaUnread:
        return ""
    stripped = formula.lstrip()
    before = formula[: len(formula) - len(stripped)] + "=" * stripped.startswith("=")
    return before + "".join(map(_blanked, tokens))


def _blanked(token: Token) -> str:
    return _EMPTY if token[0] == "text" else token[1]


def _reason(reference: Reference, places: Places) -> str:
    if reference.sheet and "[" in reference.sheet:
        return "it lies in another workbook"
    if places.nowhere:
        return (
            "no cell of this report is known to stand there; "
            f"where {', '.join(places.nowhere)} stand is known only in the workbook"
        )
    return NOT_DEFINED
