"""Tells what lies beneath a cell in its workbook: as nodes and edges, and as lines of text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from typing import Any

from lineage.workbooks.beneath import Beneath
from lineage.workbooks.book import Content, ErrorValue, Value, block_of
from lineage.workbooks.circles import circles
from lineage.workbooks.descent import At, Step
from lineage.workbooks.graph import Taken

MOST_HELD = 200_000
_MOST_LINES = 200
_LONGEST = 100


def name_of(file: str, sheet: str, place: object) -> str:
    """A cell or a range of a workbook by its name: `reports/retail_2026-10.xlsx#Summary!C5`."""
    return f"{file}#{quoted(sheet)}!{place}"


def quoted(sheet: str) -> str:
    """A sheet's name as a formula would have it."""
    plain = sheet.replace("_", "a").isalnum() and not sheet[:1].isdigit()
    return sheet if plain else "'" + sheet.replace("'", "''") + "'"


class Told:
    """One descent as nodes and edges of lineage, which point from what is taken to what takes it.

    What input cells hold is not told, and of formulas only numbers: it may be of a person.
    """

    def __init__(self, beneath: Beneath) -> None:
        self.beneath = beneath
        self.left_out = 0
        self._edges: list[dict[str, Any]] = []
        self._ranges: dict[Taken, None] = {}
        self._edges += self._taken()
        self._edges += self._held()

    def nodes(self) -> list[dict[str, Any]]:
        """The cells, nearest first, then the ranges formulas take, then other workbooks' cells."""
        descent = self.beneath.descent
        found = [self._cell(cell, "formula") for cell in descent.formulas]
        found += [self._cell(cell, "input") for cell in descent.inputs]
        found += [
            _node(self._name(taken), "range" if taken.file is None else "outside")
            for taken in self._ranges
        ]
        return found

    def edges(self, urn: str) -> list[dict[str, Any]]:
        """Every edge, that to the cell of the catalog first."""
        cell = self.beneath.cell
        shown = _edge(self._at(cell), urn, "shows", "", "direct")
        pasted = (
            _edge(origin, self._at(cell), "pasted", "", "direct")
            for cell, origins in self.beneath.pasted.items()
            for origin in origins
        )
        return [shown, *self._edges, *pasted]

    def summary(self) -> dict[str, Any]:
        """Which workbook, and what was met on the way."""
        beneath, descent = self.beneath, self.beneath.descent
        tally = {"resolved": 0, "unresolved": 0, "dynamic": 0}
        for step in descent.steps:
            tally[step.reference.outcome] += 1
        return {
            "file": beneath.file,
            "period": beneath.period.label if beneath.period else None,
            "cell": self._at(beneath.cell),
            "formulas": len(descent.formulas),
            "inputs": len(descent.inputs),
            "references": tally,
            "dynamic": descent.dynamic,
            "errors": [{"cell": self._at(cell), "error": error} for cell, error in descent.errors],
            "missed": [*map(self._missed, descent.missed), *self._unread()],
            "circular": [[self._at(cell) for cell in circle] for circle in self.circles()],
            "edges_left_out": self.left_out,
            "reason": None,
        }

    def circles(self) -> list[tuple[At, ...]]:
        """The circular references among the formulas that were met."""
        met = set(self.beneath.descent.formulas)
        return [one for one in circles(self.beneath.graph) if met.intersection(one)]

    def _unread(self) -> Iterator[dict[str, Any]]:
        for cell, reason in self.beneath.descent.unread:
            formula = self.content(cell).formula or ""
            yield {
                "cell": self._at(cell),
                "text": formula,
                "outcome": "unresolved",
                "reason": reason,
            }

    def _missed(self, step: Step) -> dict[str, Any]:
        reference = step.reference
        return {
            "cell": self._at(step.cell),
            "text": reference.text,
            "outcome": reference.outcome,
            "reason": reference.reason,
        }

    def _taken(self) -> Iterator[dict[str, Any]]:
        for step in self.beneath.descent.steps:
            formula = self.content(step.cell).formula or ""
            use = "direct" if formula == f"={step.reference.text}" else "computed"
            for taken in step.taken:
                if not taken.block.single or taken.file is not None:
                    self._ranges[taken] = None
                elif not self._holds(taken):
                    continue
                yield _edge(self._name(taken), self._at(step.cell), "takes", formula, use)
        for filled, anchor in self.beneath.descent.fills.items():
            yield _edge(self._at(anchor), self._at(filled), "fills", "", "computed")

    def _holds(self, taken: Taken) -> bool:
        sheet = self.beneath.graph.book.sheet(taken.sheet)
        return sheet is not None and (taken.block.top, taken.block.left) in sheet.cells

    def _held(self) -> Iterator[dict[str, Any]]:
        """From every cell that was met to the ranges it lies in."""
        columns: dict[tuple[str, int], list[int]] = {}
        descent = self.beneath.descent
        for cell in sorted({*descent.formulas, *descent.inputs}):
            columns.setdefault((cell.sheet, cell.column), []).append(cell.row)
        told = 0
        for taken in [one for one in self._ranges if one.file is None]:
            for row, column in _inside(columns, taken):
                told += 1
                if told > MOST_HELD:
                    self.left_out += 1
                    continue
                cell = At(taken.sheet, row, column)
                yield _edge(self._at(cell), self._name(taken), "holds", "", "direct")

    def _cell(self, cell: At, kind: str) -> dict[str, Any]:
        content = self.content(cell)
        array = block_of(content.array) if content.array else None
        formula = content.formula
        if array is not None and formula is not None:
            formula = f"{{{formula}}}"
        value = shown(content.value) if kind == "formula" else None
        return _node(self._at(cell), kind, value, formula)

    def content(self, cell: At) -> Content:
        """A cell that was met."""
        sheet = self.beneath.graph.book.sheet(cell.sheet)
        return sheet.cells[cell.spot] if sheet else Content(cell.row, cell.column, None)

    def _at(self, cell: At) -> str:
        return name_of(self.beneath.file, cell.sheet, str(cell).rpartition("!")[2])

    def _name(self, taken: Taken) -> str:
        return name_of(taken.file or self.beneath.file, taken.sheet, taken.block)


def nothing_told(reason: str) -> dict[str, Any]:
    """The same where there is no workbook to look into."""
    return {
        "file": None,
        "period": None,
        "cell": None,
        "formulas": 0,
        "inputs": 0,
        "references": {"resolved": 0, "unresolved": 0, "dynamic": 0},
        "dynamic": False,
        "errors": [],
        "missed": [],
        "circular": [],
        "edges_left_out": 0,
        "reason": reason,
    }


def lines(beneath: Beneath) -> list[str]:
    """What lies beneath a cell, one line per formula cell, ranges not taken apart."""
    descent, told = beneath.descent, Told(beneath)
    period = f" ({beneath.period.label})" if beneath.period else ""
    found = ["", f"In {beneath.file}{period}:"]
    for cell in descent.formulas[:_MOST_LINES]:
        content = told.content(cell)
        anchor = descent.fills.get(cell)
        formula = content.formula or (f"filled by {anchor}" if anchor else "")
        value = shown(content.value)
        said = "" if value is None else f" = {value}"
        found.append(f"  {cell}{said}: {_short(formula)}")
    if len(descent.formulas) > _MOST_LINES:
        found.append(f"  … and {len(descent.formulas) - _MOST_LINES:,} further formulas")
    found += _input_lines(beneath)
    found += [f"  shows an error: {cell} {error}" for cell, error in descent.errors[:_MOST_LINES]]
    for step in descent.missed[:_MOST_LINES]:
        reference = step.reference
        found.append(f"  {reference.outcome}: {step.cell} {reference.text}: {reference.reason}")
    for circle in told.circles():
        found.append(f"  circular: {' → '.join(str(cell) for cell in (*circle, circle[0]))}")
    found += [f"  not read: {cell}: {reason}" for cell, reason in descent.unread[:_MOST_LINES]]
    return found


def _input_lines(beneath: Beneath) -> Iterator[str]:
    """Input cells in runs of a column, with their origin where it is declared."""
    run: list[At] = []
    for cell in sorted(beneath.descent.inputs, key=_by_column):
        origin = beneath.pasted.get(cell)
        goes_on = run and (run[-1].sheet, run[-1].column, run[-1].row + 1) == (
            cell.sheet,
            cell.column,
            cell.row,
        )
        if run and not (goes_on and origin == beneath.pasted.get(run[-1])):
            yield _run_line(beneath, run)
            run = []
        run.append(cell)
    if run:
        yield _run_line(beneath, run)


def _by_column(cell: At) -> tuple[str, int, int]:
    return cell.sheet, cell.column, cell.row


def _run_line(beneath: Beneath, run: list[At]) -> str:
    origin = beneath.pasted.get(run[0], ())
    said = f", from {', '.join(origin)}" if origin else ""
    if len(run) == 1:
        return f"  input {run[0]}{said}"
    last = str(run[-1]).rpartition("!")[2]
    return f"  inputs {run[0]}:{last} ({len(run):,} cells){said}"


def _inside(
    columns: Mapping[tuple[str, int], list[int]], taken: Taken
) -> Iterator[tuple[int, int]]:
    block = taken.block
    for (sheet, column), rows in columns.items():
        if sheet == taken.sheet and block.left <= column <= block.right:
            inside = rows[bisect_left(rows, block.top) : bisect_right(rows, block.bottom)]
            yield from ((row, column) for row in inside)


def shown(value: Value) -> str | int | float | None:
    """A value that may be told: a number or an error; a text may be of a person."""
    if isinstance(value, ErrorValue):
        return value.code
    return value if isinstance(value, int | float) else None


def _node(
    urn: str, kind: str, value: str | int | float | None = None, formula: str | None = None
) -> dict[str, Any]:
    name = urn.partition("#")[2]
    return {
        "urn": urn,
        "kind": kind,
        "name": name,
        "owner": None,
        "expired_on": None,
        "value": value,
        "formula": formula,
    }


def _edge(upstream: str, downstream: str, type_: str, how: str, use: str) -> dict[str, Any]:
    return {
        "from": upstream,
        "to": downstream,
        "type": type_,
        "how": how,
        "use": use,
        "dependency": "value",
        "order": 0,
    }


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
