"""What every report says of a run, in plain text and one language; how to write it is theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import groupby

from catalog.model import Catalog, Cell
from catalog.model.definition import Language
from catalog.periods import Period
from catalog.plain_text import printable
from catalog.results import DARK, Result, RunRecord, Verdict, WaiverUse, worst_first
from expectations.reports.plain import capitalised
from lineage.pages.contacts import Contact, find_contact
from lineage.pages.privacy import Privacy
from lineage.pages.reasons import say_reason
from lineage.pages.sentences import Sentences
from lineage.pages.usability import cells_in_the_right
from lineage.pages.words import Words, texts

MOST_REACHED = 6
MOST_SAMPLES = 5
TOLD_WITH_THE_FINDING = ("published", "same")
STATED_AS_MOST = ("contested",)


@dataclass(frozen=True)
class Telling:
    """A run as it is to be told.

    `since` says when a check began to fail, `earlier` what it was the last time before this run;
    both are empty where no history knows. `below` is the folder of the workspace as seen from the
    top of its repository, where files are named from.
    """

    record: RunRecord
    catalog: Catalog
    since: Mapping[str, datetime] = field(default_factory=dict)
    earlier: Mapping[str, Verdict] = field(default_factory=dict)
    zone: str = "Europe/Istanbul"
    language: Language = "en"
    below: str = ""

    @cached_property
    def words(self) -> Words:
        """The texts of the language."""
        return Words(self.language, self.zone)

    @cached_property
    def bad(self) -> Sequence[Result]:
        """All that did not pass, the worst first, what is accepted for now behind the rest."""
        found = [result for result in self.record.results if result.verdict != "pass"]
        return sorted(worst_first(found), key=lambda r: r.verdict == "fail" and r.is_waived)

    def by_owner(self) -> Iterator[tuple[str | None, list[Result]]]:
        """Owners in the order of their worst result, each with all of theirs, worst first."""
        order = list(dict.fromkeys(result.owner for result in self.bad))
        sorted_ = sorted(self.bad, key=lambda result: order.index(result.owner))
        for owner, results in groupby(sorted_, key=lambda result: result.owner):
            yield owner, list(results)

    def file(self, result: Result) -> str | None:
        """The file of a result's definition, as named from the top of the repository."""
        return f"{self.below}{result.file}" if result.file else None

    def sentence(self, result: Result) -> str:
        """What was found, in business words; why nothing was is another detail."""
        if result.verdict not in DARK and not self._has_words(result):
            return capitalised(printable(result.message or result.title))
        return printable(str(self._sentences.found(result).unescape()))

    @cached_property
    def _sentences(self) -> Sentences:
        from markupsafe import escape

        known = self.catalog.definitions
        everyone = Privacy(self.words, 0, {})
        right = cells_in_the_right(self.record.results, self.record.published)
        return Sentences(
            self.catalog, self.words, everyone, lambda urn: escape(self.named(urn)), known, right
        )

    def _has_words(self, result: Result) -> bool:
        return f"found.{result.kind}" in texts() and result.kind not in ("computes", "bounds")

    def expected(self, result: Result) -> str | None:
        """What was expected instead; None where the finding says so itself."""
        wanted = result.expected
        if wanted is None or result.verdict in DARK or not self._has_words(result):
            return None
        if result.kind in TOLD_WITH_THE_FINDING:
            return None
        if isinstance(wanted, bool | int | float) and 0 <= wanted <= 1:
            return self.words.plain("summary.none") if wanted == 1 else self._limit(result, wanted)
        if result.kind == "fresh":
            return self.words.plain("summary.fresh", day=self.words.day(_day(str(wanted))))
        if isinstance(wanted, Mapping):
            return printable(", ".join(f"{name} {value}" for name, value in wanted.items())) or None
        return printable(str(wanted))

    def _limit(self, result: Result, share: float) -> str:
        """The share that must be right, or of what is stated so the most that may be wrong."""
        is_most = result.kind in STATED_AS_MOST
        number = self.words.number(round(100 * (1 - share if is_most else share), 4))
        percent = f"%{number}" if self.language == "tr" else f"{number}%"
        return self.words.plain("summary.most" if is_most else "summary.share", share=percent)

    def failing_since(self, result: Result) -> str | None:
        """Since which day it has been failing; None for what does not fail."""
        if result.verdict != "fail":
            return None
        start = self.since.get(result.check)
        return self.words.day(start) if start else self.words.plain("summary.no_history")

    def owner(self, owner: str | None) -> str:
        """What an owner is called: the position or team, else the address."""
        if owner is None:
            return self.words.plain("summary.nobody")
        return printable(self._contact(owner).name)

    def ask(self, owner: str | None) -> str:
        """Whom to ask about an owner's findings: the holder, the deputy of one who left, else the
        head of the team.
        """
        if owner is None:
            return ""
        contact, words = self._contact(owner), self.words
        if contact.left is None:
            if contact.holder:
                return words.plain("summary.ask", who=printable(contact.holder))
            return words.plain("summary.ask_nobody")
        day = words.day(contact.left)
        if contact.deputy:
            return words.plain("summary.ask_deputy", day=day, who=printable(contact.deputy))
        head = self._head(contact)
        if head:
            return words.plain("summary.ask_head", day=day, who=printable(head))
        return words.plain("summary.ask_left", day=day)

    def _contact(self, owner: str) -> Contact:
        return find_contact(self.catalog, owner, self.language, self.record.as_of)

    def _head(self, contact: Contact) -> str | None:
        if contact.team is None:
            return None
        team = find_contact(
            self.catalog, contact.team.partition(":")[2], self.language, self.record.as_of
        )
        return team.mail if team.left is None or team.deputy else None

    def period(self, result: Result) -> str | None:
        """The period a finding speaks of, where it speaks of one."""
        if result.period is None:
            return None
        try:
            return self._period(Period.parse(result.period))
        except ValueError:
            return printable(result.period)

    def _period(self, period: Period) -> str:
        if period.unit not in ("week", "quarter"):
            return self.words.period(period.label)
        year, _, number = period.label.partition("-")
        return self.words.plain(f"summary.{period.unit}", n=int(number[1:]), year=year)

    def reached(self, result: Result) -> list[str]:
        """The cells with their reports, teams and present periods, and the touchpoints it reaches;
        what has no cell in between is named itself.
        """
        reach = result.reaches
        if reach is None:
            return []
        cells = [self._reached_cell(urn) for urn in reach.cells]
        named = {self.catalog.cells[urn.partition(":")[2]].report for urn in reach.cells}
        reports = [urn for urn in reach.reports if urn.partition(":")[2] not in named]
        others = [
            self.words.plain(f"summary.{kind}", name=self.named(urn))
            for kind, urns in (("report", reports), ("touchpoint", reach.touchpoints))
            for urn in urns
        ]
        if not cells and not reports:
            others += [self.words.plain("summary.team", name=self.named(u)) for u in reach.teams]
        return shortened([*cells, *others], MOST_REACHED, self.words)

    def _cell(self, cell: Cell) -> str:
        report = self.catalog.reports[cell.report]
        team = self.catalog.teams.get(report.team)
        where = f" ({printable(cell.at)})" if cell.at else ""
        return self.words.plain(
            "summary.cell_owned" if team else "summary.cell",
            cell=f"“{printable(cell.named(self.language))}”{where}",
            report=printable(report.named(self.language)),
            team=printable(team.named(self.language)) if team else "",
        )

    def _reached_cell(self, urn: str) -> str:
        """A cell, and the period that its report is being made for."""
        cell = self.catalog.cells[urn.partition(":")[2]]
        unit = self.catalog.reports[cell.report].period
        if unit is None:
            return self._cell(cell)
        return f"{self._cell(cell)}, {self._period(Period.holding(unit, self.record.as_of))}"

    def samples(self, result: Result) -> str | None:
        """A few of the offending keys, masked as in the record."""
        if not result.samples:
            return None
        shown = ", ".join(map(printable, result.samples[:MOST_SAMPLES]))
        more = len(result.samples) > MOST_SAMPLES or result.truncated
        if not more:
            return shown
        total = self.words.plain("summary.of", n=self.words.number(result.violations))
        return f"{shown} … {total}"

    def accepted(self, result: Result) -> str | None:
        """By whom and until when a failure is accepted, or was."""
        waiver = result.waiver
        if waiver is None:
            return None
        day, who = self.words.day(waiver.until), self.owner(waiver.owner)
        if waiver.state == "ended":
            return self.words.plain("summary.ran_out", day=day, who=who)
        reason = printable(waiver.reason)
        return self.words.plain("summary.accepted", day=day, who=who, reason=reason)

    def carried(self, result: Result) -> str | None:
        """That a result was not found in this run but taken over from an earlier one."""
        run = result.carried_from
        return self.words.plain("summary.carried_one", run=run) if run else None

    def subject(self, result: Result) -> str:
        """The name of the definition that a result speaks of; a dataset with its source, a cell
        with its report and team.
        """
        kind, _, path = result.urn.partition(":")
        if kind == "dataset":
            return printable(self._sentences.dataset(path))
        named = self.named(result.urn)
        return capitalised(named) if kind == "cell" and self.language == "en" else named

    def named(self, urn: str) -> str:
        """The name of a definition, a cell by its report, else its URN."""
        definition = self.catalog.definitions.get(urn)
        if isinstance(definition, Cell):
            return self._cell(definition)
        return printable(definition.named(self.language) if definition else urn)

    def details(self, result: Result) -> list[tuple[str, str]]:
        """What there is to say of a finding beside its sentence: labels with their texts."""
        return self._labelled(
            reason=self.reason(result),
            period=self.period(result),
            expected=self.expected(result),
            since=self.failing_since(result),
            samples=self.samples(result),
        )

    def consequences(self, result: Result) -> list[tuple[str, str]]:
        """What a finding reaches, the same for all findings of one definition."""
        return self._labelled(reaches="; ".join(self.reached(result)))

    def _labelled(self, **said: str | None) -> list[tuple[str, str]]:
        return [(self.words.plain(f"summary.{key}"), text) for key, text in said.items() if text]

    def reason(self, result: Result) -> str | None:
        """Why something is not known."""
        if result.verdict not in DARK:
            return None
        known = say_reason(result.message, self.words) if self.language != "en" else None
        return printable(known.unescape() if known else result.message)

    def waivers(self) -> list[str]:
        """Waivers that somebody must see to: they end soon, ran out, or are needed no longer."""
        return [said for use in self.record.waivers if (said := self._to_see_to(use))]

    def _to_see_to(self, use: WaiverUse) -> str | None:
        state = "unneeded" if use.needed is False else use.state
        if state == "holds":
            return None
        return self.words.plain(
            f"summary.waiver_{state}",
            name=printable(use.key),
            who=self.owner(use.owner),
            day=self.words.day(use.until),
        )

    def remarks(self, result: Result) -> list[str]:
        """What qualifies a result: who accepts it, and that it is an older one."""
        return [said for said in (self.accepted(result), self.carried(result)) if said]


def shortened(items: Sequence[str], most: int, words: Words) -> list[str]:
    """The first of many, and how many more there are."""
    if len(items) <= most:
        return list(items)
    return [*items[:most], words.plain("summary.more", n=words.number(len(items) - most))]


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])
