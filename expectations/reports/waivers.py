"""Says of waivers what a terminal's reader must know: who accepts, until when, what ran out."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.model import Catalog
from catalog.results import RunRecord, Waived, WaiverUse


def waiver_line(waiver: Waived, catalog: Catalog) -> str:
    """One line on the waiver of a failing check."""
    owner, ticket = owner_named(catalog, waiver.owner), f" ({waiver.ticket})" * bool(waiver.ticket)
    if waiver.state == "ended":
        return (
            f"its waiver of {owner} ran out on {waiver.until}, so it counts again; it was given "
            f"because: {waiver.reason}{ticket}"
        )
    soon = ", which is soon" if waiver.state == "ending" else ""
    return f"waived by {owner} until {waiver.until}{soon}: {waiver.reason}{ticket}"


def waiver_summary(record: RunRecord, catalog: Catalog) -> list[str]:
    """Waivers that somebody must see to: those that end soon, ran out, or are needed no longer."""
    lines = [line for waiver in record.waivers for line in _told(waiver, catalog)]
    return ["Waivers to see to:", *lines, ""] if lines else []


def owner_named(catalog: Catalog, owner: str) -> str:
    """An owner as people know it: the name of a role or team with its key, or an address."""
    known = catalog.roles.get(owner) or catalog.teams.get(owner)
    return f"{known.named(catalog.language)} ({owner})" if known else owner


def _told(waiver: WaiverUse, catalog: Catalog) -> Iterator[str]:
    who = f"{waiver.key}, of {owner_named(catalog, waiver.owner)}, for {waiver.check}"
    if waiver.needed is False:
        yield f"  {who}: no longer needed, none of its {len(waiver.checks)} check(s) fails"
    elif waiver.state == "ended":
        yield f"  {who}: ran out on {waiver.until}"
    elif waiver.state == "ending":
        yield f"  {who}: ends on {waiver.until}"
