"""Writes small Excel workbooks piece by piece, so that cells can hold what no library would write."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZipFile

SAVED = datetime(2026, 11, 5, 9, tzinfo=UTC)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"


@dataclass(frozen=True)
class At:
    """What one cell holds: a value or the text of an error, its formula, its number format."""

    value: object = None
    formula: str | None = None
    format: str = "General"
    error: bool = False


Cells = Mapping[str, Mapping[str, object]]
"""By sheet and address: an `At`, or a value alone."""


def write_book(path: Path, sheets: Cells, saved: datetime | None = SAVED) -> Path:
    """A workbook saved at that time; without one it does not say so and its file's time counts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    formats: dict[str, int] = {"General": 0}
    with ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", _relations({"r1": ("officeDocument", "xl/workbook.xml")}))
        listed, targets = "", {"s": ("styles", "styles.xml")}
        for number, (title, cells) in enumerate(sheets.items(), start=1):
            listed += f'<sheet name={quoteattr(title)} sheetId="{number}" r:id="r{number}"/>'
            targets[f"r{number}"] = ("worksheet", f"worksheets/sheet{number}.xml")
            archive.writestr(f"xl/worksheets/sheet{number}.xml", _sheet(cells, formats))
        book = f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
        archive.writestr("xl/workbook.xml", book)
        archive.writestr("xl/_rels/workbook.xml.rels", _relations(targets))
        archive.writestr("xl/styles.xml", _styles(formats))
        if saved:
            stated = f"<modified>{saved:%Y-%m-%dT%H:%M:%SZ}</modified>"
            core = f'<coreProperties xmlns="{_CORE}">{stated}</coreProperties>'
            archive.writestr("docProps/core.xml", core)
    return path


def set_file_time(path: Path, moment: datetime) -> None:
    """Let a file have been changed then."""
    os.utime(path, (moment.timestamp(), moment.timestamp()))


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    said = "".join(
        f'<Relationship Id="{id_}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for id_, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}">{said}</Relationships>'


def _sheet(cells: Mapping[str, object], formats: dict[str, int]) -> str:
    rows: dict[int, str] = {}
    for address, held in cells.items():
        row = int(address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        one = held if isinstance(held, At) else At(held)
        style = formats.setdefault(one.format, len(formats))
        rows[row] = rows.get(row, "") + _cell(address, one, style)
    said = "".join(f'<row r="{row}">{rows[row]}</row>' for row in sorted(rows))
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{said}</sheetData></worksheet>'


def _cell(address: str, one: At, style: int) -> str:
    formula = f"<f>{escape(one.formula)}</f>" if one.formula else ""
    start = f'<c r="{address}" s="{style}"'
    if one.value is None:
        return f"{start}>{formula}</c>"
    if one.error:
        return f'{start} t="e">{formula}<v>{one.value}</v></c>'
    if isinstance(one.value, bool):
        return f'{start} t="b">{formula}<v>{int(one.value)}</v></c>'
    if isinstance(one.value, str):
        return f'{start} t="str">{formula}<v>{escape(one.value)}</v></c>'
    return f"{start}>{formula}<v>{one.value!r}</v></c>"


def _styles(formats: Mapping[str, int]) -> str:
    codes = "".join(
        f'<numFmt numFmtId="{200 + number}" formatCode={quoteattr(code)}/>'
        for code, number in formats.items()
        if number
    )
    used = "".join(
        f'<xf numFmtId="{200 + number if number else 0}"/>' for number in formats.values()
    )
    return (
        f'<styleSheet xmlns="{_MAIN}"><numFmts>{codes}</numFmts><cellXfs>{used}</cellXfs>'
        "</styleSheet>"
    )
