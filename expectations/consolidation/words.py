"""The words in which consolidation is told, in English and Turkish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from catalog.model.definition import Language
from catalog.texts import read_texts
from lineage.pages.words import Words as PageWords

LANGUAGES: tuple[Language, ...] = ("en", "tr")


@dataclass(frozen=True)
class Words:
    """Speaks one language."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The text of that key with its values; KeyError when there is no such text."""
        text = read_texts("expectations.consolidation")[key][self.language == "tr"]
        return text.format(**values) if values else text

    def counted(self, key: str, n: int, **values: object) -> str:
        """The text of that key with a number in it; one thing has a text of its own (`key_one`)."""
        one = f"{key}_one"
        chosen = one if n == 1 and one in read_texts("expectations.consolidation") else key
        return self(chosen, n=self.number(n), **values)

    def number(self, value: Decimal | int) -> str:
        """A number as the language writes it: 1,234.5 or 1.234,5."""
        text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        return text.translate(str.maketrans(",.", ".,")) if self.language == "tr" else text

    def day(self, day: date) -> str:
        """A day: 21 Nov 2026, 21 Kasım 2026."""
        return PageWords(self.language).day(day)

    def period(self, label: str) -> str:
        """A period as one says it: October 2026."""
        return PageWords(self.language).period(label)

    def signed(self, value: Decimal) -> str:
        """A difference with its sign."""
        return f"{'+' if value > 0 else '−' if value < 0 else ''}{self.number(abs(value))}"

    def percent(self, part: Decimal, whole: Decimal) -> str:
        """A part of a whole: 12.5% or %12,5."""
        text = self.number(round(100 * part / whole, 1))
        return f"%{text}" if self.language == "tr" else f"{text}%"
