"""What is a cell's address and what a formula, and what is said of those that are none."""

from __future__ import annotations

import pytest

from catalog.formulas import address_problem, formula_problem

ADDRESSES = (
    "C5", "Summary!C5", "Özet!$C$5", "'Retail 2026'!c5", "Retail 2026!C5", "'It''s'!A1",
    "S!XFD1048576", " S!A1 ",
)  # fmt: skip
NO_ADDRESSES = {
    "S!A0": "is not the address of a cell",
    "S!A1048577": "is not the address of a cell",
    "S!XFE1": "beyond the last column",
    "S!5C": "is not the address of a cell",
    "S!": "is not the address of a cell",
    "": "is not the address of a cell",
    "Summary": "is not the address of a cell",
    "S!A1:B2": "is a range",
    "[other.xlsx]S!A1": "is not the name of a sheet",
    "!A1": "is not the name of a sheet",
}
FORMULAS = (
    "=C5/C9", "= SUM(A1:A9) * 2", "=-A1%", "=IF(A1>=0;\"yes\"\"no\";;)", "='It''s'!A1+[b.xlsx]S!$B$2",
    "=SUM(Sales[Amount];Sales[[#This Row],[Tax]])", "=A1&\" TL\"", "={1,2;3,4}", "=RAND()", "=TOPLA.ÇARPIM(A1;B1)",
    "=_xlfn.XLOOKUP(A1,B:B,C:C)", "=SUM(1:3)", "=(1+2)*3e-2", "=#REF!+1", "=@A1", "=A1#", "=Ölçü*2", "=A1<>B1",
    "=SUM((A1,B1))", "=SUM(,1)",
)  # fmt: skip
NO_FORMULAS = {
    "=": "nothing after the =",
    "=A1/": "something is missing after '/'",
    "=SUM(A1": "1 bracket(s) are not closed",
    "=A1)": "a bracket is closed that was never opened",
    "=A1 B1": "an operator is missing between 'A1' and 'B1'",
    "=A1*/B1": "something is missing between '*' and '/'",
    "=A1+()": "something is missing between '(' and ')'",
    '=A1&"open': "a quote is opened and never closed",
    "=1,5+A1": "',' stands outside a function",
    "=A1 ? 2": "cannot be read from '? 2'",
}


@pytest.mark.parametrize("at", ADDRESSES)
def test_an_address_names_one_cell(at: str) -> None:
    assert address_problem(at) is None


@pytest.mark.parametrize("at", NO_ADDRESSES)
def test_what_names_no_cell_or_several_is_refused_with_its_reason(at: str) -> None:
    assert NO_ADDRESSES[at] in (address_problem(at) or "")


@pytest.mark.parametrize("formula", FORMULAS)
def test_formulas_as_spreadsheets_write_them_are_read(formula: str) -> None:
    assert formula_problem(formula) is None


@pytest.mark.parametrize("formula", NO_FORMULAS)
def test_what_is_no_formula_is_refused_with_its_reason(formula: str) -> None:
    assert NO_FORMULAS[formula] in (formula_problem(formula) or "")
