"""Plurals of English nouns."""

from __future__ import annotations

import pytest

from catalog.plurals import plural


@pytest.mark.parametrize(
    ("one", "several"),
    [
        ("customer", "customers"),
        ("branch", "branches"),
        ("address", "addresses"),
        ("tax", "taxes"),
        ("company", "companies"),
        ("survey", "surveys"),
        ("Person", "People"),
        ("sales person", "sales people"),
        ("legal entity", "legal entities"),
        ("postwoman", "postwomen"),
        ("ATM", "ATMs"),
        ("human", "humans"),
        ("staff", "staff"),
        ("y", "ys"),
        ("", ""),
    ],
)
def test_several_of_a_thing_are_named_as_english_does(one: str, several: str) -> None:
    assert plural(one) == several
