"""Gives what a file speaks of its keys, and finds out which entities its datasets describe."""

from __future__ import annotations

from catalog.model import Catalog
from lineage.importing.facts import Brought, DatasetFact, LeftOut, SourceFact
from lineage.importing.known import Known
from lineage.importing.naming import Names, key_of


class Keys:
    """The keys of all that a file speaks of, given at once, since its parts name each other.

    `paths` has, by the names in the file, those of sources and datasets, `columns` by dataset the
    keys of its fields, `entities` by dataset its entity and the field that identifies it.
    """

    def __init__(
        self, brought: Brought, catalog: Catalog, known: Known, *, attributes: bool
    ) -> None:
        self._brought, self._catalog, self._known = brought, catalog, known
        self._attributes = attributes
        self.paths: dict[str, str] = {}
        self.columns: dict[str, dict[str, str]] = {}
        self.entities: dict[str, tuple[str, str]] = {}
        self.left_out: list[LeftOut] = []
        self._name_all()

    def path(self, name: tuple[str, str]) -> str | None:
        """The path of a field that a file names, or of one the catalog has; None for any other."""
        if not name[0]:
            return name[1] if name[1] in self._catalog.fields else None
        column = self.columns.get(name[0], {}).get(name[1])
        return f"{self.paths[name[0]]}.{column}" if column else None

    def _name_all(self) -> None:
        """Give every source, dataset and field its key first, since they name each other."""
        names = Names(self._known.keys("sources"), self._known.taken.get("sources", ()))
        for source in self._brought.sources:
            key = names.give(source.name, source.key, "source")
            self.paths[source.name] = key
            datasets = Names(self._known.keys("datasets", source.name))
            for dataset in source.datasets:
                path = f"{key}.{datasets.give(dataset.name, dataset.key, 'dataset')}"
                self.paths[dataset.name] = path
                self.columns[dataset.name] = self._name_fields(source, dataset)
        for source in self._brought.sources:
            for dataset in source.datasets:
                if found := self._identity(source, dataset):
                    self.entities[dataset.name] = found

    def _name_fields(self, source: SourceFact, dataset: DatasetFact) -> dict[str, str]:
        names = Names(self._known.keys("fields", source.name, dataset.name))
        keys: dict[str, str] = {}
        for one in dataset.fields:
            if one.name in keys:
                said = LeftOut(f"{dataset.name}: a second column '{one.name}'", "its name is taken")
                self.left_out.append(said)
                continue
            keys[one.name] = names.give(one.name, one.key or one.name, "field")
        return keys

    def _identity(self, source: SourceFact, dataset: DatasetFact) -> tuple[str, str] | None:
        """The entity a dataset describes, and the field that identifies it, where one column does.

        Both are the import's guess: an entity of the dataset's own name that nothing else has, or
        that of the dataset whose key it shares.
        """
        stated = dataset.states.get("entity")
        if stated:
            return stated, str(dataset.states.get("id") or "")
        keys = self.columns[dataset.name]
        if not self._attributes or len(dataset.id) != 1 or dataset.id[0] not in keys:
            return None
        before = self._known.value("entity", source.name, dataset.name)
        own = keys[dataset.id[0]]
        if before:
            return str(before), own
        parent = self.parent(dataset)
        if parent in self.entities:
            return self.entities[parent][0], own
        key = self.paths[dataset.name]
        used = {*self._catalog.entities, *(entity for entity, _ in self.entities.values())}
        plain = (key.partition(".")[2], key_of(key.replace(".", "_")))
        free = next((one for one in plain if one not in used), None)
        return free or Names({}, used).give(key, plain[1]), own

    def parent(self, dataset: DatasetFact) -> str:
        """The dataset whose key is this one's key too, or nothing."""
        own = [one.dataset for one in dataset.refers if (one.column,) == dataset.id]
        return own[0] if len(own) == 1 and own[0] != dataset.name else ""
