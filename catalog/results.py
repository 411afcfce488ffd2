"""What a run found: verdicts, results and the run's record, as written to JSON and to the state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from catalog.model.definition import Severity
from catalog.publications import DatedBy, Origin

SCHEMA_VERSION = "1.0"
Verdict = Literal["pass", "warn", "fail", "unknown", "error"]
WORST_FIRST: tuple[Verdict, ...] = ("fail", "error", "unknown", "warn", "pass")
DARK: tuple[Verdict, ...] = ("unknown", "error")
"""What leaves open whether it is so: nobody has seen it."""
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reach(_Record):
    """What a failed check reaches downstream, as URNs."""

    cells: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    touchpoints: tuple[str, ...] = ()


WaiverState = Literal["holds", "ending", "ended"]


class Waived(_Record):
    """The waiver that speaks of a failing check: who accepts it, until when and why.

    `ending` still holds but ends within the warning time; `ended` has run out, so that the check
    fails again.
    """

    key: str
    owner: str
    until: date
    reason: str
    ticket: str | None = None
    state: WaiverState


class WaiverUse(Waived):
    """A waiver in one run: the checks it speaks of, and those of them that it covers by now.

    `needed` is false where none of its checks fails, so that it can be taken out; None where that
    could not be told.
    """

    check: str
    checks: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    needed: bool | None = None


class Fingerprint(_Record):
    """What a dataset held when it was read: equal `content` is equal data.

    `seen` are signs by which its connector knows the content again without reading it.
    """

    content: str
    seen: str | None = None


class Result(_Record):
    """One check's outcome.

    `rows_available` counts what could have been compared, `rows_compared` what was; shares are
    of the latter. `samples` are keys of offending rows or entities, never their values.
    `only_left`/`only_right` count entities of which one source has a value and the other, though
    it knows them, has none. `inputs` stands for all that was read and meant, where it can be told;
    while that stays the result is carried over, and `carried_from` names the run that counted it.
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
    period: str | None = None
    samples: tuple[str, ...] = ()
    truncated: bool = False
    message: str
    reaches: Reach | None = None
    waiver: Waived | None = None
    file: str | None = None
    line: int | None = None
    seconds: float = 0.0
    inputs: str | None = None
    carried_from: str | None = None

    @property
    def is_waived(self) -> bool:
        """Whether it fails and somebody accepts that today, so that the gate does not count it."""
        waived = self.waiver is not None and self.waiver.state != "ended"
        return self.verdict == "fail" and waived

    @property
    def outcome(self) -> str:
        """Its verdict, or that somebody accepts its failure for now."""
        return "waived" if self.is_waived else self.verdict


class MeasureValue(_Record):
    """One figure of a measure: its dimensions, its value and the period it speaks of.

    Without a period it is the value on the run's day. `basis` is the fingerprint of the calculation
    that gave it: figures of different calculations are not one number over time.
    """

    dimensions: Mapping[str, Any] = {}
    value: Any
    period: str | None = None
    basis: str | None = None


class Comparison(_Record):
    """What a cell published for one period, beside the truth of the same period.

    `published` is the highest version's number, `earlier` are those it replaced, oldest first.
    `counted_on` is the day of the run that recorded the truth, where it was not computed anew.
    `allowed` and `apart` are in the unit of the cell; all numbers are exact.

    `place` is where the number that speaks stands (a line of a feed, or workbook and cell),
    `dated_by` who says that it was published then, `earlier_on` when each earlier one was. Beside
    a feed, `shown` is what the workbook shows at `shown_at`, saved on `saved_on`.
    """

    cell: str
    period: str
    verdict: Verdict
    published: Decimal | None = None
    version: int | None = None
    published_on: date | None = None
    earlier: tuple[Decimal, ...] = ()
    truth: Decimal | None = None
    counted_on: date | None = None
    apart: Decimal | None = None
    allowed: Decimal | None = None
    reason: str | None = None
    origin: Origin | None = None
    place: str | None = None
    dated_by: DatedBy | None = None
    earlier_on: tuple[date, ...] = ()
    shown: Decimal | None = None
    shown_at: str | None = None
    saved_on: date | None = None


class RunRecord(_Record):
    """One execution of a plan; never changed once made."""

    schema_version: str = SCHEMA_VERSION
    run: str
    started: datetime
    finished: datetime
    as_of: date
    selection: str | None = None
    note: str | None = None
    fail_on: Severity = "critical"
    verdict: Verdict
    exit_code: int
    results: tuple[Result, ...]
    waivers: tuple[WaiverUse, ...] = ()
    measures: Mapping[str, tuple[MeasureValue, ...]] = {}
    published: tuple[Comparison, ...] = ()
    fingerprints: Mapping[str, Fingerprint] = {}

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
