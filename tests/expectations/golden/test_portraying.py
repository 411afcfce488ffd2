"""What resolving keeps for pages: the figures it tells, and cases by which nobody is recognised."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from commands import Command, run_here
from portrayed import CUSTOMERS, of, portrait_of, write_bank
from workspaces import change

from catalog.portraits import TRUTH
from catalog.store.snapshots import SnapshotStore
from catalog.workspace import Workspace, open_workspace


@pytest.fixture
def tekdogru(capfd: pytest.CaptureFixture[str]) -> Command:
    return run_here(capfd)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_bank(tmp_path / "bank")


def contents(workspace: Workspace, scratch: Path) -> list[str]:
    """Every version that is kept, as text."""
    store = SnapshotStore(workspace.state_url, reading=True)
    found = []
    for version in store.versions(TRUTH, "customer"):
        store.write_content(version, scratch / "content")
        found.append((scratch / "content").read_text("utf-8"))
    return found


def test_the_figures_are_those_that_resolve_tells(folder: Path, tekdogru: Command) -> None:
    done = tekdogru("resolve", "-w", folder, "--format", "json")
    told = json.loads(done.out)["entities"][0]
    portrait = portrait_of(open_workspace(folder))
    assert portrait
    assert (portrait.records, len(portrait.attributes)) == (told["records"], 3)
    for one, said in zip(portrait.attributes, told["attributes"], strict=True):
        assert one.attribute == said["attribute"]
        assert (one.entities, one.contested) == (said["entities"], said["contested"])
        assert one.states == said["states"]
        assert one.sources == said["sources"]
        assert one.reasons == said["reasons"]


def test_patterns_say_who_lost_to_whom_and_why(folder: Path, tekdogru: Command) -> None:
    tekdogru("resolve", "-w", folder)
    mail = of(portrait_of(open_workspace(folder)), "customer.mail")
    assert [(p.winner, p.loser, p.reason, p.count) for p in mail.patterns] == [
        ("core.customers.mail", "crm.customers.mail", "stale", 12),
        ("core.customers.mail", "web.users.mail", "stale", 2),
    ]
    assert mail.claims == {1: 30}
    assert mail.lasting == {30: 30, 60: 30, 90: 30}


def test_of_very_many_conflicts_some_are_looked_at_and_the_page_says_so(
    folder: Path, tekdogru: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    tekdogru("resolve", "-w", folder)
    whole = of(portrait_of(open_workspace(folder)), "customer.mail")
    assert whole.looked_at is None
    monkeypatch.setattr("expectations.golden.portraying.MOST", 7)
    tekdogru("resolve", "-w", folder)
    mail = of(portrait_of(open_workspace(folder)), "customer.mail")
    assert (mail.contested, mail.states) == (whole.contested, whole.states)
    assert mail.looked_at is not None
    assert mail.looked_at <= 7 < mail.contested
    assert max(one.count for one in mail.patterns) <= mail.looked_at
    assert tekdogru("site", "build", "-w", folder).status == 0
    page = (folder / "build/site/c/customer.mail/index.html").read_text("utf-8")
    assert f"{mail.looked_at} of them, drawn by chance, are counted here" in page


def test_nothing_that_is_kept_says_whose_it_is(
    folder: Path, tmp_path: Path, tekdogru: Command
) -> None:
    """No value, not even its ends, no id, no time of day."""
    tekdogru("resolve", "-w", folder)
    (kept,) = contents(open_workspace(folder), tmp_path)
    cases = json.dumps([one["cases"] for one in json.loads(kept)["attributes"]], ensure_ascii=False)
    assert len(of(portrait_of(open_workspace(folder)), "customer.mail").cases) == 10
    assert "secret" not in kept.lower()
    assert "08:15" not in kept
    assert [n for n in CUSTOMERS if str(n) in kept] == []
    values = set(re.findall(r'"(?:raw|cleansed|value)": "([^"]*)"', cases))
    assert values <= {"A", "A′", "B", "C", "M"}


def test_the_same_letter_is_the_same_value(folder: Path, tekdogru: Command) -> None:
    tekdogru("resolve", "-w", folder)
    mail = of(portrait_of(open_workspace(folder)), "customer.mail")
    for case in mail.cases:
        said = [(one.source, one.raw, one.cleansed, one.agrees) for one in case.says]
        assert case.value == "A"
        assert said == [
            ("core", "A′", "A", True), ("crm", "B", "B", False), ("web", "A", "A", True),
        ]  # fmt: skip
        (read,) = case.reads
        assert (read.touchpoint, read.value, read.agrees) == ("letters", "B", False)


def test_only_codes_that_are_stated_are_told_as_they_are(folder: Path, tekdogru: Command) -> None:
    tekdogru("resolve", "-w", folder)
    portrait = portrait_of(open_workspace(folder))
    segment, note = of(portrait, "customer.segment"), of(portrait, "customer.note")
    assert {one.cleansed for case in segment.cases for one in case.says} == {"A", "M"}
    assert not any(case.masked for case in segment.cases)
    assert {one.cleansed for case in note.cases for one in case.says} == {"A", "B"}


def test_who_is_told_like_few_others_is_no_case(folder: Path, tekdogru: Command) -> None:
    """Two customers alone have three values, which is fewer than five."""
    tekdogru("resolve", "-w", folder)
    mail = of(portrait_of(open_workspace(folder)), "customer.mail")
    assert {case.disagree for case in mail.cases} == {1}
    (folder / "tekdogru.toml").write_text("[privacy]\nsmall_counts = 2\n", "utf-8")
    tekdogru("resolve", "-w", folder)
    mail = of(portrait_of(open_workspace(folder)), "customer.mail")
    assert [case.disagree for case in mail.cases[:2]] == [1, 2]


@pytest.mark.parametrize(("most", "cases"), [(0, 0), (3, 3), (20, 10)])
def test_as_many_cases_are_kept_as_are_asked_for(
    folder: Path, tekdogru: Command, most: int, cases: int
) -> None:
    (folder / "tekdogru.toml").write_text(f"[privacy]\nexamples = {most}\n", "utf-8")
    tekdogru("resolve", "-w", folder)
    mail = of(portrait_of(open_workspace(folder)), "customer.mail")
    assert (len(mail.cases), mail.contested) == (cases, 12)


@pytest.mark.parametrize("what", ["{key: mail, type: email}", "key: customer.mail\n"])
def test_what_is_restricted_has_figures_and_no_case(
    folder: Path, tekdogru: Command, what: str
) -> None:
    hidden = "{key: mail, type: email, visibility: restricted}"
    if what.startswith("key"):
        hidden = f"{what}    visibility: restricted\n"
    change(folder, what, hidden)
    assert tekdogru("resolve", "-w", folder).status == 0
    mail = of(portrait_of(open_workspace(folder)), "customer.mail")
    assert (mail.cases, mail.contested) == ((), 12)


def test_the_past_and_what_cannot_be_written_leave_nothing(folder: Path, tekdogru: Command) -> None:
    tekdogru("resolve", "-w", folder, "--as-of", "2026-11-20")
    assert portrait_of(open_workspace(folder)) is None
    (folder / "out").write_text("in the way")
    failed = tekdogru("resolve", "-w", folder, "--output", folder / "out" / "golden.parquet")
    assert failed.status == 64
    assert portrait_of(open_workspace(folder)) is None


def test_who_is_forgotten_is_in_no_version_of_any_case(
    folder: Path, tmp_path: Path, tekdogru: Command
) -> None:
    tekdogru("resolve", "-w", folder)
    (folder / "tekdogru.toml").write_text("[privacy]\nexamples = 5\n", "utf-8")
    tekdogru("resolve", "-w", folder)
    change(folder, "valid_for: 90y", "valid_for: 365d\n    corrections: {within: 10d}")
    to = ("--to", "new@secret.example", "--reason", "told us", "--by", "a@bank.example")
    tekdogru("correct", "1001", "customer.mail", *to, "-w", folder)
    assert tekdogru("forget", "1001", "--by", "a@bank.example", "-w", folder).status == 0
    kept = [json.loads(one) for one in contents(open_workspace(folder), tmp_path)]
    assert len(kept) == 2
    assert [one["cases"] for version in kept for one in version["attributes"]] == [[]] * 6
    mail = of(portrait_of(open_workspace(folder)), "customer.mail")
    assert (mail.contested, mail.patterns[0].count) == (12, 12)


def test_the_order_of_rows_changes_nothing(folder: Path, tmp_path: Path, tekdogru: Command) -> None:
    tekdogru("resolve", "-w", folder)
    other = write_bank(tmp_path / "other")
    for name in ("core", "crm", "web"):
        file = other / "data" / f"{name}.csv"
        head, *rows = file.read_text("utf-8").splitlines()
        file.write_text("\n".join([head, *reversed(rows)]), "utf-8")
    tekdogru("resolve", "-w", other)
    assert portrait_of(open_workspace(other)) == portrait_of(open_workspace(folder))
