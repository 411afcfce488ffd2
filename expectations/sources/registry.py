"""Finds the connector of a kind of source: our own or a plug-in's, by entry point."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.errors import SourceUnreadable
from catalog.plugins import parts
from catalog.validation.problems import nearest
from expectations.sources.port import SourceConnector

GROUP = "tekdogru.sources"


def known_kinds(plugins: Sequence[str] = ()) -> list[str]:
    """The kinds of source that can be read."""
    return sorted(entry.name for entry in parts(GROUP, plugins))


def connector_for(kind: str, plugins: Sequence[str] = ()) -> SourceConnector:
    """The connector of that kind; SourceUnreadable names the known kinds."""
    for entry in parts(GROUP, plugins):
        if entry.name == kind:
            connector: SourceConnector = entry.load()()
            return connector
    raise SourceUnreadable(f"no connector for kind '{kind}'; {nearest(kind, known_kinds(plugins))}")
