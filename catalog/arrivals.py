"""Which systems and touchpoints hold a correction's value, which do not, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.corrections import Correction, Hold, Party
from catalog.model import Catalog
from catalog.ownership import Answerable, who_answers


@dataclass(frozen=True)
class Place:
    """A field of a source system, or what a touchpoint reads, beside a correction.

    `holds` is None where nobody observes it: nothing shows that it was taken over. `changed` is
    the day since which it says what it says, `copy_of` the field it is filled from.
    """

    urn: str
    field: str
    holds: bool | None
    answers: Answerable
    record_id: str | None = None
    changed: date | None = None
    copy_of: str | None = None


def places_of(correction: Correction, catalog: Catalog, today: date) -> list[Place]:
    """Every record that was seen to hold a value, then every touchpoint that reads the attribute.

    A record without a value is no place: it holds nothing wrong.
    """
    systems = [_system(hold, catalog, today) for hold in correction.holds]
    return [*systems, *_touchpoints(correction, catalog, today)]


def _system(hold: Hold, catalog: Catalog, today: date) -> Place:
    urn = f"source:{hold.source}"
    answers = who_answers(catalog, urn, today) if hold.source in catalog.sources else Answerable()
    return Place(urn, hold.path, hold.holds, answers, hold.record_id, hold.changed, hold.copy_of)


def _touchpoints(correction: Correction, catalog: Catalog, today: date) -> Iterator[Place]:
    observed = observed_fields(catalog, correction.attribute)
    for touchpoint in catalog.touchpoints.values():
        path = touchpoint.reads.get(correction.attribute)
        if path is None:
            continue
        read = [hold for hold in correction.holds if hold.path == path]
        if not read and path in observed:
            continue  # that system holds no value of this entity
        held = all(hold.holds for hold in read) if read else None
        changed = max((hold.changed for hold in read if hold.changed), default=None)
        answers = who_answers(catalog, touchpoint.urn, today)
        yield Place(touchpoint.urn, path, held, answers, changed=changed)


def observed_fields(catalog: Catalog, attribute: str) -> frozenset[str]:
    """The fields whose values of an attribute are observed: those it claims."""
    defined = catalog.attributes.get(attribute)
    return frozenset(claim.field for claim in defined.claims) if defined else frozenset()


def is_taken_over(correction: Correction, catalog: Catalog, today: date) -> bool:
    """Whether every system and touchpoint holds its value, and there is one that does."""
    places = places_of(correction, catalog, today)
    return bool(correction.holds) and all(place.holds for place in places)


def parties(
    correction: Correction, catalog: Catalog, today: date
) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
    """Who has taken the correction over, and who has not, each system and touchpoint once."""
    grouped: dict[str, list[Place]] = {}
    for place in places_of(correction, catalog, today):
        grouped.setdefault(place.urn, []).append(place)
    taken: list[Party] = []
    left: list[Party] = []
    for urn, places in grouped.items():
        done = all(place.holds for place in places)
        (taken if done else left).append(_party(urn, places, correction, today, done))
    return tuple(taken), tuple(left)


def _party(
    urn: str, places: Sequence[Place], correction: Correction, today: date, done: bool
) -> Party:
    kind, _, key = urn.partition(":")
    last = max((place.changed for place in places if place.changed), default=today)
    days = max(0, ((last if done else today) - correction.since).days)
    named = {"source": key} if kind == "source" else {"touchpoint": key}
    return Party(**named, owner=places[0].answers.owner, days=days)
