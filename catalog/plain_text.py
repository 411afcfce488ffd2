"""Text from data or stewards, made fit for a terminal and a report."""

from __future__ import annotations


def printable(text: str) -> str:
    """Text from data or stewards with its control characters spelled out: it steers nothing."""
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return "".join(shown)
