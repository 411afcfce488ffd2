"""Writes a value as YAML in the style of the value it replaces, provably reading as itself."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import yaml

from catalog.loading.yaml_files import read_yaml_text

WIDTH = 100
_WORDS = re.compile(r"(?=.{1,60}\Z)[^\W\d_]\w*(?: \w+)*\Z")
_DIGITS = re.compile(r"[0-9]{1,60}\Z")
# Words that YAML 1.1, and so many an editor, takes for something else than text.
_OTHERWISE = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"))


def render_value(value: object, old: yaml.Node | None, indent: int | None, newline: str) -> str:
    """The value as it stands behind its key, as `old` was written where that is possible.

    `indent` is the column of the key in a block; None inside braces. A value of several lines
    begins with the sign that announces it, or with a line break.
    """
    match value:
        case str():
            written = _text(value, old, indent)
            return written if newline == "\n" else written.replace("\n", newline)
        case bool():
            return "true" if value else "false"
        case int() | float():
            return json.dumps(value)
        case date():
            return value.isoformat()
        case Mapping():
            inner = [f"{_text(str(k), None, None)}: {_inside(one)}" for k, one in value.items()]
            return "{" + ", ".join(inner) + "}"
        case list() | tuple():
            return _list(value, indent, newline)
        case _:
            return render_value(str(value), old, indent, newline)


def _inside(value: object) -> str:
    return render_value(value, None, None, "\n")


def _list(values: Any, indent: int | None, newline: str) -> str:
    items = [_inside(one) for one in values]
    short = f"[{', '.join(items)}]"
    if indent is None or not items or len(short) + indent < WIDTH - 15:
        return short
    return "".join(f"{newline}{' ' * (indent + 2)}- {item}" for item in items)


def _text(text: str, old: yaml.Node | None, indent: int | None) -> str:
    """The first of the ways to write a text that reads as itself; quoting always does."""
    if old is None and (plainly := _plainly(text)):
        return plainly
    return _chosen(text, getattr(old, "style", None), indent)


@lru_cache(maxsize=50_000)
def _plainly(text: str) -> str | None:
    """How words and digits are written, of which there is no doubt; None for anything else."""
    if _WORDS.match(text) and text.lower() not in _OTHERWISE:
        return text
    return f"'{text}'" if _DIGITS.match(text) else None


@lru_cache(maxsize=10_000)
def _chosen(text: str, style: str | None, indent: int | None) -> str:
    for candidate in _candidates(text, style, indent):
        if _reads_as(candidate, text, indent):
            return candidate
    return json.dumps(text, ensure_ascii=False)


def _candidates(text: str, style: str | None, indent: int | None) -> Iterator[str]:
    if indent is not None:
        pad = " " * (indent + 2)
        if style == "|" or ("\n" in text and style != ">"):
            yield "|-\n" + "\n".join(pad + line if line else "" for line in text.split("\n"))
        if style == ">" or len(text) + indent > WIDTH:
            folded = [textwrap.wrap(line, WIDTH - indent - 2) for line in text.split("\n")]
            yield ">-\n" + "\n\n".join("\n".join(pad + one for one in part) for part in folded)
    quoted = {"'": "'" + text.replace("'", "''") + "'", '"': json.dumps(text, ensure_ascii=False)}
    if style in quoted and "\n" not in text:
        yield quoted[style]
    if "\n" not in text and text.lower() not in _OTHERWISE:
        yield text
    if "\n" not in text:
        yield quoted["'"]


def _reads_as(candidate: str, text: str, indent: int | None) -> bool:
    """Whether our reader, and YAML 1.1's, take it for that text."""
    whole = f"{{k: {candidate}}}" if indent is None else f"{' ' * indent}k: {candidate}\n"
    file = read_yaml_text(whole, "candidate")
    return not file.problems and file.value == {"k": text}
