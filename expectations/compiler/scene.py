"""What every part of a compilation looks at, and how a check on a definition is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from catalog.durations import Duration
from catalog.model import Attribute, Catalog, Cell, Definition
from catalog.model.definition import Severity
from catalog.model.reports import is_formula
from catalog.model.sources import FieldType
from catalog.periods import Period, PeriodUnit
from catalog.tables import readable_tables
from expectations.compiler.pasted import pasted_calculations
from expectations.plan import Check, FigureSpec


@dataclass(frozen=True)
class Scene:
    """The catalog, the run's day, the period asked for, the days the institution is closed, and
    how far ahead it is told what will be current.
    """

    catalog: Catalog
    as_of: date
    holidays: tuple[date, ...] = ()
    period: Period | None = None
    ahead: tuple[Duration, ...] = ()

    def in_question(self, unit: PeriodUnit) -> Period:
        """The period asked for, if it is of that unit; else the last closed by the run's day, or
        by the end of what was asked for.
        """
        if self.period is None:
            return Period.last_closed(unit, self.as_of)
        if self.period.unit == unit:
            return self.period
        return Period.last_closed(unit, self.period.end)

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
        return self._feeding.get(entity, ())

    @cached_property
    def _feeding(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for attribute in self.catalog.attributes.values():
            datasets = (claim.field.rpartition(".")[0] for claim in attribute.all_claims)
            found.setdefault(attribute.entity, {}).update(dict.fromkeys(datasets))
        return {entity: tuple(datasets) for entity, datasets in found.items()}

    @cached_property
    def tables(self) -> Mapping[str, Mapping[str, FieldType]]:
        """What calculations may read, and the columns there are."""
        return readable_tables(self.catalog)

    @cached_property
    def pasted(self) -> Mapping[str, str]:
        """By cell with a formula over a pasted query: the SQL that gives its number."""
        return pasted_calculations(self.catalog, self.tables)

    def by_column(self, entity: str) -> Mapping[str, Attribute]:
        """The entity's attributes by the columns of its golden record."""
        return self._by_column.get(entity, {})

    @cached_property
    def _by_column(self) -> Mapping[str, Mapping[str, Attribute]]:
        found: dict[str, dict[str, Attribute]] = {}
        for attribute in self.catalog.attributes.values():
            found.setdefault(attribute.entity, {})[attribute.column] = attribute
        return found


def is_calculated(scene: Scene, cell: Cell) -> bool:
    """Whether a cell has a calculation of its own: SQL, an expression of measures, or a formula
    over a query that was pasted.
    """
    return bool(cell.calculation) and (
        not is_formula(cell.calculation) or cell.path in scene.pasted
    )


def severity_of(definition: Definition) -> Severity:
    """The severity a definition states, else warning: only what is measured is critical."""
    severity: Severity = getattr(definition, "severity", "warning")
    return severity
