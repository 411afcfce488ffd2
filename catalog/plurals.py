"""The plural of English nouns, for sentences that count things."""

from __future__ import annotations

from collections.abc import Mapping

_IRREGULAR: Mapping[str, str] = {
    "person": "people",
    "child": "children",
    "man": "men",
    "woman": "women",
    "half": "halves",
    "leaf": "leaves",
    "shelf": "shelves",
    "datum": "data",
    "criterion": "criteria",
    "analysis": "analyses",
    "basis": "bases",
    "index": "indices",
}
_UNCHANGED = frozenset(("data", "news", "series", "species", "staff", "equipment", "information"))
_PLAIN = ("human", "german", "roman", "norman")
_HISSING = ("s", "x", "z", "ch", "sh")
_VOWELS = frozenset("aeiou")


def counted(number: int, noun: str) -> str:
    """A number with what it counts: `1 cell`, `3 cells`."""
    return f"{number} {noun if number == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """Several of what a noun names, of a noun of several words its last: `branch`, `branches`.

    Capitals stay as they are. What follows no rule is written in the definition (`plural:`).
    """
    before, gap, last = noun.rpartition(" ")
    word = last.lower()
    if not word or word in _UNCHANGED:
        return noun
    for one, several in _IRREGULAR.items():
        compound = one in ("person", "man", "child") and word not in _PLAIN
        if word == one or (compound and word.endswith(one)):
            return before + gap + last[: -len(one)] + _cased(last[-len(one) :], several)
    if word.endswith("y") and word[-2:-1] not in _VOWELS and len(word) > 1:
        return f"{noun[:-1]}ies"
    return noun + ("es" if word.endswith(_HISSING) else "s")


def _cased(like: str, several: str) -> str:
    return several.capitalize() if like[:1].isupper() else several
