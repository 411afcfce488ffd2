"""Says in Turkish why something could not be compared or told."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from catalog.model.definition import Language

_HOLE = re.compile(r"\\\{(\w+)\\\}")
_NUMBER = re.compile(r"((?:cell|measure):\S+|[^:«»]+): (.+)", re.DOTALL)


def say_obstacle(text: str, language: Language) -> str:
    """The reason in that language; what is not known stays as the program said it."""
    return _known(text) or text if language == "tr" else text


def is_known(text: str) -> bool:
    """Whether a reason can be said in both languages."""
    return _known(text) is not None


def _known(text: str) -> str | None:
    for pattern, turkish in _obstacles():
        if found := pattern.fullmatch(text):
            holes = found.groupdict()
            if "why" in holes:
                holes["why"] = _known(holes["why"]) or holes["why"]
            return turkish.format(**holes)
    if found := _NUMBER.fullmatch(text):  # which number it is about stands before the reason
        inner = _known(found[2])
        return f"{found[1]}: {inner}" if inner else None
    return None


@cache
def _obstacles() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The reasons as they are recognised, and as they are said in Turkish."""
    raw = tomllib.loads(files("lineage.pages").joinpath("obstacles.toml").read_text("utf-8"))
    pairs = [pair for part in raw.values() for pair in part.values()]
    return tuple((_pattern(english), turkish) for english, turkish in pairs)


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile(_HOLE.sub(r"(?P<\1>.+?)", re.escape(english)), re.DOTALL)
