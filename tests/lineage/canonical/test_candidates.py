"""Which numbers are proposed to be one, and which are never thought to be called the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.errors import UsageError
from catalog.loading.loader import load_catalog
from lineage.canonical.candidates import Proposals
from lineage.canonical.naming import Vocabulary, read_glossary


@pytest.fixture(scope="module")
def proposals() -> Proposals:
    return Proposals(load_catalog(Path(__file__).parent, "small").catalog)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Active customers", "Aktif müşteri"),
        ("Aktif müşteri sayısı", "Number of active customers"),
        ("Churn rate", "Attrition rate"),
        ("Toplam Mevduat", "Mevduat toplamı"),
        ("KOBİ KREDİLERİ", "SME loans"),
        ("Transactions abroad", "Transactons abroad"),
        ("Kart harcaması (bin TL)", "KART HARCAMASI"),
    ],
)
def test_names_of_one_meaning_are_one(one: str, other: str) -> None:
    vocabulary = Vocabulary.of([one, other], read_glossary())
    assert vocabulary.key(one) == vocabulary.key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Active customers", "Inactive customers"),
        ("Aktif müşteri", "Pasif müşteri"),
        ("New customers", "Total customers"),
        ("Deposits Q1", "Deposits Q2"),
        ("Gross income", "Net income"),
        ("Bireysel kredi", "Kurumsal kredi"),
        ("Inbound calls", "Outbound calls"),
        ("Gelen çağrı", "Giden çağrı"),
    ],
)
def test_words_that_are_never_one_keep_names_apart(one: str, other: str) -> None:
    vocabulary = Vocabulary.of([one, other], read_glossary())
    assert vocabulary.key(one) != vocabulary.key(other)
    assert read_glossary().is_apart(vocabulary.key(one), vocabulary.key(other))


def test_a_name_of_vague_words_alone_names_nothing() -> None:
    assert read_glossary().key("Toplam") == frozenset()
    assert read_glossary().key("Share (%)") == frozenset()


def test_a_workspace_adds_its_own_words(tmp_path: Path) -> None:
    file = tmp_path / "words.toml"
    file.write_text('same = [["wallet", "cüzdan"]]\napart = [["wallet", "card"]]', encoding="utf-8")
    glossary = read_glossary(file)
    assert glossary.key("Dijital cüzdan") == glossary.key("Digital wallet")
    assert glossary.is_apart(glossary.key("wallets cüzdan"), glossary.key("kart"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("same = [[1]]", "not of the form"),
        ("same = 'x'", "not of the form"),
        ("alike = []", "unknown 'alike'"),
        ("same = [", "not TOML"),
    ],
)
def test_a_glossary_that_cannot_be_used_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "words.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        read_glossary(file)
    with pytest.raises(UsageError, match="cannot be read"):
        read_glossary(tmp_path / "none.toml")


def test_what_is_proposed_says_why(proposals: Proposals) -> None:
    why = {(one.left, one.right): one.why for one in proposals.all()}
    assert why["measure:active", "cell:first/active"] == ("calculation", "name")
    assert why["measure:active", "cell:second/aktif"] == ("name",)
    assert why["measure:active", "cell:second/live"] == ("calculation", "name")


def test_two_slices_of_one_measure_are_not_alike(proposals: Proposals) -> None:
    assert not proposals.are_alike("cell:first/active", "cell:first/active_retail")
    assert ("cell:first/active", "cell:first/active_retail") not in {
        (one.left, one.right) for one in proposals.all()
    }


def test_numbers_of_two_currencies_are_not_alike(proposals: Proposals) -> None:
    assert not proposals.are_alike("measure:deposits", "cell:second/dollars")
    assert proposals.are_alike("measure:deposits", "cell:first/deposits")
