"""The commands of corrections, as stewards, programs and systems' owners use them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from commands import Command, Ended, run_here
from observations import Seen
from story import CALLS, COPIED, CORE, NEW, OLD, WEB, Story

from catalog.clock import Clock
from catalog.store.corrections import CorrectionStore
from catalog.store.forgetting import ForgettingStore
from catalog.store.snapshots import SnapshotStore
from expectations.corrections.overrides import known_overrides, overrides_in_force

TODAY = Clock().today()
CORRECT = ("correct", "4711", "customer.address", "--by", "ayse@bank.example")


@pytest.fixture
def tekdogru(capfd: pytest.CaptureFixture[str]) -> Command:
    return run_here(capfd)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Three systems that hold the old address, the web through a copy too."""
    told = Story(tmp_path)
    told.observe(
        date(2026, 11, 1), Seen(CALLS, OLD), Seen(CORE, OLD), Seen(WEB, OLD),
        Seen(COPIED, OLD, copy=True),
    )  # fmt: skip
    return told


def ask(tekdogru: Command, story: Story, *arguments: object) -> Ended:
    return tekdogru(*arguments, "--workspace", story.folder)


def document(tekdogru: Command, story: Story, *arguments: object) -> Any:
    ended = ask(tekdogru, story, *arguments, "--format", "json")
    assert ended.status == 0, ended.err
    return json.loads(ended.out)


def the_only(story: Story) -> Any:
    (one,) = CorrectionStore(story.opened.state_url).listed()
    return one


def test_a_correction_by_hand_names_at_once_who_still_holds_the_old_value(
    tekdogru: Command, story: Story
) -> None:
    ended = ask(tekdogru, story, *CORRECT, "--to", f" {NEW} ", "--reason", "he called")
    assert ended.status == 0, ended.err
    assert (
        "not yet at source:core (Head of core (core_owner), held by core@bank.example" in ended.out
    )
    assert "it is a copy of core.customers.address: customer.address follows" in ended.out
    (one,) = document(tekdogru, story, "corrections")
    due = (TODAY.toordinal() + 10) - date.fromisoformat(one["due"]).toordinal()
    assert due == 0
    assert {**one, "due": None, "since": None} == {
        "entity_id": "4711",
        "attribute": "customer.address",
        "from": OLD,
        "to": NEW,
        "state": "verified",
        "origin": "steward",
        "verified_by": "ayse@bank.example",
        "since": None,
        "due": None,
        "taken_over": [],
        "open": [
            {"source": "call_centre", "owner": "calls@bank.example", "days": 0},
            {"source": "core", "owner": "core_owner", "days": 0},
            {"source": "web", "owner": "web@bank.example", "days": 0},
            {"touchpoint": "letters", "owner": "retail", "days": 0},
        ],
    }


def test_text_masks_personal_values_unless_they_are_asked_for(
    tekdogru: Command, story: Story
) -> None:
    ask(tekdogru, story, *CORRECT, "--to", NEW, "--reason", "he called")
    masked = ask(tekdogru, story, "corrections").out
    assert "Core banking [source:core]" in masked
    assert NEW not in masked
    assert OLD not in masked
    shown = ask(tekdogru, story, "corrections", "--show-values", "--by", "owner").out
    assert f"'{NEW}' in place of '{OLD}'" in shown
    assert "Head of core (core_owner), held by core@bank.example" in shown


def test_the_work_list_has_a_line_per_place_and_starts_no_formula(
    tekdogru: Command, story: Story
) -> None:
    ask(tekdogru, story, *CORRECT, "--to", "=HYPERLINK(1)", "--reason", "he called")
    ended = ask(tekdogru, story, "corrections", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ended.out)))
    assert [(row["system"], row["field"], row["copy_of"]) for row in rows] == [
        ("source:call_centre", CALLS, ""),
        ("source:core", CORE, ""),
        ("source:web", WEB, ""),
        ("source:web", COPIED, CORE),
        ("touchpoint:letters", CORE, ""),
    ]
    assert {row["to"] for row in rows} == {"'=HYPERLINK(1)"}
    assert {row["overdue"] for row in rows} == {"no"}


def test_lists_are_narrowed_by_state_and_attribute(tekdogru: Command, story: Story) -> None:
    ask(tekdogru, story, *CORRECT, "--to", NEW, "--reason", "he called")
    assert document(tekdogru, story, "corrections", "--state", "suspected") == []
    chosen = ("--state", "verified", "--attribute", "customer.address")
    assert len(document(tekdogru, story, "corrections", *chosen)) == 1
    wrong = ask(tekdogru, story, "corrections", "--attribute", "customer.adress")
    assert wrong.status == 64
    assert "customer.address" in wrong.err


def test_where_nothing_is_known_that_is_said(tekdogru: Command, tmp_path: Path) -> None:
    told = Story(tmp_path)
    ended = ask(tekdogru, told, "corrections")
    assert "No correction is known." in ended.out
    assert "No observations are kept" in ended.out
    assert "Nothing is known yet" in ask(tekdogru, told, "trust").out
    assert document(tekdogru, told, "trust") == document(tekdogru, told, "corrections") == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--to", " ", "--reason", "r"), "--to is empty"),
        (("--to", NEW, "--reason", ""), "--reason is empty"),
        (("--to", NEW, "--reason", "r", "--origin", "request"), "name it with --due"),
        (("--to", NEW, "--reason", "r", "--until", "soon"), "next-change, next-verified-change"),
        (("--to", NEW, "--reason", "r", "--until", "2020-01-01"), "--until 2020-01-01 is past"),
        (("--to", NEW, "--reason", "r", "--due", "2020-01-01"), "--due 2020-01-01 is past"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_kept(
    tekdogru: Command, story: Story, arguments: Sequence[str], said: str
) -> None:
    ended = ask(tekdogru, story, *CORRECT, *arguments)
    assert ended.status == 64
    assert said in ended.err
    assert CorrectionStore(story.opened.state_url).listed() == []


def test_a_request_of_the_person_carries_its_own_due_day(tekdogru: Command, story: Story) -> None:
    asked = ("--to", NEW, "--reason", "KVKK 11", "--origin", "request", "--due", "2099-01-31")
    assert ask(tekdogru, story, *CORRECT, *asked).status == 0
    (one,) = document(tekdogru, story, "corrections")
    assert (one["origin"], one["due"]) == ("request", "2099-01-31")


def test_a_suspicion_is_verified_or_rejected_by_a_steward(tekdogru: Command, story: Story) -> None:
    story.observe(date(2026, 11, 2), Seen(CALLS, NEW), Seen(CORE, OLD), Seen(WEB, OLD))
    one = the_only(story)
    waiting = ask(tekdogru, story, "corrections").out
    assert f"`tekdogru corrections verify {one.id}`" in waiting
    ended = ask(tekdogru, story, "corrections", "verify", one.id[:6], "--by", "ayse@bank.example")
    assert ended.status == 0, ended.err
    (listed,) = document(tekdogru, story, "corrections")
    assert (listed["state"], listed["verified_by"]) == ("verified", "ayse@bank.example")
    votes = CorrectionStore(story.opened.state_url).votes(TODAY)
    assert {vote.source: vote.right for vote in votes} == {
        "call_centre": True, "core": False, "web": False,
    }  # fmt: skip
    wrong = ("corrections", "reject", one.id, "--reason", "a typing error", "--by", "a@b.example")
    assert ask(tekdogru, story, *wrong).status == 0
    assert the_only(story).state == "rejected"
    assert CorrectionStore(story.opened.state_url).votes(TODAY) == []
    again = ask(tekdogru, story, *wrong)
    assert again.status == 64
    assert "cannot be rejected" in again.err


def test_a_later_correction_replaces_an_earlier_one(tekdogru: Command, story: Story) -> None:
    for value in (NEW, "Üçüncü Sok. 3"):
        assert ask(tekdogru, story, *CORRECT, "--to", value, "--reason", "he called").status == 0
    store = CorrectionStore(story.opened.state_url)
    assert [(one.state, one.closed) for one in store.listed()] == [
        ("rejected", TODAY), ("verified", None),
    ]  # fmt: skip
    assert [one.to_value for one in overrides_in_force(store, TODAY, "customer")] == [
        "Üçüncü Sok. 3"
    ]


def test_the_same_correction_again_prolongs_it_and_starts_no_new_clock(
    tekdogru: Command, story: Story
) -> None:
    ask(tekdogru, story, *CORRECT, "--to", NEW, "--reason", "he called", "--until", "next-change")
    ask(tekdogru, story, *CORRECT, "--to", NEW.upper(), "--reason", "sure", "--until", "forever")
    one = the_only(story)
    assert (one.to_value, one.until, one.reason) == (NEW, "forever", "sure")
    assert [event.kind for event in one.events] == ["verified", "overridden"]


# the end of a value set by hand


def set_by_hand(tekdogru: Command, story: Story, *more: str) -> None:
    asked = ("--to", NEW, "--reason", "he called", *more)
    assert ask(tekdogru, story, *CORRECT, *asked).status == 0


def in_force(story: Story, day: date) -> list[str | None]:
    store = CorrectionStore(story.opened.state_url)
    return [one.to_value for one in overrides_in_force(store, day, "customer")]


def after(days: int) -> date:
    return date.fromordinal(TODAY.toordinal() + days)


def test_a_value_with_a_day_holds_through_that_day(tekdogru: Command, story: Story) -> None:
    set_by_hand(tekdogru, story, "--until", after(3).isoformat())
    assert in_force(story, date.fromordinal(TODAY.toordinal() - 1)) == []
    assert in_force(story, after(3)) == [NEW]
    assert in_force(story, after(4)) == []


@pytest.mark.parametrize(
    ("more", "core", "holds"),
    [
        ((), OLD, True),
        ((), "Başka Sok. 5", False),
        ((), NEW, False),
        (("--keep-when-equal",), NEW, True),
        (("--keep-when-equal",), "Başka Sok. 5", False),
    ],
)
def test_a_value_until_the_next_change_ends_with_it(
    tekdogru: Command, story: Story, more: tuple[str, ...], core: str, holds: bool
) -> None:
    """Whether a source that loads the equal value ends it is said by --keep-when-equal."""
    set_by_hand(tekdogru, story, "--until", "next-change", *more)
    story.observe(after(1), Seen(CALLS, OLD), Seen(CORE, core), Seen(WEB, OLD))
    assert in_force(story, after(1)) == ([NEW] if holds else [])


@pytest.mark.parametrize(("until", "holds"), [("next-verified-change", False), ("forever", True)])
def test_only_a_verified_change_ends_a_value_that_waits_for_one(
    tekdogru: Command, story: Story, until: str, holds: bool
) -> None:
    set_by_hand(tekdogru, story, "--until", until)
    other = "Başka Sok. 5"
    story.observe(after(1), Seen(CALLS, other), Seen(CORE, OLD), Seen(WEB, OLD))
    assert in_force(story, after(1)) == [NEW]
    at = datetime.combine(after(2), datetime.min.time())
    told = Seen(CALLS, other, confirmed=at, means="confirmed")
    story.observe(after(2), told, Seen(CORE, OLD), Seen(WEB, OLD))
    assert in_force(story, after(2)) == ([NEW] if holds else [])


def test_overrides_are_written_as_survivorship_reads_them(
    tekdogru: Command, story: Story, tmp_path: Path
) -> None:
    url = story.opened.state_url
    assert known_overrides(url, TODAY, tmp_path / "o.parquet") == (None, frozenset())
    set_by_hand(tekdogru, story, "--until", after(3).isoformat())
    file, attributes = known_overrides(url, TODAY, tmp_path / "o.parquet")
    assert attributes == {"customer.address"}
    with duckdb.connect() as connection:
        rows = connection.execute(f"SELECT * FROM read_parquet('{file}')")
        assert [one[0] for one in rows.description or ()] == [
            "entity_id", "attribute", "value", "until", "reason", "author",
        ]  # fmt: skip
        assert rows.fetchall() == [
            ("4711", "customer.address", NEW, after(3), "he called", "ayse@bank.example")
        ]


# evidence and trust

HEAD = "entity_id,attribute,value,kind,result,on,note\n"


def import_(tekdogru: Command, story: Story, *rows: str) -> Ended:
    file = story.folder / "evidence.csv"
    file.write_text(HEAD + "\n".join(rows) + "\n", "utf-8")
    return ask(tekdogru, story, "corrections", "evidence", file)


def test_evidence_settles_suspicions_and_speaks_for_and_against_sources(
    tekdogru: Command, story: Story
) -> None:
    story.observe(date(2026, 11, 2), Seen(CALLS, NEW), Seen(CORE, OLD), Seen(WEB, OLD))
    right = f"4711,customer.address,{NEW.upper()},registry,right,2026-11-03,"
    ended = import_(tekdogru, story, right)
    assert "1 row(s) are new, 0 were known; 1 suspicion(s) verified, 0 rejected" in ended.out
    one = the_only(story)
    assert (one.state, one.verified_by) == ("verified", "registry")
    told = document(tekdogru, story, "trust")
    assert [(t["source"], t["right"], t["wrong"], t["share"]) for t in told] == [
        ("call_centre", 1, 0, None), ("core", 0, 1, None), ("web", 0, 1, None),
    ]  # fmt: skip
    assert "0 row(s) are new, 1 were known" in import_(tekdogru, story, right).out
    assert document(tekdogru, story, "trust") == told
    assert "not enough evidence (1 right, 0 wrong)" in ask(tekdogru, story, "trust").out


def test_returned_mail_counts_against_who_held_the_address_that_day(
    tekdogru: Command, story: Story
) -> None:
    story.observe(date(2026, 11, 5), Seen(CALLS, NEW), Seen(CORE, OLD), Seen(WEB, OLD))
    ended = import_(
        tekdogru, story,
        f"4711,customer.address,{OLD},returned_mail,wrong,2026-11-03,",
        f"4711,customer.address,{OLD},returned_mail,wrong,2026-11-06,",
        f"4711,customer.address,{OLD},returned_mail,wrong,2026-10-01,",
    )  # fmt: skip
    assert "of 1 value(s) no source was seen to hold it on that day" in ended.out
    votes = CorrectionStore(story.opened.state_url).votes(TODAY)
    assert sorted((vote.on.day, vote.source) for vote in votes if not vote.right) == [
        (3, "call_centre"), (3, "core"), (3, "web"), (6, "core"), (6, "web"),
    ]  # fmt: skip
    assert the_only(story).state == "suspected"


def test_evidence_for_the_old_value_or_against_the_new_one_rejects_a_suspicion(
    tekdogru: Command, story: Story
) -> None:
    story.observe(date(2026, 11, 2), Seen(CALLS, NEW), Seen(CORE, OLD), Seen(WEB, OLD))
    earlier = f"4711,customer.address,{OLD},one_time_code,right,2026-11-01,"
    import_(tekdogru, story, earlier)
    assert the_only(story).state == "suspected"
    import_(tekdogru, story, f"4711,customer.address,{OLD},one_time_code,right,2026-11-03,")
    assert (the_only(story).state, the_only(story).events[-1].by) == ("rejected", "one_time_code")


def test_every_fault_of_a_file_of_evidence_is_told_and_nothing_is_taken_in(
    tekdogru: Command, story: Story
) -> None:
    ended = import_(
        tekdogru, story,
        f"4711,customer.address,{OLD},returned_mail,wrong,2026-11-01,",
        ",customer.adress,x,rumour,maybe,yesterday,",
    )  # fmt: skip
    assert ended.status == 64
    for said in (
        "evidence.csv:3: `entity_id` is empty", "no attribute 'customer.adress'",
        "'rumour' is no kind of evidence; known: returned_mail, bounce",
        "result is 'maybe'", "'yesterday' is no day", "nothing was taken in",
    ):  # fmt: skip
        assert said in ended.err
    assert CorrectionStore(story.opened.state_url).votes(TODAY) == []


# erasure


def test_a_person_is_forgotten_and_that_it_was_done_is_not(tekdogru: Command, story: Story) -> None:
    story.observe(
        date(2026, 11, 2), Seen(CALLS, NEW), Seen(CORE, OLD), Seen(CORE, "Bir", entity="2"),
    )  # fmt: skip
    set_by_hand(tekdogru, story)
    import_(tekdogru, story, f"4711,customer.address,{OLD},registry,wrong,2026-11-02,")
    before = CorrectionStore(story.opened.state_url).votes(TODAY)
    ended = ask(tekdogru, story, "forget", "4711", "--by", "dpo@bank.example")
    assert ended.status == 0, ended.err
    store = CorrectionStore(story.opened.state_url)
    assert (store.listed(), store.count()) == ([], 1)
    nameless = store.votes(TODAY)
    assert {vote.fact for vote in nameless}.isdisjoint(vote.fact for vote in before)
    unnamed = [
        sorted(repr(v.model_copy(update={"fact": ""})) for v in vs) for vs in (nameless, before)
    ]
    assert unnamed[0] == unnamed[1]
    (erasure,) = ForgettingStore(story.opened.state_url).erasures()
    assert (erasure["by"], erasure["corrections"], erasure["evidence"]) == (
        "dpo@bank.example",
        1,
        1,
    )
    held = Path(story.opened.state_url.removeprefix("sqlite:///"))
    content = b"".join(path.read_bytes() for path in held.parent.glob("state.db*"))
    for text in (NEW, OLD, "he called"):
        assert text.encode() not in content
    snapshots = SnapshotStore(story.opened.state_url)
    (left,) = snapshots.versions("observations", "customer")
    snapshots.write_content(left, story.folder / "left.parquet")
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT DISTINCT entity_id FROM read_parquet('{story.folder}/left.parquet')"
        ).fetchall()
    assert rows == [("2",)]
    again = ask(tekdogru, story, "forget", "4711", "--by", "dpo@bank.example")
    assert again.status == 64
    assert "nothing is kept of customer 4711" in again.err
