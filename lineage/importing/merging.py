"""Merges what a file says now with what it said last time and with what stewards wrote since."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.exchanges import How

Entry = Mapping[str, Any]
"""One definition as plain YAML values: text, numbers, booleans, lists and mappings of these."""
Entries = Mapping[str, Sequence[Entry]]
"""Definitions by the list they stand in: `sources`, `attributes`, `measures`, `reports`…"""
Identity = Callable[[str, Entry], str]
"""What tells that two entries of a list (its name comes first) are the same thing."""
CHILDREN: Mapping[str, tuple[str, str]] = {
    "sources": ("datasets", "source"),
    "datasets": ("fields", "dataset"),
    "reports": ("cells", "report"),
}
"""By list: the list of definitions that its entries hold, and the kind that its entries are of."""
BESIDE: Mapping[str, tuple[str, ...]] = {"reports": ("blocks",)}
"""Further lists of things with keys that its entries hold."""
LINES = ("rows", "columns")
"""Lists of a block whose entries are merged one by one, and stand as the file has them."""
SHAPE = ("at", "calculation")
"""What a file alone knows of a block; a steward's value yields where the file moved on."""
MARKS = "unsure"
"""The list of marks whose items are merged one by one: one that was looked at stays out, and one
that is new is written nonetheless."""
_KINDS = {"fields": "field", "cells": "cell", "entities": "entity"}


@dataclass(frozen=True)
class Change:
    """One definition, or one key of it, that is not as it was.

    `new` is not in the catalog yet; `updated` follows the file; `kept` is what a steward wrote
    where the file stayed as it was; `conflicting` is what both changed, and stays as the steward
    wrote it; `vanished` is no longer in the file and in the catalog still in use; `removed` was
    taken out of the catalog by hand and stays out. `base`, `theirs` and `ours` are the values of
    `key` last time, in the file now and in the catalog; None where there is none.
    """

    urn: str
    how: How
    key: str | None = None
    base: Any = None
    theirs: Any = None
    ours: Any = None

    def __str__(self) -> str:
        part = f" {self.key}" if self.key else ""
        return f"{self.how} {self.urn}{part}"


@dataclass(frozen=True)
class Edit:
    """Keys of a definition that stands in a file; a value of None takes the key out."""

    urn: str
    sets: Mapping[str, Any]


@dataclass(frozen=True)
class Addition:
    """An entry to be added to the list `name` of a definition, or of a file without a `parent`."""

    parent: str | None
    name: str
    entry: Entry


@dataclass(frozen=True)
class Merged:
    """What is to be written, what is to be told, and what is to be remembered as the next base."""

    edits: tuple[Edit, ...]
    additions: tuple[Addition, ...]
    changes: tuple[Change, ...]
    base: Entries

    @property
    def writes(self) -> bool:
        """Whether any definition changes by it."""
        return bool(self.edits or self.additions)

    def of(self, how: How) -> list[Change]:
        """The changes of one kind."""
        return [change for change in self.changes if change.how == how]


def by_key(name: str, entry: Entry) -> str:
    """The plainest identity: an entry is the one of its key."""
    return str(entry["key"])


def merge(
    base: Entries,
    theirs: Entries,
    ours: Entries,
    identity: Identity = by_key,
    *,
    complete: bool = True,
) -> Merged:
    """Merge three states of the same definitions, key by key.

    `base` is what the file said when it was imported last (empty the first time), `theirs` what it
    says now, `ours` what stands in the catalog now. A value that only the file changed is updated;
    one that only a steward changed is kept; one that both changed stays as the steward wrote it and
    is told once. Keys that no file ever spoke of are the steward's own and never touched. With
    `complete` false what is missing in `theirs`, a definition or a key, has not vanished: it was
    not spoken of. The same file a second time changes nothing.
    """
    merger = _Merger(identity, complete)
    remembered: dict[str, Sequence[Entry]] = {}
    for name in dict.fromkeys([*theirs, *base]):
        states = (base.get(name, ()), theirs.get(name, ()), ours.get(name, ()))
        remembered[name] = merger.lists(name, None, "", *states)
    changes = tuple(merger.changes)
    return Merged(tuple(merger.edits), tuple(merger.additions), changes, remembered)


@dataclass
class _Merger:
    identity: Identity
    complete: bool
    edits: list[Edit] = field(default_factory=list)
    additions: list[Addition] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def lists(
        self,
        name: str,
        parent: str | None,
        path: str,
        base: Sequence[Entry],
        theirs: Sequence[Entry],
        ours: Sequence[Entry],
    ) -> list[Entry]:
        """Merge one list of entries; gives what is to be remembered of it."""
        old, new, own = (self._indexed(name, entries) for entries in (base, theirs, ours))
        remembered = []
        for one in dict.fromkeys([*old, *new]):
            entry = self._entry(name, parent, path, old.get(one), new.get(one), own.get(one))
            remembered += [entry] if entry is not None else []
        return remembered

    def _indexed(self, name: str, entries: Sequence[Entry]) -> dict[str, Entry]:
        return {self.identity(name, entry): entry for entry in entries}

    def _entry(
        self,
        name: str,
        parent: str | None,
        path: str,
        base: Entry | None,
        theirs: Entry | None,
        ours: Entry | None,
    ) -> Entry | None:
        stands = ours or theirs or base or {}
        urn = _urn(name, path, str(stands["key"]))
        if theirs is None:
            return self._gone(urn, base, ours)
        if ours is None and base is None:
            self.additions.append(Addition(parent, name, theirs))
            self.changes.append(Change(urn, "new"))
        elif ours is None:
            self.changes.append(Change(urn, "removed"))
        else:
            return self._both(name, urn, base or {}, theirs, ours)
        return theirs

    def _gone(self, urn: str, base: Entry | None, ours: Entry | None) -> Entry | None:
        """What the file no longer speaks of is remembered as long as it stands in the catalog."""
        if ours is not None and self.complete and ours.get("status") != "retired":
            self.changes.append(Change(urn, "vanished"))
        return base if ours is not None or not self.complete else None

    def _both(self, name: str, urn: str, base: Entry, theirs: Entry, ours: Entry) -> Entry:
        child, _ = CHILDREN.get(name, ("", ""))
        children = (child, *BESIDE.get(name, ()))
        said = theirs if self.complete else {**base, **theirs}
        sets = dict(self._values(urn, children, base, theirs, ours))
        if sets:
            self.edits.append(Edit(urn, sets))
        path = urn.partition(":")[2]
        for one in children if child else ():
            if theirs.get(one) or base.get(one):
                states = (base.get(one) or (), theirs.get(one) or (), ours.get(one) or ())
                said = {**said, one: self.lists(one, urn, path, *states)}
        return said

    def _values(
        self, urn: str, children: Sequence[str], base: Entry, theirs: Entry, ours: Entry
    ) -> Iterator[tuple[str, Any]]:
        in_block = urn.startswith("block:")
        for key in dict.fromkeys([*theirs, *base]):
            if key == "key" or key in children or (key not in theirs and not self.complete):
                continue
            was, now, own = base.get(key), theirs.get(key), ours.get(key)
            if in_block and key in LINES:
                now = _merged_lines(was or (), now or (), own or ()) or None
            if key == MARKS:
                now, own = _merged_marks(was or (), now or (), own or ()) or None, own or None
            if own == now or (key == "status" and now == was):
                continue
            follows = key == MARKS or (in_block and (key in LINES or (key in SHAPE and now != was)))
            if own == was or follows:
                self.changes.append(Change(urn, "updated", key, was, now, own))
                yield key, now
            else:
                how: How = "kept" if now == was else "conflicting"
                self.changes.append(Change(urn, how, key, was, now, own))


def _merged_lines(
    base: Sequence[Entry], theirs: Sequence[Entry], ours: Sequence[Entry]
) -> list[Entry]:
    """The rows or columns of a block as the file has them now, with what stewards wrote of each."""
    old, own = ({one.get("key"): one for one in lines} for lines in (base, ours))
    found: list[Entry] = []
    for now in theirs:
        was, written = old.get(now.get("key"), {}), own.get(now.get("key"))
        if written is None:
            found.append(dict(now))
            continue
        values = {
            key: now.get(key) if written.get(key) == was.get(key) else written.get(key)
            for key in dict.fromkeys([*written, *now])
        }
        found.append({key: value for key, value in values.items() if value is not None})
    return found


def _merged_marks(base: Sequence[Any], theirs: Sequence[Any], ours: Sequence[Any]) -> list[Any]:
    """The marks as they stand, without those the file no longer has and with those it has anew."""
    stand = [one for one in ours if one in theirs or one not in base]
    return stand + [one for one in theirs if one not in base and one not in stand]


def _urn(name: str, path: str, key: str) -> str:
    kind = CHILDREN[name][1] if name in CHILDREN else _KINDS.get(name, name.removesuffix("s"))
    sign = "/" if kind in ("cell", "block") else "."
    return f"{kind}:{path}{sign}{key}" if path else f"{kind}:{key}"
