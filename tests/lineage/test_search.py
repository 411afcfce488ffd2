"""Search in the service finds what search in the pages finds: names first, in any spelling."""

from __future__ import annotations

import time

import pytest
from bank_pages import bank_context

from lineage.pages.addresses import address_of
from lineage.pages.search import Entry, entries_of
from lineage.search import Searchable, search, searchable, stems_of


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> tuple[Searchable, ...]:
    context = bank_context(tmp_path_factory.mktemp("search") / "w")
    urns = {address_of(urn): urn for urn in context.visible}
    return searchable((urns[e.address], e) for e in entries_of(context) if e.address in urns)


def found(query: str, among: tuple[Searchable, ...]) -> list[str]:
    return [one.urn for one in search(query, among)]


@pytest.mark.parametrize(
    "query", ["müşteri", "MÜŞTERİ", "musteri", "müşterilerin", "aktif müşterimiz", "AKTIF"]
)
def test_turkish_words_are_found_however_they_are_spelt(
    bank: tuple[Searchable, ...], query: str
) -> None:
    assert "measure:active" in found(query, bank)


@pytest.mark.parametrize("query", ["istanbul", "ISTANBUL", "İSTANBUL", "i̇stanbul", "ıstanbulun"])
def test_all_letters_i_are_one(bank: tuple[Searchable, ...], query: str) -> None:
    assert found(query, bank)[0] == "attribute:customer.city"


def test_names_come_before_texts(bank: tuple[Searchable, ...]) -> None:
    hits = found("customer", bank)
    assert hits.index("attribute:customer.segment") > hits.index("entity:customer")


def test_the_whole_title_comes_first_and_what_is_old_last() -> None:
    entries = [
        ("a", Entry("Mail of the customer", "", "", rank=0)),
        ("b", Entry("Old mail", "", "", rank=20)),
        ("c", Entry("Mail", "", "", rank=20)),
        ("d", Entry("Address", "", "", names="mail", rank=0)),
        ("e", Entry("Phone", "", "", text="not mail", rank=0)),
    ]
    assert found("mail", searchable(entries)) == ["c", "a", "b", "d", "e"]


@pytest.mark.parametrize("query", ["", "  ", "!?", "nonsense", "aktif nonsense"])
def test_what_is_nowhere_is_not_found(bank: tuple[Searchable, ...], query: str) -> None:
    assert found(query, bank) == []


@pytest.mark.parametrize(
    ("word", "stem"), [("musterilerin", "musteri"), ("subelerde", "sube"), ("kitabi", "kitap")]
)
def test_an_inflected_word_has_its_stem(word: str, stem: str) -> None:
    assert stem in set(stems_of(word))


def test_five_thousand_entries_are_searched_in_less_than_a_second() -> None:
    many = searchable(
        (f"u{n}", Entry(f"Title {n} of many", "", "", text="word " * 30)) for n in range(5_000)
    )
    began = time.process_time()
    assert len(search("title word", many)) == 5_000
    assert time.process_time() - began < 1
