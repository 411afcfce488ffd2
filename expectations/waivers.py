"""Applies waivers to a run's results: what is accepted, by whom, until when, and what ran out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from catalog.model import Catalog, Waiver
from catalog.results import DARK, Result, Waived, WaiverState, WaiverUse
from catalog.settings import Settings


def waiver_state(waiver: Waiver, day: date, settings: Settings) -> WaiverState:
    """Whether a waiver holds on a day, ends within the warning time, or has ended."""
    if day > waiver.until:
        return "ended"
    warn_from = settings.expiry.warn.before(waiver.until, settings.calendar)
    return "ending" if day >= warn_from else "holds"


def apply_waivers(
    results: Iterable[Result], catalog: Catalog, day: date, settings: Settings
) -> list[Result]:
    """The results, each failing one with the waiver that speaks of it.

    A waiver accepts a failure, never what is unknown or an error: nobody has seen that. Of several
    the one that lasts longest counts.
    """
    return [_with_waiver(result, catalog, day, settings) for result in results]


def used_waivers(
    results: Sequence[Result], catalog: Catalog, day: date, settings: Settings
) -> tuple[WaiverUse, ...]:
    """What became of each waiver that speaks of a check of this run, in the order of the files."""
    used = []
    for waiver in catalog.waivers.values():
        spoken_of = [result for result in results if waiver.covers(result.check, result.urn)]
        if not spoken_of:
            continue
        failing = tuple(result.check for result in spoken_of if result.verdict == "fail")
        dark = any(result.verdict in DARK for result in spoken_of)
        use = WaiverUse(
            **_fields(waiver, waiver_state(waiver, day, settings)),
            check=waiver.check,
            checks=tuple(result.check for result in spoken_of),
            failing=failing,
            needed=True if failing else None if dark else False,
        )
        used.append(use)
    return tuple(used)


def _with_waiver(result: Result, catalog: Catalog, day: date, settings: Settings) -> Result:
    """The result with the waiver of this day, whatever an earlier run may have put there."""
    mine = [one for one in catalog.waivers.values() if one.covers(result.check, result.urn)]
    if result.verdict != "fail" or not mine:
        return result.model_copy(update={"waiver": None}) if result.waiver else result
    waiver = max(mine, key=lambda one: one.until)
    waived = Waived(**_fields(waiver, waiver_state(waiver, day, settings)))
    return result.model_copy(update={"waiver": waived})


def _fields(waiver: Waiver, state: WaiverState) -> dict[str, Any]:
    told = waiver.model_dump(include={"key", "owner", "until", "reason", "ticket"})
    return {**told, "state": state}
