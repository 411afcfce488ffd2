"""Decides whether a definition is current, due, expired or lapsed; nothing else decides it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from catalog.model.definition import Definition
from catalog.settings import Settings

Standing = Literal["current", "due", "expired", "lapsed"]


@dataclass(frozen=True)
class Review:
    """The review date of a definition and the days that follow from it, all of them inclusive.

    It is due from `warn_from`, expired after `on`, and lapsed after `fail_after` if it is critical.
    """

    on: date
    warn_from: date
    fail_after: date
    critical: bool = False

    def standing(self, day: date) -> Standing:
        """What it is on a day: `due` warns, `expired` warns louder, `lapsed` must not be used."""
        if day > self.on:
            return "lapsed" if self.critical and day > self.fail_after else "expired"
        return "due" if day >= self.warn_from else "current"


def expired_on(definition: Definition, day: date) -> date | None:
    """The review date of a definition that is past it on a day; None for every other one."""
    due = definition.review_date
    return due if due and due < day and definition.status != "retired" else None


def review_of(definition: Definition, settings: Settings) -> Review | None:
    """When a definition must be reviewed; None without a review date, and for what is retired.

    `expiry.warn` and `expiry.grace` are counted in the institution's business calendar.
    """
    due = definition.review_date
    if due is None or definition.status == "retired":
        return None
    return Review(
        on=due,
        warn_from=settings.expiry.warn.before(due, settings.calendar),
        fail_after=settings.expiry.grace.after(due, settings.calendar),
        critical=getattr(definition, "severity", "warning") == "critical",
    )
