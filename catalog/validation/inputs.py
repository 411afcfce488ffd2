"""Rules on the input blocks of workbooks: ranges that are ranges, columns that there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from catalog.formulas import Range, column_of, letters_of, range_problem, read_range
from catalog.model import Catalog, Report
from catalog.model.reports import InputBlock
from catalog.validation.problems import Problem, nearest, problem_of
from catalog.validation.rules import Context

_LETTERS = re.compile(r"[A-Za-z]{1,3}")
Said = tuple[tuple[str | int, ...], str]


def inputs(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD061 for an input block of which no cell could be traced to where it came from."""
    for report in catalog.reports.values():
        for index, block in enumerate(report.inputs):
            for part, said in _of_block(catalog, block):
                where = ("inputs", index, *part)
                yield problem_of(catalog, "TD061", report.urn, f"inputs: {said}", *where)
        for index, said in _overlaps(report):
            yield problem_of(catalog, "TD061", report.urn, f"inputs: {said}", "inputs", index, "at")


def _of_block(catalog: Catalog, block: InputBlock) -> Iterator[Said]:
    if said := range_problem(block.at):
        yield ("at",), said
        return
    place = read_range(block.at)
    if place and place.first[1] == place.last[1]:
        yield ("at",), f"'{block.at}' is one row; its row of headings must have data below it"
    known = _columns(catalog, block)
    if block.dataset is not None and known is None:
        hint = nearest(block.dataset, catalog.datasets)
        yield ("dataset",), f"no dataset '{block.dataset}'; {hint}"
    for letters, name in block.columns.items():
        if place and (said := _outside(letters, place)):
            yield ("columns", letters), said
        elif known is not None and name.casefold() not in {one.casefold() for one in known}:
            whose = f"{block.dataset} has no field" if block.dataset else "the query has no column"
            yield ("columns", letters), f"{letters}: {whose} '{name}'; {nearest(name, known)}"


def _outside(letters: str, place: Range) -> str | None:
    """Why letters name no column of a block."""
    if not _LETTERS.fullmatch(letters):
        return f"'{letters}' is not the letters of a column, such as B"
    if not place.first[0] <= column_of(letters) <= place.last[0]:
        first, last = letters_of(place.first[0]), letters_of(place.last[0])
        return f"column {letters} lies outside the block, which has the columns {first} to {last}"
    return None


def _columns(catalog: Catalog, block: InputBlock) -> Sequence[str] | None:
    """What its columns may be named after; None where that cannot be told."""
    if block.dataset is not None:
        dataset = catalog.datasets.get(block.dataset)
        return [field.key for field in dataset.fields] if dataset else None
    from catalog.sql import SqlRefused, check_query
    from catalog.tables import readable_tables

    tables: Mapping[str, Mapping[str, object]] = readable_tables(catalog)
    try:
        names = check_query(block.calculation or "", tables).tree.named_selects  # type: ignore[attr-defined]
    except SqlRefused:
        return None  # told as SQL
    return None if "*" in names else list(names)


def _overlaps(report: Report) -> Iterator[tuple[int, str]]:
    placed = [(i, one.at, read_range(one.at)) for i, one in enumerate(report.inputs)]
    for (_, left, one), (index, right, other) in combinations(placed, 2):
        if one and other and _meet(one, other):
            yield index, f"{right} overlaps {left}; a cell came from one place: part the blocks"


def _meet(one: Range, other: Range) -> bool:
    if one.sheet.casefold() != other.sheet.casefold():
        return False
    return all(
        max(one.first[side], other.first[side]) <= min(one.last[side], other.last[side])
        for side in (0, 1)
    )
