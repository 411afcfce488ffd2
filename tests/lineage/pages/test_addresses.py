"""Addresses of pages: safe for every file system, and back again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.pages.addresses import address_of, urn_of

KINDS = st.sampled_from(["attribute", "cell", "field"])
PATHS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(KINDS, PATHS)
def test_every_urn_can_be_read_from_its_address(kind: str, path: str) -> None:
    urn = f"{kind}:{path}"
    if "~" not in address_of(urn):
        assert urn_of(address_of(urn)) == urn


@given(KINDS, PATHS)
def test_an_address_is_ascii_two_folders_deep_and_never_leads_upward(kind: str, path: str) -> None:
    address = address_of(f"{kind}:{path}")
    folder, name, file = address.split("/")
    assert (folder, file) == ("d", "index.html")
    assert address.isascii()
    assert name not in (".", "..")
    assert len(name) <= 200
    assert not set(name) & set(' \\:*?"<>|%#&')


def test_two_long_urns_that_begin_alike_have_two_addresses() -> None:
    assert address_of("field:" + "a" * 300 + "b") != address_of("field:" + "a" * 300 + "c")


@pytest.mark.parametrize(
    ("urn", "address"),
    [
        ("attribute:customer.email", "d/attribute-customer.email/index.html"),
        ("cell:monthly/active", "d/cell-monthly--active/index.html"),
        ("team:şube", "d/team--c59f-ube/index.html"),
    ],
)
def test_addresses_stay_as_they_are(urn: str, address: str) -> None:
    assert address_of(urn) == address


def test_a_list_has_no_urn() -> None:
    with pytest.raises(ValueError, match="not the address of a definition"):
        urn_of("all/attributes/index.html")
