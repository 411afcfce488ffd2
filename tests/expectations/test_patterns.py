"""A translated pattern finds in DuckDB what Python's `re.search` finds."""

from __future__ import annotations

import re

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from expectations.patterns import RefusedPatternError, translate

PIECES = [
    *("a", "ş", "İ", "_", "1", ".", r"\s", r"\S", r"\d", r"\D", r"\w", r"\W", r"\.", r"\\", "'"),
    *("[a-zçğı]", "[^a-zçğı]", r"[\s_]", r"[^\s_]", r"[\W\d]", r"[\s\S]", r"[^\W\d_]", r"[^\W_]"),
    *(r"[^\W\d]", r"[^\D]", "(a|ş)", "(?:1|)", "(?P<n>a)", r"[\]\-^]", r"\n", r"\t", "%", r"\{"),
]
REPEATS = ["", "", "", "*", "+", "?", "*?", "+?", "{2}", "{1,3}", "{2,}", "{0,2}?"]
LETTERS = st.sampled_from("aşİıIi_1٣Ⅷ½é'\\.-^]%{ \t\n\v\x1c\x85\u00a0\u2003\u0307ǅ中😀")

patterns = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "", "(?s)", "^", r"\A"]),
        st.lists(
            st.builds(
                lambda piece, repeat: f"(?:{piece}){repeat}" if repeat else piece,
                st.sampled_from(PIECES),
                st.sampled_from(REPEATS),
            ),
            max_size=4,
        ).map("".join),
        st.sampled_from(["", "", "$", r"\Z"]),
    ),
)
texts = st.text(LETTERS | st.characters(min_codepoint=1, max_codepoint=0x17F), max_size=6)


@given(pattern=patterns, texts=st.lists(texts, min_size=1, max_size=8))
@example(pattern="^a$", texts=["a\n", "a\n\n", "a", "\na"])
@example(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", texts=["a@b.c", "a\u00a0@b.c", "a@b", "a@b.c\n"])
@example(pattern="^(a|b$)", texts=["b", "b\n", "bc", "ac"])
def test_a_translated_pattern_finds_what_python_finds(pattern: str, texts: list[str]) -> None:
    named = {"(?P<n>a)": pattern.count("(?P<n>a)")}
    if max(named.values()) > 1:
        pattern = pattern.replace("(?P<n>a)", "(a)")
    found = duckdb.execute(
        "SELECT list(regexp_matches(t, ?) ORDER BY i) FROM (SELECT unnest(?) AS t, "
        "generate_subscripts(?, 1) AS i)",
        [translate(pattern), texts, texts],
    ).fetchone()
    assert found == ([re.search(pattern, text) is not None for text in texts],)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(", "is not a regular expression"),
        ("[a-", "is not a regular expression"),
        ("*a", "is not a regular expression"),
        ("a{2,1}", "is not a regular expression"),
        (r"\p{L}", "is not a regular expression"),
        ("a(?=b)", "looks ahead"),
        ("(?<!a)b", "looks ahead or behind"),
        (r"(a)\1", "refers back"),
        ("(a)?(?(1)b|c)", "asks whether"),
        ("(?>a)", "atomic"),
        ("a*+", "possessive"),
        (r"\bada\b", r"uses \b"),
        ("(?i)tr", "sets a flag"),
        ("(?i:tr)", "sets a flag"),
        ("(?m)^a$", "sets a flag"),
        ("a$b", "has a $ before its end"),
        ("(a$)*", "has a $ before its end"),
        ("a{1001}", "more than 1000 times"),
        ("(a{100}){11}", "more than 1000 times"),
        (r"[^\Wa]", "excludes an opposite class"),
    ],
)
def test_what_no_engine_searches_alike_is_refused(pattern: str, reason: str) -> None:
    with pytest.raises(RefusedPatternError, match=re.escape(reason)):
        translate(pattern)
