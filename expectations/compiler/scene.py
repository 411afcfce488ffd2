"""What every part of a compilation looks at, and how a check on a definition is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from catalog.model import Catalog, Definition
from catalog.model.definition import Severity
from expectations.plan import Check, FigureSpec


@dataclass(frozen=True)
class Scene:
    """The catalog, the run's day, and the days on which the institution is closed."""

    catalog: Catalog
    as_of: date
    holidays: tuple[date, ...] = ()

    def check(
        self,
        definition: Definition,
        kind: str,
        figure: FigureSpec,
        expectation: str,
        title: str,
        *,
        what: str = "",
        part: tuple[str | int, ...] = (),
        **more: Any,
    ) -> Check:
        """A check on a definition, its key, owner and place filled in."""
        return Check(
            key=f"{definition.urn}/{kind}{':' if what else ''}{what}",
            kind=kind,
            urn=definition.urn,
            title=title,
            severity=more.pop("severity", None) or severity_of(definition),
            owner=self.catalog.owner_of(definition.urn),
            figure=figure,
            expectation=expectation,
            place=self.catalog.places.find(definition.urn, *part),
            **more,
        )

    def feeding(self, entity: str) -> tuple[str, ...]:
        """The datasets whose entities make up the golden record: those an attribute claims."""
        attributes = self.catalog.attributes_of(entity)
        fields = [claim.field for attribute in attributes for claim in attribute.claims]
        return tuple(dict.fromkeys(field.rpartition(".")[0] for field in fields))


def severity_of(definition: Definition) -> Severity:
    """The severity a definition states, else warning: only what is measured is critical."""
    severity: Severity = getattr(definition, "severity", "warning")
    return severity
