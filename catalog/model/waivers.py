"""Waivers: failures that a named owner accepts until a day."""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase
from typing import ClassVar

from pydantic import Field

from catalog.model.definition import Key, Model

# A kind and the beginning of a key: a waiver for everything of a kind would hide what is new.
CHECK_PATTERN = r"^[a-z]+:[A-Za-z0-9_][^\s].*$"


class Waiver(Model):
    """A failure accepted by somebody, for a reason, until a day; afterwards it fails again."""

    kind: ClassVar[str] = "waiver"

    key: Key
    check: str = Field(
        pattern=CHECK_PATTERN,
        description="A check's key, a pattern of keys with *, or the URN of a definition.",
    )
    owner: str = Field(description="Who accepts it: a role, a team or an e-mail address.")
    reason: str = Field(min_length=1, max_length=1000, description="Why, and what is being done.")
    until: date = Field(description="The last day on which it is accepted.")
    ticket: str | None = Field(None, description="Where the work on it is followed.")

    @property
    def urn(self) -> str:
        """The stable name: `waiver:call_centre_addresses`."""
        return f"waiver:{self.key}"

    def covers(self, check: str, urn: str) -> bool:
        """Whether it speaks of a check, given its key and the URN of its definition."""
        return self.check in (check, urn) or fnmatchcase(check, self.check)
