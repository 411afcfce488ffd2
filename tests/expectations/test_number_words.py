"""Numbers are written as people read them, however the engine gave them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from expectations.number_words import number

WRITTEN = [
    (12345, "12,345"),
    (0, "0"),
    (-1234.5, "-1,234.5"),
    (Decimal("12345.6700"), "12,345.67"),
    (Decimal("3.000000"), "3"),
    (Decimal("1E+3"), "1,000"),
    (428688.78158999997, "428,688.7816"),
    (Decimal("0.00003"), "0.00003"),
    (None, "None"),
    (1e300, "1e+300"),
]


@pytest.mark.parametrize(("value", "text"), WRITTEN)
def test_a_number_has_thousands_and_at_most_four_decimals_unless_it_is_tiny(
    value: object, text: str
) -> None:
    assert number(value) == text
