"""Periods are read as people write them, follow each other without a gap, and end when they end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.periods import Period, PeriodUnit

UNITS: tuple[PeriodUnit, ...] = get_args(PeriodUnit)
DAYS = st.dates(date(1970, 1, 1), date(2200, 12, 31))

WRITTEN = [
    ("2026-10-31", "day", date(2026, 10, 31), date(2026, 10, 31), "31 October 2026"),
    ("2026-W40", "week", date(2026, 9, 28), date(2026, 10, 4), "week 40 of 2026"),
    ("2026-W53", "week", date(2026, 12, 28), date(2027, 1, 3), "week 53 of 2026"),
    ("2025-W01", "week", date(2024, 12, 30), date(2025, 1, 5), "week 1 of 2025"),
    ("2026-10", "month", date(2026, 10, 1), date(2026, 10, 31), "October 2026"),
    ("2028-02", "month", date(2028, 2, 1), date(2028, 2, 29), "February 2028"),
    ("2026-Q3", "quarter", date(2026, 7, 1), date(2026, 9, 30), "quarter 3 of 2026"),
    ("2026", "year", date(2026, 1, 1), date(2026, 12, 31), "2026"),
]


@pytest.mark.parametrize(("text", "unit", "start", "end", "words"), WRITTEN)
def test_a_period_is_read_as_it_is_written(
    text: str, unit: PeriodUnit, start: date, end: date, words: str
) -> None:
    period = Period.parse(text)
    assert period == Period(unit, start, end)
    assert (period.label, period.words) == (text, words)


def test_small_letters_and_blanks_do_no_harm() -> None:
    assert Period.parse(" 2026-q3 ") == Period.parse("2026-Q3")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-13", "there is no month '2026-13'"),
        ("2025-W53", "there is no week '2025-W53'"),
        ("2026-02-30", "there is no day '2026-02-30'"),
        ("0000", "there is no year '0000'"),
    ],
)
def test_a_period_that_never_was_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match="^" + said.replace("(", r"\(")):
        Period.parse(text)


def test_what_is_no_period_is_told_with_all_the_forms_there_are() -> None:
    with pytest.raises(ValueError) as error:
        Period.parse("October 2026")
    for form in ("2026-10-31 (a day)", "2026-W40", "2026-10 (a month)", "2026-Q3", "2026 (a year)"):
        assert form in str(error.value)


@given(unit=st.sampled_from(UNITS), day=DAYS)
def test_every_day_lies_in_one_period_which_its_label_names(unit: PeriodUnit, day: date) -> None:
    period = Period.holding(unit, day)
    assert period.start <= day <= period.end
    assert Period.parse(period.label) == period
    assert Period.holding(unit, period.start) == Period.holding(unit, period.end) == period


@given(unit=st.sampled_from(UNITS), day=DAYS)
def test_periods_follow_each_other_without_a_gap(unit: PeriodUnit, day: date) -> None:
    period = Period.holding(unit, day)
    assert period.after().start == period.end + timedelta(days=1)
    assert period.before().end == period.start - timedelta(days=1)
    assert period.after().before() == period


@given(unit=st.sampled_from(UNITS), day=DAYS)
def test_the_last_closed_period_is_over_on_that_day_and_the_next_is_not(
    unit: PeriodUnit, day: date
) -> None:
    period = Period.last_closed(unit, day)
    assert period.end <= day < period.after().end
