"""What references of formulas mean: cases as data, and what must hold of every formula."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from catalog.formulas import letters_of, read_address
from lineage.workbooks.book import Block, Content, Name, Sheet, Table, Workbook, block_of
from lineage.workbooks.nouns import Here, Reference
from lineage.workbooks.references import Resolver
from lineage.workbooks.templates import template
from lineage.workbooks.tokens import FormulaUnread, tokens_of

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "references.yml").read_text(encoding="utf-8")
)
SPILT = Content(2, 6, 1.0, "=A2:A4*2", "F2:F4")
BOOK = Workbook(
    Path("rapor.xlsx"),
    (
        Sheet("Özet", {(2, 6): SPILT}),
        *(Sheet(title) for title in ("Veri", "Nisan", "Mayıs", "Haziran", "Net gelir")),
    ),
    (Table("Satış", "Veri", Block(1, 1, 6, 4), ("Bölge", "Ocak", "Şubat", "Net tutar"), 1, 1),),
    (
        Name("Oran", "0.18"),
        Name("Müşteriler", "Veri!$B$2:$B$5"),
        Name("Toplam", "SUM(Müşteriler)"),
        Name("Sol", "Özet!XFD1"),
        Name("Kaydır", "OFFSET(Veri!$A$1,0,0,COUNTA(Veri!$A:$A))"),
        Name("Kırık", "#REF!"),
        Name("Kendi", "Kendi+1"),
        Name("Yerel", "Veri!$C$2", "Veri"),
    ),
    {1: "kur.xlsx"},
)
RESOLVER = Resolver(BOOK)


def told(reference: Reference, here: Here) -> str:
    """A reference as the cases write it."""
    if reference.outcome != "resolved":
        return f"! {reference.outcome} {reference.reason}"
    blocks = ((source, source.block(here.row, here.column)) for source in reference.sources)
    return " ".join(
        f"{f'{source.file}#' if source.file else ''}{source.sheet}!{block}"
        for source, block in blocks
        if block
    )


@pytest.mark.parametrize("case", CASES, ids=[case["formula"] for case in CASES])
def test_a_reference_means_what_excel_takes(case: dict[str, Any]) -> None:
    address = read_address(case.get("at", "C5"))
    assert address
    block = block_of(f"{address.column}{address.row}")
    assert block
    here = Here(address.sheet or "Özet", block.top, block.left)
    found = {one.text: told(one, here) for one in RESOLVER.references(case["formula"], here)}
    assert set(found) == set(case["are"])
    for text, meant in case["are"].items():
        if meant.startswith("!"):
            assert found[text].startswith(meant)
        else:
            assert found[text] == meant


def test_a_dynamic_name_takes_its_arguments_at_least() -> None:
    (found,) = RESOLVER.references("=Kaydır", Here("Özet", 5, 3))
    blocks = [str(source.block(5, 3)) for source in found.sources]
    assert blocks == ["A1", "A:A"]


@pytest.mark.parametrize("formula", ["=SUM(A1", "=", '="abc', "='abc", "1+1", "=A1)"])
def test_a_formula_that_cannot_be_read_says_why(formula: str) -> None:
    with pytest.raises(FormulaUnread) as refused:
        tokens_of(formula)
    assert str(refused.value)


def test_numbers_and_texts_are_told_apart() -> None:
    tokens = tokens_of('=IF(A1=1.5E3,"a,b(",-.5)')
    assert [text for kind, text in tokens if kind == "number"] == ["1.5E3", ".5"]
    assert [text for kind, text in tokens if kind == "text"] == ['"a,b("']


_ROWS, _COLUMNS = st.integers(1, 1_048_576), st.integers(1, 16_384)
_LOCK = st.sampled_from(["", "$"])


@st.composite
def _areas(draw: st.DrawFn) -> str:
    sheet = draw(st.sampled_from(["", "Veri!", "'Net gelir'!", "[1]Kurlar!", "Nisan:Haziran!"]))
    form = draw(st.sampled_from(["cell", "block", "columns", "rows"]))
    left, right = (f"{draw(_LOCK)}{letters_of(draw(_COLUMNS))}" for _ in range(2))
    top, bottom = (f"{draw(_LOCK)}{draw(_ROWS)}" for _ in range(2))
    said = {"columns": f"{left}:{right}", "rows": f"{top}:{bottom}", "cell": f"{left}{top}"}
    return sheet + said.get(form, f"{left}{top}:{right}{bottom}")


@st.composite
def _formulas(draw: st.DrawFn) -> str:
    filler = st.sampled_from(["1", '"A1:B2"', "Oran", "LOG10(2)", "5%", "TRUE", '"100%"'])
    parts = draw(st.lists(_areas() | filler, min_size=1, max_size=4))
    return f"=SUM({draw(st.sampled_from(['+', ',', '*'])).join(parts)})"


@given(formula=_formulas(), row=_ROWS, column=_COLUMNS)
def test_a_formula_put_together_again_is_itself(formula: str, row: int, column: int) -> None:
    assert "=" + "".join(text for _, text in tokens_of(formula)) == formula
    assert template(formula, row, column).at(row, column) == formula


@given(formula=_formulas(), row=_ROWS, column=_COLUMNS, to=st.tuples(_ROWS, _COLUMNS))
def test_a_copied_formula_looks_the_same_from_where_it_stands(
    formula: str, row: int, column: int, to: tuple[int, int]
) -> None:
    first = template(formula, row, column)
    copied = first.at(*to)
    if "#REF!" not in copied:
        assert template(copied, *to).relative == first.relative
        assert template(copied, *to).at(row, column) == formula
        assert first.moved(*to).at(*to) == copied


@given(formula=_formulas(), row=_ROWS, column=_COLUMNS, to=st.tuples(_ROWS, _COLUMNS))
def test_copying_and_resolving_is_resolving_and_moving(
    formula: str, row: int, column: int, to: tuple[int, int]
) -> None:
    """One reading of a pattern serves all its cells."""
    copied = template(formula, row, column).at(*to)
    if "#REF!" in copied:
        return
    first = RESOLVER.references(formula, Here("Özet", row, column))
    there = RESOLVER.references(copied, Here("Özet", *to))
    moved = [[source.block(*to) for source in one.sources] for one in first]
    assert moved == [[source.block(*to) for source in one.sources] for one in there]


@given(formula=_formulas(), row=_ROWS, column=_COLUMNS, to=st.tuples(_ROWS, _COLUMNS))
def test_the_quick_ways_of_writing_a_copy_write_the_same(
    formula: str, row: int, column: int, to: tuple[int, int]
) -> None:
    first = template(formula, row, column)
    slow = "=" + "".join(
        piece if isinstance(piece, str) else piece.written(to[0] - row, 0) for piece in first.pieces
    )
    assert first.down.at(to[0]) == (None if "#REF!" in slow else slow)
    slow = "=" + "".join(
        piece if isinstance(piece, str) else piece.written(0, to[1] - column)
        for piece in first.pieces
    )
    assert first.across.across(to[1]) == (None if "#REF!" in slow else slow)
