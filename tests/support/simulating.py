"""What a simulation must say, found the long way: two real resolves, compared row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from resolving import read_rows

TOLD = ("value", "state", "source", "dataset", "record_id")
Row = Mapping[str, Any]
Difference = dict[tuple[str, str], tuple[Any, ...]]


def difference(before: Path, after: Path) -> Difference:
    """By entity and attribute: what is told of it in one file, then in the other, where they
    differ.
    """
    old, new = _by_value(read_rows(before)), _by_value(read_rows(after))
    told = {key: (_told(old.get(key)), _told(new.get(key))) for key in {**old, **new}}
    return {key: pair for key, pair in told.items() if pair[0] != pair[1]}


def simulated(file: Path) -> Difference:
    """The same as a simulation wrote it."""
    return {
        (row["entity_id"], row["attribute"]): tuple(
            _side(row, side) for side in ("before", "after")
        )
        for row in read_rows(file)
    }


def count_changes(found: Difference) -> dict[str, dict[str, int]]:
    """By attribute: how many change in which way."""
    counted: dict[str, dict[str, int]] = {}
    for (_, attribute), (old, new) in found.items():
        kinds = counted.setdefault(attribute, {})
        kind = _kind(old, new)
        kinds[kind] = kinds.get(kind, 0) + 1
    return counted


def _kind(old: tuple[Any, ...] | None, new: tuple[Any, ...] | None) -> str:
    was, now = old and old[0], new and new[0]
    if was is None and now is None and (old is None or new is None):
        return "appears" if old is None else "vanishes"
    if was != now:
        return "gets" if was is None else "loses" if now is None else "other_value"
    return "state" if old[1] != new[1] else "source"  # type: ignore[index]


def _by_value(rows: Iterable[Row]) -> dict[tuple[str, str], Row]:
    return {(row["entity_id"], row["attribute"]): row for row in rows}


def _told(row: Row | None) -> tuple[Any, ...] | None:
    return tuple(row[name] for name in TOLD) if row else None


def _side(row: Row, side: str) -> tuple[Any, ...] | None:
    told = tuple(row[f"{name}_{side}"] for name in TOLD)
    return told if told[1] is not None else None
