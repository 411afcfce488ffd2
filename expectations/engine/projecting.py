"""Makes the table of a projection: reads the source once, cleanses, parses, hashes, tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from expectations.engine.expressions import (
    KEEPING,
    TEXTS,
    canonical,
    cleanse,
    hash_cleansed,
    hashed,
    parse,
    typed,
)
from expectations.engine.functions import quote, quote_name
from expectations.engine.projection import Projection
from expectations.engine.sandbox import Step
from expectations.engine.settling import (
    Settling,
    Spot,
    kept_fields,
    mended,
    spot_of,
    staged,
)
from expectations.engine.wanted import Condition, Dialect, Extra
from expectations.plan import Column

MATCHED_RECORD, MATCHED_ENTITY = quote_name("matched record"), quote_name("matched entity")


@dataclass(frozen=True)
class Projecting:
    """The statements that make the table of a projection on a day, and the views on it."""

    of: Projection
    dialect: Dialect

    def steps(self) -> list[Step]:
        """The statements that make the table and the views on it."""
        path = self.of.dataset.path
        name = f"rows:{path}"
        ready = mended(path) if self._spots else name
        counted = f"CREATE VIEW {self.of.counted} AS SELECT *, rowid AS ro FROM {self.of.table}" + (
            " WHERE pop" if self.of.dataset.population else ""
        )
        repeated = (
            f"CREATE TABLE {self.of.repeated} AS SELECT k, count(*) AS n FROM {self.of.counted} "
            "WHERE k IS NOT NULL GROUP BY k HAVING count(*) > 1"
        )
        steps = [Step(name, f"CREATE TABLE {self.of.table} AS {self._select()}")]
        if self._spots:
            steps += self._settling().steps()
        steps.append(Step(f"counted:{path}", counted, needs=(ready,)))
        if self.of.identified:
            steps.append(Step(f"repeated:{path}", repeated, needs=(f"counted:{path}",)))
        return steps

    def _select(self) -> str:
        parsed = self._parsed_rows(self.of.reading.select(), settled=False)
        if self.of.match:
            match = f"({self._matched()}) ON {MATCHED_RECORD} = {self._own()}"
            parsed = f"SELECT * FROM ({parsed}) LEFT JOIN {match}"
        return f"SELECT {', '.join(self._final())} FROM ({parsed})"

    def _parsed_rows(self, rows: str, *, settled: bool) -> str:
        """The fields of `rows` with the texts and values of every column."""
        cleansed = {
            spot: self._claimed(column, self.of.reading.text(column.field))
            for column, spot in self._spots.items()
            if not spot.folds
        }
        compared = {
            spot: f"CASE WHEN {self.of.present(column)} THEN {self.of.text(column)} END"
            for column, spot in self._spots.items()
            if spot.folds
        }
        texts = [f"{self._cleansed(c)} AS s{i}" for i, c in self.of.numbered()]
        values = [f"{self._parsed(i, c)} AS y{i}" for i, c in self.of.numbered()]
        spotted = staged(rows, cleansed, settled=settled)
        parsed = f"SELECT *{_listed(values)} FROM (SELECT *{_listed(texts)} FROM ({spotted}))"
        return staged(parsed, compared, settled=settled)

    @cached_property
    def _spots(self) -> Mapping[Column, Spot]:
        """Where a library may have to settle the values of a column."""
        wanted = self.of.wanted
        kept = wanted.valued | wanted.hashed | wanted.shown
        spots = {column: spot_of(i, column) for i, column in self.of.numbered()}
        return {
            column: spot
            for column, spot in spots.items()
            if spot and (column in wanted.hashed if spot.folds else column in kept or wanted.flags)
        }

    def _settling(self) -> Settling:
        """How open values are settled, and all that depends on them: columns, conditions, flags."""
        rows = self.of.reading.typed_fields()
        columns = [part for c, spot in self._spots.items() for part in self._of(spot.number, c)]
        conditions = [
            (f"w{j}", self._true(condition, rows))
            for j, condition in enumerate(self.of.conditions)
            if condition.column in self._spots
        ]
        flags = [(f"j{n}", flag) for n, flag in enumerate(self.of.wanted.flags)]
        return Settling(
            self.of.dataset.path,
            self.of.table,
            tuple(self._spots.values()),
            lambda rows, settled: self._parsed_rows(rows, settled=settled),
            dict([*columns, *conditions, *flags]),
        )

    def _matched(self) -> str:
        """The map's lines on this dataset; records and entities are texts in it."""
        return (
            f"SELECT CAST(record_id AS VARCHAR) AS {MATCHED_RECORD}, "
            f"CAST(entity_id AS VARCHAR) AS {MATCHED_ENTITY} "
            f"FROM read_parquet({quote(str(self.of.match))}) "
            f"WHERE dataset = {quote(self.of.dataset.path)}"
        )

    def _cleansed(self, column: Column) -> str:
        """The cleansed text of a column on the rows whose field holds it."""
        spot = self._spots.get(column)
        if spot and not spot.folds:
            return spot.text()
        text = cleanse(self.of.reading.text(column.field), column.cleanse)
        return self._claimed(column, text)

    def _claimed(self, column: Column, text: str) -> str:
        """A text on the rows whose field holds the column, NULL on others."""
        if not column.rows:
            return text
        fields = self.of.reading.typed_fields()
        claimed = [self._true(Condition(row, column.confirmed_by), fields) for row in column.rows]
        return f"CASE WHEN {' OR '.join(claimed)} THEN {text} END"

    def _parsed(self, i: int, column: Column) -> str:
        if self.of.is_native(column):
            return quote_name(column.field)
        written = None if "date" in column.cleanse else self.of.reading.format(column.field)
        return parse(f"s{i}", column.type, self.of.reading.zone, written)

    def _final(self) -> list[str]:
        rows = self.of.reading.typed_fields()
        columns = [f"{self._key()} AS k", f"{self._confirmed(None, rows)} AS t"]
        if self.of.match:
            columns.append(f"{MATCHED_ENTITY} IS NULL AND {self._own()} IS NOT NULL AS alone")
            columns.append(f"{self._identified(self.of.dataset.id)} AS o")
        if self.of.dataset.population:
            columns.append(f"{self.dialect.condition(self.of.dataset.population, rows)} AS pop")
        for i, column in self.of.numbered():
            columns += [f"{sql} AS {name}" for name, sql in self._of(i, column)]
            if column.confirmed_by:
                columns.append(f"{self._confirmed(column.confirmed_by, rows)} AS c{i}")
        for j, condition in enumerate(self.of.conditions):
            columns.append(f"{self._true(condition, rows)} AS w{j}")
        columns += [f"{self._unread(key, rows)} AS x{n}" for n, key in enumerate(self.of.times)]
        for n, extra in enumerate(self.of.extras):
            columns.append(f"{self._extra(extra, rows)} AS e{n}")
        if self._spots:
            fields = [field.key for field in self.of.dataset.fields]
            columns.append(f"{kept_fields(tuple(self._spots.values()), fields)} AS raw")
        return [*columns, *(f"{flag} AS j{n}" for n, flag in enumerate(self.of.wanted.flags))]

    def _of(self, i: int, column: Column) -> list[tuple[str, str]]:
        """What is kept of a column: names and expressions."""
        parts = []
        if column in self.of.wanted.valued:
            parts.append((f"v{i}", typed(f"y{i}", column.type)))
        if column in self.of.wanted.shown:
            parts.append((f"d{i}", self.of.text(column)))
        if column in self.of.wanted.hashed:
            parts.append((f"h{i}", self._hash(i, column)))
        return parts

    def _hash(self, i: int, column: Column) -> str:
        if column not in self.of.wanted.spelled and self._can_stay_packed(column):
            packed = self.of.reading.packed(column.field)
            return hash_cleansed(packed, (*column.cleanse, *column.compare))
        if column.compare:
            spot = self._spots.get(column)
            folded = spot.text() if spot and spot.folds else None
            folded = folded or cleanse(self.of.text(column), column.compare)
            return f"CASE WHEN {self.of.present(column)} THEN hash({folded}) END"
        value = typed(f"y{i}", column.type)
        return hashed(value, None if self.of.is_native(column) else f"s{i}", column.type)

    def _can_stay_packed(self, column: Column) -> bool:
        """Whether the text as the source holds it is all that the hash depends on."""
        is_text = column.type in TEXTS and self.of.reading.is_packed(column.field)
        trimmed = column.cleanse[:1] == ("trim",) and KEEPING.issuperset(column.compare)
        return is_text and trimmed and not column.rows and column not in self._spots

    def _own(self) -> str:
        """The row's own id as text."""
        return self._identified(self.of.dataset.record or self.of.dataset.id)

    def _identified(self, key: str | None) -> str:
        """A field in its canonical spelling."""
        if key is None:
            return "CAST(NULL AS VARCHAR)"
        named = self.of.dataset.field(key)
        reading = self.of.reading
        return canonical(reading.typed(named.key), reading.text(named.key), named.type)

    def _extra(self, extra: Extra, rows: Mapping[str, str]) -> str:
        match extra.kind:
            case "record":
                return self._own()
            case "filled":
                filled = (self.of.reading.text(field.key) for field in self.of.dataset.fields)
                return " + ".join(f"CAST({text} IS NOT NULL AS INTEGER)" for text in filled)
            case "day":
                return f"CAST({rows[extra.text]} AS DATE)"
            case "expression":
                confirmed = self._confirmed(extra.confirmed_by, rows)
                return self.dialect.condition(extra.text, {"confirmed_at": confirmed, **rows})
        assert extra.column
        field = extra.column.field
        packed = self.of.reading.is_packed(field)
        text = self.of.reading.packed(field) if packed else self.of.reading.text(field)
        if extra.kind == "raw":
            return f"CAST({text} AS VARCHAR)"
        i = self.of.index(extra.column)
        return f"({text} IS NOT NULL AND s{i} IS NULL)"

    def _key(self) -> str:
        if self.of.match:
            alone = f"{quote(self.of.dataset.path + '#')} || {self._own()}"
            return f"coalesce({MATCHED_ENTITY}, {alone})"
        if self.of.dataset.id and self.of.whole_keys:
            return self.of.reading.typed(self.of.dataset.id)
        return self._identified(self.of.dataset.id)

    def _true(self, condition: Condition, rows: Mapping[str, str]) -> str:
        confirmed = self._confirmed(condition.confirmed_by, rows)
        named = {"confirmed_at": confirmed, **rows}
        if condition.column:
            value = typed(self.of.value(condition.column), condition.column.type)
            named["value"] = value
        shown = self.dialect.condition(condition.text, named)
        return f"coalesce({shown}, false)"

    def _confirmed(self, by: str | None, rows: Mapping[str, str]) -> str:
        named = by or self.of.dataset.confirmed_by
        return f"CAST({rows[named]} AS TIMESTAMP)" if named else "CAST(NULL AS TIMESTAMP)"

    def _unread(self, key: str, rows: Mapping[str, str]) -> str:
        if self.of.reading.is_native(key):
            return f"CASE WHEN {rows[key]} IS NOT NULL THEN false END"
        written = cleanse(self.of.reading.text(key), ("trim",))
        return f"CASE WHEN {written} IS NOT NULL THEN {rows[key]} IS NULL END"


def _listed(columns: Sequence[str]) -> str:
    return "".join(f", {column}" for column in columns)
