"""Proposes which numbers may be one: by their calculation, what they rest on, and their names."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Literal

from catalog.model import Catalog, Cell, Measure
from catalog.model.reports import CurrencyUnit
from lineage.canonical.forms import children
from lineage.canonical.naming import Glossary, Vocabulary, read_glossary
from lineage.canonical.nouns import Form
from lineage.canonical.stating import Calculation, Statements, proved

Why = Literal["calculation", "lineage", "name"]
MOST_IN_A_BLOCK = 12
"""Of more different calculations of one name each is compared with the first alone, and resting on
the same columns says nothing."""
_CONSTANTS = ("num", "str", "day", "ts", "bool")


@dataclass(frozen=True)
class Candidate:
    """Two measures or cells that may be one number, and why: `name` says they are called so."""

    left: str
    right: str
    why: tuple[Why, ...]


class Proposals:
    """The numbers of one catalog: what they are calculated by, and what they are called.

    Retired reports are left out, and measures that are replaced.
    """

    def __init__(self, catalog: Catalog, glossary: Glossary | None = None) -> None:
        self.catalog = catalog
        self.glossary = glossary or read_glossary()
        self.statements = Statements(catalog)

    @cached_property
    def numbers(self) -> Mapping[str, Measure | Cell]:
        """Every measure and cell in question, by URN, measures first."""
        used: list[Measure] = [m for m in self.catalog.measures.values() if m.status != "retired"]
        cells = [
            cell
            for report in self.catalog.reports.values()
            if report.status != "retired"
            for cell in report.cells
            if cell.measure or cell.calculation
        ]
        both: list[Measure | Cell] = [*used, *cells]
        return {one.urn: one for one in both}

    @cached_property
    def calculations(self) -> Mapping[str, Calculation]:
        """Those whose calculation is known."""
        found = ((urn, self.statements.of(urn)) for urn in self.numbers)
        return {urn: one for urn, one in found if isinstance(one, Calculation)}

    @cached_property
    def keys(self) -> Mapping[str, frozenset[frozenset[str]]]:
        """What each is called: the meanings of its names."""
        names = {urn: self._names(one) for urn, one in self.numbers.items()}
        vocabulary = Vocabulary.of((n for given in names.values() for n in given), self.glossary)
        keys = {name: vocabulary.key(name) for given in names.values() for name in given}
        return {
            urn: frozenset(filter(None, (keys[name] for name in given)))
            for urn, given in names.items()
        }

    def _names(self, one: Measure | Cell) -> tuple[str, ...]:
        names = [one.name, one.name_en, one.name_tr]
        if isinstance(one, Cell):
            names.append(one.label)
            if one.measure and one.measure in self.catalog.measures:
                names += self._names(self.catalog.measures[one.measure])
        names += [name for name in one.synonyms if name.casefold() not in self._taken]
        return tuple(dict.fromkeys(filter(None, names)))

    @cached_property
    def _taken(self) -> frozenset[str]:
        """Names of measures: as another's synonym they would say that two measures are one."""
        measures = self.catalog.measures.values()
        return frozenset(
            name.casefold() for m in measures for name in (m.name, m.name_en, m.name_tr) if name
        )

    def are_alike(self, left: str, right: str) -> bool:
        """Whether two are called the same and counted in one unit."""
        if not self.keys[left] & self.keys[right]:
            return False
        return not self._are_slices(left, right) and self._same_unit(left, right)

    def _same_unit(self, left: str, right: str) -> bool:
        units = [self._unit(self.numbers[urn]) for urn in (left, right)]
        return None in units or units[0] == units[1]

    def _unit(self, one: Measure | Cell) -> Hashable:
        """What is counted, whichever language says it; None where it is not said."""
        if isinstance(one, Cell) and one.unit is None and one.measure in self.catalog.measures:
            return self._unit(self.catalog.measures[one.measure or ""])
        if isinstance(one.unit, CurrencyUnit):
            return one.unit.currency
        return self.glossary.key(one.unit) or one.unit if one.unit else None

    def _are_slices(self, left: str, right: str) -> bool:
        """Whether both show one measure, of different parts: those are different numbers."""
        slices = [self._slice(self.numbers[urn]) for urn in (left, right)]
        return slices[0][0] == slices[1][0] is not None and slices[0] != slices[1]

    def _slice(self, one: Measure | Cell) -> tuple[str | None, tuple[tuple[str, str], ...]]:
        if isinstance(one, Measure):
            return one.key, ()
        return one.measure, tuple(sorted((k, str(v)) for k, v in one.where.items()))

    def all(self) -> tuple[Candidate, ...]:
        """Every pair worth comparing, measures before cells, in the order of the files."""
        found: dict[tuple[str, str], dict[Why, None]] = {}
        for why, pairs in (
            ("calculation", self._by_calculation()),
            ("name", self._by_name()),
            ("lineage", self._by_lineage()),
        ):
            for left, right in pairs:
                found.setdefault(self._ordered(left, right), {})[why] = None  # type: ignore[index]
        return tuple(Candidate(*pair, tuple(why)) for pair, why in found.items())

    def _ordered(self, left: str, right: str) -> tuple[str, str]:
        order = self._order
        return (left, right) if order[left] <= order[right] else (right, left)

    @cached_property
    def _order(self) -> Mapping[str, int]:
        return {urn: number for number, urn in enumerate(self.numbers)}

    def _by_calculation(self) -> Iterator[tuple[str, str]]:
        """The first of those that are proved to be one, with each of the others."""
        for form in (_strict, _loose):
            for members in _blocks(self.calculations.values(), form).values():
                for other in members[1:]:
                    if proved(members[0], other):
                        yield members[0].urn, other.urn

    def _by_name(self) -> Iterator[tuple[str, str]]:
        called: dict[frozenset[str], list[str]] = {}
        for urn, keys in self.keys.items():
            for key in keys:
                called.setdefault(key, []).append(urn)
        for urns in called.values():
            few = self._few(urns)
            several = len(few) > MOST_IN_A_BLOCK
            pairs = ((few[0], one) for one in few[1:]) if several else combinations(few, 2)
            for left, right in pairs:
                if self.are_alike(left, right):
                    yield left, right

    def _few(self, urns: list[str]) -> list[str]:
        """Of many that are called the same, one for each calculation: the others are as it is."""
        if len(urns) <= MOST_IN_A_BLOCK:
            return urns
        first: dict[Hashable, str] = {}
        for urn in urns:
            one = self.calculations.get(urn)
            first.setdefault(_strict(one) if one else urn, urn)
        return list(first.values())

    def _by_lineage(self) -> Iterator[tuple[str, str]]:
        """Calculations of different form over the same columns, that differ by more than values."""
        different: dict[Hashable, Calculation] = {}
        for one in self.calculations.values():
            different.setdefault(_strict(one), one)
        for members in _blocks(different.values(), _rests_on).values():
            if len(members) > MOST_IN_A_BLOCK:
                continue
            for left, right in combinations(members, 2):
                if self._may_be_one(left, right):
                    yield left.urn, right.urn

    def _may_be_one(self, left: Calculation, right: Calculation) -> bool:
        if self._are_slices(left.urn, right.urn) or not self._same_unit(left.urn, right.urn):
            return False
        keys = [{word for key in self.keys[one.urn] for word in key} for one in (left, right)]
        if self.glossary.is_apart(*keys):
            return False
        return without_values(left.canonical.form) != without_values(right.canonical.form)


def candidates(catalog: Catalog, glossary: Glossary | None = None) -> tuple[Candidate, ...]:
    """Every pair of measures and cells worth comparing."""
    return Proposals(catalog, glossary).all()


def without_values(form: Form) -> Form:
    """A form with every constant left out: two that differ in nothing else are different."""
    if form[0] in _CONSTANTS:
        return (form[0],)
    if form[0] in ("in", "notin"):
        return ("eq" if form[0] == "in" else "ne", without_values(form[1]), ("str",))
    return (form[0], *(_bare(part) for part in form[1:]))


def _bare(part: object) -> object:
    if not isinstance(part, tuple):
        return part
    if part and isinstance(part[0], str):
        return without_values(part) if list(children(("and", part))) else part
    return tuple(_bare(inner) for inner in part)


def _blocks(
    calculations: Iterable[Calculation], by: Callable[[Calculation], Hashable]
) -> Mapping[Hashable, list[Calculation]]:
    found: dict[Hashable, list[Calculation]] = {}
    for one in calculations:
        found.setdefault(by(one), []).append(one)
    return found


def _strict(one: Calculation) -> Hashable:
    return (one.canonical.form, one.canonical.in_ones, one.canonical.quantum, one.currency)


def _loose(one: Calculation) -> Hashable:
    loose = one.canonical.loose or one.canonical.form
    return (loose, one.canonical.in_ones, one.canonical.quantum, one.currency)


def _rests_on(one: Calculation) -> Hashable:
    return (one.tables, one.columns)
