"""Counts by brute force what checks on golden records count, out of what `survivors` resolved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from survivors import Golden, Heard, Truth

Key = tuple[str, str]
DECIDED = ("current", "stale", "deleted")


@dataclass(frozen=True)
class Count:
    """How many entities are compared, and which of them are bad."""

    compared: int
    bad: frozenset[str]


@dataclass
class Judged:
    """The golden records of a day, counted; `belongs` says of which entities an attribute is."""

    truth: Truth
    belongs: Callable[[str, str], bool]

    def __post_init__(self) -> None:
        self.golden: Mapping[Key, Golden] = self.truth.resolve()
        self.heard: Mapping[Key, Heard] = self.truth.heard

    def of(self, key: str) -> dict[str, tuple[Golden, Heard]]:
        """What there is of an attribute, by entity."""
        return {
            entity: (golden, self.heard[entity, key])
            for (entity, attribute), golden in self.golden.items()
            if attribute == key and self.belongs(entity, key)
        }

    def required(self, key: str) -> Count:
        """Who has no value, of those of whom it is not known that there is none."""
        counted = {e: g for e, (g, _) in self.of(key).items() if g.state != "deleted"}
        return Count(len(counted), frozenset(e for e, g in counted.items() if g.value is None))

    def current(self, key: str) -> Count:
        """Whose value is no longer current."""
        held = {e: g for e, (g, _) in self.of(key).items() if g.value is not None}
        return Count(len(held), frozenset(e for e, g in held.items() if g.state == "stale"))

    def contested(self, key: str) -> Count:
        """Whom an independent source contradicts, where there is something to compare."""
        compared, bad = 0, set()
        for entity, (golden, heard) in self.of(key).items():
            alone = golden.spoke > 0 and (heard.is_set or golden.value is None)
            if golden.state in DECIDED and (golden.spoke > 1 or golden.disagree or alone):
                compared += 1
                bad |= {entity} if golden.disagree else set()
        return Count(compared, frozenset(bad))

    def shared(self, key: str, at_most: int, *, across: bool = False) -> Count:
        """Who bears a golden value that more than so many bear."""
        borne = {
            entity: heard.golden | ({v for _, v in heard.said} if across else set())
            for entity, (_, heard) in self.of(key).items()
        }
        golden = {value for _, heard in self.of(key).values() for value in heard.golden}
        bearers = Counter(value for values in borne.values() for value in values)
        crowded = {value for value, n in bearers.items() if n > at_most and value in golden}
        some = {entity: values for entity, values in borne.items() if values}
        return Count(len(some), frozenset(e for e, values in some.items() if values & crowded))

    def against_golden(self, key: str, field: str) -> Count:
        """In whose record a field holds something else."""
        compared, bad = 0, set()
        for entity, (golden, heard) in self.of(key).items():
            said = {value for path, value in heard.said if path == field}
            if said and golden.state in DECIDED:
                compared += 1
                bad |= {entity} if not said & heard.golden else set()
        return Count(compared, frozenset(bad))

    def reads(self, key: str, held: Mapping[str, str | None], accepts: Collection[str]) -> Count:
        """For whom something else is read, or what may not be used; `held` is as compared."""
        compared, bad = 0, set()
        for entity, (golden, heard) in self.of(key).items():
            value = held.get(entity)
            if value is not None and golden.state in DECIDED:
                compared += 1
                wrong = value not in heard.golden or golden.state not in (*accepts, "deleted")
                bad |= {entity} if wrong else set()
        return Count(compared, frozenset(bad))
