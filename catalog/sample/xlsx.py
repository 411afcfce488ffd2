"""Writes Excel files that are the same for the same input and keep the values of their formulas."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_FORMULA = re.compile(r'(<c r="([A-Z]+\d+)"[^>]*><f>[^<]*</f>)<v ?/?>(?:</v>)?')
_MODIFIED = re.compile(r"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


@dataclass(frozen=True)
class Formula:
    """A formula and the value Excel showed when the workbook was last saved."""

    text: str
    value: float


@dataclass(frozen=True)
class Sheet:
    """A sheet's cells by address; `bold` and `percent` name addresses to be shown so."""

    title: str
    cells: Mapping[str, Any]
    widths: Mapping[str, int] = field(default_factory=dict)
    bold: frozenset[str] = frozenset()
    percent: frozenset[str] = frozenset()


def write_workbook(path: Path, sheets: Sequence[Sheet], saved_on: date) -> None:
    """Write the sheets to `path`, as if saved at nine on that day."""
    raw = _render(sheets)
    path.parent.mkdir(parents=True, exist_ok=True)
    moment = datetime.combine(saved_on, time(9))
    with ZipFile(BytesIO(raw)) as source, ZipFile(path, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _dated(content, moment)
            elif found := re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name):
                content = _valued(content, sheets[int(found[1]) - 1])
            entry = ZipInfo(name, moment.timetuple()[:6])
            entry.compress_type = ZIP_DEFLATED
            target.writestr(entry, content)


def _render(sheets: Sequence[Sheet]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.styles import Font

    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    strong = Font(bold=True)
    for sheet in sheets:
        page = workbook.create_sheet(sheet.title)
        for address, value in sheet.cells.items():
            page[address] = value.text if isinstance(value, Formula) else value
        for letter, width in sheet.widths.items():
            page.column_dimensions[letter].width = width
        for address in sheet.bold:
            page[address].font = strong
        for address in sheet.percent:
            page[address].number_format = "0.0%"
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _dated(xml: bytes, moment: datetime) -> bytes:
    return _MODIFIED.sub(rf"\g<1>{moment:%Y-%m-%dT%H:%M:%SZ}", xml.decode()).encode()


def _valued(xml: bytes, sheet: Sheet) -> bytes:
    """Fill in what openpyxl leaves out: the values beside the formulas."""
    return _FORMULA.sub(
        lambda found: f"{found[1]}<v>{sheet.cells[found[2]].value!r}</v>", xml.decode()
    ).encode()
