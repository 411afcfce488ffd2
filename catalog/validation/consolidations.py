"""Rules on what was decided on consolidation: it names what exists and contradicts nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from catalog.model import Catalog, ConsolidationDecision
from catalog.validation.problems import Level, Problem, nearest
from catalog.validation.rules import Context


def consolidations(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD064 for names nothing has, decisions against each other, and those that have ended."""
    made = list(catalog.consolidations.values())
    for one in made:
        yield from _names(catalog, one)
        if not one.holds(context.today):
            said = (
                f"it ended on {one.until}, and the matter is open again: decide anew with "
                "`tekdogru consolidate decide`, or take the entry out"
            )
            yield _of(catalog, one, said, "until", level="warning")
    in_force = [one for one in made if one.holds(context.today)]
    for earlier, later in combinations(in_force, 2):
        if against := _against(earlier, later):
            where = catalog.places.find(earlier.urn)
            said = f"{against} in '{earlier.key}'{f', at {where}' if where else ''}; take one out"
            yield _of(catalog, later, said, "decision")


def _names(catalog: Catalog, one: ConsolidationDecision) -> Iterator[Problem]:
    for index, path in enumerate(one.cells):
        if path not in catalog.cells:
            said = f"no cell '{path}'; {nearest(path, catalog.cells)}"
            yield _of(catalog, one, said, "cells", index)
    if one.report is not None and one.report not in catalog.reports:
        said = f"no report '{one.report}'; {nearest(one.report, catalog.reports)}"
        yield _of(catalog, one, said, "report")
    elif one.report is not None and one.decision == "accept":
        authority = catalog.reports[one.report].obligation.strip()
        if authority.casefold() not in ("", "none"):
            said = f"report {one.report} is owed to {authority}, so it stays; take the entry out"
            yield _of(catalog, one, said, "report", level="warning")


def _against(earlier: ConsolidationDecision, later: ConsolidationDecision) -> str | None:
    """How two decisions contradict each other; None where they do not."""
    if earlier.report is not None or later.report is not None:
        if earlier.report != later.report:
            return None
        same = "a second time" if earlier.decision == later.decision else "otherwise"
        return f"report {later.report} is decided {same}"
    shared = sorted(earlier.about & later.about)
    if len(shared) < 2:
        return None
    if earlier.about == later.about and earlier.decision == later.decision:
        return (
            "the same cells are decided a second time"
            if _agree(earlier, later)
            else ("another cell is to survive")
        )
    if (earlier.decision == "accept") != (later.decision == "accept"):
        two = " and ".join(urn.partition(":")[2] for urn in shared[:2])
        return f"{two} are put together in one decision and not in the other,"
    return None if _agree(earlier, later) else "another cell of them is to survive"


def _agree(earlier: ConsolidationDecision, later: ConsolidationDecision) -> bool:
    stated = {one for one in (earlier.surviving, later.surviving) if one}
    return len(stated) < 2


def _of(
    catalog: Catalog,
    one: ConsolidationDecision,
    said: str,
    *part: str | int,
    level: Level = "error",
) -> Problem:
    place = catalog.places.find(one.urn, *part)
    return Problem("TD064", f"the decision '{one.key}': {said}", level, place, one.urn)
