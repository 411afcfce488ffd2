"""Which number of a measure is meant: the one that fits, the total of several, or none and why."""

from __future__ import annotations

from decimal import Decimal

from catalog.results import MeasureValue
from catalog.totals import exact, total_of, written

VALUES = [
    MeasureValue(dimensions={"segment": "retail", "new": True}, value=3),
    MeasureValue(dimensions={"segment": "sme", "new": True}, value=Decimal("0.1")),
    MeasureValue(dimensions={"segment": "sme", "new": False}, value=Decimal("0.2")),
    MeasureValue(dimensions={"segment": None, "new": False}, value=1),
]


def test_the_one_value_that_fits_is_meant() -> None:
    assert total_of(VALUES, {"segment": "retail"}).value == 3


def test_several_values_are_summed_exactly_if_the_measure_says_they_may() -> None:
    assert total_of(VALUES, {"segment": "sme"}, additive=True).value == Decimal("0.3")
    assert total_of(VALUES, {}, additive=True).value == Decimal("4.3")


def test_several_values_are_no_number_otherwise() -> None:
    found = total_of(VALUES, {"segment": "sme"})
    assert found.value is None
    assert found.reason is not None
    assert "2 values for segment sme" in found.reason
    assert "additive: true" in found.reason


def test_a_group_nobody_is_in_has_the_total_zero_and_otherwise_no_value() -> None:
    assert total_of(VALUES, {"segment": "private"}, additive=True).value == 0
    assert total_of(VALUES, {"segment": "private"}).reason == "it has no value for segment private"


def test_yaml_and_data_write_the_same_value_alike() -> None:
    assert total_of(VALUES, {"segment": "sme", "new": "true"}).value == Decimal("0.1")
    assert [written(v) for v in (True, 1, "a", None)] == ["true", "1", "a", "(none)"]


def test_numbers_stay_exact_and_what_is_none_is_none() -> None:
    assert exact(0.1) == Decimal("0.1")
    assert exact(Decimal("12345678901234567890.12")) == Decimal("12345678901234567890.12")
    assert [exact(v) for v in (True, "1", None, float("nan"), float("inf"))] == [None] * 5
