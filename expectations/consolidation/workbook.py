"""The consolidation plan as a workbook: clusters, cells, reports and decisions, one sheet each."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.consolidations import Cluster, Consolidation
from catalog.model import Catalog
from catalog.model.definition import Language
from catalog.writing import write_whole
from expectations.consolidation.telling import name_of, say_decision, say_explained
from expectations.consolidation.words import Words
from lineage.pages.obstacles import say_obstacle

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Value = str | Decimal | int | date | None
LONGEST = 32_000
WIDEST = 60
BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def write_plan(plan: Consolidation, catalog: Catalog, language: Language, file: Path) -> None:
    """Write the plan to an .xlsx file, whole or not at all; no text in it is a formula."""
    from openpyxl import Workbook

    words, book = Words(language), Workbook()
    del book[book.sheetnames[0]]
    sheets = {
        "clusters": _clusters(plan, catalog, words),
        "cells": _cells(plan, catalog, words),
        "reports": _reports(plan, catalog, words),
        "decisions": _decisions(plan, catalog, words),
    }
    for name, rows in sheets.items():
        _fill(book.create_sheet(words(f"sheet.{name}")), words(f"sheet.{name}_heads"), rows)
    stream = io.BytesIO()
    book.save(stream)
    write_whole(file, stream.getvalue())


def safe_text(text: str) -> str:
    """A text that a sheet can hold: no control signs, not endlessly long."""
    return _CONTROL.sub("", text)[:LONGEST]


def _fill(sheet: Worksheet, heads: str, rows: Iterable[Sequence[Value]]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    titles = heads.split("|")
    widths = [len(title) for title in titles]
    for number, row in enumerate([titles, *rows], start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            _put(cell, value)
            if number == 1:
                cell.font = Font(bold=True)
            cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str))
            widths[column - 1] = max(widths[column - 1], min(len(str(value or "")), WIDEST))
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width + 2
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _put(cell: object, value: Value) -> None:
    """A value as what it is; a text stays one, whatever it begins with."""
    if isinstance(value, str):
        text = safe_text(value)
        cell.value = text  # type: ignore[attr-defined]
        cell.data_type = "s"  # type: ignore[attr-defined]
        cell.quotePrefix = text.startswith(BEGINS_FORMULA)  # type: ignore[attr-defined]
    else:
        cell.value = value  # type: ignore[attr-defined]


def _clusters(plan: Consolidation, catalog: Catalog, words: Words) -> Iterator[Sequence[Value]]:
    for one in plan.clusters:
        shown = one.verdict != "unique"
        yield (
            one.key,
            name_of(one, catalog, words.language),
            words(f"verdict.{one.verdict}"),
            words(f"equality.{one.equality}") if one.equality else "",
            len(one.cells),
            _name(one.measure, catalog, words) if one.measure else "",
            _path(one.surviving) if shown else "",
            _owner(one, catalog, words),
            (one.reason_tr if words.language == "tr" else one.reason) or "",
            say_explained(one, words),
            say_decision(one.decided, words) if shown else "",
        )


def _cells(plan: Consolidation, catalog: Catalog, words: Words) -> Iterator[Sequence[Value]]:
    numbers = {(p.cell, p.period): p.value for c in plan.clusters for p in c.published}
    for one in plan.clusters:
        periods = list(dict.fromkeys(p.period for p in one.published))
        for urn in one.cells:
            yield (
                _path(urn),
                _name(urn, catalog, words),
                _report(urn, catalog, words),
                words(f"verdict.{one.verdict}"),
                one.key,
                "✓" if urn == one.surviving else "",
                *_lately([(p, numbers.get((urn, p))) for p in periods]),
                "",
            )
    for urn, why in plan.unknown.items():
        name, report = _name(urn, catalog, words), _report(urn, catalog, words)
        said = say_obstacle(why, words.language)
        yield _path(urn), name, report, words("verdict.unknown"), "", "", *_lately([]), said


def _lately(numbers: Sequence[tuple[str, Decimal | None]]) -> Iterator[Value]:
    """The last three periods with their numbers."""
    for at in range(3):
        yield from numbers[at] if at < len(numbers) else ("", None)


def _reports(plan: Consolidation, catalog: Catalog, words: Words) -> Iterator[Sequence[Value]]:
    for one in plan.reports:
        yield (
            _path(one.urn),
            _name(one.urn, catalog, words),
            _name(f"team:{one.team}", catalog, words),
            words(f"coverage.{one.covered}"),
            words("sheet.yes") if one.proposed else "",
            one.obligation or "",
            one.hours,
            one.frees,
            ", ".join(_name(urn, catalog, words) for urn in one.by),
            ", ".join(map(_path, one.lost)),
            (one.reason_tr if words.language == "tr" else one.reason) or "",
            say_decision(one.decided, words) if one.proposed or one.decided else "",
        )


def _decisions(plan: Consolidation, catalog: Catalog, words: Words) -> Iterator[Sequence[Value]]:
    for one in plan.decisions:
        yield (
            one.key,
            ", ".join(map(_path, one.about)),
            words(f"decision.{one.decision}"),
            _path(one.surviving),
            one.reason,
            one.by,
            one.on,
            one.until,
            words("sheet.yes") if one.holds else words("sheet.no"),
        )


def _owner(one: Cluster, catalog: Catalog, words: Words) -> str:
    for kind in ("role", "team"):
        if f"{kind}:{one.owner}" in catalog.definitions:
            return _name(f"{kind}:{one.owner}", catalog, words)
    return one.owner or ""


def _report(cell: str, catalog: Catalog, words: Words) -> str:
    return _name(f"report:{_path(cell).partition('/')[0]}", catalog, words)


def _name(urn: str, catalog: Catalog, words: Words) -> str:
    definition = catalog.definitions.get(urn)
    return definition.named(words.language) if definition else _path(urn)


def _path(urn: str | None) -> str:
    return (urn or "").partition(":")[2]
