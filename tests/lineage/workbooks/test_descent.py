"""The way from a result cell down to its input cells, with all that is met in between."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from lineage.workbooks.book import (
    Block,
    Content,
    ErrorValue,
    Name,
    Sheet,
    Value,
    Workbook,
    block_of,
)
from lineage.workbooks.descent import At, Descent, descend
from lineage.workbooks.graph import CellGraph, cell_graph
from lineage.workbooks.unvisited import Unvisited

Said = str | float | tuple[str, Value] | None


def graph_of(sheets: Mapping[str, Mapping[str, Said]], names: tuple[Name, ...] = ()) -> CellGraph:
    """A workbook: by sheet and address a formula (with its value), or a number."""
    made = []
    for title, said in sheets.items():
        cells = {}
        for address, content in said.items():
            block = block_of(address)
            assert block
            value = content[1] if isinstance(content, tuple) else content
            formula = content[0] if isinstance(content, tuple) else None
            if isinstance(content, str) and content.startswith("="):
                formula, value = content, 0
            spot = (block.top, block.left)
            cells[spot] = Content(*spot, value, formula)
        made.append(Sheet(title, dict(sorted(cells.items()))))
    return cell_graph(Workbook(Path("r.xlsx"), tuple(made), names=names, links={1: "kur.xlsx"}))


def down(graph: CellGraph, sheet: str, address: str, depth: int | None = None) -> Descent:
    block = block_of(address)
    assert block
    return descend(graph, [At(sheet, block.top, block.left)], depth)


BOOK: dict[str, dict[str, Said]] = {
    "Özet": {
        "C5": "=SUM(Veri!B2:B4)",
        "C6": "=C5/Oran",
        "C7": "=C6+C5+Yok",
        "C8": '=INDIRECT("Veri!B"&C5)',
        "C9": ("=C8*1", ErrorValue("#REF!")),
        "C10": "=[1]Kurlar!B3*C5",
        "C11": "=SUM(",
    },
    "Veri": {"A1": "Şube", "B1": "Adet", "B2": 3.0, "B3": "=C3*2", "B4": 5.0, "C3": 2.0},
}
GRAPH = graph_of(BOOK, (Name("Oran", "Veri!$B$4"),))


def test_the_way_down_ends_at_input_cells_nearest_first() -> None:
    descent = down(GRAPH, "Özet", "C6")
    assert [str(cell) for cell in descent.formulas] == ["Özet!C6", "Özet!C5", "Veri!B3"]
    assert [str(cell) for cell in descent.inputs] == ["Veri!B4", "Veri!B2", "Veri!C3"]
    assert not descent.missed


def test_a_way_may_be_cut_after_so_many_formulas() -> None:
    assert [str(cell) for cell in down(GRAPH, "Özet", "C6", 1).formulas] == ["Özet!C6", "Özet!C5"]
    assert down(GRAPH, "Özet", "C6", 1).inputs == (At("Veri", 4, 2),)
    assert down(GRAPH, "Özet", "C6", 0).steps == ()


def test_an_input_cell_rests_on_nothing() -> None:
    descent = down(GRAPH, "Veri", "B2")
    assert (descent.formulas, descent.inputs) == ((), (At("Veri", 2, 2),))


def test_an_empty_cell_is_neither() -> None:
    descent = down(GRAPH, "Veri", "Z9")
    assert (descent.formulas, descent.inputs) == ((), ())


def test_what_cannot_be_followed_is_told_where_it_stands() -> None:
    (missed,) = down(GRAPH, "Özet", "C7").missed
    assert (str(missed.cell), missed.reference.text) == ("Özet!C7", "Yok")
    assert not down(GRAPH, "Özet", "C7").dynamic
    assert [str(cell) for cell, _ in down(GRAPH, "Özet", "C11").unread] == ["Özet!C11"]


def test_a_cell_above_a_dynamic_one_says_so() -> None:
    descent = down(GRAPH, "Özet", "C9")
    assert descent.dynamic
    assert descent.errors == ((At("Özet", 9, 3), "#REF!"),)
    assert At("Özet", 5, 3) in descent.formulas


def test_cells_of_other_workbooks_are_named() -> None:
    (taken,) = down(GRAPH, "Özet", "C10").outside
    assert (taken.file, taken.sheet, str(taken.block)) == ("kur.xlsx", "Kurlar", "B3")


def test_what_an_array_formula_fills_rests_on_it() -> None:
    cells = {
        (1, 1): Content(1, 1, 1),
        (2, 1): Content(2, 1, 2),
        (1, 2): Content(1, 2, 2, "=A1:A2*2", "B1:B2"),
        (2, 2): Content(2, 2, 4),
    }
    graph = cell_graph(Workbook(Path("r.xlsx"), (Sheet("S", cells),)))
    descent = descend(graph, [At("S", 2, 2)])
    assert [str(cell) for cell in descent.formulas] == ["S!B2", "S!B1"]
    assert [str(cell) for cell in descent.inputs] == ["S!A1", "S!A2"]
    assert descent.fills == {At("S", 2, 2): At("S", 1, 2)}


def test_ranges_that_grow_row_by_row_are_not_looked_through_again_and_again() -> None:
    """20,000 running totals name 200 million cells; each is looked at once."""
    rows = 20_000
    data: dict[str, Said] = {f"A{row}": 1.0 for row in range(1, rows + 1)}
    totals: dict[str, Said] = {f"B{row}": f"=SUM(A$1:A{row})" for row in range(1, rows + 1)}
    graph = graph_of({"S": {**data, **totals, "C1": f"=SUM(B1:B{rows})"}})
    assert len(graph.patterns) == 2
    begun = time.process_time()
    descent = down(graph, "S", "C1")
    took = time.process_time() - begun
    assert (len(descent.formulas), len(descent.inputs)) == (rows + 1, rows)
    assert took < 20


_SPOTS = st.tuples(st.integers(1, 9), st.integers(1, 4))


@given(st.sets(_SPOTS), st.lists(st.tuples(_SPOTS, _SPOTS), max_size=6))
def test_every_cell_is_met_once_and_in_the_first_block_that_holds_it(
    cells: set[tuple[int, int]], corners: list[tuple[tuple[int, int], tuple[int, int]]]
) -> None:
    unvisited, left = Unvisited(cells), set(cells)
    for one, other in corners:
        rows, columns = sorted((one[0], other[0])), sorted((one[1], other[1]))
        block = Block(rows[0], columns[0], rows[1], columns[1])
        met = list(unvisited.take(block))
        assert sorted(met) == sorted(spot for spot in left if block.holds(*spot))
        left -= set(met)
