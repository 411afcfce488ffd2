"""A sheet as a reader sees it: rows and columns, texts of merged cells, what each cell is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal

from catalog.folding import fold
from lineage.importing.excel.periods import is_period_label, only_a_period, period_in
from lineage.workbooks.book import Content, ErrorValue, Sheet, Spot

Kind = Literal["number", "text", "date", "id", "flag", "error", "empty"]
_IDS = re.compile(
    r"\b(no|nr|numara\w*|kod\w*|code|id|ids|sicil\w*|tckn|vkn|iban|hesap no|musteri no|sira\w*|"
    r"sr|s no|key|anahtar|hs|isin|swift|posta kodu|zip|plaka|phone|telefon)\b"
)
_NOT_IDS = re.compile(r"\b(no of|number of|sayisi|adedi|count)\b")
_LETTER = re.compile(r"[^\W\d_]")
_PLAIN = ("General", "0", "@")
_KINDS: Mapping[type, Kind] = {
    **{type(None): "empty", bool: "flag", int: "number", float: "number", str: "text"},
    **{date: "date", datetime: "date", time: "date", ErrorValue: "error"},
}
_SAYS = ("text", "date")
NUMERIC = ("number", "error", "empty")
"""Kinds of cells that hold a number, or would."""
MOST_MERGED = 5_000
LONGEST = 300


@dataclass
class Grid:
    """A sheet with its cells by row and by column; `texts` also holds those of merged cells."""

    sheet: Sheet
    rows: dict[int, list[int]] = field(default_factory=dict)
    columns: dict[int, list[int]] = field(default_factory=dict)
    texts: dict[Spot, str] = field(default_factory=dict)
    kinds: dict[Spot, Kind] = field(default_factory=dict)
    headers: dict[int, bool] = field(default_factory=dict)
    stated: frozenset[Spot] = frozenset()

    def numbers(self) -> Iterator[tuple[Spot, Content]]:
        """The cells that hold a number, by row."""
        cells = self.sheet.cells
        for spot, kind in self.kinds.items():
            if kind in NUMERIC:
                yield spot, cells[spot]


def grid_of(sheet: Sheet) -> Grid:
    """Lay a sheet out, and say of each cell what it is."""
    rows: defaultdict[int, list[int]] = defaultdict(list)
    columns: defaultdict[int, list[int]] = defaultdict(list)
    grid = Grid(sheet)
    for spot in sorted(sheet.cells):
        row, column = spot
        rows[row].append(column)
        columns[column].append(row)
        cell = sheet.cells[spot]
        kind = grid.kinds[spot] = kind_of(cell)
        if kind in _SAYS and (text := text_of(cell)) is not None:
            grid.texts[spot] = text
    grid.rows, grid.columns = dict(rows), dict(columns)
    grid.headers = {row: _is_header(grid, row, held) for row, held in grid.rows.items()}
    _tell_years(grid)
    _tell_ids(grid)
    _spread_merged(grid)
    grid.stated = _stated(grid)
    return grid


def kind_of(cell: Content) -> Kind:
    """What a cell holds; a formula without a kept value is `empty`."""
    kind = _KINDS[type(cell.value)]
    return "date" if kind == "number" and cell.style.date else kind


def text_of(cell: Content) -> str | None:
    """What a cell says as a heading: its text, or its date as a period."""
    value = cell.value
    if isinstance(value, str):
        plain = value[:LONGEST] if value.isprintable() else _printable(value[:LONGEST])
        said = " ".join(plain.split())
        return said if _LETTER.search(said) or "%" in said or only_a_period(said) else None
    if isinstance(value, date | datetime):
        return heading_of_date(value)
    return None


def _printable(text: str) -> str:
    """A text without signs that no file of definitions may hold."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def heading_of_date(value: date | datetime) -> str:
    """A date as a heading: the first or last of a month is the month."""
    day = value.date() if isinstance(value, datetime) else value
    return f"{day:%Y-%m}" if day.day in (1, 28, 29, 30, 31) else day.isoformat()


def is_year(cell: Content) -> bool:
    """Whether a whole number may be a year."""
    value = cell.value
    if isinstance(value, bool) or not isinstance(value, int | float) or cell.format not in _PLAIN:
        return False
    return float(value).is_integer() and 1990 <= value <= 2100


def _is_header(grid: Grid, row: int, columns: list[int]) -> bool:
    """Whether a row holds nothing but texts, dates and years."""
    cells = grid.sheet.cells
    years, said = 0, False
    for column in columns:
        if is_year(cells[row, column]):
            years += 1
        elif (kind := grid.kinds[row, column]) in _SAYS:
            said |= kind == "text"
        else:
            return False
    return years >= 2 or years == 0 or said


def _tell_years(grid: Grid) -> None:
    """Years in a row of headings, and years down a leftmost column."""
    cells = grid.sheet.cells
    for row, columns in grid.rows.items():
        if grid.headers[row]:
            for column in columns:
                if grid.kinds[row, column] == "number":
                    _is_a_heading(grid, (row, column))
    for column, rows in grid.columns.items():
        years = _years(grid, column, rows)
        if len(years) >= 2:
            first = all(grid.rows[row][0] == column for row in years)
            rising = len({cells[row, column].value for row in years}) == len(years)
            if first and rising:
                for row in years:
                    _is_a_heading(grid, (row, column))


def _years(grid: Grid, column: int, rows: list[int]) -> list[int]:
    """The rows of a column in which numbers stand, if all of them may be years."""
    years = []
    for row in rows:
        if grid.kinds[row, column] == "number":
            if not is_year(grid.sheet.cells[row, column]):
                return []
            years.append(row)
    return years


def _is_a_heading(grid: Grid, spot: Spot) -> None:
    grid.kinds[spot] = "date"
    grid.texts[spot] = str(int(grid.sheet.cells[spot].value))  # type: ignore[arg-type]


def _tell_ids(grid: Grid) -> None:
    """Columns of numbers that name things: by their heading, their digits, or by counting up."""
    cells = grid.sheet.cells
    for column, rows in grid.columns.items():
        run: list[int] = []
        whole, heading = True, ""
        for row in [*rows, 0]:
            spot = (row, column)
            if row and grid.kinds[spot] in ("number", "empty"):
                run.append(row)
                whole = whole and is_whole(cells[spot].value)
                continue
            if run and whole and _are_ids(grid, [cells[one, column] for one in run], heading):
                for one in run:
                    grid.kinds[one, column] = "id"
            if row and spot in grid.texts:
                heading = grid.texts[spot]
            run, whole = [], True


def is_whole(value: object) -> bool:
    """Whether a value is a number without a fraction."""
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def _are_ids(grid: Grid, run: list[Content], heading: str) -> bool:
    """Whether whole numbers below one another name things."""
    folded = fold(heading)
    named = _IDS.search(folded) is not None and _NOT_IDS.search(folded) is None
    if named and all(cell.format in _PLAIN for cell in run):
        return True
    numbers = [int(cell.value) for cell in run if isinstance(cell.value, int | float)]
    if len(numbers) >= 2 and all(
        len(str(abs(n))) >= 10 and c.format in _PLAIN for n, c in zip(numbers, run, strict=False)
    ):
        return True
    first = all(grid.rows[cell.row][0] == cell.column for cell in run)
    beside = all(len(grid.rows[cell.row]) > 1 for cell in run)
    counted = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False
    return first and beside and counted and len(numbers) >= 3 and numbers[0] in (0, 1)


def _spread_merged(grid: Grid) -> None:
    """The text of merged cells stands in all of them."""
    for block in grid.sheet.merged:
        text = grid.texts.get((block.top, block.left))
        if text is None or block.size > MOST_MERGED:
            continue
        for row in range(block.top, block.bottom + 1):
            for column in range(block.left, block.right + 1):
                grid.texts.setdefault((row, column), text)


def _stated(grid: Grid) -> frozenset[Spot]:
    """Texts and dates that state the period of the whole sheet, not of a column or a row."""
    found = set()
    for spot, text in grid.texts.items():
        row, column = spot
        label = next(
            (
                grid.texts[row, c]
                for c in range(column - 1, max(0, column - 4), -1)
                if (row, c) in grid.texts
            ),
            "",
        )
        alone = (
            len([c for c in grid.rows.get(row, ()) if only_a_period(grid.texts.get((row, c), ""))])
            == 1
        )
        if only_a_period(text) and alone and label and is_period_label(label):
            numbers = any(grid.kinds[row, c] == "number" for c in grid.rows.get(row, ()))
            if not numbers:
                found.add(spot)
        elif is_period_label(text) and period_in(text) and len(grid.rows.get(row, ())) <= 2:
            found.add(spot)
    return frozenset(found)
