"""Which marks of drafted numbers still wait for a steward: not those that one has taken out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lineage.importing.excel.known_cells import Entry, cells_of
from lineage.importing.merging import MARKS

Marks = tuple[str, ...]


def still_marked(
    marks: Sequence[Marks], keys: Sequence[str], ours: Entry, base: Entry
) -> Sequence[Marks]:
    """The marks of each number as they stand once this is written.

    `ours` is the report as it is written now, `base` as it was drafted last time. A cell that was
    taken out by hand waits for nobody.
    """
    drafted = dict(_marks(base))
    if not drafted:
        return marks
    written = dict(_marks(ours))
    found = list(marks)
    for index, key in enumerate(keys):
        if key in drafted and found[index]:
            looked_at = set(drafted[key]).difference(written.get(key, ()))
            kept = tuple(one for one in found[index] if one not in looked_at)
            found[index] = kept if key in written else ()
    return found


def _marks(report: Entry) -> Iterator[tuple[str, Marks]]:
    """The marks of every cell by its key; those of a block are of each of its cells."""
    of_block = {str(one["key"]): _listed(one) for one in report.get("blocks") or ()}
    of_cell = {str(one["key"]): _listed(one) for one in report.get("cells") or ()}
    for cell in cells_of(report):
        yield cell.key, of_block[cell.block] if cell.block else of_cell[cell.key]


def _listed(entry: Mapping[str, Any]) -> Marks:
    return tuple(str(one) for one in entry.get(MARKS) or ())
