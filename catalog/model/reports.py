"""Measures, and the reports whose cells publish them."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Literal

from pydantic import Field

from catalog.durations import Duration
from catalog.model.definition import Definition, Governed, Key, Language, Model, Severity


def is_query(calculation: str) -> bool:
    """Whether a calculation is SQL over data, rather than an expression or a formula."""
    return re.match(r"[(\s]*(SELECT|WITH)\b", calculation, re.IGNORECASE) is not None


class CurrencyUnit(Model):
    """Money: which currency, in ones or thousands, at which rate."""

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    scale: int = Field(1, ge=1)
    rate: str | None = None


class Tolerance(Model):
    """How far two figures may lie apart and still be one number."""

    absolute: float = Field(0, ge=0)
    relative: float = Field(0, ge=0)


class Measure(Governed):
    """One number the institution defines once."""

    kind: ClassVar[str] = "measure"

    unit: str | CurrencyUnit | None = None
    grain: str | None = None
    dimensions: tuple[Key, ...] = ()
    as_of: Literal["period_end", "now"] = "period_end"
    calculation: str = Field(description="SQL with a column `value`, or an expression of measures.")
    tolerance: Tolerance = Tolerance()
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


class Cell(Definition):
    """One number in a report: it shows a measure, or carries a calculation of its own."""

    kind: ClassVar[str] = "cell"

    name: str = ""
    label: str | None = None
    at: str | None = Field(None, description="Its address: Summary!C5")
    find: Find | None = None
    unit: str | CurrencyUnit | None = None
    measure: str | None = None
    where: dict[str, str | int | float | bool] = Field(default={})
    calculation: str | None = None

    @property
    def path(self) -> str:
        """Report and cell: `retail_monthly/active_retail`."""
        return f"{self._parent}/{self.key}" if self._parent else self.key

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
    decision: str | None = None


class Report(Governed):
    """A published report, who makes it, for whom, and the numbers in it."""

    kind: ClassVar[str] = "report"

    team: str
    purpose: str | None = Field(None, description="What it decides.")
    audience: tuple[Audience, ...] = ()
    period: Literal["day", "week", "month", "quarter", "year"] | None = None
    due: Duration | None = None
    workbook: str | None = Field(None, description="A file pattern with {period}.")
    location: str | None = None
    effort: Effort | None = None
    obligation: str = Field("none", description="The authority it is owed to, or none.")
    severity: Severity = "critical"
    cells: tuple[Cell, ...] = ()

    def model_post_init(self, context: Any) -> None:
        """Give the cells their full paths."""
        self.adopt(*self.cells)
