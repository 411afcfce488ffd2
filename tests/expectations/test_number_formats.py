"""Facts about number formats: which digits of a number readers see, and in which unit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.number_formats import in_unit, shown_number

CASES = [
    # number, format, shown in the workbook's unit
    ("0.45613", "0.0%", "0.456"),
    ("0.45613", "0%", "0.46"),
    ("0.45", "0.00%", "0.4500"),
    ("1234567.891", "#,##0", "1234568"),
    ("1234567.891", "#,##0.00", "1234567.89"),
    ("1234567.891", "#,##0,", "1.235E+6"),
    ("1234567.891", "0.0,,", "1.2E+6"),
    ("1234567.891", '#,##0.0," bin TL"', "1234600"),
    ("1.005", "0.00", "1.01"),
    ("-7.25", "0.0;(0.00)", "-7.25"),
    ("0", '0.0;-0.0;"-"', None),
    ("5", ";;;", None),
    ("12", '"n/a"', None),
    ("2500000", '[>=1000000]0.0,,"M";0', "2.5E+6"),
    ("2500", '[>=1000000]0.0,,"M";0', "2500"),
    ("12345.678", "0.00E+00", "1.23E+4"),
    ("0.3333333333333333", "General", "0.333333333"),
    ("12345678.123456", "General", "12345678.12"),
    ("100", "General", "100"),
    ("123456789012", "General", "123456789012"),
    ("0.30000000000000004", "General", "0.3"),
    ("3.5", "[$₺-41F] #,##0.00", "3.50"),
    ("3.5", "_-* #,##0.00\\ _₺_-", "3.50"),
    ("0.5", "# ?/?", "0.5"),
    ("7", "[Red]0", "7"),
]


@pytest.mark.parametrize(("number", "format_", "shown"), CASES)
def test_a_number_is_what_readers_see_of_it(number: str, format_: str, shown: str | None) -> None:
    found = shown_number(Decimal(number), format_)
    assert found == (None if shown is None else Decimal(shown))
    if found is not None and shown is not None and format_ != "General":
        assert -found.as_tuple().exponent <= max(0, len(shown.partition(".")[2]))


def test_the_last_digit_is_the_last_one_shown() -> None:
    assert str(shown_number(Decimal("0.45"), "0.0%")) == "0.450"
    assert str(shown_number(Decimal(1234567), "#,##0,")) == "1.235E+6"


@pytest.mark.parametrize(
    ("number", "format_", "share", "scale", "published"),
    [
        ("0.456", "0.0%", True, 1, "45.6"),
        ("0.456", "0.0%", False, 1, "0.456"),
        ("45.6", "0.0", True, 1, "45.6"),
        ("1.235E+6", "#,##0,", False, 1000, "1235"),
        ("1.235E+6", "#,##0,", False, 1, "1235000"),
        ("1235", "#,##0", False, 1000, "1235"),
    ],
)
def test_it_is_published_in_the_unit_of_its_cell(
    number: str, format_: str, share: bool, scale: int, published: str
) -> None:
    found = in_unit(Decimal(number), format_, is_share=share, scale=scale)
    assert found == Decimal(published)
    assert in_unit(Decimal("0.450"), "0.0%", is_share=True, scale=1).as_tuple().exponent == -1


@given(st.decimals(-(10**9), 10**9, allow_nan=False, places=6), st.integers(0, 6))
def test_what_is_shown_lies_within_half_of_its_last_digit(number: Decimal, digits: int) -> None:
    shown = shown_number(number, f"#,##0.{'0' * digits}" if digits else "#,##0")
    assert shown is not None
    assert abs(shown - number) <= Decimal(1).scaleb(-digits) / 2
    assert shown_number(shown, "0." + "0" * digits if digits else "0") == shown
