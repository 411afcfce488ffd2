"""Tells single conflicts for pages: in full, and so that nobody can be recognised by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from string import ascii_uppercase
from typing import cast

from catalog.explanations import ExplainedAttribute, Reading, Said
from catalog.model import Attribute, Catalog
from catalog.truth import State
from catalog.visibility import may_see
from expectations.engine.contest import Contest
from expectations.engine.joining import Join
from expectations.explain.asking import columns_of_contest
from expectations.explain.hearing import Hearing, day_of, moment_of
from expectations.explain.inquiry import Found, Inquiry
from expectations.golden.work import Job
from expectations.runner import PERSONAL_TYPES

PRIME = "′"
"""Marks a value as the source writes it, where cleansing makes another text of it."""
UNTOLD = "…"


def shows_cases(catalog: Catalog, attribute: Attribute) -> bool:
    """Whether single cases of an attribute may be shown to everybody inside the institution."""
    fields = (catalog.fields.get(claim.field) for claim in attribute.all_claims)
    return may_see(catalog, attribute) and all(f and may_see(catalog, f) for f in fields)


def is_told_as_it_is(catalog: Catalog, attribute: Attribute) -> bool:
    """Whether a value of an attribute may be shown in a case: of people only what is one of a few
    codes and is not stated to be personal.
    """
    if attribute.personal_data or attribute.type in PERSONAL_TYPES:
        return False
    of_people = any(one.personal_data for one in catalog.attributes_of(attribute.entity))
    return not of_people or bool(attribute.values) or attribute.type == "boolean"


def case_columns(some: Join, contest: Contest) -> list[tuple[str, str]]:
    """The names and expressions of what is asked of an entity to tell its case."""
    knows = [(f"knows {path}", f"p{n}") for n, path in enumerate(some.datasets)]
    return [*knows, *columns_of_contest(some, contest)]


def case_of(job: Job, some: Join, contest: Contest, row: Sequence[object]) -> ExplainedAttribute:
    """A case out of the row of its columns, without anything that would say whose it is."""
    attribute = job.catalog.attributes[contest.golden.attribute]
    names = [name for name, _ in case_columns(some, contest)]
    values = {
        name: None if value is None else str(value) for name, value in zip(names, row, strict=True)
    }
    inquiry = Inquiry(job, some.entity.key, "", (attribute,))
    hearing = Hearing(inquiry, Found({}, values, {}, (), {}, {}), contest)
    return _Teller(attribute, contest, hearing, values).told()


@dataclass(frozen=True)
class _Teller:
    """One entity's case: what is told of it, cut down to what may be kept."""

    attribute: Attribute
    contest: Contest
    hearing: Hearing
    values: Mapping[str, str | None]

    def told(self) -> ExplainedAttribute:
        """The case."""
        m, values = self.contest.m, self.values
        heard = list(self.hearing.says())
        won = next((one for one in heard if one.winner), None)
        return ExplainedAttribute(
            attribute=self.attribute.key,
            name=self.attribute.name,
            masked=self._masks,
            applies=True,
            value=self._golden(values[f"value{m}"]),
            state=cast("State | None", values[f"s{m}"]),
            source=values[f"source{m}"],
            dataset=won.dataset if won else None,
            record_id=None,
            reason=values[f"c{m}"],
            rule=values[f"rule{m}"],
            chain=tuple(one.kind for one in self.contest.golden.survival.chain),
            confirmed_at=_day(moment_of(values[f"t{m}"])),
            means=won.means if won else None,
            valid_until=day_of(values[f"u{m}"]),
            spoke=int(values[f"n{m}"] or 0),
            disagree=int(values[f"d{m}"] or 0),
            unread=(),
            uses=(),
            says=tuple(map(self._without_person, heard)),
            override=None,
            reads=tuple(self._reads()),
            corrections=(),
        )

    @property
    def _catalog(self) -> Catalog:
        return self.hearing.inquiry.job.catalog

    @cached_property
    def _masks(self) -> bool:
        return not is_told_as_it_is(self._catalog, self.attribute)

    @cached_property
    def _letters(self) -> Mapping[str, str]:
        """A letter for each value, by its hash, those that survive first."""
        bids = [self.values[self.contest.bid(n, "h")] for n in self._places]
        known = dict.fromkeys(one for one in (*self.hearing.golden, *bids) if one)
        return {one: _letter(n) for n, one in enumerate(known)}

    @property
    def _places(self) -> range:
        return range(len(self.contest.candidates))

    def _golden(self, value: str | None) -> str | None:
        if value is None or not self._masks:
            return value
        return "; ".join(self._letters[one] for one in self.hearing.golden) or UNTOLD

    def _without_person(self, said: Said) -> Said:
        change: dict[str, object] = {"record_id": None, "at": _day(said.at)}
        if self._masks:
            letter = self._letter_of(self._place_of(said))
            changed = said.raw != said.cleansed
            change["cleansed"] = letter if said.cleansed is not None else None
            change["raw"] = (f"{letter}{PRIME}" if changed else letter) if said.raw else said.raw
        return said.model_copy(update=change)

    def _place_of(self, said: Said) -> int:
        numbers = [candidate.number for candidate in self.contest.candidates]
        return numbers.index(said.claim)

    def _letter_of(self, n: int) -> str:
        compared = self.values[self.contest.bid(n, "h")]
        return self._letters[compared] if compared else UNTOLD

    def _reads(self) -> Iterator[Reading]:
        """What touchpoints read of fields that are claimed; of others nothing is known here."""
        for touchpoint in self._catalog.touchpoints.values():
            field = touchpoint.reads.get(self.attribute.key)
            paths = [candidate.column.path for candidate in self.contest.candidates]
            if field not in paths or not may_see(self._catalog, touchpoint):
                continue
            n = paths.index(field)
            bid = self.contest.bid
            held = self.values[bid(n, "e")] or self.values[bid(n, "p")]
            yield Reading(
                touchpoint=touchpoint.key,
                name=touchpoint.name,
                field=field,
                value=(self._letter_of(n) if self._masks else held) if held else None,
                agrees=self.hearing.agrees(self.values[bid(n, "h")]),
                accepts=None,
                unread=None,
            )


def _letter(n: int) -> str:
    """A, B, … Z, and from then on with a number."""
    letter, round_ = ascii_uppercase[n % 26], n // 26
    return f"{letter}{round_}" if round_ else letter


def _day(moment: datetime | None) -> datetime | None:
    """The day of a moment: the time of day would tell one record from all others."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) if moment else None
