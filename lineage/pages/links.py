"""What each definition rests on and is used by, one step each way, ready for many pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Links:
    """Neighbours by URN: `up` is what a definition rests on, `down` is what uses it."""

    up: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    down: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, edges: Iterable[tuple[str, str]]) -> Links:
        """From pairs (what is rested on, what rests on it); repeated pairs count once."""
        up: dict[str, dict[str, None]] = {}
        down: dict[str, dict[str, None]] = {}
        for start, end in edges:
            if start != end:
                down.setdefault(start, {})[end] = None
                up.setdefault(end, {})[start] = None
        return cls(
            {urn: tuple(others) for urn, others in up.items()},
            {urn: tuple(others) for urn, others in down.items()},
        )

    def among(self, urns: Iterable[str]) -> Links:
        """Without the neighbours that are not among `urns`."""
        kept = set(urns)
        pairs = ((s, end) for s, ends in self.down.items() for end in ends if s in kept)
        return Links.of((start, end) for start, end in pairs if end in kept)

    def foundations_first(self, urns: Iterable[str]) -> list[str]:
        """The URNs, each after all it rests on; a cycle is entered at its first member."""
        done: dict[str, None] = {}
        entered: set[str] = set()
        for start in urns:
            stack = [start]
            while stack:
                urn = stack[-1]
                entered.add(urn)
                waiting = [above for above in self.up.get(urn, ()) if above not in entered]
                if waiting:
                    stack.append(waiting[0])
                else:
                    done[stack.pop()] = None
        return list(done)
