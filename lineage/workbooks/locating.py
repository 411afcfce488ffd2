"""Finds where a report's cell stands in its workbook: by its headings, else by its address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from catalog.formulas import column_of, plain_sheet, read_address
from catalog.model.reports import Find
from catalog.periods import Period
from catalog.validation.problems import nearest
from lineage.workbooks.book import Sheet, Spot, Workbook
from lineage.workbooks.descent import At

_MOST_NAMED = 3


class NotFound(ValueError):
    """A cell that a workbook does not have, or has several times; says why."""


class Locator:
    """Finds cells in the workbook of one period.

    Headings are those an import names a number by, of several levels and with `{period}`; else the
    row of one text and the column of another.
    """

    def __init__(self, book: Workbook, period: Period | None = None) -> None:
        self.book, self.period = book, period
        self._texts: dict[str, Mapping[str, Sequence[Spot]]] = {}
        self._numbers: dict[str, Mapping[tuple[str, str], Sequence[Spot]]] = {}

    def place(self, at: str | None, find: Find | None) -> At:
        """Where a cell stands; its headings count more than its address. Raises NotFound."""
        return self._by_headings(find, at) if find else self._by_address(at or "")

    def _by_address(self, at: str) -> At:
        address = read_address(at)
        if address is None:
            raise NotFound(f"'{at}' is not the address of a cell")
        column = column_of(address.column)
        if address.sheet:
            return At(self._sheet(address.sheet).title, address.row, column)
        grids = self._grids()
        if len(grids) != 1:
            raise NotFound(f"{at} names no sheet, and the workbook has {len(grids)}")
        return At(grids[0].title, address.row, column)

    def _by_headings(self, find: Find, at: str | None) -> At:
        sheets = [self._sheet(plain_sheet(find.sheet))] if find.sheet else self._grids()
        places = self.headed(sheets, find, at)
        if not places:
            raise NotFound(self._why_not(sheets, find))
        if len(places) == 1:
            return places[0]
        named = ", ".join(str(one) for one in places[:_MOST_NAMED])
        more = f" and {len(places) - _MOST_NAMED} more" if len(places) > _MOST_NAMED else ""
        headings = f"its headings '{find.row}' and '{find.column}'"
        raise NotFound(f"{headings} lead to several cells: {named}{more}")

    def headed(self, sheets: Sequence[Sheet], find: Find, at: str | None) -> list[At]:
        """All cells of some sheets that bear these headings; of several the one at the address."""
        places = [At(one.title, *spot) for one in sheets for spot in self._headed(one, find)]
        if not places:
            places = [At(one.title, *spot) for one in sheets for spot in self._crossings(one, find)]
        address = read_address(at or "")
        if address and len(places) > 1:
            meant = (address.row, column_of(address.column))
            own = [one for one in places if one.spot == meant and _is(address.sheet, one.sheet)]
            return own if len(own) == 1 else places
        return places

    def lost(self, sheets: Sequence[Sheet], find: Find) -> list[str]:
        """Those of the headings that stand nowhere on some sheets."""
        texts = {text for sheet in sheets for text in self._texts_of(sheet)}
        pairs = [pair for sheet in sheets for pair in self._named(sheet)]
        rows, columns = {row for row, _ in pairs}, {column for _, column in pairs}
        said = ((find.row, texts | rows), (find.column, texts | columns))
        return [one for one, there in said if one and folded(one) not in there]

    def _headed(self, sheet: Sheet, find: Find) -> Sequence[Spot]:
        """The numbers that an import would name so."""
        return self._named(sheet).get((folded(find.row), folded(find.column)), ())

    def _named(self, sheet: Sheet) -> Mapping[tuple[str, str], Sequence[Spot]]:
        """The numbers of a sheet by the headings, row and column, that an import names them by."""
        if sheet.title not in self._numbers:
            from lineage.importing.excel.grids import grid_of
            from lineage.importing.excel.headings import headings_of
            from lineage.importing.excel.stating import heading_of, series_of

            grid = grid_of(sheet)
            series = series_of(grid.texts.values())
            named: dict[tuple[str, str], list[Spot]] = {}
            for spot, said in headings_of(grid).items():
                row, column = (
                    " / ".join(heading_of(one, self.period, series, "en").find for one in texts)
                    for texts in (said.row, said.column)
                )
                named.setdefault((folded(row), folded(column)), []).append(spot)
            self._numbers[sheet.title] = named
        return self._numbers[sheet.title]

    def _crossings(self, sheet: Sheet, find: Find) -> Iterator[Spot]:
        """Where the row of one heading, to its right, meets the column of the other, below it."""
        texts = self._texts_of(sheet)
        rows, columns = texts.get(folded(find.row), ()), texts.get(folded(find.column), ())
        met = {
            (row, column)
            for row, left in rows
            for top, column in columns
            if left < column and top < row
        }
        yield from sorted(met)

    def _why_not(self, sheets: Sequence[Sheet], find: Find) -> str:
        if lost := [f"'{one}'" for one in self.lost(sheets, find)]:
            return f"no cell holds its heading {' nor '.join(lost)}"
        return f"'{find.row}' stands nowhere to the left of a cell below '{find.column}'"

    def _texts_of(self, sheet: Sheet) -> Mapping[str, Sequence[Spot]]:
        """Where each text of a sheet stands."""
        if sheet.title not in self._texts:
            found: dict[str, list[Spot]] = {}
            for spot, cell in sheet.cells.items():
                if text := _heading(cell.value):
                    found.setdefault(text, []).append(spot)
            self._texts[sheet.title] = found
        return self._texts[sheet.title]

    def _sheet(self, title: str) -> Sheet:
        sheet = self.book.sheet(title)
        if sheet is None:
            titles = [one.title for one in self.book.sheets]
            raise NotFound(f"there is no sheet '{title}'; {nearest(title, titles)}")
        return sheet

    def _grids(self) -> list[Sheet]:
        return [sheet for sheet in self.book.sheets if sheet.grid]


def folded(text: str) -> str:
    """A heading as it is compared: whatever its blanks and capitals, Turkish ones too."""
    return " ".join(text.split()).replace("İ", "i").casefold().replace("ı", "i")


def _heading(value: object) -> str:
    if isinstance(value, str):
        return folded(value)
    plain = isinstance(value, int | date) and not isinstance(value, bool)
    return str(value) if plain else ""


def _is(said: str, title: str) -> bool:
    return said.casefold() in ("", title.casefold())
