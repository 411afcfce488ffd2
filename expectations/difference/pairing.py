"""Puts the rows of two calculations beside each other, each row with its partner in the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from catalog.tables import ENTITY_ID
from expectations.difference.grounds import Grounds
from expectations.difference.ingredients import Ingredients, NotTaken, addresses_of
from expectations.engine.expressions import canonical, cleanse, misfit, parse
from expectations.engine.functions import literal, quote, quote_name, render
from expectations.engine.reading import Reading
from expectations.engine.sandbox import Step
from expectations.engine.wanted import Dialect
from expectations.plan import DatasetPlan
from expectations.sources.port import Extract

Mode = Literal["same", "row", "entity"]
KEY, COUNTS, TIME = "td key", "td counts", "td time"
LEFT, RIGHT = "left", "right"


@dataclass(frozen=True)
class Pair:
    """Two calculations taken apart, and how their rows are matched.

    `same`: both read the same rows. `row`: both begin with the rows of one table. `entity`: with
    rows on the same kind of entity; the row that speaks for it is matched with the one that speaks
    for it on the other side, the second with the second.
    """

    number: int
    left: Ingredients
    right: Ingredients
    grounds: Grounds
    dialect: Dialect

    @cached_property
    def mode(self) -> Mode:
        """How the rows are matched; NotTaken where they have nothing in common."""
        if self.left.origin == self.right.origin:
            return "same"
        if self.left.table == self.right.table and not self.grounds.is_golden(self.left.table):
            return "row"
        of = [self.grounds.entity(side.table) for side in (self.left, self.right)]
        if of[0] is None or of[0] != of[1]:
            tables = f"{self.left.table} and {self.right.table}"
            raise NotTaken(f"no row of {tables} can be matched with one of the other")
        return "entity"

    @property
    def table(self) -> str:
        """The quoted name of the table of matched rows.

        Its columns are those of `column`, beside `side` (`both`, or the side that alone has it),
        `why` (why only one side has it) and of each fact told by both `told` (why they may differ).
        """
        return quote_name(f"pair {self.number}")

    @property
    def step(self) -> str:
        """The name of the step that makes the table."""
        return f"pair:{self.number}"

    @cached_property
    def told(self) -> tuple[str, ...]:
        """The facts that both sides tell, each from a column of its own."""
        if self.mode == "same":
            return ()
        mine = [(a, self.grounds.held(self.right, a)) for a in self.left.addresses]
        mine += [(a, self.grounds.held(self.left, a)) for a in self.right.addresses]
        apart = (one for one, other in mine if other and one != other)
        return tuple(dict.fromkeys(self.grounds.subject(one) for one in apart))

    def column(self, side: str, address: str) -> str | None:
        """Where the table holds, of one side, what a column of either side speaks of."""
        mine = self.left if side == LEFT else self.right
        held = self.grounds.held(mine, address)
        if held is None:
            return None
        return quote_name(f"{LEFT if self.mode == 'same' else side} {held}")

    def needed(self, side: str) -> tuple[str, ...]:
        """The columns of one side that are looked at on either."""
        mine = self.left if side == LEFT else self.right
        both = (*self.left.addresses, *self.right.addresses)
        held = (self.grounds.held(mine, address) for address in both)
        return tuple(dict.fromkeys(one for one in held if one))

    @property
    def read(self) -> tuple[str, ...]:
        """Every column of a table that is read: looked at, or matched by."""
        sides = (self.left, self.right)
        on = (one for side in sides for j in side.joins for one in addresses_of(j.on))
        return tuple(dict.fromkeys([*self.needed(LEFT), *self.needed(RIGHT), *on]))

    def making(self) -> Step:
        """The statement that makes the table, after those that make what it reads."""
        tables = dict.fromkeys([*self.left.tables, *self.right.tables])
        needs = tuple(
            f"golden:{one}" if self.grounds.is_golden(one) else f"apart:{one}" for one in tables
        )
        select = self._same() if self.mode == "same" else self._matched()
        return Step(self.step, f"CREATE TABLE {self.table} AS {select}", needs=needs)

    def _same(self) -> str:
        columns = [
            f"{_at(address)} AS {quote_name(f'{LEFT} {address}')}" for address in self.needed(LEFT)
        ]
        key = self._identity(self.left.table)
        listed = ", ".join([*columns, f"{key} AS k", "'both' AS side", "'' AS why"])
        return f"SELECT {listed} FROM {self._from(self.left)}"

    def _matched(self) -> str:
        sides = [(LEFT, self.left), (RIGHT, self.right)]
        relations = ", ".join(
            f"{side_of(name)} AS ({self._rows(name, side)})" for name, side in sides
        )
        columns = [
            f"{side_of(name)}.{quote_name(f'{name} {address}')}"
            for name, _ in sides
            for address in self.needed(name)
        ]
        side = (
            "CASE WHEN \"right\".n IS NULL THEN 'left' "
            "WHEN \"left\".n IS NULL THEN 'right' ELSE 'both' END"
        )
        alone = 'coalesce("left".{0}, "right".{0})'
        why = (
            f"CASE WHEN {alone.format('key')} IS NULL THEN 'source' "
            f"WHEN {alone.format('n')} > 1 THEN 'duplicates' "
            f"WHEN NOT {alone.format('p')} THEN 'population' ELSE 'source' END"
        )
        key = 'coalesce("left".k, "right".k)'
        listed = [*columns, f"{key} AS k", f"{side} AS side", f"{why} AS why"]
        listed += [f"{self._class(one)} AS {self.reason(one)}" for one in self.told]
        return (
            f'WITH {relations} SELECT {", ".join(listed)} FROM "left" FULL JOIN "right" '
            'ON "left".key = "right".key AND "left".n = "right".n'
        )

    def doubts(self, subject: str) -> frozenset[str]:
        """What else than another source may be why two sides tell a fact differently."""
        if self.mode == "same":
            return frozenset()
        return frozenset(
            kind
            for name in (LEFT, RIGHT)
            for address in self._of_sources(name, subject)
            for kind, _ in self._faults(name, address)
        )

    def reason(self, subject: str) -> str:
        """The column that says why what both sides tell of a fact may differ."""
        return quote_name(f"told {subject}")

    def _rows(self, name: str, side: Ingredients) -> str:
        columns = [
            f"{_at(address)} AS {quote_name(f'{name} {address}')}" for address in self.needed(name)
        ]
        base = quote_name(side.table)
        golden = self.grounds.is_golden(side.table)
        counts = "true" if golden else f"{base}.{quote_name(COUNTS)}"
        time = "CAST(NULL AS TIMESTAMP)" if golden else f"{base}.{quote_name(TIME)}"
        order = "0" if golden else f"{base}.rowid"
        identity = self._identity(side.table)
        key = f"{base}.rowid" if self.mode == "row" else identity
        number = (
            f"row_number() OVER (PARTITION BY {key} ORDER BY {counts} DESC, "
            f"{time} DESC NULLS LAST, {order} DESC)"
        )
        listed = [*columns, f"{identity} AS k", f"{key} AS key", f"{counts} AS p", f"{time} AS t"]
        return f"SELECT {', '.join([*listed, f'{number} AS n'])} FROM {self._from(side)}"

    def _identity(self, table: str) -> str:
        column = ENTITY_ID if self.grounds.is_golden(table) else KEY
        return f"CAST({quote_name(table)}.{quote_name(column)} AS VARCHAR)"

    def _from(self, side: Ingredients) -> str:
        listed = f"{self._relation(side.table)} AS {quote_name(side.table)}"
        for joined in side.joins:
            columns = {address: _at(address) for address in addresses_of(joined.on)}
            on = render(joined.on, {}, columns=columns, zone=self.dialect.zone)
            kind = "LEFT JOIN" if joined.is_outer else "JOIN"
            relation = f"{self._relation(joined.table)} AS {quote_name(joined.table)}"
            listed += f" {kind} {relation} ON {on}"
        return listed

    def _relation(self, table: str) -> str:
        return quote_name(f"{'golden' if self.grounds.is_golden(table) else 'apart'} {table}")

    def _class(self, subject: str) -> str:
        """Why what two sides tell of a fact may differ: one is stale, invalid, not of the
        population, or simply another source.
        """
        cases = []
        for name in (LEFT, RIGHT):
            cases.append(f"WHEN NOT \"{name}\".p THEN 'population'")
            cases += [
                f"WHEN {condition} THEN '{kind}'"
                for address in self._of_sources(name, subject)
                for kind, condition in self._faults(name, address)
            ]
        return f"CASE {' '.join(cases)} ELSE 'source' END"

    def _of_sources(self, side: str, subject: str) -> list[str]:
        """The columns of datasets in which one side tells a fact."""
        return [
            address
            for address in self.needed(side)
            if self.grounds.subject(address) == subject
            and not self.grounds.is_golden(self.grounds.table_of(address))
        ]

    def _faults(self, side: str, address: str) -> Iterator[tuple[str, str]]:
        """What may be wrong with a source's value, and how that is told; of golden values alone
        the other side must be, for else nobody says what is right.
        """
        other = self.right if side == LEFT else self.left
        if not any(self.grounds.is_golden(table) for table in other.tables):
            return
        value = quote_name(f"{side} {address}")
        column = self.grounds.spelling(address)
        if column:
            text = cleanse(f"CAST({side_of(side)}.{value} AS VARCHAR)", column.cleanse)
            parsed = parse(text, column.type, self.dialect.zone)
            wrong = [one for one in (misfit(parsed, text, column.type),) if one != "false"]
            if column.values is not None:
                listed = ", ".join(map(quote, column.values))
                wrong.append(f"{canonical(parsed, text, column.type)} NOT IN ({listed})")
            if wrong:
                yield "invalid", f"({' OR '.join(wrong)})"
        if span := self.grounds.span(address):
            first = literal(span.before(self.dialect.as_of))
            yield "stale", f"{side_of(side)}.t < {first}"


def side_of(side: str) -> str:
    """The relation of one side's rows, quoted, for `left` and `right` are words of SQL."""
    return quote_name(side)


def _at(address: str) -> str:
    table, _, column = address.rpartition(".")
    return f"{quote_name(table)}.{quote_name(column)}"


def apart_step(
    dataset: DatasetPlan,
    extract: Extract,
    dialect: Dialect,
    match: Path | None,
    fields: Iterable[str],
) -> Step:
    """Every row of a dataset: these fields, whose row it is, whether it counts, and its time."""
    reading = Reading(dataset, extract, dialect.zone)
    typed = reading.typed_fields()
    values = [f"{typed[key]} AS {quote_name(key)}" for key in dict.fromkeys(fields)]
    counts = "true"
    if dataset.population:
        counts = f"coalesce({dialect.condition(dataset.population, typed)}, false)"
    time = typed.get(dataset.confirmed_by or "", "NULL")
    values += [
        f"{_key(reading, matched=match is not None)} AS {quote_name(KEY)}",
        f"{counts} AS {quote_name(COUNTS)}",
        f"CAST({time} AS TIMESTAMP) AS {quote_name(TIME)}",
    ]
    rows = f"({reading.select()})"
    if match:
        mapped = (
            'SELECT CAST(record_id AS VARCHAR) AS "td record", '
            f'CAST(entity_id AS VARCHAR) AS "td entity" FROM read_parquet({quote(str(match))}) '
            f"WHERE dataset = {quote(dataset.path)}"
        )
        rows += f' LEFT JOIN ({mapped}) ON "td record" = {_own(reading)}'
    table, select = quote_name(f"apart {dataset.path}"), f"SELECT {', '.join(values)} FROM {rows}"
    return Step(f"apart:{dataset.path}", f"CREATE TABLE {table} AS {select}")


def _key(reading: Reading, *, matched: bool) -> str:
    if not matched:
        return _spelled(reading, reading.dataset.id)
    alone = f"{quote(reading.dataset.path + '#')} || {_own(reading)}"
    return f'coalesce("td entity", {alone})'


def _own(reading: Reading) -> str:
    return _spelled(reading, reading.dataset.record or reading.dataset.id)


def _spelled(reading: Reading, key: str | None) -> str:
    if key is None:
        return "CAST(NULL AS VARCHAR)"
    field = reading.dataset.field(key)
    return canonical(reading.typed(key), reading.text(key), field.type)
