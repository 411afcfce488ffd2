"""Turns a cell's formula over a pasted query into a calculation of its own: =SUM(Data!B2:B82)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from catalog.model import Catalog, Cell, Report
from catalog.model.reports import is_formula
from catalog.sql import SqlRefused, check_query
from lineage.blocks import Block
from lineage.formulas import references
from lineage.places import positions

_FORMULA = re.compile(
    r"=\s*\+?\s*(?P<function>SUM|AVERAGE|MIN|MAX|COUNT)\s*\((?P<reference>[^()]+)\)"
    r"\s*(?:(?P<sign>[*/])\s*(?P<number>\d+(?:\.\d+)?)\s*)?",
    re.IGNORECASE,
)
_SQL: Mapping[str, str] = {
    "SUM": "coalesce(sum({column}), 0)",
    "AVERAGE": "avg({column})",
    "MIN": "min({column})",
    "MAX": "max({column})",
    "COUNT": "count({column})",
}


def pasted_calculations(
    catalog: Catalog, tables: Mapping[str, Collection[str]]
) -> Mapping[str, str]:
    """By cell the SQL that gives its number: what its formula does to the query that was pasted.

    Only formulas that put together a whole column of one query, and at most scale it, are such.
    """
    return {
        cell.path: sql
        for report in catalog.reports.values()
        if any(block.calculation for block in report.inputs)
        for cell, sql in _of_report(report, tables)
    }


def _of_report(report: Report, tables: Mapping[str, Collection[str]]) -> list[tuple[Cell, str]]:
    places = positions(report)
    found = []
    for cell in report.cells:
        if not cell.measure and is_formula(cell.calculation):
            place = places.of_cell(cell.path)
            sql = _sql(cell.calculation or "", place[0] if place else "", places.blocks, tables)
            found += [(cell, sql)] if sql else []
    return found


def _sql(
    formula: str, sheet: str, blocks: Collection[Block], tables: Mapping[str, Collection[str]]
) -> str | None:
    matched = _FORMULA.fullmatch(formula.strip())
    taken = list(references(matched["reference"])) if matched else []
    if matched is None or len(taken) != 1 or taken[0].text != matched["reference"].strip():
        return None
    (reference,) = taken
    named = sheet if reference.sheet is None else reference.sheet
    for block in blocks:
        columns = block.meets(named, reference.first, reference.last)
        whole = reference.first[1] <= block.first[1] + 1 and block.last[1] <= reference.last[1]
        if block.calculation and len(columns) == 1 and whole:
            query = block.calculation.strip().rstrip(";")
            name = _column(block, columns[0], query, tables)
            value = _SQL[matched["function"].upper()].format(column=_quoted(name or ""))
            scaled = f" {matched['sign']} {matched['number']}" if matched["sign"] else ""
            sql = f"SELECT {value}{scaled} AS value FROM ({query}) AS pasted"
            return sql if name and _is_allowed(sql, tables) else None
    return None


def _column(
    block: Block, column: int, query: str, tables: Mapping[str, Collection[str]]
) -> str | None:
    """The column of the query that stands there: as stated, else by its order where all fit."""
    if name := block.columns.get(column):
        return name
    try:
        names = check_query(query, tables).tree.named_selects  # type: ignore[attr-defined]
    except SqlRefused:
        return None
    fits = not block.columns and "*" not in names and len(names) == block.width
    return str(names[column - block.first[0]]) if fits else None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _is_allowed(sql: str, tables: Mapping[str, Collection[str]]) -> bool:
    try:
        check_query(sql, tables)
    except SqlRefused:
        return False
    return True
