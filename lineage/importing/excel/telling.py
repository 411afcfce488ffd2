"""Tells what an import of workbooks found: as a document, and in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from catalog.imports import (
    CellChanged,
    ImportExcelDocument,
    NumberImported,
    ReferenceCounts,
    SheetImported,
    WorkbookImported,
)
from lineage.importing.excel.drafts import Drafted
from lineage.importing.excel.numbers import Number, SheetSurvey, Survey, quoted
from lineage.importing.excel.process import Imported

MOST = 20
_WORDS = {
    "new": "new",
    "moved": "moved",
    "renamed": "under another heading; look whether it is the same number",
    "updated": "updated, as the workbook says now",
    "conflicting": "changed in the workbook and in the catalog; what the catalog says stays",
    "kept": "as stewards wrote it, not as the workbook says",
    "vanished": "no longer in the workbook; retire them, or say where they went",
    "removed": "taken out of the catalog by hand; they stay out",
}
_MERGED = ("updated", "conflicting", "kept")


def document_of(imported: Imported, *, dry_run: bool, numbers: bool = True) -> ImportExcelDocument:
    """The import as it is printed in JSON; in words it is told without the single numbers."""
    pairs = zip(imported.surveys, imported.drafted, strict=True)
    return ImportExcelDocument(
        report=imported.asked.report,
        dry_run=dry_run,
        workbooks=tuple(_workbook(found, drafted, numbers) for found, drafted in pairs),
        changes=tuple(_changes(imported)),
        unlike=imported.unlike,
        written=tuple(imported.prepared.texts),
        warnings=tuple(str(problem) for problem in imported.prepared.problems),
    )


def text_of(imported: Imported, *, dry_run: bool) -> str:
    """The import in words: what is on each sheet, what changed, what was written."""
    return "\n".join(_lines(imported, dry_run))


def _workbook(found: Survey, drafted: Drafted, numbers: bool) -> WorkbookImported:
    unsure: dict[str, int] = {}
    for index, number in enumerate(found.numbers):
        unsure[number.sheet] = unsure.get(number.sheet, 0) + bool(drafted.unsure[index])
    return WorkbookImported(
        file=found.file.name,
        period=found.period.label if found.period else None,
        saved=found.book.saved.isoformat() if found.book.saved else None,
        sheets=tuple(_sheet(sheet, unsure.get(sheet.title, 0)) for sheet in found.sheets),
        numbers=tuple(_number(i, one, drafted) for i, one in enumerate(found.numbers) if numbers),
        findings=tuple(
            f"{one.place}: {one.reason}" if one.place else one.reason for one in found.book.findings
        ),
        unsure=found.unsure,
    )


def _sheet(sheet: SheetSurvey, unsure: int) -> SheetImported:
    tally = sheet.tally
    return SheetImported(
        sheet=sheet.title,
        hidden=sheet.hidden,
        cells=sheet.cells,
        numbers=sheet.numbers,
        formulas=sheet.formulas,
        references=ReferenceCounts(
            resolved=tally.resolved, unresolved=tally.unresolved, dynamic=tally.dynamic
        ),
        errors=sheet.errors,
        reported=sheet.roles.get("reported", 0),
        unsure=unsure,
        roles=dict(sheet.roles),
        inputs=tuple(f"{quoted(sheet.title)}!{block}" for block in sheet.inputs),
        notes=sheet.unsure,
    )


def _number(index: int, number: Number, drafted: Drafted) -> NumberImported:
    row, column = number.headings
    return NumberImported(
        key=drafted.keys[index],
        at=number.address,
        label=drafted.labels[index],
        row=row,
        column=column,
        value=number.value,
        shown=number.shown,
        unit=number.unit,
        period=number.period.label if number.period else None,
        format=number.cell.format,
        formula=number.cell.formula,
        unsure=drafted.unsure[index],
    )


def _changes(imported: Imported) -> Iterator[CellChanged]:
    report = imported.asked.report
    for change in imported.drafted[-1].changes:
        yield CellChanged(
            how=change.how,
            urn=f"cell:{report}/{change.key}",
            was=change.was or None,
            now=change.now or None,
        )
    for merged in imported.prepared.merged.changes:
        if merged.how in _MERGED and merged.key not in ("at", "find"):
            yield CellChanged(
                how=merged.how,
                urn=merged.urn,
                key=merged.key,
                was=_short(merged.ours if merged.how != "updated" else merged.base),
                now=_short(merged.theirs),
            )


def _short(value: object) -> str | None:
    if value is None:
        return None
    text = " ".join(str(value).split())
    return text if len(text) <= 80 else f"{text[:79]}…"


def _lines(imported: Imported, dry_run: bool) -> Iterator[str]:
    document = document_of(imported, dry_run=dry_run, numbers=False)
    for book in document.workbooks:
        period = f", {book.period}" if book.period else ""
        reported = sum(sheet.reported for sheet in book.sheets)
        yield f"{book.file}{period}: {reported:,} reported numbers"
        for sheet in book.sheets:
            yield f"  {_said(sheet)}"
            yield from (f"    {note}" for note in sheet.notes)
        yield from _some("  findings", book.findings)
        yield from (f"  {said}" for said in book.unsure)
    for how, words in _WORDS.items():
        found = [_told(change) for change in document.changes if change.how == how]
        yield from _some(f"{len(found):,} {words}", found)
    yield from document.unlike
    unsure = sum(sheet.unsure for sheet in document.workbooks[-1].sheets)
    if unsure:
        yield f"{unsure:,} are marked `unsure`: look at each, then take the mark out"
    if not document.written:
        yield "nothing changed"
    else:
        verb = "would be written" if dry_run else "written"
        yield f"{verb}: {', '.join(document.written)}"


def _said(sheet: SheetImported) -> str:
    refs = sheet.references
    counted: Sequence[tuple[int, str]] = (
        (sheet.cells, "cells"),
        (sheet.formulas, "formulas"),
        (refs.unresolved, "references lead nowhere"),
        (refs.dynamic, "dynamic"),
        (sheet.errors, "errors"),
    )
    parts = [f"{count:,} {what}" for count, what in counted if count]
    roles = ", ".join(f"{count:,} {role}" for role, count in sorted(sheet.roles.items()))
    hidden = " (hidden)" if sheet.hidden else ""
    return f"{sheet.sheet}{hidden}: {', '.join(parts) or 'empty'}{f' → {roles}' if roles else ''}"


def _told(change: CellChanged) -> str:
    parts = f" {change.key}" if change.key else ""
    if change.was and change.now:
        return f"{change.urn}{parts}: {change.was} → {change.now}"
    return (
        f"{change.urn}{parts}{f' ({change.was or change.now})' if change.was or change.now else ''}"
    )


def _some(heading: str, items: Sequence[str]) -> Iterator[str]:
    if not items:
        return
    yield f"{heading}:"
    yield from (f"  {item}" for item in items[:MOST])
    if len(items) > MOST:
        yield f"  … and {len(items) - MOST:,} more (--format json lists all)"
