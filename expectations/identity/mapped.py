"""The match map as columns: millions of lines that are read one by one only where asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, overload

from catalog.matched import MATCH_VERSION
from expectations.arrays import read_columns

LINES_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Mapped:
    """One line of the map: a record, the entity it belongs to, and what joined it to others."""

    source: str
    dataset: str
    record_id: str
    entity_id: str
    merged_by: str | None
    score: float | None


class MatchMap(Sequence[Mapped]):
    """The lines of a map, sorted by dataset and record; `table` is an Arrow table of them."""

    def __init__(self, table: Any) -> None:
        self.table = table.cast(_schema())

    @classmethod
    def of(cls, rows: Iterable[Mapped]) -> MatchMap:
        """The map of some lines."""
        import pyarrow as pa

        return cls(pa.Table.from_pylist([asdict(row) for row in rows], schema=_schema()))

    @classmethod
    def read(cls, file: Path) -> MatchMap:
        """The map that was written to a file."""
        return cls(read_columns(file))

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @overload
    def __getitem__(self, place: int) -> Mapped: ...
    @overload
    def __getitem__(self, place: slice) -> MatchMap: ...
    def __getitem__(self, place: int | slice) -> Mapped | MatchMap:
        numbers = range(len(self))[place]
        if isinstance(numbers, int):
            return Mapped(**self.table.slice(numbers, 1).to_pylist()[0])
        return MatchMap(self.table.take(list(numbers)))

    def __iter__(self) -> Iterator[Mapped]:
        for batch in self.table.to_batches(max_chunksize=LINES_AT_ONCE):
            columns = (batch.column(name).to_pylist() for name in _NAMES)
            yield from map(Mapped, *columns)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MatchMap) and bool(self.table.equals(other.table))

    def __hash__(self) -> int:
        return hash(len(self))

    @property
    def entities(self) -> int:
        """How many entities the records are."""
        import pyarrow.compute as pc

        return int(pc.count_distinct(self.table["entity_id"]).as_py())

    @property
    def sizes(self) -> dict[int, int]:
        """How many entities have how many records, the smallest first."""
        import pyarrow.compute as pc

        sizes = pc.value_counts(self.table["entity_id"]).field("counts")
        return dict(sorted(_counts(sizes)))

    def counted(self, column: str) -> dict[str, int]:
        """How many lines hold each value of a column, in the order of the values."""
        return dict(sorted(_counts(self.table[column])))


def as_map(rows: Sequence[Mapped]) -> MatchMap:
    """Lines as a map, which they may be already."""
    return rows if isinstance(rows, MatchMap) else MatchMap.of(rows)


def _counts(values: Any) -> Iterator[tuple[Any, int]]:
    """Each value that is there, and how often."""
    import pyarrow.compute as pc

    for one in pc.value_counts(values).to_pylist():
        if one["values"] is not None:
            yield one["values"], one["counts"]


_NAMES = tuple(field.name for field in fields(Mapped))


def _schema() -> Any:
    import pyarrow as pa

    kinds = {"score": pa.float64()}
    marked = {"tekdogru.schema": f"map-{MATCH_VERSION}"}
    listed = [(name, kinds.get(name, pa.string())) for name in _NAMES]
    return pa.schema(listed, metadata=marked)
