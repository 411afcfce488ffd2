"""Runs two calculations on generated databases in the guarded child, and compares their numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from sqlglot import exp

from catalog.periods import PeriodUnit
from expectations.engine.expressions import SQL_TYPES
from expectations.engine.functions import RenderError, literal, quote_name, render
from expectations.engine.sandbox import Limits, Outcome, Step, run_steps
from expectations.equality.constants import constants_of
from expectations.equality.generated import EVERY, Database, Needed, Row, databases

DB = "918273645546372819"
"""Stands in a statement for the number of the database it runs on."""
NEARLY = Decimal("1e-9")
MOST_ROWS_SHRUNK = 8
FIRST = (30, 34, 38)
"""The databases that tell most pairs apart: complete ones with some rows, one of each period."""


@dataclass(frozen=True)
class Side:
    """A calculation as it is run: its statement, its periods' length, its unit in ones."""

    tree: exp.Expr
    period: PeriodUnit
    unit: Decimal


@dataclass(frozen=True)
class Pair:
    """Two calculations and the tables that either reads."""

    left: Side
    right: Side
    needed: Needed


@dataclass(frozen=True)
class Seen:
    """What both gave on one database, in ones of their unit; None where there was no number."""

    database: Database
    left: Decimal | None
    right: Decimal | None

    @property
    def agree(self) -> bool:
        """Whether they are one number, but for the last digits of a quotient."""
        if self.left is None or self.right is None:
            return self.left is self.right
        allowed = NEARLY * max(Decimal(1), abs(self.left), abs(self.right))
        return abs(self.left - self.right) <= allowed

    @property
    def is_plain(self) -> bool:
        """Whether nothing was missing: no value of the data, and neither number."""
        return self.database.complete and None not in (self.left, self.right)

    @property
    def tells(self) -> bool:
        """Whether there was anything to compare: a number other than 0 on either side."""
        return bool(self.left) or bool(self.right)


@dataclass(frozen=True)
class Ran:
    """Everything that was seen of a pair; `failed` says why it could not be run."""

    seen: tuple[Seen, ...] = ()
    failed: str | None = None

    @property
    def apart(self) -> tuple[Seen, ...]:
        """Where they differed, two numbers before one and none, the smallest database first."""
        apart = (seen for seen in self.seen if not seen.agree)
        return tuple(sorted(apart, key=lambda s: (None in (s.left, s.right), s.database.size)))


def run_pairs(
    pairs: Mapping[str, Pair], limits: Limits, zone: str, seconds: float, seed: int = 0
) -> dict[str, Ran]:
    """Every pair on databases of its own, all in one child process; ran pairs by name.

    Nearly all that differ do so on the first few already, and with nothing missing; only the others
    are run on the rest.
    """
    found = _run_numbers(pairs, FIRST, limits, zone, seconds, seed)
    left = {
        name: pairs[name]
        for name, ran in found.items()
        if not ran.failed and not any(seen.is_plain for seen in ran.apart)
    }
    rest = [number for number in EVERY if number not in FIRST]
    for name, ran in _run_numbers(left, rest, limits, zone, seconds, seed).items():
        found[name] = Ran((*found[name].seen, *ran.seen), ran.failed)
    return found


def _run_numbers(
    pairs: Mapping[str, Pair],
    numbers: Sequence[int],
    limits: Limits,
    zone: str,
    seconds: float,
    seed: int,
) -> dict[str, Ran]:
    """Every pair on its databases of these numbers."""
    made = {}
    for name, pair in pairs.items():
        constants = constants_of((pair.left.tree, pair.right.tree))
        made[name] = databases(pair.needed, constants, seed, numbers)
    return run_on(pairs, made, limits, zone, seconds)


def run_on(
    pairs: Mapping[str, Pair],
    made: Mapping[str, Sequence[Database]],
    limits: Limits,
    zone: str,
    seconds: float,
) -> dict[str, Ran]:
    """Every pair on the databases given for it."""
    steps: list[Step] = []
    refused: dict[str, Ran] = {}
    for name, pair in pairs.items():
        try:
            steps += _steps(name, pair, made[name], zone, seconds)
        except RenderError as error:
            refused[name] = Ran(failed=str(error))
    outcomes = run_steps(steps, readable=(), limits=limits) if steps else {}
    found = {
        name: refused.get(name) or _read(pairs[name], made[name], outcomes, f"{name}:")
        for name in pairs
    }
    stumbled = [name for name, ran in found.items() if ran.failed and name not in refused]
    return found | {
        name: _one_by_one(name, pairs[name], made[name], limits, zone, seconds)
        for name in stumbled
        if outcomes[f"{name}:both"].failure and len(made[name]) > 1
    }


def _one_by_one(
    name: str, pair: Pair, made: Sequence[Database], limits: Limits, zone: str, seconds: float
) -> Ran:
    """A pair that fails on some data, a number that grows too large for one, without these."""
    tables = list(_filling(name, pair, made))
    needs = tuple(step.name for step in tables)
    asked = zip(made, _asked(name, pair, made, zone), strict=True)
    steps = [
        Step(f"{name}:{one.number}", sql, needs=needs, fetch=True, seconds=seconds)
        for one, sql in asked
    ]
    outcomes = run_steps([*tables, *steps], readable=(), limits=limits)
    seen, failed = [], ""
    for database, step in zip(made, steps, strict=True):
        outcome = outcomes[step.name]
        if outcome.failure:
            failed = failed or outcome.failure.message
            continue
        _, left, right = outcome.rows[0]
        numbers = _number(left, pair.left.unit), _number(right, pair.right.unit)
        seen.append(Seen(database, *numbers))
    few = len(seen) * 2 < len(made)
    return Ran(failed=failed) if few else Ran(tuple(seen))


def smallest(pair: Pair, limits: Limits, zone: str, seconds: float, seed: int = 0) -> Seen | None:
    """The smallest of all databases on which the two differ, with the fewest of its rows on which
    they still do, where these are few enough to try.
    """
    apart = _run_numbers({"": pair}, EVERY, limits, zone, seconds, seed)[""].apart
    if not apart:
        return None
    seen = apart[0]
    places = [(t, at) for t, rows in seen.database.rows.items() for at in range(len(rows))]
    if not places or len(places) > MOST_ROWS_SHRUNK:
        return seen
    fewer = [
        replace(seen.database, number=number, rows=_kept(seen.database, chosen))
        for number, chosen in enumerate(
            chosen for count in range(len(places)) for chosen in combinations(places, count)
        )
    ]
    ran = run_on({"fewer": pair}, {"fewer": fewer}, limits, zone, seconds)["fewer"]
    return next(iter(ran.apart), seen)


def _kept(database: Database, chosen: Iterable[tuple[str, int]]) -> dict[str, tuple[Row, ...]]:
    kept = set(chosen)
    return {
        table: tuple(row for at, row in enumerate(rows) if (table, at) in kept)
        for table, rows in database.rows.items()
    }


def _steps(
    name: str, pair: Pair, made: Sequence[Database], zone: str, seconds: float
) -> Iterator[Step]:
    tables = list(_filling(name, pair, made))
    yield from tables
    asked = list(_asked(name, pair, made, zone))
    yield Step(
        f"{name}:both",
        " UNION ALL ".join(asked),
        needs=tuple(step.name for step in tables),
        fetch=True,
        seconds=seconds,
    )


def _filling(name: str, pair: Pair, made: Sequence[Database]) -> Iterator[Step]:
    """The steps that make the tables, each with its rows in all databases."""
    for table in pair.needed.tables:
        step = f"{name}:{table}"
        yield Step(step, _filled(step, table, pair.needed, made))


def _filled(step: str, table: str, needed: Needed, made: Sequence[Database]) -> str:
    """The rows of one table in all databases, as one table."""
    columns = needed.tables[table]
    rows = [
        f"({database.number}, {', '.join(map(literal, row))})"
        for database in made
        for row in database.rows[table]
    ]
    rows.append(f"(-1{', NULL' * len(columns)})")
    names = ", ".join(quote_name(column) for column in columns)
    typed = ", ".join(
        f"CAST({quote_name(column)} AS {SQL_TYPES.get(kind, 'VARCHAR')}) AS {quote_name(column)}"  # type: ignore[call-overload]
        for column, kind in columns.items()
    )
    values = ", ".join(rows)
    return (
        f'CREATE TABLE {quote_name(step)} AS SELECT "in db", {typed} '
        f'FROM (VALUES {values}) AS given("in db", {names})'
    )


def _asked(name: str, pair: Pair, made: Sequence[Database], zone: str) -> Iterator[str]:
    """Both numbers on each database; a statement is rendered once for each period."""
    rendered: dict[tuple[object, ...], str] = {}
    for database in made:
        sides = []
        for side in (pair.left, pair.right):
            key = (id(side), database.end)
            if key not in rendered:
                rendered[key] = _rendered(name, side, pair.needed, database, zone)
            sides.append(rendered[key].replace(DB, str(database.number)))
        yield f"SELECT {database.number} AS number, ({sides[0]}) AS l, ({sides[1]}) AS r"


def _rendered(name: str, side: Side, needed: Needed, database: Database, zone: str) -> str:
    tables = {
        table: f"(SELECT {', '.join(map(quote_name, columns))} FROM "
        f'{quote_name(f"{name}:{table}")} WHERE "in db" = {DB})'
        for table, columns in needed.tables.items()
    }
    return render(side.tree, database.parameters(side.period), tables=tables, zone=zone)


def _read(
    pair: Pair, made: Sequence[Database], outcomes: Mapping[str, Outcome], prefix: str
) -> Ran:
    broken = next(
        (o.failure for n, o in outcomes.items() if n.startswith(prefix) and o.failure), None
    )
    if broken is not None:
        return Ran(failed=broken.message)
    given = {row[0]: row[1:] for row in outcomes[f"{prefix}both"].rows}
    seen = []
    for database in made:
        left, right = given[database.number]
        seen.append(Seen(database, _number(left, pair.left.unit), _number(right, pair.right.unit)))
    return Ran(tuple(seen))


def _number(value: object, unit: Decimal) -> Decimal | None:
    """A finite number in ones; None for anything else: a division by zero has none."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return Decimal(str(value)) * unit
