"""The texts of a room's pages, in English and Turkish, read from its `words.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def read_texts(package: str) -> Mapping[str, tuple[str, str]]:
    """Every text of a package's `words.toml` by `section.key`: English, Turkish."""
    raw = tomllib.loads(files(package).joinpath("words.toml").read_text("utf-8"))
    return {f"{part}.{key}": (pair[0], pair[1]) for part in raw for key, pair in raw[part].items()}
