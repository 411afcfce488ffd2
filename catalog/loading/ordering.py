"""The order of definitions where a change stands in place of some of them and adds others."""

from __future__ import annotations

from collections.abc import Sequence


def merged_order(written: Sequence[str], changed: Sequence[str]) -> list[str]:
    """The keys of a catalog once a change is written into it.

    What is replaced keeps the places of what it replaces, in the order of the change; what is new
    follows what it follows there, so that an edited copy of a file gives the order of that copy.
    Without such a neighbour it comes last.
    """
    known, slots, leading = set(written), list[list[str]](), list[str]()
    for key in changed:
        if key in known:
            slots.append([*leading, key])
            leading = []
        elif slots:
            slots[-1].append(key)
        else:
            leading.append(key)
    places, replaced = iter(slots), set(changed)
    order: list[str] = []
    for key in written:
        order += next(places) if key in replaced else [key]
    return [*order, *leading]
