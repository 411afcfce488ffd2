"""Keeps small counts of people off the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.model import Attribute, Catalog, Dataset
from lineage.pages.links import Links
from lineage.pages.words import Words


@dataclass(frozen=True)
class Privacy:
    """Writes counts and shares; those under `limit` that speak of people are not told exactly."""

    words: Words
    limit: int
    personal: Mapping[str, bool]

    def is_small(self, urn: str, count: object) -> bool:
        """Whether a count of that definition would point at a few people."""
        whole = isinstance(count, int) and not isinstance(count, bool)
        return whole and self.personal.get(urn, False) and 0 < count < self.limit  # type: ignore[operator]

    def count(self, urn: str, count: int) -> str:
        """The count, or that it is fewer than the limit."""
        if self.is_small(urn, count):
            return self.words.plain("found.fewer", n=self.limit)
        return self.words.number(count)

    def share(self, urn: str, part: int, whole: int) -> str:
        """The share of the part, not so exact that a small part could be counted back."""
        if not whole:
            return "–"
        if self.is_small(urn, part):
            return self.words.plain(
                "found.under", share=self.words.percent(min(1, self.limit / whole))
            )
        return self.words.percent(part / whole)

    def rest(self, urn: str, part: int, whole: int) -> str:
        """The share of all but the part, told as carefully."""
        if not whole:
            return "–"
        if self.is_small(urn, part) or self.is_small(urn, whole - part):
            return f"≈ {self.words.percent(round((whole - part) / whole, 2))}"
        return self.words.percent((whole - part) / whole)


def find_personal(catalog: Catalog, links: Links) -> dict[str, bool]:
    """Which definitions speak of people: by URN, whether they or what they rest on are personal.

    An entity with one personal attribute is a person; all its attributes and datasets count.
    """
    people = {a.entity for a in catalog.attributes.values() if a.personal_data}
    personal: dict[str, bool] = {}
    for urn in links.foundations_first(catalog.definitions):
        definition = catalog.definitions.get(urn)
        match definition:
            case Attribute() | Dataset():
                own = definition.entity in people
            case _:
                own = False
        above = links.up.get(urn, ())
        personal[urn] = own or any(personal.get(other, False) for other in above)
    return personal
