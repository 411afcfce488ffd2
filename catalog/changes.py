"""What differs between two catalogs, definition by definition; comments and order do not count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from catalog.model import Attribute, Catalog, Definition

How = Literal["added", "changed", "removed"]

# Parts that have a definition, and so a comparison, of their own.
_OWN_DEFINITIONS = frozenset({"datasets", "fields", "cells", "blocks"})
# Lists in which the order says nothing.
_SETS = ("tags", "synonyms", "purposes")
# What says how a definition is called, governed or promised. None of it changes a value, so what
# rests on the definition is as it was.
KEPT_TO_ITSELF = frozenset(
    {
        *("name", "label", "definition", "notes", "tags", "synonyms", "replaced_by", "department"),
        *("owner", "steward", "head", "holder", "deputy", "until", "phone", "audience", "effort"),
        *("expires_on", "review_every", "approved_on", "renewals", "status", "visibility"),
        *("personal_data", "purposes", "severity", "required", "unique", "agree", "current"),
        *("corrections", "imported", "unsure", "format", "derived_from"),
        *("rules", "bounds", "change", "known_to", "refresh", "due", "reporting_people"),
    }
)


@dataclass(frozen=True)
class Change:
    """One definition that is new, gone or different; `parts` are the keys that differ."""

    urn: str
    how: How
    parts: tuple[str, ...] = ()

    @property
    def passes_on(self) -> bool:
        """Whether what rests on the definition may have another value by it."""
        return self.how != "changed" or not all(map(_keeps_to_itself, self.parts))

    def __str__(self) -> str:
        parts = f" ({', '.join(self.parts)})" if self.parts else ""
        return f"{self.how} {self.urn}{parts}"


@dataclass(frozen=True)
class Changes:
    """What differs: definitions by URN, and the checks that baseline and waivers speak of.

    `checks` holds check keys, patterns and URNs as these entries write them.
    """

    definitions: tuple[Change, ...] = ()
    checks: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.definitions or self.checks)


def _keeps_to_itself(part: str) -> bool:
    return part in KEPT_TO_ITSELF or part.endswith(("_en", "_tr"))


def compare(before: Catalog, after: Catalog) -> Changes:
    """The changes that lead from one catalog to another, in the order of their URNs."""
    return Changes(tuple(_definitions(before, after)), tuple(_checks(before, after)))


def _definitions(before: Catalog, after: Catalog) -> Iterator[Change]:
    old, new = before.definitions, after.definitions
    for urn in sorted(old.keys() | new.keys()):
        if urn not in old:
            yield Change(urn, "added")
        elif urn not in new:
            yield Change(urn, "removed")
        elif parts := _different(comparable(old[urn]), comparable(new[urn])):
            yield Change(urn, "changed", parts)


def _checks(before: Catalog, after: Catalog) -> Iterator[str]:
    named: dict[str, None] = {}
    for kind in ("baseline", "waivers"):
        old, new = getattr(before, kind), getattr(after, kind)
        for key in sorted(old.keys() | new.keys()):
            if old.get(key) != new.get(key):
                entries = [entry for entry in (old.get(key), new.get(key)) if entry]
                named |= dict.fromkeys(entry.check for entry in entries)
    yield from named


def comparable(definition: Definition) -> Mapping[str, Any]:
    """A definition as plain values, each thing in one form however it was written."""
    plain = definition.model_dump(exclude=set(_OWN_DEFINITIONS))
    for name in _SETS:
        if name in plain:
            plain[name] = sorted(set(plain[name]))
    if isinstance(definition, Attribute):
        rules = zip(definition.rules, plain["rules"], strict=True)
        plain["rules"] = {rule.name: written for rule, written in rules}
    return plain


def _different(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    names = dict.fromkeys([*old, *new])
    return tuple(name.rstrip("_") for name in names if old.get(name) != new.get(name))
