"""A change takes the places of what it replaces, and what it adds stands where it added it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from catalog.loading.ordering import merged_order

keys = st.lists(st.sampled_from("abcdefgh"), unique=True)


def test_an_edited_copy_gives_the_order_of_the_copy() -> None:
    assert merged_order(["a", "b", "c", "d"], ["c", "b", "new"]) == ["a", "c", "b", "new", "d"]


def test_what_has_no_neighbour_comes_last_and_before_its_first_neighbour_otherwise() -> None:
    assert merged_order(["a", "b"], ["new"]) == ["a", "b", "new"]
    assert merged_order(["a", "b"], ["new", "b"]) == ["a", "new", "b"]


@given(keys, keys)
def test_every_key_is_there_once_and_no_untouched_one_moves(
    written: list[str], changed: list[str]
) -> None:
    order = merged_order(written, changed)
    assert sorted(order) == sorted({*written, *changed})
    untouched = [key for key in written if key not in changed]
    assert [key for key in order if key in untouched] == untouched
    assert [key for key in order if key in changed] == changed or not set(changed) <= set(written)


@given(keys)
def test_a_copy_of_everything_gives_its_own_order(written: list[str]) -> None:
    assert merged_order(written, list(reversed(written))) == list(reversed(written))
