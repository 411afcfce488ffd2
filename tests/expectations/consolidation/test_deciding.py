"""Tests that decisions are written beside the definitions, are respected, and can be taken out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from commands import run_here
from workspaces import write_workspace

from catalog.model import ConsolidationDecision
from expectations.consolidation.decisions import Decisions

DEFINITIONS = """
teams: [{key: retail, name: Retail, head: head}]
roles: [{key: head, name: Head, team: retail, holder: h@b.example, deputy: d@b.example}]
measures:
  - {key: active, name: Active, definition: d, owner: retail, expires_on: 2030-01-01,
     unit: customers, calculation: SELECT 1 AS value}
  - {key: loans, name: Loans, definition: d, owner: retail, expires_on: 2030-01-01,
     unit: loans, calculation: SELECT 2 AS value}
reports:
  - {key: large, name: Large, definition: d, owner: retail, expires_on: 2030-01-01, team: retail,
     period: month, effort: {hours: 20}, cells: [
       {key: active, name: Active, measure: active}, {key: loans, name: Loans, measure: loans}]}
  - {key: small, name: Small, definition: d, owner: retail, expires_on: 2030-01-01, team: retail,
     period: month, effort: {hours: 8}, cells: [{key: active, name: Active, measure: active}]}
  - {key: owed, name: Owed, definition: d, owner: retail, expires_on: 2030-01-01, team: retail,
     period: month, obligation: BDDK, cells: [
       {key: age, name: Age, unit: years, calculation: SELECT 3 AS value}]}
"""
WORD = ("--reason", "Two audiences.", "--by", "a@b.example")
Decide = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_workspace(tmp_path, DEFINITIONS)


@pytest.fixture
def consolidate(folder: Path, capfd: pytest.CaptureFixture[str]) -> Decide:
    """Runs `tekdogru consolidate …` in the workspace and gives what it says."""

    command = run_here(capfd)

    def run(*arguments: str, status: int = 0) -> str:
        ended = command("consolidate", *arguments, "--workspace", folder)
        assert ended.status == status, ended.err
        return ended.out + ended.err

    return run


def written(folder: Path) -> str:
    return (folder / "catalog" / "consolidations.yml").read_text("utf-8")


def test_cells_kept_apart_are_no_longer_one_number(folder: Path, consolidate: Decide) -> None:
    assert "1 report can go, which frees 8 hours a month" in consolidate()
    said = consolidate("decide", "large/active", "small/active", "--keep-apart", *WORD)
    assert "catalog/consolidations.yml: 'keep_apart_large_active' added" in said
    assert written(folder).startswith("# What was decided on consolidation")
    assert "reason: Two audiences." in written(folder)
    assert "No report can go" in consolidate()
    consolidate("decide", "--undo", "keep_apart_large_active")
    assert "consolidations:" not in written(folder)
    assert "1 report can go" in consolidate()


def test_a_cluster_is_decided_on_by_its_key(folder: Path, consolidate: Decide) -> None:
    assert "to be decided" in consolidate()
    consolidate("decide", "active", "--accept", "--surviving", "large/active", *WORD)
    assert "surviving: large/active" in written(folder)
    told = consolidate()
    assert "accepted (a@b.example," in told
    assert "1 report can go" in told


def test_a_report_that_is_rejected_stays(folder: Path, consolidate: Decide) -> None:
    consolidate("decide", "report:small", "--reject", "--until", "2030-12-31", *WORD)
    assert "report: small" in written(folder)
    assert "until: 2030-12-31" in written(folder)
    assert "No report can go" in consolidate()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("large/activ", "small/active", "--accept", *WORD), "did you mean 'large/active'"),
        (("larg", "--reject", *WORD), "did you mean 'large'"),
        (("large/active", "--reject", *WORD), "name a second cell beside 'large/active'"),
        (("small", "--keep-apart", *WORD), "keep_apart"),
        (("small", "--accept", "--reason", "x"), "a decision needs --by"),
        (("small", "--accept", "--reject", *WORD), "say one of --accept, --reject"),
        (("--accept", *WORD), "name what is decided on"),
        (("small", "--accept", "--reason", " ", "--by", "a@b.example"), "needs --reason: what it"),
        (("small", "--accept", "--reason", "x", "--by", "ayşe"), "e-mail address of who decides"),
        (("small", "--reject", *WORD, "--key", "Büyük"), "letters without accents, digits and _"),
        (("small", "--reject", *WORD, "--until", "2001-01-01"), "kept: `until` lies before `on`"),
        (("owed", "--accept", *WORD), "report owed is owed to BDDK, so it stays"),
        (("--undo", "nothing"), "there is no decision 'nothing'"),
        (
            ("large/active", "small/active", "--accept", "--surviving", "x/y", *WORD),
            "--surviving x/y is not one of the cells",
        ),
    ],
)
def test_what_is_not_known_or_missing_is_told_and_nothing_written(
    folder: Path, consolidate: Decide, arguments: tuple[str, ...], said: str
) -> None:
    assert said in consolidate("decide", *arguments, status=64)
    assert not (folder / "catalog" / "consolidations.yml").exists()


def decision(key: str, **said: Any) -> ConsolidationDecision:
    """A decision of the first of May, as its YAML says it."""
    about = {"decision": "accept", "reason": "r", "by": "a@b.example", "on": "2026-05-01"}
    return ConsolidationDecision.model_validate({"key": key, **about, **said})


DAY = date(2026, 11, 1)


def test_the_decision_that_names_a_survivor_counts_not_a_later_one_that_names_none() -> None:
    stated = decision("a", cells=["x/1", "y/1"], surviving="y/1")
    later = decision("b", cells=["x/1", "y/1"], on="2026-06-01")
    found = Decisions([stated, later], DAY).surviving(["cell:x/1", "cell:y/1", "cell:z/1"])
    assert found is stated
    assert Decisions([stated], DAY).surviving(["cell:x/1", "cell:z/1"]) is None
    ended = decision("c", cells=["x/1", "y/1"], surviving="x/1", until="2026-10-31")
    assert Decisions([ended], DAY).surviving(["cell:x/1", "cell:y/1"]) is None
    larger = decision("d", cells=["x/1", "y/1", "z/1"], surviving="z/1", on="2026-04-01")
    three = ["cell:x/1", "cell:y/1", "cell:z/1"]
    assert Decisions([stated, larger], DAY).surviving(three) is larger


def test_what_keeps_cells_apart_speaks_of_each_of_them_and_of_no_other() -> None:
    apart = decision("a", cells=["x/1", "y/1"], decision="keep_apart")
    made = Decisions([apart], DAY)
    assert made.kept_apart == [frozenset({"cell:x/1", "cell:y/1"})]
    told = made.on_cells(["cell:x/1"])
    assert told
    assert (told.key, told.unnamed) == ("a", ())
    assert made.on_cells(["cell:z/1"]) is None
    assert made.on_cells(["cell:x/1", "cell:z/1"]) is None


def test_a_decision_that_has_ended_is_told_but_holds_no_more() -> None:
    ended = decision("a", cells=["x/1", "y/1"], decision="keep_apart", until="2026-10-31")
    made = Decisions([ended, decision("b", report="r", decision="reject")], DAY)
    assert made.kept_apart == []
    assert made.barred == ["r"]
    told = made.on_cells(["cell:x/1", "cell:y/1", "cell:z/1"])
    assert told
    assert (told.holds, told.unnamed) == (False, ("cell:z/1",))
    assert made.on_cells(["cell:x/1"]) is None
    assert Decisions([ended], date(2026, 10, 31)).kept_apart


def test_who_accepts_a_cluster_accepts_the_cell_that_is_proposed(
    folder: Path, consolidate: Decide
) -> None:
    consolidate()
    consolidate("decide", "active", "--accept", *WORD)
    assert "surviving: large/active" in written(folder)


def test_somebody_who_answers_for_nothing_of_it_is_told_so(consolidate: Decide) -> None:
    said = consolidate("decide", "small", "--reject", *WORD)
    assert "a@b.example answers for nothing of this; who does: h@b.example, d@b.example" in said
    consolidate("decide", "--undo", "reject_small")
    said = consolidate("decide", "small", "--reject", "--reason", "x", "--by", "D@b.example")
    assert "answers for nothing" not in said


def test_a_report_cannot_go_while_numbers_of_it_are_published_nowhere_else(
    consolidate: Decide,
) -> None:
    consolidate("decide", "large", "--accept", *WORD)
    consolidate("decide", "active", "--accept", "--surviving", "small/active", *WORD, status=64)
    consolidate()
    consolidate("decide", "active", "--accept", "--surviving", "small/active", *WORD)
    assert "that it goes, but it cannot yet" in consolidate()


def test_numbers_that_contradict_stand_for_each_other_only_where_one_is_to_survive(
    folder: Path, consolidate: Decide
) -> None:
    file = next((folder / "catalog").glob("*.yml"))
    text = file.read_text("utf-8")
    other = "{key: active, name: Active, unit: customers, calculation: SELECT 7 AS value}"
    file.write_text(text.replace("{key: active, name: Active, measure: active}]", f"{other}]"))
    assert "No report can go" in consolidate()
    consolidate("decide", "large/active", "small/active", "--accept", *WORD)
    assert "No report can go" in consolidate()
    consolidate("decide", "--undo", "accept_large_active")
    consolidate("decide", "active", "--accept", *WORD)
    assert "1 report can go" in consolidate()


def test_a_decision_against_another_is_refused(folder: Path, consolidate: Decide) -> None:
    cells = "large/active", "small/active"
    consolidate("decide", *cells, "--accept", *WORD)
    before = written(folder)
    said = consolidate("decide", *cells, "--keep-apart", *WORD, status=64)
    assert "put together in one decision and not in the other" in said
    assert written(folder) == before


def test_where_nothing_can_be_compared_it_is_said_what_to_do(
    folder: Path, consolidate: Decide
) -> None:
    assert "nothing is published yet, so only calculations were compared" in consolidate()
    file = next((folder / "catalog").glob("*.yml"))
    text = file.read_text("utf-8")
    file.write_text(text.partition("reports:")[0])
    assert "There is no report to compare yet: `tekdogru import excel`" in consolidate()


def test_a_management_report_that_is_no_page_is_refused_with_what_to_do(
    consolidate: Decide,
) -> None:
    assert "name an .html file, and print it" in consolidate("--report", "board.pdf", status=64)
