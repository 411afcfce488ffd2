r"""Translation of Python's regular expressions, which stock GX on pandas searches with, to RE2's.

Python's classes know all of Unicode (``\w`` matches ş, ``\s`` a no-break space) and ``$`` also
matches before a final line break; RE2's do not. A pattern is parsed by Python's own parser and
written again in RE2's syntax with Python's meaning. What RE2 cannot say is refused.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

LARGEST_REPEAT = 1000
SIGNS = {(0, code.MAXREPEAT): "*", (1, code.MAXREPEAT): "+", (0, 1): "?"}

DIGIT = r"\p{Nd}"
OTHER_NUMBER = r"\p{Nl}\p{No}"
WORD = r"\p{L}\p{N}_"
SPACE = (
    r"\t-\r\x{1c}-\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}"
    r"\x{202f}\x{205f}\x{3000}"
)
CLASSES = {
    code.CATEGORY_DIGIT: DIGIT,
    code.CATEGORY_SPACE: SPACE,
    code.CATEGORY_WORD: WORD,
}
OPPOSITES = {
    code.CATEGORY_NOT_DIGIT: DIGIT,
    code.CATEGORY_NOT_SPACE: SPACE,
    code.CATEGORY_NOT_WORD: WORD,
}
REFUSED = {
    code.ASSERT: "looks ahead or behind, (?=…) or (?<=…)",
    code.ASSERT_NOT: "looks ahead or behind, (?!…) or (?<!…)",
    code.GROUPREF: r"refers back to a group, such as \1",
    code.GROUPREF_EXISTS: "asks whether a group matched, (?(1)…)",
    code.ATOMIC_GROUP: "uses an atomic group, (?>…)",
    code.POSSESSIVE_REPEAT: "uses a possessive repeat, such as a*+",
}

Node = tuple[Any, Any]


class RefusedPatternError(ValueError):
    """A regular expression that is broken, or that RE2 cannot search with Python's meaning."""


def translate(pattern: str) -> str:
    """RE2 text that finds in a string what ``re.search(pattern, …)`` finds.

    Raises RefusedPatternError with a sentence that says what is wrong with the pattern.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            tree = parser.parse(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise RefusedPatternError(f"is not a regular expression: {error}") from error
    flags = tree.state.flags & ~(re.UNICODE | re.DOTALL)
    if flags:
        raise RefusedPatternError(
            "sets a flag other than (?s); to ignore case write both letters, such as [Tt][Rr], "
            "because i, ı, I and İ are folded differently from engine to engine"
        )
    if _repeats(list(tree)) > LARGEST_REPEAT:
        raise RefusedPatternError(f"repeats a piece more than {LARGEST_REPEAT} times")
    return ("(?s)" if tree.state.flags & re.DOTALL else "") + _sequence(list(tree), last=True)


def _sequence(nodes: Sequence[Node], last: bool) -> str:
    end = len(nodes) - 1
    return "".join(_node(node, last and place == end) for place, node in enumerate(nodes))


def _node(node: Node, last: bool) -> str:
    operation, argument = node
    if operation in SIMPLE:
        return SIMPLE[operation](argument)
    if operation is code.AT:
        return _place(argument, last)
    if operation is code.BRANCH:
        return "(?:" + "|".join(_sequence(list(way), last) for way in argument[1]) + ")"
    if operation is code.SUBPATTERN:
        return _group(argument, last)
    if operation in (code.MAX_REPEAT, code.MIN_REPEAT):
        return _repeat(argument, lazy=operation is code.MIN_REPEAT)
    what = REFUSED.get(operation, f"uses {str(operation).lower()}")
    raise RefusedPatternError(f"{what}, which no checked engine can search")


def _group(argument: Any, last: bool) -> str:
    _number, added, removed, inner = argument
    if added or removed:
        raise RefusedPatternError("sets a flag for a part of the pattern, such as (?i:…)")
    return f"(?:{_sequence(list(inner), last)})"


def _repeat(argument: Any, lazy: bool) -> str:
    least, most, inner = argument
    bounds = f"{{{least},{'' if most is code.MAXREPEAT else most}}}"
    sign = SIGNS.get((least, most), bounds)
    return f"(?:{_sequence(list(inner), last=False)}){sign}" + ("?" if lazy else "")


def _repeats(nodes: Sequence[Node]) -> int:
    """How often the most repeated piece is repeated, counting repeats within repeats."""
    counts = [1]
    for operation, argument in nodes:
        if operation is code.BRANCH:
            counts += [_repeats(list(way)) for way in argument[1]]
        elif operation is code.SUBPATTERN:
            counts.append(_repeats(list(argument[3])))
        elif operation in (code.MAX_REPEAT, code.MIN_REPEAT):
            least, most, inner = argument
            written = least if most is code.MAXREPEAT else most
            counts.append(max(written, 1) * _repeats(list(inner)))
    return max(counts)


def _place(where: Any, last: bool) -> str:
    if where in (code.AT_BEGINNING, code.AT_BEGINNING_STRING):
        return r"\A"
    if where is code.AT_END_STRING:
        return r"\z"
    if where is code.AT_END and last:
        return r"\n?\z"
    if where is code.AT_END:
        raise RefusedPatternError("has a $ before its end")
    raise RefusedPatternError(
        r"uses \b or \B; write the neighbours instead, such as (^|\W)word(\W|$)"
    )


def _members(items: Sequence[Node]) -> str:
    negated = bool(items) and items[0][0] is code.NEGATE
    members = list(items[1:]) if negated else list(items)
    opposites = [member[1] for member in members if _is_opposite(member)]
    plain = [member for member in members if not _is_opposite(member)]
    if not opposites:
        return f"[{'^' if negated else ''}{''.join(map(_member, plain))}]"
    if negated:
        return _difference(opposites, plain)
    ways = [f"[^{OPPOSITES[value]}]" for value in opposites]
    return "(?:" + "|".join(ways + ([_members(plain)] if plain else [])) + ")"


def _is_opposite(member: Node) -> bool:
    return member[0] is code.CATEGORY and member[1] in OPPOSITES


def _difference(opposites: Sequence[Any], taken: Sequence[Node]) -> str:
    r"""A class like ``[^\W\d_]``: word characters but for some of their parts."""
    if len(opposites) == 1 and not taken:
        return f"[{OPPOSITES[opposites[0]]}]"
    digit, underscore = (code.CATEGORY, code.CATEGORY_DIGIT), (code.LITERAL, ord("_"))
    if list(opposites) != [code.CATEGORY_NOT_WORD] or not {*taken} <= {digit, underscore}:
        raise RefusedPatternError("excludes an opposite class in [^…]; list the wanted characters")
    kept = [r"\p{L}", OTHER_NUMBER, *([] if digit in taken else [DIGIT])]
    return f"[{''.join(kept)}{'' if underscore in taken else '_'}]"


def _member(member: Node) -> str:
    kind, value = member
    if kind is code.LITERAL:
        return _letter(value)
    if kind is code.RANGE:
        return f"{_letter(value[0])}-{_letter(value[1])}"
    return CLASSES[value]


def _letter(point: int) -> str:
    letter = chr(point)
    return letter if letter.isalnum() else f"\\x{{{point:x}}}"


SIMPLE: Mapping[Any, Callable[[Any], str]] = {
    code.LITERAL: _letter,
    code.NOT_LITERAL: lambda point: f"[^{_letter(point)}]",
    code.ANY: lambda _: ".",
    code.IN: _members,
}
