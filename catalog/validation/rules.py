"""The rules of whole-catalog validation, in the order they are applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from catalog.clock import Clock
from catalog.model import Catalog
from catalog.plugins import parts
from catalog.settings import Settings
from catalog.validation.problems import Problem, in_order


@dataclass(frozen=True)
class Context:
    """What a rule may look at beside the catalog.

    `history` is the address of the history where one is kept. Reading it takes time, so rules look
    at it only with `reads_history`. `before` is the catalog as it was, where what is new since is
    asked for; `root` is the folder of the workspace, where there is one.
    """

    settings: Settings = field(default_factory=Settings)
    today: date = field(default_factory=lambda: Clock().today())
    reads_history: bool = False
    history: str | None = None
    before: Catalog | None = None
    root: Path | None = None


ValidationRule = Callable[[Catalog, Context], Iterable[Problem]]


def validate(catalog: Catalog, context: Context) -> list[Problem]:
    """Every problem of a loaded catalog, by file and line.

    The rules of all rooms and plug-ins (entry point `tekdogru.rules`) are asked; each names a
    function of catalog and context that yields problems.
    """
    found = [problem for rule in _rules(context) for problem in rule(catalog, context)]
    return in_order(found)


def _rules(context: Context) -> Iterator[ValidationRule]:
    for entry in parts("tekdogru.rules", context.settings.plugins):
        yield entry.load()
