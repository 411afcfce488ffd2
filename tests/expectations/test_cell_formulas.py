"""Workbook formulas are computed exactly, or refused with the reason; never guessed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.cell_formulas import FormulaRefused, evaluate
from lineage.places import Position

CELLS: dict[Position, Decimal] = {
    ("özet", 3, 5): Decimal(200),
    ("özet", 3, 6): Decimal(50),
    ("özet", 3, 7): Decimal("0.1"),
    ("veri", 2, 2): Decimal("0.2"),
    ("özet", 3, 9): Decimal(0),
}


def number_at(position: Position) -> Decimal:
    if position not in CELLS:
        raise FormulaRefused(f"{position} is not known")
    return CELLS[position]


COMPUTED = [
    ("=C6/C5", "0.25"),
    ("=IF(C5=0,0,C6/C5)", "0.25"),
    ("=IF(C9=0;0;C6/C9)", "0"),
    ("=C7+Veri!B2", "0.3"),
    ("=C7+'Veri'!$B$2", "0.3"),
    ("=SUM(C5:C7)", "250.1"),
    ("=SUM(C5,C6;1)*2", "502"),
    ("=AVERAGE(C5:C6)", "125"),
    ("=MAX(C5:C6)-MIN(C5,C6)", "150"),
    ("=-C6^2+ABS(-3)", "2503"),
    ("=50%*C5", "100"),
    ("=ROUND(C6/3,2)", "16.67"),
    ("=ROUND(0.5,0)", "1"),
    ('=IF(C5=0,"none (yet)",C6/C5)', "0.25"),
    ("= C5 + 1.5E2", "350"),
    ("=2+3*4-(5-1)/2", "12"),
    ("=(C5>C6)+(C5<>200)+(C6<=50)", "2"),
]


@pytest.mark.parametrize(("formula", "value"), COMPUTED)
def test_a_formula_gives_the_number_a_spreadsheet_would(formula: str, value: str) -> None:
    assert evaluate(formula, number_at, "özet") == Decimal(value)


REFUSED = [
    ("=VLOOKUP(C5,A1:B9,2)", "VLOOKUP is not evaluated here"),
    ("=C6/C9", "a division by zero"),
    ("=C5:C6", "several cells"),
    ("=C5+D1", "is not known"),
    ("=C5+", "ends where a number is expected"),
    ('="a"&C5', "stands where a number is expected"),
    ('=IF(C9=0,"none",C6/C9)', "stands where a number is expected"),
    ("=Rate*C5", "'Rate' in the formula cannot be read"),
    ("=C5 C6", "cannot be read"),
    ("=(C5", "the formula cannot be read: Unmatched opening"),
    ("=SUM(A1:ZZ1000000)", "too many cells"),
    ("=ROUND(C5,0.5)", "whole number of digits"),
    ("=" + "(" * 5000 + "1" + ")" * 5000, "nested too deeply"),
    ("=9^9^9^9", "has no number"),
]


@pytest.mark.parametrize(("formula", "said"), REFUSED, ids=lambda text: text[:20])
def test_what_cannot_be_computed_is_refused_with_the_reason(formula: str, said: str) -> None:
    with pytest.raises(FormulaRefused) as error:
        evaluate(formula, number_at, "özet")
    assert said in str(error.value)


Expression = tuple[str, Fraction]


def combined(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    def write(left: Expression, sign: str, right: Expression) -> Expression:
        (a, x), (b, y) = left, right
        value = {"+": x + y, "-": x - y, "*": x * y}[sign]
        return f"({a}{sign}{b})", value

    return st.builds(write, parts, st.sampled_from("+-*"), parts)


NUMBERS = st.decimals(0, 1000, places=2).map(lambda d: (f"{d:f}", Fraction(d)))
REFERENCES = st.sampled_from(
    [("C5", Fraction(200)), ("$C$7", Fraction(1, 10)), ("Veri!B2", Fraction(1, 5))]
)


@given(st.recursive(NUMBERS | REFERENCES, combined, max_leaves=8))
def test_arithmetic_is_exact(expression: Expression) -> None:
    text, value = expression
    assert Fraction(evaluate(f"={text}", number_at, "özet")) == value
