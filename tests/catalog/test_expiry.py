"""When a definition is due, expired and no longer to be used: decided in one place for all."""

from __future__ import annotations

from datetime import date

import pytest

from catalog.durations import Duration
from catalog.expiry import Standing, review_of
from catalog.model import Attribute, Definition
from catalog.settings import ExpirySettings, Settings

DUE = date(2026, 11, 20)  # a Friday


def attribute(**more: object) -> Attribute:
    fields = {
        "key": "customer.mail", "name": "Mail", "definition": "d", "owner": "o@b.example",
        "claims": [{"field": "a.b.c"}], "expires_on": DUE,
    }  # fmt: skip
    return Attribute(**{**fields, **more})  # type: ignore[arg-type]


def settings(warn: str = "30d", grace: str = "0d", calendar: tuple[date, ...] = ()) -> Settings:
    expiry = ExpirySettings(warn=Duration.parse(warn), grace=Duration.parse(grace))
    return Settings(expiry=expiry, calendar=calendar)


def standing(definition: Definition, day: date, how: Settings) -> Standing:
    review = review_of(definition, how)
    assert review
    return review.standing(day)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 10, 20), "current"),
        (date(2026, 10, 21), "due"),
        (DUE, "due"),
        (date(2026, 11, 21), "expired"),
        (date(2026, 11, 25), "expired"),
        (date(2026, 11, 26), "lapsed"),
    ],
)
def test_it_is_due_thirty_days_before_and_lapses_after_its_grace(
    day: date, expected: Standing
) -> None:
    assert standing(attribute(), day, settings(grace="5d")) == expected


def test_one_that_is_not_critical_never_lapses() -> None:
    late = date(2030, 1, 1)
    assert standing(attribute(severity="warning"), late, settings()) == "expired"
    plain = Definition(key="k", name="n", expires_on=DUE)
    assert standing(plain, late, settings()) == "expired"


def test_grace_and_warning_are_counted_in_days_on_which_the_institution_is_open() -> None:
    holiday = date(2026, 11, 23)  # the Monday after
    open_, closed = settings(grace="1bd"), settings(grace="1bd", calendar=(holiday,))
    assert standing(attribute(), date(2026, 11, 24), open_) == "lapsed"
    assert standing(attribute(), date(2026, 11, 24), closed) == "expired"
    review = review_of(attribute(), settings(warn="5bd", calendar=(date(2026, 11, 16),)))
    assert review is not None
    assert review.warn_from == date(2026, 11, 12)


def test_what_is_retired_or_has_no_date_cannot_expire() -> None:
    assert review_of(attribute(status="retired"), settings()) is None
    assert review_of(Definition(key="k", name="n"), settings()) is None
