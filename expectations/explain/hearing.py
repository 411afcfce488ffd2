"""Hears what every claim says of an entity, and whether that is what the golden record says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import cast

from catalog.explanations import Outcome, Said, Weight
from catalog.model.sources import Means
from catalog.truth import State
from expectations.engine.contest import Contest
from expectations.explain.inquiry import Found, Inquiry
from expectations.plan import Candidate


def moment_of(text: str | None) -> datetime | None:
    """A time as the engine writes it; None for one that no calendar knows."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def day_of(text: str | None) -> date | None:
    """A day as the engine writes it."""
    moment = moment_of(text)
    return moment.date() if moment else None


@dataclass(frozen=True)
class Hearing:
    """The bids on one attribute; where `is_known` is false nothing is concluded from them."""

    inquiry: Inquiry
    found: Found
    contest: Contest
    is_known: bool = True

    def says(self) -> Iterator[Said]:
        """What every claim says whose dataset knows the entity, in the order of the claims."""
        for n, candidate in enumerate(self.contest.candidates):
            if self.found.values[f"knows {candidate.column.dataset}"] == "true":
                yield self._said(n, candidate)

    def agrees(self, compared: str | None) -> bool | None:
        """Whether a hash is that of the golden value; None where either is missing."""
        if compared is None or not self.is_known or self._value is None:
            return None
        return compared in self.golden

    @property
    def _value(self) -> str | None:
        return self.found.values[f"value{self.contest.m}"]

    @cached_property
    def golden(self) -> tuple[str, ...]:
        """The hashes of what the golden record says; of a set there are several."""
        m, values = self.contest.m, self.found.values
        if values[f"c{m}"] == "override":
            held = [values[f"set{m}"]]
        else:
            places = range(len(self.contest.candidates))
            agreeing = [n for n in places if values[f"x{m}_{n}"] in (None, "agrees")]
            held = [values[self.contest.bid(n, "h")] for n in agreeing]
        return tuple(dict.fromkeys(one for one in held if one is not None))

    def _said(self, n: int, candidate: Candidate) -> Said:
        m, values = self.contest.m, self.found.values
        raw, cleansed = (values[self.contest.bid(n, letter)] for letter in "pe")
        reason = values[f"x{m}_{n}"] if self.is_known else None
        at = moment_of(values[self.contest.bid(n, "s")])
        agrees = self.agrees(values[self.contest.bid(n, "h")])
        return Said(
            claim=candidate.number,
            source=candidate.source,
            dataset=candidate.column.dataset,
            field=candidate.column.field,
            record_id=values[self.contest.bid(n, "r")],
            raw=raw or None,
            cleansed=cleansed,
            state=cast(State, values[f"z{m}_{n}"]),
            at=at,
            means=self._means(candidate) if at else None,
            valid_until=day_of(values[self.contest.bid(n, "u")]),
            winner=self.is_known and values[f"x{m}_{n}"] is None,
            agrees=agrees,
            reason=reason,
            closer=self._closer(raw, cleansed, reason, at, agrees, candidate),
            copy_of=self.inquiry.job.catalog.fields[candidate.column.path].copy_of,
            trust=self._trust(n, candidate),
        )

    def _trust(self, n: int, candidate: Candidate) -> Weight | None:
        """What the record weighs where trust is asked for, and what is known of its source."""
        letter, stated = self.contest.trust, candidate.guards.trust
        if letter is None or stated is None:
            return None
        here = self.found.values[self.contest.bid(n, letter)]
        asked = stated.measured, candidate.column.attribute
        trust = self.inquiry.job.known.trust
        known = next((one for one in trust if (one.source, one.attribute) == asked), None)
        return Weight(
            here=float(here) if here else None,
            measured=stated.measured is not None,
            right=known.right if known else None,
            wrong=known.wrong if known else None,
            low=known.low if known else None,
        )

    def _closer(
        self,
        raw: str | None,
        cleansed: str | None,
        reason: str | None,
        at: datetime | None,
        agrees: bool | None,
        candidate: Candidate,
    ) -> Outcome | None:
        if raw and cleansed is None:
            return "blank"
        if reason == "when" and candidate.recent and at and at.date() > self.inquiry.job.as_of:
            return "later"
        return "copy_agrees" if reason == "copy" and agrees else None

    def _means(self, candidate: Candidate) -> Means | None:
        catalog = self.inquiry.job.catalog
        own = catalog.fields[candidate.column.path].confirmed_at
        stated = own or catalog.datasets[candidate.column.dataset].confirmed_at
        return stated.means if stated else None
