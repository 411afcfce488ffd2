"""What is known of entities beside their sources: who is who, what stewards set, what was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from catalog.corrections import Trust
from expectations.engine.functions import literal, quote
from expectations.engine.wanted import Dialect

NO_INCUMBENTS = (
    "SELECT CAST(NULL AS VARCHAR) AS entity_id, CAST(NULL AS VARCHAR) AS attribute, "
    "CAST(NULL AS VARCHAR) AS dataset, CAST(NULL AS VARCHAR) AS record_id, "
    "CAST(NULL AS VARCHAR) AS value WHERE false"
)


@dataclass(frozen=True)
class Known:
    """Parquet files that a run reads beside the sources.

    `matches` by entity: `dataset, record_id, entity_id`. `overrides`: `entity_id, attribute, value,
    until` (NULL: for ever), and the attributes they speak of. `incumbents` by entity: `entity_id,
    attribute, dataset, record_id, value` of the last golden records that were kept. `living` by
    entity: ids that were merged into others, and the id that lives on. `notes` tell what is stated
    and not in force yet: decisions newer than the matches, trust without evidence. `trust` is what
    was measured of sources, where claims ask for it. `digest` tells whether anything of it changed.
    """

    matches: Mapping[str, Path] = field(default_factory=dict)
    overrides: Path | None = None
    overridden: frozenset[str] = frozenset()
    incumbents: Mapping[str, Path] = field(default_factory=dict)
    living: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    trust: tuple[Trust, ...] = ()
    digest: str = ""

    @property
    def weights(self) -> dict[tuple[str, str], float]:
        """By source and attribute the measured trust, from 0 to 100, where it is known."""
        known = {(one.source, one.attribute): one.weight for one in self.trust}
        return {pair: weight for pair, weight in known.items() if weight is not None}

    @property
    def files(self) -> list[Path]:
        """All files."""
        known = [*self.matches.values(), *self.incumbents.values()]
        return [*known, *([self.overrides] if self.overrides else [])]


def overrides_sql(file: Path, attributes: Iterable[tuple[int, str]], dialect: Dialect) -> str:
    """One row per entity: `o{m}` what was set of attribute m, `p{m}` whether something was."""
    day = literal(dialect.as_of)
    columns = []
    for m, attribute in attributes:
        mine = f"FILTER (WHERE attribute = {quote(attribute)})"
        columns.append(
            f"any_value(CAST(value AS VARCHAR)) {mine} AS o{m}, count(*) {mine} > 0 AS p{m}"
        )
    return (
        f"SELECT CAST(entity_id AS VARCHAR) AS entity, {', '.join(columns)} "
        f"FROM read_parquet({quote(str(file))}) "
        f"WHERE until IS NULL OR CAST(until AS DATE) >= {day} GROUP BY ALL"
    )


def incumbents_sql(file: Path | None, attributes: Iterable[tuple[int, str]]) -> str:
    """One row per entity: dataset `d{m}`, record `r{m}` and value `v{m}` of attribute m."""
    columns = [
        f"any_value(CAST({name} AS VARCHAR)) "
        f"FILTER (WHERE attribute = {quote(attribute)}) AS {x}{m}"
        for m, attribute in attributes
        for x, name in (("d", "dataset"), ("r", "record_id"), ("v", "value"))
    ]
    relation = f"read_parquet({quote(str(file))})" if file else f"({NO_INCUMBENTS})"
    return (
        f"SELECT CAST(entity_id AS VARCHAR) AS entity, {', '.join(columns)} FROM {relation} "
        "GROUP BY ALL"
    )
