"""Names and owners of definitions of two catalogs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from catalog.model import Catalog
from catalog.model.definition import Language
from catalog.ownership import who_answers


@dataclass(frozen=True)
class Naming:
    """Names what stands in one of the catalogs, the first that has it."""

    catalogs: Sequence[Catalog]
    language: Language
    today: date

    def name(self, urn: str) -> str:
        """A definition's name in the language; the URN of what is in none of them."""
        for catalog in self.catalogs:
            if definition := catalog.definitions.get(urn):
                return definition.named(self.language)
        return urn

    def owner(self, urn: str) -> str | None:
        """Who answers for it, by the name of the role, team or person."""
        for catalog in self.catalogs:
            if urn in catalog.definitions:
                owner = who_answers(catalog, urn, self.today).owner
                of = catalog.roles.get(owner or "") or catalog.teams.get(owner or "")
                return of.named(self.language) if of else owner
        return None
