"""One cleansed and hashed table per dataset: what is in it, and what its columns are called.

Every check on fields, agreement and the golden record read these tables; a source is read once
(`projecting.py`). What can be told of a row by itself is told while it is read, so that its texts
need not be kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from expectations.engine.expressions import (
    canonical,
    misfit,
)
from expectations.engine.functions import quote, quote_name
from expectations.engine.reading import Reading
from expectations.engine.wanted import Condition, Extra, Wanted
from expectations.plan import Column, DatasetPlan

CONSTANTS = frozenset({"true", "false"})


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
        values = [f"v{i}" for i, c in self.numbered() if c in self.wanted.valued]
        hashes = [f"h{i}" for i, c in self.numbered() if c in self.wanted.hashed]
        conditions = [f"w{j}" for j in range(len(self.conditions))]
        rest = [*hashes, *conditions, *(f"e{n}" for n in range(len(self.extras)))]
        return ", ".join([*values, f"hash({', '.join(rest)})"] if rest else values) or "ro DESC"

    def columns_of(self, attributes: Collection[str]) -> list[str]:
        """The table's columns that speak of attributes, and those that speak of the whole row."""
        found = []
        flags = set()
        for i, column in self.numbered():
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
        letter = "y" if self.is_native(column) else "s"
        return f"{letter}{self.index(column)} IS NOT NULL"

    def unfit(self, column: Column) -> str:
        """While a row is read: whether a column holds what does not fit its type."""
        i = self.index(column)
        return "false" if self.is_native(column) else misfit(f"y{i}", f"s{i}", column.type)

    def unlisted(self, column: Column) -> str:
        """While a row is read: whether a column holds what is not among the allowed values."""
        values = ", ".join(quote(value) for value in column.values or ())
        return f"{self.present(column)} AND {self.text(column)} NOT IN ({values})"

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

    def is_native(self, column: Column) -> bool:
        """Whether the source's own values are the column's, with nothing to cleanse or to parse."""
        named = self.dataset.field(column.field)
        plain = not (column.cleanse or column.rows)
        return plain and named.type == column.type and self.reading.is_native(named.key)

    def numbered(self) -> list[tuple[int, Column]]:
        """The columns and their numbers."""
        return list(enumerate(self.columns))
