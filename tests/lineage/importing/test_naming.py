"""Names of other tools become keys: readable, allowed, stable, and never shared."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.model.definition import KEY_PATTERN
from lineage.importing.naming import LONGEST, Names, key_of


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("customer_id", "customer_id"),
        ("UniqueID", "UniqueID"),
        ("Müşteri No", "musteri_no"),
        ("IŞIK-Şube.ilçe", "isik_sube_ilce"),
        ("_fivetran_synced", "fivetran_synced"),
        ("2024", "x_2024"),
        ("a.b.c", "a_b_c"),
        ("客户", "x_ad4af312"),
        ("", "x_e3b0c442"),
    ],
)
def test_a_name_becomes_a_key_that_people_recognise(name: str, key: str) -> None:
    assert key_of(name) == key


def test_long_names_that_begin_alike_stay_two() -> None:
    one, other = key_of("a" * 200), key_of("a" * 201)
    assert one != other
    assert len(one) <= LONGEST


def test_a_known_name_keeps_its_key_whatever_comes_first() -> None:
    names = Names({"Ürün-No": "urun_no"})
    assert names.give("urun no", "urun no") == "urun_no_2"
    assert names.give("Ürün-No", "Ürün-No") == "urun_no"


def test_keys_that_differ_only_in_case_are_one_key_too_many() -> None:
    names = Names({}, taken=["Mail", "phone"])
    assert names.give("mail", "mail") == "mail_2"
    assert names.give("Phone", "Phone") == "Phone_2"


@given(st.lists(st.text(max_size=120), unique=True, max_size=30))
def test_any_names_get_keys_that_are_allowed_and_unlike(found: list[str]) -> None:
    names = Names({})
    keys = [names.give(name, name) for name in found]
    assert len({key.casefold() for key in keys}) == len(found)
    assert all(re.match(KEY_PATTERN, key) and len(key) <= LONGEST for key in keys)
    assert keys == [names.give(name, name) for name in found]
