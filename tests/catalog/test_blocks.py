"""A block of like cells is the cells written one by one, and problems name where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator
from pydantic import ValidationError

from catalog.filling import filled
from catalog.formulas import letters_of as letters
from catalog.loading.loader import load_catalog
from catalog.model import Report
from catalog.model.reports import Block, Cell

REPORT = {"key": "r", "name": "R", "definition": "d", "owner": "o", "team": "t"}
FORMULAS = (
    "=SUM(Veri!B2:B82)",
    "=$C5/C$9",
    "=IF('It''s A1'!B2=\"A1\",LOG10(D7),1E5*E7)",
    "=SUM(F:F)-SUM($G:$G)",
    "=SUM(7:9)",
    "=Tablo[[#This Row],[A1]]*H7",
    "=VLOOKUP(D20,[1]Kur!$A$1:$B$9,2,FALSE)",
)


def block(**values: Any) -> Block:
    plain = {"key": "b", "at": "Özet!C5:D6", "rows": [{"key": "x"}, {"key": "y"}]}
    return Block.model_validate({**plain, "columns": [{"key": "p"}, {"key": "q"}], **values})


@pytest.mark.parametrize("formula", FORMULAS)
@given(down=st.integers(0, 30), across=st.integers(0, 30))
def test_a_formula_is_filled_as_excel_copies_it(formula: str, down: int, across: int) -> None:
    there = f"{letters(10 + across)}{40 + down}"
    assert filled(formula, down, across) == Translator(formula, "J40").translate_formula(there)


def test_a_reference_that_would_leave_the_sheet_is_an_error() -> None:
    assert filled("=A1048576+XFD1", 1, 0) == "=#REF!+XFD2"
    assert filled("=A1048576+XFD1", 0, 1) == "=B1048576+#REF!"


lines = st.lists(
    st.fixed_dictionaries(
        {"key": st.from_regex(r"[a-z]{1,8}", fullmatch=True)},
        optional={
            "label": st.sampled_from(["Aktif müşteri", "Krediler (bin TL)"]),
            "name": st.sampled_from(["Active", "Loans"]),
            "unit": st.sampled_from(["%", "customers"]),
            "measure": st.sampled_from(["active", "loans"]),
            "where": st.dictionaries(st.sampled_from(["segment", "town"]), st.integers(0, 3)),
            "rounding": st.integers(0, 2),
            "format": st.sampled_from(["0.0%", "#,##0"]),
        },
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda line: line["key"],
)


@given(rows=lines, columns=lines, formula=st.sampled_from([None, *FORMULAS]))
def test_a_block_is_its_cells_written_one_by_one(
    rows: list[dict[str, Any]], columns: list[dict[str, Any]], formula: str | None
) -> None:
    at = f"Özet!C5:{letters(2 + len(columns))}{4 + len(rows)}"
    written = {"key": "b", "at": at, "rows": rows, "columns": columns, "where": {"kind": "I"}}
    written |= {"calculation": formula} if formula else {"unit": "adet"}
    single = [
        _one_by_one(row, column, f"{letters(3 + across)}{5 + down}", written, (down, across))
        for down, row in enumerate(rows)
        for across, column in enumerate(columns)
    ]
    from_block = Report.model_validate({**REPORT, "blocks": [written]})
    one_by_one = Report.model_validate({**REPORT, "cells": single})
    assert [cell.model_dump(exclude={"find"}) for cell in from_block.cells] == [
        cell.model_dump(exclude={"find"}) for cell in one_by_one.cells
    ]
    assert [cell.urn for cell in from_block.cells] == [cell.urn for cell in one_by_one.cells]


def _one_by_one(
    row: dict[str, Any],
    column: dict[str, Any],
    address: str,
    whole: dict[str, Any],
    away: tuple[int, int],
) -> dict[str, Any]:
    """What somebody would write who knew no blocks."""
    cell: dict[str, Any] = {"key": f"{row['key']}_{column['key']}", "at": f"Özet!{address}"}
    for name in ("unit", "measure", "rounding", "format"):
        for one in (whole, column, row):
            if name in one:
                cell[name] = one[name]
    labels = [one["label"] for one in (row, column) if "label" in one]
    if labels:
        cell["label"] = " · ".join(labels)
    if "name" in row or "name" in column:
        parts = [one.get("name", one.get("label")) for one in (row, column)]
        cell["name"] = " · ".join(part for part in parts if part)
    cell["where"] = {"kind": "I", **column.get("where", {}), **row.get("where", {})}
    if "calculation" in whole:
        cell["calculation"] = filled(whole["calculation"], *away)
    return cell


def test_the_headings_of_a_cell_are_those_of_its_row_and_column() -> None:
    made = block(rows=[{"key": "x", "label": "Renamed", "find": "Aktif"}, {"key": "y"}])
    find = next(made.cells()).find
    assert find is not None
    assert (find.row, find.column, find.sheet) == ("Aktif", "", "Özet")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"at": "Özet!C5:D7"}, "Özet!C5:D7 has 3 rows, and `rows` names 2"),
        ({"at": "Özet!C5:E6"}, "has 3 columns, and `columns` names 2"),
        ({"at": "C5:D6"}, "write sheet and corners"),
        ({"at": "Özet!C5:D"}, "write sheet and corners"),
        ({"calculation": "SELECT 1 AS value"}, "is a formula"),
        ({"rows": [{}, {}], "columns": [{}, {"key": "q"}]}, "needs the `key`"),
        ({"rows": [{"key": "x" * 99}, {"key": "y"}]}, "longer than 100"),
    ],
)
def test_a_block_that_is_none_is_refused(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said.replace("(", r"\(")):
        block(**values)


def test_a_block_of_one_column_needs_no_columns() -> None:
    made = block(at="Özet!C5:C6", columns=[], calculation="=D5")
    assert [(cell.key, cell.at, cell.calculation) for cell in made.cells()] == [
        ("x", "Özet!C5", "=D5"),
        ("y", "Özet!C6", "=D6"),
    ]


def test_places_name_the_line_of_the_block(tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    folder.mkdir()
    (folder / "r.yml").write_text(
        "reports:\n"
        "  - {key: r, name: R, definition: d, owner: o, team: t,\n"
        "     cells: [{key: a, at: Özet!B1}],\n"
        "     blocks: [\n"
        "       {key: b, at: 'Özet!C5:C6',\n"
        "        rows: [{key: x}, {key: a}],\n"
        "        calculation: =D5}]}\n",
        encoding="utf-8",
    )
    loaded = load_catalog(tmp_path)
    assert [str(problem) for problem in loaded.problems] == [
        "catalog/r.yml:5: error TD010: 'cell:r/a' is defined already, at catalog/r.yml:3; "
        "keys are unique: rename or delete one"
    ]
    assert isinstance(loaded.catalog.cells["r/x"], Cell)
    places = loaded.catalog.places
    assert str(places.find("cell:r/x", "calculation")) == "catalog/r.yml:7"
    assert str(places.find("cell:r/x", "at")) == "catalog/r.yml:5"
