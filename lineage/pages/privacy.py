"""Keeps small counts of people off the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from catalog.model import Attribute, Catalog, Dataset
from lineage.pages.links import Links
from lineage.pages.words import Words

Part = TypeVar("Part")


@dataclass(frozen=True)
class Privacy:
    """Writes counts and shares; those under `limit` that speak of people are not told exactly."""

    words: Words
    limit: int
    personal: Mapping[str, bool]

    def is_small(self, urn: str, count: object) -> bool:
        """Whether a count of that definition would point at a few people; 3.0 counts as 3."""
        if isinstance(count, bool) or not isinstance(count, int | float | Decimal):
            return False
        whole = isinstance(count, int) or float(count).is_integer()
        return whole and self.personal.get(urn, False) and 0 < count < self.limit

    def is_telling(self, urn: str, part: int, whole: int) -> bool:
        """Whether an exact share would let a few people be counted, in the part or the rest."""
        return self.is_small(urn, part) or self.is_small(urn, whole - part)

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
            return self._under(whole)
        return self.words.percent(part / whole)

    def rest(self, urn: str, part: int, whole: int) -> str:
        """The share of all but the part, told as carefully."""
        if not whole:
            return "–"
        if self.is_small(urn, whole - part):
            return self._under(whole)
        if self.is_small(urn, part):
            lowest = max(0, whole - self.limit) * 1000 // whole / 1000
            return self.words.plain("found.over", share=self.words.percent(lowest))
        return self.words.percent((whole - part) / whole)

    def exact(self, urn: str, counts: Mapping[Part, int]) -> dict[Part, int | None]:
        """The counts of the parts of one whole that may be told exactly; of the others None.

        Where one is small the largest is not told either, else the small one could be counted back
        from the whole.
        """
        told = {part: None if self.is_small(urn, n) else n for part, n in counts.items()}
        if len(told) > 1 and None in told.values():
            told[max(counts, key=lambda part: counts[part])] = None
        return told

    def parts(self, urn: str, counts: Mapping[Part, int]) -> dict[Part, str]:
        """The counts of the parts of one whole as they are written beside each other.

        What may not be told exactly is told as fewer than the limit, or as a share that leaves the
        small ones open.
        """
        exact = self.exact(urn, counts)
        known = sum(n for n in exact.values() if n is not None)
        small = sum(self.is_small(urn, n) for n in counts.values())
        told = {}
        for part, n in counts.items():
            if exact[part] is not None or self.is_small(urn, n):
                told[part] = self.count(urn, n)
            else:
                whole = sum(counts.values())
                lowest = max(0, whole - known - small * self.limit) * 1000 // whole / 1000
                told[part] = self.words.plain("found.over", share=self.words.percent(lowest))
        return told

    def _under(self, whole: int) -> str:
        highest = min(1, -(-self.limit * 1000 // whole) / 1000)
        return self.words.plain("found.under", share=self.words.percent(highest))


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
