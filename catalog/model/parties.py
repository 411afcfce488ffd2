"""The people side: teams that report and roles that answer for definitions."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field

from catalog.model.definition import Definition


class Team(Definition):
    """A department's group: who leads it, how many of its people report, what an hour costs."""

    kind: ClassVar[str] = "team"

    department: str | None = None
    department_en: str | None = None
    department_tr: str | None = None
    head: str | None = Field(None, description="A role or an e-mail address.")
    reporting_people: int = Field(0, ge=0, description="People who do nothing but reports.")
    cost_per_hour: float | None = Field(None, ge=0, description="Shown to management only.")
    phone: str | None = None


class Role(Definition):
    """A position with its present holder and deputy; definitions are owned by roles, not people."""

    kind: ClassVar[str] = "role"

    team: str | None = None
    holder: str | None = Field(None, description="E-mail address of who holds it today.")
    deputy: str | None = None
    until: date | None = Field(None, description="The holder's last day.")
    phone: str | None = None

    def left(self, today: date) -> date | None:
        """The last day of a holder who has left by `today`; None for one who has not."""
        return self.until if self.until and self.until < today else None
