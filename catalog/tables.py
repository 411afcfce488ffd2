"""The tables a steward's SQL may read, and their columns: golden records and datasets."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.model import Catalog
from catalog.model.sources import FieldType

ENTITY_ID = "entity_id"


def readable_tables(catalog: Catalog) -> Mapping[str, Mapping[str, FieldType]]:
    """Table name to columns and their types: `customer` is the golden record of that entity
    (`entity_id` and its attributes), `crm.customers` a dataset with its declared fields.
    """
    tables: dict[str, Mapping[str, FieldType]] = {}
    for entity in catalog.entities:
        tables[entity] = golden_columns(catalog, entity)
    for path, dataset in catalog.datasets.items():
        tables[path] = {field.key: field.type for field in dataset.fields}
    return tables


def golden_columns(catalog: Catalog, entity: str) -> Mapping[str, FieldType]:
    """The columns of an entity's golden record and their types."""
    columns: dict[str, FieldType] = {ENTITY_ID: "code"}
    return columns | {a.column: a.type for a in catalog.attributes_of(entity)}
