"""Decides what a look at the ledger makes of corrections: events, votes, and nothing written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from catalog.arrivals import is_taken_over
from catalog.corrections import Correction, Event, EventKind, Hold, Vote, advance
from catalog.model import Catalog
from catalog.store.corrections import Batch, Happened
from expectations.corrections.looking import Looked, Suspect

OBSERVATION = "observation"
CONFIRMED = "confirmed"


@dataclass
class Deciding:
    """Corrections as they become, event by event, and what must be written of it in the end."""

    catalog: Catalog
    day: date
    now: datetime
    holidays: tuple[date, ...] = ()
    present: dict[str, Correction] = field(default_factory=dict)
    new: list[Correction] = field(default_factory=list)
    happened: list[Happened] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    unvoted: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def know(self, corrections: Iterable[Correction], looked: Looked | None = None) -> None:
        """Begin with these corrections, and with what a look found their records to hold."""
        for one in corrections:
            holds = tuple(hold for hold, _ in looked.holds.get(one.id, ())) if looked else one.holds
            self.present[one.id] = one.model_copy(update={"holds": holds})
            self.seen += [one.id] if holds != one.holds else []

    def begin(self, correction: Correction) -> None:
        """Take up a new correction."""
        self.new.append(correction.model_copy(update={"holds": ()}))
        self.present[correction.id] = correction
        self.seen.append(correction.id)

    def happen(
        self, correction_id: str, kind: EventKind, by: str, why: str | None = None, **changes: Any
    ) -> None:
        """Have something happen to a correction; Refused where it cannot."""
        one = self.present[correction_id]
        event = Event(kind=kind, at=self.now, on=self.day, by=by, why=why)
        changes["state"] = advance(one.state, kind)
        self.happened.append(Happened(correction_id, event, changes))
        events = (*one.events, event)
        self.present[correction_id] = one.model_copy(update={**changes, "events": events})

    def verify(self, correction_id: str, by: str, why: str | None = None, **more: Any) -> None:
        """Verify a correction: it begins to count, its due day is set, others are replaced by it,
        and sources are found to have been right or wrong.
        """
        one = self.present[correction_id]
        due = more.pop("due", None) or self.due(one.attribute)
        self.happen(
            correction_id, "verified", by, why, verified_by=by, since=self.day, due=due, **more
        )
        self.settle(correction_id)

    def settle(self, correction_id: str) -> None:
        """What follows from a verification, whichever way it came about."""
        one = self.present[correction_id]
        for other in self.replaced_by(one):
            ended = other.ended or (self.day if other.until else None)
            self.happen(other.id, *_replacing(other, one), closed=self.day, ended=ended)
        self.votes += votes_of(one, self.day)

    def due(self, attribute: str) -> date | None:
        """By when a correction that is verified today must have arrived everywhere."""
        defined = self.catalog.attributes.get(attribute)
        promise = defined.corrections if defined else None
        return promise.within.after(self.day, self.holidays) if promise else None

    def replaced_by(self, one: Correction) -> list[Correction]:
        """The others of the same entity and attribute that were verified before."""
        return [
            other
            for other in self.present.values()
            if (other.entity_id, other.attribute) == (one.entity_id, one.attribute)
            and other.id != one.id
            and other.closed is None
            and other.state in ("verified", "taken_over")
        ]

    def is_held(self, one: Correction) -> bool:
        """Whether a value set by hand is in force that only its own end or a steward ends."""
        return any(
            other.is_override and other.until != "next-verified-change"
            for other in self.replaced_by(one)
        )

    def take_over(self) -> None:
        """Close what every system holds, and open what one has fallen back from."""
        for one in list(self.present.values()):
            if one.closed is not None:
                continue
            if one.state in ("suspected", "verified"):
                if is_taken_over(one, self.catalog, self.day):
                    self.happen(one.id, "taken_over", OBSERVATION)
            elif one.state == "taken_over" and any(hold.was for hold in one.holds):
                fell = ", ".join(sorted({hold.source for hold in one.holds if hold.was}))
                kind: EventKind = "fell_back" if one.verified_by else "doubted"
                self.happen(one.id, kind, OBSERVATION, f"{fell} holds the old value again")

    def batch(self, **more: Any) -> Batch:
        """Everything that must be written, and what records hold by now that held otherwise."""
        return Batch(
            new=self.new,
            happened=self.happened,
            holds={key: self.present[key].holds for key in self.seen},
            votes=self.votes,
            unvoted=self.unvoted,
            **more,
        )


def _replacing(other: Correction, one: Correction) -> tuple[EventKind, str, str]:
    kind: EventKind = "superseded" if other.state == "verified" else "ended"
    return kind, one.verified_by or OBSERVATION, f"{one.id} was verified later"


def suspicion(suspect: Suspect, holds: Sequence[Hold], day: date, now: datetime) -> Correction:
    """The correction that a suspicion begins as."""
    event = Event(kind="suspected", at=now, on=day, by=suspect.source)
    return Correction(
        id=suspect.id,
        entity_id=suspect.entity_id,
        attribute=suspect.attribute,
        from_value=suspect.from_value,
        to_value=suspect.to_value,
        origin="source",
        source=suspect.source,
        field=suspect.field,
        state="suspected",
        since=day,
        made=now,
        events=(event,),
        holds=tuple(holds),
    )


def votes_of(correction: Correction, day: date) -> Iterator[Vote]:
    """What a verified correction says of the sources that held a value when it was verified."""
    return votes_by(correction.id, correction.attribute, correction.holds, day)


def votes_by(fact: str, attribute: str, holds: Sequence[Hold], day: date) -> Iterator[Vote]:
    """One vote per source by whether it held the right value.

    Copies have none: they say what another says. A source whose records contradict each other has
    none either.
    """
    by_source: dict[str, set[bool]] = {}
    for hold in holds:
        if hold.copy_of is None:
            by_source.setdefault(hold.source, set()).add(hold.holds)
    for source, said in sorted(by_source.items()):
        if len(said) == 1:
            yield Vote(fact=fact, source=source, attribute=attribute, right=said.pop(), on=day)


def held_by_most(holds: Sequence[tuple[Hold, str]]) -> str | None:
    """The value that most independent records hold in place of the right one."""
    counted: Mapping[str, int] = {}
    for hold, value in holds:
        if not hold.holds and hold.copy_of is None:
            counted = {**counted, value: counted.get(value, 0) + 1}
    return min(counted, key=lambda value: (-counted[value], value)) if counted else None
