"""What is wanted of a dataset's rows: conditions, further columns, what is kept of each column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from catalog.sql import check_condition
from expectations.engine.functions import literal, render
from expectations.plan import Column


@dataclass(frozen=True)
class Dialect:
    """What stewards' conditions are rendered with: the run's day and the institution's zone.

    `weights` are the measured trust, from 0 to 100, by source and attribute.
    Of a day to come, nothing is known that is confirmed after `known_by`.
    """

    as_of: date
    zone: str
    weights: Mapping[tuple[str, str], float] = field(default_factory=dict, hash=False)
    known_by: date | None = None

    @property
    def end(self) -> str:
        """The first moment that is not known yet on that day."""
        return literal((self.known_by or self.as_of) + timedelta(days=1))

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
