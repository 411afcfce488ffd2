"""Adds or replaces one sheet in a workbook's file and leaves every other part byte for byte.

Loading and saving a workbook would lose charts, pictures, pivots and the kept values of formulas.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from xml.sax.saxutils import escape, quoteattr

from catalog.settings import WorkbookLimits
from lineage.workbooks.archive import Archive, Relation, open_archive, refuse
from lineage.workbooks.markup import true

TYPES = "[Content_Types].xml"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TAB = "FF183B43"
"""The colour of the tab by which our sheet is known again, even after Excel has saved it."""
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True)
class Text:
    """One cell of the sheet; it leads to a place in the workbook or to an address outside."""

    said: str
    place: str | None = None
    address: str | None = None
    bold: bool = False


@dataclass(frozen=True)
class _Found:
    """What is known of the workbook: its main part, where it lists sheets, and ours if it is."""

    main: str
    listing: str
    relations: tuple[Relation, ...]
    sheets: tuple[str, ...]
    ids: tuple[int, ...]
    ours: str | None


def with_sheet(
    file: Path, name: str, rows: list[list[Text]], widths: list[int], limits: WorkbookLimits
) -> bytes:
    """The file with a sheet of that name as its last one, or with that sheet made anew.

    WorkbookRefused for what is no workbook, is signed or protected, or has a sheet of that name
    that is not ours. Every other part holds what it held; nothing is run or computed.
    """
    with open_archive(file, limits) as archive:
        found = _look(archive, name)
        if found.ours is not None:
            part, edits = found.ours, {}
        else:
            part = _free_part(archive, posixpath.dirname(found.main))
            edits = _listed(archive, found, part, name)
    sheet, outside = _sheet(rows, widths)
    listing = f"{posixpath.dirname(part)}/_rels/{posixpath.basename(part)}.rels"
    made = {**edits, part: sheet, listing: outside}
    return _rewritten(file, made)


def sheet_names(file: Path, limits: WorkbookLimits) -> tuple[str, ...]:
    """The names of a workbook's sheets, in their order."""
    with open_archive(file, limits) as archive:
        return _look(archive, None).sheets


def _look(archive: Archive, name: str | None) -> _Found:
    roots = [one for one in archive.relations("") if one.kind == "officeDocument"]
    if not roots:
        refuse(archive.file, "it is a zip archive, but no Excel workbook")
    main = roots[0].target
    if any(part.startswith("_xmlsignatures/") for part in archive.parts):
        refuse(
            archive.file, "it is signed, and a further sheet would break that; ask who signed it"
        )
    with archive.open(main) as stream:
        text = stream.read()
    tree, relations = archive.tree(main), archive.relations(main)
    if MAIN.encode() not in text:
        refuse(archive.file, "it is in the strict form; open it in Excel, save it as .xlsx")
    if any(true(one.get("lockStructure")) for one in tree.iterfind("workbookProtection")):
        refuse(
            archive.file,
            "its structure is protected, so no sheet can be added; take that off in Excel (Review, "
            "Protect Workbook)",
        )
    listed = list(tree.iterfind("sheets/sheet"))
    by_id = {one.id: one.target for one in relations}
    same = [one for one in listed if name and one.get("name", "").casefold() == name.casefold()]
    ours = None
    for one in same:
        ours = by_id.get(one.get("id", ""))
        if ours is None or not _is_ours(archive, ours):
            refuse(
                archive.file,
                f"it has a sheet '{one.get('name')}' that was not made here; rename that sheet",
            )
    folder, base = posixpath.split(main)
    ids = [int(one.get("sheetId", "0")) for one in listed]
    names = tuple(one.get("name", "") for one in listed)
    listing = f"{folder}/_rels/{base}.rels".lstrip("/")
    return _Found(main, listing, tuple(relations), names, tuple(ids), ours)


def _is_ours(archive: Archive, part: str) -> bool:
    with archive.open(part) as stream:
        return TAB.encode() in stream.read(4096)


def _free_part(archive: Archive, folder: str) -> str:
    number = 0
    while (part := f"{folder}/worksheets/tekdogru{number or ''}.xml".lstrip("/")) in archive:
        number += 1
    return part


def _listed(archive: Archive, found: _Found, part: str, name: str) -> dict[str, bytes]:
    """The three parts that list a workbook's sheets, with one more in each."""
    taken = {one.id for one in found.relations}
    number = next(n for n in range(1, len(taken) + 2) if f"tekdogru{n}" not in taken)
    key, sheet_id = f"tekdogru{number}", max(found.ids, default=0) + 1
    target = posixpath.relpath(part, posixpath.dirname(found.main) or ".")
    return {
        found.main: _spliced(
            archive,
            found.main,
            "sheets",
            lambda prefix: (
                f'<{prefix}sheet name={quoteattr(name)} sheetId="{sheet_id}"'
                f' xmlns:tdr="{RELATIONS}" tdr:id="{key}"/>'
            ),
        ),
        found.listing: _spliced(
            archive,
            found.listing,
            "Relationships",
            lambda prefix: (
                f'<{prefix}Relationship Id="{key}" Type="{RELATIONS}/worksheet" Target="{target}"/>'
            ),
        ),
        TYPES: _spliced(
            archive,
            TYPES,
            "Types",
            lambda prefix: f'<{prefix}Override PartName="/{part}" ContentType="{SHEET_TYPE}"/>',
        ),
    }


def _spliced(archive: Archive, part: str, element: str, entry: Callable[[str], str]) -> bytes:
    """A part with one more entry at the end of an element, and not a byte else changed."""
    with archive.open(part) as stream:
        raw = stream.read()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse(archive.file, f"its part {part} is not UTF-8; open it in Excel and save it anew")
    archive.tree(part)
    ends = list(re.finditer(rf"</((?:[A-Za-z_][\w.-]*:)?){element}\s*>", text))
    if len(ends) != 1:
        _unusual(archive, part)
    at, prefix = ends[0].start(), ends[0][1]
    made = text[:at] + entry(prefix) + text[at:]
    mark = raw[: len(raw) - len(text.encode())]
    return mark + made.encode()


def _unusual(archive: Archive, part: str) -> NoReturn:
    refuse(archive.file, f"its part {part} has an unusual form; open it in Excel and save it anew")


def _sheet(rows: list[list[Text]], widths: list[int]) -> tuple[bytes, bytes]:
    """The sheet and what it points to outside; all texts are texts, none is a formula."""
    lines: list[str] = []
    links: list[str] = []
    outside: list[str] = []
    for at, row in enumerate(rows, start=1):
        cells = []
        for column, one in enumerate(row):
            place = f"{_letter(column)}{at}"
            cells.append(f'<c r="{place}" t="inlineStr"><is>{_run(one)}</is></c>')
            if one.place:
                links.append(f'<hyperlink ref="{place}" location={quoteattr(one.place)}/>')
            elif one.address:
                key = f"rId{len(outside) + 1}"
                links.append(f'<hyperlink ref="{place}" tdr:id="{key}"/>')
                outside.append(
                    f'<Relationship Id="{key}" Type="{RELATIONS}/hyperlink"'
                    f' Target={quoteattr(one.address)} TargetMode="External"/>'
                )
        lines.append(f'<row r="{at}">{"".join(cells)}</row>')
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>'
        for at, width in enumerate(widths, start=1)
    )
    told = f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""
    sheet = (
        f'{HEAD}<worksheet xmlns="{MAIN}" xmlns:tdr="{RELATIONS}">'
        f'<sheetPr><tabColor rgb="{TAB}"/></sheetPr><cols>{columns}</cols>'
        f"<sheetData>{''.join(lines)}</sheetData>{told}</worksheet>"
    )
    relations = f'{HEAD}<Relationships xmlns="{PACKAGE}">{"".join(outside)}</Relationships>'
    return sheet.encode(), relations.encode()


def _run(one: Text) -> str:
    """A text with its look beside it, since the workbook's own styles stay as they are."""
    text = f'<t xml:space="preserve">{escape(_plain(one.said))}</t>'
    if one.place or one.address:
        look = '<u/><color rgb="FF0B5563"/>'
    elif one.bold:
        look = "<b/>"
    else:
        return text
    return f"<r><rPr>{look}</rPr>{text}</r>"


def _plain(text: str) -> str:
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]", "", text)[:32_000]


def _letter(column: int) -> str:
    return chr(ord("A") + column)


def _rewritten(file: Path, made: Mapping[str, bytes]) -> bytes:
    """The archive with some parts written anew or added; the others as they are."""
    stream, left = io.BytesIO(), {name.casefold(): name for name in made}
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(stream, "w") as new:
        new.comment = old.comment
        for entry in old.infolist():
            name = left.pop(entry.filename.casefold(), None)
            content = made[name] if name else old.read(entry)
            new.writestr(_like(entry), content)
        for name in left.values():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, made[name])
    content = stream.getvalue()
    _verify(file, content, made)
    return content


def _like(entry: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """An entry of the same name, time and packing."""
    made = zipfile.ZipInfo(entry.filename, entry.date_time)
    packings = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    known = entry.compress_type in packings
    made.compress_type = entry.compress_type if known else zipfile.ZIP_DEFLATED
    made.external_attr, made.create_system = entry.external_attr, entry.create_system
    made.comment = entry.comment
    return made


def _verify(file: Path, content: bytes, made: Mapping[str, bytes]) -> None:
    """Nothing is written that would change another part."""
    ours = {name.casefold() for name in made}
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(io.BytesIO(content)) as new:
        for entry in old.infolist():
            name = entry.filename
            if name.casefold() not in ours and new.read(name) != old.read(entry):
                refuse(file, f"its part {name} stands twice; open it in Excel and save it anew")
