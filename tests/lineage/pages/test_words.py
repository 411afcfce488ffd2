"""The site's own texts in two languages, its numbers and dates."""

from __future__ import annotations

import string
from datetime import UTC, date, datetime

import pytest

from catalog.durations import Duration
from catalog.model import Entity
from catalog.model.definition import Language
from lineage.pages.words import Words, texts

EN, TR = Words("en"), Words("tr")


@pytest.mark.parametrize("key", sorted(texts()))
def test_both_languages_say_it_with_the_same_values(key: str) -> None:
    english, turkish = (
        {name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts()[key]
    )
    optional = {"things", "right"}
    assert english - optional == turkish - optional
    assert all(text.strip() == text and text for text in texts()[key])
    assert not any('"' in text or "<" in text for text in texts()[key])


def test_numbers_and_dates_are_written_as_the_language_does() -> None:
    assert (EN.number(1234.5), TR.number(1234.5)) == ("1,234.5", "1.234,5")
    assert (EN.day(date(2026, 11, 21)), TR.day(date(2026, 11, 21))) == (
        "21 Nov 2026",
        "21 Kasım 2026",
    )
    assert (EN.percent(0.0812), TR.percent(0.0812)) == ("8.1%", "%8,1")
    assert TR.day(datetime(2026, 11, 21, 22, 30, tzinfo=UTC)) == "22 Kasım 2026"
    assert (EN.span(Duration(1, "d")), TR.span(Duration(5, "bd"))) == ("1 day", "5 iş günü")


@pytest.mark.parametrize(
    ("label", "english", "turkish"),
    [
        ("2026-10", "October 2026", "Ekim 2026"),
        ("2026-W07", "week 7 of 2026", "2026 yılının 7. haftası"),
        ("2026-Q3", "quarter 3 of 2026", "2026 yılının 3. çeyreği"),
        ("2026", "2026", "2026"),
        ("2026-10-03", "3 Oct 2026", "3 Ekim 2026"),
        ("Christmas", "Christmas", "Christmas"),
    ],
)
def test_periods_are_said_as_the_language_does(label: str, english: str, turkish: str) -> None:
    assert (EN.period(label), TR.period(label)) == (english, turkish)


def test_what_is_written_in_another_language_is_marked_with_it() -> None:
    entity = Entity(key="e", name="E", notes="plain", notes_tr="Türkçe")
    assert Words("tr", written="en").told(entity, "notes") == "Türkçe"
    assert Words("en", written="en").told(entity, "notes") == "plain"
    assert Words("tr", written="en").foreign("<b>") == '<span lang="en">&lt;b&gt;</span>'


def test_one_thing_is_counted_in_the_singular() -> None:
    assert EN.counted("count.report", 1) == "1 report"
    assert EN.counted("count.report", 1200) == "1,200 reports"
    assert TR.counted("count.report", 1200) == "1.200 rapor"


def test_a_share_never_rounds_to_a_false_nothing_or_all() -> None:
    assert EN.percent(1 / 100_000) == "0.1%"
    assert EN.percent(1 - 1 / 100_000) == "99.9%"
    assert (EN.percent(0), EN.percent(1)) == ("0%", "100%")


def test_turkish_lower_case_keeps_the_two_letters_i_apart() -> None:
    assert TR.lower("IŞIK İSTANBUL") == "ışık istanbul"
    assert EN.lower("ISTANBUL") == "istanbul"


def test_values_are_escaped() -> None:
    assert "<b>" not in EN("page.subject", name="<b>")


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("tr", "ext. 2001", "dahili 2001"),
        ("tr", "dahili 7", "dahili 7"),
        ("en", "ext. 2001", "ext. 2001"),
        ("en", "Dahili: 7", "ext. 7"),
        ("tr", "+90 212 555 01 01", "+90 212 555 01 01"),
        ("tr", "+90 212 555 01 01 ext. 7", "+90 212 555 01 01 ext. 7"),
    ],
)
def test_an_extension_is_called_one_in_the_language_of_the_page(
    language: Language, number: str, said: str
) -> None:
    assert Words(language).phone(number) == said
