"""Facts about formulas of cells: which cells of the same report they take."""

from __future__ import annotations

import pytest

from catalog.model import Report
from lineage.formulas import inputs_of, references
from lineage.places import positions

PLACES = {"a": "Özet!C5", "b": "Özet!C6", "c": "Özet!D5", "other": "Şube Özeti!C5"}


def report(formula: str) -> Report:
    cells = [{"key": key, "at": at, "measure": "m"} for key, at in PLACES.items()]
    cells.append({"key": "result", "at": "Özet!C9", "calculation": formula})
    return Report.model_validate(
        {"key": "r", "name": "R", "definition": "d", "owner": "o", "team": "t", "cells": cells}
    )


def inputs(formula: str):
    made = report(formula)
    return inputs_of(made.cells[-1], positions(made))


@pytest.mark.parametrize(
    ("formula", "cells"),
    [
        ("=C5/C6", ["a", "b"]),
        ("=$C$5/C$6*100", ["a", "b"]),
        ("=c5 + C5", ["a"]),
        ("=SUM(C5:D6)", ["a", "b", "c"]),
        ("=SUM(D6:C5)", ["a", "b", "c"]),
        ("=C5+'Şube Özeti'!C5", ["a", "other"]),
        ("=özet!C5", ["a"]),
        ('=IF(C5="C6",0,D5)', ["a", "c"]),
        ("=LOG10(C5)", ["a"]),
        ("=SUM(D:D)", ["c"]),
        ("=SUM($D:Z)/2", ["c"]),
        ("=SUM(5:5)", ["a", "c"]),
        ("=SUM('Şube Özeti'!A:Z)", ["other"]),
        ("=IF(TRUE,C5,FALSE)", ["a"]),
    ],
)
def test_a_formula_takes_the_cells_it_names(formula, cells):
    found = inputs(formula)
    assert sorted(found.cells) == sorted(f"r/{key}" for key in cells)
    assert found.unresolved == ()


@pytest.mark.parametrize(
    ("formula", "text", "reason"),
    [
        ("=C5/Z99", "Z99", "no cell of this report"),
        ("=Başka!C5", "Başka!C5", "no cell of this report"),
        ("=[Book.xlsx]Sheet!C5", "[Book.xlsx]Sheet!C5", "another workbook"),
        ("=SUM(Z:Z)", "Z:Z", "no cell of this report"),
        ("=SUM(99:99)", "99:99", "no cell of this report"),
        ("=C5*Kur", "Kur", "a name in the workbook"),
        ("=SUM(Satış[Tutar])", "Satış[Tutar]", "a column of a table"),
        ("=SUM(Satış[[#Totals],[Tutar]])", "Satış[[#Totals],[Tutar]]", "a column of a table"),
        ('=INDIRECT("C"&5)', "INDIRECT", "dynamic"),
        ("=SUM(OFFSET(C5,1,0))", "OFFSET", "dynamic"),
    ],
)
def test_what_leads_nowhere_is_listed_with_its_reason(formula, text, reason):
    assert reason in dict(inputs(formula).unresolved)[text]


def test_names_that_only_look_like_addresses_are_not_references():
    assert list(references('=rate_C5 + TAX2024("C5") + X1.5')) == []


def test_a_formula_takes_cells_that_headings_place():
    cells = [
        {"key": "a", "at": "S!C5", "measure": "m", "find": {"row": "r1", "column": "c1"}},
        {"key": "b", "at": "S!D6", "measure": "m", "find": {"row": "r2", "column": "c2"}},
        {"key": "c", "measure": "m", "find": {"row": "r1", "column": "c2"}},
        {"key": "lost", "measure": "m", "find": {"row": "r9", "column": "c9"}},
        {"key": "sum", "at": "S!E5", "calculation": "=C5+D5+Z9"},
    ]
    made = Report.model_validate(
        {"key": "r", "name": "R", "definition": "d", "owner": "o", "team": "t", "cells": cells}
    )
    found = inputs_of(made.cells[-1], positions(made))
    assert found.cells == ("r/a", "r/c")
    assert "where lost stand" in dict(found.unresolved)["Z9"]


def test_a_formula_that_is_one_reference_is_plain():
    assert inputs("=C5").plain
    assert inputs("= $C$5").plain
    assert not inputs("=C5*1").plain
