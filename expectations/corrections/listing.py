"""Writes corrections and measured trust for people, for programs (JSON) and as work lists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from catalog.arrivals import Place, parties, places_of
from catalog.corrections import Correction, ListedCorrection, Observed, Trust
from catalog.model import Catalog
from catalog.plurals import counted
from catalog.settings import TrustSettings
from lineage.exchange.rows import written

By = Literal["system", "owner"]
COLUMNS = (
    *("system", "owner", "holder", "field", "record_id", "entity_id", "attribute"),
    *("from", "to", "since", "days", "due", "overdue", "copy_of", "correction"),
)
MASKED = "…"


@dataclass(frozen=True)
class Listing:
    """Corrections on a day, with what is known of who has taken them over.

    Without `shown` the values of personal attributes are masked in text.
    """

    catalog: Catalog
    corrections: Sequence[Correction]
    today: date
    observed: Mapping[str, Observed]
    shown: bool = False

    def value(self, correction: Correction, text: str | None) -> str:
        """A value as it may be told."""
        if text is None:
            return "something else"
        attribute = self.catalog.attributes.get(correction.attribute)
        personal = attribute is None or attribute.personal_data
        return MASKED if personal and not self.shown else f"'{text}'"

    def open_places(self) -> list[tuple[Correction, Place]]:
        """Every place at which a verified correction has not arrived."""
        return [
            (one, place)
            for one in self.corrections
            if one.state == "verified"
            for place in places_of(one, self.catalog, self.today)
            if not place.holds
        ]


def listed(listing: Listing) -> list[ListedCorrection]:
    """The corrections as JSON has them."""
    found = []
    for one in listing.corrections:
        taken, left = parties(one, listing.catalog, listing.today)
        found.append(
            ListedCorrection(
                entity_id=one.entity_id,
                attribute=one.attribute,
                from_=one.from_value,
                to=one.to_value,
                state=one.state,
                origin=one.origin,
                verified_by=one.verified_by,
                since=one.since,
                due=one.due,
                taken_over=taken,
                open=left if one.state == "verified" else (),
            )
        )
    return found


def corrections_json(listing: Listing) -> str:
    """One JSON document, in the form of `schemas/corrections-1.0.json`."""
    documents = []
    for one in listed(listing):
        document = one.model_dump(mode="json", by_alias=True)
        for key in ("taken_over", "open"):
            document[key] = [
                {k: v for k, v in party.items() if v is not None or k == "owner"}
                for party in document[key]
            ]
        documents.append(document)
    return json.dumps(documents, ensure_ascii=False, indent=2)


def corrections_csv(listing: Listing, by: By) -> str:
    """The work list: a line for each place at which a verified correction has not arrived.

    What a spreadsheet would take for a formula is kept from it.
    """
    places = listing.open_places()
    places.sort(key=lambda found: _sorted_by(found, by))
    return written(COLUMNS, (_row(one, place, listing) for one, place in places))


def _sorted_by(found: tuple[Correction, Place], by: By) -> tuple[str, ...]:
    one, place = found
    group = place.urn if by == "system" else str(place.answers.owner)
    return (group, str(one.due or date.max), place.urn, one.entity_id, one.attribute, place.field)


def _row(one: Correction, place: Place, listing: Listing) -> tuple[object, ...]:
    overdue = one.due is not None and one.due < listing.today
    return (
        *(place.urn, place.answers.owner or "", place.answers.holder or "", place.field),
        *(place.record_id or "", one.entity_id, one.attribute),
        *(one.from_value or "", one.to_value or "", one.since, _days(one, listing.today)),
        *(one.due or "", "yes" if overdue else "no", place.copy_of or "", one.id),
    )


def corrections_text(listing: Listing, by: By) -> str:
    """For people: what is open by system or owner, then what waits for a decision."""
    lines = list(_open_lines(listing, by))
    lines += _decision_lines(listing)
    lines += _closed_lines(listing)
    if not lines:
        lines = ["No correction is known."]
    return "\n".join([*lines, *_seen_lines(listing)])


def _open_lines(listing: Listing, by: By) -> Iterator[str]:
    verified = [one for one in listing.corrections if one.state == "verified"]
    places = listing.open_places()
    if not verified:
        return
    late = sum(one.due is not None and one.due < listing.today for one in verified)
    yield f"{counted(len(verified), 'verified correction')} not taken over everywhere, {late} late."
    groups: dict[str, list[tuple[Correction, Place]]] = {}
    for found in places:
        groups.setdefault(_heading(found[1], listing, by), []).append(found)
    for heading in sorted(groups):
        yield f"\n{heading}:"
        for one, place in groups[heading]:
            yield from _place_lines(one, place, listing, by)
    unseen = [one for one in verified if not one.holds]
    if unseen:
        yield "\nOf these no system was seen to hold a value:"
        yield from (f"  {_told(one, listing)}" for one in unseen)


def _heading(place: Place, listing: Listing, by: By) -> str:
    if by == "owner":
        return str(place.answers)
    return f"{_named(place.urn, listing)} ({place.answers})"


def _named(urn: str, listing: Listing) -> str:
    definition = listing.catalog.definitions.get(urn)
    name = definition.named(listing.catalog.language) if definition else urn
    return f"{name} [{urn}]"


def _place_lines(one: Correction, place: Place, listing: Listing, by: By) -> Iterator[str]:
    due = f", due {one.due}" if one.due else ""
    late = " LATE" if one.due and one.due < listing.today else ""
    where = f"{_named(place.urn, listing)} " if by == "owner" else ""
    yield f"  {_told(one, listing)}"
    open_for = counted(_days(one, listing.today), "day")
    yield f"      {where}since {open_for}{due}{late}: {place.field}"
    if place.copy_of:
        yield f"      it is a copy of {place.copy_of}: it follows when that is mended"
    if place.holds is None:
        yield f"      nobody observes {place.field}, so nothing shows that it was taken over"


def _told(one: Correction, listing: Listing) -> str:
    before, after = listing.value(one, one.from_value), listing.value(one, one.to_value)
    return f"{one.id}  {one.attribute} of {one.entity_id}: {after} in place of {before}"


def _decision_lines(listing: Listing) -> Iterator[str]:
    suspected = [one for one in listing.corrections if one.state == "suspected"]
    if not suspected:
        return
    yield f"\n{counted(len(suspected), 'suspicion')} to be decided (later is not righter):"
    for one in suspected:
        yield f"  {_told(one, listing)}"
        said = f"      {one.source or 'somebody'} says so since {one.since}"
        yield f"{said}; `tekdogru corrections verify {one.id}` or `reject {one.id} --reason …`"


def _closed_lines(listing: Listing) -> Iterator[str]:
    for state, said in (("taken_over", "taken over everywhere"), ("rejected", "rejected")):
        found = [one for one in listing.corrections if one.state == state]
        if found:
            yield f"\n{counted(len(found), 'correction')} {said}:"
        for one in found:
            why = f": {one.events[-1].why}" if one.events and one.events[-1].why else ""
            yield f"  {_told(one, listing)}"
            yield f"      on {one.events[-1].on}, by {one.events[-1].by}{why}"


def _seen_lines(listing: Listing) -> Iterator[str]:
    days = sorted({one.on for one in listing.observed.values()})
    if not days:
        yield "\nNo observations are kept, so nothing shows who has taken a correction over."
    elif days[0] < listing.today:
        yield f"\nAs observed on {days[0]}."


def _days(one: Correction, today: date) -> int:
    return max(0, (today - one.since).days)


def trust_json(trust: Iterable[Trust]) -> str:
    """One JSON document, in the form of `schemas/trust-1.0.json`."""
    return json.dumps([one.model_dump() for one in trust], ensure_ascii=False, indent=2)


def trust_text(trust: Sequence[Trust], settings: TrustSettings, doubts: Sequence[str] = ()) -> str:
    """For people: each attribute with its sources, what the figures rest on, and what is stated of
    sources that does not go with them.
    """
    doubted = [f"\n{one}" for one in doubts]
    if not trust:
        nothing = (
            "Nothing is known yet: trust is measured from verified corrections and outside "
            "evidence (`tekdogru corrections evidence FILE`)."
        )
        return "\n".join([nothing, *doubted])
    lines, attribute = [], ""
    for one in trust:
        if one.attribute != attribute:
            attribute = one.attribute
            lines.append(f"{attribute}:")
        lines.append(f"  {one.source:<20} {_measured(one)}")
    rule = f"A fact counts half after {settings.half_life}; below {settings.minimum} "
    return "\n".join([*lines, "", f"{rule}facts there is not enough evidence.", *doubted])


def _measured(one: Trust) -> str:
    facts = f"{one.right} right, {one.wrong} wrong"
    if one.share is None or one.low is None or one.high is None:
        return f"not enough evidence ({facts})"
    return f"{one.share:.1%} right (95 %: {one.low:.1%} to {one.high:.1%}; {facts})"
