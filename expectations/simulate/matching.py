"""Tells whether a change lets records be matched otherwise, which only `match` can find out."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.compiler.whole import is_matched
from expectations.simulate.differing import Meaning


def rematched(before: Meaning, after: Meaning) -> Iterator[str]:
    """The entities of which other records may become one after the next `tekdogru match`."""
    for key, entity in after.catalog.entities.items():
        if entity.match is None or not is_matched(after.catalog, key):
            continue
        old = before.catalog.entities.get(key)
        named = entity.match.attributes
        compared = [before.attributes.get(one) == after.attributes.get(one) for one in named]
        fed = [before.data.get(path) == after.data.get(path) for path in _feeding(after, key)]
        same_records = _feeding(before, key) == _feeding(after, key)
        same_rules = old is not None and old.match == entity.match
        decided = _decisions(before, key) == _decisions(after, key)
        if not (same_rules and same_records and decided and all([*compared, *fed])):
            yield key


def _feeding(meaning: Meaning, entity: str) -> tuple[str, ...]:
    return next((one.feeding for one in meaning.plan.entities if one.key == entity), ())


def _decisions(meaning: Meaning, entity: str) -> list[object]:
    found = (one for one in meaning.catalog.matches.values() if one.entity == entity)
    return [(one.same, one.different) for one in found]
