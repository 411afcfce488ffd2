"""The contract of simulators: parts that say what an edit would do before it is saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from catalog.model import Catalog
from catalog.model.definition import Language
from catalog.plugins import parts
from catalog.workspace import Workspace

GROUP = "tekdogru.simulators"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Proposed:
    """An edit that is not saved: the definitions as they are, and as they would be.

    `address` tells where the page of a URN stands.
    """

    workspace: Workspace
    before: Catalog
    after: Catalog
    file: str
    language: Language
    address: Callable[[str], str]


Simulator = Callable[[Proposed, Progress], Markup]
"""Gives a fragment of safe HTML, in seconds or minutes; TekdogruError says why it cannot."""


def simulators(plugins: Sequence[str] = ()) -> tuple[Simulator, ...]:
    """The simulators of all rooms and of the named plug-ins."""
    return tuple(entry.load() for entry in parts(GROUP, plugins))


def are_simulators(plugins: Sequence[str] = ()) -> bool:
    """Whether there is any, without loading it."""
    return next(iter(parts(GROUP, plugins)), None) is not None
