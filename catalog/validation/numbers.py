"""Rules on what numbers are held against: bounds of measures, published figures of reports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from catalog.model import Catalog, Cell, Measure, Report
from catalog.model.reports import CurrencyUnit
from catalog.periods import PLACEHOLDER
from catalog.validation.problems import Problem, nearest, problem_of
from catalog.validation.rules import Context


def numbers(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD049 for what could never be compared as it is stated."""
    for measure in catalog.measures.values():
        for part, said in _measure(measure):
            yield problem_of(catalog, "TD049", measure.urn, f"{part}: {said}", part)
    for report in catalog.reports.values():
        for said in _published(report):
            yield problem_of(catalog, "TD049", report.urn, said, "published")
        for part, said in _workbook(report):
            yield problem_of(catalog, "TD049", report.urn, said, part, level="warning")
        for cell in report.cells if report.published else ():
            currency = _currency(catalog.measures.get(cell.measure or ""), cell)
            if currency:
                yield problem_of(catalog, "TD049", cell.urn, currency, "unit")


def _measure(measure: Measure) -> Iterator[tuple[str, str]]:
    """What is wrong with a measure's limits: the key, and what to say."""
    for bounds in measure.bounds:
        if bounds.min is None and bounds.max is None:
            yield "bounds", "they hold nothing back; state a `min` or a `max`"
        elif bounds.min is not None and bounds.max is not None and bounds.min > bounds.max:
            yield "bounds", f"`min` {bounds.min:g} lies above `max` {bounds.max:g}"
        for name in bounds.where:
            if name not in measure.dimensions:
                yield "bounds", f"it has no dimension '{name}'; {nearest(name, measure.dimensions)}"
    change = measure.change
    if change and change.relative is None and change.absolute is None:
        yield "change", "it allows everything; state a `relative` or an `absolute` limit"
    if measure.additive and measure.unit == "%":
        yield "additive", "shares cannot be summed; leave it out"


def _published(report: Report) -> Iterator[str]:
    if report.published is None:
        return
    if report.period is None:
        yield "published: say by `period` how long a span its numbers speak of"
    for said in _pattern(report.published):
        yield f"published: {said}"


def _workbook(report: Report) -> Iterator[tuple[str, str]]:
    """Why what the cells of a workbook show cannot be held against anything."""
    placed = [cell for cell in report.cells if cell.at or cell.find]
    if report.workbook is None or not placed:
        return
    lost = "what its cells show is not compared"
    if report.period is None:
        yield "workbook", f"workbook: {lost} until `period` says how long a span it speaks of"
    if PLACEHOLDER not in report.workbook:
        yield (
            "workbook",
            f"workbook: {lost}, since {report.workbook} does not say of which period it is; "
            "write {period} where its name does",
        )
    for said in _pattern(report.workbook):
        yield "workbook", f"workbook: {said}; {lost}"
    missing = [cell.key for cell in report.cells if not (cell.at or cell.find)]
    if missing and not report.published:
        names = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
        yield (
            "cells",
            f"cells: {names}: neither `at` nor `find` says where the workbook shows it, so it is "
            "not known what was published",
        )


def _pattern(file: str) -> Iterator[str]:
    """What is wrong with the name of files that lie in the workspace, one for each period."""
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts or "\\" in file:
        yield f"{file} must lie in the workspace; write a path relative to it, with '/'"
    for placeholder in re.findall(r"\{[^}]*\}?", file):
        if placeholder != PLACEHOLDER:
            yield f"{placeholder} is not known; only {{period}} may stand in {file}"
    if file.count(PLACEHOLDER) > 1:
        yield f"{{period}} stands in {file} more than once"
    if set(file.replace(PLACEHOLDER, "")) & set("*?[]"):
        yield f"{file} may hold {{period}}, but no wild cards"


def _currency(measure: Measure | None, cell: Cell) -> str | None:
    own, shown = measure.unit if measure else None, cell.unit
    both = isinstance(own, CurrencyUnit) and isinstance(shown, CurrencyUnit)
    if not both or own.currency == shown.currency:  # type: ignore[union-attr]
        return None
    return f"unit: the measure is in {own.currency}, this in {shown.currency}"  # type: ignore[union-attr]
