"""Prints a difference as a paragraph that a manager reads, with examples below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from catalog.consolidations import Cause, Difference, Together
from catalog.model import Catalog
from catalog.model.definition import Language
from catalog.plain_text import printable
from expectations.comparing import rounded
from expectations.difference.wording import Words, name_of
from lineage.pages.obstacles import say_obstacle

MOST_PAIRS = 5
Names = Mapping[str, str]


def tell_difference(
    difference: Difference, catalog: Catalog, language: Language, small_counts: int
) -> Iterator[str]:
    """Lines on one difference; figures say by how much the left number is higher for a cause."""
    words = Words(language)
    names = {
        "left": name_of(catalog, difference.left, language),
        "right": name_of(catalog, difference.right, language),
    }
    for line in _lines(difference, words, names, small_counts):
        yield printable(line)


def _lines(difference: Difference, words: Words, names: Names, small_counts: int) -> Iterator[str]:
    yield _head(difference, words, names)
    counted = _counted(difference, words, names)
    if counted:
        yield counted
    if difference.apart:
        yield from _causes(difference, words, names)
        yield _rest(difference, words)
    for why in difference.unknown:
        yield words("told.unknown", why=say_obstacle(why, words.language))
    yield from _examples(difference, words, names, small_counts)


def _head(difference: Difference, words: Words, names: Names) -> str:
    period = words.page.period(difference.period)
    left, right = _values(difference)
    if left is None or right is None:
        name = names["left" if left is None else "right"]
        return words("head.unsaid", **names, period=period, name=name)
    more = _plain(left - right)
    apart = words("head.none")
    if more:
        apart = words("head.more" if more > 0 else "head.fewer", n=words.number(abs(more)))
    numbers = {"left_value": words.number(left), "right_value": words.number(right)}
    return words("head.both", **names, **numbers, period=period, apart=apart)


def _values(difference: Difference) -> tuple[Decimal | None, Decimal | None]:
    """What both sides say: published, else counted, to the hundredth."""
    left, right = difference.left_published, difference.right_published
    apart = difference.apart
    if apart is not None and (left is not None or right is not None):
        if left is None:
            assert right is not None
            return _plain(right - apart), right
        return left, _plain(left + apart)
    left = difference.left_counted if left is None else left
    right = difference.right_counted if right is None else right
    shown = [None if one is None else _plain(rounded(one, 2)) for one in (left, right)]
    return shown[0], shown[1]


def _plain(value: Decimal) -> Decimal:
    return value.normalize() + 0


def _counted(difference: Difference, words: Words, names: Names) -> str | None:
    """What counting gives, where that is not what both say."""
    left, right = difference.left_counted, difference.right_counted
    if left is None or right is None:
        return None
    published = (difference.left_published, difference.right_published)
    if published == (None, None) or (left, right) == _values(difference):
        return None
    return words(
        "head.of_calculation",
        **names,
        left_value=words.number(left),
        right_value=words.number(right),
    )


def _causes(difference: Difference, words: Words, names: Names) -> Iterator[str]:
    if not difference.causes:
        return
    yield words("head.causes", right=names["right"])
    for place, cause in enumerate(difference.causes, start=1):
        says, n = _says(cause, words), words.signed(-cause.share)
        key = "told.share" if cause.share else "told.nothing_alone"
        yield f"  {words(key, place=place, says=says, n=n)}"
    *pairs, whole = difference.together or (None,)
    told = sorted((p for p in pairs if p and p.interaction), key=lambda p: -abs(p.interaction))
    by_key = {cause.key: f"({n})" for n, cause in enumerate(difference.causes, start=1)}
    for pair in told[:MOST_PAIRS]:
        yield _pair(pair, by_key, words)
    if whole:
        key = "told.all" if whole.interaction else "told.all_plain"
        n, interaction = words.signed(-whole.share), words.signed(-whole.interaction)
        yield words(key, n=n, interaction=interaction)


def _pair(pair: Together, names: dict[str, str], words: Words) -> str:
    causes = " + ".join(names[key] for key in pair.causes)
    n, interaction = words.signed(-pair.share), words.signed(-pair.interaction)
    return words("told.pair", causes=causes, n=n, interaction=interaction)


def _says(cause: Cause, words: Words) -> str:
    return cause.says_tr if words.language == "tr" else cause.says


def _rest(difference: Difference, words: Words) -> str:
    remainder = difference.remainder or Decimal(0)
    if not remainder:
        return words("told.explained")
    if difference.is_within:
        return words("told.within", n=words.signed(-remainder))
    key = "told.remainder" if difference.causes else "told.remainder_all"
    return words(key, n=words.signed(-remainder))


def _examples(
    difference: Difference, words: Words, names: Names, small_counts: int
) -> Iterator[str]:
    if not difference.examples:
        return
    yield words("told.examples")
    says = {cause.key: n for n, cause in enumerate(difference.causes, start=1)}
    for example in difference.examples:
        values = (f"{key} {value}" for key, value in example.row.items() if value is not None)
        only = words("told.only_left", name=names[example.side])
        yield f"  ({says[example.cause]}) {only}: {', '.join(values)}"
    yield words("told.small", n=small_counts)
