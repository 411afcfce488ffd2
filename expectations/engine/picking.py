"""Which row of a dataset speaks for an entity, as SQL: the latest that has come."""

from __future__ import annotations

from dataclasses import dataclass

from expectations.engine.projection import Projection
from expectations.engine.sandbox import Step
from expectations.engine.wanted import Dialect


@dataclass(frozen=True)
class Speaker:
    """The one row per entity of a dataset: the latest confirmed, then the last in the source.

    `row` is the condition that picks it where a dataset has many rows per entity.
    """

    dataset: str
    row: str | None = None


def superseded_step(projection: Projection, dialect: Dialect) -> Step:
    """Few ids are repeated: only their rows are sorted."""
    latest = _latest(projection, dialect)
    sql = (
        f"CREATE TABLE {projection.superseded} AS SELECT ro FROM {projection.counted} "
        f"WHERE k IN (SELECT k FROM {projection.repeated}) QUALIFY NOT ({latest})"
    )
    return Step(f"superseded:{projection.dataset.path}", sql, needs=(projection.ready,))


def picked(projection: Projection) -> str:
    """The row that speaks of each entity, where a dataset has one row per entity."""
    return (
        f"SELECT *, true AS here FROM {projection.counted} "
        f"ANTI JOIN {projection.superseded} USING (ro) WHERE k IS NOT NULL"
    )


def picked_of_many(projection: Projection, condition: str, dialect: Dialect) -> str:
    """The row that speaks of each entity among those on which a condition holds."""
    return (
        f"SELECT *, true AS here FROM {projection.counted} "
        f"WHERE k IS NOT NULL AND {condition} QUALIFY {_latest(projection, dialect)}"
    )


def _latest(projection: Projection, dialect: Dialect) -> str:
    """The latest row of an entity that has come, then the last; of many rows the order in the
    source must not matter, so there the row's id decides, or all that is known of it.
    """
    time = f"CASE WHEN t < {dialect.end} THEN t END"
    if projection.dataset.loaded:
        time = "t"
    tie = "ro DESC" if projection.dataset.rows == "one" else projection.tie
    return f"row_number() OVER (PARTITION BY k ORDER BY {time} DESC NULLS LAST, {tie}) = 1"
