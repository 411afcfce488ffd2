"""What a column of a query comes from: origins, what each is used for, and what was lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

Use = Literal["direct", "computed", "aggregated", "rows", "filter", "join", "group", "order"]
Dependency = Literal["value", "condition"]
Why = Literal[
    "unknown table", "unknown column", "ambiguous", "unknown star", "dynamic", "unreadable"
]
State = Literal["resolved", "constant", "unresolved"]

ROWS = "*"
"""Stands for a table's rows as such, in place of a column."""

_STEPS: tuple[Use, ...] = ("direct", "computed", "aggregated", "rows")


class Origin(NamedTuple):
    """A column of a table and what it is used for.

    The value of a column is taken as it is (`direct`), calculated with (`computed`), put together
    over several rows (`aggregated`), or the rows of a table are counted (`rows`, column `*`).
    The other uses are conditions: they decide which rows or values are taken (`filter`), which
    rows belong together (`join`, `group`) or come first (`order`).
    """

    table: str
    column: str
    use: Use


class Missed(NamedTuple):
    """A piece of a statement that leads nowhere: its text, the kind of reason, and the reason."""

    text: str
    why: Why
    reason: str


@dataclass(frozen=True)
class Output:
    """One column of a query: its name, what it comes from, and what of it leads nowhere."""

    name: str
    origins: frozenset[Origin] = frozenset()
    missed: tuple[Missed, ...] = ()

    @property
    def state(self) -> State:
        """`constant` when it rests on no data at all, `unresolved` when a part of it is lost."""
        if self.missed:
            return "unresolved"
        return "resolved" if self.origins else "constant"

    def renamed(self, name: str) -> Output:
        """The same column under another name."""
        return Output(name, self.origins, self.missed)


def dependency(use: Use) -> Dependency:
    """Whether a use gives the value itself or only decides about it."""
    return "value" if use in _STEPS else "condition"


def taken(origins: Iterable[Origin], use: Use) -> Iterable[Origin]:
    """Origins of something that is itself used in a further step."""
    if use == "direct":
        return origins
    if use not in _STEPS:
        return {Origin(table, column, use) for table, column, _ in origins}
    return {_further(origin, use) for origin in origins}


def _further(origin: Origin, use: Use) -> Origin:
    """Of two steps the stronger counts; a condition stays one."""
    if origin.use not in _STEPS or _STEPS.index(origin.use) >= _STEPS.index(use):
        return origin
    return Origin(origin.table, origin.column, use)


def merged(name: str, outputs: Iterable[Output]) -> Output:
    """One column that may hold the value of any of several."""
    parts = list(outputs)
    origins = frozenset().union(*(part.origins for part in parts))
    missed = dict.fromkeys(miss for part in parts for miss in part.missed)
    return Output(name, origins, tuple(missed))
