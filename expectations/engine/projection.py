"""One cleansed and hashed table per dataset, and the one row of each entity that speaks for it.

Every check on fields, agreement and the golden record read these tables; a source is read once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.sql import check_condition
from expectations.engine.expressions import canonical, cleanse, misfit, parse, read_text
from expectations.engine.functions import quote_name, render
from expectations.engine.sandbox import Step
from expectations.plan import Column, DatasetPlan, FieldPlan
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
    wanted column i `v{i}` the cleansed value, `h{i}` its hash for comparison, `b{i}` whether it
    does not fit its type, `c{i}` when it was confirmed; per condition j `w{j}`.
    """

    dataset: DatasetPlan
    columns: tuple[Column, ...]
    conditions: tuple[Condition, ...]

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
        raw = self._raw(extract, dialect)
        texts = [f"{cleanse(quote_name(c.field), c.cleanse)} AS s{i}" for i, c in self._numbered()]
        values = [
            f"{parse(f's{i}', c.type, dialect.zone, self._field(c).format)} AS y{i}"
            for i, c in self._numbered()
        ]
        staged = f"SELECT *{_listed(texts)} FROM ({raw})"
        parsed = f"SELECT *{_listed(values)} FROM ({staged})"
        return f"SELECT {', '.join(self._final(dialect))} FROM ({parsed})"

    def _raw(self, extract: Extract, dialect: Dialect) -> str:
        columns = []
        for field in self.dataset.fields:
            text = read_text(
                quote_name(field.column), extract.types.get(field.column, ""), dialect.zone
            )
            if self.dataset.decimal == "," and field.type in ("decimal", "money"):
                text = f"replace(replace({text}, '.', ''), ',', '.')"
            columns.append(f"{text} AS {quote_name(field.key)}")
        return f"SELECT {', '.join(columns)} FROM {extract.relation}"

    def _final(self, dialect: Dialect) -> list[str]:
        rows = self.typed_fields(dialect)
        columns = [f"{self._key(dialect)} AS k", f"{self._confirmed(None, rows)} AS t"]
        if self.dataset.population:
            columns.append(
                f"coalesce({dialect.condition(self.dataset.population, rows)}, false) AS pop"
            )
        for i, column in self._numbered():
            value = canonical(f"y{i}", f"s{i}", column.type)
            folded = cleanse(value, column.compare) if column.compare else value
            columns += [
                f"{value} AS v{i}",
                f"CASE WHEN s{i} IS NOT NULL THEN hash({folded}) END AS h{i}",
                f"{misfit(f'y{i}', f's{i}', column.type)} AS b{i}",
            ]
            if column.confirmed_by:
                columns.append(f"{self._confirmed(column.confirmed_by, rows)} AS c{i}")
        for j, condition in enumerate(self.conditions):
            confirmed = self._confirmed(condition.confirmed_by, rows)
            shown = dialect.condition(condition.text, {"confirmed_at": confirmed, **rows})
            columns.append(f"coalesce({shown}, false) AS w{j}")
        return columns

    def typed_fields(self, dialect: Dialect) -> dict[str, str]:
        """Each field as a typed expression over its text, as stewards' SQL sees it."""
        return {
            field.key: parse(quote_name(field.key), field.type, dialect.zone, field.format)
            for field in self.dataset.fields
        }

    def _key(self, dialect: Dialect) -> str:
        if not self.dataset.id:
            return "NULL"
        field = self.dataset.field(self.dataset.id)
        text = quote_name(field.key)
        return canonical(parse(text, field.type, dialect.zone, field.format), text, field.type)

    def _confirmed(self, by: str | None, rows: Mapping[str, str]) -> str:
        field = by or self.dataset.confirmed_by
        return f"CAST({rows[field]} AS TIMESTAMP)" if field else "CAST(NULL AS TIMESTAMP)"

    def _field(self, column: Column) -> FieldPlan:
        return self.dataset.field(column.field)

    def _numbered(self) -> list[tuple[int, Column]]:
        return list(enumerate(self.columns))


def _listed(columns: Sequence[str]) -> str:
    return "".join(f", {column}" for column in columns)
