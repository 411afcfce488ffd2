"""The texts the site says itself, in English and Turkish, and how numbers and dates are written."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property
from importlib.resources import files
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from catalog.durations import Duration
from catalog.model.definition import Language

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LOWER = str.maketrans({"İ": "i", "I": "ı"})


@cache
def texts() -> Mapping[str, tuple[str, str]]:
    """Every text by `section.key`: English, Turkish."""
    raw = tomllib.loads(files("lineage.pages").joinpath("words.toml").read_text("utf-8"))
    return {f"{part}.{key}": (pair[0], pair[1]) for part in raw for key, pair in raw[part].items()}


@cache
def _marked_up(language: Language) -> Mapping[str, Markup]:
    return {key: Markup(pair[language == "tr"]) for key, pair in texts().items()}  # noqa: S704


@dataclass(frozen=True)
class Words:
    """Speaks one language: `words("use.care")`; values are escaped unless they are Markup."""

    language: Language = "en"
    zone: str = "Europe/Istanbul"

    def __call__(self, key: str, **values: object) -> Markup:
        """The text of that key with its values filled in; KeyError when there is no such text."""
        text = self._own[key]
        if not values:
            return text
        return Markup(str(text).format(**{name: escape(value) for name, value in values.items()}))  # noqa: S704

    @cached_property
    def _own(self) -> Mapping[str, Markup]:
        return _marked_up(self.language)

    def plain(self, key: str, **values: object) -> str:
        """The same for places that are not HTML."""
        text = texts()[key][self.language == "tr"]
        return text.format(**values) if values else text

    def number(self, value: object, digits: int | None = None) -> str:
        """A number as the language writes it: 1,234.5 or 1.234,5; anything else as text."""
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return str(value)
        if digits is None:
            text = (
                f"{value:,}" if isinstance(value, int) else f"{value:,.4f}".rstrip("0").rstrip(".")
            )
        else:
            text = f"{value:,.{digits}f}"
        return text.translate(str.maketrans(",.", ".,")) if self.language == "tr" else text

    def percent(self, share: float) -> str:
        """A share as a percentage that never rounds to a false 0 or 100: 99.9%, %99,9."""
        rounded = round(share * 100, 1)
        if rounded in (0, 100) and share not in (0, 1):
            rounded = 0.1 if share < 0.5 else 99.9
        text = self.number(rounded, 0 if rounded in (0, 100) else 1)
        return f"%{text}" if self.language == "tr" else f"{text}%"

    def day(self, day: date) -> str:
        """A day: 21 Nov 2026, 21.11.2026; an instant is shown as its day where we are."""
        if isinstance(day, datetime):
            day = day.astimezone(ZoneInfo(self.zone)).date()
        if self.language == "tr":
            return f"{day.day:02}.{day.month:02}.{day.year}"
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"

    def span(self, span: Duration) -> str:
        """A span of time in words."""
        text = self(f"span.{span.unit}", n=self.number(span.count))
        singular = self.language == "en" and span.count == 1
        return text.removesuffix("s") if singular else text

    def lower(self, text: str) -> str:
        """Lower case as the language does it."""
        return (text.translate(_LOWER) if self.language == "tr" else text).lower()
