"""A rule on drafts that an import made: what it was unsure of, and nobody has looked at yet."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.model import Catalog
from catalog.validation.problems import Problem
from catalog.validation.rules import Context

_ADVICE = "look at it, then take it out of `unsure`"


def imports(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD060 where an import was unsure: once for a report, a single cell and a block."""
    for report in catalog.reports.values():
        for said in report.unsure:
            place = catalog.places.find(report.urn, "unsure")
            yield Problem("TD060", f"{report.urn}: {said}; {_ADVICE}", "warning", place, report.urn)
        told: set[tuple[str | int, ...]] = set()
        for index, cell in enumerate(report.cells):
            written = report.written_as(index)
            if not cell.unsure or written in told:
                continue
            told.add(written)
            place = catalog.places.find(cell.urn, "unsure")
            whose = cell.urn
            if written[0] == "blocks":
                whose = f"{report.urn}: block {report.blocks[int(written[1])].key}"
            said = "; ".join(cell.unsure)
            yield Problem("TD060", f"{whose}: {said}; {_ADVICE}", "warning", place, cell.urn)
