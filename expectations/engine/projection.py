"""One cleansed and hashed table per dataset, and the one row of each entity that speaks for it.

Every check on fields, agreement and the golden record read these tables; a source is read once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.sql import check_condition
from expectations.engine.expressions import canonical, cleanse, misfit, parse
from expectations.engine.functions import quote_name, render
from expectations.engine.reading import Reading
from expectations.engine.sandbox import Step
from expectations.plan import Column, DatasetPlan
from expectations.sources.port import Extract


@dataclass(frozen=True)
class Dialect:
    """What stewards' conditions are rendered with: the run's day and the institution's zone."""

    as_of: date
    zone: str

    def condition(self, text: str, columns: Mapping[str, str]) -> str:
        """A steward's condition as DuckDB SQL over the given columns."""
        checked = check_condition(text, columns)
        return render(checked, {"as_of": self.as_of}, columns=columns, zone=self.zone)


@dataclass(frozen=True)
class Condition:
    """A steward's condition on a row, and the field it means by `confirmed_at`."""

    text: str
    confirmed_by: str | None = None


@dataclass(frozen=True)
class Projection:
    """The table of one dataset: which columns and conditions of it are wanted, and their names.

    Columns of the table: `k` the id, `t` when the row was confirmed, `pop` whether it counts; per
    wanted column i `v{i}` the cleansed value and `b{i}` whether it does not fit its type (of the
    valued ones), `h{i}` the hash of what is compared (of the hashed ones), `c{i}` when it was
    confirmed; per condition j `w{j}`.
    """

    dataset: DatasetPlan
    columns: tuple[Column, ...]
    conditions: tuple[Condition, ...]
    valued: frozenset[Column]
    hashed: frozenset[Column]

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

    def index(self, column: Column) -> int:
        """The number of a column in this table."""
        return self.columns.index(column)

    def flag(self, text: str | None, column: Column) -> str:
        """The column that tells whether a condition is true; `true` without one."""
        if text is None:
            return "true"
        return f"w{self.conditions.index(Condition(text, column.confirmed_by))}"

    def steps(self, extract: Extract, dialect: Dialect) -> list[Step]:
        """The statements that make the table and the views on it."""
        name = f"rows:{self.dataset.path}"
        counted = f"CREATE VIEW {self.counted} AS SELECT *, rowid AS ro FROM {self.table}" + (
            " WHERE pop" if self.dataset.population else ""
        )
        repeated = (
            f"CREATE TABLE {self.repeated} AS SELECT k, count(*) AS n FROM {self.counted} "
            "WHERE k IS NOT NULL GROUP BY k HAVING count(*) > 1"
        )
        steps = [
            Step(name, f"CREATE TABLE {self.table} AS {self._select(extract, dialect)}"),
            Step(f"counted:{self.dataset.path}", counted, needs=(name,)),
        ]
        if self.dataset.id:
            needs = (f"counted:{self.dataset.path}",)
            steps.append(Step(f"repeated:{self.dataset.path}", repeated, needs=needs))
        return steps

    @property
    def ready(self) -> str:
        """The step after which everything of this projection stands."""
        return f"{'repeated' if self.dataset.id else 'counted'}:{self.dataset.path}"

    def _select(self, extract: Extract, dialect: Dialect) -> str:
        reading = Reading(self.dataset, extract, dialect.zone)
        texts = [f"{self._text(reading, dialect, c)} AS s{i}" for i, c in self._numbered()]
        values = [f"{self._parsed(reading, i, c)} AS y{i}" for i, c in self._numbered()]
        staged = f"SELECT *{_listed(texts)} FROM ({reading.select()})"
        parsed = f"SELECT *{_listed(values)} FROM ({staged})"
        return f"SELECT {', '.join(self._final(reading, dialect))} FROM ({parsed})"

    def _text(self, reading: Reading, dialect: Dialect, column: Column) -> str:
        """The cleansed text of a column on the rows whose field holds it."""
        text = cleanse(reading.text(column.field), column.cleanse)
        if not column.rows:
            return text
        claimed = [
            self._condition(Condition(row, column.confirmed_by), reading.typed_fields(), dialect)
            for row in column.rows
        ]
        return f"CASE WHEN {' OR '.join(claimed)} THEN {text} END"

    def _parsed(self, reading: Reading, i: int, column: Column) -> str:
        field = self.dataset.field(column.field)
        plain = not (column.cleanse or column.rows)
        if field.type == column.type and plain and reading.is_native(field.key):
            return quote_name(field.key)
        return parse(f"s{i}", column.type, reading.zone, reading.format(field.key))

    def _final(self, reading: Reading, dialect: Dialect) -> list[str]:
        rows = reading.typed_fields()
        columns = [f"{self._key(reading)} AS k", f"{self._confirmed(None, rows)} AS t"]
        if self.dataset.population:
            columns.append(f"{dialect.condition(self.dataset.population, rows)} AS pop")
        for i, column in self._numbered():
            columns += self._of_column(i, column)
            if column.confirmed_by:
                columns.append(f"{self._confirmed(column.confirmed_by, rows)} AS c{i}")
        for j, condition in enumerate(self.conditions):
            columns.append(f"{self._condition(condition, rows, dialect)} AS w{j}")
        return columns

    def _of_column(self, i: int, column: Column) -> list[str]:
        value = canonical(f"y{i}", f"s{i}", column.type)
        parts = []
        if column in self.valued:
            parts += [f"{value} AS v{i}", f"{misfit(f'y{i}', f's{i}', column.type)} AS b{i}"]
        if column in self.hashed:
            folded = cleanse(value, column.compare) if column.compare else value
            parts.append(f"CASE WHEN s{i} IS NOT NULL THEN hash({folded}) END AS h{i}")
        return parts

    def _key(self, reading: Reading) -> str:
        if not self.dataset.id:
            return "NULL"
        field = self.dataset.field(self.dataset.id)
        return canonical(reading.typed(field.key), reading.text(field.key), field.type)

    def _condition(self, condition: Condition, rows: Mapping[str, str], dialect: Dialect) -> str:
        confirmed = self._confirmed(condition.confirmed_by, rows)
        shown = dialect.condition(condition.text, {"confirmed_at": confirmed, **rows})
        return f"coalesce({shown}, false)"

    def _confirmed(self, by: str | None, rows: Mapping[str, str]) -> str:
        field = by or self.dataset.confirmed_by
        return f"CAST({rows[field]} AS TIMESTAMP)" if field else "CAST(NULL AS TIMESTAMP)"

    def _numbered(self) -> list[tuple[int, Column]]:
        return list(enumerate(self.columns))


def _listed(columns: Sequence[str]) -> str:
    return "".join(f", {column}" for column in columns)
