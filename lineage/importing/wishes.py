"""What the person at the keyboard wants of an import, and whether the catalog knows it."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.errors import UsageError
from catalog.model import Catalog
from catalog.validation.governance import E_MAIL
from catalog.validation.problems import nearest


@dataclass(frozen=True)
class Wishes:
    """What the person at the keyboard wants: an owner and a team for what names none."""

    owner: str | None = None
    team: str | None = None
    attributes: bool = True


def check_wishes(wishes: Wishes, catalog: Catalog) -> None:
    """UsageError for an owner or a team of the command line that is not known."""
    owner, team = wishes.owner, wishes.team
    known = [*catalog.roles, *catalog.teams]
    if owner and owner not in known and not E_MAIL.match(owner):
        hint = nearest(owner, known)
        raise UsageError(f"--owner {owner} is no role, team or e-mail address; {hint}")
    if team and team not in catalog.teams:
        raise UsageError(f"--team {team} is not defined; {nearest(team, catalog.teams)}")
