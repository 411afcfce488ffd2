"""A customer tells the call centre a new address: who holds it, who does not, and since when."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from observations import Seen
from story import CALLS, COPIED, CORE, NEW, OLD, WEB, Story

from catalog.arrivals import parties
from catalog.corrections import Correction, Party
from catalog.store.corrections import CorrectionStore

D1, D2, D5, D9 = (date(2026, 11, day) for day in (1, 2, 5, 9))


def only(story: Story) -> Correction:
    (one,) = CorrectionStore(story.opened.state_url).listed()
    return one


def everybody(value: str) -> list[Seen]:
    return [*(Seen(path, value) for path in (CALLS, CORE, WEB)), Seen(COPIED, value, copy=True)]


def told(found: tuple[Party, ...]) -> list[tuple[str | None, str | None, int]]:
    return [(one.source or one.touchpoint, one.owner, one.days) for one in found]


def test_the_address_travels_from_the_call_centre_to_the_letters(tmp_path: Path) -> None:
    story = Story(tmp_path)
    assert story.observe(D1, *everybody(OLD)).suspected == 0

    heard = Seen(CALLS, NEW, confirmed=datetime(2026, 11, 2, 9), means="confirmed")
    others = [one for one in everybody(OLD) if one.path != CALLS]
    recorded = story.observe(D2, heard, *others)
    assert (recorded.suspected, recorded.verified, recorded.taken_over) == (1, 1, 0)
    one = only(story)
    assert (one.state, one.verified_by, one.since) == ("verified", "confirmed", D2)
    assert (one.from_value, one.to_value, one.source) == (OLD, NEW, "call_centre")
    assert one.due == date(2026, 11, 12)
    taken, left = parties(one, story.catalog, D5)
    assert told(taken) == [("call_centre", "calls@bank.example", 0)]
    assert told(left) == [
        ("core", "core_owner", 3),
        ("web", "web@bank.example", 3),
        ("letters", "retail", 3),
    ]

    core = Seen(CORE, NEW.upper() + " ")
    story.observe(D5, heard, core, Seen(WEB, OLD), Seen(COPIED, NEW, copy=True))
    taken, left = parties(only(story), story.catalog, D9)
    assert told(left) == [("web", "web@bank.example", 7)]
    assert [one.source or one.touchpoint for one in taken] == ["call_centre", "core", "letters"]
    assert [one.days for one in taken] == [0, 3, 3]

    recorded = story.observe(D9, *everybody(NEW))
    assert recorded.taken_over == 1
    assert only(story).state == "taken_over"
    assert parties(only(story), story.catalog, D9)[1] == ()
    assert [e.kind for e in only(story).events] == ["suspected", "verified", "taken_over"]
    votes = CorrectionStore(story.opened.state_url).votes(D9)
    assert [(v.source, v.right) for v in votes] == [
        ("call_centre", True),
        ("core", False),
        ("web", False),
    ]


def test_the_same_day_told_again_changes_nothing(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.observe(D1, *everybody(OLD))
    for _ in range(2):
        story.observe(D2, Seen(CALLS, NEW), Seen(CORE, OLD), Seen(WEB, OLD))
        one = only(story)
        assert [e.kind for e in one.events] == ["suspected"]


def test_a_change_that_nobody_confirmed_is_suspected_and_not_righter_for_being_later(
    tmp_path: Path,
) -> None:
    story = Story(tmp_path)
    story.observe(D1, *everybody(OLD))
    old_news = datetime(2026, 10, 1)
    for number, heard in enumerate(
        [
            Seen(CALLS, NEW, confirmed=datetime(2026, 11, 2), means="changed"),
            Seen(CALLS, NEW, confirmed=old_news, means="confirmed"),
            Seen(CALLS, NEW, means="loaded"),
        ]
    ):
        here = Story(tmp_path / str(number))
        here.observe(D1, *everybody(OLD))
        here.observe(D2, heard, Seen(CORE, OLD), Seen(WEB, OLD))
        assert (only(here).state, only(here).verified_by, only(here).due) == (
            "suspected",
            None,
            None,
        )


def test_a_confirmation_elsewhere_that_is_as_new_leaves_it_suspected(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.observe(D1, *everybody(OLD))
    at = datetime(2026, 11, 2, 9)
    story.observe(
        D2,
        Seen(CALLS, NEW, confirmed=at, means="confirmed"),
        Seen(CORE, OLD, confirmed=at, means="confirmed"),
        Seen(WEB, OLD),
    )
    assert only(story).state == "suspected"


def test_a_suspicion_is_verified_when_the_customer_confirms_it_later(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.observe(D1, *everybody(OLD))
    story.observe(D2, Seen(CALLS, NEW), Seen(CORE, OLD), Seen(WEB, OLD))
    heard = Seen(CALLS, NEW, confirmed=datetime(2026, 11, 4), means="confirmed")
    story.observe(D5, heard, Seen(CORE, OLD), Seen(WEB, OLD))
    assert (only(story).state, only(story).since) == ("verified", D5)


def test_what_is_taken_back_is_no_suspicion_any_more(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.observe(D1, *everybody(OLD))
    story.observe(D2, Seen(CALLS, NEW), Seen(CORE, OLD), Seen(WEB, OLD))
    story.observe(D5, *everybody(OLD))
    assert only(story).state == "rejected"
    assert only(story).events[-1].why == "no system says so any more"


def test_a_system_that_falls_back_opens_the_correction_again_without_a_new_suspicion(
    tmp_path: Path,
) -> None:
    story = Story(tmp_path)
    story.observe(D1, Seen(CALLS, OLD), Seen(CORE, OLD))
    heard = Seen(CALLS, NEW, confirmed=datetime(2026, 11, 2, 9), means="confirmed")
    story.observe(D2, heard, Seen(CORE, OLD))
    story.observe(D5, heard, Seen(CORE, NEW))
    assert only(story).state == "taken_over"
    recorded = story.observe(D9, heard, Seen(CORE, OLD))
    assert recorded.fell_back == 1
    assert only(story).state == "verified"
    assert told(parties(only(story), story.catalog, D9)[1])[0] == ("core", "core_owner", 7)


def test_a_record_that_says_nothing_is_neither_open_nor_done(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.observe(D1, *everybody(OLD))
    heard = Seen(CALLS, NEW, confirmed=datetime(2026, 11, 2, 9), means="confirmed")
    story.observe(D2, heard, Seen(CORE, None), Seen(WEB, OLD))
    assert told(parties(only(story), story.catalog, D2)[1]) == [("web", "web@bank.example", 0)]


def test_a_source_that_is_new_raises_no_suspicion(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.observe(D1, Seen(CORE, OLD), Seen(WEB, OLD))
    assert story.observe(D2, Seen(CALLS, NEW), Seen(CORE, OLD), Seen(WEB, OLD)).suspected == 0


def test_a_new_record_of_a_known_source_does(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.observe(D1, Seen(CORE, OLD), Seen(CALLS, "x", entity="1"))
    assert story.observe(D2, Seen(CALLS, NEW), Seen(CORE, OLD)).suspected == 1


def test_a_copy_neither_raises_suspicion_nor_speaks_against_one(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.observe(D1, Seen(CORE, OLD), Seen(COPIED, OLD, copy=True))
    assert story.observe(D2, Seen(CORE, OLD), Seen(COPIED, NEW, copy=True)).suspected == 0
    assert story.observe(D5, Seen(CORE, NEW), Seen(COPIED, NEW, copy=True)).suspected == 0


@pytest.mark.parametrize("means", ["confirmed", "changed"])
def test_two_systems_with_the_same_news_are_one_correction(tmp_path: Path, means: str) -> None:
    story = Story(tmp_path)
    story.observe(D1, *everybody(OLD))
    at = datetime(2026, 11, 2, 9)
    news = [Seen(path, NEW, confirmed=at, means=means) for path in (CALLS, CORE)]
    assert story.observe(D2, *news, Seen(WEB, OLD)).suspected == 1


def test_a_system_that_could_not_be_read_says_what_it_said_last(tmp_path: Path) -> None:
    """Else its silence would look like a value taken over, or taken back."""
    story = Story(tmp_path)
    story.observe(D1, *everybody(OLD))
    heard = Seen(CALLS, NEW, confirmed=datetime(2026, 11, 2, 9), means="confirmed")
    story.observe(D2, heard, Seen(CORE, OLD))
    story.observe(D5, heard)
    assert only(story).state == "verified"
    assert "core" in {one.source for one in parties(only(story), story.catalog, D5)[1]}


def test_a_suspicion_outlives_the_day_on_which_its_source_could_not_be_read(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.observe(D1, *everybody(OLD))
    story.observe(D2, Seen(CALLS, NEW), Seen(CORE, OLD), Seen(WEB, OLD))
    story.observe(D5, Seen(CORE, OLD), Seen(WEB, OLD))
    assert only(story).state == "suspected"
    story.observe(D9, Seen(CALLS, OLD), Seen(CORE, OLD), Seen(WEB, OLD))
    assert only(story).state == "rejected"


def test_a_record_that_is_gone_from_a_system_that_was_read_is_open_no_more(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.observe(D1, *everybody(OLD), Seen(CORE, "x", entity="1"))
    heard = Seen(CALLS, NEW, confirmed=datetime(2026, 11, 2, 9), means="confirmed")
    story.observe(D2, heard, Seen(CORE, OLD), Seen(CORE, "x", entity="1"), Seen(WEB, NEW))
    assert only(story).state == "verified"
    gone = [Seen(CORE, "x", entity="1"), Seen(WEB, NEW), Seen(COPIED, NEW, copy=True)]
    story.observe(D5, heard, *gone)
    assert only(story).state == "taken_over"
