"""Reads texts as workbooks hold them: in pieces, with escapes, and with what stands above them."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def text_of(element: Element) -> str:
    """The text of a shared string or of a cell that holds its own.

    It may be in pieces of different fonts. How Japanese text is spoken (`rPh`) is left out.
    """
    if len(element) == 1 and element[0].tag.endswith("}t"):
        return unescaped(element[0].text or "")
    pieces = []
    for part in element:
        if part.tag.endswith("}t"):
            pieces.append(part.text or "")
        elif part.tag.endswith("}r"):
            pieces += [one.text or "" for one in part if one.tag.endswith("}t")]
    return unescaped("".join(pieces))


def unescaped(said: str) -> str:
    """A text with the characters that XML cannot hold (`_x000D_`) put back."""
    if "_x" not in said:
        return said
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), said)
