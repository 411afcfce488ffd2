"""Writes what the departments published, as the feeds the catalog compares with the truth."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from catalog.sample.tallies import Period

COLUMNS = ("cell", "period", "value", "version", "published_at")
USUAL_DAYS = 3
LATE_DAYS = 16
RESTATED_DAYS = 12
LATE = "call_centre_monthly"
"""The report whose last issue came too late."""
MISSING = "digital_monthly/consented"
"""The cell that was left out of the last issue."""
RESTATED = "risk_monthly/loans"
"""The cell whose number before the last was first published too high, and restated."""
STALE = "finance_monthly/loans"
"""The cell that took over that number and was never restated."""


@dataclass(frozen=True)
class Printed:
    """One issue of a workbook: its file's name, its period, and the numbers it shows by address."""

    name: str
    period: Period
    numbers: Mapping[str, float]
    percent: frozenset[str]

    def shown(self, address: str) -> str:
        """A number as readers see it: 45.61 for a cell that shows 45.61%."""
        value = self.numbers[address] * (100 if address in self.percent else 1)
        return str(int(value)) if value == int(value) else f"{value:.2f}"


def write_published(
    folder: Path, reports: Sequence[Mapping[str, Any]], issues: Sequence[Printed], as_of: date
) -> None:
    """Write one file per `published:` of the reports, as they stand in YAML, up to `as_of`; where
    they have none, the workbook is what is published.

    Every third file is as Turkish desktop programs write: a byte-order mark and semicolons.
    """
    files: dict[str, list[tuple[str, ...]]] = {}
    for report in reports:
        if "published" not in report:
            continue
        rows = [row for row in _rows(report, issues) if row[-1] <= as_of.isoformat()]
        files.setdefault(report["published"], []).extend(rows)
    for number, (name, rows) in enumerate(files.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        turkish = number % 3 == 2
        encoding, delimiter = ("utf-8-sig", ";") if turkish else ("utf-8", ",")
        with path.open("w", encoding=encoding, newline="") as stream:
            writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
            writer.writerows([COLUMNS, *rows])


def _rows(report: Mapping[str, Any], issues: Sequence[Printed]) -> Iterator[tuple[str, ...]]:
    stem = Path(report["workbook"]).name.partition("_{period}")[0]
    own = [issue for issue in issues if issue.name == stem]
    for issue in own:
        last = issue is own[-1]
        for cell in report["cells"]:
            path = f"{report['key']}/{cell['key']}"
            value = issue.shown(cell["at"].partition("!")[2])
            if path in (RESTATED, STALE) and issue is own[-2]:
                first = f"{float(value) * 1.08:.2f}"
                yield path, issue.period.label, first, "1", _day(issue.period, USUAL_DAYS)
                if path == RESTATED:
                    yield path, issue.period.label, value, "2", _day(issue.period, RESTATED_DAYS)
            elif not (path == MISSING and last):
                days = LATE_DAYS if last and report["key"] == LATE else USUAL_DAYS
                yield path, issue.period.label, value, "1", _day(issue.period, days)


def _day(period: Period, days: int) -> str:
    return (period.end + timedelta(days=days)).isoformat()
