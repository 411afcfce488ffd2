"""What a run found: verdicts, results and the run's record, as written to JSON and to the state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from catalog.model.definition import Severity

SCHEMA_VERSION = "1.0"
Verdict = Literal["pass", "warn", "fail", "unknown", "error"]
WORST_FIRST: tuple[Verdict, ...] = ("fail", "error", "unknown", "warn", "pass")
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reach(_Record):
    """What a failed check reaches downstream, as URNs."""

    cells: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    touchpoints: tuple[str, ...] = ()


class Result(_Record):
    """One check's outcome.

    `rows_available` counts what could have been compared, `rows_compared` what was; shares are
    of the latter. `samples` are keys of offending rows or entities, never their values.
    `only_left`/`only_right` count entities of which one source has a value and the other, though
    it knows them, has none.
    """

    check: str
    kind: str
    urn: str
    title: str
    verdict: Verdict
    severity: Severity
    owner: str | None
    expectation: str
    sources: tuple[str, ...]
    rows_available: int
    rows_compared: int
    violations: int
    only_left: int | None = None
    only_right: int | None = None
    observed: Any = None
    expected: Any = None
    samples: tuple[str, ...] = ()
    truncated: bool = False
    message: str
    reaches: Reach | None = None
    file: str | None = None
    line: int | None = None
    seconds: float = 0.0


class MeasureValue(_Record):
    """One figure of a measure: its dimensions and its value on the run's day."""

    dimensions: Mapping[str, Any] = {}
    value: Any


class RunRecord(_Record):
    """One execution of a plan; never changed once made."""

    schema_version: str = SCHEMA_VERSION
    run: str
    started: datetime
    finished: datetime
    as_of: date
    selection: str | None = None
    fail_on: Severity = "critical"
    verdict: Verdict
    exit_code: int
    results: tuple[Result, ...]
    measures: Mapping[str, tuple[MeasureValue, ...]] = {}

    def of(self, urn: str) -> list[Result]:
        """The results that speak of one definition, worst first."""
        return worst_first(result for result in self.results if result.urn == urn)

    def counts(self) -> dict[Verdict, int]:
        """How many results have each verdict, all five always present."""
        counts: dict[Verdict, int] = dict.fromkeys(WORST_FIRST, 0)
        for result in self.results:
            counts[result.verdict] += 1
        return counts


def worst_first(results: Iterable[Result]) -> list[Result]:
    """Sorted by verdict, then severity, then key."""
    return sorted(
        results,
        key=lambda r: (WORST_FIRST.index(r.verdict), SEVERITIES.index(r.severity), r.check),
    )
