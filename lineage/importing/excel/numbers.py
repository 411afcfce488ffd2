"""Surveys a workbook: every cell is accounted for, and of every reported number all is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from catalog.formulas import letters_of
from catalog.model.definition import Language
from catalog.periods import Period, PeriodUnit
from lineage.importing.excel.feeding import feeding
from lineage.importing.excel.grids import NUMERIC, Grid, grid_of
from lineage.importing.excel.headings import Headings, Line, headings_of
from lineage.importing.excel.regions import names_data, regions_of
from lineage.importing.excel.roles import (
    ROLES,
    Role,
    Signals,
    judge,
    roles_of_others,
    works_for_others,
)
from lineage.importing.excel.stating import (
    Heading,
    file_name,
    heading_of,
    period_of_book,
    period_of_sheet,
    series_of,
)
from lineage.importing.excel.units import (
    Unit,
    is_note,
    note_unit,
    shown_by,
    shown_value,
    stated_unit,
    unit_in,
    unit_of,
    without_unit,
)
from lineage.workbooks.book import Block, Content, Sheet, Spot, Workbook
from lineage.workbooks.circles import circles
from lineage.workbooks.descent import At
from lineage.workbooks.graph import CellGraph, Tally, cell_graph

Progress = Callable[[str], None]


class Number(NamedTuple):
    """A reported number: where it stands, what heads it, what it shows, what is unsure of it.

    `row` and `column` are its headings as they are found again in another period's workbook;
    `pattern` is the number of its formula's pattern, None for a number that was typed in.
    """

    sheet: str
    spot: Spot
    cell: Content
    row: tuple[Heading, ...] = ()
    column: tuple[Heading, ...] = ()
    section: str | None = None
    region: int = 0
    pattern: int | None = None
    unit: Unit | None = None
    period: Period | None = None
    unsure: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Such as `Özet!C5`."""
        return f"{quoted(self.sheet)}!{_letters(self.spot[1])}{self.spot[0]}"

    @property
    def value(self) -> float | int | None:
        """What was last calculated and saved."""
        held = self.cell.value
        return held if isinstance(held, int | float) and not isinstance(held, bool) else None

    @property
    def shown(self) -> float | None:
        """What a reader sees, in its unit: 45.6 for 0.456 shown as 45.6%."""
        if self.value is None:
            return None
        return shown_value(self.value, self.cell.format, self.unit)

    @property
    def headings(self) -> tuple[str, str]:
        """Its row's and its column's, several levels joined."""
        return joined(self.row), joined(self.column)


@dataclass(frozen=True)
class SheetSurvey:
    """What there is on one sheet; `roles` counts every cell once."""

    title: str
    hidden: bool
    cells: int
    formulas: int
    numbers: int
    errors: int
    tally: Tally
    roles: Mapping[Role, int]
    inputs: tuple[Block, ...] = ()
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True)
class Survey:
    """One workbook read through."""

    book: Workbook
    graph: CellGraph
    period: Period | None
    sheets: tuple[SheetSurvey, ...]
    numbers: tuple[Number, ...]
    unsure: tuple[str, ...] = ()
    periods: Mapping[str, Period | None] = field(default_factory=dict)
    circles: tuple[tuple[At, ...], ...] = ()

    @property
    def file(self) -> Path:
        """The workbook's."""
        return self.book.file


def joined(headings: tuple[Heading, ...]) -> str:
    """Headings of several levels as one text."""
    return " / ".join(heading.find for heading in headings)


_letters = lru_cache(maxsize=20_000)(letters_of)


@lru_cache(maxsize=1_000)
def quoted(sheet: str) -> str:
    """A sheet's name as an address needs it."""
    plain = sheet.replace("_", "a").isalnum() and not sheet[0].isdigit()
    return sheet if plain else "'" + sheet.replace("'", "''") + "'"


def survey(
    book: Workbook,
    language: Language,
    unit: PeriodUnit | None = None,
    progress: Progress = lambda _: None,
) -> Survey:
    """Read a workbook through; `unit` is the span its report is known to speak of."""
    graph = cell_graph(book)
    fed = feeding(graph)
    rings = circles(graph)
    round_ = {(at.sheet, (at.row, at.column)) for circle in rings for at in circle}
    grids = {}
    for sheet in book.sheets:
        progress(sheet.title)
        grids[sheet.title] = grid_of(sheet)
    stated = {title: period_of_sheet(grid) for title, grid in grids.items()}
    named = file_name(book.file)
    period = period_of_book(named.period, stated.values(), unit)
    sheets, numbers = [], []
    for title, grid in grids.items():
        own = period_of_book(None, [stated[title]], period.unit if period else unit) or period
        reader = _SheetReader(book, graph, grid, own, period, language)
        headings = headings_of(grid)
        regions = regions_of(grid, fed, book)
        works = works_for_others(grid, fed)
        signals = Signals(grid, headings, regions, fed, works, grid.sheet.hides)
        roles = roles_of_others(grid)
        inputs: dict[Block, None] = {}
        for spot, cell, region, said, judged in judge(signals):
            doubts = judged.unsure
            if round_ and (title, spot) in round_:
                doubts = (*doubts, "its formula takes its own result, by a circular reference")
            roles[judged.role] += 1
            if judged.role == "reported":
                numbers.append(reader.number(spot, cell, region.number, said, doubts))
            elif judged.role == "input":
                inputs[region.block] = None
        blocks = tuple(inputs)
        sheets.append(_counted(grid, graph, roles, blocks, _of_sheet(signals, roles)))
    reporting = {title: stated[title] for title in dict.fromkeys(one.sheet for one in numbers)}
    unsure = tuple(_disagreeing(period, named.period, reporting))
    return Survey(book, graph, period, tuple(sheets), tuple(numbers), unsure, stated, rings)


def _counted(
    grid: Grid,
    graph: CellGraph,
    roles: Mapping[Role, int],
    inputs: tuple[Block, ...],
    unsure: tuple[str, ...],
) -> SheetSurvey:
    sheet: Sheet = grid.sheet
    kinds = Counter(grid.kinds.values())
    return SheetSurvey(
        sheet.title,
        sheet.state != "visible",
        len(sheet.cells),
        len(graph.carriers.get(sheet.title, ())),
        kinds["number"] + kinds["id"],
        kinds["error"],
        graph.tally(sheet.title),
        {role: roles[role] for role in ROLES if roles[role]},
        inputs,
        unsure,
    )


def _of_sheet(signals: Signals, roles: Mapping[Role, int]) -> tuple[str, ...]:
    """What is unsure of a whole sheet."""
    title, said = signals.title, []
    helpers = roles.get("helper", 0)
    if signals.grid.sheet.state != "visible" and helpers:
        said.append(f"sheet {title} is hidden: its numbers ({helpers}) are taken for helpers")
    elif signals.works and helpers:
        said.append(
            f"sheet {title} is taken for a calculation sheet, since other sheets take nearly all "
            f"of it: its numbers ({helpers}) are not listed"
        )
    if roles.get("reported") and names_data(title):
        said.append(f"sheet {title} is called like one with raw data, and numbers of it are listed")
    return tuple(said)


def _disagreeing(
    period: Period | None, named: Period | None, stated: Mapping[str, Period | None]
) -> list[str]:
    """Sheets that state another period than the file's name."""
    if named is None or period is None:
        return []
    said = []
    for title, found in stated.items():
        if found and not (found.start <= period.end and period.start <= found.end):
            said.append(f"the file's name says {named.label}, sheet {title} says {found.label}")
    return said


class _SheetReader:
    """Tells the numbers of one sheet."""

    def __init__(
        self,
        book: Workbook,
        graph: CellGraph,
        grid: Grid,
        period: Period | None,
        of_book: Period | None,
        language: Language,
    ) -> None:
        self.grid, self.period, self.of_book, self.language = grid, period, of_book, language
        self.carriers = graph.carriers.get(grid.sheet.title, {})
        self.notes = _notes(grid)
        self.series = series_of(grid.texts.values())
        self.title = grid.sheet.title
        self.known: dict[str, Heading] = {}
        self.lines: dict[Line, _Line] = {}
        self.units: dict[tuple[object, ...], Unit | None] = {}

    def number(
        self, spot: Spot, cell: Content, region: int, said: Headings, unsure: tuple[str, ...]
    ) -> Number:
        """A reported number with its headings as they are found again."""
        left, above, section = said
        row = self.lines.get(left) or self.line(left)
        column = self.lines.get(above) or self.line(above)
        told = (
            self.title,
            spot,
            cell,
            row.headings,
            column.headings,
            section,
            region,
            self.carriers.get(spot),
            self.unit(row, column, cell.style.format),
            column.period or row.period or self.period,
            unsure,
        )
        return tuple.__new__(Number, told)

    def line(self, line: Line) -> _Line:
        """What the headings of a row or a column are; each line is looked at once."""
        headings = tuple(self.heading(text) for text in line.texts)
        period = next((h.period for h in reversed(headings) if h.period), None)
        speaks = bool(self.notes) or any(unit_in(text) for text in line.texts)
        says = (line.units, line.texts if speaks else ())
        made = _Line(headings, period, says if any(says) else _NOTHING)
        self.lines[line] = made
        return made

    def heading(self, text: str) -> Heading:
        """What a heading is; each text is looked at once."""
        if text not in self.known:
            found = heading_of(text, self.of_book, self.series, self.language)
            bare = without_unit(found.key)
            bare = bare if any(map(str.isalnum, bare)) else ""
            self.known[text] = found if bare == found.key else replace(found, key=bare)
        return self.known[text]

    def unit(self, row: _Line, column: _Line, format_: str) -> Unit | None:
        """The unit of a number; what says the same is looked at once."""
        key = (row.says, column.says, format_)
        if key not in self.units:
            units = (*row.says[0], *column.says[0])
            stated = next((u for text in units if (u := stated_unit(text.strip("()[]")))), None)
            if stated is not None and not shown_by(format_).percent:
                self.units[key] = stated
            else:
                nearest = (*reversed(row.says[1]), *reversed(column.says[1]))
                self.units[key] = unit_of(nearest, self.notes, format_)
        return self.units[key]


@dataclass(frozen=True, slots=True)
class _Line:
    """The headings of a row or a column and the period they state.

    `says` is what its unit is told from: texts beside it that name a unit and nothing else, and
    those of its headings that may name one too.
    """

    headings: tuple[Heading, ...]
    period: Period | None
    says: tuple[tuple[str, ...], tuple[str, ...]]


_NOTHING: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


def _notes(grid: Grid) -> list[str]:
    """Texts that state a unit for the whole sheet, above its numbers."""
    rows = [row for row, columns in grid.rows.items() if _has_number(grid, row, columns)]
    first = min(rows, default=0)
    texts = [text for (row, _), text in sorted(grid.texts.items()) if row < first]
    return [text for text in texts if is_note(text) and note_unit(text)]


def _has_number(grid: Grid, row: int, columns: list[int]) -> bool:
    return any(grid.kinds[row, column] in NUMERIC for column in columns)
