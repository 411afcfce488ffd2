"""Text as it stands at the head of a line."""

from __future__ import annotations


def capitalised(text: str) -> str:
    """With a capital first letter, unless that begins a name with its own spelling."""
    first = text.partition(" ")[0]
    return text if "." in first or "_" in first else text[:1].upper() + text[1:]
