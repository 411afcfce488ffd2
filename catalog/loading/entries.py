"""Writes whole definitions as YAML, as a steward would: blocks, and short parts in one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog.loading.rendering import WIDTH, render_value

Values = Mapping[str, Any]
_PARTS = ("datasets", "fields", "cells", "blocks", "rows", "columns")
_IN_ONE_LINE = ("fields", "cells", "rows", "columns")


def text_of(kinds: Mapping[str, Sequence[Values]], heading: str = "") -> str:
    """A file that holds these entries, by the list of their kind, below a comment."""
    lines = [f"# {line}".rstrip() for line in heading.splitlines()]
    for kind, entries in kinds.items():
        if entries:
            lines += [*([""] if lines else []), f"{kind}:"]
            lines += [line for entry in entries for line in item_lines(kind, entry, 2)]
    return "\n".join([*lines, ""])


def item_lines(name: str, entry: Values, column: int) -> Iterator[str]:
    """The lines of an entry of the list `name`, whose items begin at that column."""
    sign = " " * column + "- "
    short = sign + inline(entry) if name in _IN_ONE_LINE else ""
    if short and len(short) <= WIDTH:
        yield short
        return
    for key, value in entry.items():
        for line in _pair(key, value, column + 2):
            yield sign + line[column + 2 :] if sign else line
            sign = ""


def inline(entry: Values) -> str:
    """An entry in braces, in one line."""
    return render_value(entry, None, None, "\n")


def _pair(key: str, value: Any, column: int) -> Iterator[str]:
    pad = " " * column
    if key in _PARTS and value and isinstance(value, list | tuple):
        yield f"{pad}{key}:"
        for one in value:
            yield from item_lines(key, one, column + 2)
        return
    written = render_value(value, None, column, "\n")
    gap = "" if written.startswith("\n") else " "
    yield from f"{pad}{key}:{gap}{written}".split("\n")
