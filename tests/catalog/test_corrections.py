"""The states of a correction: what may follow what, and what it was on a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.corrections import (
    KEEPING,
    STEPS,
    Correction,
    Event,
    EventKind,
    Refused,
    advance,
    state_after,
)

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KINDS: list[EventKind] = sorted({kind for _, kind in STEPS} | KEEPING)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"suspected", "verified"}))
def test_a_correction_begins_suspected_or_verified(kind: EventKind) -> None:
    with pytest.raises(Refused, match="a correction that is new cannot be"):
        advance(None, kind)


def test_only_what_is_rejected_must_be_verified_anew() -> None:
    assert advance("rejected", "verified") == "verified"
    with pytest.raises(Refused, match="rejected cannot be taken over; possible: verified"):
        advance("rejected", "taken_over")


def test_some_events_say_something_and_move_nothing() -> None:
    for kind in KEEPING:
        assert advance("verified", kind) == "verified"


@given(
    st.sampled_from(["suspected", "verified"]),
    st.lists(st.tuples(st.sampled_from(KINDS), st.integers(-3, 3)), max_size=12),
)
def test_on_every_day_it_was_what_its_events_until_then_made_it(
    first: EventKind, later: list[tuple[EventKind, int]]
) -> None:
    """Events are told in the order they were written, even where one names an earlier day."""
    events = [event(first, 0)]
    for kind, days in later:
        try:
            state_after([*(one.kind for one in events), kind])
        except Refused:
            continue
        events.append(event(kind, days))
    state = state_after(one.kind for one in events)
    assert state is not None
    one = Correction(
        id="1", entity_id="4711", attribute="customer.address", origin="steward", state=state,
        since=DAY, made=NOW, events=tuple(events),
    )  # fmt: skip
    states = [one.state_on(DAY + timedelta(days=n)) for n in range(-3, 4)]
    assert states[-1] == state
    assert states[0] is None
    reached = [state_after(e.kind for e in events[:n]) for n in range(1, len(events) + 1)]
    assert set(states) <= {None, *reached}


def event(kind: EventKind, days: int) -> Event:
    return Event(kind=kind, at=NOW, on=DAY + timedelta(days=days), by="a@bank.example")
