"""Compares the golden records of two sides in SQL: what changes, from where to where."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, cast

from catalog.errors import TekdogruError
from catalog.simulations import KINDS, ChangedValue, Golden, Kind
from catalog.truth import State
from expectations.engine.functions import quote
from expectations.engine.sandbox import Limits, Outcome, Step, run_steps
from expectations.golden.work import copy_step

T = TypeVar("T")
TOLD = ("value", "state", "source", "dataset", "record_id", "reason")
"""What the file of changes holds of each value, before and after."""
NO_ROWS = (
    "SELECT NULL::VARCHAR AS entity_id, NULL::VARCHAR AS attribute, NULL::VARCHAR AS value, "
    "NULL::VARCHAR AS state, NULL::VARCHAR AS source, NULL::VARCHAR AS dataset, "
    "NULL::VARCHAR AS record_id, NULL::VARCHAR AS reason, NULL::DATE AS valid_until, "
    "NULL::INTEGER AS disagree WHERE false"
)
_CHANGE = (
    "CASE WHEN b.state IS NULL AND a.value IS NULL THEN 'appears' "
    "WHEN a.state IS NULL AND b.value IS NULL THEN 'vanishes' "
    "WHEN b.value IS NULL AND a.value IS NOT NULL THEN 'gets' "
    "WHEN a.value IS NULL AND b.value IS NOT NULL THEN 'loses' "
    "WHEN a.value IS DISTINCT FROM b.value THEN 'other_value' "
    "WHEN a.state IS DISTINCT FROM b.state THEN 'state' "
    "WHEN (a.source, a.dataset, a.record_id) IS DISTINCT FROM (b.source, b.dataset, b.record_id) "
    "THEN 'source' END"
)


@dataclass
class Tally:
    """What was counted of one attribute: numbers of entities throughout."""

    before: int = 0
    after: int = 0
    contested_before: int = 0
    contested_after: int = 0
    decided_otherwise: int = 0
    other_last_day: int = 0
    changes: Counter[Kind] = field(default_factory=Counter)
    moves: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)
    states: Counter[tuple[State | None, State | None]] = field(default_factory=Counter)
    examples: list[ChangedValue] = field(default_factory=list)

    def became(self, before: State, after: State) -> int:
        """How many go from one state to another, whatever their value."""
        return self.states[before, after]


def compare_files(
    before: Path | None,
    after: Path | None,
    *,
    entities: Sequence[str] = (),
    target: Path | None,
    examples: int,
    limits: Limits,
) -> tuple[Mapping[str, Tally], int]:
    """By attribute what changes between two files of golden records, and how many values do.

    A missing file holds none, and of others than these entities nothing is compared. `target` gets
    a row for each changed value. TekdogruError when the engine fails.
    """
    outcomes = run_steps(
        _steps(_relation(before, entities), _relation(after, entities), target, examples),
        readable=[one for one in (before, after) if one],
        writable=[target.parent] if target else [],
        limits=limits,
    )
    failed = next((one.failure for one in outcomes.values() if one.failure), None)
    if failed:
        raise TekdogruError(f"golden records cannot be compared: {failed.message}")
    return _tallies(outcomes), int(str(outcomes["rows"].rows[0][0]))


def _steps(before: str, after: str, target: Path | None, examples: int) -> Sequence[Step]:
    pairs = f"({before}) b FULL JOIN ({after}) a USING (entity_id, attribute)"
    told = ", ".join(f"b.{name} AS {name}_before, a.{name} AS {name}_after" for name in TOLD)
    changed = (
        f"CREATE TABLE changed AS SELECT * FROM (SELECT entity_id, attribute, {_CHANGE} AS change, "
        f"{told} FROM {pairs}) WHERE change IS NOT NULL"
    )
    aggregates = (
        "count(b.state)",
        "count(a.state)",
        "count(*) FILTER (b.disagree > 0)",
        "count(*) FILTER (a.disagree > 0)",
        f"count(*) FILTER ({_CHANGE} IS NULL AND a.reason IS DISTINCT FROM b.reason)",
        f"count(*) FILTER ({_CHANGE} IS NULL AND a.valid_until IS DISTINCT FROM b.valid_until)",
    )
    counted = f"SELECT attribute, {', '.join(aggregates)} FROM {pairs} GROUP BY attribute"
    moved = (
        "SELECT attribute, change, state_before, state_after, source_before, source_after, "
        "count(*) FROM changed GROUP BY ALL"
    )
    ranks = " ".join(f"WHEN {quote(kind)} THEN {n}" for n, kind in enumerate(KINDS))
    listed = ", ".join(f"{name}_before, {name}_after" for name in TOLD)
    some = (
        f"SELECT attribute, entity_id, change, {listed} FROM changed QUALIFY row_number() OVER "
        f"(PARTITION BY attribute ORDER BY CASE change {ranks} END, entity_id) <= {examples} "
        f"ORDER BY attribute, CASE change {ranks} END, entity_id"
    )
    steps = [
        Step("changed", changed),
        Step("counted", counted, fetch=True),
        Step("moved", moved, ("changed",), fetch=True),
        Step("examples", some, ("changed",), fetch=True),
        Step("rows", "SELECT count(*) FROM changed", ("changed",), fetch=True),
    ]
    if target:
        order = "SELECT * FROM changed ORDER BY attribute, entity_id"
        steps.append(copy_step("output", order, target, iter(("changed",))))
    return steps


def in_order(counts: Counter[T]) -> list[tuple[T, int]]:
    """Counts, the largest first, equal ones in the order of what is counted."""
    return sorted(counts.items(), key=lambda one: (-one[1], str(one[0])))


def _relation(file: Path | None, entities: Sequence[str]) -> str:
    """The golden records of one side, as far as they are compared."""
    if file is None or not entities:
        return NO_ROWS
    named = ", ".join(map(quote, entities))
    columns = ("entity_id", "attribute", *TOLD, "valid_until", "disagree")
    return (
        f"SELECT {', '.join(columns)} FROM read_parquet({quote(str(file))}) "
        f"WHERE split_part(attribute, '.', 1) IN ({named})"
    )


def _tallies(outcomes: Mapping[str, Outcome]) -> dict[str, Tally]:
    found: dict[str, Tally] = defaultdict(Tally)
    for attribute, *numbers in outcomes["counted"].rows:
        tally = found[str(attribute)]
        counts = [int(str(number)) for number in numbers]
        tally.before, tally.after, tally.contested_before, tally.contested_after = counts[:4]
        tally.decided_otherwise, tally.other_last_day = counts[4:]
    for attribute, change, *moves, count in outcomes["moved"].rows:
        tally, number = found[str(attribute)], int(str(count))
        state_before, state_after, source_before, source_after = map(_text, moves)
        tally.changes[cast(Kind, change)] += number
        tally.moves[source_before, source_after] += number
        tally.states[cast("State | None", state_before), cast("State | None", state_after)] += (
            number
        )
    for attribute, entity, change, *told in outcomes["examples"].rows:
        before, after = _golden(told[::2]), _golden(told[1::2])
        one = ChangedValue(
            entity_id=str(entity), change=cast(Kind, change), before=before, after=after
        )
        found[str(attribute)].examples.append(one)
    return dict(found)


def _golden(told: Iterable[object]) -> Golden | None:
    texts = dict(zip(TOLD, map(_text, told), strict=True))
    return Golden.model_validate(texts) if texts["state"] else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)
