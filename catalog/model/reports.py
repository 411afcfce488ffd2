"""Measures, and the reports whose cells publish them."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from catalog.durations import Duration
from catalog.model.definition import Definition, Governed, Key, Language, Model, Severity
from catalog.periods import PeriodUnit

Where = dict[str, str | int | float | bool]


def is_query(calculation: str) -> bool:
    """Whether a calculation is SQL over data, rather than an expression or a formula."""
    return re.match(r"[(\s]*(SELECT|WITH)\b", calculation, re.IGNORECASE) is not None


def is_formula(calculation: str | None) -> bool:
    """Whether a cell's calculation is a formula rather than SQL."""
    return calculation is not None and calculation.lstrip().startswith("=")


class CurrencyUnit(Model):
    """Money: which currency, in ones or thousands, at which rate."""

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    scale: int = Field(1, ge=1)
    rate: str | None = None


class Tolerance(Model):
    """How far two figures may lie apart and still be one number."""

    absolute: float = Field(0, ge=0)
    relative: float = Field(0, ge=0)


class Bounds(Model):
    """Between which numbers each value of a measure must lie, both ends allowed."""

    min: float | None = Field(None, allow_inf_nan=False)
    max: float | None = Field(None, allow_inf_nan=False)
    where: Where = Field(default={}, description="Only the values of these dimensions.")


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, dict | Bounds) else value


OneOrMore = Annotated[
    tuple[Bounds, ...],
    BeforeValidator(_listed, json_schema_input_type=Bounds | tuple[Bounds, ...]),
]


class Change(Model):
    """How far a measure may move from one run, or one period, to the next.

    Where both limits are stated the wider one counts, so that a small segment may move by more than
    a share of it.
    """

    relative: float | None = Field(None, ge=0, allow_inf_nan=False)
    absolute: float | None = Field(None, ge=0, allow_inf_nan=False)
    per: Literal["run", "period"] = "run"
    severity: Severity = Field(
        "warning", description="Of its check; a move is a question before it is a fault."
    )


class Measure(Governed):
    """One number the institution defines once."""

    kind: ClassVar[str] = "measure"

    unit: str | CurrencyUnit | None = None
    unit_en: str | None = None
    unit_tr: str | None = None
    grain: str | None = None
    dimensions: tuple[Key, ...] = ()
    period: PeriodUnit = Field("month", description="The span its number speaks of.")
    as_of: Literal["period_end", "now"] = "period_end"
    calculation: str = Field(description="SQL with a column `value`, or an expression of measures.")
    additive: bool = Field(False, description="Whether its values may be summed to a total.")
    tolerance: Tolerance = Tolerance()
    bounds: OneOrMore = ()
    change: Change | None = None
    rounding: int | None = Field(None, ge=-6, le=12)
    severity: Severity = "critical"

    @property
    def is_query(self) -> bool:
        """Whether it is SQL over data, rather than an expression over other measures."""
        return is_query(self.calculation)


class Find(Model):
    """Where a cell stands, by its headings rather than its address."""

    row: str
    column: str
    sheet: str | None = None


class InputBlock(Model):
    """Cells of the workbook that hold what came from a dataset or a query, as it was pasted.

    Its columns are matched by their headings: with the fields of the dataset, or the columns of the
    query, unless `columns` says otherwise.
    """

    at: str = Field(description="Its range: Veri!A1:G82, the row of headings included.")
    dataset: str | None = Field(None, description="The dataset it was taken from: core.customers.")
    calculation: str | None = Field(None, description="The SELECT it is the answer of.")
    columns: dict[str, str] = Field(default={}, description="By letter: the field or column.")

    @model_validator(mode="after")
    def _one_origin(self) -> InputBlock:
        if (self.dataset is None) == (self.calculation is None):
            raise ValueError("either `dataset` or `calculation`, which say where it came from")
        return self


class Cell(Definition):
    """One number in a report: it shows a measure, or carries a calculation of its own."""

    kind: ClassVar[str] = "cell"

    name: str = ""
    label: str | None = None
    at: str | None = Field(None, description="Its address: Summary!C5")
    find: Find | None = None
    unit: str | CurrencyUnit | None = None
    unit_en: str | None = None
    unit_tr: str | None = None
    measure: str | None = None
    where: Where = Field(default={})
    calculation: str | None = None
    tolerance: Tolerance | None = Field(None, description="In its own unit; else the measure's.")
    rounding: int | None = Field(None, ge=-6, le=12, description="Else the measure's.")
    format: str | None = Field(None, description="Its number format in the workbook: 0.0%.")
    unsure: tuple[str, ...] = Field(
        (), description="What an import could not tell; take out what you have looked at."
    )

    @property
    def path(self) -> str:
        """Report and cell: `retail_monthly/active_retail`."""
        return f"{self.whole}/{self.key}" if self.whole else self.key

    def named(self, language: Language) -> str:
        """Its name in that language, else its label in the report, else its key."""
        own = self.name_tr if language == "tr" else self.name_en
        return own or self.name or self.label or self.key

    @property
    def report(self) -> str:
        """The key of the report it stands in."""
        return self._parent


class Effort(Model):
    """The working hours a report costs, each issue or each month."""

    hours: float = Field(ge=0)
    per: Literal["issue", "day", "week", "month", "quarter", "year"] = "issue"


class Audience(Model):
    """Who reads a report, and what they decide by it."""

    who: str
    who_en: str | None = None
    who_tr: str | None = None
    decision: str | None = None
    decision_en: str | None = None
    decision_tr: str | None = None


class Report(Governed):
    """A published report, who makes it, for whom, and the numbers in it."""

    kind: ClassVar[str] = "report"

    team: str
    purpose: str | None = Field(None, description="What it decides.")
    purpose_en: str | None = None
    purpose_tr: str | None = None
    audience: tuple[Audience, ...] = ()
    period: PeriodUnit | None = None
    due: Duration | None = None
    published: str | None = Field(
        None, description="A CSV file of published numbers, in the workspace; may hold {period}."
    )
    workbook: str | None = Field(None, description="A file pattern with {period}.")
    location: str | None = None
    effort: Effort | None = None
    obligation: str = Field("none", description="The authority it is owed to, or none.")
    severity: Severity = "critical"
    inputs: tuple[InputBlock, ...] = Field(
        (), description="Blocks of its workbook, and their origin."
    )
    unsure: tuple[str, ...] = Field((), description="What an import could not tell.")
    cells: tuple[Cell, ...] = ()

    def model_post_init(self, context: Any) -> None:
        """Give the cells their full paths."""
        self.adopt(*self.cells)
