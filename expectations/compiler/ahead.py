"""Golden columns as they survive on a day to come, if nothing is confirmed until then.

The claims are those in force on that day and every span is counted to it; what stewards' conditions
mean by `:as_of` is that day as well. Who counts, the population, stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from catalog.durations import Duration
from catalog.model import Attribute, Target
from expectations.compiler.scene import Scene
from expectations.compiler.survival import golden_column
from expectations.plan import Candidate, Check, CurrentFigure, GoldenColumn, Outlook
from expectations.survival import Criterion, Guards

AS_OF = re.compile(r":as_of\b", re.IGNORECASE)


def days_ahead(scene: Scene, attribute: Attribute) -> Iterator[tuple[Duration, Target | None]]:
    """The spans for which it is told how much will be current, and what is demanded then."""
    if attribute.current is None:
        return
    demanded = {Duration.parse(span): one for span, one in attribute.current.in_.items()}
    told = scene.ahead if attribute.can_be_stale else ()
    spans = dict.fromkeys([*told, *demanded])
    for span in sorted(spans, key=lambda span: (span.after(scene.as_of), str(span))):
        yield span, demanded.get(span)


def outlooks(scene: Scene, checks: Iterable[Check]) -> tuple[Outlook, ...]:
    """All golden columns of the entities of which a check asks what will be, by day."""
    asked: dict[date, dict[str, None]] = {}
    for check in checks:
        figure = check.figure
        if isinstance(figure, CurrentFigure) and figure.ahead:
            asked.setdefault(figure.ahead, {})[figure.golden.entity] = None
    return tuple(
        Outlook(
            on,
            tuple(
                column_ahead(scene, one, on)
                for one in scene.catalog.attributes.values()
                if one.entity in entities
            ),
        )
        for on, entities in sorted(asked.items())
    )


def column_ahead(scene: Scene, attribute: Attribute, on: date) -> GoldenColumn:
    """An attribute's golden column on a day to come."""
    golden = golden_column(replace(scene, as_of=on), attribute)
    days = (on - scene.as_of).days
    chain = tuple(_criterion(one, days) for one in golden.survival.chain)
    return replace(
        golden,
        candidates=tuple(_candidate(one, days) for one in golden.candidates),
        survival=replace(golden.survival, chain=chain),
    )


def _candidate(candidate: Candidate, days: int) -> Candidate:
    return replace(
        candidate,
        when=_moved(candidate.when, days),
        row=_moved(candidate.row, days),
        guards=_guards(candidate.guards, days),
    )


def _guards(guards: Guards, days: int) -> Guards:
    """The conditions on rows; `where`, on the golden record, is asked on the day itself."""
    trust = guards.trust
    if trust:
        lowered = tuple(
            (by, _moved(text, days) or "", floor) for by, text, floor in trust.downgrades
        )
        trust = replace(trust, downgrades=lowered)
    return replace(
        guards,
        trust=trust,
        valid_if=_moved(guards.valid_if, days),
        valid_while=_moved(guards.valid_while, days),
        deleted=_moved(guards.deleted, days),
    )


def _criterion(criterion: Criterion, days: int) -> Criterion:
    if criterion.kind != "rank":
        return criterion
    return replace(criterion, text=_moved(criterion.text, days) or "")


def _moved(text: str | None, days: int) -> str | None:
    """A condition on a row, about a day so many days later."""
    moved = f"CAST(:as_of + INTERVAL {days} DAY AS DATE)"
    return AS_OF.sub(moved, text) if text and days else text
