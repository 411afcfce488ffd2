"""Tests which reports can go, which stay, and the laws that hold whatever covers what."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from consolidating import catalog, cell, decided, known, report
from hypothesis import given
from hypothesis import strategies as st

from catalog.model import Report
from expectations.consolidation.coverage import (
    MOST_TRIED,
    Choice,
    choose,
    hours_of,
    obligation_of,
    report_of,
)
from expectations.consolidation.planning import plan_consolidation


def going(*reports: Report, same: list[tuple[str, ...]], **more: Any) -> list[str]:
    """The reports that are proposed to go."""
    groups = [tuple(f"cell:{path}" for path in group) for group in same]
    return sorted(choose(catalog(*reports), groups, **more).going)


def test_a_report_goes_whose_every_number_another_publishes() -> None:
    small, large = report("small", cell("n")), report("large", cell("n"), cell("m"))
    assert going(small, large, same=[("small/n", "large/n")]) == ["small"]


def test_a_report_that_is_owed_to_an_authority_never_goes() -> None:
    owed = report("owed", cell("n"), obligation="BDDK")
    large = report("large", cell("n"), cell("m"))
    assert going(owed, large, same=[("owed/n", "large/n")]) == []
    assert obligation_of(owed) == "BDDK"
    assert obligation_of(report("a", obligation="None")) is None


def test_of_two_reports_that_cover_each_other_one_stays() -> None:
    read = {"audience": [{"who": "Board"}, {"who": "Branches"}]}
    reports = report("a", cell("n"), **read), report("b", cell("n"))
    assert going(*reports, same=[("a/n", "b/n")]) == ["b"]
    dear = report("b", cell("n"), effort={"hours": 40}), report("a", cell("n"))
    assert going(*dear, same=[("a/n", "b/n")]) == ["b"]


def test_as_many_go_as_can() -> None:
    """One report publishes what two others do; without it they would both have to stay."""
    hub = report("hub", cell("n"), cell("m"))
    read = {"audience": [{"who": "Board"}]}
    parts = report("one", cell("n"), **read), report("two", cell("m"), **read)
    same = [("hub/n", "one/n"), ("hub/m", "two/m")]
    assert going(hub, *parts, same=same) == ["one", "two"]


def test_cells_of_one_report_do_not_cover_each_other() -> None:
    assert going(report("a", cell("n"), cell("m")), same=[("a/n", "a/m")]) == []


def test_a_report_without_cells_is_not_covered() -> None:
    assert going(report("a"), report("b", cell("n")), same=[]) == []


def test_a_report_stays_in_which_a_cell_is_to_survive() -> None:
    reports = report("a", cell("n")), report("b", cell("n"))
    assert going(*reports, same=[("a/n", "b/n")], bound=["b"]) == ["a"]
    assert going(*reports, same=[("a/n", "b/n")], barred=["a", "b"]) == []


def test_hours_are_told_by_the_month() -> None:
    quarterly = report("a", period="quarter", effort={"hours": 30, "per": "issue"})
    assert hours_of(quarterly) == Decimal(10)
    assert hours_of(report("a", period="week", effort={"hours": 3})) == Decimal(13)
    assert hours_of(report("a", effort={"hours": 24, "per": "year"})) == Decimal(2)
    assert hours_of(report("a", period=None, effort={"hours": 24})) is None
    assert hours_of(report("a", effort=None)) is None


def test_a_report_partly_covered_frees_nothing_and_says_what_would_be_lost() -> None:
    made = catalog(
        report("a", cell("n"), cell("own", measure="loans")),
        report("b", cell("n"), cell("x", where={"s": "a"})),
    )
    plan = plan_consolidation(known(made))
    found = plan.report("report:a")
    assert found is not None
    assert (found.covered, found.frees, found.by) == ("partly", 0, ("report:b",))
    assert found.lost == ("cell:a/own",)
    assert plan.hours_freed == {}


def test_a_report_that_somebody_rejected_to_retire_stays_until_that_ends() -> None:
    reports = report("small", cell("n")), report("large", cell("n"), cell("m", measure="loans"))
    plan = plan_consolidation(
        known(catalog(*reports, decisions=(decided("d", "reject", report="small"),)))
    )
    found = plan.report("report:small")
    assert found is not None
    assert not found.proposed
    assert found.decided is not None
    assert "Agreed." in (found.reason or "")
    ended = decided("d", "reject", report="small", until="2026-11-19")
    plan = plan_consolidation(known(catalog(*reports, decisions=(ended,))))
    found = plan.report("report:small")
    assert found is not None
    assert found.proposed
    assert found.decided is not None
    assert found.decided.is_open
    assert plan.hours_freed == {"retail": Decimal(12)}


@st.composite
def situations(draw: st.DrawFn, most: int = 6) -> tuple[list[Report], list[tuple[str, ...]]]:
    """Some reports, some owed, and which of their cells are one number."""
    reports, numbers = [], dict[str, list[str]]()
    for at in range(draw(st.integers(1, most))):
        shown = draw(st.lists(st.sampled_from("uvwxyz"), max_size=4, unique=True))
        reports.append(
            report(
                f"r{at}",
                *(cell(key) for key in shown),
                obligation=draw(st.sampled_from(["none", "none", "none", "BDDK"])),
                effort={"hours": draw(st.integers(0, 60))},
                team=draw(st.sampled_from(["retail", "risk"])),
                audience=[{"who": "x"}] * draw(st.integers(0, 2)),
            )
        )
        for key in shown:
            numbers.setdefault(key, []).append(f"cell:r{at}/{key}")
    return reports, [tuple(cells) for cells in numbers.values()]


def check_laws(made: Choice, groups: list[tuple[str, ...]]) -> None:
    for key in made.going:
        assert obligation_of(made.reports[key]) is None
    for group in groups:
        assert any(made.stays(report_of(one)) for one in group)
    able = [k for k in made.reports if made.stays(k) and not obligation_of(made.reports[k])]
    for key in able:
        cells = made.reports[key].cells
        more = {*made.going, key}
        left = all(
            any(report_of(o) not in more for o in made.alternatives.get(urn, ()))
            for one in more
            for urn in (c.urn for c in made.reports[one].cells)
        )
        assert not (cells and left), f"{key} could have gone too"


@given(situations())
def test_each_number_stays_somewhere_and_nothing_owed_goes(
    drawn: tuple[list[Report], list[tuple[str, ...]]],
) -> None:
    reports, groups = drawn
    check_laws(choose(catalog(*reports), groups), groups)


@given(situations(most=MOST_TRIED + 6))
def test_so_it_is_among_many(drawn: tuple[list[Report], list[tuple[str, ...]]]) -> None:
    reports, groups = drawn
    check_laws(choose(catalog(*reports), groups), groups)


@given(situations(), st.randoms())
def test_hours_freed_are_never_more_than_there_are_and_order_does_not_matter(
    drawn: tuple[list[Report], list[tuple[str, ...]]], chance: Any
) -> None:
    reports = [
        one.model_copy(
            update={"cells": tuple(cell(c.key, measure=f"m_{c.key}") for c in one.cells)}
        )
        for one in drawn[0]
    ]
    reports = [Report.model_validate(one.model_dump()) for one in reports]
    measures: dict[str, Any] = {f"m_{key}": {} for key in "uvwxyz"}
    plan = plan_consolidation(known(catalog(*reports, **measures)))
    freed = sum(plan.hours_freed.values(), Decimal(0))
    assert freed == sum(one.frees for one in plan.reports)
    assert freed <= sum(one.hours or 0 for one in plan.reports)
    chance.shuffle(reports)
    assert plan_consolidation(known(catalog(*reports, **measures))) == plan
