"""Spans of time move dates as a calendar does: ends of months, business days, holidays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalog.durations import UNITS, Duration

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
counts = st.integers(0, 400)
holidays = st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=60)
days_of_2026 = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def is_open(day: date, closed: set[date]) -> bool:
    return day.weekday() < 5 and day not in closed


@given(st.integers(0, 99999), st.sampled_from(sorted(UNITS)))
def test_a_span_is_read_as_it_is_written(count: int, unit: str) -> None:
    assert Duration.parse(f" {count}{unit} ") == Duration(count, unit)
    assert Duration.parse(str(Duration(count, unit))) == Duration(count, unit)


@pytest.mark.parametrize(
    "text", ["", "d", "12", "1.5d", "-3d", "3 d", "3m", "3D", "999999d", "٣d", "3d\n4d"]
)
def test_what_is_no_span_is_refused_with_the_known_units(text: str) -> None:
    with pytest.raises(ValueError, match="such as 365d, 12mo or 5bd .*bd = business days"):
        Duration.parse(text)


@given(days, counts, st.sampled_from(["h", "d", "w"]))
def test_days_and_weeks_before_undo_days_and_weeks_after(day: date, count: int, unit: str) -> None:
    span = Duration(count, unit)
    assert span.before(span.after(day)) == day
    assert span.after(day) >= day


@given(days, counts)
def test_hours_count_as_whole_days_rounded_up(day: date, count: int) -> None:
    moved = Duration(count, "h").after(day) - day
    assert timedelta(hours=count) <= moved < timedelta(hours=count + 24)


@given(days, st.integers(-400, 400))
def test_a_month_keeps_the_day_or_ends_with_the_month(day: date, months: int) -> None:
    span = Duration(abs(months), "mo")
    moved = span.after(day) if months >= 0 else span.before(day)
    assert (moved.year - day.year) * 12 + moved.month - day.month == months
    assert moved.day == day.day or (moved.day < day.day and (moved + timedelta(1)).day == 1)


@given(days, st.integers(0, 99999), st.sampled_from(sorted(set(UNITS) - {"bd"})))
def test_a_span_of_any_length_stays_within_the_calendar(day: date, count: int, unit: str) -> None:
    span = Duration(count, unit)
    assert date.min <= span.before(day) <= day <= span.after(day) <= date.max


def test_business_days_without_end_stay_within_the_calendar() -> None:
    assert Duration.parse("99999bd").before(date(200, 1, 1)) == date.min


@given(days, st.integers(0, 40))
def test_a_year_is_twelve_months(day: date, years: int) -> None:
    assert Duration(years, "y").after(day) == Duration(12 * years, "mo").after(day)
    assert Duration(years, "y").before(day) == Duration(12 * years, "mo").before(day)


@pytest.mark.parametrize(
    ("span", "day", "after"),
    [
        ("1mo", "2026-01-31", "2026-02-28"),
        ("1mo", "2028-01-31", "2028-02-29"),
        ("1y", "2028-02-29", "2029-02-28"),
        ("12mo", "2026-02-01", "2027-02-01"),
        ("1bd", "2026-11-20", "2026-11-23"),
        ("5bd", "2026-11-20", "2026-11-27"),
        ("0bd", "2026-11-21", "2026-11-21"),
        ("25h", "2026-11-20", "2026-11-22"),
    ],
)
def test_spans_after_a_day(span: str, day: str, after: str) -> None:
    assert Duration.parse(span).after(date.fromisoformat(day)) == date.fromisoformat(after)


def test_holidays_are_not_business_days() -> None:
    republic_day = date(2026, 10, 29)  # a Thursday
    span = Duration.parse("2bd")
    assert span.after(date(2026, 10, 28), {republic_day}) == date(2026, 11, 2)
    assert span.before(date(2026, 10, 30), {republic_day}) == date(2026, 10, 27)
    assert span.before(date(2026, 10, 30)) == date(2026, 10, 28)


@given(days_of_2026, st.integers(1, 40), holidays)
def test_business_days_after_and_before_are_counted_one_by_one(
    day: date, count: int, closed: set[date]
) -> None:
    span = Duration(count, "bd")
    later, earlier = span.after(day, closed), span.before(day, closed)
    assert is_open(later, closed)
    assert is_open(earlier, closed)
    between = [day + timedelta(n) for n in range(1, (later - day).days + 1)]
    assert sum(is_open(one, closed) for one in between) == count
    between = [day - timedelta(n) for n in range(1, (day - earlier).days + 1)]
    assert sum(is_open(one, closed) for one in between) == count


@given(days_of_2026, st.integers(1, 40), holidays)
def test_business_days_before_undo_business_days_after_an_open_day(
    day: date, count: int, closed: set[date]
) -> None:
    assume(is_open(day, closed))
    span = Duration(count, "bd")
    assert span.before(span.after(day, closed), closed) == day
