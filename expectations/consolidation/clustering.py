"""Puts cells together that are one number, or are called one and are not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, product
from types import MappingProxyType
from typing import Literal

from catalog.consolidations import Equality
from catalog.model import Catalog, Cell
from expectations.consolidation.evidence import (
    EQUAL,
    Histories,
    Judge,
    Judged,
    Pair,
    pair_of,
)

Because = Literal["calculation", "figures"]
Slicing = tuple[tuple[str, str], ...]
"""The values that dimensions are held to, by their names."""
Slice = tuple[str, Slicing]


@dataclass(frozen=True)
class Grouped:
    """Cells that belong together, by URN: `groups` of them are one number each.

    `because` says what contradicts, if anything does; `apart` are the pairs of which it does.
    `equals` are, by cell, things of another name outside that it is one number with. `shows` are
    the cells that show the measure, or are proven to be it.
    """

    cells: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    equality: Equality | None = None
    because: Because | None = None
    measure: str | None = None
    apart: tuple[Pair, ...] = ()
    equals: tuple[tuple[str, tuple[str, ...]], ...] = ()
    shows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clustered:
    """Every cell in one cluster, or unknown with the reason why it could not be compared.

    `same` are the cells that are one number, whichever cluster they are in.
    """

    clusters: tuple[Grouped, ...] = ()
    same: tuple[tuple[str, ...], ...] = ()
    unknown: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Links:
    """What is known of pairs: proofs of equality, contradictions, and what could not be told."""

    proofs: dict[Pair, Equality] = field(default_factory=dict)
    against: dict[Pair, Because] = field(default_factory=dict)
    alike: set[Pair] = field(default_factory=set)
    open: dict[str, str] = field(default_factory=dict)


def cluster(
    catalog: Catalog,
    judge: Judge,
    histories: Histories,
    kept_apart: Iterable[frozenset[str]] = (),
    implied: Mapping[str, Slicing] = MappingProxyType({}),
) -> Clustered:
    """Every cell of the reports in use, in the cluster it belongs to.

    `kept_apart` are cells of which somebody decided that they are different numbers, `implied` says
    of calculations of their own which values of dimensions they are held to. The order of
    reports, cells and judgements does not matter.
    """
    cells = _cells(catalog)
    unknown = {cell.urn: _NOTHING for cell in cells.values() if not _is_counted(cell)}
    counted = {urn: cell for urn, cell in cells.items() if urn not in unknown}
    measures = {f"measure:{one.measure}" for one in counted.values() if one.measure}
    measures |= {one.urn for one in catalog.measures.values()}
    nodes = counted.keys() | measures
    forbidden = {
        pair_of(*two) for cells_apart in kept_apart for two in combinations(sorted(cells_apart), 2)
    }
    found = {one.pair: one for one in judge.candidates() if nodes.issuperset(one.pair)}
    told = {pair: one for pair, one in found.items() if not _is_settled(one, counted, implied)}
    links = _links(counted, told, histories, forbidden, measures)
    _complete(links, counted, judge, histories, forbidden)
    return _gather(links, counted, unknown, forbidden)


_NOTHING = "it carries neither a measure nor a calculation, so there is nothing to compare"
_UNPROVEN = "some of what it seems to equal could not be compared with it"


def _cells(catalog: Catalog) -> dict[str, Cell]:
    """The cells of the reports that are in use, by URN, in the order of their URNs."""
    used = (cell for r in catalog.reports.values() if r.status != "retired" for cell in r.cells)
    return {cell.urn: cell for cell in sorted(used, key=lambda cell: cell.urn)}


def _is_counted(cell: Cell) -> bool:
    return bool(cell.measure or cell.calculation)


def _slice(cell: Cell) -> Slice | None:
    """The measure a cell shows, and for which values of its dimensions."""
    return (cell.measure, _where(cell)) if cell.measure else None


def _where(cell: Cell) -> Slicing:
    return tuple(sorted((key, str(value)) for key, value in cell.where.items()))


def _is_settled(one: Judged, cells: Mapping[str, Cell], implied: Mapping[str, Slicing]) -> bool:
    """Whether the catalog alone says that two things are different numbers, alike or not.

    Two slices of a measure are, and a part of a whole beside another calculation of the whole,
    unless that is proven to be just this part.
    """
    sides = [cells.get(urn) for urn in one.pair]
    wheres = [(implied.get(cell.urn) or _where(cell)) if cell else () for cell in sides]
    measures = [
        cell.measure if cell else urn.partition(":")[2]
        for cell, urn in zip(sides, one.pair, strict=True)
    ]
    if measures[0] and measures[0] == measures[1]:
        return True
    return one.equality == "different" and wheres[0] != wheres[1]


def _links(
    cells: Mapping[str, Cell],
    judged: Mapping[Pair, Judged],
    histories: Histories,
    forbidden: set[Pair],
    measures: Iterable[str],
) -> _Links:
    links = _Links()
    slices: dict[Slice, list[str]] = {(urn.partition(":")[2], ()): [urn] for urn in measures}
    for urn, cell in cells.items():
        if shown := _slice(cell):
            slices.setdefault(shown, []).append(urn)
    for members in slices.values():
        for pair in combinations(sorted(members), 2):
            if pair not in forbidden:
                _prove(links, pair_of(*pair), "identical", histories)
                links.alike.add(pair_of(*pair))
    links.alike |= {pair for pair, one in judged.items() if one.alike}
    for pair, one in sorted(judged.items()):
        if pair in links.proofs or pair in links.against or pair in forbidden:
            continue
        _weigh(links, one, histories)
    return links


def _weigh(links: _Links, one: Judged, histories: Histories) -> None:
    """Take in one judgement: a proof, a contradiction, nothing, or that it is not known."""
    if one.is_equal and one.equality:
        _prove(links, one.pair, one.equality, histories)
    elif one.equality == "different":
        if one.alike:
            links.against[one.pair] = "calculation"
    elif one.alike and _are_apart(one.pair, histories):
        links.against[one.pair] = "figures"
    else:
        for urn, other in (one.pair, one.pair[::-1]):
            said = one.reason or "it could not be compared"
            links.open.setdefault(urn, f"{said} (with {other.partition(':')[2]})")


def _prove(links: _Links, pair: Pair, equality: Equality, histories: Histories) -> None:
    """Equal calculations are one number unless what was published of them says otherwise."""
    links.proofs[pair] = equality
    if _are_apart(pair, histories):
        links.against[pair] = "figures"


def _are_apart(pair: Pair, histories: Histories) -> bool:
    if any(urn.startswith("measure:") for urn in pair):
        return False
    return bool(histories.compare(*pair).apart)


def _complete(
    links: _Links,
    cells: Mapping[str, Cell],
    judge: Judge,
    histories: Histories,
    forbidden: set[Pair],
) -> None:
    """Fill in what follows: identical calculations have the same proofs, others are asked for."""
    classes = _joined([pair for pair, how in links.proofs.items() if how == "identical"])
    members: dict[str, list[str]] = {}
    for urn, first in classes.items():
        members.setdefault(first, []).append(urn)
    between: dict[Pair, Equality] = {}
    for pair, how in sorted(links.proofs.items()):
        one, other = (classes.get(urn, urn) for urn in pair)
        if one != other:
            both = pair_of(one, other)
            between[both] = max(between.get(both, how), how, key=EQUAL.index)
    chains = _groups(_joined(between))
    missing = [two for c in chains for two in combinations(c, 2) if two not in between]
    asked = [two for two in missing if two not in forbidden]
    for judged in judge.judge(asked) if asked else ():
        if judged.is_equal and judged.equality:
            between[judged.pair] = judged.equality
    for (one, other), how in between.items():
        for two in product(members.get(one, [one]), members.get(other, [other])):
            _derive(links, pair_of(*two), how, histories, forbidden)
    for alike in members.values():
        for two in combinations(sorted(alike), 2):
            _derive(links, two, "identical", histories, forbidden)


def _derive(
    links: _Links, pair: Pair, how: Equality, histories: Histories, forbidden: set[Pair]
) -> None:
    if pair not in links.proofs and pair not in forbidden:
        links.against.pop(pair, None)
        _prove(links, pair, how, histories)


@dataclass(frozen=True)
class _Groups:
    """The groups in which every two are one number: the first of each thing's group, and whole."""

    first: Mapping[str, str]

    @cached_property
    def members(self) -> Mapping[str, tuple[str, ...]]:
        """Each group by its first thing, in order."""
        found: dict[str, list[str]] = {}
        for urn in sorted(self.first):
            found.setdefault(self.first[urn], []).append(urn)
        return {first: tuple(members) for first, members in found.items()}

    def of(self, urn: str) -> tuple[str, ...]:
        """The group a thing is in."""
        return self.members[self.first[urn]]


def _gather(
    links: _Links,
    cells: Mapping[str, Cell],
    unknown: Mapping[str, str],
    forbidden: Collection[Pair],
) -> Clustered:
    """Groups that are one number, then what carries one name, then the rest."""
    groups = _Groups(_cliques(links, cells))
    loose = _loose(links, groups, forbidden)
    said = dict(unknown)
    clusters = []
    for some in _groups(_tied(links, groups.first)):
        made = _grouped(some, groups, links, cells)
        if not made.cells:
            continue
        if len(made.cells) == 1 and made.because is None:
            urn = made.cells[0]
            reason = links.open.get(urn) or (_UNPROVEN if urn in loose else None)
            if reason:
                said[urn] = reason
                continue
        clusters.append(made)
    ordered = sorted(clusters, key=lambda one: one.cells)
    same = [mine for mine in _without_measures(groups.members.values(), cells) if len(mine) > 1]
    return Clustered(tuple(ordered), tuple(same), dict(sorted(said.items())))


def _tied(links: _Links, group_of: Mapping[str, str]) -> dict[str, str]:
    """For each thing the first of all that stand on one page with it.

    What contradicts stands with what it contradicts. What is one number stands together unless a
    contradiction is about the name alone: a cell called *Active customers* that counts all of them
    stands with those of its name, unless nothing else is left to stand with what it equals.
    """
    same = [pair for pair in links.proofs if group_of[pair[0]] == group_of[pair[1]]]
    torn = {urn for pair in links.against for urn in pair}
    kept = [pair for pair in same if pair in links.alike or torn.isdisjoint(pair)]
    tied = _joined([*sorted(links.against), *sorted(kept)], also=group_of)
    sizes: dict[str, int] = {}
    for first in tied.values():
        sizes[first] = sizes.get(first, 0) + 1
    alone = [pair for pair in sorted(same) if any(sizes[tied[urn]] == 1 for urn in pair)]
    return _joined([*sorted(links.against), *sorted(kept), *alone], also=group_of)


def _loose(links: _Links, groups: _Groups, forbidden: Collection[Pair]) -> set[str]:
    """What has a proof that led nowhere, though nobody decided that it should not."""
    found = set()
    for pair in links.proofs:
        if pair in links.against or groups.first[pair[0]] == groups.first[pair[1]]:
            continue
        for urn, other in (pair, pair[::-1]):
            if not any(pair_of(urn, one) in forbidden for one in groups.of(other)):
                found.add(urn)
    return found


def _cliques(links: _Links, cells: Mapping[str, Cell]) -> dict[str, str]:
    """For each thing the first of its group, in which every two are proven to be one number."""
    nodes = sorted({*cells, *(urn for pair in (*links.proofs, *links.against) for urn in pair)})
    group: dict[str, list[str]] = {urn: [urn] for urn in nodes}
    same = {pair: how for pair, how in links.proofs.items() if pair not in links.against}
    for one, other in sorted(same, key=lambda pair: (EQUAL.index(same[pair]), pair)):
        left, right = group[one], group[other]
        if left is right or any(pair_of(*two) not in same for two in product(left, right)):
            continue
        joined = sorted([*left, *right])
        group.update(dict.fromkeys(joined, joined))
    return {urn: members[0] for urn, members in group.items()}


def _grouped(
    every: Sequence[str], groups: _Groups, links: _Links, cells: Mapping[str, Cell]
) -> Grouped:
    here = set(every)
    mine = tuple(urn for urn in every if urn in cells)
    inside = [pair for pair in combinations(every, 2) if pair in links.against]
    reasons = {links.against[pair] for pair in inside}
    because: Because | None = None
    if reasons:
        because = "calculation" if "calculation" in reasons else "figures"
    proofs = [how for pair in combinations(every, 2) if (how := links.proofs.get(pair))]
    weakest = max(proofs, key=EQUAL.index) if proofs and len(mine) > 1 else None
    whole = {groups.first[urn]: groups.of(urn) for urn in every}
    parts = [tuple(urn for urn in members if urn in here) for members in whole.values()]
    measure = _measure(every, cells)
    return Grouped(
        cells=mine,
        groups=tuple(sorted(_without_measures(parts, cells))),
        equality="different" if because == "calculation" else weakest,
        because=because,
        measure=measure,
        apart=tuple(inside),
        equals=tuple(_outside(mine, groups, here)) if because else (),
        shows=tuple(_showing(mine, measure, links, cells)),
    )


def _showing(
    mine: Sequence[str], measure: str | None, links: _Links, cells: Mapping[str, Cell]
) -> Iterator[str]:
    """The cells that show a measure, by what they state or by proof."""
    showing = [urn for urn in mine if f"measure:{cells[urn].measure}" == measure]
    known = [*showing, measure] if measure else showing
    for urn in mine:
        if urn in showing or any(pair_of(urn, one) in links.proofs for one in known):
            yield urn


def _outside(
    mine: Sequence[str], groups: _Groups, here: Collection[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for urn in mine:
        outside = tuple(other for other in groups.of(urn) if other not in here)
        if outside:
            yield urn, outside


def _without_measures(
    groups: Iterable[tuple[str, ...]], cells: Mapping[str, Cell]
) -> Iterator[tuple[str, ...]]:
    for members in groups:
        if mine := tuple(urn for urn in members if urn in cells):
            yield mine


def _measure(every: Sequence[str], cells: Mapping[str, Cell]) -> str | None:
    """The measure that a cluster is about: named in it, else shown by most of its cells."""
    named = [urn for urn in every if urn not in cells]
    mine = (cells[urn] for urn in every if urn in cells)
    shown = [f"measure:{cell.measure}" for cell in mine if cell.measure]
    return min([*named, *shown], key=lambda one: (-shown.count(one), one), default=None)


def _joined(pairs: Iterable[Pair], also: Iterable[str] = ()) -> dict[str, str]:
    """For each URN the smallest of all that it is joined with by pairs."""
    group: dict[str, list[str]] = {urn: [urn] for urn in also}
    for one, other in pairs:
        left, right = group.setdefault(one, [one]), group.setdefault(other, [other])
        if left is not right:
            joined = sorted([*left, *right])
            group.update(dict.fromkeys(joined, joined))
    return {urn: members[0] for urn, members in group.items()}


def _groups(first_of: Mapping[str, str]) -> list[tuple[str, ...]]:
    groups: dict[str, list[str]] = {}
    for urn in sorted(first_of):
        groups.setdefault(first_of[urn], []).append(urn)
    return [tuple(members) for members in groups.values()]
