"""What the catalog says of the columns of calculations: whose they are, and which are one fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from catalog.durations import Duration
from catalog.model import Catalog
from catalog.model.sources import FieldType
from catalog.tables import ENTITY_ID, readable_tables
from expectations.difference.ingredients import Ingredients
from expectations.engine.expressions import SQL_TYPES
from expectations.plan import Column, DatasetPlan, Plan


@dataclass(frozen=True)
class Grounds:
    """The catalog and the plan of a day, asked for what columns of calculations mean."""

    catalog: Catalog
    plan: Plan

    @cached_property
    def datasets(self) -> Mapping[str, DatasetPlan]:
        """The datasets by their paths."""
        return {one.path: one for one in self.plan.datasets}

    def entity(self, table: str) -> str | None:
        """Whose rows a table holds: an entity's, or nobody's that could be told."""
        if table in self.catalog.entities:
            return table
        dataset = self.datasets[table]
        matched = any(one.key == dataset.entity and one.matched for one in self.plan.entities)
        return dataset.entity if dataset.id or matched else None

    def is_golden(self, table: str) -> bool:
        """Whether a table holds golden records."""
        return table in self.catalog.entities

    def subject(self, address: str) -> str:
        """The fact that a column speaks of: an attribute, if a claim says so, else the column."""
        return self._subjects.get(address, address)

    def held(self, side: Ingredients, address: str) -> str | None:
        """The column in which a calculation's own tables hold what another column speaks of."""
        if self.table_of(address) in side.tables:
            return address
        subject = self.subject(address)
        found = [one for table in side.tables for one in self._by_table.get((table, subject), ())]
        found = [one for one in found if self.type_of(one) == self.type_of(address)]
        return min(found, key=lambda one: not self.is_golden(self.table_of(one)), default=None)

    def table_of(self, address: str) -> str:
        """The table of a column."""
        return address.rpartition(".")[0]

    def type_of(self, address: str) -> str:
        """The SQL type in which a column's values come."""
        table, _, column = address.rpartition(".")
        return SQL_TYPES.get(self._types[table][column], "VARCHAR")

    @cached_property
    def _types(self) -> Mapping[str, Mapping[str, FieldType]]:
        return readable_tables(self.catalog)

    def spelling(self, address: str) -> Column | None:
        """How an attribute cleanses and judges what a source's column holds, if it claims it."""
        return self._columns.get(address)

    def span(self, address: str) -> Duration | None:
        """How long what a source's column holds is current."""
        attribute = self.catalog.attributes.get(self.subject(address))
        return attribute.valid_for if attribute else None

    def is_personal(self, address: str, types: Iterable[str]) -> bool:
        """Whether the values of a column are personal data."""
        attribute = self.catalog.attributes.get(self.subject(address))
        table, _, column = address.rpartition(".")
        declared = self._types[table][column]
        return bool(attribute and attribute.personal_data) or declared in types

    @cached_property
    def _columns(self) -> Mapping[str, Column]:
        return {
            candidate.column.path: candidate.column
            for golden in self.plan.golden
            for candidate in golden.candidates
            if not candidate.row
        }

    @cached_property
    def _subjects(self) -> Mapping[str, str]:
        """By address: the golden column that claims it; of ids, the entity's."""
        found: dict[str, str] = {}
        for path, dataset in self.datasets.items():
            if dataset.id and dataset.entity:
                found[f"{path}.{dataset.id}"] = f"{dataset.entity}.{ENTITY_ID}"
        for attribute in self.catalog.attributes.values():
            golden = f"{attribute.entity}.{attribute.column}"
            for claim in attribute.all_claims:
                if not claim.row:
                    found.setdefault(claim.field, golden)
        return found

    @cached_property
    def _by_table(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """By table and subject: the columns of the table that speak of it."""
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for table, columns in self._types.items():
            for column in columns:
                address = f"{table}.{column}"
                key = (table, self.subject(address))
                found[key] = (*found.get(key, ()), address)
        return found
