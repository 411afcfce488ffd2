"""The texts the site says itself, in English and Turkish, and how numbers and dates are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from catalog.durations import Duration
from catalog.model.definition import Language, Model
from catalog.periods import Period
from catalog.texts import read_texts

MONTHS: Mapping[Language, tuple[str, ...]] = {
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    "tr": (
        "Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran",
        "Temmuz", "Ağustos", "Eylül", "Ekim", "Kasım", "Aralık",
    ),
}  # fmt: skip
_EXTENSION = re.compile(r"(?:ext|extension|dahili|dah)[.:]?\s*([0-9 ]+)", re.IGNORECASE)
_POINTS = str.maketrans(",.", ".,")
_LOWER = str.maketrans({"İ": "i", "I": "ı"})


def texts() -> Mapping[str, tuple[str, str]]:
    """Every text by `section.key`: English, Turkish."""
    return read_texts("lineage.pages")


@cache
def _marked_up(language: Language) -> Mapping[str, Markup]:
    return {key: Markup(pair[language == "tr"]) for key, pair in texts().items()}  # noqa: S704


@dataclass(frozen=True)
class Words:
    """Speaks one language: `words("use.care")`; values are escaped unless they are Markup.

    `written` is the language stewards write in; what they wrote in another language than that of
    the page is shown as it stands and marked with its language.
    """

    language: Language = "en"
    zone: str = "Europe/Istanbul"
    written: Language | None = None

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

    def counted(self, key: str, n: int, **values: object) -> Markup:
        """The text of that key with a number in it; one thing has a text of its own (`key_one`)."""
        one = f"{key}_one"
        chosen = one if n == 1 and one in self._own else key
        return self(chosen, n=self.number(n), **values)

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
        return text.translate(_POINTS) if self.language == "tr" else text

    def percent(self, share: float) -> str:
        """A share as a percentage that never rounds to a false 0 or 100: 99.9%, %99,9."""
        rounded = round(share * 100, 1)
        if rounded in (0, 100) and share not in (0, 1):
            rounded = 0.1 if share < 0.5 else 99.9
        text = self.number(rounded, 0 if rounded in (0, 100) else 1)
        return f"%{text}" if self.language == "tr" else f"{text}%"

    def day(self, day: date) -> str:
        """A day: 21 Nov 2026, 21 Kasım 2026; an instant is shown as its day where we are."""
        if isinstance(day, datetime):
            day = self.local(day).date()
        month = MONTHS[self.language][day.month - 1]
        return f"{day.day} {month if self.language == 'tr' else month[:3]} {day.year}"

    def instant(self, instant: datetime) -> str:
        """A day and the time of it where we are: 21 Nov 2026, 09:30."""
        local = self.local(instant)
        return f"{self.day(local.date())}, {local:%H:%M}"

    def local(self, instant: datetime) -> datetime:
        """The instant where the institution is."""
        return instant.astimezone(ZoneInfo(self.zone))

    def period(self, label: str) -> str:
        """A period as one says it: October 2026, week 40 of 2026; what is none stays as it is."""
        try:
            period = Period.parse(label)
        except ValueError:
            return label
        year = period.start.year
        match period.unit:
            case "day":
                return self.day(period.start)
            case "month":
                return f"{MONTHS[self.language][period.start.month - 1]} {year}"
            case "year":
                return str(year)
        number = int(period.label[6:])
        return self.plain(f"period.nth_{period.unit}", n=number, year=period.label[:4])

    def told(self, model: Model, name: str) -> Markup:
        """A text of a definition in our language, else as it was written; empty without any."""
        own = model.own_words(name, self.language)
        return escape(own) if own else self.foreign(getattr(model, name) or "")

    def foreign(self, text: str) -> Markup:
        """A text in the stewards' language, marked where that is not the language of the page.

        An abbreviation or a sign is the same in all languages.
        """
        if not text or self.written in (None, self.language) or text == text.upper():
            return escape(text)
        return Markup('<span lang="{}">{}</span>').format(self.written, text)

    def phone(self, number: str) -> str:
        """A telephone number; an extension alone is called one in the language."""
        found = _EXTENSION.fullmatch(number.strip())
        return self.plain("page.extension", n=found[1]) if found else number

    def span(self, span: Duration) -> str:
        """A span of time in words."""
        text = self(f"span.{span.unit}", n=self.number(span.count))
        singular = self.language == "en" and span.count == 1
        return text.removesuffix("s") if singular else text

    def lower(self, text: str) -> str:
        """Lower case as the language does it."""
        return (text.translate(_LOWER) if self.language == "tr" else text).lower()
