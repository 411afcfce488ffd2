"""Brings records together and keeps apart what must not be one: stewards' words and subtypes."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import combinations

Kinds = tuple[str, ...]
NONE: frozenset[frozenset[str]] = frozenset()


class Clusters:
    """Records, by number, in groups that only ever grow.

    `kinds` are the subtypes each record is known to be; `apart` the pairs that a steward told
    apart; `mixed` the pairs of subtypes that one entity may be at once.
    """

    def __init__(
        self,
        kinds: Sequence[Kinds],
        apart: Iterable[tuple[int, int]] = (),
        mixed: Iterable[frozenset[str]] = (),
    ) -> None:
        self._parent = array("i", range(len(kinds)))
        self._own = kinds
        self._single = {one: frozenset({frozenset(one)}) for one in set(kinds) if one}
        self._several: dict[int, frozenset[frozenset[str]]] = {}
        self._mixed = frozenset(mixed)
        self._foes: dict[int, set[int]] = {}
        for left, right in apart:
            self._foes.setdefault(left, set()).add(right)
            self._foes.setdefault(right, set()).add(left)
        self._marked = {n: {n} for n in self._foes}

    def find(self, record: int) -> int:
        """The number of the group a record is in: its smallest record."""
        parent = self._parent
        while parent[record] != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    def join(self, left: int, right: int) -> None:
        """Make two groups one, whatever speaks against it."""
        keep, gone = sorted((self.find(left), self.find(right)))
        if keep == gone:
            return
        both = self._known(keep) | self._known(gone)
        self._parent[gone] = keep
        if both != self._known(keep):
            self._several[keep] = both
        self._several.pop(gone, None)
        _unite(self._foes, keep, gone)
        _unite(self._marked, keep, gone)

    def groups(self) -> array[int]:
        """The number of the group of each record."""
        return array("i", map(self.find, range(len(self._parent))))

    def _known(self, root: int) -> frozenset[frozenset[str]]:
        """The subtypes of the records of a group, each record's by itself."""
        return self._several.get(root) or self._single.get(self._own[root], NONE)

    def told_apart(self, left: int, right: int) -> bool:
        """Whether a steward said that the two groups are different."""
        left, right = self.find(left), self.find(right)
        return not self._foes.get(left, set()).isdisjoint(self._marked.get(right, set()))

    def clash(self, left: int, right: int) -> tuple[str, str] | None:
        """Two subtypes of the groups that no one entity may be, if there are any."""
        here, there = self._known(self.find(left)), self._known(self.find(right))
        for one in sorted(here, key=sorted):
            for other in sorted(there, key=sorted):
                if not self._fit(one, other):
                    return min(one), min(other)
        return None

    def _fit(self, one: frozenset[str], other: frozenset[str]) -> bool:
        mixed = (frozenset((a, b)) in self._mixed for a in one for b in other)
        return not one.isdisjoint(other) or any(mixed)

    def never(self, left: int, right: int) -> bool:
        """Whether two records, as they are themselves, are of subtypes that are never one."""
        own, other = frozenset(self._own[left]), frozenset(self._own[right])
        return bool(own and other) and not self._fit(own, other)

    def may_join(self, left: int, right: int) -> bool:
        """Whether nothing speaks against two groups being one."""
        return not self.told_apart(left, right) and self.clash(left, right) is None

    def join_all(self, records: Iterable[int]) -> bool:
        """Make all one, or none where two of them must not be."""
        roots = sorted({self.find(record) for record in records})
        if not all(self.may_join(*pair) for pair in combinations(self._unlike(roots), 2)):
            return False
        for root in roots[1:]:
            self.join(roots[0], root)
        return True

    def _unlike(self, roots: Iterable[int]) -> list[int]:
        """One group for each thing that is known of groups; those told apart each by itself."""
        found: dict[object, int] = {}
        for root in roots:
            if root in self._foes:
                found[root] = root
            elif known := self._known(root):
                found[known] = root
        return list(found.values())


def _unite(held: dict[int, set[int]], keep: int, gone: int) -> None:
    """What was held of one group belongs to the other."""
    if gone in held:
        held[keep] = held.get(keep, set()) | held.pop(gone)
