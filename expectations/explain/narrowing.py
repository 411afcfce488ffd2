"""Narrows what is read to the rows of one entity, before anything else is done with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from expectations.engine.contest import Asked
from expectations.engine.counting import Scope
from expectations.engine.expressions import canonical
from expectations.engine.functions import quote
from expectations.engine.projection import Projection
from expectations.engine.reading import Reading

EXPLAINED = Asked(told=True, contested=True)


def narrow(scope: Scope, id_: str) -> Scope:
    """The scope with the rows of one entity alone, and of ids that differ in capitals and zeros in
    front, so that one who mistyped can be told; joins tell all that they can.
    """
    projections = {
        path: replace(one, reading=replace(one.reading, only=_only(one, id_)))
        for path, one in scope.projections.items()
    }
    joins = {
        key: replace(join, projections=projections, asked=EXPLAINED)
        for key, join in scope.joins.items()
    }
    return replace(scope, projections=projections, joins=joins)


def located(projections: Mapping[str, Projection]) -> str:
    """A SELECT of dataset, id, number of rows, and how many of them count."""
    return " UNION ALL ".join(
        f"SELECT {quote(path)}, CAST(k AS VARCHAR), count(*), "
        f"count_if({'coalesce(pop, false)' if one.dataset.population else 'true'}) "
        f"FROM {one.table} WHERE k IS NOT NULL GROUP BY k"
        for path, one in projections.items()
        if one.identified
    )


def _only(projection: Projection, id_: str) -> str:
    reading, dataset = projection.reading, projection.dataset
    if not projection.match:
        return _alike(_spelled(reading, dataset.id), id_) if dataset.id else "false"
    own = _spelled(reading, dataset.record or dataset.id)
    matched = (
        f"SELECT CAST(record_id AS VARCHAR) FROM read_parquet({quote(str(projection.match))}) "
        f"WHERE dataset = {quote(dataset.path)} "
        f"AND {_alike('CAST(entity_id AS VARCHAR)', id_)}"
    )
    alone = f"{quote(dataset.path + '#')} || {own}"
    return f"({own} IN ({matched}) OR {_alike(alone, id_)})"


def _spelled(reading: Reading, key: str | None) -> str:
    """A field that identifies something, in its one spelling."""
    named = reading.dataset.field(str(key))
    return canonical(reading.typed(named.key), reading.text(named.key), named.type)


def _alike(sql: str, id_: str) -> str:
    return f"ltrim(lower({sql}), '0') = ltrim(lower({quote(id_)}), '0')"
