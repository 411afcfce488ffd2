"""Which reports can go because others publish every number of theirs, and which of them stay."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations

from catalog.consolidations import Coverage
from catalog.model import Catalog, Report

MOST_TRIED = 12
"""Reports that depend on each other of which every choice is tried; of more a good one is made."""
NONE = "none"
CENTS = Decimal("0.01")
ISSUES_PER_MONTH: Mapping[str, Decimal] = {
    "day": Decimal(250) / 12,
    "week": Decimal(52) / 12,
    "month": Decimal(1),
    "quarter": Decimal(1) / 3,
    "year": Decimal(1) / 12,
}
"""How often a period comes in a month; a year has 250 working days and 52 weeks."""


@dataclass(frozen=True)
class Choice:
    """What of the reports is proposed to go, and in whose favour.

    `alternatives` are, by cell, the cells of other reports that publish the same number.
    """

    reports: Mapping[str, Report]
    alternatives: Mapping[str, frozenset[str]]
    going: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    bound: frozenset[str] = field(default=frozenset())

    def stays(self, key: str) -> bool:
        """Whether a report is one of those that go on being published."""
        return key not in self.going

    def keepers(self, cell: str) -> list[str]:
        """The cells that publish a cell's number from reports that stay."""
        others = self.alternatives.get(cell, frozenset())
        return sorted(one for one in others if self.stays(report_of(one)))

    def coverage(self, report: Report) -> Coverage:
        """How far reports that stay publish what it does."""
        covered = [bool(self.keepers(cell.urn)) for cell in report.cells]
        if covered and all(covered):
            return "wholly"
        return "partly" if any(covered) else "none"

    def covering(self, report: Report) -> list[str]:
        """The reports that stay and publish numbers of it, those with most of them first."""
        counts: dict[str, int] = {}
        for cell in report.cells:
            for key in {report_of(one) for one in self.keepers(cell.urn)}:
                counts[key] = counts.get(key, 0) + 1
        return sorted(counts, key=lambda key: (-counts[key], key))

    def lost(self, report: Report) -> list[str]:
        """Its cells that no report that stays publishes."""
        return [cell.urn for cell in report.cells if not self.keepers(cell.urn)]


def choose(
    catalog: Catalog,
    same: Iterable[tuple[str, ...]],
    barred: Iterable[str] = (),
    bound: Iterable[str] = (),
) -> Choice:
    """The reports that can go; `same` are cells that are one number, by URN.

    Never one that is owed to an authority, that somebody decided to leave as it is (`barred`) or
    whose cell is to survive (`bound`). As many go as can; of several such choices the one that
    keeps what has most readers, then most cells, and then frees most hours.
    """
    used = {key: r for key, r in sorted(catalog.reports.items()) if r.status != "retired"}
    alternatives = _alternatives(same, used)
    free = Choice(used, alternatives, barred=frozenset(barred), bound=frozenset(bound))
    able = [key for key, report in used.items() if _may_go(free, report)]
    going: set[str] = set()
    for part in _parts(able, free):
        going |= _best(part, free) if len(part) <= MOST_TRIED else _greedy(part, free)
    return Choice(used, alternatives, frozenset(going), free.barred, free.bound)


def hours_of(report: Report) -> Decimal | None:
    """The working hours it costs in a month; None where it states none, or not how often it comes.

    A month has 250 / 12 working days and 52 / 12 weeks.
    """
    if report.effort is None:
        return None
    per = report.effort.per
    unit = report.period if per == "issue" else per
    if unit is None:
        return None
    hours = Decimal(str(report.effort.hours)) * ISSUES_PER_MONTH[unit]
    return hours.quantize(CENTS)


def obligation_of(report: Report) -> str | None:
    """The authority a report is owed to."""
    stated = report.obligation.strip()
    return None if stated.casefold() in ("", NONE) else stated


def report_of(cell: str) -> str:
    """The key of the report a cell's URN stands in."""
    return cell.partition(":")[2].partition("/")[0]


def _alternatives(
    same: Iterable[tuple[str, ...]], used: Mapping[str, Report]
) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for cells in same:
        for one in cells:
            others = (o for o in cells if report_of(o) != report_of(one) and report_of(o) in used)
            found.setdefault(one, set()).update(others)
    return {one: frozenset(others) for one, others in found.items() if others}


def _may_go(free: Choice, report: Report) -> bool:
    """Whether nothing but other reports' going can stand against it."""
    if obligation_of(report) or report.key in free.barred or report.key in free.bound:
        return False
    return free.coverage(report) == "wholly"


def _parts(able: Iterable[str], free: Choice) -> Iterator[list[str]]:
    """The reports that may go, in parts that do not depend on each other."""
    left = set(able)
    while left:
        part, ahead = set[str](), {min(left)}
        while ahead:
            part |= ahead
            ahead = {near for key in ahead for near in _near(key, free) & left} - part
        yield sorted(part)
        left -= part


def _near(key: str, free: Choice) -> set[str]:
    cells = free.reports[key].cells
    return {report_of(one) for cell in cells for one in free.alternatives.get(cell.urn, ())}


def _best(part: list[str], free: Choice) -> frozenset[str]:
    """Of all that can go together the choice that leaves most, and the right ones."""
    for size in range(len(part), 0, -1):
        every = (frozenset(some) for some in combinations(part, size))
        if able := [some for some in every if _is_possible(some, free)]:
            return min(able, key=lambda some: _loss(some, free))
    return frozenset()


def _greedy(part: list[str], free: Choice) -> frozenset[str]:
    """One after the other, what is missed least first, as long as each number stays somewhere."""
    going: set[str] = set()
    for key in sorted(part, key=lambda one: _loss({one}, free)):
        if _is_possible({*going, key}, free):
            going.add(key)
    return frozenset(going)


def _is_possible(going: Collection[str], free: Choice) -> bool:
    """Whether every number of those that go is published by one that stays."""
    return all(
        any(report_of(one) not in going for one in free.alternatives.get(cell.urn, ()))
        for key in going
        for cell in free.reports[key].cells
    )


def _loss(going: Collection[str], free: Choice) -> tuple[int, int, Decimal, list[str]]:
    """What is lost with some reports: readers, cells; less the more hours they cost."""
    some = [free.reports[key] for key in going]
    readers = sum(len(report.audience) for report in some)
    hours = sum((hours_of(report) or Decimal(0) for report in some), Decimal(0))
    return readers, sum(len(report.cells) for report in some), -hours, sorted(going)
