"""What lies beneath a report's cell in its workbook: formulas, inputs, where these came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from catalog.model import Catalog, Cell, Report
from catalog.periods import Period
from catalog.settings import WorkbookLimits
from lineage.blocks import Block as InputBlock
from lineage.blocks import blocks_of
from lineage.calculations import Calculations
from lineage.workbooks.archive import WorkbookRefused
from lineage.workbooks.book import Sheet, Spot
from lineage.workbooks.descent import At, Descent, descend
from lineage.workbooks.graph import CellGraph, cell_graph
from lineage.workbooks.issues import issues
from lineage.workbooks.locating import Locator, NotFound, folded
from lineage.workbooks.opening import read_workbook


@dataclass(frozen=True)
class Beneath:
    """A cell of a report in one of its workbooks, and what it rests on there.

    `file` is the workbook as seen from the workspace; `pasted` are the URNs that input cells came
    from, where a declared input block says so.
    """

    file: str
    period: Period | None
    cell: At
    graph: CellGraph
    descent: Descent
    pasted: Mapping[At, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Nothing:
    """Why there is nothing to tell of a cell's workbook."""

    reason: str


def beneath(
    catalog: Catalog,
    cell: Cell,
    root: Path,
    limits: WorkbookLimits,
    today: date,
    period: Period | None = None,
    depth: int | None = None,
) -> Beneath | Nothing | None:
    """What a cell rests on in the workbook of a period, else of the newest that is over.

    None where the report names no workbook.
    """
    report = catalog.reports[cell.report]
    if not report.workbook:
        return None
    known = issues(root, report)
    issue = known.of(period) if period else known.newest(today)
    if issue is None:
        wanted = f" of {period.label}" if period else ""
        odd = "".join(f"; {one}" for one in known.odd[:3])
        return Nothing(f"there is no workbook{wanted} called {report.workbook}{odd}")
    file = issue.file.relative_to(root).as_posix()
    try:
        book = read_workbook(issue.file, limits)
        place = Locator(book, issue.period).place(cell.at, cell.find)
    except WorkbookRefused as refused:
        return Nothing(f"{file}: {str(refused).removeprefix(f'{issue.file}: ')}")
    except NotFound as lost:
        return Nothing(f"{file}: {lost}")
    graph = cell_graph(book, limits.formula_length)
    descent = descend(graph, [place], depth)
    pasted = dict(_pasted(catalog, report, graph, descent))
    return Beneath(file, issue.period, place, graph, descent, pasted)


def _pasted(
    catalog: Catalog, report: Report, graph: CellGraph, descent: Descent
) -> Iterator[tuple[At, tuple[str, ...]]]:
    """The input cells that lie in a declared block, below its headings, with their origin."""
    blocks = blocks_of(report)
    calculations = Calculations.of(catalog)
    origins: dict[tuple[int, int], tuple[str, ...]] = {}
    for cell in descent.inputs:
        for number, block in enumerate(blocks):
            if block.sheet not in ("", cell.sheet.casefold()) or not _holds(block, cell.spot):
                continue
            key = (number, cell.column)
            if key not in origins:
                sheet = graph.book.sheet(cell.sheet)
                heading = _heading(sheet, block, cell.column)
                origins[key] = _origins(catalog, calculations, block, cell.column, heading)
            yield cell, origins[key]
            break


def _holds(block: InputBlock, spot: Spot) -> bool:
    """Whether a cell lies in a block, below its headings; blocks grow from one issue to the next.

    So the columns count, and the rows from the headings on.
    """
    row, column = spot
    return block.first[0] <= column <= block.last[0] and block.first[1] < row


def _heading(sheet: Sheet | None, block: InputBlock, column: int) -> str:
    cell = sheet.cells.get((block.first[1], column)) if sheet else None
    return folded(str(cell.value)) if cell and cell.value is not None else ""


def _origins(
    catalog: Catalog, calculations: Calculations, block: InputBlock, column: int, heading: str
) -> tuple[str, ...]:
    """The fields a column of a block was taken from: as stated, else as its heading says."""
    stated = block.columns.get(column)
    if block.dataset is not None:
        dataset = catalog.datasets.get(block.dataset)
        for part in dataset.fields if dataset else ():
            named = (part.key, part.source_column, part.name, part.name_tr, part.name_en)
            if part.key == stated or (
                stated is None and heading in {folded(name) for name in named if name}
            ):
                return (part.urn,)
        return (f"dataset:{block.dataset}",) if dataset else ()
    traced = calculations.columns(block.calculation or "")
    output = traced.output(stated or heading)
    if output is None and stated is None and len(traced.outputs) == block.width:
        output = traced.outputs[column - block.first[0]]
    found = (
        output.origins if output else {origin for one in traced.outputs for origin in one.origins}
    )
    return tuple(sorted({calculations.urn(origin) for origin in found}))
