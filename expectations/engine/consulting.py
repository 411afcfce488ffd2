"""Asks Python, in rounds, about the values that SQL leaves open, and writes down the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from typing import Final

from expectations.engine.child import Answer
from expectations.engine.duckdb_functions import quote

ROUND: Final = 20_000
"""Values in memory at once."""
_BETWEEN: Final = "\x1f"


@dataclass(frozen=True)
class Consult:
    """Whom to ask, and where the answers go.

    `answer` is asked about each text and answers in one line, or None where it cannot better it.
    `into` is the SQL name of a table (`n` BIGINT, `settled` VARCHAR) that stands empty.
    """

    answer: Callable[[str], str | None]
    into: str


def consult(ask: Callable[[str, bool], Answer], sql: str, of: Consult) -> Answer:
    """Reads `n` and `text` from the relation `sql`, n counted from 0, and writes what is answered.

    `ask` runs one statement and fetches its rows if told so.
    """
    for first in count(0, ROUND):
        read = f"SELECT n, text FROM {sql} WHERE n >= {first} AND n < {first + ROUND}"
        found = ask(read, True)
        if found.failed is not None:
            return found
        answered = [(row[0], of.answer(str(row[1]))) for row in found.rows]
        known = [(number, text) for number, text in answered if text is not None]
        written = ask(_insert(of.into, known), False) if known else Answer()
        if written.failed is not None or len(found.rows) < ROUND:
            return written
    raise AssertionError("count() has no end")


def _insert(table: str, known: Iterable[tuple[object, str]]) -> str:
    """One statement for all: two long texts are read faster than thousands of literals."""
    numbers, texts = zip(*known, strict=True)
    numbered = f"unnest(string_split({quote(','.join(map(str, numbers)))}, ','))"
    settled = f"unnest(string_split({quote(_BETWEEN.join(texts))}, chr(31)))"
    return f"INSERT INTO {table} SELECT CAST({numbered} AS BIGINT), {settled}"
