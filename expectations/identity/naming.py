"""Names the groups of all records on columns, and makes the map.

Most groups have all records of one former id, or records that never had one: SQL names these. The
few whose records had several ids, or share one with others, are named one by one (`ids.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from expectations.engine.functions import quote
from expectations.identity.ids import DIGITS, Moved, name_groups
from expectations.identity.joining import MERGED_BY, Joined, Record
from expectations.identity.loading import Loaded, numbered
from expectations.identity.mapped import Mapped, MatchMap, as_map

CONTESTED = (
    "SELECT g FROM (SELECT g, count(*) OVER (PARTITION BY g) AS ids, "
    "count(*) OVER (PARTITION BY former) AS groups FROM held) WHERE ids > 1 OR groups > 1 "
    "UNION SELECT g FROM fresh WHERE id IN (SELECT id FROM taken) "
    "UNION SELECT g FROM fresh WHERE id IN (SELECT id FROM fresh GROUP BY id HAVING count(*) > 1)"
)


def name_all(
    entity: str,
    records: Loaded,
    joined: Joined,
    before: Sequence[Mapped],
    used: set[str],
    today: date,
) -> tuple[MatchMap, tuple[Moved, ...]]:
    """The map of all records, and the ids that are others since the map `before`.

    `used` are ids that were given once and moved since.
    """
    import pyarrow as pa

    connection = records.connection
    groups = pa.array(joined.clusters.groups())
    by = pa.array(joined.by.codes)
    records.register("grouped", n=numbered(records.count), g=groups, joined_by=by)
    connection.register(
        "former", as_map(before).table.select(["dataset", "record_id", "entity_id"])
    )
    records.register("used", id=pa.array(sorted(used), pa.string()))
    scores = sorted(joined.score.items())
    records.register(
        "scores",
        n=pa.array([n for n, _ in scores], pa.int64()),
        score=pa.array([score for _, score in scores], pa.float64()),
    )
    for name, sql in _tables(entity).items():
        connection.execute(f"CREATE TEMP TABLE {name} AS {sql}")
    moved = _name_contested(entity, connection, today)
    return MatchMap(connection.sql(_mapped()).to_arrow_table()), moved


def _tables(entity: str) -> dict[str, str]:
    """What SQL finds: former ids by group, new ids, and the ids of groups that are plain."""
    made = f"{quote(entity + '-')} || left(sha256(dataset || chr(31) || record_id), {DIGITS})"
    return {
        "held": "SELECT g, entity_id AS former, count(*) AS records FROM records JOIN grouped "
        "USING (n) JOIN former USING (dataset, record_id) GROUP BY ALL",
        "fresh": f"SELECT n AS g, {made} AS id FROM records JOIN grouped USING (n) "
        "WHERE n = g AND g NOT IN (SELECT g FROM held)",
        "taken": "SELECT entity_id AS id FROM former UNION SELECT id FROM used",
        "contested": CONTESTED,
        "ids": "SELECT * FROM (SELECT g, former AS id FROM held UNION ALL FROM fresh) "
        "WHERE g NOT IN (SELECT g FROM contested)",
    }


def _name_contested(entity: str, connection: Any, today: date) -> tuple[Moved, ...]:
    """Name the groups that SQL left, by weighing who has most records of each former id."""
    found = connection.execute(
        "SELECT g, n, dataset, record_id, entity_id FROM records JOIN grouped USING (n) "
        "LEFT JOIN former USING (dataset, record_id) WHERE g IN (SELECT g FROM contested) "
        "ORDER BY n"
    ).fetchall()
    if not found:
        return ()
    groups: dict[int, list[Record]] = {}
    former = {}
    for group, number, dataset, record_id, id_ in found:
        record = Record(number, dataset, record_id)
        groups.setdefault(group, []).append(record)
        if id_ is not None:
            former[record.name] = id_
    taken = connection.execute("SELECT id FROM taken UNION SELECT id FROM ids").fetchall()
    named = name_groups(entity, groups, former, (id_ for (id_,) in taken), today)
    connection.execute(
        "INSERT INTO ids SELECT unnest($groups), unnest($ids)",
        {"groups": list(named.ids), "ids": list(named.ids.values())},
    )
    return named.moved


def _mapped() -> str:
    cases = " ".join(f"WHEN {n} THEN {quote(by)}" for n, by in enumerate(MERGED_BY, start=1))
    return (
        "SELECT split_part(dataset, '.', 1) AS source, dataset, record_id, id AS entity_id, "
        f"CASE joined_by {cases} END AS merged_by, score FROM records JOIN grouped USING (n) "
        "JOIN ids USING (g) LEFT JOIN scores USING (n) ORDER BY n"
    )
