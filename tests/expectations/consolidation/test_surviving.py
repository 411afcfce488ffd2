"""Tests which cell is to go on being published, and that the reason is the one that decided."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from consolidating import (
    TODAY,
    catalog,
    cell,
    decided,
    judged,
    known,
    own,
    report,
)

from catalog.consolidations import Cluster, Difference
from catalog.model import Catalog
from catalog.results import Comparison, RunRecord
from expectations.consolidation.evidence import Judged
from expectations.consolidation.planning import Asked, plan_consolidation

A, B = "a/n", "b/n"


def only(made: Catalog, *judgements: Judged, **more: Any) -> Cluster:
    (found,) = (
        one
        for one in plan_consolidation(known(made, *judgements, **more)).clusters
        if one.verdict != "unique"
    )
    return found


def run_with(*published: Comparison) -> RunRecord:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    return RunRecord(
        run="1", started=at, finished=at, as_of=TODAY, verdict="pass", exit_code=0,
        results=(), published=published,
    )  # fmt: skip


def pair(left: Any = None, right: Any = None, **more: Any) -> Catalog:
    """Two reports that stay, because each has a number of its own."""
    ones = (left or cell("n"), right or cell("n"))
    extra = (cell("x", where={"s": "a"}), cell("x", where={"s": "b"}))
    stated = more.pop("a", {}), more.pop("b", {})
    return catalog(
        *(report(k, one, x, **s) for k, one, x, s in zip("ab", ones, extra, stated, strict=True)),
        **more,
    )


def test_the_cell_that_shows_the_measure_survives() -> None:
    found = only(pair(own("n")), judged("measure:active", A, "identical"))
    assert found.surviving == "cell:b/n"
    assert found.reason == "It shows the measure active; the others calculate by themselves."
    assert found.reason_tr == "active ölçüsünü gösteriyor; diğerleri kendi hesabını yapıyor."
    assert found.owner == "head"


def test_the_cell_that_was_right_more_often_survives() -> None:
    told = [
        Comparison(cell=path, period=period, verdict=verdict)  # type: ignore[arg-type]
        for path, period, verdict in (
            (A, "2026-09", "pass"), (A, "2026-10", "fail"),
            (B, "2026-09", "pass"), (B, "2026-10", "pass"),
        )
    ]  # fmt: skip
    found = only(pair(), run=run_with(*told))
    assert found.surviving == "cell:b/n"
    assert "right in 2 of 2 periods" in (found.reason or "")


def test_an_expired_definition_does_not_survive_beside_a_current_one() -> None:
    found = only(pair(a={"expires_on": "2026-11-19"}))
    assert found.surviving == "cell:b/n"
    assert "within its review date" in (found.reason or "")


def test_what_is_owed_anyway_survives() -> None:
    found = only(pair(b={"obligation": "BDDK"}))
    assert found.surviving == "cell:b/n"
    assert found.reason == "Its report is owed to BDDK and must be kept anyway."


def test_the_number_that_most_others_publish_survives() -> None:
    cells = [cell("n"), cell("n"), cell("n")]
    made = catalog(*(report(k, c, own("x")) for k, c in zip("abc", cells, strict=True)))
    published = {key: {"2026-10": value} for key, value in ((A, "4"), (B, "5"), ("c/n", "5"))}
    found = only(made, published=published)
    assert found.surviving == "cell:b/n"
    assert found.reason == (
        "More of the others publish the same number than any other. "
        "Of those alike in that it is the first by name. "
        "Nobody has held their published numbers against the truth yet: `tekdogru check` does."
    )


def test_what_is_published_first_survives() -> None:
    published = {A: {"2026-10": "5"}, B: {"2026-10": "5"}}
    found = only(pair(), published=published, days={A: 9, B: 3})
    assert found.surviving == "cell:b/n"
    assert "3 days after" in (found.reason or "")


def test_what_the_measures_own_team_publishes_survives() -> None:
    found = only(pair(a={"team": "risk"}))
    assert found.surviving == "cell:b/n"
    assert found.reason == "Its team answers for the measure."


def test_a_tie_is_broken_by_name_and_said() -> None:
    found = only(pair())
    assert found.surviving == "cell:a/n"
    assert "alike in every respect" in (found.reason or "")


def test_the_survivor_stands_in_a_report_that_stays() -> None:
    found = only(
        catalog(report("a", cell("n")), report("b", cell("n"), cell("m", measure="loans")))
    )
    assert found.surviving == "cell:b/n"
    assert "Its report stays" in (found.reason or "")


def test_what_was_decided_to_survive_does_and_its_report_stays() -> None:
    accepted = decided("d", "accept", cells=[A, B], surviving=A)
    made = catalog(report("a", cell("n")), report("b", cell("n")), decisions=(accepted,))
    plan = plan_consolidation(known(made))
    assert plan.clusters[0].surviving == "cell:a/n"
    assert "h@b.example decided so on 18 Nov 2026" in (plan.clusters[0].reason or "")
    assert not plan.clusters[0].is_open
    assert [one.urn for one in plan.reports if one.proposed] == ["report:b"]


def test_an_accepted_contradiction_lets_the_other_report_go() -> None:
    reports = report("a", cell("n"), cell("m", measure="loans")), report("b", own("n"))
    against = judged(A, B, "different", alike=True)
    assert plan_consolidation(known(catalog(*reports), against)).hours_freed == {}
    accepted = decided("d", "accept", cells=[A, B], surviving=A)
    plan = plan_consolidation(known(catalog(*reports, decisions=(accepted,)), against))
    assert plan.hours_freed == {"retail": Decimal(12)}


def test_rejected_cells_stay_as_they_are() -> None:
    reports = report("a", cell("n"), cell("m", measure="loans")), report("b", cell("n"))
    rejected = decided("d", "reject", cells=[A, B])
    plan = plan_consolidation(known(catalog(*reports, decisions=(rejected,))))
    assert plan.hours_freed == {}
    found = plan.cluster_of("cell:a/n")
    assert found is not None
    assert (found.verdict, found.is_open) == ("same", False)


def test_a_cell_that_joins_a_decided_cluster_is_still_to_decide() -> None:
    reports = [report(key, cell("n")) for key in "abc"]
    accepted = decided("d", "accept", cells=[A, B])
    (found,) = plan_consolidation(known(catalog(*reports, decisions=(accepted,)))).clusters
    assert found.decided is not None
    assert found.decided.unnamed == ("cell:c/n",)
    assert found.is_open


def test_where_no_cell_is_the_measure_the_measure_is_to_be_published() -> None:
    found = only(
        pair(own("n"), own("n")),
        *(judged("measure:active", one, "different", alike=True) for one in (A, B)),
    )
    assert found.surviving is None
    assert found.owner == "head"
    assert found.reason == (
        "None of them is the measure active, for which Head of retail answers: "
        "that measure is to be published instead."
    )


def test_the_only_cell_that_is_the_measure_survives_beside_contradicting_ones() -> None:
    found = only(pair(right=own("n")), judged(A, B, "different", alike=True))
    assert found.surviving == "cell:a/n"
    assert "It shows the measure active" in (found.reason or "")


def test_a_contradiction_is_explained_by_its_widest_difference() -> None:
    def explain(pairs: Any) -> list[Difference]:
        asked.extend(pairs)
        return [
            Difference(
                left=one.left, right=one.right, period=one.period or "", left_counted=Decimal("6.004"),
                apart=Decimal(12), remainder=Decimal(2),
                causes=({"key": "filter", "cause": "filter", "share": "10", "says": "x",
                         "says_tr": "y"},),
            )
            for one in pairs
        ]  # fmt: skip

    asked: list[Any] = []
    against = judged(A, B, "different", alike=True)
    published = {A: {"2026-09": "5", "2026-10": "5"}, B: {"2026-09": "7", "2026-10": "5"}}
    found = only(pair(right=own("n")), against, explain=explain, published=published)
    assert asked[0] == Asked("cell:a/n", "cell:b/n", "2026-09")
    assert [(one.cause, one.share) for one in found.explained] == [("filter", Decimal(10))]
    assert found.remainder == 2
    assert len(found.differences) == 1


def test_beside_contradicting_numbers_stands_what_is_right_by_the_definition() -> None:
    def explain(pairs: Any) -> list[Difference]:
        return [
            Difference(
                left=one.left, right=one.right, period=one.period or "",
                left_counted=Decimal(6) if one.period == "2026-10" else None,
            )
            for one in pairs
        ]  # fmt: skip

    against = judged(A, B, "different", alike=True)
    published = {A: {"2026-09": "5", "2026-10": "5"}, B: {"2026-09": "7", "2026-10": "5"}}
    shown = only(pair(right=own("n")), against, explain=explain, published=published)
    told = [(one.of, one.period, one.value) for one in shown.counted]
    assert told == [("cell:a/n", "2026-10", 6)]  # nobody can count September any more
    both = catalog(report("a", own("n")), report("b", own("n")))
    against = judged("measure:active", A, "different", alike=True)
    alone = only(both, against, explain=explain, published=published)
    told = [(one.of, one.period, one.value) for one in alone.counted]
    assert told == [("measure:active", "2026-10", 6)]


def test_a_lone_cell_that_contradicts_a_measure_is_held_against_it() -> None:
    asked: list[Asked] = []
    against = judged("measure:active", A, "different", alike=True)
    only(catalog(report("a", own("n"))), against, explain=lambda pairs: asked.extend(pairs) or [])
    assert asked == [Asked("measure:active", "cell:a/n", None)]
