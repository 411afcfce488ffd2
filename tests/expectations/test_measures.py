"""A measure's rows become values in a fixed order, and JSON can hold them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from expectations.engine.port import Computed, Missing
from expectations.measures import computed_values, count_computed, plain
from expectations.plan import ComputesFigure, MeasurePlan, Plan

MEASURE = MeasurePlan("active", "SELECT …", ("segment",), is_query=True, reads=())
PLAN = Plan(date(2026, 11, 20), (), (), (), (MEASURE,), ())
ASKED = ComputesFigure("active")


def test_values_stand_in_the_order_of_their_dimensions_and_missing_ones_last() -> None:
    computed = Computed(("segment", "value"), (("sme", 2), (None, 1), ("a", 3)))
    found = [(v.dimensions["segment"], v.value) for v in computed_values(MEASURE, computed)]
    assert found == [("a", 3), ("sme", 2), (None, 1)]


def test_numbers_stay_numbers_and_dates_become_text() -> None:
    assert [plain(v) for v in (Decimal("7.00"), Decimal("7.5"), date(2026, 1, 5), None)] == [
        7, 7.5, "2026-01-05", None,
    ]  # fmt: skip


def test_a_calculation_that_leaves_something_out_is_violated_and_says_what() -> None:
    said = {
        "no value column": Computed(("segment", "n"), (("a", 1),)),
        "an empty value": Computed(("segment", "value"), (("a", None), ("b", 1))),
        "cut off": Computed(("segment", "value"), (("a", 1),), truncated=True),
    }
    for name, computed in said.items():
        counted = count_computed(ASKED, PLAN, {"active": computed})
        assert not isinstance(counted, Missing), name
        assert counted.violations == 1, name
        assert isinstance(counted.value, str), name


def test_a_failing_calculation_is_a_failure_and_a_failing_engine_is_not() -> None:
    broken = count_computed(ASKED, PLAN, {"active": Missing("calculation", "no such column")})
    assert not isinstance(broken, Missing)
    assert broken.violations == 1
    engine = Missing("engine", "out of memory")
    assert count_computed(ASKED, PLAN, {"active": engine}) == engine
