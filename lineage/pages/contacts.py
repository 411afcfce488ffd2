"""Whom to ask: an owner's role, its holder and deputy, the team and how to reach them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from catalog.model import Catalog, Role, Team
from catalog.model.definition import Language


@dataclass(frozen=True)
class Contact:
    """One owner as shown; `urn` is empty for an e-mail address, `left` is a leaver's last day."""

    name: str
    urn: str = ""
    holder: str | None = None
    deputy: str | None = None
    team: str | None = None
    phone: str | None = None
    left: date | None = None

    @property
    def mail(self) -> str | None:
        """Who reads mail about it now: the holder, or the deputy of one who left."""
        address = self.deputy if self.left and self.deputy else self.holder
        return address if address and "@" in address else None


def find_contact(catalog: Catalog, owner: str, language: Language, today: date) -> Contact:
    """The contact an owner's key stands for: a role, a team or an e-mail address."""
    if role := catalog.roles.get(owner):
        return _of_role(catalog, role, language, today)
    if team := catalog.teams.get(owner):
        return _of_team(catalog, team, language, today)
    return Contact(owner, holder=owner)


def mail_link(address: str, subject: str) -> str:
    """A mailto: address with its subject; everything but the address's own signs is encoded."""
    return f"mailto:{quote(address, safe='@.+-_')}?subject={quote(subject)}"


def _of_role(catalog: Catalog, role: Role, language: Language, today: date) -> Contact:
    team = catalog.teams.get(role.team or "")
    return Contact(
        role.named(language),
        role.urn,
        role.holder,
        role.deputy,
        team.urn if team else None,
        role.phone or (team.phone if team else None),
        role.left(today),
    )


def _of_team(catalog: Catalog, team: Team, language: Language, today: date) -> Contact:
    head = catalog.roles.get(team.head or "")
    if head is None:
        return Contact(team.named(language), team.urn, team.head, phone=team.phone)
    led = _of_role(catalog, head, language, today)
    return Contact(
        team.named(language),
        team.urn,
        led.holder,
        led.deputy,
        None,
        team.phone or led.phone,
        led.left,
    )
