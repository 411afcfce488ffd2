"""A problem found in the catalog, and the list of codes that never change their meaning."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from catalog.model.whole import Catalog, Place

Level = Literal["error", "warning"]

CODES: dict[str, str] = {
    "TD001": "a file cannot be read as YAML",
    "TD002": "a key is written twice",
    "TD003": "an unknown key",
    "TD004": "a required key is missing",
    "TD005": "a value of the wrong form",
    "TD010": "two definitions share a key",
    "TD011": "two keys differ only in case",
    "TD012": "a reference to something that is not defined",
    "TD013": "an owner that is not defined",
    "TD014": "no review date",
    "TD020": "SQL that is not allowed or does not parse",
    "TD021": "a cell with neither measure nor calculation",
    "TD022": "a rule that cannot be used",
    "TD023": "a dataset that cannot be read as described",
    "TD024": "a claim that can never be used",
    "TD030": "a cycle",
    "TD040": "past its review date",
    "TD041": "an owner who left",
    "TD042": "a personal attribute without purpose",
    "TD043": "a promise that cannot be checked",
    "TD044": "a purpose that is not defined",
    "TD045": "a password written into a file",
    "TD046": "a waiver that ran out",
    "TD047": "a cell's address or formula that cannot be read",
    "TD048": "an entity named nearly as another",
    "TD049": "a number that cannot be held against what is stated",
    "TD050": "a formula whose inputs cannot all be followed",
    "TD051": "survivorship that cannot decide as it is stated",
    "TD052": "records that cannot be matched as it is stated",
    "TD053": "decisions on records that contradict each other",
    "TD054": "a claim that is never heard, or adds nothing",
    "TD055": "a condition that says the same of every row",
    "TD056": "an option of survivorship that nothing asks for",
    "TD057": "a group that is split between sources",
    "TD058": "an order of claims that evidence contradicts",
    "TD059": "a measured trust without enough evidence",
    "TD060": "something an import was unsure of",
    "TD061": "an input block of a workbook that leads nowhere",
    "TD062": "a new number that equals one there is",
    "TD063": "a new number called like one there is, and calculated otherwise",
    "TD064": "a decision on consolidation that cannot be respected",
}


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the catalog, said so that its author can mend it."""

    code: str
    message: str
    level: Level = "error"
    place: Place | None = None
    urn: str | None = None

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.level} {self.code}: {self.message}"


def problem_of(
    catalog: Catalog, code: str, urn: str, said: str, *part: str | int, level: Level = "error"
) -> Problem:
    """A problem of a definition, at the place where that part of it is written."""
    place = catalog.places.find(urn, *part)
    return Problem(code, f"{urn}: {said}", level, place, urn)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Problems by file and line, as an author goes through them."""
    return sorted(problems, key=_position)


def _position(problem: Problem) -> tuple[str, int, str, str]:
    place = problem.place
    return (place.file if place else "", place.line if place else 0, problem.code, problem.message)


def nearest(word: str, known: Iterable[str], most: int = 3) -> str:
    """A hint naming the known words closest to `word`: `did you mean 'x'?`, or the choices."""
    choices = sorted(set(known))
    close = difflib.get_close_matches(word, choices, n=most, cutoff=0.6)
    if close:
        return "did you mean " + " or ".join(f"'{name}'" for name in close) + "?"
    if not choices:
        return "none is defined"
    shown = ", ".join(choices[:12])
    return f"known: {shown}{', …' if len(choices) > 12 else ''}"
