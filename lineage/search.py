"""Finds definitions by words as the site's search does: names first, any spelling, any ending."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from catalog.folding import fold
from lineage.pages.search import Entry

_WORD = re.compile(r"[^\W_]+")
# Turkish endings, folded; a chain of them may follow a stem.
_ENDING = re.compile(
    r"(?:l[ae]r|[iu]m[iu]z|[iu]n[iu]z|n[iu]n|[yns]?[iu]n?|[yns]?[ae]|[dt][ae]n?|n[dt][ae]n?|"
    r"[yn]?l[ae]|c[ae]|k[iu])+"
)
_HARD = {"b": "p", "d": "t", "g": "k"}
NONE = 9


@dataclass(frozen=True)
class Searchable:
    """An entry with its words folded, so that each query only compares."""

    entry: Entry
    urn: str
    folded: str
    words: tuple[str, ...]
    names: tuple[str, ...]
    texts: tuple[str, ...]


def searchable(entries: Iterable[tuple[str, Entry]]) -> tuple[Searchable, ...]:
    """Entries by URN, ready to be searched."""
    return tuple(
        Searchable(
            entry,
            urn,
            fold(entry.title),
            tuple(words_of(entry.title)),
            tuple(words_of(entry.names)),
            tuple(words_of(entry.text)),
        )
        for urn, entry in entries
    )


def search(query: str, among: Sequence[Searchable]) -> list[Searchable]:
    """What fits every word of the query: titles before other names, those before texts; then what
    is valid before what is expired or withdrawn, then the shorter title.
    """
    tokens = [(word, tuple(stems_of(word))) for word in words_of(query)]
    if not tokens:
        return []
    whole = fold(query.strip())
    scored = ((_score(one, tokens, whole), one) for one in among)
    hits = [(score, one) for score, one in scored if score is not None]
    hits.sort(key=lambda hit: (hit[0], hit[1].entry.rank, len(hit[1].entry.title), hit[1].urn))
    return [one for _, one in hits]


def words_of(text: str) -> Iterator[str]:
    """The words of a text, folded."""
    yield from _WORD.findall(fold(text))


def stems_of(word: str) -> Iterator[str]:
    """What a folded word may be inflected from: müşterilerin is searched as müşteri, too."""
    for end in range(len(word) - 1, 2, -1):
        if _ENDING.fullmatch(word, end):
            stem = word[:end]
            yield stem
            if stem[-1] in _HARD:
                yield stem[:-1] + _HARD[stem[-1]]


def _score(
    one: Searchable, tokens: Sequence[tuple[str, tuple[str, ...]]], whole: str
) -> int | None:
    score = _fit_all(tokens, one.words)
    if score < NONE:
        return -1 if one.folded == whole else score
    known = (*one.words, *one.names)
    for level, words in ((10, known), (20, (*known, *one.texts))):
        score = _fit_all(tokens, words)
        if score < NONE:
            return level + score
    return None


def _fit_all(tokens: Sequence[tuple[str, tuple[str, ...]]], words: Sequence[str]) -> int:
    worst = 0
    for token, stems in tokens:
        best = _fit(token, stems, words)
        if best == NONE:
            return NONE
        worst = max(worst, best)
    return worst


def _fit(token: str, stems: tuple[str, ...], words: Sequence[str]) -> int:
    """0 for a whole word, 1 for the beginning of one, 2 for the stem of an inflected query."""
    best = NONE
    for word in words:
        if word == token:
            return 0
        if word.startswith(token):
            best = 1
        elif best > 2 and word.startswith(stems):
            best = 2
    return best
