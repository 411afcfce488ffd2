"""The words of an output: a type of their own, so that each is written and compared as a number.

To others the column holds texts: Parquet keeps them in its dictionary.
"""

from __future__ import annotations

from collections.abc import Iterable

from expectations.engine.functions import quote, quote_name
from expectations.engine.sandbox import Step

WORDS = quote_name("words")
STEP = "words"


def word(text: str) -> str:
    """A word as a constant."""
    return as_word(quote(text))


def as_word(sql: str) -> str:
    """A text that is one of the words."""
    return f"CAST({sql} AS {WORDS})"


def words_step(words: Iterable[str]) -> Step:
    """The statement that makes the type."""
    listed = ", ".join(quote(text) for text in dict.fromkeys(words))
    return Step(STEP, f"CREATE TYPE {WORDS} AS ENUM ({listed})")


def words_among(select: str) -> Step:
    """The statement that makes the type of all texts of a SELECT, in their order."""
    return Step(STEP, f"CREATE TYPE {WORDS} AS ENUM ({select} ORDER BY 1)")
