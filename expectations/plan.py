"""The neutral form between what the catalog states and what an engine runs: columns and checks.

A plan is pure data: hashable, ordered, made from a catalog and a day alone. It holds no SQL of any
engine, only the stewards' own conditions as they wrote them. `check` runs it, `check --dry-run`
prints it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, Literal

from catalog.model import Place, Target
from catalog.model.definition import Severity
from catalog.periods import Period
from expectations.columns import (
    Candidate,
    Column,
    DatasetPlan,
    EntityPlan,
    FieldPlan,
    GoldenColumn,
)
from expectations.golden_figures import CurrentFigure, GoldenFigure, RequiredFigure

__all__ = [  # what others take from here beside what is defined here
    "Candidate",
    "Column",
    "CurrentFigure",
    "DatasetPlan",
    "EntityPlan",
    "FieldPlan",
    "GoldenColumn",
    "GoldenFigure",
    "RequiredFigure",
]

Arguments = tuple[tuple[str, Any], ...]


class Pairs(tuple[tuple[str, Any], ...]):
    """A mapping as it can be hashed: its items."""

    __slots__ = ()


def freeze(value: Any) -> Any:
    """A value of YAML as one that can be hashed: mappings become `Pairs`, lists tuples."""
    if isinstance(value, dict):
        return Pairs((key, freeze(one)) for key, one in value.items())
    return tuple(map(freeze, value)) if isinstance(value, list | tuple) else value


def thaw(arguments: Arguments) -> dict[str, Any]:
    """Arguments as GX takes them: a mapping whose sequences are lists."""
    return {key: _thawed(value) for key, value in arguments}


def _thawed(value: Any) -> Any:
    if isinstance(value, Pairs):
        return thaw(value)
    return [_thawed(one) for one in value] if isinstance(value, tuple) else value


@dataclass(frozen=True)
class IdFigure:
    """Rows too many for their id."""

    dataset: str


@dataclass(frozen=True)
class IdPresentFigure:
    """Rows without an id."""

    dataset: str


@dataclass(frozen=True)
class PopulationFigure:
    """Rows of which the population condition does not tell whether they count."""

    dataset: str


@dataclass(frozen=True)
class ConfirmedFigure:
    """Rows whose time of confirmation is there, but not written as a time that can be read."""

    dataset: str
    field: str


@dataclass(frozen=True)
class KnownFigure:
    """Entities of one dataset that another lacks."""

    dataset: str
    other: str


@dataclass(frozen=True)
class FreshFigure:
    """Whether the latest confirmation up to the run's day is on or after `since`."""

    dataset: str
    since: date


@dataclass(frozen=True)
class TypeFigure:
    """Rows whose cleansed value does not fit the attribute's type."""

    column: Column


@dataclass(frozen=True)
class ValuesFigure:
    """Rows whose cleansed value is not among the allowed ones."""

    column: Column


@dataclass(frozen=True)
class UniqueFigure:
    """Rows whose value occurs more than once; of a subtype's entities alone, where one is named."""

    column: Column
    entity: str
    subtype: str | None = None


@dataclass(frozen=True)
class AgreementFigure:
    """Entities on which two candidates both hold a value and disagree."""

    entity: str
    left: Candidate
    right: Candidate


@dataclass(frozen=True)
class SqlFigure:
    """Values, golden or of one column, for which a steward's condition is not true."""

    on: GoldenColumn | Column
    condition: str


@dataclass(frozen=True)
class NativeFigure:
    """What a native GX expectation counts on the golden values or on one column."""

    on: GoldenColumn | Column
    expect: str
    arguments: Arguments


@dataclass(frozen=True)
class ComputesFigure:
    """Whether a measure's calculation gives a number."""

    measure: str


@dataclass(frozen=True)
class Limit:
    """Between which numbers the values of these dimensions must lie, both ends allowed."""

    least: Decimal | None
    most: Decimal | None
    where: Arguments = ()


@dataclass(frozen=True)
class BoundsFigure:
    """Values of a measure that lie outside their limits."""

    measure: str
    limits: tuple[Limit, ...]


@dataclass(frozen=True)
class ChangeFigure:
    """Values of a measure that moved further than allowed since an earlier run or period.

    `before` is the calculation of the period before, where it can be computed for that period.
    """

    measure: str
    relative: Decimal | None
    absolute: Decimal | None
    per: Literal["run", "period"]
    before: str | None = None


@dataclass(frozen=True)
class FeedFigure:
    """Lines of a report's published figures that cannot be read."""

    report: str


@dataclass(frozen=True)
class LateFigure:
    """Cells of a report that were published late, or not at all, for the last period due."""

    report: str


@dataclass(frozen=True)
class PublishedFigure:
    """Periods for which a cell published another number than the true one.

    `calculations` are those that tell the truth: the cell's, or those its formula rests on.
    """

    cell: str
    calculations: tuple[str, ...]


@dataclass(frozen=True)
class SameFigure:
    """Periods for which two cells of one measure published different numbers."""

    left: str
    right: str


@dataclass(frozen=True)
class WorkbookFigure:
    """Periods for which a cell's workbook shows another number than was stated as published."""

    cell: str


@dataclass(frozen=True)
class CorrectionsFigure:
    """Verified corrections of an attribute past their due day that have not arrived everywhere."""

    attribute: str


@dataclass(frozen=True)
class ExpiryFigure:
    """Whether a definition is within its review date; known without looking at data."""

    review_date: date
    warn_from: date
    fail_after: date


FigureSpec = (
    IdFigure
    | IdPresentFigure
    | KnownFigure
    | PopulationFigure
    | ConfirmedFigure
    | FreshFigure
    | TypeFigure
    | ValuesFigure
    | UniqueFigure
    | AgreementFigure
    | GoldenFigure
    | SqlFigure
    | NativeFigure
    | ComputesFigure
    | BoundsFigure
    | ChangeFigure
    | FeedFigure
    | LateFigure
    | PublishedFigure
    | SameFigure
    | WorkbookFigure
    | CorrectionsFigure
    | ExpiryFigure
)


@dataclass(frozen=True)
class Check:
    """One planned expectation: what it speaks of, whose it is, what is counted, what must hold."""

    key: str
    kind: str
    urn: str
    title: str
    severity: Severity
    owner: str | None
    figure: FigureSpec
    expectation: str
    reads: tuple[str, ...] = ()
    target: Target = field(default_factory=Target)
    message: str | None = None
    place: Place | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """The source systems whose data it reads."""
        return tuple(dict.fromkeys(path.partition(".")[0] for path in self.reads))


@dataclass(frozen=True)
class MeasurePlan:
    """A measure, or a cell's own calculation, to compute: what it reads and for which period.

    `of` is the measure's key or the cell's URN, and `key` the same where it is computed for the
    period in question, or with another period behind an `@`. `measures` are keys of calculations
    that an expression names. A `dated` one gives every period its own number, because it names the
    period; the others give what is true when they run. `basis` is the calculation's fingerprint.
    """

    key: str
    calculation: str
    dimensions: tuple[str, ...]
    is_query: bool
    reads: tuple[str, ...]
    measures: tuple[str, ...] = ()
    golden: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    period: Period | None = None
    as_of: date | None = None
    now: bool = False
    dated: bool = False
    basis: str = ""

    @property
    def of(self) -> str:
        """The measure's key or the cell's URN, whatever the period."""
        return self.key.partition("@")[0]


@dataclass(frozen=True)
class CellPlan:
    """A cell whose published number is compared: how its truth comes about, and how far it may be.

    `calculation` is computed or `formula` evaluated; `factor` turns the result into the cell's
    unit, in which `absolute` is meant. `position` is sheet, column and row, for formulas. Without
    `rounding` as many digits count as were published, if `as_published`, else all; of what a
    workbook shows never more than it shows. One that is not `published` is known to formulas alone.
    """

    path: str
    label: str
    factor: Decimal = Decimal(1)
    absolute: Decimal = Decimal(0)
    relative: Decimal = Decimal(0)
    rounding: int | None = None
    as_published: bool = False
    calculation: str | None = None
    where: Arguments = ()
    additive: bool = False
    formula: str | None = None
    position: tuple[str, int, int] | None = None
    is_share: bool = False
    obstacle: str | None = None
    published: bool = True

    @property
    def report(self) -> str:
        """The key of its report."""
        return self.path.partition("/")[0]


@dataclass(frozen=True)
class Issue:
    """One issue of a report: the period it speaks of, and the last day to publish it."""

    period: Period
    due: date | None = None


@dataclass(frozen=True)
class ReportPlan:
    """A report with published figures: its cells and the issues in question.

    `issues` are the last closed period and those before it, up to the first that is due by the
    run's day. With `alone` no other period is compared.
    """

    key: str
    issues: tuple[Issue, ...]
    cells: tuple[CellPlan, ...]
    alone: bool = False


@dataclass(frozen=True)
class Outlook:
    """The golden columns of the entities in question as they survive on a day to come."""

    on: date
    golden: tuple[GoldenColumn, ...]


@dataclass(frozen=True)
class Plan:
    """Everything one run will do, in order."""

    as_of: date
    datasets: tuple[DatasetPlan, ...]
    entities: tuple[EntityPlan, ...]
    golden: tuple[GoldenColumn, ...]
    measures: tuple[MeasurePlan, ...]
    checks: tuple[Check, ...]
    reports: tuple[ReportPlan, ...] = ()
    outlooks: tuple[Outlook, ...] = ()

    def measure(self, key: str) -> MeasurePlan:
        """The calculation of that key; KeyError when there is none."""
        return self._measures[key]

    def report(self, key: str) -> ReportPlan:
        """The report of that key; KeyError when there is none with published figures."""
        return self._reports[key]

    @cached_property
    def _measures(self) -> Mapping[str, MeasurePlan]:
        return {one.key: one for one in self.measures}

    @cached_property
    def _reports(self) -> Mapping[str, ReportPlan]:
        return {one.key: one for one in self.reports}

    def select(self, patterns: str | Sequence[str] | None) -> Plan:
        """The same plan with only the checks whose key or URN matches one of the shell-like
        patterns; without a pattern all of them.

        A pattern without wild cards also selects what it is the beginning of: `attribute:` or
        `attribute:customer.email`. A definition's bare key will do: `customer.email`.
        """
        if not patterns:
            return self
        listed = [patterns] if isinstance(patterns, str) else patterns
        wanted = (check for check in self.checks if any(_matches(check, one) for one in listed))
        return replace(self, checks=tuple(wanted))


def calculations_of(figure: FigureSpec) -> tuple[str, ...]:
    """The measures, and cells' own calculations, that a figure is made of."""
    if isinstance(figure, ComputesFigure | BoundsFigure | ChangeFigure):
        return (figure.measure,)
    return figure.calculations if isinstance(figure, PublishedFigure) else ()


def asked_calculations(plan: Plan) -> set[str]:
    """The keys of the calculations a plan's checks need, with those they rest on."""
    wanted = {of for check in plan.checks for of in calculations_of(check.figure)}
    asked = {measure.key for measure in plan.measures if measure.of in wanted}
    for measure in reversed(plan.measures):  # those used stand before those that use them
        asked |= set(measure.measures) if measure.key in asked else set()
    return asked


def _matches(check: Check, pattern: str) -> bool:
    bare_key, bare_urn = check.key.partition(":")[2], check.urn.partition(":")[2]
    names = (check.key, check.urn, check.kind, bare_key, bare_urn)
    begun = check.key.startswith(pattern) or bare_key.startswith(f"{pattern}/")
    return begun or any(fnmatchcase(name, pattern) for name in names)
