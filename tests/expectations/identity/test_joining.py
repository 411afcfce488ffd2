"""Laws of joining: what must be apart stays apart, whatever the order in which pairs come."""

from __future__ import annotations

import random
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from catalog.model import Match
from expectations.identity.joining import (
    Joined,
    Words,
    join_by_model,
    join_by_word_and_key,
    open_doubts,
)

MATCH = Match.model_validate(
    {
        "keys": [
            {"attribute": "c.nid", "joins": ["person", "trader"], "across": "same"},
            {"attribute": "c.tax", "joins": ["firm", "trader"]},
        ]
    }
)
KINDS = ["person", "trader", "firm"]
COUNT = 9
NUMBERS = st.integers(0, COUNT - 1)
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS).filter(lambda p: p[0] < p[1]), max_size=4, unique=True)
SCENES = st.fixed_dictionaries(
    {
        "kinds": st.lists(st.sampled_from(["", *KINDS]), min_size=COUNT, max_size=COUNT),
        "nid": st.lists(st.sampled_from(["", "", "N", "M"]), min_size=COUNT, max_size=COUNT),
        "tax": st.lists(st.sampled_from(["", "", "T"]), min_size=COUNT, max_size=COUNT),
        "apart": PAIRS,
        "certain": st.lists(
            st.tuples(st.tuples(NUMBERS, NUMBERS).filter(lambda p: p[0] < p[1]), st.sampled_from([0.9995, 0.9999, 1.0])),
            max_size=12, unique_by=lambda one: one[0],
        ),
    }
)  # fmt: skip
Scene = dict[str, list]  # type: ignore[type-arg]


def joined(scene: Scene, same: tuple[tuple[int, ...], ...] = ()) -> Joined:
    kinds = [(k,) if k else () for k in scene["kinds"]]
    keys = []
    for name in ("nid", "tax"):
        by_value: dict[str, list[int]] = {}
        for n, value in enumerate(scene[name]):
            if value:
                by_value.setdefault(value, []).append(n)
        keys.append(sorted(by_value.items()))
    made = join_by_word_and_key(kinds, MATCH, Words(same, tuple(scene["apart"])), (), keys)
    pairs = sorted(((*pair, p) for pair, p in scene["certain"]), key=lambda e: (-e[2], e[0], e[1]))
    join_by_model(made, pairs)
    return made


def partition(made: Joined) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for n in range(COUNT):
        found.setdefault(made.clusters.find(n), set()).add(n)
    return found


@given(SCENES)
def test_no_group_holds_records_told_apart_or_subtypes_that_are_never_one(scene: Scene) -> None:
    for group in partition(joined(scene)).values():
        kinds = {scene["kinds"][n] for n in group} - {""}
        assert len(kinds) <= 1 or kinds == {"person", "trader"}
        assert not any(set(pair) <= group for pair in scene["apart"])


@given(SCENES, st.integers(0, 99))
def test_the_order_in_which_pairs_are_found_says_nothing(scene: Scene, seed: int) -> None:
    other = dict(scene)
    other["certain"] = random.Random(seed).sample(scene["certain"], len(scene["certain"]))
    other["apart"] = random.Random(seed).sample(scene["apart"], len(scene["apart"]))
    one, two = joined(scene), joined(other)
    assert partition(one) == partition(two)
    assert list(open_doubts(one)) == list(open_doubts(two))


@given(SCENES)
def test_a_pair_the_model_is_certain_of_is_joined_asked_or_ruled_out(scene: Scene) -> None:
    made = joined(scene)
    find = made.clusters.find
    asked = {frozenset((find(d.left), find(d.right))) for d in open_doubts(made)}
    for (left, right), _ in scene["certain"]:
        one = find(left) == find(right)
        known = made.clusters.never(left, right) or made.clusters.told_apart(left, right)
        assert one or known or frozenset((find(left), find(right))) in asked


@given(SCENES, st.tuples(NUMBERS, NUMBERS).filter(lambda p: p[0] < p[1]))
def test_what_a_steward_joined_is_one_whatever_speaks_against_it(
    scene: Scene, pair: tuple[int, int]
) -> None:
    scene = {**scene, "apart": [one for one in scene["apart"] if not set(one) & set(pair)]}
    made = joined(scene, (pair,))
    assert made.clusters.find(pair[0]) == made.clusters.find(pair[1])
    assert made.by.get(pair[0]) == made.by.get(pair[1]) == "steward"


@given(SCENES)
def test_only_groups_of_several_say_what_joined_them(scene: Scene) -> None:
    made = joined(scene)
    for group in partition(made).values():
        for n in group:
            assert (made.by.get(n) is not None) == (len(group) > 1)
            assert (n in made.score) == (made.by.get(n) == "model")


@given(SCENES)
def test_equal_keys_of_one_subtype_are_one_unless_told_apart(scene: Scene) -> None:
    made = joined(scene)
    apart = {n for pair in scene["apart"] for n in pair}
    for left, right in combinations(range(COUNT), 2):
        same_nid = scene["nid"][left] and scene["nid"][left] == scene["nid"][right]
        if same_nid and scene["kinds"][left] == scene["kinds"][right] == "person" and not apart:
            assert made.clusters.find(left) == made.clusters.find(right)
