"""What an import finds already there: its own drafts, its last state, and keys that are taken."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic_core import to_json

from catalog.errors import UsageError
from catalog.loading.loader import Written
from catalog.model import Catalog
from lineage.importing.merging import Entries, Entry

BASE_VERSION = "1.0"
FOLDER = "imported"


@dataclass(frozen=True)
class Base:
    """What a file said when it was imported last; empty before the first time."""

    format: str | None = None
    file: str | None = None
    entries: Entries = field(default_factory=dict)

    def text(self) -> str:
        """Itself as it is kept beside the drafts, a line per value so that changes can be read."""
        document = {
            "schema_version": BASE_VERSION,
            "format": self.format,
            "file": self.file,
            "entries": self.entries,
        }
        return to_json(document, indent=1).decode() + "\n"


def read_base(path: Path) -> Base:
    """The base that is kept in a file; UsageError where it is none any more."""
    if not path.exists():
        return Base()
    try:
        document = json.loads(path.read_text("utf-8"))
        return Base(document["format"], document["file"], document["entries"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path} remembers what was imported and cannot be read ({error}); restore it as it "
            "was committed, or delete it to begin anew: what differs then is told as a conflict"
        ) from None


def present_entries(catalog: Catalog) -> dict[str, list[Entry]]:
    """Every entry of the catalog's files as it is written, by the list it stands in."""
    found: dict[str, list[Entry]] = {}
    places = catalog.places
    for _, name, entry in places.written() if isinstance(places, Written) else ():
        found.setdefault(name, []).append(entry)
    return found


def identity_of(name: str, entry: Entry) -> str:
    """What a draft is called in the file it came from: fields by column, others by their name."""
    origin = entry.get("imported")
    if isinstance(origin, Mapping) and origin.get("name"):
        return str(origin["name"])
    return str(entry.get("column") or entry["key"]) if name == "fields" else str(entry["key"])


@dataclass(frozen=True)
class Known:
    """An import's own drafts as they stand now, and by name the keys that its file's things have.

    `ours` holds them by list. A steward may have renamed one: it is known by what it is called in
    the file. What was taken out by hand is known from the base.
    """

    base: Base
    ours: Entries
    taken: Mapping[str, Sequence[str]]

    @classmethod
    def of(
        cls, catalog: Catalog, base: Base, format_: str, file: str, adopted: Collection[str] = ()
    ) -> Known:
        """What a catalog holds of the file that is being imported.

        `adopted` are definitions (`reports/retail`) that are its own whoever wrote them.
        """
        ours: dict[str, list[Entry]] = {}
        taken: dict[str, list[str]] = {}
        for name, entries in present_entries(catalog).items():
            remembered = {str(one["key"]) for one in base.entries.get(name, ())}
            for entry in entries:
                origin = entry.get("imported") or {}
                same = origin.get("format") == format_ and origin.get("file") in (file, base.file)
                if entry.get("key") in remembered or same or f"{name}/{entry['key']}" in adopted:
                    ours.setdefault(name, []).append(entry)
                else:
                    taken.setdefault(name, []).append(str(entry.get("key")))
        return cls(base, ours, taken)

    def keys(self, name: str, *within: str) -> dict[str, str]:
        """The keys of a list by identity; `within` names what it is part of, by identity."""
        both = (_part(self.base.entries, name, within), _part(self.ours, name, within))
        return {identity_of(name, one): str(one["key"]) for part in both for one in part}

    def before(self, source: str, dataset: str) -> Entry:
        """A dataset as it was imported last; nothing where it was not."""
        for one in _part(self.base.entries, "datasets", (source,)):
            if identity_of("datasets", one) == dataset:
                return one
        return {}

    def value(self, key: str, *within: str) -> Any:
        """A value of a dataset as it stands, else as it was imported."""
        for entries in (self.ours, self.base.entries):
            for dataset in _part(entries, "datasets", within[:1]):
                if identity_of("datasets", dataset) == within[1] and key in dataset:
                    return dataset[key]
        return None


def _part(entries: Entries, name: str, within: Sequence[str]) -> Iterator[Entry]:
    """The entries of a list inside what `within` names."""
    if not within:
        yield from entries.get(name, ())
        return
    ways = ("sources", "datasets", "fields")
    found: list[Entry] = list(entries.get("sources", ()))
    for at, identity in enumerate(within):
        found = [
            part
            for one in found
            if identity_of(ways[at], one) == identity
            for part in one.get(ways[at + 1]) or ()
        ]
    yield from found
