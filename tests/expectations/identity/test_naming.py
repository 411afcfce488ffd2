"""Naming all groups on columns gives what naming them one by one gives."""

from __future__ import annotations

from datetime import date

import duckdb
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.identity.clusters import Clusters
from expectations.identity.ids import name_groups
from expectations.identity.joining import Joined, JoinedBy, Record
from expectations.identity.loading import Loaded
from expectations.identity.mapped import Mapped, MatchMap
from expectations.identity.naming import name_all

TODAY = date(2026, 11, 22)
COUNT = 10
RECORDS = [Record(n, f"s{n // 5}.d", str(n)) for n in range(COUNT)]
GROUPINGS = st.lists(st.integers(0, 5), min_size=COUNT, max_size=COUNT)
FORMER = st.lists(
    st.sampled_from(["", "", "c-1", "c-2", "c-3", "NEW"]), min_size=COUNT, max_size=COUNT
)


@settings(max_examples=examples(20, 200), deadline=None)
@given(GROUPINGS, FORMER, st.sets(st.sampled_from(["c-1", "c-9", "NEW"])))
def test_columns_name_what_is_named_one_by_one(
    numbers: list[int], former: list[str], used: set[str]
) -> None:
    joined = grouped(numbers)
    groups: dict[int, list[Record]] = {}
    for record in RECORDS:
        groups.setdefault(joined.clusters.find(record.number), []).append(record)
    # an id that a new group would be given, but that others had or have
    fresh = name_groups("c", {0: RECORDS[:1]}, {}, (), TODAY).ids[0]
    held = [fresh if one == "NEW" else one for one in former]
    given_once = {fresh if one == "NEW" else one for one in used}
    before = {r.name: one for r, one in zip(RECORDS, held, strict=True) if one}
    expected = name_groups("c", groups, before, given_once, TODAY)
    lines = [
        Mapped("s", r.dataset, r.record_id, before[r.name], None, None)
        for r in RECORDS
        if r.name in before
    ]
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE records AS SELECT unnest($n) AS n, unnest($d) AS dataset, "
            "unnest($r) AS record_id",
            {
                "n": list(range(COUNT)),
                "d": [one.dataset for one in RECORDS],
                "r": [one.record_id for one in RECORDS],
            },
        )
        made, moved = name_all(
            "c", Loaded(connection), joined, MatchMap.of(lines), given_once, TODAY
        )
    ids = {f"{one.dataset}/{one.record_id}": one.entity_id for one in made}
    wanted = {r.name: expected.ids[joined.clusters.find(r.number)] for r in RECORDS}
    assert ids == wanted
    assert moved == expected.moved
    assert [one.record_id for one in made] == [one.record_id for one in RECORDS]


def grouped(numbers: list[int]) -> Joined:
    joined = Joined(Clusters([()] * COUNT), JoinedBy(COUNT))
    first: dict[int, int] = {}
    for record, number in enumerate(numbers):
        joined.clusters.join(first.setdefault(number, record), record)
    return joined
