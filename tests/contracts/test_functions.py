"""Every neutral function answers as its table of cases says, however its argument is written."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from catalog.functions import FUNCTIONS, WHITE_SPACE, Function
from catalog.sql import check_condition
from expectations.engine.functions import RenderError, expand, literal, quote, render

CASES = YAML(typ="safe", pure=True).load(Path(__file__).with_name("functions.yml"))
DATABASE = duckdb.connect()

odd_text = st.text(alphabet=st.sampled_from(WHITE_SPACE + "aı@.\u200b\u180eİ\0"), max_size=12)


def answers(expression: str, values: Sequence[object]) -> list[Any]:
    """What DuckDB answers for `expression` over a column x holding `values`."""
    rows = ", ".join(f"({i}, {literal(value)})" for i, value in enumerate(values))
    sql = f"SELECT {expression} FROM (VALUES {rows}) AS t(i, x) ORDER BY i"
    return [row[0] for row in DATABASE.execute(sql).fetchall()]


def typed(value: object) -> str:
    """A case's argument as SQL; whatever is NULL in the table is a text."""
    if isinstance(value, float):
        return repr(value)
    return "CAST(NULL AS VARCHAR)" if value is None else literal(value)


def ways_to_write(function: Function, arguments: list[object]) -> list[str]:
    """The call over literals, over columns, and over expressions, as SELECT statements."""
    written = [typed(argument) for argument in arguments]
    names = [w if i in function.constant else f'"c{i}"' for i, w in enumerate(written)]
    nested = [n if i in function.constant else f"coalesce({n})" for i, n in enumerate(names)]
    columns = ", ".join(f'{w} AS "c{i}"' for i, w in enumerate(written))
    return [
        f"SELECT {expand(function.name, *written)}",
        f"SELECT {expand(function.name, *names)} FROM (SELECT {columns})",
        f"SELECT {expand(function.name, *nested)} FROM (SELECT {columns})",
    ]


def as_stated(value: object, function: Function) -> object:
    return Decimal(str(value)) if function.result == "decimal" and value is not None else value


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_answers_as_its_cases_say(name: str) -> None:
    function = FUNCTIONS[name]
    wrong = []
    for arguments, expected in CASES[name]:
        for sql in ways_to_write(function, arguments):
            (got,) = DATABASE.execute(sql).fetchone() or ("nothing",)
            stated = as_stated(expected, function)
            if got != stated or isinstance(got, bool) != isinstance(stated, bool):
                wrong.append(f"{arguments!r}: expected {stated!r}, got {got!r}")
    assert wrong == []


def test_every_function_has_cases_among_them_null() -> None:
    assert set(CASES) == set(FUNCTIONS)
    for name, cases in CASES.items():
        assert any(None in arguments for arguments, _ in cases), name
        assert len(cases) >= 4 or name == "td_hash", name


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_the_example_in_the_list_is_true(function: Function) -> None:
    call, shown = function.example.split(" → ")
    ((got,),) = DATABASE.execute(f"SELECT {render(check_condition(call, ()), {})}").fetchall()
    plain = {"NULL": None, "true": True}.get(shown, shown.strip("'"))
    if isinstance(got, Decimal):
        assert got == Decimal(shown)
    else:
        assert got == plain or str(got) == shown


@settings(max_examples=300, deadline=None)
@given(st.lists(odd_text, min_size=1, max_size=20))
def test_td_trim_strips_what_python_strips(texts: list[str]) -> None:
    expected = [text.strip() for text in texts]
    assert answers(expand("td_trim", "x"), texts) == expected
    assert answers(expand("td_trim", "x || ''"), texts) == expected


@settings(max_examples=300, deadline=None)
@given(st.lists(odd_text, min_size=1, max_size=20))
def test_td_spaces_collapses_what_python_calls_white_space(texts: list[str]) -> None:
    assert answers(expand("td_spaces", "x"), texts) == [re.sub(r"\s+", " ", t) for t in texts]


@settings(max_examples=300, deadline=None)
@given(st.lists(odd_text | st.from_regex(r"[^@\s]+@[^@\s]+\.[^@\s]+"), min_size=1, max_size=20))
def test_td_is_email_is_the_whole_text_matching_in_python(texts: list[str]) -> None:
    texts = [text for text in texts if "\0" not in text] or ["a@b.c"]
    pattern = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
    expected = [pattern.fullmatch(text) is not None for text in texts]
    assert answers(expand("td_is_email", "x"), texts) == expected


def test_white_space_is_what_python_says_it_is() -> None:
    every = map(chr, range(0x110000))
    assert "".join(c for c in every if c.isspace()) == WHITE_SPACE


def is_national_id(text: str) -> bool:
    d = [int(c) for c in text]
    tenth = (sum(d[0:9:2]) * 7 - sum(d[1:8:2])) % 10
    return d[0] != 0 and d[9] == tenth and d[10] == sum(d[:10]) % 10


def is_tax_id(text: str) -> bool:
    total = 0
    for i, digit in enumerate(map(int, reversed(text[:9])), start=1):
        shifted = (digit + i) % 10
        if shifted:
            total += (shifted * 2**i) % 9 or 9
    return int(text[9]) == (10 - total) % 10


def is_iban(text: str) -> bool:
    digits = "".join(str(int(c, 36)) for c in text[4:] + text[:4])
    return int(digits) % 97 == 1


def some_numbers(length: int, count: int = 20_000) -> list[str]:
    chance = random.Random(7)
    return ["".join(chance.choices("0123456789", k=length)) for _ in range(count)]


def test_check_digits_agree_with_plain_python() -> None:
    ids, taxes = some_numbers(11), some_numbers(10)
    letters = random.Random(8)
    ibans = [f"TR{digits}" for digits in some_numbers(24)]
    ibans += [
        f"{''.join(letters.choices('ABDEFGNX', k=2))}{n[:2]}{letters.choice('QZA')}{n[2:17]}"
        for n in some_numbers(20)
    ]
    for name, texts, python in (
        ("td_is_national_id", ids, is_national_id),
        ("td_is_tax_id", taxes, is_tax_id),
        ("td_is_iban", ibans, is_iban),
    ):
        expected = [python(text) for text in texts]
        assert answers(expand(name, "x"), texts) == expected, name
        assert sum(expected) > 20, name


def test_equal_texts_have_one_fingerprint_and_different_ones_have_two() -> None:
    texts = [str(number) for number in range(10_000)]
    hashes = answers(expand("td_hash", "x"), texts)
    assert hashes == answers(expand("td_hash", "x || ''"), texts)
    assert len(set(hashes)) == len(texts)


@pytest.mark.parametrize("text", ["7.5", "1e5", "", "12"])
def test_td_try_integer_takes_only_whole_numbers(text: str) -> None:
    expected = int(text) if re.fullmatch(r"[+-]?[0-9]+", text) else None
    assert answers(expand("td_try_integer", "x"), [text]) == [expected]


def test_a_time_with_offset_is_told_in_the_zone_asked_for() -> None:
    written = quote("2026-07-01T12:00Z")
    berlin = DATABASE.execute(
        f"SELECT {expand('td_try_timestamp', written, zone='Europe/Berlin')}"
    ).fetchone()
    assert berlin == (datetime(2026, 7, 1, 14),)


def test_a_format_no_engine_shares_is_refused() -> None:
    with pytest.raises(RenderError, match="%B"):
        expand("td_try_date", "x", "'%d %B %Y'")
    with pytest.raises(RenderError, match="written out"):
        expand("td_try_date", "x", "y")


def test_parameters_become_typed_literals_and_names_are_quoted() -> None:
    checked = check_condition("seen >= :as_of - interval 3 day", ["seen"])
    sql = render(checked, {"as_of": date(2026, 1, 31)}, columns={"seen": 'lower("Seen")'})
    assert sql == """(lower("Seen")) >= (DATE '2026-01-31') - INTERVAL '3' DAY"""
    with pytest.raises(RenderError, match="as_of"):
        render(checked, {})


def test_a_calculation_cannot_grow_without_end() -> None:
    many = check_condition(f"concat({', '.join(['td_phone(td_fold(x))'] * 2000)})", ["x"])
    with pytest.raises(RenderError, match="beyond"):
        render(many, {})
