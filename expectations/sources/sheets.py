"""Copies one sheet of an Excel file to CSV, every cell as the text a person would type."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from catalog.errors import SourceUnreadable
from catalog.validation.problems import nearest

LARGEST_UNPACKED = 2 * 1024**3


@dataclass(frozen=True)
class Spelling:
    """How the texts of a sheet are written, so that real numbers and dates are spelled alike.

    `formats` are the date formats of columns by heading.
    """

    decimal: str = "."
    formats: Mapping[str, str] = field(default_factory=dict)

    def text(self, heading: str, value: object) -> str:
        """A cell of that column as text."""
        if isinstance(value, date) and heading in self.formats:
            return value.strftime(self.formats[heading])
        text = as_text(value)
        return text.replace(".", self.decimal) if isinstance(value, float) else text


def copy_sheet(
    path: Path, sheet: str | None, header_row: int, target: Path, where: str, spelling: Spelling
) -> list[str]:
    """Write the sheet's rows from `header_row` on to `target`; returns the headings.

    Without `sheet` the workbook must have exactly one. Empty rows are left out. Raises
    SourceUnreadable for a file that is no workbook, unpacks to more than 2 GiB or lacks the sheet.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    _refuse_bombs(path, where)
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, OSError) as error:
        raise SourceUnreadable(f"{where}: not a readable Excel workbook: {error}") from None
    try:
        page = book[_choose(sheet, book.sheetnames, where)]
        page.reset_dimensions()  # what the file says of its size is often wrong: read to the end
        rows = page.iter_rows(min_row=header_row, values_only=True)
        return _write(rows, target, f"{where} row {header_row}", spelling)
    except (ParseError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise SourceUnreadable(f"{where}: the sheet cannot be read: {error}") from None
    finally:
        book.close()


def _refuse_bombs(path: Path, where: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        raise SourceUnreadable(
            f"{where}: not an .xlsx file; old .xls or protected files must be saved as .xlsx first"
        ) from None
    if unpacked > LARGEST_UNPACKED:
        raise SourceUnreadable(f"{where}: unpacks to {unpacked >> 20} MiB, more than is allowed")


def _choose(sheet: str | None, names: list[str], where: str) -> str:
    if sheet is None and len(names) == 1:
        return names[0]
    if sheet not in names:
        hint = nearest(sheet, names) if sheet else f"it has {', '.join(names)}"
        wanted = f"no sheet '{sheet}'" if sheet else "say which `sheet`"
        raise SourceUnreadable(f"{where}: {wanted}; {hint}")
    return sheet


def _write(rows: Any, target: Path, where: str, spelling: Spelling) -> list[str]:
    headings = [as_text(value).strip() for value in next(rows, ())]
    while headings and not headings[-1]:
        headings.pop()
    if not headings:
        raise SourceUnreadable(f"{where}: no headings there; is `header_row` right?")
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        for row in rows:
            texts = [spelling.text(*cell) for cell in zip(headings, row, strict=False)]
            if any(texts):
                writer.writerow(texts + [""] * (len(headings) - len(texts)))
    return headings


def as_text(value: object) -> str:
    """A cell's value as text: 7.0 is `7`, a date is ISO, true and false are words.

    A fraction has the 15 digits that Excel shows at most.
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case float():
            return f"{Decimal(f'{value:.15g}'):f}"
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)
