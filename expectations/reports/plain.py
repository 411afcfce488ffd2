"""Text from data or stewards, made fit to be shown."""

from __future__ import annotations


def printable(text: str) -> str:
    """Text from data or stewards with its control characters spelled out: it steers nothing."""
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return "".join(shown)


def capitalised(text: str) -> str:
    """With a capital first letter, unless that begins a name with its own spelling."""
    first = text.partition(" ")[0]
    return text if "." in first or "_" in first else text[:1].upper() + text[1:]
