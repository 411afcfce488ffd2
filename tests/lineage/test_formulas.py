"""Facts about formulas of cells: which cells of the same report they take."""

from __future__ import annotations

import pytest

from catalog.model import Report
from lineage.formulas import inputs_of, positions, references

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
        ('=INDIRECT("C"&5)', "INDIRECT", "dynamic"),
        ("=SUM(OFFSET(C5,1,0))", "OFFSET", "dynamic"),
    ],
)
def test_what_leads_nowhere_is_listed_with_its_reason(formula, text, reason):
    assert reason in dict(inputs(formula).unresolved)[text]


def test_names_that_only_look_like_addresses_are_not_references():
    assert list(references('=rate_C5 + TAX2024("C5") + X1.5')) == []
