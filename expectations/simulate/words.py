"""The words in which a simulation is told, in English and Turkish."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from catalog.model.definition import Language
from catalog.texts import read_texts


@dataclass(frozen=True)
class Words:
    """Speaks one language."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The text of that key with its values; KeyError when there is no such text."""
        text = read_texts("expectations.simulate")[key][self.language == "tr"]
        return text.format(**values) if values else text

    def number(self, value: Decimal | int) -> str:
        """A number as the language writes it: 1,234.5 or 1.234,5."""
        text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
        return text.translate(str.maketrans(",.", ".,")) if self.language == "tr" else text

    def share(self, part: int, whole: int) -> str:
        """A part of a whole: 12.5% or %12,5."""
        if not whole:
            return "–"
        text = self.number(round(Decimal(100 * part) / whole, 1))
        return f"%{text}" if self.language == "tr" else f"{text}%"

    def signed(self, value: Decimal) -> str:
        """A difference with its sign."""
        return f"{'+' if value > 0 else '−' if value < 0 else ''}{self.number(abs(value))}"
