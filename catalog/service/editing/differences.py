"""Shows what an edit changes: words within a text, and lines within a file."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

_PIECES = re.compile(r"\s+|\w+|[^\w\s]", re.UNICODE)
CONTEXT = 3


@dataclass(frozen=True)
class Line:
    """One line of a file: kept, taken out or put in; `html` has its changed words marked."""

    sign: Literal[" ", "-", "+", "…"]
    number: int | None
    html: Markup


def word_difference(before: str, after: str) -> tuple[Markup, Markup]:
    """Both texts escaped, the words that went marked with <del>, those that came with <ins>."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    left, right = [], []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, came = escape("".join(old[i:j])), escape("".join(new[k:m]))
        left.append(gone if tag == "equal" or not gone else Markup("<del>{}</del>").format(gone))
        right.append(came if tag == "equal" or not came else Markup("<ins>{}</ins>").format(came))
    return Markup("").join(left), Markup("").join(right)


def line_difference(before: str, after: str) -> list[Line]:
    """The changed lines of a file with a few around them."""
    old, new = before.splitlines(), after.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    lines: list[Line] = []
    for group in matcher.get_grouped_opcodes(CONTEXT):
        if lines or group[0][1]:
            lines.append(Line("…", None, Markup("")))
        for tag, i, j, k, m in group:
            if tag == "equal":
                lines += [Line(" ", k + at + 1, escape(old[i + at])) for at in range(j - i)]
            else:
                lines += _changed(old[i:j], new[k:m], i, k)
    return lines


def _changed(old: Sequence[str], new: Sequence[str], i: int, k: int) -> Iterator[Line]:
    pairs = [word_difference(a, b) for a, b in zip(old, new, strict=False)]
    if len(old) == len(new):
        for at, (gone, came) in enumerate(pairs):
            yield Line("-", i + at + 1, gone)
            yield Line("+", k + at + 1, came)
        return
    for at, line in enumerate(old):
        html = pairs[at][0] if at < len(pairs) else Markup("<del>{}</del>").format(line)
        yield Line("-", i + at + 1, html)
    for at, line in enumerate(new):
        html = pairs[at][1] if at < len(pairs) else Markup("<ins>{}</ins>").format(line)
        yield Line("+", k + at + 1, html)
