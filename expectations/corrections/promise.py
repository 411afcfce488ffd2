"""Whether verified corrections have arrived as promised: the figure behind the check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from expectations.engine.port import Counted, Missing
from expectations.plan import CorrectionsFigure, Plan

if TYPE_CHECKING:
    from catalog.corrections import Correction
    from expectations.past import Past

MOST_SHOWN = 20


@dataclass(frozen=True)
class Arrivals:
    """What is known of an attribute's corrections by a day.

    `late` are the entities of those that are past their due day and open, `open` counts all that
    are; `entities` are those whose values are observed, `on` the last day they were.
    """

    late: tuple[str, ...]
    open: int
    entities: int
    on: date


def with_corrections(past: Past, plan: Plan, url: str) -> Past:
    """The past with the corrections that a plan asks for, read from the history at `url`."""
    asked = {c.figure.attribute for c in plan.checks if isinstance(c.figure, CorrectionsFigure)}
    if not asked:
        return past
    from catalog.store.corrections import CorrectionStore

    store = CorrectionStore(url, reading=True)
    observed = store.observed()
    listed = store.listed(attributes=asked)
    found = {
        key: arrivals([one for one in listed if one.attribute == key], seen.entities, seen.on, day)
        for key, seen in observed.items()
        if key in asked
        for day in [plan.as_of]
    }
    return replace(past, corrections=found)


def arrivals(corrections: list[Correction], entities: int, on: date, day: date) -> Arrivals:
    """Which corrections of one attribute were open at the end of a day, and which of them late."""
    still = [one for one in corrections if one.state_on(day) == "verified"]
    late = sorted({one.entity_id for one in still if one.due is not None and one.due < day})
    return Arrivals(tuple(late), len(still), max(entities, len(still)), min(on, day))


def count_arrivals(figure: CorrectionsFigure, known: Mapping[str, Arrivals]) -> Counted | Missing:
    """The entities with a late correction, of those observed; Missing without observations."""
    found = known.get(figure.attribute)
    if found is None:
        return Missing(
            "source",
            f"no observations of {figure.attribute} are kept, so nothing shows whether corrections "
            "have arrived; `tekdogru resolve` keeps them",
        )
    return Counted(
        rows=found.entities,
        compared=found.entities,
        violations=len(found.late),
        value=found,
        samples=found.late[:MOST_SHOWN],
        truncated=len(found.late) > MOST_SHOWN,
    )


def arrivals_sentence(answer: Counted) -> str:
    """What was found, in words."""
    found = answer.value
    assert isinstance(found, Arrivals)
    seen = f"as observed on {found.on}"
    if found.late:
        return (
            f"{len(found.late):,} of {found.open:,} open corrections are past their due day and "
            f"have not arrived everywhere, {seen}"
        )
    return f"{found.open:,} corrections are open and none is late, {seen}"
