"""Rules on responsibility: owners who exist, reviews that are due, personal data with a purpose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog.model import Attribute, Catalog, Definition, Measure, Report, Role
from catalog.validation.problems import Problem, nearest
from catalog.validation.rules import Context

E_MAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")


def owners(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD013 for an owner that is not defined, TD041 for a role that nobody holds any more."""
    for urn, definition in catalog.definitions.items():
        for part in ("owner", "steward", "head"):
            name = getattr(definition, part, None)
            if name:
                yield from _owner(catalog, context, urn, part, name)


def _owner(catalog: Catalog, context: Context, urn: str, part: str, name: str) -> Iterator[Problem]:
    place = catalog.places.find(urn, part)
    if name not in catalog.roles and name not in catalog.teams and not E_MAIL.match(name):
        hint = nearest(name, [*catalog.roles, *catalog.teams])
        said = f"{urn}: {part} '{name}' is neither a role, a team nor an e-mail address; {hint}"
        yield Problem("TD013", said, place=place, urn=urn)
    role = catalog.roles.get(name)
    if part == "owner" and role and _has_left(role, context):
        after = role.deputy or "the head of its team"
        said = f"{urn}: nobody holds '{name}' any more (sahipsiz); ask {after}, name a new holder"
        yield Problem("TD041", said, "warning", place, urn)


def _has_left(role: Role, context: Context) -> bool:
    return role.until is not None and role.until < context.today


def review_dates(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD014 where a review date is demanded and missing, TD040 where it has passed."""
    for urn, definition in catalog.definitions.items():
        place = catalog.places.find(urn, "expires_on")
        if definition.review_date is None and isinstance(definition, Attribute | Measure | Report):
            yield Problem("TD014", f"{urn}: {_wanted(definition)}", place=place, urn=urn)
        elif definition.review_date and definition.review_date < context.today:
            said = f"{urn}: its review was due on {definition.review_date}; review and renew it"
            yield Problem("TD040", said, "warning", place, urn)


def _wanted(definition: Definition) -> str:
    if definition.review_every:
        return "`review_every` counts from `approved_on`, which is missing"
    return "no review date; give `expires_on`, or `review_every` with `approved_on`"


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
