"""Reads what the workbooks of reports show in their cells, as it was when they were last saved."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.formulas import letters_of, plain_sheet, read_address
from catalog.model.reports import Find
from catalog.periods import Period
from catalog.publications import DatedBy, Look
from catalog.results import Fingerprint
from catalog.settings import WorkbookLimits
from expectations.number_formats import shown_number
from expectations.sources.contents import fingerprint_of

if TYPE_CHECKING:
    from lineage.workbooks.book import Content, Workbook
    from lineage.workbooks.locating import Locator

READER = "1"
"""Changes whenever the same workbook would be read otherwise."""
MOST_TEXT = 20
MOST_TOLD_DIGITS = 9


@dataclass(frozen=True)
class Asked:
    """A cell that is asked of workbooks: by its address, by its headings, or by both."""

    path: str
    at: str | None
    find: Find | None

    @property
    def locator(self) -> str:
        """How it is found; another one means another cell."""
        if self.find:
            sheet = [self.find.sheet] if self.find.sheet else []
            return " | ".join(["find", *sheet, self.find.row, self.find.column])
        return f"at {self.at}"


@dataclass(frozen=True)
class Held:
    """What a workbook holds for a cell: a number, or why there is none.

    `value` is what readers see and `exact` what is calculated with, both in the workbook's unit.
    """

    place: str = ""
    value: Decimal | None = None
    exact: Decimal | None = None
    format: str = ""
    why: str | None = None


@dataclass(frozen=True)
class Shown:
    """What one workbook shows. `refused` says why nothing of it can be read."""

    file: str
    saved: datetime
    dated_by: DatedBy
    cells: Mapping[str, Held] = field(default_factory=dict)
    refused: str | None = None


def look_into(
    root: Path,
    file: Path,
    period: Period,
    asked: Sequence[Asked],
    limits: WorkbookLimits,
    known: Mapping[str, Look],
) -> tuple[Shown, Look | None]:
    """What the workbook of a period shows, and what to keep of it if it was read now.

    A workbook that is as it was when it was last asked the same is not read again.
    """
    name = file.relative_to(root).as_posix()
    last = known.get(name)
    question = _question(asked, limits)
    try:
        seen = (
            fingerprint_of([file], root, Fingerprint(content=last.content, seen=last.signs))
            if last
            else fingerprint_of([file], root, None)
        )
        if last and seen and last.asked == question and last.content == seen.content:
            return _told(last), None
        shown = _read(file, name, period, asked, limits)
        after = fingerprint_of([file], root, seen)
    except OSError as error:
        return _refused(name, f"it cannot be read: {error.strerror or error}"), None
    if seen is None or after is None or after.content != seen.content:
        return shown, None
    return shown, Look(name, after.content, after.seen, question, _document(shown))


def _question(asked: Sequence[Asked], limits: WorkbookLimits) -> str:
    listed = [READER, limits.model_dump_json(), *(f"{one.path} {one.locator}" for one in asked)]
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()


def _refused(name: str, why: str) -> Shown:
    return Shown(name, datetime.fromtimestamp(0, UTC), "file", refused=why)


def _read(
    file: Path, name: str, period: Period, asked: Sequence[Asked], limits: WorkbookLimits
) -> Shown:
    from lineage.workbooks.locating import Locator
    from lineage.workbooks.opening import WorkbookRefused, read_workbook

    try:
        book = read_workbook(file, limits, _sheets(asked))
    except WorkbookRefused as refused:
        return _refused(name, str(refused).removeprefix(f"{file}: "))
    saved, dated_by = _saved(book, file)
    locator = Locator(book, period)
    held = {one.path: _hold(book, locator, one) for one in asked}
    return Shown(name, saved, dated_by, held)


def _sheets(asked: Iterable[Asked]) -> frozenset[str] | None:
    """The sheets that are asked for; None where a cell may stand on any."""
    named = set()
    for one in asked:
        address = read_address(one.at or "")
        sheet = one.find.sheet if one.find else address.sheet if address else ""
        if not sheet:
            return None
        named.add(plain_sheet(sheet).casefold())
    return frozenset(named)


def _saved(book: Workbook, file: Path) -> tuple[datetime, DatedBy]:
    """When it was saved as it says itself, else the time of its file."""
    if book.saved is not None:
        return book.saved, "workbook"
    return datetime.fromtimestamp(file.stat().st_mtime, UTC).replace(microsecond=0), "file"


def _hold(book: Workbook, locator: Locator, asked: Asked) -> Held:
    """What a workbook holds for one cell."""
    from lineage.workbooks.locating import NotFound

    try:
        place = locator.place(asked.at, asked.find)
    except NotFound as reason:
        return Held(why=str(reason))
    sheet = book.sheet(place.sheet)
    said = f"{_quoted(place.sheet)}!{letters_of(place.column)}{place.row}"
    return _held(said, sheet.cells.get(place.spot) if sheet else None)


def _held(place: str, content: Content | None) -> Held:
    if content is None or (content.value is None and content.formula is None):
        return Held(place, why="it is empty")
    value = content.value
    if value is None:
        said = "its formula holds no calculated value; open the workbook in Excel and save it"
        return Held(place, why=said)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Held(place, why=_no_number(value))
    if not math.isfinite(value):
        return Held(place, why="its number is too large")
    exact = Decimal(repr(value))
    shown = shown_number(exact, content.format)
    if shown is None:
        return Held(place, why=f"its number format {content.format} hides the number")
    return Held(place, shown, exact, content.format)


def _no_number(value: object) -> str:
    if isinstance(value, bool):
        return f"it holds {str(value).upper()}, which is no number"
    if isinstance(value, str):
        return f"it holds {_quoted_number(value)}, which is no number"
    if isinstance(value, date | time):
        return "it holds a date or time, which is no number"
    return f"it shows the error {value}"


def _quoted_number(text: str) -> str:
    """A text that looks like a number, so that one sees why it is none; any other could be
    somebody's name, and more digits somebody's identity.
    """
    digits = sum(letter.isdigit() for letter in text)
    plain = len(text) <= MOST_TEXT and re.fullmatch(r"[\d\s.,%+()/*-]+|#?[A-Z]{1,3}!?", text)
    return f"the text '{text}'" if plain and digits <= MOST_TOLD_DIGITS else "text"


def _quoted(sheet: str) -> str:
    plain = all(letter.isalnum() or letter == "_" for letter in sheet)
    return sheet if plain else "'" + sheet.replace("'", "''") + "'"


def _document(shown: Shown) -> str:
    cells = {path: _plain(held) for path, held in shown.cells.items()}
    stated = {
        "saved": shown.saved.isoformat(),
        "dated_by": shown.dated_by,
        "refused": shown.refused,
        "cells": cells,
    }
    return json.dumps(stated, ensure_ascii=False)


def _plain(held: Held) -> dict[str, str | None]:
    numbers = {"value": held.value, "exact": held.exact}
    texts = {name: None if one is None else str(one) for name, one in numbers.items()}
    return {**asdict(held), **texts}


def _told(look: Look) -> Shown:
    said = json.loads(look.document)
    cells = {path: _held_again(held) for path, held in said["cells"].items()}
    saved = datetime.fromisoformat(said["saved"])
    return Shown(look.file, saved, said["dated_by"], cells, said["refused"])


def _held_again(held: Mapping[str, str]) -> Held:
    value, exact = (None if held[n] is None else Decimal(held[n]) for n in ("value", "exact"))
    return Held(held["place"], value, exact, held["format"], held["why"])
