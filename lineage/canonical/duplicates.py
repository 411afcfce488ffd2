"""Tells of a new number that equals one there is, or is called like it and calculated otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from catalog.changes import comparable
from catalog.model import Catalog
from catalog.validation.problems import Level, Problem, problem_of
from catalog.validation.rules import Context

if TYPE_CHECKING:
    from lineage.canonical.candidates import Proposals

_SAID = ("measure", "where", "calculation", "unit", "name", "name_en", "name_tr", "label", "as_of")
"""The parts of a measure or cell that say which number it is."""


def duplicates(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD062 and TD063 for measures and cells that are new since the past the catalog is held to.

    Without a past nothing is new. Only forms are compared: no data is read.
    """
    settings = context.settings.consolidation
    if context.before is None or settings.duplicates == "ignore":
        return
    new = new_numbers(context.before, catalog)
    if not new:
        return
    from lineage.canonical.candidates import Proposals
    from lineage.canonical.naming import read_glossary

    file = settings.glossary
    root = context.root
    proposals = Proposals(catalog, read_glossary(root / file if root and file else None))
    level: Level = "error" if settings.duplicates == "refuse" else "warning"
    for urn in new:
        if urn in proposals.numbers:
            yield from _Told(proposals, context, frozenset(new), level).of(urn)


def new_numbers(before: Catalog, after: Catalog) -> list[str]:
    """The measures and cells that were not there, or were another number, in their order."""
    numbers = {one.urn: one for one in (*after.measures.values(), *after.cells.values())}
    old = before.definitions
    return [
        urn
        for urn, one in numbers.items()
        if urn not in old
        or any(comparable(old[urn]).get(k) != comparable(one).get(k) for k in _SAID)
    ]


class _Told:
    """What is told of one new number."""

    def __init__(
        self, proposals: Proposals, context: Context, new: frozenset[str], level: Level
    ) -> None:
        self.proposals, self.context, self.new, self.level = proposals, context, new, level
        self.apart = [
            one.about
            for one in proposals.catalog.consolidations.values()
            if one.decision == "keep_apart" and one.holds(context.today)
        ]

    def of(self, urn: str) -> Iterator[Problem]:
        """One problem at most of each kind, naming the first and how many others there are."""
        equal, against = self._found(urn)
        if equal:
            advice = (
                "publish it once: show the measure, or let the other report publish it"
                if urn.startswith("cell:")
                else "use it instead of defining it again"
            )
            yield self._problem("TD062", urn, f"equals {self._named(equal)}; {advice}")
        if against:
            said = (
                f"is called like {self._named(against)}, and calculated otherwise as far as their "
                "forms tell; give one another name, or one calculation to both"
            )
            yield self._problem("TD063", urn, said)

    def _found(self, urn: str) -> tuple[list[str], list[str]]:
        """The numbers it equals, and those it is called like without being proved equal."""
        from lineage.canonical.stating import Calculation, proved

        equal: list[str] = []
        against: list[str] = []
        for other in self.proposals.numbers:
            if other == urn or self._is_settled(urn, other):
                continue
            sides = [self.proposals.statements.of(one) for one in (urn, other)]
            known = [side for side in sides if isinstance(side, Calculation)]
            if len(known) == 2 and proved(known[0], known[1]):
                equal.append(other)
            elif len(known) == 2 and self.proposals.are_alike(urn, other):
                against.append(other)
        bears_its_name = any(self.proposals.are_alike(urn, one) for one in equal)
        if bears_its_name or self._shows_one_of(urn, against):
            return equal, []  # what else is called so contradicts the one that was there before it
        return equal, against

    def _is_settled(self, urn: str, other: str) -> bool:
        """Whether nothing is to be said: it was decided, is told of the other, or is as it must be.

        A cell is meant to equal the measure it shows; of two new ones the later is told of.
        """
        if any({urn, other} <= about for about in self.apart):
            return True
        numbers = list(self.proposals.numbers)
        if other in self.new and numbers.index(other) > numbers.index(urn):
            return True
        shown = [getattr(self.proposals.numbers[one], "measure", None) for one in (urn, other)]
        return f"measure:{shown[0]}" == other or f"measure:{shown[1]}" == urn

    def _shows_one_of(self, urn: str, against: list[str]) -> bool:
        """Whether a cell shows a measure, so that only the others can be wrong by that name."""
        return bool(getattr(self.proposals.numbers[urn], "measure", None)) and not any(
            one.startswith("measure:") for one in against
        )

    def _named(self, others: list[str]) -> str:
        """The first of them with its owner and page, and how many more there are."""
        from lineage.pages.addresses import address_of

        first, catalog = others[0], self.proposals.catalog
        one = self.proposals.numbers[first]
        owner = getattr(one, "owner", None)
        if owner is None and first.startswith("cell:"):
            owner = catalog.reports[first.partition(":")[2].partition("/")[0]].owner
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        named = one.named(catalog.language)
        return f"{first} ({named}; owner {owner or 'nobody'}; page {address_of(first)}){more}"

    def _problem(self, code: str, urn: str, said: str) -> Problem:
        part = "measure" if getattr(self.proposals.numbers[urn], "measure", None) else "calculation"
        return problem_of(self.proposals.catalog, code, urn, said, part, level=self.level)
