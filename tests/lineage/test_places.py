"""Facts about where the cells of a report stand."""

from __future__ import annotations

from catalog.model import Report
from lineage.places import positions


def report(*cells: dict) -> Report:
    listed = [{"measure": "m", **cell} for cell in cells]
    return Report.model_validate(
        {"key": "r", "name": "R", "definition": "d", "owner": "o", "team": "t", "cells": listed}
    )


def find(row: str, column: str, sheet: str | None = None) -> dict:
    return {"row": row, "column": column, "sheet": sheet}


A = {"key": "a", "at": "Özet!C5", "find": find("Aktif", "Bireysel")}
B = {"key": "b", "at": "Özet!D6", "find": find("Pasif", "Kurumsal")}


def test_a_cell_stands_where_its_address_says():
    assert positions(report({"key": "x", "at": "'Özet'!$C$5"})).of_cell("r/x") == ("özet", 3, 5)


def test_headings_that_other_cells_place_give_a_cell_its_place():
    known = positions(report(A, B, {"key": "c", "find": find("aktif", " Kurumsal ")}))
    assert known.of_cell("r/c") == ("özet", 4, 5)
    assert known.nowhere == ()


def test_a_heading_no_other_cell_places_leaves_a_cell_nowhere():
    known = positions(report(A, B, {"key": "c", "find": find("Kapalı", "Kurumsal")}))
    assert known.of_cell("r/c") is None
    assert known.nowhere == ("c",)


def test_a_heading_at_two_places_gives_none():
    other = {"key": "d", "at": "Özet!C9", "find": find("Aktif", "Toplam")}
    known = positions(report(A, B, other, {"key": "c", "find": find("Aktif", "Kurumsal")}))
    assert known.of_cell("r/c") is None


def test_headings_on_another_sheet_give_no_place():
    known = positions(report(A, B, {"key": "c", "find": find("Aktif", "Kurumsal", "Şube")}))
    assert known.of_cell("r/c") is None


def test_a_block_holds_the_cells_inside_it_and_no_others():
    known = positions(report(A, B, {"key": "c", "at": "Özet!E5"}, {"key": "d", "at": "Şube!C5"}))
    assert known.within("özet", (3, 1), (4, 9)) == ["r/a", "r/b"]
    assert known.within("özet", (5, 5), (5, 5)) == ["r/c"]
    assert known.within("kasa", (1, 1), (99, 99)) == []
