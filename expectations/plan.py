"""The neutral form between what the catalog states and what an engine runs: columns and checks.

A plan is pure data: hashable, ordered, made from a catalog and a day alone. It holds no SQL of any
engine, only the stewards' own conditions as they wrote them. `check` runs it, `check --dry-run`
prints it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from catalog.model import Place, Target
from catalog.model.definition import Severity
from catalog.model.sources import FieldType

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
class FieldPlan:
    """A field as it is read: the source's column, its declared type and how dates are written."""

    key: str
    column: str
    type: FieldType
    format: str | None = None


@dataclass(frozen=True)
class DatasetPlan:
    """A dataset as the engine reads it; `id` and `confirmed_by` are keys of its fields."""

    path: str
    fields: tuple[FieldPlan, ...]
    entity: str | None = None
    id: str | None = None
    rows: str = "one"
    population: str | None = None
    confirmed_by: str | None = None
    decimal: str = "."

    def field(self, key: str) -> FieldPlan:
        """The field of that key; KeyError when there is none."""
        return {one.key: one for one in self.fields}[key]


@dataclass(frozen=True)
class EntityPlan:
    """An entity: the datasets that know it, and those whose rows make up its golden record."""

    key: str
    datasets: tuple[str, ...]
    feeding: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A claimed field as one attribute sees it: cleansed, typed and folded for comparison.

    `rows` are the conditions under which a row's field holds this attribute at all, where every
    claim on it names some: the kinds of contact that share one column.
    """

    dataset: str
    field: str
    attribute: str
    type: FieldType
    cleanse: tuple[str, ...]
    compare: tuple[str, ...]
    values: tuple[str, ...] | None = None
    confirmed_by: str | None = None
    rows: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The full path of the field: `crm.customers.e_mail`."""
        return f"{self.dataset}.{self.field}"


@dataclass(frozen=True)
class Candidate:
    """One claim on an attribute: its column, and on which row and when it may speak.

    `recent` is false where the time on the row is that of a load, which makes no value recent.
    """

    column: Column
    when: str | None = None
    row: str | None = None
    recent: bool = True


@dataclass(frozen=True)
class GoldenColumn:
    """An attribute of the golden record and its candidates, best first."""

    attribute: str
    entity: str
    name: str
    type: FieldType
    candidates: tuple[Candidate, ...]


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
class RequiredFigure:
    """Entities, of the subtype where one is named, without a golden value."""

    golden: GoldenColumn
    subtype: str | None = None


@dataclass(frozen=True)
class CurrentFigure:
    """Golden values not confirmed on or after `since`."""

    golden: GoldenColumn
    since: date


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
    | FreshFigure
    | TypeFigure
    | ValuesFigure
    | UniqueFigure
    | AgreementFigure
    | RequiredFigure
    | CurrentFigure
    | SqlFigure
    | NativeFigure
    | ComputesFigure
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
    """A measure to compute: its calculation, and the datasets and measures it reads."""

    key: str
    calculation: str
    dimensions: tuple[str, ...]
    is_query: bool
    reads: tuple[str, ...]
    measures: tuple[str, ...] = ()
    golden: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Everything one run will do, in order."""

    as_of: date
    datasets: tuple[DatasetPlan, ...]
    entities: tuple[EntityPlan, ...]
    golden: tuple[GoldenColumn, ...]
    measures: tuple[MeasurePlan, ...]
    checks: tuple[Check, ...]

    def select(self, pattern: str | None) -> Plan:
        """The same plan with only the checks whose key or URN matches a shell-like pattern.

        A pattern without wild cards also selects what it is the beginning of: `attribute:` or
        `attribute:customer.email`.
        """
        if not pattern:
            return self
        wanted = tuple(check for check in self.checks if _matches(check, pattern))
        return replace(self, checks=wanted)


def _matches(check: Check, pattern: str) -> bool:
    return check.key.startswith(pattern) or any(
        fnmatchcase(name, pattern) for name in (check.key, check.urn, check.kind)
    )
