"""Whether two numbers are called the same: by words of one meaning, in English or Turkish."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from catalog.errors import UsageError
from catalog.folding import fold

OWN = Path(__file__).with_name("glossary.toml")
PARTS = ("same", "apart", "empty", "vague")
ALIKE = 88
"""From here two words are one word spelled otherwise, out of 100."""
SHORTEST = 5
"""Shorter words are not guessed at."""
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


@dataclass(frozen=True)
class Glossary:
    """Words of one meaning and words that are never one, all folded.

    `meanings` gives each known word the first of its line; `apart` pairs of meanings.
    """

    meanings: Mapping[str, str]
    apart: frozenset[frozenset[str]]
    empty: frozenset[str]
    vague: frozenset[str]

    def key(self, name: str, spelled: Mapping[str, str] | None = None) -> frozenset[str]:
        """What a name means, whatever the order, forms and language of its words.

        What stands in brackets is left out; the key is empty for a name that names no number.
        """
        words = _words(name)
        meant = frozenset(
            self.meanings.get(word) or self.meanings.get((spelled or {}).get(word, word), word)
            for word in words
            if word not in self.empty
        )
        meant = frozenset((spelled or {}).get(word, word) for word in meant)
        return frozenset() if meant <= self.vague else meant

    def is_apart(self, left: Iterable[str], right: Iterable[str]) -> bool:
        """Whether two keys hold words that are never one."""
        one, other = set(left), set(right)
        pairs = ({a, b} for a in one - other for b in other - one)
        return any(frozenset(pair) in self.apart for pair in pairs)


@lru_cache(maxsize=8)
def read_glossary(file: Path | None = None) -> Glossary:
    """Our own glossary with the lines of a workspace's file; UsageError where it cannot be read."""
    own = tomllib.loads(OWN.read_text(encoding="utf-8"))
    added = _read(file) if file else {}
    meanings: dict[str, str] = {}
    for line in (*own["same"], *added.get("same", ())):
        meanings |= dict.fromkeys(map(fold, line), fold(line[0]))
    pairs = {
        frozenset({meanings.get(fold(a), fold(a)), meanings.get(fold(b), fold(b))})
        for line in (*own["apart"], *added.get("apart", ()))
        for a in line
        for b in line
        if a != b
    }
    empty, vague = (
        frozenset(meanings.get(fold(word), fold(word)) for word in (*own[k], *added.get(k, ())))
        for k in ("empty", "vague")
    )
    return Glossary(meanings, frozenset(p for p in pairs if len(p) == 2), empty, vague)


def _read(file: Path) -> Mapping[str, Any]:
    advice = 'write lines such as same = [["customer", "müşteri"]]'
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{file}: the glossary cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: the glossary is not TOML: {error}; {advice}") from None
    strange = [key for key in found if key not in PARTS]
    if strange:
        raise UsageError(f"{file}: unknown '{strange[0]}'; known: {', '.join(PARTS)}")
    for key, lines in found.items():
        listed = (
            lines
            if key in ("empty", "vague")
            else [w for line in _list(lines) for w in _list(line)]
        )
        if not isinstance(lines, list) or not all(isinstance(word, str) for word in listed):
            raise UsageError(f"{file}: '{key}' is not of the form that is expected; {advice}")
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [None]


def _words(name: str) -> list[str]:
    return _WORD.findall(fold(_ASIDE.sub(" ", name)))


@dataclass
class Vocabulary:
    """The words of all names of a catalog, with those that are one word spelled otherwise."""

    glossary: Glossary
    spelled: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, names: Iterable[str], glossary: Glossary) -> Vocabulary:
        """Each word that is nearly another: a slip, or one more ending."""
        words = sorted({word for name in names for word in _words(name)} - glossary.empty)
        return cls(glossary, _spellings(words, glossary))

    def key(self, name: str) -> frozenset[str]:
        """What a name means."""
        return self.glossary.key(name, self.spelled)


def _spellings(words: list[str], glossary: Glossary) -> dict[str, str]:
    from rapidfuzz import fuzz, process

    strange = [w for w in words if w not in glossary.meanings and _may_be_guessed(w)]
    known = [w for w in glossary.meanings if _may_be_guessed(w)]
    choices = known + strange
    found: dict[str, str] = {}
    for word in strange:
        near = process.extract(word, choices, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=4)
        alike = [
            glossary.meanings.get(choice, choice)
            for choice, _, _ in near
            if choice != word and choice[0] == word[0]
        ]
        if alike and not glossary.is_apart([word], alike[:1]):
            found[word] = min(alike[0], found.get(alike[0], alike[0]))
    return {word: _root(word, found) for word in found}


def _may_be_guessed(word: str) -> bool:
    return len(word) >= SHORTEST and word.isalpha()


def _root(word: str, found: Mapping[str, str]) -> str:
    """The word that stands for a chain of spellings: of a circle the first in order."""
    seen = [word]
    while found.get(seen[-1], seen[-1]) not in seen:
        seen.append(found[seen[-1]])
    last = found.get(seen[-1], seen[-1])
    return min(seen[seen.index(last) :]) if last in seen else last
