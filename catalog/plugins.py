"""Finds the parts that rooms and plug-ins bring, by entry point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import Distribution, EntryPoint, PackageNotFoundError

from catalog.errors import UsageError

OWN = "tekdogru"


def parts(group: str, plugins: Sequence[str] = ()) -> Iterator[EntryPoint]:
    """The entry points of a group: our own first, then those of the named distributions.

    Naming them (setting `plugins`) keeps start-up fast and lets no package in uninvited.
    """
    for name in (OWN, *plugins):
        yield from (entry for entry in _entry_points(name) if entry.group == group)


@cache
def _entry_points(distribution: str) -> tuple[EntryPoint, ...]:
    try:
        return tuple(Distribution.from_name(distribution).entry_points)
    except PackageNotFoundError:
        raise UsageError(
            f"the distribution '{distribution}' is not installed; install it, or take it out of "
            "`plugins` in tekdogru.toml"
        ) from None
