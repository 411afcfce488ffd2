"""Rules on responsibility: owners who exist, reviews that are due, personal data with a purpose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from catalog.expiry import expired_on
from catalog.model import Attribute, Catalog, Definition, Measure, Report, Role
from catalog.validation.problems import Level, Problem, nearest
from catalog.validation.rules import Context

E_MAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
MOST_NAMED = 3


@dataclass(frozen=True)
class Named:
    """A place where somebody is named as answering for something."""

    urn: str
    part: str


def owners(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD013 for an owner that is not defined, TD041 for a role that nobody holds any more.

    Each is told once, however many definitions it touches. A draft may wait for its owner.
    """
    named: dict[str, list[Named]] = {}
    for name, where in _names(catalog):
        named.setdefault(name, []).append(where)
    for name, places in named.items():
        if name not in catalog.roles and name not in catalog.teams and not E_MAIL.match(name):
            final = [where for where in places if not _is_draft(catalog, where.urn)]
            yield _unknown(catalog, name, final or places, "error" if final else "warning")
        role = catalog.roles.get(name)
        owned = [where for where in places if where.part == "owner"]
        if role and owned and role.left(context.today):
            yield _left(catalog, role, len(owned))


def _names(catalog: Catalog) -> Iterator[tuple[str, Named]]:
    for urn, definition in catalog.definitions.items():
        for part in ("owner", "steward", "head"):
            if name := getattr(definition, part, None):
                yield name, Named(urn, part)
    for waiver in catalog.waivers.values():
        yield waiver.owner, Named(waiver.urn, "owner")


def _is_draft(catalog: Catalog, urn: str) -> bool:
    """Whether a definition, or what it is part of, has not been proposed yet."""
    definition = catalog.definitions.get(urn)
    while definition is not None:
        if definition.status == "draft":
            return True
        definition = catalog.whole_of(definition)
    return False


def _unknown(catalog: Catalog, name: str, places: list[Named], level: Level) -> Problem:
    first, *others = places
    hint = nearest(name, [*catalog.roles, *catalog.teams])
    said = f"{first.urn}: {first.part} '{name}' is neither a role, a team nor an e-mail address"
    if others:
        shown = ", ".join(where.urn for where in others[:MOST_NAMED])
        more = ", …" if len(others) > MOST_NAMED else ""
        said += f" ({len(others)} more name it: {shown}{more})"
    place = catalog.places.find(first.urn, first.part)
    if level == "warning":
        hint += "; name one before the draft is approved"
    return Problem("TD013", f"{said}; {hint}", level, place, first.urn)


def _left(catalog: Catalog, role: Role, owned: int) -> Problem:
    after = role.deputy or "the head of its team"
    definitions = "1 definition is" if owned == 1 else f"{owned} definitions are"
    said = (
        f"{role.urn}: nobody holds '{role.key}' any more since {role.until} (sahipsiz), and "
        f"{definitions} its own; ask {after}, name a new holder"
    )
    return Problem("TD041", said, "warning", catalog.places.find(role.urn, "until"), role.urn)


def review_dates(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD014 where a review date is demanded and missing (a draft may wait for it), TD040 where it
    has passed.
    """
    for urn, definition in catalog.definitions.items():
        place = catalog.places.find(urn, "expires_on")
        if definition.review_date is None and isinstance(definition, Attribute | Measure | Report):
            level: Level = "warning" if definition.status == "draft" else "error"
            yield Problem("TD014", f"{urn}: {_wanted(definition)}", level, place, urn)
        elif due := expired_on(definition, context.today):
            said = f"{urn}: its review was due on {due}; review it, then `tekdogru renew`"
            yield Problem("TD040", said, "warning", place, urn)


def _wanted(definition: Definition) -> str:
    if definition.review_every:
        return "`review_every` counts from `approved_on`, which is missing"
    return "no review date; give `expires_on`, or `review_every` with `approved_on`"


def waivers(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD046 for a waiver whose last day has passed: what it accepted fails again."""
    for waiver in catalog.waivers.values():
        if waiver.until < context.today:
            said = (
                f"{waiver.urn}: it ran out on {waiver.until}, so {waiver.check} fails again; "
                "take it out, or give it a new day that its owner agrees to"
            )
            place = catalog.places.find(waiver.urn, "until")
            yield Problem("TD046", said, "warning", place, waiver.urn)


def personal_data(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD042 for personal data without a purpose, TD044 for a purpose that is not defined."""
    for attribute in catalog.attributes.values():
        place = catalog.places.find(attribute.urn, "personal_data")
        if attribute.personal_data and not attribute.purposes:
            said = f"{attribute.urn}: personal data ({attribute.personal_data}) without `purposes`"
            yield Problem("TD042", said, "warning", place, attribute.urn)
        for purpose in attribute.purposes:
            yield from _purpose(catalog, attribute.urn, "purposes", purpose)
    for touchpoint in catalog.touchpoints.values():
        if touchpoint.purpose:
            yield from _purpose(catalog, touchpoint.urn, "purpose", touchpoint.purpose)


def _purpose(catalog: Catalog, urn: str, part: str, purpose: str) -> Iterator[Problem]:
    if purpose not in catalog.purposes:
        said = f"{urn}: purpose '{purpose}' is not defined; {nearest(purpose, catalog.purposes)}"
        yield Problem("TD044", said, "warning", catalog.places.find(urn, part), urn)
