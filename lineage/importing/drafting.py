"""Drafts definitions from what a file says of data, of its columns and of what must hold there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.model import Catalog
from catalog.model.definition import Language
from catalog.validation.governance import E_MAIL
from lineage.importing.calculations import calculation_of
from lineage.importing.facts import (
    Brought,
    DatasetFact,
    FieldFact,
    LeftOut,
    MeasureFact,
    ReportFact,
    SourceFact,
)
from lineage.importing.keys import Keys
from lineage.importing.known import Known, identity_of
from lineage.importing.merging import Entries, Entry
from lineage.importing.naming import Names
from lineage.importing.servers import KEY, VARIABLE, variable
from lineage.importing.wishes import Wishes
from lineage.importing.wording import cleaned, cleaned_all, name_of, notes_of, told

UNASSIGNED = "unassigned"
_TEAM = {"key": "team_unassigned", "name": "Not assigned yet", "name_tr": "Henüz atanmadı"}
_UNSAID = {"en": "Not defined yet.", "tr": "Henüz tanımlanmadı."}


@dataclass
class Drafted:
    """The definitions a file gives, by list, and what there was no place for."""

    entries: dict[str, list[Entry]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)


def draft(brought: Brought, catalog: Catalog, known: Known, wishes: Wishes) -> Drafted:
    """Drafts of all that was brought; nothing of it is written yet.

    What is known keeps its key, new names get keys that nobody has. Constraints become attributes
    where a dataset has one column that identifies its rows; elsewhere they stay notes.
    """
    return _Drafter(brought, catalog, known, wishes).drafted()


class _Drafter:
    def __init__(self, brought: Brought, catalog: Catalog, known: Known, wishes: Wishes) -> None:
        self.brought, self.catalog, self.known, self.wishes = brought, catalog, known, wishes
        self.made = Drafted(left_out=list(brought.left_out))
        keys = self.keys = Keys(brought, catalog, known, attributes=wishes.attributes)
        self.paths, self.columns, self.entities = keys.paths, keys.columns, keys.entities
        self.reports = Names(known.keys("reports"), known.taken.get("reports", ()))
        self.made.left_out += keys.left_out

    def drafted(self) -> Drafted:
        """All drafts, by list."""
        lists: Entries = {
            "teams": self._teams(),
            "sources": [self._source(source) for source in self.brought.sources],
            "attributes": list(self._attributes()),
            "measures": list(self._measures()),
            "reports": [self._report(report) for report in self.brought.reports],
        }
        self.made.entries = {
            name: [_in_language(one, self.catalog.language) for one in found]
            for name, found in lists.items()
            if found
        }
        return self.made

    # drafts

    def _source(self, source: SourceFact) -> Entry:
        return _filled(
            {
                "key": self.paths[source.name],
                **self._said(source, name=name_of(source.title or source.key)),
                "owner": self._owner(source.owner),
                "status": "draft",
                "tags": cleaned_all(source.tags),
                "notes": notes_of(source.notes),
                "imported": self._origin(source.name),
                **self._placed(source),
                "refresh": source.refresh,
                "unsure": cleaned_all([self._with_key(source, one) for one in source.unsure]),
                "datasets": [self._dataset(source, dataset) for dataset in source.datasets],
            }
        )

    def _dataset(self, source: SourceFact, dataset: DatasetFact) -> Entry:
        columns = self.columns[dataset.name]
        entity, own = self.entities.get(dataset.name, ("", ""))
        moments = [one.name for one in dataset.fields if one.type in ("date", "timestamp")]
        loaded = columns[str(dataset.loaded_at)] if dataset.loaded_at in moments else None
        seen: dict[str, FieldFact] = {}
        for one in dataset.fields:
            seen.setdefault(one.name, one)
        made = {
            "key": self.paths[dataset.name].partition(".")[2],
            **self._said(dataset),
            "owner": self._owner(dataset.owner) if dataset.owner else None,
            "tags": cleaned_all(dataset.tags),
            "notes": notes_of((*dataset.notes, *self._unheld(dataset))),
            "imported": self._origin(dataset.name),
            **dataset.reading,
            "entity": entity,
            "id": own,
            "confirmed_at": {"field": loaded, "means": "loaded"} if loaded else None,
            "known_to": self._known_to(dataset),
            "refresh": dataset.refresh,
            "severity": "info" if self._is_checked(source, dataset) else None,
            "derived_from": self._made_of(dataset),
            "fields": [self._field(dataset, one) for one in seen.values()],
        }
        if not self.brought.complete:
            made |= self._added_up(source, dataset, made)
        return _filled({**made, **self._states(dataset), "fields": made["fields"]})

    def _states(self, dataset: DatasetFact) -> Mapping[str, Any]:
        """What the file states in our own words, as far as it can stand without the rest."""
        entity = self.catalog.entities.get(str(dataset.states.get("entity")))
        if "record" not in dataset.states or dataset.states.get("id") or (entity and entity.match):
            return dataset.states
        said = "its records are found by matching, which the entity does not state here"
        self._leave(f"{dataset.name}: record {dataset.states['record']}", said)
        return {name: value for name, value in dataset.states.items() if name != "record"}

    def _added_up(
        self, source: SourceFact, dataset: DatasetFact, made: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """What a part of the truth adds to what earlier parts said of a dataset."""
        before = self.known.before(source.name, dataset.name)
        noted = before.get("notes") or before.get("notes_en")
        notes = [
            *str(noted or "").splitlines(),
            *str(made["notes"] or "").splitlines(),
        ]
        origins = {*(before.get("derived_from") or ()), *made["derived_from"]}
        return {
            "notes": notes_of(notes),
            "derived_from": sorted(origins),
            "tags": cleaned_all([*(before.get("tags") or ()), *made["tags"]]),
        }

    def _field(self, dataset: DatasetFact, one: FieldFact) -> Entry:
        key = self.columns[dataset.name][one.name]
        held = self._holds(dataset) or not one.constrained
        return _filled(
            {
                "key": key,
                **self._said(one),
                "tags": cleaned_all(one.tags),
                "notes": notes_of((*one.notes, *(() if held else told(one)))),
                "type": one.type,
                "column": one.name if one.name != key else None,
                "copy_of": self.keys.path(one.copy_of) if one.copy_of else None,
                "derived_from": [
                    path for name in one.derived_from if (path := self.keys.path(name))
                ],
                **one.states,
            }
        )

    def _attributes(self) -> Iterator[Entry]:
        for source in self.brought.sources:
            for dataset in source.datasets:
                if self._holds(dataset):
                    for one in dataset.fields:
                        yield from self._attribute(dataset, one)

    def _attribute(self, dataset: DatasetFact, one: FieldFact) -> Iterator[Entry]:
        entity, own = self.entities[dataset.name]
        column = self.columns[dataset.name][one.name]
        key = f"{entity}.{column}"
        if not one.constrained or (column == own and not one.describes):
            return
        if key in self.known.taken.get("attributes", ()):
            self._leave(f"{dataset.name}.{one.name}", f"attribute {key} is there already; claim it")
            return
        yield _filled(
            {
                "key": key,
                "name": name_of(one.title or one.name),
                "definition": cleaned(one.says) or _UNSAID[self.catalog.language],
                "owner": self._owner(dataset.owner),
                "status": "draft",
                "imported": self._origin(None),
                "type": one.type,
                "values": dict(one.values) if one.values else None,
                "claims": [{"field": f"{self.paths[dataset.name]}.{column}"}],
                "required": True if one.required == 1 else one.required,
                "unique": one.unique or None,
                "rules": [dict(rule) for rule in one.rules],
                "severity": "info",
                "personal_data": cleaned(one.personal),
            }
        )

    def _measures(self) -> Iterator[Entry]:
        taken = self.known.taken.get("measures", ())
        names = Names(self.known.keys("measures"), taken)
        keys: dict[str, str] = {}
        for measure in self.brought.measures:
            try:
                calculation = self._calculation(measure, keys)
            except ValueError as error:
                self._leave(f"measure {measure.name}", str(error))
                continue
            keys[measure.key] = names.give(measure.name, measure.key, "measure")
            yield _filled(
                {
                    "key": keys[measure.key],
                    "name": name_of(measure.title or measure.name),
                    "definition": cleaned(measure.says) or _UNSAID[self.catalog.language],
                    "owner": self._owner(measure.owner),
                    "status": "draft",
                    "tags": cleaned_all(measure.tags),
                    "notes": notes_of(measure.notes),
                    "imported": self._origin(measure.name),
                    "calculation": calculation,
                    "severity": "info",
                }
            )

    def _calculation(self, measure: MeasureFact, keys: Mapping[str, str]) -> str:
        """A measure as a calculation; `keys` has the measures drafted so far by their names."""
        if measure.parts:
            missing = [part for part in measure.parts if part not in keys]
            if missing:
                raise ValueError(f"it is made of {', '.join(missing)}, which could not be drafted")
            return measure.select.format(**keys)
        if measure.dataset not in self.paths:
            raise ValueError(f"its table {measure.dataset} is not in the file")
        columns = self.columns[measure.dataset]
        path = self.paths[measure.dataset]
        return calculation_of(measure.select, measure.where, path, columns)

    def _report(self, report: ReportFact) -> Entry:
        owner = self._owner(report.owner)
        return _filled(
            {
                "key": self.reports.give(report.name, report.key, "report"),
                "name": name_of(report.title or report.name),
                "definition": cleaned(report.says) or _UNSAID[self.catalog.language],
                "owner": owner,
                "status": "draft",
                "tags": cleaned_all(report.tags),
                "notes": notes_of(report.notes),
                "imported": self._origin(report.name),
                "team": self.wishes.team
                or (owner if owner in self.catalog.teams else _TEAM["key"]),
                "location": cleaned(report.location),
            }
        )

    def _teams(self) -> Sequence[Entry]:
        """A team for reports that nobody makes yet; every report is made by one."""
        named = (self.wishes.team or self._owner(one.owner) for one in self.brought.reports)
        if all(team in self.catalog.teams for team in named):
            return []
        return [] if self.wishes.team else [{**_TEAM, "status": "draft"}]

    # parts

    def _placed(self, source: SourceFact) -> Mapping[str, Any]:
        """Where a source is; what stands for it until somebody knows is named by its key."""
        return {
            name: self._with_key(source, value) if isinstance(value, str) else value
            for name, value in source.reading.items()
        }

    def _with_key(self, source: SourceFact, text: str) -> str:
        """A text with the key a source got first, so that a renamed one keeps its address."""
        remembered = (
            str(one["key"])
            for one in self.known.base.entries.get("sources", ())
            if identity_of("sources", one) == source.name
        )
        key = next(remembered, self.paths[source.name])
        return text.replace(KEY, key).replace(VARIABLE, variable(key))

    def _said(self, fact: Any, **names: Any) -> Mapping[str, Any]:
        own = names or {"name": name_of(fact.title) if fact.title else None}
        return {**own, "definition": cleaned(fact.says)}

    def _owner(self, named: str | None) -> str:
        """Who answers for it: whom the file names, if we know them, else whom we were told."""
        known = named and (
            named in self.catalog.roles or named in self.catalog.teams or E_MAIL.match(named)
        )
        return str(named) if known else self.wishes.owner or UNASSIGNED

    def _origin(self, name: str | None) -> Entry:
        named = {"name": name} if name else {}
        return {"format": self.brought.format, "file": self.brought.file, **named}

    def _is_checked(self, source: SourceFact, dataset: DatasetFact) -> bool:
        """Whether runs check it: as long as it is a draft that must not close the gate."""
        promised = dataset.refresh or source.refresh
        return bool(dataset.name in self.entities or promised) and "severity" not in dataset.states

    def _holds(self, dataset: DatasetFact) -> bool:
        """Whether attributes can hold what is stated of its columns."""
        return self.wishes.attributes and bool(self.entities.get(dataset.name, ("", ""))[1])

    def _made_of(self, dataset: DatasetFact) -> list[str]:
        found = (self.paths.get(name) for name in dataset.derived_from if name != dataset.name)
        return [path for path in found if path]

    def _known_to(self, dataset: DatasetFact) -> Mapping[str, float] | None:
        parent = self.keys.parent(dataset)
        shared = parent and parent in self.entities and dataset.name in self.entities
        if not shared or self.entities[parent][0] != self.entities[dataset.name][0]:
            return None
        return {self.paths[parent]: 1.0}

    def _unheld(self, dataset: DatasetFact) -> Iterator[str]:
        """What is stated of a dataset and can only be a note."""
        if len(dataset.id) > 1 or (dataset.id and dataset.name not in self.entities):
            yield f"Its key: {', '.join(dataset.id)}."
        moments = [one.name for one in dataset.fields if one.type in ("date", "timestamp")]
        if dataset.loaded_at and dataset.loaded_at not in moments:
            yield f"Loaded at: {dataset.loaded_at}, which is no date."
        parent = self.keys.parent(dataset) if self._known_to(dataset) else ""
        for one in dataset.refers:
            if not (parent and one.dataset == parent and (one.column,) == dataset.id):
                to = self.paths.get(one.dataset, one.dataset)
                yield f"Every {one.column} must be known as {one.to} in {to}."

    def _leave(self, what: str, reason: str) -> None:
        self.made.left_out.append(LeftOut(what, reason))


def _in_language(entry: Entry, language: Language) -> Entry:
    """A draft with its notes marked as English where that is not the language of the workspace."""
    if language == "en":
        return entry
    return {
        "notes_en" if key == "notes" else key: [_in_language(one, language) for one in value]
        if key in ("datasets", "fields")
        else value
        for key, value in entry.items()
    }


def _filled(entry: Mapping[str, Any]) -> Entry:
    """The keys that say something."""
    return {key: value for key, value in entry.items() if value not in (None, "", [], {}, ())}
