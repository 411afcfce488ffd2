"""Tests which cells are put together: as one number, as a contradiction, alone, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from consolidating import catalog, cell, decided, judged, known, own, report
from hypothesis import given
from hypothesis import strategies as st

from catalog.consolidations import Consolidation
from catalog.model import Catalog
from expectations.consolidation.evidence import Judged
from expectations.consolidation.planning import plan_consolidation

A, B, C = "a/n", "b/n", "c/n"


def verdicts(plan: Consolidation) -> dict[str, set[tuple[str, ...]]]:
    """The paths of the cells of each cluster, by verdict; `unknown` beside them."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for one in plan.clusters:
        paths = tuple(urn.removeprefix("cell:") for urn in one.cells)
        found.setdefault(one.verdict, set()).add(paths)
    if plan.unknown:
        found["unknown"] = {(urn.removeprefix("cell:"),) for urn in plan.unknown}
    return found


def planned(made: Catalog, *judgements: Judged, **more: Any) -> Consolidation:
    return plan_consolidation(known(made, *judgements, **more))


def three(**stated: Any) -> Catalog:
    """Three reports, each with a calculation `n` of its own."""
    return catalog(*(report(key, own("n", **stated)) for key in "abc"))


def test_cells_that_show_one_measure_are_one_number() -> None:
    plan = planned(catalog(report("a", cell("n")), report("b", cell("n"))))
    assert verdicts(plan) == {"same": {(A, B)}}
    assert plan.clusters[0].equality == "identical"
    assert plan.clusters[0].measure == "measure:active"


@pytest.mark.parametrize("how", ["different", "equal_on_all_data_seen", None])
def test_two_slices_of_a_measure_are_two_numbers_whatever_a_judge_says(how: str | None) -> None:
    retail, sme = ({"segment": key} for key in ("retail", "sme"))
    made = catalog(report("a", cell("n", where=retail)), report("b", cell("n", where=sme)))
    plan = planned(made, judged(A, B, how, alike=True))
    assert verdicts(plan) == {"unique": {(A,), (B,)}}


def test_one_slice_of_a_measure_published_twice_is_one_number() -> None:
    where = {"segment": "retail"}
    made = catalog(report("a", cell("n", where=where)), report("b", cell("n", where=where)))
    assert verdicts(planned(made)) == {"same": {(A, B)}}


def test_a_slice_does_not_contradict_another_calculation_of_the_whole() -> None:
    made = catalog(report("a", cell("n", where={"segment": "retail"})), report("b", own("n")))
    plan = planned(made, judged(A, B, "different", alike=True))
    assert verdicts(plan) == {"unique": {(A,), (B,)}}


def test_a_calculation_held_to_a_value_speaks_of_that_slice() -> None:
    """`segment = 'sme'` in its SQL: it contradicts the slice of its name, not the whole."""
    made = catalog(report("a", cell("n", where={"segment": "sme"})), report("b", own("n")))
    against = [judged(one, B, "different", alike=True) for one in (A, "measure:active")]
    implied = {"cell:b/n": (("segment", "sme"),)}
    plan = planned(made, *against, implied=implied)
    assert verdicts(plan) == {"contradictory": {(A, B)}}
    other = planned(made, *against, implied={"cell:b/n": (("segment", "retail"),)})
    assert verdicts(other) == {"unique": {(A,), (B,)}}


def test_a_calculation_proven_to_be_a_slice_is_one_number_with_it() -> None:
    made = catalog(report("a", cell("n", where={"segment": "retail"})), report("b", own("n")))
    plan = planned(made, judged(A, B, "equal_on_all_data_seen"))
    assert verdicts(plan) == {"same": {(A, B)}}
    assert plan.clusters[0].equality == "equal_on_all_data_seen"


def test_equal_calculations_whose_figures_differ_are_a_contradiction_by_figures() -> None:
    made = catalog(report("a", cell("n")), report("b", cell("n")))
    published = {A: {"2026-09": "100", "2026-10": "110"}, B: {"2026-09": "100", "2026-10": "111"}}
    plan = planned(made, published=published)
    assert verdicts(plan) == {"contradictory": {(A, B)}}
    assert plan.clusters[0].because == "figures"
    assert plan.clusters[0].groups == (("cell:a/n",), ("cell:b/n",))


def test_figures_within_tolerance_and_in_other_units_are_one_number() -> None:
    lira = {"currency": "TRY", "scale": 1}
    made = catalog(
        report("a", cell("n", measure="loans", unit={"currency": "TRY", "scale": 1_000_000})),
        report("b", cell("n", measure="loans")),
        loans={"unit": lira, "tolerance": {"relative": 0.001}},
    )
    near = {A: {"2026-10": "12.3"}, B: {"2026-10": "12345678.90"}}
    far = {A: {"2026-10": "12.4"}, B: {"2026-10": "12345678.90"}}
    assert verdicts(planned(made, published=near)) == {"same": {(A, B)}}
    assert verdicts(planned(made, published=far)) == {"contradictory": {(A, B)}}


def test_figures_of_different_periods_are_not_held_against_each_other() -> None:
    made = catalog(report("a", cell("n")), report("b", cell("n")))
    plan = planned(made, published={A: {"2026-09": "1"}, B: {"2026-10": "2"}})
    assert verdicts(plan) == {"same": {(A, B)}}


def test_another_calculation_under_the_same_name_is_a_contradiction() -> None:
    plan = planned(three(), judged(A, B, "different", alike=True), judged(A, C, "different"))
    assert verdicts(plan) == {"contradictory": {(A, B)}, "unique": {(C,)}}
    assert plan.clusters[0].because == "calculation"
    assert plan.clusters[0].equality == "different"


def test_a_cell_named_like_a_measure_that_it_is_not_contradicts_the_measure() -> None:
    made = catalog(report("a", own("n")), report("b", own("n")))
    against = [judged("measure:active", one, "different", alike=True) for one in (A, B)]
    plan = planned(made, *against)
    assert verdicts(plan) == {"contradictory": {(A, B)}}
    assert plan.clusters[0].measure == "measure:active"
    alone = planned(catalog(report("a", own("n"))), against[0])
    assert verdicts(alone) == {"contradictory": {(A,)}}


def test_a_contradiction_joins_the_cluster_of_the_cells_that_are_one() -> None:
    plan = planned(
        three(), judged(A, B, "identical", alike=True), judged(B, C, "different", alike=True)
    )
    assert verdicts(plan) == {"contradictory": {(A, B, C)}}
    assert plan.clusters[0].groups == (("cell:a/n", "cell:b/n"), ("cell:c/n",))


def test_a_wrong_name_does_not_tear_two_numbers_together() -> None:
    """What is called *active* in `c` counts all customers, as `a` and `b` do under their name."""
    made = catalog(*(report(key, own("n")) for key in "abcd"))
    plan = planned(
        made,
        judged(A, B, "identical", alike=True),
        judged(B, C, "identical"),
        judged(C, "d/n", "different", alike=True),
    )
    assert verdicts(plan) == {"same": {(A, B)}, "contradictory": {(C, "d/n")}}
    found = plan.cluster_of("cell:c/n")
    assert found is not None
    assert found.equals == {"cell:c/n": ("cell:a/n", "cell:b/n")}


def test_what_equals_only_a_contradicted_cell_stands_with_it() -> None:
    plan = planned(three(), judged(A, B, "identical"), judged(B, C, "different", alike=True))
    assert verdicts(plan) == {"contradictory": {(A, B, C)}}


def test_what_could_not_be_compared_is_unknown_with_the_reason() -> None:
    plan = planned(three(), judged(A, B, None, reason="its SQL cannot be run"))
    assert verdicts(plan) == {"unique": {(C,)}, "unknown": {(A,), (B,)}}
    assert plan.unknown["cell:a/n"] == "its SQL cannot be run (with b/n)"


def test_a_cell_with_nothing_to_compare_is_unknown() -> None:
    made = catalog(report("a", cell("n", measure=None)), report("b", cell("n")))
    assert verdicts(planned(made)) == {"unknown": {(A,)}, "unique": {(B,)}}


def test_what_is_equal_is_one_cluster_only_where_every_two_are_proven() -> None:
    seen = "equal_on_all_data_seen"
    chain = judged(A, B, seen), judged(B, C, seen)
    plan = planned(three(), *chain, judged(A, C, "different"))
    assert verdicts(plan) == {"same": {(A, B)}, "unknown": {(C,)}}
    plan = planned(three(), *chain, judged(A, C, "equal_without_nulls"))
    assert verdicts(plan) == {"same": {(A, B, C)}}
    assert plan.clusters[0].equality == seen


def test_what_is_identical_needs_no_second_proof() -> None:
    plan = planned(three(), judged(A, B, "identical"), judged(B, C, "equal_without_nulls"))
    assert verdicts(plan) == {"same": {(A, B, C)}}
    assert plan.clusters[0].equality == "equal_without_nulls"


def test_what_was_decided_to_be_kept_apart_is_apart_until_that_ends() -> None:
    cells = {"cells": [A, B]}
    reports = report("a", cell("n")), report("b", cell("n"))
    plan = planned(catalog(*reports, decisions=(decided("d", "keep_apart", **cells),)))
    assert verdicts(plan) == {"unique": {(A,), (B,)}}
    assert [one.decided and one.decided.key for one in plan.clusters] == ["d", "d"]
    ended = decided("d", "keep_apart", until="2026-11-19", **cells)
    plan = planned(catalog(*reports, decisions=(ended,)))
    assert verdicts(plan) == {"same": {(A, B)}}
    (found,) = plan.clusters
    assert found.decided is not None
    assert not found.decided.holds
    assert found.is_open


def test_retired_reports_take_no_part() -> None:
    made = catalog(report("a", cell("n")), report("b", cell("n"), status="retired"))
    assert verdicts(planned(made)) == {"unique": {(A,)}}


JUDGEMENTS = st.lists(
    st.tuples(
        st.sampled_from("abcde"),
        st.sampled_from("abcde"),
        st.sampled_from(
            ["identical", "equal_without_nulls", "equal_on_all_data_seen", "different", None]
        ),
        st.booleans(),
    ),
    max_size=10,
)


@given(JUDGEMENTS, st.permutations("abcde"), st.randoms())
def test_the_order_of_reports_and_judgements_does_not_matter(
    drawn: list[tuple[str, str, str | None, bool]], order: list[str], chance: Any
) -> None:
    said = {
        tuple(sorted((left, right))): judged(f"{left}/n", f"{right}/n", how, alike=alike)
        for left, right, how, alike in drawn
        if left != right
    }
    plain = planned(catalog(*(report(key, own("n")) for key in "abcde")), *said.values())
    shuffled = list(said.values())
    chance.shuffle(shuffled)
    other = planned(catalog(*(report(key, own("n")) for key in order)), *shuffled)
    assert other == plain
    every = [urn for one in plain.clusters for urn in one.cells] + list(plain.unknown)
    assert sorted(every) == [f"cell:{key}/n" for key in "abcde"]
