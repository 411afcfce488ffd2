"""Chooses which of several cells goes on being published, and says why that one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Any

from catalog.expiry import review_of
from catalog.model import Catalog, Cell, Definition, Measure, Report
from catalog.ownership import who_answers
from catalog.results import RunRecord
from catalog.settings import Settings
from expectations.consolidation.clustering import Grouped
from expectations.consolidation.coverage import Choice, obligation_of
from expectations.consolidation.histories import PublishedHistories
from expectations.consolidation.words import LANGUAGES, Words

UNJUDGED = Fraction(1, 2)
"""What counts for a cell of which nobody knows how often it was right."""


@dataclass(frozen=True)
class Chosen:
    """The cell proposed, by URN, and why, in English and Turkish; None for the measure itself."""

    cell: str | None
    reason: str
    reason_tr: str


@dataclass(frozen=True)
class _Criterion:
    """What speaks for a cell: the greater its worth the better, and how that is said."""

    key: str
    worth: Callable[[Cell], Any]
    values: Callable[[Cell], Mapping[str, object]] = field(default=lambda cell: {})


@dataclass(frozen=True)
class Choosing:
    """Chooses among cells of one catalog; `choice` says which reports stay."""

    catalog: Catalog
    settings: Settings
    today: date
    histories: PublishedHistories
    choice: Choice
    run: RunRecord | None = None

    def of(self, cluster: Grouped) -> Chosen:
        """What of a cluster is to survive: the measure it is about where no cell is that number."""
        about = self.catalog.measures.get((cluster.measure or "").partition(":")[2])
        if cluster.because == "calculation" and about and not cluster.shows:
            return self._measure(about)
        if about and len(cluster.shows) == 1 < len(cluster.cells):
            return self._told(cluster.shows[0], "keep.measure", {"measure": about})
        chosen = self.among(cluster.shows or cluster.cells, cluster.measure, cluster.groups)
        if cluster.because == "figures" and not any(self._is_judged(u) for u in cluster.cells):
            return _with(chosen, "keep.unjudged")
        return chosen

    def _measure(self, about: Measure) -> Chosen:
        said = []
        for language in LANGUAGES:
            owner = who_answers(self.catalog, about.urn, self.today).owner or ""
            role = self.catalog.roles.get(owner) or self.catalog.teams.get(owner)
            name = role.named(language) if role else owner
            told = {"measure": about.named(language), "owner": name}
            said.append(Words(language)("keep.none_shows", **told))
        return Chosen(None, *said)

    def _is_judged(self, urn: str) -> bool:
        return urn.partition(":")[2] in self._judged

    def among(
        self,
        cells: Sequence[str],
        measure: str | None,
        groups: Sequence[tuple[str, ...]] = (),
    ) -> Chosen:
        """The one of some cells that is to survive; `groups` of them are one number each.

        Counted in this order: its report stays, it shows the measure, it was right, it is approved,
        it is owed, most of the others are the same number, it is early, its team answers for the
        measure; then by name.
        """
        some = [self.catalog.cells[urn.partition(":")[2]] for urn in sorted(cells)]
        if len(some) == 1:
            return self._told(some[0].urn, "keep.only")
        left, telling = some, None
        for criterion in self._criteria(measure, groups):
            best = max(criterion.worth(cell) for cell in left)
            kept = [cell for cell in left if criterion.worth(cell) == best]
            telling = criterion if len(kept) < len(left) else telling
            left = kept
            if len(left) == 1:
                break
        if telling is None:
            return self._told(left[0].urn, "keep.tie")
        values = telling.values(left[0])
        told = self._told(left[0].urn, f"keep.{telling.key}", values)
        return told if len(left) == 1 else _with(told, "keep.first")

    def _told(
        self,
        urn: str,
        key: str,
        values: Mapping[str, object] = MappingProxyType({}),
    ) -> Chosen:
        said = []
        for language in LANGUAGES:
            words = Words(language)
            said.append(words(key, **{k: self._named(v, words) for k, v in values.items()}))
        return Chosen(urn, *said)

    def _named(self, value: object, words: Words) -> str:
        if isinstance(value, Definition):
            return value.named(words.language)
        return words.number(value) if isinstance(value, Decimal | int) else str(value)

    def _criteria(self, measure: str | None, groups: Sequence[tuple[str, ...]]) -> list[_Criterion]:
        catalog = self.catalog
        sizes = {urn: len(group) for group in groups for urn in group}
        key = (measure or "").partition(":")[2]
        about = catalog.measures.get(key)
        return [
            _Criterion("stays", lambda cell: self.choice.stays(cell.report)),
            _Criterion(
                "measure",
                lambda cell: 2 * (cell.measure == key) + bool(cell.measure) if cell.measure else 0,
                lambda cell: {"measure": about or catalog.measures[cell.measure or ""]},
            ),
            _Criterion("right", self._rightness, self._right_values),
            _Criterion("approved", self._is_approved),
            _Criterion(
                "owed",
                lambda cell: bool(obligation_of(self._report(cell))),
                lambda cell: {"authority": obligation_of(self._report(cell))},
            ),
            _Criterion("agreed", lambda cell: sizes.get(cell.urn, 1)),
            _Criterion("early", self._earliness, self._early_values),
            _Criterion("owner", lambda cell: self._answers(cell, about)),
        ]

    def _report(self, cell: Cell) -> Report:
        return self.catalog.reports[cell.report]

    @cached_property
    def _judged(self) -> Mapping[str, list[bool]]:
        """Whether each number was the truth, by cell, as the last run compared it."""
        found: dict[str, list[bool]] = {}
        for one in self.run.published if self.run else ():
            if one.verdict in ("pass", "fail"):
                found.setdefault(one.cell, []).append(one.verdict == "pass")
        return found

    def _rightness(self, cell: Cell) -> Fraction:
        judged = self._judged.get(cell.path)
        return Fraction(sum(judged), len(judged)) if judged else UNJUDGED

    def _right_values(self, cell: Cell) -> Mapping[str, object]:
        judged = self._judged.get(cell.path, [])
        return {"n": sum(judged), "m": len(judged)}

    def _is_approved(self, cell: Cell) -> bool:
        """Whether all that defines the number is approved and not past its review date."""
        measure = self.catalog.measures.get(cell.measure or "")
        parts: list[Definition] = [cell, self._report(cell), *([measure] if measure else [])]
        reviews = (review_of(one, self.settings) for one in parts)
        return all(one.status == "approved" for one in parts) and not any(
            review and review.on < self.today for review in reviews
        )

    def _earliness(self, cell: Cell) -> Decimal:
        days = self.histories.days_after(cell)
        return Decimal("-Infinity") if days is None else -days

    def _early_values(self, cell: Cell) -> Mapping[str, object]:
        days = self.histories.days_after(cell) or Decimal(0)
        return {"days": days.quantize(Decimal(1)) if days == days.to_integral_value() else
                days.quantize(Decimal("0.1"))}  # fmt: skip

    def _answers(self, cell: Cell, about: Definition | None) -> bool:
        if about is None:
            return False
        return who_answers(self.catalog, about.urn, self.today).team == self._report(cell).team


def _with(told: Chosen, key: str) -> Chosen:
    """The same with one more sentence."""
    english, turkish = (Words(language)(key) for language in LANGUAGES)
    return Chosen(told.cell, f"{told.reason} {english}", f"{told.reason_tr} {turkish}")
