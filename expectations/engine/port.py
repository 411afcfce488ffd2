"""The port of engines: a plan and readable sources in, figures out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from catalog.results import Comparison, MeasureValue
from expectations.plan import Plan
from expectations.sources.port import Extract


@dataclass(frozen=True)
class Counted:
    """The figures of one check, counted; `value` is what an aggregate observed."""

    rows: int
    compared: int
    violations: int
    only_left: int | None = None
    only_right: int | None = None
    value: Any = None
    samples: tuple[str, ...] = ()
    truncated: bool = False
    seconds: float = 0.0


@dataclass(frozen=True)
class Missing:
    """Why there is no figure: the source could not be read, or the engine failed."""

    kind: Literal["source", "engine", "calculation"]
    message: str


@dataclass(frozen=True)
class Computed:
    """The rows of a measure: column names and tuples."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    truncated: bool = False


@dataclass(frozen=True)
class Answers:
    """What an engine found, by check key and by measure, and the published numbers beside it."""

    checks: Mapping[str, Counted | Missing] = field(default_factory=dict)
    measures: Mapping[str, Computed | Missing] = field(default_factory=dict)
    values: Mapping[str, tuple[MeasureValue, ...]] = field(default_factory=dict)
    published: tuple[Comparison, ...] = ()


class Engine(Protocol):
    """Runs plans."""

    def run(
        self,
        plan: Plan,
        extracts: Mapping[str, Extract | Missing],
        on_progress: Callable[[int, int], None],
    ) -> Answers:
        """Answer every check of the plan that needs data, and the measures its checks ask for.

        `extracts` are by dataset path. `on_progress` hears of steps done and steps in all. Never
        raises for what one source or one steward's statement did wrong: that is its answer.
        """
