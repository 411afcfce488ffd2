"""One spelling for all in which people search: İ, I, ı and i are one letter, accents fall away."""

from __future__ import annotations

import unicodedata

_LETTERS = str.maketrans({"İ": "i", "I": "i", "ı": "i"})


def fold(text: str) -> str:
    """The text in small letters without accents: `IŞIK` and `ışık` are both `isik`."""
    lowered = unicodedata.normalize("NFD", text.translate(_LETTERS).lower())
    return "".join(sign for sign in lowered if not unicodedata.combining(sign))
