"""DuckDB expressions that take addresses and names apart into numbers and telling words."""

from __future__ import annotations

from expectations.engine.functions import expand, quote

# Words that stand in most addresses and so tell nothing of one; Turkish and English, folded.
STREETWORDS = (
    *("mahallesi", "mahalle", "mah", "mh", "sokagi", "sokak", "sok", "sk", "caddesi", "cadde"),
    *("cad", "cd", "bulvari", "bulvar", "bulv", "blv", "apartmani", "apartman", "apt", "ap"),
    *("kat", "daire", "no", "numara", "blok", "blk", "site", "sitesi", "sit", "ic", "kapi"),
    *("street", "st", "avenue", "ave", "av", "road", "rd", "boulevard", "blvd", "drive", "dr"),
    *("place", "pl", "lane", "ln", "court", "ct", "parkway", "pkwy", "floor", "fl", "suite"),
    *("ste", "building", "bldg", "the"),
)
DIRECTIONS = (("north", "n"), ("south", "s"), ("east", "e"), ("west", "w"))
RARE_SHARE = 0.01
RARE_AT_LEAST = 5


def folded(text: str) -> str:
    """The text as it is compared: small letters without accents, white space collapsed."""
    return f"nullif({expand('td_fold', text)}, '')"


def spaced(text: str) -> str:
    """The same without punctuation."""
    return folded(expand("td_punctuation", text))


def numbers(text: str) -> str:
    """Every number of a folded address, sorted; `51st` is 51."""
    plain = f"regexp_replace({text}, '\\b([0-9]+)(st|nd|rd|th)\\b', '\\1', 'g')"
    kept = f"list_filter({_split(plain)}, lambda t: regexp_matches(t, '^[0-9]'))"
    return f"list_sort(list_distinct({kept}))"


def streets(text: str) -> str:
    """The telling words of a folded address, the longest first."""
    for word, short in DIRECTIONS:
        text = f"regexp_replace({text}, '\\b{word}\\b', '{short}', 'g')"
    common = ", ".join(quote(word) for word in STREETWORDS)
    telling = f"NOT regexp_matches(t, '^[0-9]') AND NOT list_contains([{common}], t)"
    return _longest_first(f"list_filter({_split(text)}, lambda t: {telling})")


def words(text: str) -> str:
    """The words of a folded text, the longest first."""
    return _longest_first(_split(text))


def overlap(left: str, right: str) -> str:
    """The share of the shorter list's members that the other has too; 0 of an empty one."""
    shared = f"len(list_intersect({left}, {right}))"
    return f"({shared} / greatest(1, least(len({left}), len({right}))))"


def _split(text: str) -> str:
    return f"list_filter(string_split(coalesce({text}, ''), ' '), lambda t: t <> '')"


def _longest_first(tokens: str) -> str:
    """Sorted by length, then by letter, so that the first is always the same."""
    keyed = f"list_transform(list_distinct({tokens}), lambda t: {{'l': -length(t), 't': t}})"
    return f"list_transform(list_sort({keyed}), lambda s: s.t)"
