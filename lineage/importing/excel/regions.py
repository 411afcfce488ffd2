"""Cuts a sheet into regions, and tells regions of raw data from those of a report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from catalog.folding import fold
from lineage.importing.excel.feeding import Fed
from lineage.importing.excel.grids import NUMERIC, Grid
from lineage.workbooks.book import Block, Spot, Workbook

_DATA_NAMES = re.compile(
    r"\b(veri\w*|data\w*|ham|raw|kaynak\w*|source\w*|liste\w*|list\w*|girdi\w*|inputs?|detay\w*|"
    r"details?|export|dump|extract|lookup|kodlar|codes?|parametre\w*|param\w*|varsayim\w*|"
    r"assumptions?|sabit\w*|ayarlar|settings)\b"
)
_REPORT_NAMES = re.compile(
    r"\b(ozet\w*|rapor\w*|summary|report\w*|pano|dashboard|kpi\w*|tablo\w*|gosterge\w*|sonuc\w*|"
    r"results?)\b"
)
_WORK_NAMES = re.compile(
    r"\b(hesap\w*|calc\w*|calculations?|work\w*|calisma\w*|ara|yardimci|helper\w*|temp)\b"
)
DATA_FROM = 2
FEW_FORMULAS = 0.2
RAW_ROWS = 10
MANY_ROWS = 30
SELDOM = 0.7


@dataclass(frozen=True)
class Region:
    """A rectangle of cells with nothing around it, its number on the sheet, what it holds."""

    block: Block
    number: int = 0
    is_data: bool = False
    has_formulas: bool = False


def names_data(title: str) -> bool:
    """Whether a sheet is called as one with raw data."""
    return _DATA_NAMES.search(_words(title)) is not None


def names_report(title: str) -> bool:
    """Whether a sheet is called as one that people read."""
    return _REPORT_NAMES.search(_words(title)) is not None


def names_work(title: str) -> bool:
    """Whether a sheet is called as one on which only intermediate steps are calculated."""
    return _WORK_NAMES.search(_words(title)) is not None


def _words(title: str) -> str:
    return re.sub(r"[_\W]+", " ", fold(re.sub(r"(?<=[a-zçğıöşü])(?=[A-ZÇĞİÖŞÜ])", " ", title)))


def regions_of(grid: Grid, fed: Fed, book: Workbook) -> Mapping[Spot, Region]:
    """The region of every cell of a sheet."""
    found: dict[Spot, Region] = {}
    for number, (block, spots) in enumerate(_pieces(grid)):
        region = _judged(grid, number, block, spots, fed, book)
        found |= dict.fromkeys(spots, region)
    return found


def _pieces(grid: Grid) -> Iterator[tuple[Block, Sequence[Spot]]]:
    """Bands of rows without an empty row between, each cut at its empty columns."""
    rows = sorted(grid.rows)
    bands: list[list[int]] = []
    for row in rows:
        if bands and row - bands[-1][-1] == 1:
            bands[-1].append(row)
        else:
            bands.append([row])
    for band in bands:
        used = sorted({column for row in band for column in grid.rows[row]})
        piece_of, ends = {used[0]: 0}, [[used[0], used[0]]]
        for before, column in pairwise(used):
            if column - before > 1:
                ends.append([column, column])
            ends[-1][1] = column
            piece_of[column] = len(ends) - 1
        pieces: list[list[Spot]] = [[] for _ in ends]
        for row in band:
            for column in grid.rows[row]:
                pieces[piece_of[column]].append((row, column))
        for (left, right), spots in zip(ends, pieces, strict=True):
            yield Block(spots[0][0], left, spots[-1][0], right), spots


def _judged(
    grid: Grid, number: int, block: Block, spots: Sequence[Spot], fed: Fed, book: Workbook
) -> Region:
    cells, kinds = grid.sheet.cells, grid.kinds
    numeric = [spot for spot in spots if kinds[spot] in NUMERIC]
    constants = [spot for spot in numeric if cells[spot].formula is None]
    formulas = len(numeric) - len(constants)
    few = bool(constants) and formulas <= FEW_FORMULAS * len(numeric)
    data = few and _score(grid, block, spots, constants, fed, book) >= DATA_FROM
    return Region(block, number, data, formulas > 0)


def _score(
    grid: Grid,
    block: Block,
    spots: Sequence[Spot],
    constants: Sequence[Spot],
    fed: Fed,
    book: Workbook,
) -> int:
    """How much speaks for raw data; README and the page on workbooks state the same."""
    title = grid.sheet.title
    sample = constants[:: max(1, len(constants) // 200)]
    abroad = sum(fed.by_others(title, spot) for spot in sample)
    taken = sum(fed.by_any(title, spot) for spot in sample)
    rows = len({row for row, _ in constants})
    score = 2 * (4 * abroad >= len(sample)) or 2 * taken > len(sample)
    score += 2 * names_data(title) - 2 * names_report(title)
    score += any(
        t.sheet.casefold() == title.casefold() and t.block.meets(block) for t in book.tables
    )
    score += grid.sheet.state != "visible"
    score += rows >= MANY_ROWS
    if rows >= RAW_ROWS and _is_raw(grid, spots):
        score += 2
    return int(score)


def _is_raw(grid: Grid, spots: Sequence[Spot]) -> bool:
    """Whether rows describe single things: an id, a date, or several texts each, or texts that
    come again and again.
    """
    kinds: dict[int, set[str]] = {}
    texts: dict[int, int] = {}
    for row, column in spots:
        kinds.setdefault(column, set()).add(grid.kinds[row, column])
        texts[column] = texts.get(column, 0) + (grid.kinds[row, column] == "text")
    rows = len({row for row, _ in spots})
    wordy = [column for column, count in texts.items() if count > rows // 2]
    dated = any(
        sum(grid.kinds.get((row, column)) == "date" for row, c in spots if c == column) > rows // 2
        for column, held in kinds.items()
        if "date" in held
    )
    named = any("id" in held for held in kinds.values())
    said: dict[int, list[str]] = {}
    for row, column in spots:
        if column in wordy and grid.kinds[row, column] == "text":
            said.setdefault(row, []).append(grid.texts.get((row, column), ""))
    again = len({tuple(texts) for texts in said.values()}) < SELDOM * len(said)
    return len(wordy) >= 3 or (bool(wordy) and (named or dated or again))
