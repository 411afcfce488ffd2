"""Which period a sheet and a whole workbook speak of, and what a period means as a heading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog.model.definition import Language
from catalog.periods import MONTHS, PLACEHOLDER, Period, PeriodUnit
from lineage.importing.excel.grids import NUMERIC, Grid
from lineage.importing.excel.periods import (
    distance,
    in_unit,
    is_period_label,
    only_a_period,
    period_of,
    periods_in,
)

_MONTHS_TR = (
    *("Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran"),
    *("Temmuz", "Ağustos", "Eylül", "Ekim", "Kasım", "Aralık"),
)
_UNITS: Mapping[PeriodUnit, tuple[str, str]] = {
    "day": ("day", "gün"),
    "week": ("week", "hafta"),
    "month": ("month", "ay"),
    "quarter": ("quarter", "çeyrek"),
    "year": ("year", "yıl"),
}


def period_of_sheet(grid: Grid) -> Period | None:
    """The period a sheet states: beside a word such as Dönem, or above its first number."""
    cells = grid.sheet.cells
    for row, column in sorted(grid.stated):
        cell = cells.get((row, column))
        if cell and (found := period_of(cell.value, year=True)):
            return found
    if not any(kind == "number" for kind in grid.kinds.values()):
        return None
    for row, columns in sorted(grid.rows.items()):
        if any(grid.kinds[row, column] in NUMERIC for column in columns):
            return _labelled_number(grid)
        stated = [
            found
            for column in columns
            if (found := period_of(cells[row, column].value, year=len(columns) == 1))
        ]
        if len(set(stated)) == 1 and len(columns) <= 3:
            return stated[0]
    return None


def _labelled_number(grid: Grid) -> Period | None:
    """A year that stands as a number beside `Yıl`."""
    for (row, column), text in grid.texts.items():
        cell = grid.sheet.cells.get((row, column + 1))
        if cell and is_period_label(text) and len(grid.rows.get(row, ())) == 2:
            found = period_of(cell.value, year=True)
            if found and grid.kinds[row, column + 1] == "date":
                return found
    return None


@dataclass(frozen=True)
class FileName:
    """What a file's name says: the period, if any, and the name as a pattern.

    `plain` says that the period is written as Tekdoğru writes it, so the pattern can be filled.
    """

    pattern: str
    period: Period | None = None
    plain: bool = True


def file_name(path: Path) -> FileName:
    """Read a file's name."""
    for stated in periods_in(path.stem):
        written = path.stem[stated.start : stated.end]
        pattern = path.stem[: stated.start] + PLACEHOLDER + path.stem[stated.end :] + path.suffix
        return FileName(pattern, stated.period, written == stated.period.label)
    years = [one for one in periods_in(path.stem, year=True) if one.period.unit == "year"]
    if len(years) == 1:
        one = years[0]
        pattern = path.stem[: one.start] + PLACEHOLDER + path.stem[one.end :] + path.suffix
        return FileName(pattern, one.period)
    return FileName(path.name)


def period_of_book(
    name: Period | None, sheets: Iterable[Period | None], unit: PeriodUnit | None
) -> Period | None:
    """The period of a workbook: its name's, else the one most of its sheets state."""
    stated = Counter(period for period in sheets if period)
    found = name or (max(stated, key=lambda one: (stated[one], one.end)) if stated else None)
    return in_unit(found, unit) if found and unit else found


@dataclass(frozen=True)
class Heading:
    """A heading as it is found again in another period, and its part of keys and labels.

    `generic` headings tell nothing apart: the period itself.
    """

    find: str
    key: str
    label: str
    period: Period | None = None
    generic: bool = False


def heading_of(text: str, period: Period | None, series: frozenset[str], to: Language) -> Heading:
    """What a heading is, seen from the period of its workbook; `series` are months of one year."""
    found = only_a_period(text)
    if found is None:
        return Heading(text, text, text)
    found = period_of(text, year=True) or found
    if found.label in series:
        month = found.start.month
        name = (MONTHS if to == "en" else _MONTHS_TR)[month - 1]
        return Heading(f"{{year}}-{month:02}", name, name, found)
    if period is None:
        return Heading(text, found.label, text, found)
    here = period if found.unit == period.unit else _coarser(period, found.unit)
    away = distance(here, found) if here else None
    if away is None:
        return Heading(text, found.label, text, found)
    if _is_year_end(here, found, away):
        said = "previous year end" if to == "en" else "önceki yıl sonu"
        return Heading("{year end}", "previous year end", said, found)
    name = "period" if found.unit == period.unit else found.unit
    if away == 0:
        return Heading(f"{{{name}}}", "", "", found, generic=True)
    sign = "previous" if away < 0 else "next"
    return Heading(
        f"{{{name}{away:+}}}",
        f"{sign} {name if name != 'period' else ''} {abs(away) if away != -1 else ''}",
        _in_words(away, found.unit, to),
        found,
    )


def series_of(texts: Iterable[str]) -> frozenset[str]:
    """The labels of months that run from January on in one year: a calendar, not a look back."""
    months: dict[int, set[int]] = {}
    for text in texts:
        found = only_a_period(text)
        if found and found.unit == "month":
            months.setdefault(found.start.year, set()).add(found.start.month)
    return frozenset(
        f"{year:04}-{month:02}"
        for year, held in months.items()
        if len(held) >= 3 and held == set(range(1, len(held) + 1))
        for month in held
    )


def _coarser(period: Period, unit: PeriodUnit) -> Period | None:
    longer = ("day", "week", "month", "quarter", "year")
    return in_unit(period, unit) if longer.index(unit) > longer.index(period.unit) else None


def _is_year_end(here: Period | None, found: Period, away: int) -> bool:
    if here is None or away >= -1 or found.unit not in ("month", "quarter"):
        return False
    return (found.end.month, found.end.year) == (12, here.start.year - 1) and away > -12


def _in_words(away: int, unit: PeriodUnit, to: Language) -> str:
    count, (english, turkish) = abs(away), _UNITS[unit]
    if to == "tr":
        return f"{count} {turkish} {'önce' if away < 0 else 'sonra'}"
    return f"{count} {english}{'s' if count > 1 else ''} {'before' if away < 0 else 'after'}"
