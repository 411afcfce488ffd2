"""One cleansed and hashed table per dataset, and the one row of each entity that speaks for it.

Every check on fields, agreement and the golden record read these tables; a source is read once.
What can be told of a row by itself is told while it is read, so that its texts need not be kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal

from catalog.sql import check_condition
from expectations.engine.expressions import (
    KEEPING,
    TEXTS,
    canonical,
    cleanse,
    hash_cleansed,
    hashed,
    misfit,
    parse,
    typed,
)
from expectations.engine.functions import literal, quote, quote_name, render
from expectations.engine.reading import Reading
from expectations.engine.sandbox import Step
from expectations.engine.settling import (
    Settling,
    Spot,
    kept_fields,
    mended,
    spot_of,
    staged,
)
from expectations.plan import Column, DatasetPlan

CONSTANTS = frozenset({"true", "false"})
MATCHED_RECORD, MATCHED_ENTITY = quote_name("matched record"), quote_name("matched entity")


@dataclass(frozen=True)
class Dialect:
    """What stewards' conditions are rendered with: the run's day and the institution's zone."""

    as_of: date
    zone: str

    @property
    def end(self) -> str:
        """The first moment that is not known yet on that day."""
        return literal(self.as_of + timedelta(days=1))

    def condition(self, text: str, columns: Mapping[str, str]) -> str:
        """A steward's condition as DuckDB SQL over the given columns."""
        checked = check_condition(text, columns)
        return render(checked, {"as_of": self.as_of}, columns=columns, zone=self.zone)


@dataclass(frozen=True)
class Condition:
    """A steward's condition on a row, and the field it means by `confirmed_at`.

    By `value` it means what the column holds, where one is given.
    """

    text: str
    confirmed_by: str | None = None
    column: Column | None = None


@dataclass(frozen=True)
class Extra:
    """Something more that is told of each row: its own id, how many fields of it are filled, that
    a column's text is blank, the field's text as the source holds it, the day in a field, or what
    a steward's expression gives.
    """

    kind: Literal["record", "filled", "blank", "raw", "day", "expression"]
    text: str = ""
    column: Column | None = None
    confirmed_by: str | None = None


@dataclass(frozen=True)
class Wanted:
    """What is kept of the columns of a projection.

    Of the `valued` their value, of the `hashed` the hash of what is compared, of the `shown` the
    canonical text; `flags` are predicates on one row, told while it is read. Of the
    `spelled` more is asked than their hash.
    """

    valued: frozenset[Column] = frozenset()
    hashed: frozenset[Column] = frozenset()
    shown: frozenset[Column] = frozenset()
    flags: tuple[str, ...] = ()
    spelled: frozenset[Column] = frozenset()


@dataclass(frozen=True)
class Projection:
    """The table of one dataset: which columns and conditions of it are wanted, and their names.

    Columns of the table: `k` the id, `t` when the row was confirmed, `pop` whether it counts; per
    wanted column i `v{i}` its value (of the valued ones), `d{i}` its canonical text (of the shown
    ones), `h{i}` the hash of what is compared (of the hashed ones), `c{i}` when it was confirmed;
    per condition j `w{j}`, per flag n `j{n}`, per extra n `e{n}`; per looked at time n `x{n}`, true
    where it is there but no time, NULL where it is missing. With `whole_keys` ids are numbers, else
    texts. With `match`, a map of records to entities, `k` is what that says; a record it lacks is
    an entity of its own, `alone`; `o` is what the dataset itself identifies the entity by. Where a
    library may have to settle values, `raw` keeps the fields of rows in which SQL leaves one open.
    """

    reading: Reading
    columns: tuple[Column, ...]
    conditions: tuple[Condition, ...] = ()
    wanted: Wanted = field(default_factory=Wanted)
    whole_keys: bool = False
    times: tuple[str, ...] = ()
    extras: tuple[Extra, ...] = ()
    match: Path | None = None

    @property
    def dataset(self) -> DatasetPlan:
        """The dataset as the plan has it."""
        return self.reading.dataset

    @property
    def table(self) -> str:
        """Every row of the source."""
        return quote_name(f"rows {self.dataset.path}")

    @property
    def counted(self) -> str:
        """The rows that count: those of the population, with `ro`, their order in the source."""
        return quote_name(f"counted {self.dataset.path}")

    @property
    def repeated(self) -> str:
        """The ids that occur more than once (`k`, `n`)."""
        return quote_name(f"repeated {self.dataset.path}")

    @property
    def superseded(self) -> str:
        """The rows of repeated ids that another row speaks for (`ro`)."""
        return quote_name(f"superseded {self.dataset.path}")

    def index(self, column: Column) -> int:
        """The number of a column in this table."""
        return self._places[column]

    @cached_property
    def _places(self) -> Mapping[Column, int]:
        return {column: i for i, column in enumerate(self.columns)}

    def condition(self, text: str | None, column: Column) -> str:
        """The table's column that tells whether a condition is true; `true` without one."""
        if text is None:
            return "true"
        return f"w{self.conditions.index(Condition(text, column.confirmed_by))}"

    def holds(self, text: str, confirmed_by: str | None, column: Column | None = None) -> str:
        """The table's column that tells whether a condition is true, on `value` or on the row."""
        return f"w{self.conditions.index(Condition(text, confirmed_by, column))}"

    def further(self, extra: Extra) -> str:
        """The table's column of an extra."""
        return f"e{self.extras.index(extra)}"

    @property
    def tie(self) -> str:
        """What orders rows of one entity and time: their ids, else all that is known of them."""
        if self.dataset.record:
            return f"{self.further(Extra('record'))} NULLS LAST"
        values = [f"v{i}" for i, c in self._numbered() if c in self.wanted.valued]
        hashes = [f"h{i}" for i, c in self._numbered() if c in self.wanted.hashed]
        conditions = [f"w{j}" for j in range(len(self.conditions))]
        rest = [*hashes, *conditions, *(f"e{n}" for n in range(len(self.extras)))]
        return ", ".join([*values, f"hash({', '.join(rest)})"] if rest else values) or "ro DESC"

    def columns_of(self, attributes: Collection[str]) -> list[str]:
        """The table's columns that speak of attributes, and those that speak of the whole row."""
        found = []
        flags = set()
        for i, column in self._numbered():
            if column.attribute in attributes:
                parts = (("v", "valued"), ("d", "shown"), ("h", "hashed"))
                found += [f"{x}{i}" for x, name in parts if column in getattr(self.wanted, name)]
                found += [f"c{i}"] if column.confirmed_by else []
                flags |= {self.unfit(column), self.unlisted(column)}
        found += [f"j{n}" for flag, n in self._flags.items() if flag in flags]
        conditions = [f"w{j}" for j in range(len(self.conditions))]
        return ["t", *found, *conditions, *(f"e{n}" for n in range(len(self.extras)))]

    def told(self, flag: str) -> str:
        """The table's column that tells a flag; a constant needs none."""
        return flag if flag in CONSTANTS else f"j{self._flags[flag]}"

    def tells(self, flag: str) -> bool:
        """Whether a flag is told of each row."""
        return flag in CONSTANTS or flag in self._flags

    @cached_property
    def _flags(self) -> Mapping[str, int]:
        return {flag: n for n, flag in enumerate(self.wanted.flags)}

    def unread(self, field: str) -> str:
        """The column that tells whether a time of confirmation cannot be read."""
        return f"x{self.times.index(field)}"

    def value(self, column: Column) -> str:
        """While a row is read: the value of a column, NULL where its text fits no value."""
        return f"y{self.index(column)}"

    def text(self, column: Column) -> str:
        """While a row is read: the canonical text of a column."""
        i = self.index(column)
        return canonical(f"y{i}", f"s{i}", column.type)

    def present(self, column: Column) -> str:
        """While a row is read: whether a column holds anything."""
        letter = "y" if self._is_native(column) else "s"
        return f"{letter}{self.index(column)} IS NOT NULL"

    def unfit(self, column: Column) -> str:
        """While a row is read: whether a column holds what does not fit its type."""
        i = self.index(column)
        return "false" if self._is_native(column) else misfit(f"y{i}", f"s{i}", column.type)

    def unlisted(self, column: Column) -> str:
        """While a row is read: whether a column holds what is not among the allowed values."""
        values = ", ".join(quote(value) for value in column.values or ())
        return f"{self.present(column)} AND {self.text(column)} NOT IN ({values})"

    def steps(self, dialect: Dialect) -> list[Step]:
        """The statements that make the table and the views on it."""
        path = self.dataset.path
        name = f"rows:{path}"
        ready = mended(path) if self._spots else name
        counted = f"CREATE VIEW {self.counted} AS SELECT *, rowid AS ro FROM {self.table}" + (
            " WHERE pop" if self.dataset.population else ""
        )
        repeated = (
            f"CREATE TABLE {self.repeated} AS SELECT k, count(*) AS n FROM {self.counted} "
            "WHERE k IS NOT NULL GROUP BY k HAVING count(*) > 1"
        )
        steps = [Step(name, f"CREATE TABLE {self.table} AS {self._select(dialect)}")]
        if self._spots:
            steps += self._settling(dialect).steps()
        steps.append(Step(f"counted:{path}", counted, needs=(ready,)))
        if self.identified:
            steps.append(Step(f"repeated:{path}", repeated, needs=(f"counted:{path}",)))
        return steps

    @property
    def identified(self) -> bool:
        """Whether its rows belong to entities."""
        return bool(self.dataset.id or self.match)

    @property
    def identity(self) -> str:
        """The column of the dataset's own id; of matched rows `k` is the entity's instead."""
        return "o" if self.match and self.dataset.id else "k"

    @property
    def alone(self) -> str:
        """A SELECT of how many counted records the match map lacks; none without a map."""
        return f"SELECT count(*) FROM {self.counted} WHERE alone" if self.match else "SELECT 0"

    @property
    def ready(self) -> str:
        """The step after which everything of this projection stands."""
        return f"{'repeated' if self.identified else 'counted'}:{self.dataset.path}"

    def _select(self, dialect: Dialect) -> str:
        parsed = self._parsed_rows(dialect, self.reading.select(), settled=False)
        if self.match:
            match = f"({self._matched()}) ON {MATCHED_RECORD} = {self._own()}"
            parsed = f"SELECT * FROM ({parsed}) LEFT JOIN {match}"
        return f"SELECT {', '.join(self._final(dialect))} FROM ({parsed})"

    def _parsed_rows(self, dialect: Dialect, rows: str, *, settled: bool) -> str:
        """The fields of `rows` with the texts and values of every column."""
        cleansed = {
            spot: self._claimed(dialect, column, self.reading.text(column.field))
            for column, spot in self._spots.items()
            if not spot.folds
        }
        compared = {
            spot: f"CASE WHEN {self.present(column)} THEN {self.text(column)} END"
            for column, spot in self._spots.items()
            if spot.folds
        }
        texts = [f"{self._cleansed(dialect, c)} AS s{i}" for i, c in self._numbered()]
        values = [f"{self._parsed(i, c)} AS y{i}" for i, c in self._numbered()]
        spotted = staged(rows, cleansed, settled=settled)
        parsed = f"SELECT *{_listed(values)} FROM (SELECT *{_listed(texts)} FROM ({spotted}))"
        return staged(parsed, compared, settled=settled)

    @cached_property
    def _spots(self) -> Mapping[Column, Spot]:
        """Where a library may have to settle the values of a column."""
        wanted = self.wanted
        kept = wanted.valued | wanted.hashed | wanted.shown
        spots = {column: spot_of(i, column) for i, column in self._numbered()}
        return {
            column: spot
            for column, spot in spots.items()
            if spot and (column in wanted.hashed if spot.folds else column in kept or wanted.flags)
        }

    def _settling(self, dialect: Dialect) -> Settling:
        """How open values are settled, and all that depends on them: columns, conditions, flags."""
        rows = self.reading.typed_fields()
        columns = [part for c, spot in self._spots.items() for part in self._of(spot.number, c)]
        conditions = [
            (f"w{j}", self._true(condition, rows, dialect))
            for j, condition in enumerate(self.conditions)
            if condition.column in self._spots
        ]
        flags = [(f"j{n}", flag) for n, flag in enumerate(self.wanted.flags)]
        return Settling(
            self.dataset.path,
            self.table,
            tuple(self._spots.values()),
            lambda rows, settled: self._parsed_rows(dialect, rows, settled=settled),
            dict([*columns, *conditions, *flags]),
        )

    def _matched(self) -> str:
        """The map's lines on this dataset; records and entities are texts in it."""
        return (
            f"SELECT CAST(record_id AS VARCHAR) AS {MATCHED_RECORD}, "
            f"CAST(entity_id AS VARCHAR) AS {MATCHED_ENTITY} "
            f"FROM read_parquet({quote(str(self.match))}) "
            f"WHERE dataset = {quote(self.dataset.path)}"
        )

    def _cleansed(self, dialect: Dialect, column: Column) -> str:
        """The cleansed text of a column on the rows whose field holds it."""
        spot = self._spots.get(column)
        if spot and not spot.folds:
            return spot.text()
        text = cleanse(self.reading.text(column.field), column.cleanse)
        return self._claimed(dialect, column, text)

    def _claimed(self, dialect: Dialect, column: Column, text: str) -> str:
        """A text on the rows whose field holds the column, NULL on others."""
        if not column.rows:
            return text
        fields = self.reading.typed_fields()
        claimed = [
            self._true(Condition(row, column.confirmed_by), fields, dialect) for row in column.rows
        ]
        return f"CASE WHEN {' OR '.join(claimed)} THEN {text} END"

    def _is_native(self, column: Column) -> bool:
        """Whether the source's own values are the column's, with nothing to cleanse or to parse."""
        named = self.dataset.field(column.field)
        plain = not (column.cleanse or column.rows)
        return plain and named.type == column.type and self.reading.is_native(named.key)

    def _parsed(self, i: int, column: Column) -> str:
        if self._is_native(column):
            return quote_name(column.field)
        written = None if "date" in column.cleanse else self.reading.format(column.field)
        return parse(f"s{i}", column.type, self.reading.zone, written)

    def _final(self, dialect: Dialect) -> list[str]:
        rows = self.reading.typed_fields()
        columns = [f"{self._key()} AS k", f"{self._confirmed(None, rows)} AS t"]
        if self.match:
            columns.append(f"{MATCHED_ENTITY} IS NULL AND {self._own()} IS NOT NULL AS alone")
            columns.append(f"{self._identified(self.dataset.id)} AS o")
        if self.dataset.population:
            columns.append(f"{dialect.condition(self.dataset.population, rows)} AS pop")
        for i, column in self._numbered():
            columns += [f"{sql} AS {name}" for name, sql in self._of(i, column)]
            if column.confirmed_by:
                columns.append(f"{self._confirmed(column.confirmed_by, rows)} AS c{i}")
        for j, condition in enumerate(self.conditions):
            columns.append(f"{self._true(condition, rows, dialect)} AS w{j}")
        columns += [f"{self._unread(key, rows)} AS x{n}" for n, key in enumerate(self.times)]
        for n, extra in enumerate(self.extras):
            columns.append(f"{self._extra(extra, rows, dialect)} AS e{n}")
        if self._spots:
            fields = [field.key for field in self.dataset.fields]
            columns.append(f"{kept_fields(tuple(self._spots.values()), fields)} AS raw")
        return [*columns, *(f"{flag} AS j{n}" for n, flag in enumerate(self.wanted.flags))]

    def _of(self, i: int, column: Column) -> list[tuple[str, str]]:
        """What is kept of a column: names and expressions."""
        parts = []
        if column in self.wanted.valued:
            parts.append((f"v{i}", typed(f"y{i}", column.type)))
        if column in self.wanted.shown:
            parts.append((f"d{i}", self.text(column)))
        if column in self.wanted.hashed:
            parts.append((f"h{i}", self._hash(i, column)))
        return parts

    def _hash(self, i: int, column: Column) -> str:
        if column not in self.wanted.spelled and self._can_stay_packed(column):
            packed = self.reading.packed(column.field)
            return hash_cleansed(packed, (*column.cleanse, *column.compare))
        if column.compare:
            spot = self._spots.get(column)
            folded = spot.text() if spot and spot.folds else None
            folded = folded or cleanse(self.text(column), column.compare)
            return f"CASE WHEN {self.present(column)} THEN hash({folded}) END"
        value = typed(f"y{i}", column.type)
        return hashed(value, None if self._is_native(column) else f"s{i}", column.type)

    def _can_stay_packed(self, column: Column) -> bool:
        """Whether the text as the source holds it is all that the hash depends on."""
        is_text = column.type in TEXTS and self.reading.is_packed(column.field)
        trimmed = column.cleanse[:1] == ("trim",) and KEEPING.issuperset(column.compare)
        return is_text and trimmed and not column.rows and column not in self._spots

    def _own(self) -> str:
        """The row's own id as text."""
        return self._identified(self.dataset.record or self.dataset.id)

    def _identified(self, key: str | None) -> str:
        """A field in its canonical spelling."""
        if key is None:
            return "CAST(NULL AS VARCHAR)"
        named = self.dataset.field(key)
        return canonical(self.reading.typed(named.key), self.reading.text(named.key), named.type)

    def _extra(self, extra: Extra, rows: Mapping[str, str], dialect: Dialect) -> str:
        match extra.kind:
            case "record":
                return self._own()
            case "filled":
                filled = (self.reading.text(field.key) for field in self.dataset.fields)
                return " + ".join(f"CAST({text} IS NOT NULL AS INTEGER)" for text in filled)
            case "day":
                return f"CAST({rows[extra.text]} AS DATE)"
            case "expression":
                confirmed = self._confirmed(extra.confirmed_by, rows)
                return dialect.condition(extra.text, {"confirmed_at": confirmed, **rows})
        assert extra.column
        field = extra.column.field
        packed = self.reading.is_packed(field)
        text = self.reading.packed(field) if packed else self.reading.text(field)
        if extra.kind == "raw":
            return f"CAST({text} AS VARCHAR)"
        i = self.index(extra.column)
        return f"({text} IS NOT NULL AND s{i} IS NULL)"

    def _key(self) -> str:
        if self.match:
            alone = f"{quote(self.dataset.path + '#')} || {self._own()}"
            return f"coalesce({MATCHED_ENTITY}, {alone})"
        if self.dataset.id and self.whole_keys:
            return self.reading.typed(self.dataset.id)
        return self._identified(self.dataset.id)

    def _true(self, condition: Condition, rows: Mapping[str, str], dialect: Dialect) -> str:
        confirmed = self._confirmed(condition.confirmed_by, rows)
        named = {"confirmed_at": confirmed, **rows}
        if condition.column:
            value = typed(self.value(condition.column), condition.column.type)
            named["value"] = value
        shown = dialect.condition(condition.text, named)
        return f"coalesce({shown}, false)"

    def _confirmed(self, by: str | None, rows: Mapping[str, str]) -> str:
        named = by or self.dataset.confirmed_by
        return f"CAST({rows[named]} AS TIMESTAMP)" if named else "CAST(NULL AS TIMESTAMP)"

    def _unread(self, key: str, rows: Mapping[str, str]) -> str:
        if self.reading.is_native(key):
            return f"CASE WHEN {rows[key]} IS NOT NULL THEN false END"
        written = cleanse(self.reading.text(key), ("trim",))
        return f"CASE WHEN {written} IS NOT NULL THEN {rows[key]} IS NULL END"

    def _numbered(self) -> list[tuple[int, Column]]:
        return list(enumerate(self.columns))


def _listed(columns: Sequence[str]) -> str:
    return "".join(f", {column}" for column in columns)
