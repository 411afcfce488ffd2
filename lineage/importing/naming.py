"""Makes keys of the names other tools use: the same name keeps its key, no two names share one."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from hashlib import sha256

from catalog.errors import UsageError
from catalog.folding import fold
from catalog.model.definition import KEY_PATTERN

LONGEST = 100
_KEY = re.compile(KEY_PATTERN)
_NOT_IN_KEYS = re.compile(r"[^A-Za-z0-9]+")


def key_of(name: str, instead: str = "x") -> str:
    """A key for a name: itself where it is one, else folded to letters, digits and underscores.

    `instead` begins the key of a name that has no letter of ours, or begins with a digit. What is
    too long is cut and gets a hash of the whole, so that two long names stay two.
    """
    if _KEY.fullmatch(name) and len(name) <= LONGEST:
        return name
    plain = _NOT_IN_KEYS.sub("_", name if name.isascii() else fold(name)).strip("_")
    if not plain:
        return f"{instead}_{_hash(name)}"
    if not plain[0].isalpha():
        plain = f"{instead}_{plain}"
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 9].rstrip('_')}_{_hash(name)}"


def require_key(option: str, text: str, instead: str) -> None:
    """UsageError for what an option names and is no key, with one that would be."""
    if not _KEY.fullmatch(text) or len(text) > LONGEST:
        raise UsageError(
            f"{option} {text} is no key: letters, digits and underscores, a letter first, at most "
            f"{LONGEST}; {key_of(text, instead).lower()} would be one"
        )


def _hash(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:8]


class Names:
    """Gives keys within one list: what is known keeps its key, what is new gets a free one."""

    def __init__(self, known: Mapping[str, str], taken: Collection[str] = ()) -> None:
        self._known = dict(known)
        self._taken = {key.casefold() for key in (*known.values(), *taken)}

    def give(self, identity: str, wanted: str, instead: str = "x") -> str:
        """The key of what `identity` names; `wanted` is the name to make it of when it is new."""
        if identity not in self._known:
            key = self._free(key_of(wanted, instead))
            self._known[identity] = key
            self._taken.add(key.casefold())
        return self._known[identity]

    def _free(self, key: str) -> str:
        free, count = key, 1
        while free.casefold() in self._taken:
            count += 1
            free = f"{key[: LONGEST - 6]}_{count}"
        return free
