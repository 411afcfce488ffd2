"""Masks the personal values of examples, as everywhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from catalog.model import Catalog
from catalog.simulations import ChangedValue, Golden
from expectations.runner import PERSONAL_TYPES, datasets_with_personal_ids, mask


@dataclass(frozen=True)
class Hiding:
    """What of examples is masked: values that are personal in one of the catalogs, and ids."""

    catalogs: Sequence[Catalog]
    wanted: bool

    def shown(self, attribute: str, example: ChangedValue) -> ChangedValue:
        """An example of an attribute as it may be shown."""
        if not self.wanted:
            return example
        entity = attribute.partition(".")[0]
        personal = self._is_personal(attribute)
        hidden = mask(example.entity_id) if entity in self._entities else example.entity_id
        return example.model_copy(
            update={
                "entity_id": hidden,
                "before": self._golden(example.before, personal),
                "after": self._golden(example.after, personal),
            }
        )

    def _golden(self, golden: Golden | None, personal: bool) -> Golden | None:
        if golden is None:
            return None
        value, record = golden.value, golden.record_id
        if personal and value is not None:
            value = mask(value)
        if record is not None and golden.dataset in self._datasets:
            record = mask(record)
        return golden.model_copy(update={"value": value, "record_id": record})

    def _is_personal(self, attribute: str) -> bool:
        found = (catalog.attributes.get(attribute) for catalog in self.catalogs)
        return any(one and (one.personal_data or one.type in PERSONAL_TYPES) for one in found)

    @cached_property
    def _datasets(self) -> frozenset[str]:
        return frozenset(p for one in self.catalogs for p in datasets_with_personal_ids(one))

    @cached_property
    def _entities(self) -> frozenset[str | None]:
        return frozenset(
            dataset.entity
            for catalog in self.catalogs
            for path, dataset in catalog.datasets.items()
            if path in self._datasets
        )
