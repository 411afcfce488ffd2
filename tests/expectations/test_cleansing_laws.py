"""Laws of cleansing: twice is once, any text will do, and SQL says what the libraries say."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date

import duckdb
import phonenumbers
import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban as ibans
from stdnum.tr import tckimlik, vkn

from catalog.model.cleansing import CLEANSE_STEPS, FOLD_STEPS, SETTLED_STEPS
from expectations.cleansing import chain_of_steps, cleanse_values
from expectations.engine.child import Limits
from expectations.engine.functions import expand, literal

STEPS = (*CLEANSE_STEPS, *FOLD_STEPS)
DATABASE = duckdb.connect()
TODAY = date(2026, 11, 20)
PIECES = {
    "phone": ["+", "00", "0", "90", "+90", "532", "123 45 67", "444", "1 234", "(212)", "-", "/",
              " dahili ", "ext. 5", "x", "49 30", "abc", "٣", "７", "1", "2125551234"],
    "email": ["@", "a", "Çağrı", "İ", "I", ".", "bank", "example", "<", ">", " ", "mailto:", ";",
              "xn--rnek-5qa", "örnek", '"', "\u00a0", "ﬁ", "e\u0301", "test", "tr", ","],
    "national_id": ["1", "10000000146", "0", "٣", ".0", " ", "TC", "tckn", ":", "-", "İ", "100000"],
    "tax_id": ["1", "1234567890", "0", "３", ",00", " ", "VKN", "vergi no", ":", "-", "12345"],
    "iban": ["TR", "33", "tr", "0006100519786457841326", "GB82 WEST", "1234 5698 7654 32", " ",
             "IBAN", "ＴＲ", "３３", "-", "\u200b", "ı", ".", "no"],
    "date": ["5", "05", "1", "2026", ".", "/", "-", " ", "Ocak", "şubat", "KASIM", "May", "00:00",
             "T", "20260105", "31", "2", "26"],
    "number": ["1", "234", ".", ",", "-", "+", "(", ")", " ", "TL", "₺", "'", "TRY", "0", "e", "$"],
    "address": ["no", "d", "k", "kat", "daire", "5", "3", " ", ":", "/", "Mah.", "CADDESİ", "sk",
                "il", "ilçesi", "apt", "blok", "İş", "hanı", "organize sanayi bölgesi", "numara"],
    "name": ["Dr.", "Av", " ", "Prof", "Ayşe", "A.Ş.", "a s", "anonim", "şirketi", "şti", "ltd",
             "limited", "san", "ve", "ticaret", "sanayi", "tic.", "ve", "-", "Can"],
}  # fmt: skip


def sql_of(step: str, texts: Sequence[str | None]) -> list[str | None]:
    """What SQL alone makes of texts."""
    rows = ", ".join(f"({i}, {literal(text)}::VARCHAR)" for i, text in enumerate(texts))
    sql = f"SELECT {expand(f'td_{step}', 'x')} FROM (VALUES {rows}) AS t(i, x) ORDER BY i"
    return [row[0] for row in DATABASE.execute(sql).fetchall()]


def engine_of(step: str, texts: Sequence[str]) -> list[str | None]:
    """What the engine makes of texts, libraries asked."""
    found = cleanse_values(texts, chain_of_steps([step]), Limits(seconds=60), TODAY)
    return [one.after[0] for one in found]


def pieced(step: str) -> st.SearchStrategy[str]:
    """Texts that look like what the step is for, and any text."""
    alphabet = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
    odd = st.text(alphabet, max_size=12)
    pieces = st.lists(st.sampled_from(PIECES.get(step, ["I", "i", "İ", "ı", " ", "-"])), max_size=7)
    return pieces.map("".join) | odd


@pytest.mark.parametrize("step", STEPS)
@settings(deadline=None, max_examples=examples(60, 600))
@given(data=st.data())
def test_a_step_taken_twice_is_taken_once(step: str, data: st.DataObject) -> None:
    texts = data.draw(st.lists(pieced(step), min_size=1, max_size=25))
    once = sql_of(step, texts)
    assert dict(zip(once, sql_of(step, once), strict=True)) == {text: text for text in once}


def some_texts(step: str, count: int) -> list[str]:
    """Texts from pieces and from all of Unicode, the same each time."""
    chance = random.Random(step)
    points = [i for i in range(1, 0x11_0000) if not 0xD800 <= i < 0xE000]
    pieces = PIECES[step]
    texts = ["".join(chance.choices(pieces, k=chance.randint(0, 8))) for _ in range(count)]
    texts += ["".join(map(chr, chance.choices(points, k=6))) for _ in range(count // 4)]
    return [text for text in texts if text]


@pytest.mark.long
@pytest.mark.parametrize("step", SETTLED_STEPS)
def test_what_libraries_settled_stays_settled(step: str) -> None:
    texts = some_texts(step, 4_000)
    once = engine_of(step, texts)
    left = [text for text in once if text is not None]
    assert len(left) > 2_000
    again = dict(zip(left, engine_of(step, left), strict=True))
    assert {text: after for text, after in again.items() if after != text} == {}
    assert once != sql_of(step, texts), "no library was needed"


def turkish_numbers(count: int) -> list[phonenumbers.PhoneNumber]:
    """Valid Turkish numbers of every kind that people have."""
    chance, found = random.Random(90), []
    while len(found) < count:
        number = phonenumbers.PhoneNumber(90, int("".join(chance.choices("0123456789", k=10))))
        if phonenumbers.is_valid_number(number):
            found.append(number)
    return found


def test_sql_writes_turkish_phone_numbers_as_phonenumbers_does() -> None:
    numbers = turkish_numbers(1_500)
    forms = phonenumbers.PhoneNumberFormat
    for form in (forms.NATIONAL, forms.INTERNATIONAL, forms.E164):
        texts = [phonenumbers.format_number(number, form) for number in numbers]
        expected = [phonenumbers.format_number(number, forms.E164) for number in numbers]
        assert sql_of("phone", texts) == expected


def test_sql_judges_turkish_ids_as_stdnum_does() -> None:
    chance = random.Random(11)
    people = ["".join(chance.choices("0123456789", k=11)) for _ in range(3_000)]
    people += [text[:9] + tckimlik.calc_check_digits(text) for text in people[:2_000]]
    taxes = ["".join(chance.choices("0123456789", k=10)) for _ in range(3_000)]
    taxes += [text[:9] + vkn.calc_check_digit(text) for text in taxes[:2_000]]
    for step, texts, is_valid in (
        ("is_national_id", people, tckimlik.is_valid),
        ("is_tax_id", taxes, vkn.is_valid),
    ):
        expected = [is_valid(text) for text in texts]
        assert sql_of(step, texts) == expected
        assert sum(expected) > 1_000


def test_sql_judges_turkish_ibans_as_stdnum_does() -> None:
    chance, texts = random.Random(26), []
    for _ in range(3_000):
        account = "".join(chance.choices("0123456789", k=5)) + "0"
        account += "".join(chance.choices("0123456789", k=16))
        check = f"{98 - int(account + '292700') % 97:02}"
        texts.append(f"TR{check if chance.random() < 0.6 else '42'}{account}")
    expected = [ibans.is_valid(text) for text in texts]
    assert sql_of("is_iban", texts) == expected
    assert sum(expected) > 1_000
    written = [ibans.format(text).lower() for text in texts]
    assert sql_of("iban", written) == [ibans.compact(text) for text in written]


@settings(deadline=None, max_examples=examples(25, 200))
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=20))
def test_no_text_is_too_odd_for_a_library(texts: list[str]) -> None:
    from expectations.engine.libraries import SETTLERS

    for settle in SETTLERS.values():
        for text in (*texts, *(f"{text}@{text}.tr" for text in texts)):
            found = settle(text)
            assert found is None or (found and found.isprintable())
