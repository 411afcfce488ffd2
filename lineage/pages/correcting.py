"""Who must correct what: the owners of what holds or reads another value than the golden one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from catalog.explanations import Correction, ExplainedAttribute, Said
from catalog.model import Catalog
from catalog.model.definition import Language
from lineage.pages.contacts import find_contact


def corrections_of(
    catalog: Catalog, told: ExplainedAttribute, language: Language, today: date
) -> Iterator[Correction]:
    """What must be corrected, in the order of the claims, then of the touchpoints that read a field
    nobody claims.

    Where there is no golden value, only what is invalid is known to be wrong.
    """
    asked = _Asked(catalog, language, today)
    wrong = {f"{said.dataset}.{said.field}": said for said in told.says if _is_wrong(said)}
    for field, said in wrong.items():
        held = said.cleansed if said.cleansed is not None else said.raw
        yield asked.owed(f"dataset:{said.dataset}", field, held)
    for read in told.reads:
        if read.agrees is False and read.field not in wrong:
            yield asked.owed(f"touchpoint:{read.touchpoint}", read.field, read.value)


def _is_wrong(said: Said) -> bool:
    """Whether a record holds another value that speaks now, or one that is none."""
    if said.reason in (None, "when", "agrees") or said.state == "deleted":
        return False
    return said.agrees is False or said.state == "invalid"


@dataclass(frozen=True)
class _Asked:
    """Whom to ask, by a catalog, in a language, on a day."""

    catalog: Catalog
    language: Language
    today: date

    def owed(self, urn: str, field: str, value: str | None) -> Correction:
        """What must be corrected where, and who answers for it."""
        owner = self.catalog.owner_of(urn)
        what = self.catalog.definitions[urn]
        if owner is None:
            return Correction(
                what=urn, field=field, value=value, owner=None, name=what.named(self.language),
                ask=None, holder=None, deputy=None, left=None, phone=None,
            )  # fmt: skip
        contact = find_contact(self.catalog, owner, self.language, self.today)
        return Correction(
            what=urn,
            field=field,
            value=value,
            owner=owner,
            name=contact.name,
            ask=contact.mail or contact.holder or contact.name,
            holder=contact.holder,
            deputy=contact.deputy,
            left=contact.left,
            phone=contact.phone,
        )
