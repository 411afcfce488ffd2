"""Loads a workspace's YAML into one Catalog, collecting every problem instead of the first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from catalog.loading.messages import problems_of
from catalog.loading.ordering import merged_order
from catalog.loading.yaml_files import YamlFile, read_yaml, read_yaml_text
from catalog.model import (
    Attribute,
    BaselineEntry,
    Catalog,
    ConsolidationDecision,
    Definition,
    Entity,
    MatchDecision,
    Measure,
    Place,
    Purpose,
    Report,
    Role,
    SourceSystem,
    Team,
    Touchpoint,
    Waiver,
)
from catalog.model.definition import Language, Model
from catalog.validation.problems import Problem, nearest

KINDS: Mapping[str, type[Model]] = {
    "teams": Team,
    "roles": Role,
    "entities": Entity,
    "sources": SourceSystem,
    "attributes": Attribute,
    "measures": Measure,
    "reports": Report,
    "touchpoints": Touchpoint,
    "purposes": Purpose,
    "baseline": BaselineEntry,
    "waivers": Waiver,
    "matches": MatchDecision,
    "consolidations": ConsolidationDecision,
}


@dataclass
class Written:
    """Where each definition was written: its file and its path inside it."""

    entries: dict[str, tuple[YamlFile, tuple[str | int, ...]]] = field(default_factory=dict)

    def find(self, urn: str, *parts: str | int) -> Place | None:
        """The place of a definition, or of the deepest of `parts` written there."""
        found = self.entries.get(urn)
        return found[0].place(*found[1], *parts) if found else None

    def written(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """The file, the list and the plain values of every entry of a file's lists."""
        for file, path in self.entries.values():
            if len(path) == 2:
                yield file.name, str(path[0]), file.value[path[0]][path[1]]


@dataclass
class Loaded:
    """A catalog as far as it could be read, and what was wrong with the rest."""

    catalog: Catalog
    problems: list[Problem]


def load_catalog(
    root: Path,
    folder: str = "catalog",
    language: Language = "en",
    instead: Mapping[str, str] | None = None,
    over: Sequence[Path] = (),
) -> Loaded:
    """Read `root/folder/**/*.yml`; entries that are wrong are left out and reported.

    `instead` has texts to be read instead of what stands in the files of these names, or as files
    that are not there yet. Entries of the files `over`, which may lie anywhere, stand in place of
    those of the same key; what is new there is added. Datasets' entities that are named nowhere
    are implied, so that a small catalog stays small.
    """
    named = {path.relative_to(root).as_posix(): path for path in _files(root / folder)}
    texts = instead or {}
    files = [
        read_yaml_text(texts[name], name) if name in texts else read_yaml(named[name], name)
        for name in sorted({*named, *texts}, key=lambda name: Path(name).parts)
    ]
    if not files:
        missing = f"no .yml file under {folder}/; `tekdogru init` writes a starter"
        return Loaded(Catalog(), [Problem("TD001", missing, place=Place(folder, 1))])
    reader = _Reader()
    for path in over:
        reader.read(read_yaml(path, str(path)))
    reader.over = {kind: tuple(entries) for kind, entries in reader.kinds.items()}
    for file in files:
        reader.read(file)
    catalog = Catalog(**reader.ordered(), places=reader.written, language=language)
    return Loaded(_with_implied_entities(catalog), reader.problems)


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix in (".yml", ".yaml") and p.is_file())


def _with_implied_entities(catalog: Catalog) -> Catalog:
    named = {d.entity for d in catalog.datasets.values() if d.entity}
    missing = {key: Entity(key=key, name=key) for key in sorted(named - set(catalog.entities))}
    kinds = {kind: getattr(catalog, kind) for kind in KINDS}
    kinds["entities"] = {**catalog.entities, **missing}
    return Catalog(**kinds, places=catalog.places, language=catalog.language)


class _Reader:
    """Gathers the entries of all files by kind."""

    def __init__(self) -> None:
        self.kinds: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
        self.written = Written()
        self.problems: list[Problem] = []
        self.over: Mapping[str, Sequence[str]] = {}
        self.own: dict[str, list[str]] = {kind: [] for kind in KINDS}

    def ordered(self) -> dict[str, dict[str, Any]]:
        """The entries as if those that stand over others were written in their places."""
        if not self.over:
            return self.kinds
        return {
            kind: {key: entries[key] for key in merged_order(self.own[kind], self.over[kind])}
            for kind, entries in self.kinds.items()
        }

    def read(self, file: YamlFile) -> None:
        self.problems += file.problems
        if file.value is None:
            return
        if not isinstance(file.value, dict):
            said = f"a file holds lists by kind ({', '.join(KINDS)}), not a {_form(file.value)}"
            self.problems.append(Problem("TD005", said, place=file.place()))
            return
        for kind, entries in file.value.items():
            self._read_kind(file, kind, entries)

    def _read_kind(self, file: YamlFile, kind: str, entries: object) -> None:
        if kind not in KINDS:
            said = f"unknown kind '{kind}'; {nearest(kind, KINDS)}"
            self.problems.append(Problem("TD003", said, place=file.place(kind)))
        elif entries is not None and not isinstance(entries, list):
            said = f"'{kind}' holds a list of entries, each with a key, not a {_form(entries)}"
            self.problems.append(Problem("TD005", said, place=file.place(kind)))
        else:
            for index, entry in enumerate(entries or ()):
                self._read_entry(file, kind, index, entry)

    def _read_entry(self, file: YamlFile, kind: str, index: int, entry: Any) -> None:
        path = (kind, index)
        if not isinstance(entry, dict):
            said = f"an entry of '{kind}' is a block of keys, not a {_form(entry)}"
            self.problems.append(Problem("TD005", said, place=file.place(*path)))
            return
        try:
            thing = KINDS[kind].model_validate(entry)
        except ValidationError as error:
            self.problems += problems_of(error, KINDS[kind], entry, file, path)
            return
        self._keep(file, kind, path, thing)

    def _keep(self, file: YamlFile, kind: str, path: tuple[str | int, ...], thing: Any) -> None:
        key = thing.check if isinstance(thing, BaselineEntry) else thing.key
        if key in self.over.get(kind, ()):
            if key not in self.own[kind]:
                self.own[kind].append(key)
            return
        if key in self.kinds[kind]:
            first = self.written.find(f"{getattr(thing, 'kind', kind)}:{key}")
            said = f"{kind} has '{key}' already, at {first}; keys are unique: rename or delete one"
            self.problems.append(Problem("TD010", said, place=file.place(*path, "key")))
            return
        self.kinds[kind][key] = thing
        if self.over:
            self.own[kind].append(key)
        for urn, inner in _written_parts(thing):
            if urn in self.written.entries:
                first = self.written.find(urn)
                said = (
                    f"'{urn}' is defined already, at {first}; keys are unique: rename or delete one"
                )
                place = file.place(*path, *inner, "key")
                self.problems.append(Problem("TD010", said, place=place, urn=urn))
            else:
                self.written.entries[urn] = (file, (*path, *inner))


def _written_parts(thing: Any) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    if isinstance(thing, BaselineEntry):
        yield f"baseline:{thing.check}", ()
    if isinstance(thing, Waiver | MatchDecision | ConsolidationDecision):
        yield thing.urn, ()
    if not isinstance(thing, Definition):
        return
    yield thing.urn, ()
    for index, block in enumerate(thing.blocks if isinstance(thing, Report) else ()):
        yield f"block:{thing.key}/{block.key}", ("blocks", index)
    for name in ("datasets", "fields", "cells"):
        children: Sequence[Any] = getattr(thing, name, ())
        for index, child in enumerate(children):
            here = thing.written_as(index) if isinstance(thing, Report) else (name, index)
            for urn, inner in _written_parts(child):
                yield urn, (*here, *inner)


def _form(value: object) -> str:
    names: dict[type, str] = {dict: "block of keys", list: "list", str: "text"}
    return names.get(type(value), "single value")
