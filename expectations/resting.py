"""Says in a result what rests on an expired definition, so that every report tells it."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.results import Reach, Result

_RESTS = "; on this expired definition rest "


def tell_what_rests(results: Iterable[Result]) -> list[Result]:
    """The results, those of expired definitions with a count of what rests on them."""
    return [_told(result) for result in results]


def _told(result: Result) -> Result:
    if result.kind != "expiry" or not result.violations or result.reaches is None:
        return result
    found = result.message.partition(_RESTS)[0]
    counted = counted_reach(result.reaches)
    said = f"{found}{_RESTS}{counted}" if counted else found
    return result.model_copy(update={"message": said})


def counted_reach(reach: Reach) -> str:
    """`3 cells, 2 reports and 1 touchpoint`; empty when nothing is reached."""
    counts = [
        f"{len(urns)} {word}{'' if len(urns) == 1 else 's'}"
        for word, urns in (
            ("cell", reach.cells),
            ("report", reach.reports),
            ("touchpoint", reach.touchpoints),
        )
        if urns
    ]
    return " and ".join([", ".join(counts[:-1]), counts[-1]]) if counts[1:] else "".join(counts)
