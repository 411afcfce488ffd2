"""Circular references are found and told, and never followed for ever."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.workbooks.book import Content, Sheet, Workbook, block_of
from lineage.workbooks.circles import circles
from lineage.workbooks.descent import At, descend
from lineage.workbooks.graph import cell_graph


def book_of(formulas: Mapping[str, str | float]) -> Workbook:
    """A workbook of one sheet, S, with these formulas and numbers."""
    cells = {}
    for address, said in formulas.items():
        block = block_of(address)
        assert block
        spot = (block.top, block.left)
        formula = said if isinstance(said, str) else None
        cells[spot] = Content(*spot, 0 if formula else said, formula)
    return Workbook(Path("s.xlsx"), (Sheet("S", dict(sorted(cells.items()))),))


@pytest.mark.parametrize(
    ("formulas", "told"),
    [
        ({"A1": "=A1+1"}, [["A1"]]),
        ({"A1": "=B1", "B1": "=C1*2", "C1": "=A1"}, [["A1", "B1", "C1"]]),
        ({"A1": 1, "A2": 2, "A3": "=SUM(A1:A3)"}, [["A3"]]),
        ({"A1": 1, "A2": "=A1", "A3": "=A2"}, []),
        ({"B2": "=SUM(A:A)", "A5": "=B2"}, [["B2", "A5"]]),
        ({"B1": "=A1", "B2": "=SUM(B$1:B1)", "B3": "=SUM(B$1:B2)"}, []),
        ({"A1": "=A2", "A2": "=A3", "A3": "=A4", "A4": 1}, []),
        ({"A1": "=B1", "A2": "=B2", "B1": "=A2", "B2": 1}, []),
        ({"A1": "=B1", "A2": "=B2", "B1": "=A2", "B2": "=A1"}, [["A1", "B1", "A2", "B2"]]),
        ({"A1": "=B1", "B1": "=A1", "D1": "=E1", "E1": "=D1"}, [["A1", "B1"], ["D1", "E1"]]),
    ],
)
def test_a_circle_is_told_from_its_first_cell_on(
    formulas: dict[str, str | float], told: list[list[str]]
) -> None:
    found = circles(cell_graph(book_of(formulas)))
    assert [[str(cell).removeprefix("S!") for cell in circle] for circle in found] == told


def test_the_way_down_ends_on_a_circle() -> None:
    graph = cell_graph(book_of({"A1": "=B1+C1", "B1": "=A1", "C1": 5}))
    descent = descend(graph, [At("S", 1, 1)])
    assert [str(cell) for cell in descent.formulas] == ["S!A1", "S!B1"]
    assert [str(cell) for cell in descent.inputs] == ["S!C1"]


_SPOTS = [f"{column}{row}" for column in "ABC" for row in range(1, 5)]
_TAKEN = st.sampled_from([*_SPOTS, "A1:A3", "B2:C4", "A:A", "C1:C4", "2:2"])


@given(st.dictionaries(st.sampled_from(_SPOTS), st.lists(_TAKEN, max_size=2), max_size=9))
def test_it_finds_a_circle_exactly_where_there_is_one(taken: dict[str, list[str]]) -> None:
    book = book_of({cell: f"=SUM({','.join(['1', *some])})" for cell, some in taken.items()})
    graph = cell_graph(book)
    arrows: dict[At, set[At]] = {}
    for spot in book.sheets[0].cells:
        blocks = [one.block for _, some in graph.taken("S", spot) for one in some]
        held = (to for to in book.sheets[0].cells if any(block.holds(*to) for block in blocks))
        arrows[At("S", *spot)] = {At("S", *to) for to in held}
    found = circles(graph)
    assert bool(found) == _is_circular(arrows)
    for circle in found:
        following = [*circle[1:], circle[0]]
        assert all(there in arrows[here] for here, there in zip(circle, following, strict=True))


def _is_circular(arrows: dict[At, set[At]]) -> bool:
    left = dict(arrows)
    while ends := [cell for cell, to in left.items() if not to & left.keys()]:
        for cell in ends:
            del left[cell]
    return bool(left)
