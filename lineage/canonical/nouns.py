"""A calculation in its canonical form, and the ingredients it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

Form = tuple[Any, ...]
"""A tree of plain tuples: the first item names the node. Equal trees are equal calculations."""


@dataclass(frozen=True, order=True)
class Conjunct:
    """One condition of those that must all hold; `sql` names columns as `"alias"."column"`."""

    sql: str
    form: Form = field(compare=False, repr=False, default=())
    aliases: frozenset[str] = field(compare=False, default=frozenset())


@dataclass(frozen=True)
class Source:
    """A table that is read; `alias` is its name, with `#2` behind it where it is read again.

    `table` is the catalog's name (`customer`, `core.accounts`), None for a query in FROM, which
    `sql` holds. The conditions by which an inner join is made are filters like all others; only
    those of an outer join stand in `on`.
    """

    alias: str
    table: str | None
    join: Literal["inner", "left"] = "inner"
    on: tuple[Conjunct, ...] = ()
    sql: str = ""


@dataclass(frozen=True)
class Ingredients:
    """One aggregate of a calculation, and the rows that it looks at.

    `cut_offs` are the conditions that name :as_of, :period_start or :period_end, `filters` all
    others. `argument` is SQL, None for a count of rows.
    """

    aggregate: str
    argument: str | None
    distinct: bool
    sources: tuple[Source, ...]
    filters: tuple[Conjunct, ...] = ()
    cut_offs: tuple[Conjunct, ...] = ()
    form: Form = field(compare=False, repr=False, default=())

    @property
    def tables(self) -> frozenset[str]:
        """The tables of the catalog that are read."""
        return frozenset(source.table for source in self.sources if source.table)

    @property
    def value_sql(self) -> str:
        """The aggregate itself: `count(*)`, `sum("core.accounts"."balance")`."""
        inner = "*" if self.argument is None else self.argument
        return f"{self.aggregate}({'DISTINCT ' if self.distinct else ''}{inner})"

    def select(self) -> str:
        """The SELECT that gives this aggregate alone, as a column `value`."""
        words = [f"SELECT {self.value_sql} AS value"]
        for at, source in enumerate(self.sources):
            read = source.sql or source.table or ""
            named = f'{read} AS "{source.alias}"'
            if at == 0:
                words.append(f"FROM {named}")
            elif source.join == "left":
                on = " AND ".join(one.sql for one in source.on)
                words.append(f"LEFT JOIN {named} ON {on}")
            else:
                words.append(f"CROSS JOIN {named}")
        if conditions := [one.sql for one in (*self.filters, *self.cut_offs)]:
            words.append("WHERE " + " AND ".join(conditions))
        return " ".join(words)


@dataclass(frozen=True)
class Canonical:
    """A calculation that gives one number, however it was written.

    Its number is `scale` times what `form` gives, rounded to `rounding` decimals where that is not
    None. `unit` is what one of the number is in ones of its unit (1000 for thousands of lira), so
    that `scale * unit` compares with that of another. `parts` are its aggregates, each once;
    `loose` is the form for data in which nothing is missing.
    """

    form: Form
    loose: Form = field(compare=False, repr=False, default=())
    scale: Fraction = Fraction(1)
    rounding: int | None = None
    unit: Fraction = Fraction(1)
    parts: tuple[Ingredients, ...] = field(compare=False, default=())

    @property
    def in_ones(self) -> Fraction:
        """What the number is multiplied by once it is expressed in ones of its unit."""
        return self.scale * self.unit

    @property
    def quantum(self) -> Fraction | None:
        """What it is rounded to, in ones of its unit; None where it is not rounded."""
        return None if self.rounding is None else self.unit / Fraction(10) ** self.rounding

    @property
    def alone(self) -> Ingredients | None:
        """Its one aggregate, where it is nothing but that one, scaled and rounded."""
        return self.parts[0] if len(self.parts) == 1 and self.form[0] == "agg" else None
