"""Golden records and conflicts as rows: one per entity and attribute, or one per entity."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import get_args

from catalog.explanations import DECIDED
from catalog.truth import State
from expectations.engine.contest import Contest, as_text
from expectations.engine.functions import quote, quote_name
from expectations.engine.joining import Join
from expectations.engine.sandbox import Step
from expectations.engine.words import STEP as WORDS_STEP
from expectations.engine.words import as_word, word, words_step
from expectations.golden.work import copy_step
from expectations.plan import Candidate

OVERRIDE = "override"


def long_rows(join: Join, attributes: Collection[str] | None = None) -> str:
    """One row per entity and attribute that applies to it, in the order of attributes and ids; of
    all attributes or of these. What it says in `words_of` the join is of their type.
    """
    wanted = [c for c in join.contests if attributes is None or c.golden.attribute in attributes]
    return " UNION ALL ".join(_of_attribute(join, contest) for contest in wanted)


def long_steps(
    name: str, joins: Iterable[Join], target: Path, attributes: Collection[str] | None = None
) -> Iterator[Step]:
    """Writes the long rows of all that is resolved to a file, or nothing where there are none."""
    listed = list(joins)
    rows = " UNION ALL ".join(filter(None, (long_rows(join, attributes) for join in listed)))
    if rows:
        yield words_step(text for join in listed for text in words_of(join))
        yield copy_step(name, rows, target, iter([*(join.step for join in listed), WORDS_STEP]))


def words_of(join: Join) -> Iterator[str]:
    """The words that long rows repeat."""
    yield from (*get_args(State), *DECIDED, OVERRIDE)
    for contest in join.contests:
        yield contest.golden.attribute
        yield from (candidate.source for candidate in contest.candidates)
        yield from (candidate.column.dataset for candidate in contest.candidates)
        yield from _rules(contest)


def wide_rows(join: Join) -> str:
    """One row per entity, with a column per attribute, of its own type."""
    columns = [f"{_id()} AS entity_id"]
    for contest in join.contests:
        value = f"CASE WHEN {join.belongs(contest.golden)} THEN g{contest.m} END"
        columns.append(f"{value} AS {quote_name(contest.golden.name)}")
    return f"SELECT {', '.join(columns)} FROM {join.table} WHERE fed"


def summary_rows(join: Join) -> Iterator[tuple[str, str]]:
    """Per attribute a statement that counts: state, source, reason, contested, entities."""
    for contest in join.contests:
        m = contest.m
        sql = (
            f"SELECT s{m}, {source_of(contest)}, c{m}, d{m} > 0, count(*) FROM {join.table} "
            f"WHERE fed AND {join.belongs(contest.golden)} GROUP BY ALL"
        )
        yield contest.golden.attribute, sql


def conflict_rows(join: Join, contests: Sequence[Contest]) -> str:
    """What every record says where independent sources disagree."""
    parts = [
        _of_bid(join, contest, n, candidate)
        for contest in contests
        for n, candidate in enumerate(contest.candidates)
    ]
    return f"SELECT * FROM ({' UNION ALL '.join(parts)}) ORDER BY ALL"


def source_of(contest: Contest) -> str:
    """The source system of the golden value; `override` for what a steward has set."""
    return _of_winner(contest, [candidate.source for candidate in contest.candidates], OVERRIDE)


def _of_attribute(join: Join, contest: Contest) -> str:
    m, golden = contest.m, contest.golden
    datasets = [candidate.column.dataset for candidate in contest.candidates]
    sources = [candidate.source for candidate in contest.candidates]
    columns = {
        "entity_id": _id(),
        "attribute": word(golden.attribute),
        "value": as_text(f"g{m}", golden),
        "state": as_word(f"s{m}"),
        "source": _of_winner(contest, sources, OVERRIDE, word),
        "dataset": _of_winner(contest, datasets, None, word),
        "record_id": record_of(contest),
        "reason": as_word(f"c{m}"),
        "rule": rule_of(contest, word),
        "confirmed_at": f"t{m}",
        "valid_until": f"u{m}",
        "spoke": f"n{m}",
        "disagree": f"d{m}",
    }
    listed = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    by_text = f"SELECT * REPLACE ({_id()} AS k) FROM {join.table} WHERE fed"
    return f"SELECT {listed} FROM ({by_text}) WHERE {join.belongs(contest.golden)}"


def _of_bid(join: Join, contest: Contest, n: int, candidate: Candidate) -> str:
    m = contest.m
    columns = {
        "entity_id": _id(),
        "attribute": quote(contest.golden.attribute),
        "source": quote(candidate.source),
        "dataset": quote(candidate.column.dataset),
        "record_id": record_of_bid(contest, n),
        "raw": contest.bid(n, "p"),
        "cleansed": contest.bid(n, "e"),
        "state": f"z{m}_{n}",
        "winner": f"x{m}_{n} IS NULL",
        "reason": f"x{m}_{n}",
    }
    listed = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    known = join.knows(candidate.column.dataset)
    return (
        f"SELECT {listed} FROM {join.table} "
        f"WHERE fed AND d{m} > 0 AND {known} AND {join.belongs(contest.golden)}"
    )


def _id() -> str:
    return "CAST(k AS VARCHAR)"


def _of_winner(
    contest: Contest,
    texts: Sequence[str],
    overridden: str | None,
    constant: Callable[[str], str] = quote,
) -> str:
    """A text by the number of the winning claim."""
    cases = "".join(f" WHEN {n} THEN {constant(text)}" for n, text in enumerate(texts))
    won = f"CASE w{contest.m}{cases} END" if cases else "CAST(NULL AS VARCHAR)"
    if not contest.overridden:
        return won
    set_ = "NULL" if overridden is None else constant(overridden)
    return f"CASE WHEN c{contest.m} = '{OVERRIDE}' THEN {set_} ELSE {won} END"


def record_of(contest: Contest) -> str:
    """The id of the winning row; without ids of their own rows have the entity's."""
    m = contest.m
    if contest.is_recorded:
        return f"r{m}"
    return f"CASE WHEN w{m} IS NOT NULL AND c{m} <> '{OVERRIDE}' THEN {_id()} END"


def record_of_bid(contest: Contest, n: int) -> str:
    """The id of the row that a claim speaks from."""
    return contest.bid(n, "r") if contest.is_recorded else _id()


def rule_of(contest: Contest, constant: Callable[[str], str] = quote) -> str:
    """Strategy, number of the claim and version of what the attribute states."""
    none, overridden, *numbered = _rules(contest)
    won = _of_winner(contest, numbered, overridden, constant)
    return f"coalesce({won}, {constant(none)})"


def _rules(contest: Contest) -> list[str]:
    """What is told of the rule where none won, where a steward has set it, and per claim."""
    survival = contest.golden.survival
    chain, version = "+".join(one.kind for one in survival.chain), survival.version
    numbered = (f"{chain}/{candidate.number}@{version}" for candidate in contest.candidates)
    return [f"{chain}@{version}", f"{OVERRIDE}@{version}", *numbered]
