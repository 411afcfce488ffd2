"""Finds the circles in what depends on what, the same ones in the same order every time."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping

Arrows = Mapping[str, Collection[str]]


def find_cycles(arrows: Arrows) -> tuple[tuple[str, ...], ...]:
    """Cycles of a directed graph, sorted; each starts at its smallest node, which is not repeated.

    Every node that lies on a cycle is in at least one of those given: the shortest through it.
    """
    knotted = _knotted(arrows)
    found = {_turned(cycle) for node in sorted(knotted) if (cycle := _around(node, knotted))}
    return tuple(sorted(found))


def _knotted(arrows: Arrows) -> dict[str, list[str]]:
    """What is left after taking away, again and again, all that nothing leads to or from."""
    left = {node: sorted(set(targets)) for node, targets in arrows.items() if targets}
    size = -1
    while len(left) != size:
        size = len(left)
        entered = {target for targets in left.values() for target in targets}
        left = {
            node: kept
            for node, targets in left.items()
            if node in entered and (kept := [target for target in targets if target in left])
        }
    return left


def _around(start: str, arrows: Mapping[str, list[str]]) -> tuple[str, ...]:
    """The shortest way from a node back to itself, or nothing."""
    came: dict[str, str] = {}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for target in arrows.get(node, ()):
            if target == start:
                return _trail(came, start, node)
            if target not in came:
                came[target] = node
                queue.append(target)
    return ()


def _trail(came: Mapping[str, str], start: str, last: str) -> tuple[str, ...]:
    trail = [last]
    while trail[-1] != start:
        trail.append(came[trail[-1]])
    return tuple(reversed(trail))


def _turned(cycle: tuple[str, ...]) -> tuple[str, ...]:
    first = cycle.index(min(cycle))
    return cycle[first:] + cycle[:first]
