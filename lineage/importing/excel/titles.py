"""Says what a report may be called and mean, from nothing but its workbook."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from catalog.model.definition import Language
from catalog.periods import PLACEHOLDER
from lineage.importing.excel.numbers import Survey
from lineage.importing.excel.periods import is_period_label, period_in
from lineage.importing.excel.stating import file_name

_TOP = 8


def title_of(found: Survey) -> str | None:
    """The first text above the numbers of the first sheet that has any; None without one."""
    first_rows: dict[str, int] = {}
    for number in found.numbers:
        first_rows.setdefault(number.sheet, number.spot[0])
    for title, first in first_rows.items():
        sheet = found.book.sheet(title)
        top = [(s, c) for s, c in sheet.cells.items() if s[0] < min(first, _TOP)] if sheet else []
        alone = Counter(row for (row, _), _ in top)
        for (row, _), cell in sorted(top):
            text = cell.value if isinstance(cell.value, str) else ""
            if (
                alone[row] == 1
                and len(text) > 3
                and not period_in(text)
                and not is_period_label(text)
            ):
                return " ".join(text.split())[:200]
    return None


def name_in_words(file: Path) -> str:
    """A file's name without its period, as words."""
    stem = file_name(file).pattern.replace(PLACEHOLDER, " ").rpartition(".")[0]
    return " ".join(re.sub(r"[_\s-]+", " ", stem).split())


def definition_of(title: str, labels: Iterable[str], language: Language) -> str:
    """A sentence that says no more than the workbook does."""
    named = [label for label in dict.fromkeys(labels) if label]
    if not named:
        none = ("shows no number that has a heading", "başlığı olan hiçbir sayı göstermez")
        words = ("Drafted from the workbook", "Çalışma kitabından taslak")
        here = int(language == "tr")
        return f"{words[here]}: “{title}” {none[here]}."
    shown = ", ".join(named[:4])
    more = len(named) - 4
    if language == "tr":
        rest = f" ve {more} sayı daha" if more > 0 else ""
        return f"Çalışma kitabından taslak: “{title}” şu sayıları gösterir: {shown}{rest}."
    rest = f" and {more} more" if more > 0 else ""
    return f"Drafted from the workbook: “{title}” shows {shown}{rest}."
