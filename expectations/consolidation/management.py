"""The management report: one printable A4 page that answers five questions, then the detail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from jinja2 import Environment, PackageLoader, StrictUndefined

from catalog.consolidations import Cluster, Consolidation, CoveredReport, Difference
from catalog.model import Catalog, Report
from catalog.model.definition import Language
from catalog.model.reports import CurrencyUnit
from catalog.settings import Settings
from expectations.consolidation.histories import unit_of
from expectations.consolidation.telling import (
    interplay_of,
    name_of,
    open_clusters,
    open_reports,
    say_decision,
)
from expectations.consolidation.words import Words
from lineage.pages.numbers import say_unit, shown_in
from lineage.pages.obstacles import say_obstacle
from lineage.pages.words import Words as PageWords

MOST_ON_FIRST_PAGE = 8
FEWER_ON_FIRST_PAGE = 4
"""As many rows of a table as the first page has room for; fewer where all of them are long."""
MOST_IN_A_LINE = 3
ROWS_ON_FIRST_PAGE = 14
"""As many rows as the three tables of the first page have room for together."""
FEWEST_CONTRADICTIONS = 3
PERSON_MONTH = Decimal(160)
"""The working hours of one person in a month."""


@dataclass(frozen=True)
class Saving:
    """One report that can go: what it frees, who keeps its numbers, what is lost with it.

    `cost` is in the currency of `cost_per_hour`; None where the team states none.
    """

    name: str
    team: str
    hours: Decimal | None
    cost: Decimal | None
    keepers: str
    readers: str
    decision: str
    is_open: bool


@dataclass(frozen=True)
class Freed:
    """What one team gains: hours and cost a month, and how many of its people that is."""

    team: str
    people: int
    hours: Decimal
    cost: Decimal | None
    share: str


@dataclass(frozen=True)
class Why:
    """Why one cell differs from the number that is right: how far, and cause by cause how much."""

    head: str
    causes: Sequence[tuple[str, str]]
    left: tuple[str, str] | None
    unknown: Sequence[str]


@dataclass(frozen=True)
class Contradiction:
    """A contradicting number on the first page: what is published, what is right, who decides."""

    name: str
    published: str
    counted: str
    decides: str


@dataclass(frozen=True)
class Number:
    """One number published more than once: who publishes it, who is to, and what is to decide."""

    name: str
    verdict: str
    equality: str
    cells: Sequence[str]
    surviving: str
    is_measure: bool
    owner: str
    reason: str
    why: Sequence[Why]
    published: Sequence[tuple[str, Sequence[str]]]
    counted: tuple[str, Sequence[str]] | None
    periods: Sequence[str]
    decision: str
    is_open: bool


def management_report(
    plan: Consolidation, catalog: Catalog, settings: Settings, language: Language
) -> str:
    """The report as one HTML document that needs nothing beside it."""
    told = _Report(plan, catalog, settings, language)
    environment = Environment(
        loader=PackageLoader("expectations.consolidation", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals.update(w=told.words, joined=told.joined)
    return environment.get_template("management.html").render(
        language=language,
        institution=settings.institution,
        day=told.words.day(plan.as_of),
        period=told.words.period(plan.period) if plan.period else None,
        report=told,
        most=told.most,
        few=MOST_IN_A_LINE,
    )


@dataclass(frozen=True)
class _Report:
    """All that the template says."""

    plan: Consolidation
    catalog: Catalog
    settings: Settings
    language: Language

    @cached_property
    def words(self) -> Words:
        return Words(self.language)

    @cached_property
    def savings(self) -> list[Saving]:
        """The reports that can go, what frees most first."""
        going = sorted(
            (r for r in self.plan.reports if r.proposed), key=lambda r: (-r.frees, r.urn)
        )
        return [self._saving(one) for one in going]

    @cached_property
    def freed(self) -> list[Freed]:
        """What each team gains, most first."""
        found = sorted(self.plan.hours_freed.items(), key=lambda item: (-item[1], item[0]))
        return [self._freed(team, hours) for team, hours in found]

    @cached_property
    def hours(self) -> Decimal:
        """Hours a month freed in all."""
        return sum(self.plan.hours_freed.values(), Decimal(0))

    @cached_property
    def cost(self) -> Decimal | None:
        """What they cost a month; None where no team states what an hour costs."""
        known = [one.cost for one in self.freed if one.cost is not None]
        return sum(known, Decimal(0)) if known else None

    @property
    def is_cost_whole(self) -> bool:
        """Whether every team that gains hours states what one costs."""
        return all(one.cost is not None for one in self.freed)

    @cached_property
    def people(self) -> int:
        """People who do nothing but reports, in all teams."""
        return sum(team.reporting_people for team in self.catalog.teams.values())

    @cached_property
    def all_hours(self) -> Decimal:
        """What all reports cost in hours a month, as far as they state it."""
        return sum((one.hours or Decimal(0) for one in self.plan.reports), Decimal(0))

    @cached_property
    def numbers(self) -> list[Number]:
        """Every number published more than once or contradicting, the gravest first."""
        order = {"contradictory": 0, "same": 1}
        some = [one for one in self.plan.clusters if one.verdict in order]
        return [self._number(one) for one in sorted(some, key=lambda o: (order[o.verdict], o.key))]

    @cached_property
    def kept(self) -> list[tuple[str, str, str]]:
        """Who keeps each number of the reports that go: number, report that stays, who answers."""
        going = {one.urn for one in self.plan.reports if one.proposed}
        kept: dict[tuple[str, str, str], None] = {}
        for one in self.plan.clusters:
            for urn in one.cells:
                if self._report_urn(urn) in going:
                    keeper = self._keeper(one, urn, going)
                    report = self._name(self._report_urn(keeper))
                    same = keeper == one.surviving
                    name = name_of(one, self.catalog, self.language) if same else self._name(keeper)
                    kept[name, report, self._owner(keeper)] = None
        return list(kept)

    def _keeper(self, one: Cluster, urn: str, going: set[str]) -> str:
        """The cell that publishes a cell's number from a report that stays."""
        group = next((some for some in one.groups if urn in some), (urn,))
        equal = [*group, *one.equals.get(urn, ())]
        stays = [c for c in equal if c.startswith("cell:") and self._report_urn(c) not in going]
        if one.surviving in stays or not stays:
            return one.surviving or urn
        by = self.plan.report(self._report_urn(urn))
        order = list(by.by) if by else []
        return min(stays, key=lambda c: (order.index(self._report_urn(c)), c))

    @cached_property
    def owed(self) -> list[tuple[str, str]]:
        """The reports owed to an authority, and to which."""
        return [(self._name(r.urn), r.obligation) for r in self.plan.reports if r.obligation]

    @cached_property
    def partly(self) -> list[tuple[str, str, str]]:
        """The reports partly covered: name, what is said of them, what would be lost."""
        some = (r for r in self.plan.reports if not r.proposed and not r.obligation)
        return [
            (self._name(r.urn), self._said(r), ", ".join(self._name(urn) for urn in r.lost))
            for r in some
            if r.covered == "partly"
        ]

    @cached_property
    def lost_readers(self) -> list[tuple[str, str]]:
        """Who reads the reports that go today, and what for: they must be told."""
        return [(one.name, one.readers) for one in self.savings if one.readers]

    @cached_property
    def open_numbers(self) -> int:
        """How many clusters are still to decide."""
        return len(open_clusters(self.plan))

    @cached_property
    def open_names(self) -> list[str]:
        """What is still to decide: the reports, then the numbers."""
        reports = [self._name(one.urn) for one in open_reports(self.plan)]
        return [*reports, *(one.name for one in self.numbers if one.is_open)]

    @cached_property
    def open_reports(self) -> list[str]:
        """The reports that can go and about which nobody has decided."""
        return [self._name(one.urn) for one in open_reports(self.plan)]

    @cached_property
    def open_same(self) -> list[str]:
        """The numbers published more than once that nobody has decided on."""
        return [one.name for one in self.numbers if one.is_open and one.verdict == "same"]

    @cached_property
    def contradictions(self) -> list[Contradiction]:
        """The contradicting numbers that are still to decide, those furthest apart first."""
        some = [one for one in open_clusters(self.plan) if one.verdict == "contradictory"]
        spread = {one.key: self._spread(one) for one in some}
        some.sort(key=lambda one: (-_ratio([*spread[one.key], self._right(one)]), one.key))
        return [self._contradiction(one, spread[one.key]) for one in some]

    @property
    def most(self) -> int:
        """How many rows each table on the first page has."""
        rows = len(self.savings) + len(self.kept)
        return MOST_ON_FIRST_PAGE if rows < ROWS_ON_FIRST_PAGE - 3 else FEWER_ON_FIRST_PAGE

    @property
    def shown_contradictions(self) -> int:
        """How many of these the first page has room for."""
        if self.most == FEWER_ON_FIRST_PAGE:
            return FEWEST_CONTRADICTIONS
        return min(self.most, ROWS_ON_FIRST_PAGE - len(self.savings) - len(self.kept))

    @cached_property
    def decided(self) -> list[tuple[str, str, str]]:
        """What was decided: on what, what and by whom, and why."""
        return [
            (
                ", ".join(self._full_name(urn) for urn in one.about),
                say_decision(one, self.words),
                one.reason,
            )
            for one in self.plan.decisions
        ]

    @cached_property
    def unknown(self) -> list[tuple[str, str]]:
        """The cells that could not be compared, and why."""
        unknown = self.plan.unknown.items()
        return [(self._full_name(urn), say_obstacle(why, self.language)) for urn, why in unknown]

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many clusters have each verdict."""
        verdicts = [one.verdict for one in self.plan.clusters]
        return {key: verdicts.count(key) for key in ("contradictory", "same", "unique")}

    def joined(self, names: Sequence[str]) -> str:
        """Some names in a row, as many as the first page has room for."""
        shown, more = names[:MOST_IN_A_LINE], len(names) - MOST_IN_A_LINE
        rest = [self.words("print.more_below", n=more)] if more > 0 else []
        return "; ".join([*shown, *rest])

    def money(self, value: Decimal | None) -> str:
        """A sum without decimals, or a dash."""
        if value is None:
            return "–"
        return self.words.number(value.quantize(Decimal(1), ROUND_HALF_UP))

    def amount(self, value: Decimal | None) -> str:
        """Hours as they are written, or a dash where they are not stated."""
        return "–" if value is None else self.words.number(value)

    def _saving(self, one: CoveredReport) -> Saving:
        report = self.catalog.reports[one.urn.partition(":")[2]]
        return Saving(
            name=report.named(self.language),
            team=self._name(f"team:{one.team}"),
            hours=one.hours,
            cost=self._cost(one.team, one.frees) if one.hours is not None else None,
            keepers=", ".join(self._name(urn) for urn in one.by),
            readers=self._readers(report),
            decision=say_decision(one.decided, self.words),
            is_open=one.decided is None or one.decided.is_open,
        )

    def _readers(self, report: Report) -> str:
        told = []
        for one in report.audience:
            who = one.own_words("who", self.language) or one.who
            what = one.own_words("decision", self.language) or one.decision
            told.append(f"{who} ({what})" if what else who)
        return ", ".join(told)

    def _freed(self, key: str, hours: Decimal) -> Freed:
        team = self.catalog.teams.get(key)
        people = team.reporting_people if team else 0
        share = ""
        if people:
            of = self.words.percent(hours, people * PERSON_MONTH)
            share = self.words("print.share", share=of, n=self.words.number(people))
        return Freed(self._name(f"team:{key}"), people, hours, self._cost(key, hours), share)

    def _cost(self, key: str, hours: Decimal) -> Decimal | None:
        team = self.catalog.teams.get(key)
        if team is None or team.cost_per_hour is None:
            return None
        return hours * Decimal(str(team.cost_per_hour))

    def _number(self, one: Cluster) -> Number:
        words = self.words
        equality = words(f"equality.{one.equality}") if one.equality else ""
        if one.because == "figures":
            equality = ", ".join(filter(None, [equality, words("told.figures")]))
        periods = list(dict.fromkeys(p.period for p in one.published))
        values = {(p.cell, p.period): p.value for p in one.published}
        published = [
            (
                self._with_unit(urn),
                [words.number(values[urn, p]) if (urn, p) in values else "–" for p in periods],
            )
            for urn in one.cells
        ]
        return Number(
            name=name_of(one, self.catalog, self.language),
            verdict=one.verdict,
            equality=equality,
            cells=[self._full_name(urn) for urn in one.cells],
            surviving=self._full_name(one.surviving or one.measure or one.cells[0]),
            is_measure=one.surviving is None and one.measure is not None,
            owner=self._owner(one.surviving or one.measure or one.cells[0]),
            reason=(one.reason_tr if self.language == "tr" else one.reason) or "",
            why=[self._why(d) for d in one.differences if d.apart or d.unknown],
            published=published,
            counted=self._counted(one, periods),
            periods=[words.period(period) for period in periods],
            decision=say_decision(one.decided, words),
            is_open=one.is_open,
        )

    def _counted(self, one: Cluster, periods: Sequence[str]) -> tuple[str, Sequence[str]] | None:
        """What is right by the definition, beside what was published."""
        if not one.counted:
            return None
        of = one.counted[0].of
        values = {number.period: number.value for number in one.counted}
        name = (
            self._name(of)
            if of.startswith("measure:")
            else name_of(one, self.catalog, self.language)
        )
        unit = self._unit(of)
        said = self.words("print.by_definition", name=f"{name}, {unit}" if unit else name)
        return said, [self._optional(values.get(period)) for period in periods]

    def _why(self, one: Difference) -> Why:
        words, apart = self.words, one.apart or Decimal(0)
        unit = self._unit(one.left)
        n = f"{words.number(abs(apart))} {unit}".strip()
        key = "print.differs_more" if apart > 0 else "print.differs_fewer"
        names = {"cell": self._full_name(one.right), "of": self._full_name(one.left)}
        said = [
            (c.says_tr if self.language == "tr" else c.says,
             words.signed(c.share) if c.share else words("print.nothing_alone"))
            for c in one.causes
        ]  # fmt: skip
        if interplay := interplay_of(one):
            said.append((words("print.interplay"), words.signed(interplay)))
        left = None
        if one.remainder:
            kind = "within" if one.is_within else "left" if one.causes else "left_all"
            left = words(f"print.{kind}"), words.signed(one.remainder)
        head = words(key, n=n, period=words.period(one.period), **names) if apart else names["cell"]
        return Why(head, said, left, [say_obstacle(why, self.language) for why in one.unknown])

    def _contradiction(self, one: Cluster, spread: Sequence[Decimal]) -> Contradiction:
        words, right = self.words, one.surviving or one.measure or one.cells[0]
        low, *_, high = [_whole(n, words) for n in (*spread, *spread)] if spread else ["–", "–"]
        counted = self._right(one)
        unit = self._unit(right) if isinstance(self._stated(right), CurrencyUnit) else ""
        said = words("print.between", low=low, high=high) if low != high else low
        return Contradiction(
            name=name_of(one, self.catalog, self.language) if one.surviving else self._name(right),
            published=f"{said} {unit}".strip() if spread else said,
            counted="–" if counted is None else _whole(counted, words),
            decides=self._owner(right),
        )

    def _right(self, one: Cluster) -> Decimal | None:
        """What is right by the definition, of the last period that is published."""
        last = one.published[0].period if one.published else None
        return next((c.value for c in one.counted if c.period == last), None)

    def _spread(self, one: Cluster) -> list[Decimal]:
        """What was published for the last period, in the unit of what is right, least first."""
        right = one.surviving or one.measure or one.cells[0]
        last = one.published[0].period if one.published else None
        return sorted(
            p.value * self._scale(p.cell) / self._scale(right)
            for p in one.published
            if p.period == last
        )

    def _scale(self, urn: str) -> int:
        unit = self._stated(urn)
        return unit.scale if isinstance(unit, CurrencyUnit) else 1

    def _stated(self, urn: str) -> str | CurrencyUnit | None:
        kind, _, key = urn.partition(":")
        if kind == "measure":
            return self.catalog.measures[key].unit
        return unit_of(self.catalog.cells[key], self.catalog)

    def _optional(self, value: Decimal | None) -> str:
        return "–" if value is None else self.words.number(value)

    def _unit(self, urn: str) -> str:
        """The unit of a measure or a cell, in words."""
        kind, _, key = urn.partition(":")
        measure = self.catalog.measures[key] if kind == "measure" else None
        shown = measure or shown_in(self.catalog.cells[key], self.catalog)
        return say_unit(shown, PageWords(self.language)).striptags()

    def _with_unit(self, urn: str) -> str:
        """A cell by its full name, and the unit in which it publishes."""
        unit = self._unit(urn)
        return f"{self._full_name(urn)}, {unit}" if unit else self._full_name(urn)

    def _said(self, one: CoveredReport) -> str:
        return (one.reason_tr if self.language == "tr" else one.reason) or ""

    def _owner(self, urn: str) -> str:
        owner = self.catalog.owner_of(urn)
        for kind in ("role", "team"):
            if definition := self.catalog.definitions.get(f"{kind}:{owner}"):
                return definition.named(self.language)
        return owner or "–"

    def _name(self, urn: str) -> str:
        definition = self.catalog.definitions.get(urn)
        return definition.named(self.language) if definition else urn.partition(":")[2]

    def _full_name(self, urn: str) -> str:
        if not urn.startswith("cell:"):
            return self._name(urn)
        return f"{self._name(urn)} · {self._name(self._report_urn(urn))}"

    def _report_urn(self, cell: str) -> str:
        return f"report:{cell.partition(':')[2].partition('/')[0]}"


def _ratio(numbers: Sequence[Decimal | None]) -> Decimal:
    """How far apart some numbers are, as a share of the largest."""
    known = [one for one in numbers if one is not None]
    largest = max(map(abs, known), default=Decimal(0))
    return (max(known) - min(known)) / largest if largest else Decimal(0)


def _whole(value: Decimal, words: Words) -> str:
    """A number as it is read at a glance: without decimals where it has three digits and more."""
    return words.number(value.quantize(Decimal(1), ROUND_HALF_UP) if abs(value) >= 100 else value)
