"""The SQL a catalog calculates with: whose it is, and what its columns come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from catalog.model import Catalog, Cell, Measure
from catalog.model.reports import is_formula, is_query
from catalog.tables import ENTITY_ID, readable_tables
from lineage.columns import ColumnLineage, columns_of
from lineage.origins import ROWS, Origin
from lineage.scopes import Tables


@dataclass(frozen=True)
class Calculations:
    """Traces the SQL of a catalog, each text once."""

    catalog: Catalog
    _tables: Tables
    _traced: dict[str, ColumnLineage] = field(default_factory=dict)

    @classmethod
    def of(cls, catalog: Catalog) -> Calculations:
        """Those of a catalog; nothing is traced yet."""
        return cls(catalog, Tables(readable_tables(catalog)))

    def owners(self) -> Iterator[Measure | Cell]:
        """The measures and the cells that are calculated by SQL or an expression of measures."""
        yield from self.catalog.measures.values()
        for cell in self.catalog.cells.values():
            if cell.calculation and not is_formula(cell.calculation):
                yield cell

    def queries(self) -> Iterator[Measure | Cell]:
        """The measures and cells that are calculated by SQL of their own."""
        return (owner for owner in self.owners() if is_query(owner.calculation or ""))

    def columns(self, sql: str) -> ColumnLineage:
        """What the columns of a text of SQL come from."""
        if sql not in self._traced:
            self._traced[sql] = columns_of(sql, self._tables)
        return self._traced[sql]

    def urn(self, origin: Origin) -> str:
        """The URN a column stands for; a golden record's id and rows stand for the entity."""
        table, column, _ = origin
        if table in self.catalog.datasets:
            return f"dataset:{table}" if column == ROWS else f"field:{table}.{column}"
        return f"entity:{table}" if column in (ROWS, ENTITY_ID) else f"attribute:{table}.{column}"
