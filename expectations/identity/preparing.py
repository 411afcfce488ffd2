"""SQL that brings the records of all datasets into one table and takes their values apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from catalog.model import Attribute, Comparison, Match
from expectations.engine.expressions import cleanse, misfit
from expectations.engine.functions import quote
from expectations.engine.sandbox import Step
from expectations.identity.names import forms_of
from expectations.identity.tokens import (
    RARE_AT_LEAST,
    RARE_SHARE,
    folded,
    numbers,
    spaced,
    streets,
    words,
)

DATED = ("date", "timestamp")
SPACED = ("address", "words", "name")


def prepared_steps(
    match: Match, attributes: Sequence[Attribute], selects: Mapping[str, str]
) -> Iterator[Step]:
    """The steps that end in the table `prepared`.

    `selects` are the records by dataset, with `s{i}`, the text, and `y{i}`, the value, of the
    i-th of the `attributes`.
    """
    union = " UNION ALL ".join(selects.values())
    ordered = f"SELECT *, row_number() OVER (ORDER BY dataset, record_id) - 1 AS n FROM ({union})"
    needs = tuple(f"rows:{path}" for path in selects)
    yield Step("records", f"CREATE TABLE records AS {ordered}", needs)
    named = [
        (i, attribute, _comparison(match, attribute)) for i, attribute in enumerate(attributes)
    ]
    columns = [sql for i, attribute, how in named for sql in _values(match, i, attribute, how)]
    first = f"SELECT n, dataset, record_id, kinds, shared, {', '.join(columns)} FROM records"
    parts = [sql for i, attribute, how in named for sql in _parts(match, i, attribute, how)]
    second = f"SELECT *{''.join(f', {part}' for part in parts)} FROM ({first})"
    yield Step("taken apart", f"CREATE TABLE taken_apart AS {second}", ("records",))
    yield from _with_rare([i for i, _, how in named if how and how.as_ == "words"])


def _comparison(match: Match, attribute: Attribute) -> Comparison | None:
    return next((one for one in match.comparisons if one.attribute == attribute.key), None)


def _values(match: Match, i: int, attribute: Attribute, how: Comparison | None) -> Iterator[str]:
    """The text to show, the value to compare, and the value that identifies."""
    text = cleanse(f"s{i}", attribute.compare)
    yield f"s{i} AS v{i}"
    if attribute.type in DATED:
        yield f"CAST(y{i} AS DATE) AS c{i}"
    else:
        yield f"{spaced(text) if how and how.as_ in SPACED else folded(text)} AS c{i}"
    if any(key.attribute == attribute.key for key in match.keys):
        unfit = misfit(f"y{i}", f"s{i}", attribute.type)
        yield f"CASE WHEN NOT {unfit} THEN {folded(text)} END AS k{i}"


def _parts(match: Match, i: int, attribute: Attribute, how: Comparison | None) -> Iterator[str]:
    """The numbers and words of a value, and the name its form stands for, where they are asked."""
    kind = how.as_ if how else "exact"
    asked = {
        part.part for rule in match.blocking for part in rule if part.attribute == attribute.key
    }
    is_address = kind == "address" or (how is None and attribute.type == "address")
    if kind == "address" or "number" in asked:
        yield f"{numbers(f'c{i}')} AS c{i}_numbers"
    if kind in ("address", "words") or "word" in asked:
        yield f"{streets(f'c{i}') if is_address else words(f'c{i}')} AS c{i}_words"
    if how and kind == "name":
        yield f"{_form(f'c{i}', how)} AS c{i}_form"


def _form(column: str, how: Comparison) -> str:
    """The name with its first part in the form that stands for its group."""
    first, rest = f"split_part({column}, ' ', 1)", f"substr({column}, strpos({column} || ' ', ' '))"
    cases = " ".join(
        f"WHEN {quote(form)} THEN {quote(stands)}"
        for form, stands in forms_of(how.nicknames).items()
        if form != stands
    )
    return f"CASE {first} {cases} ELSE {first} END || {rest}"


def _with_rare(places: Sequence[int]) -> Iterator[Step]:
    """Adds to each record the words of it that few records have."""
    joins, columns = [], []
    for i in places:
        said = f"SELECT n, unnest(c{i}_words) AS word FROM taken_apart"
        few = f"greatest({RARE_AT_LEAST}, {RARE_SHARE} * (SELECT count(*) FROM taken_apart))"
        rare = (
            f"SELECT n, list(word ORDER BY word) AS rare FROM ({said}) WHERE word IN "
            f"(SELECT word FROM ({said}) GROUP BY word HAVING count(*) <= {few}) GROUP BY n"
        )
        yield Step(f"rare:{i}", f"CREATE TABLE rare_{i} AS {rare}", ("taken apart",))
        joins.append(f" LEFT JOIN rare_{i} USING (n)")
        columns.append(f", coalesce(rare_{i}.rare, CAST([] AS VARCHAR[])) AS c{i}_rare")
    select = f"SELECT taken_apart.*{''.join(columns)} FROM taken_apart{''.join(joins)}"
    needs = ("taken apart", *(f"rare:{i}" for i in places))
    yield Step("prepared", f"CREATE TABLE prepared AS {select}", needs)
