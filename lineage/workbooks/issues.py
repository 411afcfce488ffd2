"""The workbooks of a report, one for each period its file's name holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from catalog.model import Report
from catalog.periods import EXAMPLES, PLACEHOLDER, Period


@dataclass(frozen=True)
class Issue:
    """A workbook of a report, and the period it speaks of; None where its name has none."""

    file: Path
    period: Period | None


@dataclass(frozen=True)
class Issues:
    """The workbooks of a report, the newest first, and what is odd about files like them."""

    found: tuple[Issue, ...] = ()
    odd: tuple[str, ...] = ()

    def newest(self, until: date) -> Issue | None:
        """That of the newest period that is over on a day, else of the newest there is."""
        over = [one for one in self.found if one.period is None or one.period.end <= until]
        return next(iter(over or self.found), None)

    def of(self, period: Period) -> Issue | None:
        """That of a period."""
        return next((one for one in self.found if one.period == period), None)


def issues(root: Path, report: Report) -> Issues:
    """The workbooks that `workbook` of a report stands for, below the folder of its workspace."""
    pattern = report.workbook or ""
    if not pattern or Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        return Issues()
    if PLACEHOLDER not in pattern:
        file = root / pattern
        return Issues((Issue(file, None),)) if file.is_file() else Issues()
    found: dict[Period, Path] = {}
    odd: list[str] = []
    for file, period in dated_files(root, report):
        if isinstance(period, str):
            odd.append(period)
        elif period in found:
            shown = file.relative_to(root).as_posix()
            odd.append(f"{shown}: {found[period].name} is of {period.label} too; keep one")
        else:
            found[period] = file
    newest = sorted(found, key=lambda period: period.start, reverse=True)
    return Issues(tuple(Issue(found[period], period) for period in newest), tuple(odd))


def dated_files(root: Path, report: Report) -> Iterator[tuple[Path, Period | str]]:
    """The files of a report's pattern in the order of their names, each with the period it is of,
    or what is odd about its name.
    """
    for name, file in _named(root, report.workbook or ""):
        shown = file.relative_to(root).as_posix()
        try:
            period = Period.parse(name)
        except ValueError as error:
            yield file, f"{shown}: the period in its name: {error}"
            continue
        unit = report.period or period.unit
        if period.unit == unit:
            yield file, period
        else:
            said = f"{name} is a {period.unit}; the report's is a {unit}, as in {EXAMPLES[unit]}"
            yield file, f"{shown}: {said}"


def _named(root: Path, pattern: str) -> Iterator[tuple[str, Path]]:
    """The files of a pattern, each with what its name holds in place of the period.

    What does not begin as a period does is another workbook, or one that Excel holds open.
    """
    before, _, after = pattern.partition(PLACEHOLDER)
    for file in sorted(root.glob(f"{_literal(before)}*{_literal(after)}")):
        shown = file.relative_to(root).as_posix()
        name = shown[len(before) : len(shown) - len(after)]
        if file.is_file() and re.match(r"\d", name):
            yield name, file


def _literal(text: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", text)
