"""Who answers for a definition today: the holder of its role, the deputy, the head of its team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from catalog.model import Catalog, Role, Team


@dataclass(frozen=True)
class Answerable:
    """An owner and the people behind it; `people` are e-mail addresses, the first in charge first.

    `left` is the last day of a holder who has left; `team` the key of the owner's team.
    """

    owner: str | None = None
    name: str = "nobody"
    holder: str | None = None
    deputy: str | None = None
    left: date | None = None
    team: str | None = None
    people: tuple[str, ...] = ()

    def __str__(self) -> str:
        """`Head of cards (cards_owner), held by a@bank.example, deputy b@bank.example`."""
        if self.owner is None:
            return "nobody owns it"
        if self.name == self.owner:
            return self.owner
        held = f"held by {self.holder or 'nobody'}"
        if self.left:
            held = f"held by nobody since {self.left}"
        deputy = [f"deputy {self.deputy}"] if self.deputy else []
        return ", ".join([f"{self.name} ({self.owner})", held, *deputy])


def who_answers(catalog: Catalog, urn: str, today: date) -> Answerable:
    """Who answers for a definition, by its own owner or that of what it is part of."""
    owner = catalog.owner_of(urn)
    if owner is None:
        return Answerable()
    if role := catalog.roles.get(owner):
        return _of_role(catalog, role, today)
    if team := catalog.teams.get(owner):
        return _of_team(catalog, team, today)
    return Answerable(owner, owner, owner, people=(owner,))


def _of_role(catalog: Catalog, role: Role, today: date) -> Answerable:
    led, left = _leads(role, today)
    people = tuple(dict.fromkeys(led))
    team = catalog.teams.get(role.team or "")
    if not people and team and team.head != role.key:
        people = _of_team(catalog, team, today).people
    name = role.named(catalog.language)
    return Answerable(role.key, name, role.holder, role.deputy, left, role.team, people)


def _of_team(catalog: Catalog, team: Team, today: date) -> Answerable:
    head = catalog.roles.get(team.head or "")
    name = team.named(catalog.language)
    if head is None:
        people = (team.head,) if team.head else ()
        return Answerable(team.key, name, team.head, team=team.key, people=people)
    led, left = _leads(head, today)
    return Answerable(team.key, name, head.holder, head.deputy, left, team=team.key, people=led)


def _leads(role: Role, today: date) -> tuple[tuple[str, ...], date | None]:
    """Holder and deputy, as far as they are there, and the last day of a holder who has left."""
    left = role.left(today)
    present = None if left else role.holder
    return tuple(person for person in (present, role.deputy) if person), left
