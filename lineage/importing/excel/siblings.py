"""Finds the workbooks of a report that lie beside the one that is imported."""

from __future__ import annotations

from pathlib import Path

from lineage.importing.excel.numbers import Survey
from lineage.importing.excel.stating import file_name


def latest_of(imported: Survey) -> Path | None:
    """The workbook of the latest period beside an imported one, where that is a later period.

    It is told by the files' names alone; None where they name no period, or none is later.
    """
    named = file_name(imported.file)
    if named.period is None:
        return None
    later = []
    for file in imported.file.resolve().parent.glob(f"*{imported.file.suffix}"):
        other = file_name(file)
        if other.pattern == named.pattern and other.period and other.period.end > named.period.end:
            later.append((other.period.end, file))
    return max(later)[1] if later else None
