"""The statements that ask for all that the joined row of one entity tells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from expectations.engine.contest import Contest, as_text
from expectations.engine.functions import quote
from expectations.engine.joining import Join
from expectations.engine.overriding import override_hash
from expectations.golden.rows import record_of, record_of_bid, rule_of, source_of

BID = "pehus"
"""What is asked of every bid: raw and cleansed text, hash, last current day, time."""


def row_of(join: Join, id_: str) -> str:
    """A SELECT of everything about the entity, all of it as text."""
    listed = ", ".join(f"CAST({sql} AS VARCHAR)" for _, sql in columns_of(join))
    return f"SELECT {listed} FROM {join.table} WHERE CAST(k AS VARCHAR) = {quote(id_)}"


def columns_of(join: Join) -> Iterator[tuple[str, str]]:
    """The names and expressions of what is asked."""
    yield "fed", "fed"
    for n, path in enumerate(join.datasets):
        yield f"knows {path}", f"p{n}"
    for contest in join.contests:
        yield from columns_of_contest(join, contest)


def columns_of_contest(join: Join, contest: Contest) -> Iterator[tuple[str, str]]:
    """The names and expressions of all that is told of one attribute."""
    m = contest.m
    yield f"applies{m}", join.belongs(contest.golden)
    yield f"value{m}", as_text(f"g{m}", contest.golden)
    yield f"source{m}", source_of(contest)
    yield f"rule{m}", rule_of(contest)
    yield f"r{m}", record_of(contest)
    for letter in "wsucndt":
        yield f"{letter}{m}", f"{letter}{m}"
    if contest.overridden:
        yield f"set{m}", f"CASE WHEN c{m} = 'override' THEN {override_hash(contest)} END"
    for n in range(len(contest.candidates)):
        yield from ((f"{x}{m}_{n}", f"{x}{m}_{n}") for x in "xz")
        yield from ((contest.bid(n, x), contest.bid(n, x)) for x in BID)
        yield contest.bid(n, "r"), record_of_bid(contest, n)
        if contest.trust:
            yield contest.bid(n, contest.trust), contest.bid(n, contest.trust)


def overrides_of(file: Path, id_: str) -> str:
    """What stewards have set of the entity: attribute, value, end, reason and author."""
    parts = ("attribute", "value", "until", "reason", "author")
    listed = ", ".join(f"CAST({name} AS VARCHAR)" for name in parts)
    return (
        f"SELECT {listed} FROM read_parquet({quote(str(file))}) "
        f"WHERE CAST(entity_id AS VARCHAR) = {quote(id_)}"
    )
