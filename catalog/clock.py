"""The one clock: all time comes from here, so that a test or `--as-of` can set it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Clock:
    """Tells the instant (UTC) and the institution's day."""

    zone: str = "Europe/Istanbul"
    instant: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        """The present instant in UTC, to the microsecond."""
        return self.instant().astimezone(UTC)

    def today(self) -> date:
        """The present day where the institution is."""
        return self.now().astimezone(ZoneInfo(self.zone)).date()
