"""Ids stay with those who had them, are never given twice, and tell what became of them."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from expectations.identity.ids import Moved, living_ids, name_groups
from expectations.identity.joining import Record

TODAY = date(2026, 11, 22)
RECORDS = [Record(n, f"s{n % 2}.d", str(n)) for n in range(8)]
GROUPINGS = st.lists(st.integers(0, 4), min_size=8, max_size=8)


def grouped(numbers: list[int]) -> dict[int, list[Record]]:
    found: dict[int, list[Record]] = {}
    for record, number in zip(RECORDS, numbers, strict=True):
        found.setdefault(number, []).append(record)
    return found


def test_a_new_id_is_made_of_the_smallest_record_alone() -> None:
    one = name_groups("c", {0: RECORDS[:3]}, {}, (), TODAY)
    other = name_groups("c", {0: RECORDS[:1]}, {}, (), TODAY)
    assert one.ids == other.ids
    assert name_groups("d", {0: RECORDS[:1]}, {}, (), TODAY).ids != other.ids


@given(st.lists(GROUPINGS, min_size=2, max_size=5))
def test_ids_live_on_through_any_merges_and_splits(history: list[list[int]]) -> None:
    former: dict[str, str] = {}
    log: list[Moved] = []
    ever: dict[str, set[str]] = {}
    for numbers in history:
        groups = grouped(numbers)
        used = {m.former for m in log} | {m.entity_id for m in log}
        named = name_groups("c", groups, former, used, TODAY)
        assert len(set(named.ids.values())) == len(groups)
        for number, members in groups.items():
            held = [former[r.name] for r in members if r.name in former]
            if held and len(set(held)) == 1 and list(former.values()).count(held[0]) == len(held):
                assert named.ids[number] == held[0], "whose group did not change keeps its id"
        new = {r.name: named.ids[n] for n, members in groups.items() for r in members}
        moved = {(m.former, m.entity_id) for m in named.moved}
        assert moved == {(former[r], new[r]) for r in former if former[r] != new[r]}
        log += named.moved
        former = new
        for name, id_ in new.items():
            ever.setdefault(id_, set()).add(name)
    again = name_groups("c", grouped(history[-1]), former, (), TODAY)
    assert again.moved == ()
    assert set(again.ids.values()) == set(former.values())


def test_an_alias_leads_to_the_id_that_lives_today() -> None:
    moves = [Moved("merge", "a", "b", 1, TODAY), Moved("merge", "b", "c", 2, TODAY),
             Moved("split", "c", "d", 1, TODAY)]  # fmt: skip
    assert living_ids(moves) == {"a": "c", "b": "c"}
