"""Tells what an import of workbooks found: as a document, and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from catalog.formulas import letters_of
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
from lineage.importing.merging import MARKS
from lineage.importing.wording import count_of

MOST = 20
_MOST_ROUND = 8
_WORDS = {
    "moved": "moved",
    "renamed": "under another heading; look whether it is the same number",
    "updated": "updated, as the workbook says now",
    "conflicting": "changed in the workbook and in the catalog; what the catalog says stays",
    "kept": "as stewards wrote it, not as the workbook says",
    "vanished": "no longer in the workbook; take them out, or mark them retired",
    "removed": "taken out of the catalog by hand; they stay out",
}
_NOTHING = (
    "no number with a heading was found: formulas, and numbers typed in under or beside a text, "
    "are taken for reported ones on sheets that people see"
)
_MERGED = ("updated", "conflicting", "kept")


def document_of(imported: Imported, *, dry_run: bool) -> ImportExcelDocument:
    """The import as it is printed in JSON."""
    return ImportExcelDocument(
        report=imported.asked.report,
        dry_run=dry_run,
        workbooks=tuple(_workbooks(imported, numbers=True)),
        changes=tuple(
            CellChanged(**change._asdict()) for change in (*_new(imported), *_changes(imported))
        ),
        unlike=imported.unlike,
        written=tuple(imported.prepared.texts),
        warnings=tuple(str(problem) for problem in imported.prepared.problems),
    )


def text_of(imported: Imported, *, dry_run: bool) -> str:
    """The import in words: what is on each sheet, what changed, what was written."""
    return "\n".join(_lines(imported, dry_run))


def _workbooks(imported: Imported, *, numbers: bool) -> Iterator[WorkbookImported]:
    for found, drafted in zip(imported.surveys, imported.drafted, strict=True):
        yield _workbook(found, drafted, numbers)


def _workbook(found: Survey, drafted: Drafted, numbers: bool) -> WorkbookImported:
    unsure = Counter(
        number.sheet for index, number in enumerate(found.numbers) if drafted.unsure[index]
    )
    return WorkbookImported(
        file=found.file.name,
        period=found.period.label if found.period else None,
        saved=found.book.saved.isoformat() if found.book.saved else None,
        sheets=tuple(_sheet(sheet, unsure[sheet.title]) for sheet in found.sheets),
        numbers=tuple(
            _number(index, one, drafted)
            for index, one in enumerate(found.numbers if numbers else ())
        ),
        findings=tuple(_findings(found)),
        unsure=found.unsure,
    )


def _findings(found: Survey) -> Iterator[str]:
    for one in found.book.findings:
        yield f"{one.place}: {one.reason}" if one.place else one.reason
    for circle in found.circles:
        way = [f"{quoted(at.sheet)}!{letters_of(at.column)}{at.row}" for at in circle]
        shown = " → ".join([*way[:_MOST_ROUND], *(["…"] if len(way) > _MOST_ROUND else []), way[0]])
        yield f"{way[0]}: circular reference: {shown}"


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


class _Change(NamedTuple):
    """A change of a definition, as it is told."""

    how: str
    urn: str
    key: str | None
    was: str | None
    now: str | None


def _new(imported: Imported) -> Iterator[_Change]:
    """The numbers of the newest workbook that the report did not know."""
    last, numbers = imported.drafted[-1], imported.surveys[-1].numbers
    for index in last.new:
        urn = f"cell:{imported.asked.report}/{last.keys[index]}"
        yield _Change("new", urn, None, None, numbers[index].address)


def _changes(imported: Imported) -> Iterator[_Change]:
    """What became of the cells that the report knew, and of what is written of them."""
    report = imported.asked.report
    marked = set()
    for how, key, was, now in imported.drafted[-1].changes:
        urn = f"cell:{report}/{key}"
        if how in ("renamed", "vanished"):
            marked.add(urn)
        yield _Change(how, urn, None, was or None, now or None)
    for merged in imported.prepared.merged.changes:
        said = merged.key in ("at", "find") or (merged.key == MARKS and merged.urn in marked)
        if merged.how in _MERGED and not said:
            before = merged.base if merged.how == "updated" else merged.ours
            values = (_short(before), _short(merged.theirs))
            yield _Change(merged.how, merged.urn, merged.key, *values)


def _short(value: object) -> str | None:
    if value is None:
        return None
    said = "; ".join(map(_item, value)) if isinstance(value, list | tuple) else str(value)
    text = " ".join(said.split())
    return text if len(text) <= 80 else f"{text[:79]}…"


def _item(value: object) -> str:
    """One of a list: a row or column of a block by what it is called."""
    if not isinstance(value, Mapping):
        return str(value)
    return str(next((value[name] for name in ("key", "label", "find") if name in value), "–"))


def _lines(imported: Imported, dry_run: bool) -> Iterator[str]:
    books = list(_workbooks(imported, numbers=False))
    for book in books:
        period = f", {book.period}" if book.period else ""
        reported = sum(sheet.reported for sheet in book.sheets)
        yield f"{book.file}{period}: {count_of(reported, 'reported number')}"
        if not reported:
            yield f"  {_NOTHING}"
        for sheet in book.sheets:
            yield f"  {_said(sheet)}"
            yield from (f"    {note}" for note in sheet.notes)
        yield from _listed("  findings", book.findings, len(book.findings))
        yield from (f"  {said}" for said in book.unsure)
    new = (_told(change) for change in _new(imported))
    count = len(imported.drafted[-1].new)
    yield from _listed(f"{count:,} new", new, count)
    changes: dict[str, list[_Change]] = {how: [] for how in _WORDS}
    for change in _changes(imported):
        changes[change.how].append(change)
    for how, found in changes.items():
        told = (_told(change) for change in found)
        yield from _listed(f"{len(found):,} {_WORDS[how]}", told, len(found))
    learnt = sum(
        change.key == "find" and change.how == "updated" and change.ours is None
        for change in imported.prepared.merged.changes
    )
    if learnt:
        yield f"{count_of(learnt, 'cell')} will be found by headings from now on (`find`)"
    yield from imported.unlike
    unsure = sum(sheet.unsure for sheet in books[-1].sheets)
    if unsure:
        verb = "is" if unsure == 1 else "are"
        yield f"{unsure:,} {verb} marked `unsure`: look at each, then take the mark out"
    if not imported.prepared.texts:
        yield "nothing changed"
    else:
        verb = "would be written" if dry_run else "written"
        yield f"{verb}: {', '.join(imported.prepared.texts)}"


def _said(sheet: SheetImported) -> str:
    refs = sheet.references
    nowhere = "reference leads nowhere" if refs.unresolved == 1 else "references lead nowhere"
    counted: Sequence[tuple[int, str]] = (
        (sheet.cells, count_of(sheet.cells, "cell")),
        (sheet.formulas, count_of(sheet.formulas, "formula")),
        (refs.unresolved, f"{refs.unresolved:,} {nowhere}"),
        (refs.dynamic, f"{refs.dynamic:,} dynamic"),
        (sheet.errors, count_of(sheet.errors, "error")),
    )
    parts = [said for count, said in counted if count]
    roles = ", ".join(f"{count:,} {role}" for role, count in sorted(sheet.roles.items()))
    hidden = " (hidden)" if sheet.hidden else ""
    return f"{sheet.sheet}{hidden}: {', '.join(parts) or 'empty'}{f' → {roles}' if roles else ''}"


def _told(change: _Change) -> str:
    parts = f" {change.key}" if change.key else ""
    if change.was and change.now:
        return f"{change.urn}{parts}: {change.was} → {change.now}"
    return (
        f"{change.urn}{parts}{f' ({change.was or change.now})' if change.was or change.now else ''}"
    )


def _listed(heading: str, items: Iterable[str], count: int) -> Iterator[str]:
    """The first of so many items below their heading; nothing where there are none."""
    if not count:
        return
    yield f"{heading}:"
    yield from (f"  {item}" for item in islice(items, MOST))
    if count > MOST:
        yield f"  … and {count - MOST:,} more (--format json lists all)"
