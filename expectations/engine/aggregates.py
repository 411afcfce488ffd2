"""The SQL of one check: what is counted over which rows, and how its samples are fetched."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Counting:
    """The SQL of one check: aggregates over `relation`, alone or beside others, and its samples.

    `bad` is a predicate on the relation's rows; with `windowed` it belongs behind QUALIFY. `key`
    names what a sample shows. `alone` keeps a statement by itself: a steward's own SQL, which must
    not take others down with it. With `distinct` no key stands on two of its rows.
    """

    relation: str
    needs: str
    rows: str
    compared: str
    violations: str
    bad: str | None = None
    key: str = "k"
    value: str = "NULL"
    only_left: str = "NULL"
    only_right: str = "NULL"
    alone: bool = False
    windowed: bool = False
    view: str | None = None
    distinct: bool = False

    @property
    def aggregates(self) -> tuple[str, ...]:
        """The five numbers and the observed value, in the order of `Counted`."""
        return (
            self.rows,
            self.compared,
            self.violations,
            self.only_left,
            self.only_right,
            self.value,
        )

    def samples(self, most: int) -> str:
        """The statement that fetches the first keys of offending rows, one more than `most`."""
        source = self.view or self.relation
        where = "QUALIFY" if self.windowed else "WHERE"
        rows = f"SELECT {self.key} AS key FROM {source} {where} {self.bad}"
        if not self.distinct:
            rows = f"SELECT DISTINCT key FROM ({rows})"
        first = f"{rows} ORDER BY key LIMIT {most + 1}"
        return f"SELECT CAST(key AS VARCHAR) AS shown FROM ({first}) ORDER BY key"
