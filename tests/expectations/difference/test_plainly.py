"""Conditions are said in plain words, in both languages, or not at all."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from catalog.model.definition import Language
from expectations.difference.plainly import NotPlain, Plainly
from expectations.difference.wording import Words

CASES: Mapping[str, tuple[str, str]] = {
    "\"s\" = 'a'": ("Status: Active", "Status: Active"),
    "'a' = \"s\"": ("Status: Active", "Status: Active"),
    "\"s\" IN ('a', 'b', 'x')": ("Status: Active, b or x", "Status: Active, b ya da x"),
    "(\"s\" = 'a' OR \"s\" IN ('b'))": ("Status: Active or b", "Status: Active ya da b"),
    "\"s\" <> 'a'": ("Status: all but Active", "Status: Active hariç"),
    "NOT \"s\" = 'a'": ("Status: all but Active", "Status: Active hariç"),
    "NOT \"s\" IN ('a', 'b')": ("Status: all but Active and b", "Status: Active ve b hariç"),
    '"ok"': ("ok: yes", "ok: evet"),
    'NOT "ok"': ("ok: no", "ok: hayır"),
    '"ok" = FALSE': ("ok: no", "ok: hayır"),
    '"s" IS NULL': ("Status: missing", "Status: boş"),
    'NOT "s" IS NULL': ("Status: given", "Status: dolu"),
    "CAST(\"d\" AS DATE) <= (DATE '2026-10-31')": ("d: up to 31 Oct 2026", "d: 31 Ekim 2026 ve öncesi"),
    "\"d\" < DATE '2026-11-01'": ("d: before 1 Nov 2026", "d: 1 Kasım 2026 öncesi"),
    "\"d\" BETWEEN DATE '2026-10-01' - INTERVAL 5 DAY AND DATE '2026-10-31' - INTERVAL '5' DAYS": (
        "d: 26 Sep 2026 to 26 Oct 2026",
        "d: 26 Eylül 2026 – 26 Ekim 2026",
    ),
    "\"d\" > DATE '2026-03-31' - INTERVAL '1' MONTH": ("d: after 28 Feb 2026", "d: 28 Şubat 2026 sonrası"),
    '"n" >= 1000 AND "n" < 2000.5': (
        "n: at least 1,000 and less than 2,000.5",
        "n: en az 1.000 ve 2.000,5 altı",
    ),
    "\"s\" = 'a' AND \"n\" > 3": (
        "Status: Active and n: more than 3",
        "Status: Active ve n: 3 üzeri",
    ),
    "\"s\" = 'a' OR \"n\" > 3": ("Status: Active or n: more than 3", "Status: Active ya da n: 3 üzeri"),
    "(\"s\" = 'a' OR \"n\" > 3 AND \"ok\") AND \"m\" = 1": (
        "(Status: Active or (n: more than 3 and ok: yes)) and m: 1",
        "(Status: Active ya da (n: 3 üzeri ve ok: evet)) ve m: 1",
    ),
}  # fmt: skip
UNSAID = [
    "\"s\" LIKE 'a%'",
    "lower(\"s\") = 'a'",
    '"n" > "m"',
    '"n" + 1 > 2',
    '"n" > 1 AND "n" > 2',
    "\"d\" > DATE '2026-01-01' + INTERVAL '2' CENTURY",
    '"n" > ',
    "\"s\" IN (SELECT 'a')",
]


def plainly(language: Language) -> Plainly:
    names, labels = {"s": "Status"}, {("s", "a"): "Active"}
    return Plainly(
        Words(language),
        lambda fact: names.get(fact, fact),
        lambda fact, code: labels.get((fact, code), code),
    )


@pytest.mark.parametrize("condition", CASES)
def test_a_condition_is_said_in_words(condition: str) -> None:
    said = tuple(plainly(language).say(condition) for language in ("en", "tr"))
    assert said == CASES[condition]


@pytest.mark.parametrize("condition", UNSAID)
def test_what_has_no_plain_words_is_not_said_wrongly(condition: str) -> None:
    with pytest.raises(NotPlain):
        plainly("en").say(condition)


def test_the_fact_that_it_is_about_is_not_named_again() -> None:
    assert plainly("en").say("\"s\" = 'a'", "s") == "Active"
    assert plainly("en").say('"s" = \'a\' AND "n" > 3', "s") == "Status: Active and n: more than 3"
