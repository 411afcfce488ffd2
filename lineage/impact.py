"""What a change or a failure reaches, and what a wrong figure may come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from catalog.model import Catalog
from catalog.results import Reach
from lineage.graph import Lineage, trail
from lineage.origins import Dependency

FINE = frozenset({"pass"})


@dataclass(frozen=True)
class Reached:
    """A definition reached from another: its name and a shortest way, both ends included.

    `dependency` is `value` when values come down that way, `condition` when on every way something
    is only filtered, joined, grouped or checked by it.
    """

    urn: str
    name: str
    path: tuple[str, ...]
    dependency: Dependency = "value"


@dataclass(frozen=True)
class Impact:
    """Where a definition is used in the end; each list nearest first, then by URN."""

    urn: str
    cells: tuple[Reached, ...]
    reports: tuple[Reached, ...]
    teams: tuple[Reached, ...]
    touchpoints: tuple[Reached, ...]

    @property
    def all(self) -> frozenset[str]:
        """The definition itself, everything it reaches, and all on the ways there."""
        reached = (*self.cells, *self.reports, *self.teams, *self.touchpoints)
        return frozenset([self.urn, *(urn for one in reached for urn in one.path)])

    def __bool__(self) -> bool:
        return bool(self.cells or self.reports or self.teams or self.touchpoints)


@dataclass(frozen=True)
class Cause:
    """Something upstream that is not well: its verdict and the way down from it."""

    urn: str
    verdict: str
    path: tuple[str, ...]
    dependency: Dependency = "value"

    @property
    def distance(self) -> int:
        """How many steps lie between the cause and what it may have spoiled."""
        return len(self.path) - 1


def impact(lineage: Lineage, catalog: Catalog, urn: str) -> Impact:
    """The cells, reports, teams and touchpoints that rest on a definition, with the way to each.

    Raises KeyError when the definition is not in the lineage.
    """
    lineage.kind(urn)
    came = lineage.trails(urn, lineage.children)
    by_value = lineage.trails(urn, lineage.value_children)
    found: dict[str, list[Reached]] = {"cell": [], "report": [], "team": [], "touchpoint": []}
    for reached in list(came)[1:]:
        if (kind := lineage.kind(reached)) in found:
            name = catalog.definitions[reached].named(catalog.language)
            found[kind].append(Reached(reached, name, *_way(reached, came, by_value)))
    return Impact(urn, *(_nearest(found[kind]) for kind in found))


def reaches(lineage: Lineage, urn: str) -> Reach:
    """What a definition reaches, without the ways; quick for many definitions of one lineage.

    A definition the lineage does not know reaches nothing.
    """
    found: dict[str, list[str]] = {"cell": [], "report": [], "team": [], "touchpoint": []}
    for end in lineage.ends_below(urn):
        found[lineage.kind(end)].append(end)
    return Reach(**{f"{kind}s": tuple(urns) for kind, urns in found.items()})


def causes(lineage: Lineage, urn: str, verdicts: Mapping[str, str]) -> tuple[Cause, ...]:
    """Everything upstream whose verdict is anything but `pass`, nearest first, then by URN.

    `verdicts` maps a URN to its worst verdict, or to `expired`; one that is missing counts as fine.
    """
    came = lineage.trails(urn, lineage.parents)
    by_value = lineage.trails(urn, lineage.value_parents)
    found: list[Cause] = []
    for above in list(came)[1:]:
        if verdicts.get(above, "pass") not in FINE:
            path, dependency = _way(above, came, by_value)
            found.append(Cause(above, verdicts[above], tuple(reversed(path)), dependency))
    return tuple(sorted(found, key=lambda cause: (cause.distance, cause.urn)))


def _way(
    urn: str, came: Mapping[str, str | None], by_value: Mapping[str, str | None]
) -> tuple[tuple[str, ...], Dependency]:
    """A shortest way, of values where there is one."""
    if urn in by_value:
        return trail(by_value, urn), "value"
    return trail(came, urn), "condition"


def _nearest(found: Iterable[Reached]) -> tuple[Reached, ...]:
    return tuple(sorted(found, key=lambda reached: (len(reached.path), reached.urn)))
