"""Which reports publish numbers that can be known, and of which cells."""

from __future__ import annotations

from pathlib import PurePosixPath

from catalog.model import Cell, Measure, Report
from catalog.periods import PLACEHOLDER


def shows_share(cell: Cell, measure: Measure | None) -> bool:
    """Whether a cell's number is a share, told in per cent."""
    return cell.unit == "%" or bool(measure and cell.unit is None and measure.unit == "%")


def has_workbooks(report: Report) -> bool:
    """Whether the workbooks of a report tell its numbers, each for the period in its name."""
    return bool(
        report.period
        and report.workbook
        and report.workbook.count(PLACEHOLDER) == 1
        and lies_inside(report.workbook)
        and any(map(is_shown, report.cells))
    )


def is_shown(cell: Cell) -> bool:
    """Whether it is known where a cell in use stands in its report's workbooks."""
    return bool(cell.at or cell.find) and cell.status != "retired"


def publishes(report: Report) -> bool:
    """Whether what a report publishes can be known: by a feed, or by its workbooks."""
    return bool((report.published and report.period) or has_workbooks(report))


def is_published(report: Report, cell: Cell) -> bool:
    """Whether it can be known what a cell of such a report publishes; none that is retired does."""
    return cell.status != "retired" and (bool(report.published) or is_shown(cell))


def lies_inside(pattern: str) -> bool:
    """Whether a pattern of files is one of the workspace's."""
    path = PurePosixPath(pattern)
    inside = not path.is_absolute() and ".." not in path.parts and "\\" not in pattern
    return inside and not set(pattern.replace(PLACEHOLDER, "")) & set("*?[]{}")
